"""Lists that lost an item or gained one, and what a promise covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.commitments.delta import Delta, is_restraint
from core.commitments.frame import Frame
from core.commitments.guard import LIST_WORDS, Element, inserted
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

Content = Sequence[Element]


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
    yield from _coverage_lengthened(vocabulary, before, after, one, two)
    if not before.negations or len(before.negations) != len(after.negations):
        return
    if after.lang != "en" or not before.stance == after.stance == "restrains":
        return
    added = inserted(one, two)
    if not added or not 1 < len(added[1]) <= _ITEM:
        return
    part = added[1]
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


def _coverage_lengthened(
    vocabulary: Vocabulary, before: Frame, after: Frame, one: Content, two: Content
) -> Iterator[Delta]:
    """ "The policy applies to our staff", "… and to joint ventures": a promise covers more."""
    if len(two) - len(one) <= 1 or after.lang != "en" or before.negations or after.negations:
        return
    verb = covers_at(after)
    added = inserted(one, two) if verb else None
    if not added:
        return
    part = added[1]
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
    if not _is_coverable(vocabulary, after, range(part[0].at, part[-1].last)):
        return
    told = " ".join(words)
    links = frozenset(each.at for each in two if each.id in LIST_WORDS and each.at > verb)
    claims = frozenset(range(part[0].at, part[-1].last)) | links
    yield Delta(
        "list", "+", f"covers more: {told}", frozenset(each.at for each in one if each.id in LIST_WORDS), claims
    )


_OF_BANS = word_set("ban bans moratorium prohibition")
_OF_LOOKS = word_set("audit audits diligence")
_WITHIN = word_set(
    "in of to for from the a an our their its any all every each and or nor , whose who which also other"
)


def _is_coverable(vocabulary: Vocabulary, frame: Frame, part: range) -> bool:
    """Whether all that is covered besides is known, and goes with what covers it: a ban covers harm, a code binds
    companies and protects people, an audit looks at work."""
    what = frozenset(frame.words[: covers_at(frame)])
    allowed = _BY_BANS if what & _OF_BANS else _BY_LOOKS if what & _OF_LOOKS else _BY_RULES
    if any(mark.first in part and mark.dimension == "breadth" and mark.value != "whole" for mark in frame.marks):
        return False  # "workers, verified victims and families"
    named = {at for mark in frame.marks if mark.dimension in _NAMED for at in range(mark.first, mark.last)}
    for at in part:
        word, following = frame.words[at], frame.words[at + 1 : at + 2]
        if word in _WITHIN or at in named or any(each.first < at < each.last for each in frame.clauses):
            continue
        both = f"{frame.words[at - 1]} {word}"  # "labour agents" are no agents of power
        kinds = vocabulary.kinds.get(both) or vocabulary.kinds.get(word, frozenset())
        is_last = at + 1 not in part or following[0] in _WITHIN
        if not kinds & allowed if is_last else kinds & _NOT_COVERED or not word.isalpha():
            return False
        if is_last and kinds & _NOT_COVERED and not kinds & {"people", "checked"} & allowed:
            return False
    return True


_BY_BANS = frozenset({"harm", "product"})
_BY_LOOKS = frozenset({"checked", "harm"})
_BY_RULES = frozenset({"checked", "people"})
_NOT_COVERED = frozenset({"private", "power"})
_NAMED = ("places", "customers", "actors")


def coverage_shortened(
    vocabulary: Vocabulary, before: Frame, after: Frame, one: Content, two: Content
) -> Iterator[Delta]:
    """The same the other way round: what the promise covered it covers no more."""
    for longer in _coverage_lengthened(vocabulary, after, before, two, one):
        reason = longer.reason.replace("covers more", "covers no more")
        yield Delta("list", "-", reason, longer.after, longer.before)


_COVERING_BY = 8  # words from the beginning
_CUTTING = ("modality", "hedges", "deadline", "duration", "negation", "conditions")
_ITEM = 4  # words of an added item with the "or" before it
_AFTER_ITEM = word_set("in to from at for with by on . , ; where if unless when anywhere under within of")


DEALINGS = ("supply", "source", "make", "hand_over")
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
    kinds = frozenset[str]().union(*(vocabulary.kinds.get(word, ()) for word in words))
    if kinds & {"benefit", "people", "private"}:
        return False
    is_dealing = all(act.group in DEALINGS for act in frame.acts)
    is_known = kinds & {"harm", "product", "power"} or any(m.first in inside for m in frame.of("customers"))
    return (
        (is_dealing and bool(is_known))
        or "harm" in vocabulary.kinds.get(words[-1], ())
        or "labour" in words
        or "labor" in words
    )


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
    if frame.words[first - 1 : first] == ("•",) and frame.words[last : last + 1] in ((), (".",), ("•",), (";",)):
        return True  # a whole item of a list under its introduction, whatever stands in it
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
