"""Where, against whom, of what and how far along the chain a promise reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from core.commitments.delta import Delta, Sign, is_restraint, quotes, span, surplus, unless_restraint
from core.commitments.frame import Frame, Mark
from core.commitments.guard import LIST_WORDS, Element, manner_of
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_LINKS = word_set(
    "and or nor , in the to of also including within any against 、 和 或 及 ni en el la y e o ou et und oder du de d des del dem der den aus von dans au aux"
)
_LEGAL = ("unlawful", "illegal", "unauthori", "improper", "arbitrary", "indiscriminate")
_NEW_PARTS = word_set("we they it you will shall must may can do does is are not and or but including also")
_EVERY = {"all": "all", "every": "all", "each": "all", "full": "full", "fully": "full"}
_COVERED = word_set(
    "suppliers workers employees customers sites factories countries operations contractors partners users communities "
    "markets mines smelters distributors subcontractors"
)
"""Whom and what a duty covers: an adjective put before them covers fewer."""
_FURTHER = word_set("additional future new")
_EMPHASIS = word_set("anywhere everywhere else in")
_UNSTATED = {"channel": 2, "frequency": 0}

Content = Sequence[Element]


def lattice_moved(dimension: str, word: str) -> Callable[[Vocabulary, Frame, Frame], Iterator[Delta]]:
    """Places and customers: wider is firmer, and naming any narrows a promise that named none."""

    def compare(vocabulary: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
        parents = vocabulary.parents[dimension]
        one, two = before.of(dimension), after.of(dimension)
        names_before, names_after = {mark.value for mark in one}, {mark.value for mark in two}
        if names_before == names_after or _everywhere(before, dimension) == _everywhere(after, dimension):
            return
        reason = f"{word}: {quotes(before, one)} → {quotes(after, two)}"
        wider_after = _covers(parents, names_after, names_before)
        wider_before = _covers(parents, names_before, names_after)
        sign: Sign = "?"
        if wider_after and wider_before:
            sign = "?"
        elif (not one and _stands_in_list(after, two)) or (not two and _stands_in_list(before, one)):
            sign = "?" if not one else "-"  # listed beside names we do not know: a list that grew or shrank
        elif wider_after:
            added = [mark for mark in two if mark.value not in names_before]
            sign = "+" if not one or not added or _is_listed(after, added, two, len(one)) else "?"
            if dimension == "customers":  # told to more of them, or withheld from more of them
                sign = unless_restraint(sign, before, after)
        elif wider_before:
            sign = "-"
        claims_after = _with_links(after, two)
        yield Delta(dimension, sign, reason, _with_links(before, one), claims_after)

    return compare


def _everywhere(frame: Frame, dimension: str) -> list[str]:
    """The names of a dimension wherever in the sentence they stand: one that moved into a clause has not gone."""
    return sorted({mark.value for mark in frame.of(dimension, main_only=False)})


def _covers(parents: dict[str, str | None], wide: set[str], narrow: set[str]) -> bool:
    """Whether every name of ``narrow`` lies within one of ``wide``; no name at all is everywhere."""
    if not wide:
        return True
    if not narrow:
        return any(parents.get(name) is None for name in wide)
    return all(any(name == other or other in _above(parents, name) for other in wide) for name in narrow)


def _above(parents: dict[str, str | None], name: str) -> list[str]:
    found: list[str] = []
    at = parents.get(name)
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def _is_listed(frame: Frame, added: Sequence[Mark], marks: Sequence[Mark], count_before: int) -> bool:
    """What was added stands in a list with the others, or took the place of one: it limits nothing by itself."""
    if len(marks) <= count_before:
        return True
    return all(any(_is_linked(_between(frame, mark, other)) for other in marks if other is not mark) for mark in added)


def _stands_in_list(frame: Frame, marks: Sequence[Mark]) -> bool:
    """Whether an "or" or "and" leads to a name, so that what stands before it is one of its kind."""
    return any(
        not LIST_WORDS.isdisjoint(frame.words[max(mark.first - 2, 0) : mark.first]) or _is_followed(frame, mark)
        for mark in marks
    )


def _is_followed(frame: Frame, mark: Mark) -> bool:
    """ "Governments, brokers or advertisers": more names follow, and no new sentence."""
    following = frame.words[mark.last : mark.last + 1]
    rest = frame.words[mark.last + 1 : mark.last + 8]
    if not following or following[0] not in LIST_WORDS or not rest or rest[0] in _NEW_PARTS:
        return False
    return following[0] != "," or not LIST_WORDS.isdisjoint(rest)


def _is_linked(words: Sequence[str]) -> bool:
    return all(word in _LINKS for word in words) and any(word in LIST_WORDS for word in words)


def _between(frame: Frame, one: Mark, two: Mark) -> Sequence[str]:
    first, second = sorted((one, two), key=lambda mark: mark.first)
    return frame.words[first.last : second.first]


def _with_links(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    """The words of the marks, with the "or" and "and" between two of them or before the last."""
    words = set(span(marks))
    ordered = sorted(marks, key=lambda mark: mark.first)
    for mark in marks:  # "anywhere in China" is no more than "in China"
        at = mark.first - 1
        while at >= 0 and frame.words[at] in _EMPHASIS:
            words.add(at)
            at -= 1
    for left, right in pairwise(ordered):
        if _is_linked(frame.words[left.last : right.first]):
            words.update(range(left.last, right.first))
    return frozenset(words)


def breadth_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Quantifiers, and words that narrow a noun."""
    one, two = surplus(before.of("breadth"), after.of("breadth"), _EVERY)
    if not one and not two:
        return
    reason = f"object: {quotes(before, one)} → {quotes(after, two)}"
    signs = {_breadth_gone(before, mark) for mark in one} | {_breadth_added(after, mark) for mark in two}
    if two and not before.negations and not after.negations and all(_took_all(before, after, mark) for mark in two):
        signs = {"-"}
    if one and two and not before.negations and not after.negations and _is_widened(one, two):
        signs = {"+"}
    sign: Sign = "?" if "+" in signs and len(signs) > 1 else "-" if "-" in signs else signs.pop()
    yield Delta("objects", sign, reason, span(one), span(two))


def _took_all(before: Frame, after: Frame, mark: Mark) -> bool:
    """ "All customers" and "high-risk customers": what was said of all is said of those."""
    if mark.value == "whole" or mark.last >= len(after.words):
        return False
    noun = after.words[mark.last]
    at = next((at for at, word in enumerate(before.words) if word[:5] == noun[:5]), -1)
    if at < 0:
        return False
    return before.words[at - 1] in _EVERY or (noun in _COVERED and mark.text not in _FURTHER)


def _is_widened(one: Sequence[Mark], two: Sequence[Mark]) -> bool:
    """ "Serious harms" and "all harms": the word that narrowed gave way to one that leaves nothing out."""
    return all(mark.value != "whole" for mark in one) and all(mark.value == "whole" for mark in two)


def _breadth_added(frame: Frame, mark: Mark) -> Sign:
    if mark.value == "whole":  # "not every agency" may spare some
        return "?" if (frame.negations or is_restraint(frame)) and mark.text != "any" else "+"
    return "-" if mark.value == "part" or is_restraint(frame) else "?"


def _breadth_gone(frame: Frame, mark: Mark) -> Sign:
    if mark.value == "whole":
        if any(clause.kind == "relative" and clause.first - mark.last in (1, 2) for clause in frame.clauses):
            return "?"  # "any supplier that uses it", "suppliers that use it": a class either way
        return "?" if frame.negations and mark.text not in ("any", "all") else "-"
    if mark.text.startswith(_LEGAL) and not is_restraint(frame):  # "we report unlawful content" and "we report content"
        return "?"
    return "+" if mark.value == "part" else "?"


def rank_moved(dimension: str, word: str) -> Callable[[Vocabulary, Frame, Frame], Iterator[Delta]]:
    """Dimensions with a rank and a value for silence: channel, frequency."""

    def compare(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
        one, two = before.of(dimension, main_only=False), after.of(dimension, main_only=False)
        if Counter(manner_of(mark) for mark in one) == Counter(manner_of(mark) for mark in two):
            return
        rank_before, rank_after = _rank(dimension, one), _rank(dimension, two)
        reason = f"{word}: {quotes(before, one)} → {quotes(after, two)}"
        sign: Sign = "?" if rank_before == rank_after else "+" if rank_after > rank_before else "-"
        if dimension == "frequency" and not one:  # "we audit" and "we audit regularly": the first may have meant always
            sign = "-" if rank_after == 1 else "+" if _is_repeated(before, after, rank_after) else "?"
        if dimension == "channel" and any(mark.text == "directly" for mark in one):  # a manner, or a limit
            sign = unless_restraint(sign, before, after)
        yield Delta(dimension, sign, reason, span(one), span(two))

    return compare


_YEARLY = 5
_EACH_TIME = word_set("each every any all whenever")


def _is_repeated(before: Frame, after: Frame, rank: int) -> bool:
    """Whether a rhythm that came is more than nothing said: a report that comes again, a look at least once a year, where
    none was promised each time."""
    if not _is_shown(after):
        return False
    if all(act.group == "disclose" for act in after.acts):
        return rank > _VAGUE
    return rank >= _YEARLY and _EACH_TIME.isdisjoint(before.words) and not before.clauses


_REPEATED = ("disclose", "verify", "assess")
_VAGUE = 2  # the tier up to which a frequency is a manner and no number


def _is_shown(frame: Frame) -> bool:
    """Whether all the sentence does is to look and to tell: done once, or again and again."""
    is_told = bool(frame.acts) and all(act.group in _REPEATED and act.stance == "restrains" for act in frame.acts)
    people = any(mark.value in ("affected", "users") for mark in frame.of("actors", main_only=False))
    return is_told and not people and not frame.of("customers", main_only=False)


def _rank(dimension: str, marks: Sequence[Mark]) -> int:
    tiers = [mark.tier for mark in marks]
    if dimension == "channel" and 1 in tiers and 3 not in tiers:
        return 1
    return max(tiers, default=_UNSTATED[dimension])


def list_shortened(before: Frame, one: Content, two: Content) -> Iterator[Delta]:
    """A list that lost an item and nothing else: shorter is weaker, whatever the item was."""
    bare_one = [each for each in one if each.id not in LIST_WORDS]
    bare_two = [each.id for each in two if each.id not in LIST_WORDS]
    gap = len(bare_one) - len(bare_two)
    if not 0 < gap <= 6:
        return
    head = 0
    while head < len(bare_two) and bare_one[head].id == bare_two[head]:
        head += 1
    if [each.id for each in bare_one[head + gap :]] != bare_two[head:]:
        return
    for start in range(head, max(head - gap, -1), -1):  # "A and A's B": the same gap may be read in several places
        part = bare_one[start : start + gap]
        if [each.id for each in bare_one[:start] + bare_one[start + gap :]] != bare_two:
            break
        if _is_item(before, part):
            claims = frozenset(range(part[0].at, part[-1].last))
            links = frozenset(each.at for each in one if each.id in LIST_WORDS)
            links_after = frozenset(each.at for each in two if each.id in LIST_WORDS)
            words = " ".join(before.words[part[0].at : part[-1].last])
            yield Delta("list", "-", f"list shorter: {words}", claims | links, links_after)
            return


def list_lengthened(vocabulary: Vocabulary, before: Frame, after: Frame, one: Content, two: Content) -> Iterator[Delta]:
    """ "No child labour", "no child labour or forced labour": one more thing is denied beside the others."""
    yield from _coverage_lengthened(before, after, one, two)
    if not before.negations or len(before.negations) != len(after.negations):
        return
    if after.lang != "en" or not before.stance == after.stance == "restrains":
        return
    gap = len(two) - len(one)
    if not 1 < gap <= _ITEM:
        return
    head = 0
    while head < len(one) and one[head].id == two[head].id:
        head += 1
    part = two[head : head + gap]
    if [each.id for each in two[head + gap :]] != [each.id for each in one[head:]]:
        return
    if (
        part[0].id not in ("or", "nor")
        or not _is_plain_item(after, part)
        or not _is_good_to_deny(vocabulary, after, part)
    ):
        return
    words = range(part[0].at, part[-1].last)
    told = " ".join(after.words[at] for at in words[1:])
    yield Delta("list", "+", f"list longer: {told}", frozenset(), frozenset(words))


_COVERING = word_set(
    "applies apply covers cover extends extend binds bind protects protect open available includes include"
)
_WHAT_COVERS = word_set(
    "policy policies code commitment commitments principles standards mechanism hotline channel protection protections "
    "remedy training audits audit diligence ban prohibition moratorium"
)
_WATCHES = word_set("monitoring surveillance screening tracking recognition collection data advertising marketing")
_LIMITING = word_set(
    "but only except excluding exclude excludes unless if where when without not no may voluntary voluntarily optional "
    "choice option until during pending encourage encourages encouraged"
)


def covers_at(frame: Frame) -> int:
    """Where a sentence says whom a promise covers ("our policy applies to …"): its verb; 0 where it says no such thing."""
    verb = next((at for at, word in enumerate(frame.words[:_COVERING_BY]) if word in _COVERING), 0)
    what = frame.words[:verb]
    return verb if not _WHAT_COVERS.isdisjoint(what) and _WATCHES.isdisjoint(what) else 0


def _coverage_lengthened(before: Frame, after: Frame, one: Content, two: Content) -> Iterator[Delta]:
    """ "The policy applies to our staff", "… and to joint ventures": a promise covers more."""
    gap = len(two) - len(one)
    if gap <= 1 or after.lang != "en" or before.negations or after.negations:
        return
    verb = covers_at(after)
    if not verb:
        return
    head = 0
    while head < len(one) and one[head].id == two[head].id:
        head += 1
    part = two[head : head + gap]
    if [each.id for each in two[head + gap :]] != [each.id for each in one[head:]]:
        return
    words = after.words[part[0].at : part[-1].last]
    joined = (
        words[0] in LIST_WORDS
        or after.words[part[0].at - 1] == ","
        or after.words[part[-1].last : part[-1].last + 1] == (",",)
    )
    if not joined or part[0].at <= verb or LIST_WORDS.isdisjoint(after.words[verb:]) or not _LIMITING.isdisjoint(words):
        return
    if any(mark.first in range(part[0].at, part[-1].last) for mark in after.marks if mark.dimension in _CUTTING):
        return
    told = " ".join(words)
    links = frozenset(each.at for each in two if each.id in LIST_WORDS and each.at > verb)
    claims = frozenset(range(part[0].at, part[-1].last)) | links
    yield Delta(
        "list", "+", f"covers more: {told}", frozenset(each.at for each in one if each.id in LIST_WORDS), claims
    )


def coverage_shortened(before: Frame, after: Frame, one: Content, two: Content) -> Iterator[Delta]:
    """The same the other way round: what the promise covered it covers no more."""
    for longer in _coverage_lengthened(after, before, two, one):
        reason = longer.reason.replace("covers more", "covers no more")
        yield Delta("list", "-", reason, longer.after, longer.before)


_COVERING_BY = 8  # words from the beginning
_CUTTING = ("modality", "hedges", "deadline", "duration", "negation", "conditions")
_ITEM = 4  # words of an added item with the "or" before it
_AFTER_ITEM = word_set("in to from at for with by on . , ; where if unless when anywhere under within of")


_DEALINGS = ("supply", "source", "make", "hand_over")
_OF_PEOPLE = word_set("unions union journalists lawyers activists protests criticism dissent complaints appeals remedy")


def _is_good_to_deny(vocabulary: Vocabulary, frame: Frame, part: Sequence[Element]) -> bool:
    """Whether denying one more of it protects: a known harm, or dealings with anybody but the people to be protected.

    "We do not tolerate abuse or torture", "we do not sell to police or prisons"; but "we do not tolerate criticism or
    dissent", "we do not answer reporters or unions".
    """
    inside = range(part[0].at, part[-1].last)
    words = frame.words[inside.start : inside.stop]
    people = any(mark.first in inside and mark.value in ("affected", "users") for mark in frame.of("actors"))
    if not is_restraint(frame) or people or not _OF_PEOPLE.isdisjoint(words):
        return False
    return all(act.group in _DEALINGS for act in frame.acts) or not vocabulary.harmful_objects.isdisjoint(words)


def _is_plain_item(frame: Frame, part: Sequence[Element]) -> bool:
    """Whether an added item is a thing by itself: no verb, number, cue or place in it, and the list ends behind it."""
    first, last = part[0].at, part[-1].last
    inside = frame.words[first + 1 : last]
    if first < frame.negations[0] or any(not word.isalpha() or word in _AFTER_ITEM for word in inside):
        return False
    if any(mark.first in range(first, last) for mark in frame.marks if mark.dimension != "actors"):
        return False
    if any(first <= act.at < last for act in frame.acts) or any(
        each.first <= first < each.last for each in frame.clauses
    ):
        return False
    return frame.words[last : last + 1] == () or frame.words[last] in _AFTER_ITEM


def _is_item(frame: Frame, part: Sequence[Element]) -> bool:
    """Whether words stand as one item of a list: beside an "and" or "or", or before a comma with one to follow."""
    first, last = part[0].at, part[-1].last
    inside = range(first, last)
    cues = {"modality", "hedges", "breadth", "deadline", "duration", "channel", "places", "customers", "negation"}
    if not LIST_WORDS.isdisjoint(frame.words[first - 1 : first]) and not LIST_WORDS.isdisjoint(
        frame.words[last : last + 1]
    ):
        cues.discard("breadth")  # "posts, direct messages, photos": an adjective within one item
    if any(mark.first in inside for mark in frame.marks if mark.dimension in cues):
        return False
    if any(act.at in inside for act in frame.acts) or any(clause.first in inside for clause in frame.clauses):
        return False
    before = list(frame.words[max(first - 3, 0) : first])
    while before and before[-1] in ("the", "a", "an", "of", "to", "in", "our", "their", "any"):
        before.pop()
    following = frame.words[last : last + 1]
    if before[-1:] == ["•"] and following in ((), (".",), ("•",), (";",)):
        return True
    if (before and before[-1] in LIST_WORDS - {","}) or following in (("and",), ("or",), ("nor",)):
        return True
    if before[-1:] == [","] and not LIST_WORDS.isdisjoint(frame.words[first + 1 : last]):
        return True  # "employees, contractors and agents", of which only the employees are left
    return following == (",",) and any(word in ("and", "or", "nor") for word in frame.words[last : last + 10])
