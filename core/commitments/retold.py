"""The same content built another way: active for passive, clauses in another order, two sentences for one.

A sentence is cut into clauses, each into its core (who does what, in order) and what hangs on it (phrases with a
preposition, conditions, qualifications). Order is free where it carries nothing and binding where it does: who acts on
whom, what a phrase belongs to where several acts are joined, and what stands on which side of a negation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.commitments.frame import Clause, Frame
from core.commitments.guard import LIST_WORDS, Element
from core.commitments.inflection import irregular_pasts
from core.commitments.wording import word_set

_PREPOSITIONS = word_set(
    "in of to from at on with for by under within during across among against into through over about between towards "
    "including concerning regarding"
)
_SUBJECTS = word_set("we they it you")
_FINITE = word_set("will shall must may might can could should would is are was were has have cannot")
_MODAL = word_set("will shall must may might can could should cannot")
_BE = word_set("is are was were be been being")
_BESIDE_BE = word_set("not never also always")
_RELATIVE = word_set("that who which whose whom")
_RULING = ("prohibit", "forbid", "ban", "requir", "expect")
_IF = word_set("if where when whenever wherever")
_SUBORDINATE = ("condition", "exception", "unmet", "time", "how")
_PAST = " (past)"
_NO_ADVERB = word_set("supply apply rely comply only family early reply imply assembly likely")
_SUBJECT_WORDS = 7
_JOINING = word_set("and or nor")
_NOBODY = "(nobody)"

_Ids = tuple[str, ...]
_Hanging = tuple[_Ids, int, str]  # what hangs on a clause, after how many "and"s, on which side of its verb


@dataclass(slots=True)
class _Part:
    """One main clause while it is read."""

    core: list[str] = field(default_factory=list)
    hanging: list[_Hanging] = field(default_factory=list)

    @property
    def joined(self) -> int:
        return sum(each in _JOINING for each in self.core)


def is_retold(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> bool:
    """Whether both say the same in another build. Only for English, whose order of words tells who does what."""
    if before.lang != "en" or after.lang != "en" or abs(len(one) - len(two)) > _MOST_LINKS:
        return False
    if _ours(before) != _ours(after):
        return False
    one, two = _of_one_name(one), _of_one_name(two)
    known = _Known(
        _owners(before, one) | _owners(after, two),
        _verbs(before, one) | _verbs(after, two),
        _acts(before, one) | _acts(after, two),
    )
    return _are_same(_said(before, one, known), _said(after, two, known))


def _are_same(one: Sequence[_Part], two: Sequence[_Part]) -> bool:
    """Whether every main clause of one side has its twin on the other."""
    left = list(two)
    for part in one:
        twin = next((other for other in left if _is_same_part(part, other)), None)
        if twin is None:
            return False
        left.remove(twin)
    return not left


def _is_same_part(one: _Part, two: _Part) -> bool:
    if len(one.hanging) != len(two.hanging) or not _is_same_list(one.core, two.core):
        return False
    is_reordered = [each for each in one.core if each != ","] != [each for each in two.core if each != ","]
    if is_reordered and any(joined not in (-1, one.joined) and side == "" for _, joined, side in one.hanging):
        return False  # "the names of all sites, and addresses": what hangs on one item is not the other's
    left = list(two.hanging)
    for ids, joined, side in one.hanging:
        twin = next((each for each in left if each[1:] == (joined, side) and _is_same_list(ids, each[0])), None)
        first = next((each for each in left if each[0][0] == ids[0]), None)
        if twin is None or (twin is not first and len(ids) > 1):
            return False  # two phrases with one preposition keep their order: "from the region … from our stores"
        left.remove(twin)
    return True


def _is_same_list(one: Sequence[str], two: Sequence[str]) -> bool:
    """The same words in order, or the same beginning and then the same items in any order."""
    if [each for each in one if each != ","] == [each for each in two if each != ","]:
        return True
    if len(one) != len(two) or _JOINING.isdisjoint(one):
        return False
    for head in range(min(len(one), _LONGEST_HEAD)):
        if head and one[head - 1] != two[head - 1]:
            return False
        if _items(one[head:]) == _items(two[head:]):
            return True
    return False


_LONGEST_HEAD = 8


def _items(ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """The items of a list, sorted, and its "and" and "or"."""
    items: list[list[str]] = [[]]
    for each in ids:
        if each in LIST_WORDS:
            items.append([])
        else:
            items[-1].append(each)
    return sorted(" ".join(item) for item in items if item), sorted(each for each in ids if each in _JOINING)


def _ours(frame: Frame) -> Counter[str]:
    """What is called ours and who else it is told of: "our workers" are fewer than "workers"."""
    words = frame.words
    return Counter(
        word for at, word in enumerate(words) if word in _POINTING and not (word == "us" and words[at - 1] == "by")
    )


_POINTING = word_set("us our ours own their theirs his her")


def _of_one_name(elements: Sequence[Element]) -> list[Element]:
    """ "Strictly prohibit", "is forbidden": one ruling, whatever its words; "are prohibited from" is told of somebody."""
    return [
        each._replace(id="modality:prohibit")
        if each.id.startswith("modality:")
        and not each.id.endswith(" from")
        and any(word in each.id for word in _BANNING)
        else each
        for each in elements
    ]


_BANNING = ("prohibit", "forbid", "banned", "bans")


_MOST_LINKS = 4  # an "and" between two sentences, a "by us"


@dataclass(frozen=True, slots=True)
class _Known:
    """What one side shows of the other: who is written as an owner ("workers' passports": there "of workers" has no
    place of its own), which words are verbs, and which are acts even as nouns."""

    owners: frozenset[str]
    verbs: frozenset[str]
    acts: frozenset[str]


def _said(frame: Frame, elements: Sequence[Element], known: _Known) -> list[_Part]:
    parts: list[_Part] = []
    clauses = _main_clauses(frame)
    for first, last in clauses:
        part = _read(frame, elements, range(first, last), known)
        part.hanging = [
            (ids, -1 if ids[0] == "of" and ids[-1] in known.owners else joined, _side(ids, side, len(clauses)))
            for ids, joined, side in part.hanging
        ]
        part.core = _as_bound(part.core[1:] if parts and part.core[:1] in (["they"], ["they+"]) else part.core)
        if part.core or part.hanging:
            parts.append(part)
    return parts


def _side(ids: _Ids, side: str, clauses: int) -> str:
    """What opens a sentence of several parts may hold for all of them, and is no more than that."""
    if ids[0] == "of":
        return ""
    return side if side != "front" or clauses > 1 else ""


def _as_bound(core: Sequence[str]) -> list[str]:
    """ "Must" and "shall" are one where somebody but ourselves is bound."""
    if core[:1] == ["modality:must"] or core[:1] == ["modality:must not"]:
        return [*core]
    return [each.replace("modality:must", "modality:will") for each in core]


def _main_clauses(frame: Frame) -> list[tuple[int, int]]:
    """The parts of a sentence that could stand alone, as [first, last)."""
    inside = {at for clause in frame.clauses for at in range(clause.first + 1, clause.last)}
    cuts = [
        at
        for at, word in enumerate(frame.words)
        if at not in inside and (word in (".", ";") or (word in ("and", "but") and _starts_clause(frame, at)))
    ]
    ends = [*cuts, len(frame.words)]
    return [(first, last) for first, last in zip([0, *(at + 1 for at in cuts)], ends, strict=True) if first < last]


def _starts_clause(frame: Frame, at: int) -> bool:
    """Whether a new subject and its verb follow an "and"."""
    following = frame.words[at + 1 : at + 2 + _SUBJECT_WORDS]
    if not following or at == 0:
        return False
    if following[0] in _SUBJECTS or following[0] in _MODAL:
        return True
    verb = next((index for index, word in enumerate(following) if word in _FINITE), 0)
    between = {*following[:verb]}
    is_plain = between.isdisjoint(_RELATIVE | LIST_WORDS | _BE)
    return frame.words[at - 1] == "," and verb > 0 and is_plain


def _read(frame: Frame, elements: Sequence[Element], span: range, known: _Known) -> _Part:
    clauses = [each for each in frame.clauses if each.kind in _SUBORDINATE and each.first in span]
    aside = {at for each in clauses for at in range(each.first, each.last)}
    inside = [each for each in elements if each.at in span and each.at not in aside]
    part = _Part()
    passive = _passive(frame, inside, span, aside)
    if passive:
        verb, agent = passive
        inside = [each._replace(id=each.id.removesuffix(_PAST)) if each.at >= verb else each for each in inside]
        if agent is not None:
            _take(frame, part, [each for each in inside if each.at in agent], known, "agent")
        elif not _is_ruling(frame, inside, verb):
            part.core.append(_NOBODY)
        _take(frame, part, _between_subject_and_verb(frame, inside, verb), known, "")
        subject = [each for each in inside if each.at < _subject_end(frame, inside, verb)]
        _take(frame, part, subject, known, "")
        rest = [each for each in inside if each.at > verb and (agent is None or each.at not in agent)]
        _take(frame, part, rest, known, "")
    else:
        verb = _verb(frame, inside, known)
        _take(frame, part, [each for each in inside if each.at < verb], known, "agent" if verb <= span.stop else "")
        _take(frame, part, [each for each in inside if each.at >= verb], known, "")
    for clause in clauses:
        joined = sum(each.at < clause.first and each.id in _JOINING for each in inside)
        is_first = not any(each.at < clause.first for each in inside)
        part.hanging.append((_subordinate(frame, elements, clause), joined, "front" if is_first else ""))
    return part


def _subordinate(frame: Frame, elements: Sequence[Element], clause: Clause) -> _Ids:
    """A condition in the order of its words; "if", "where" and "when" are one."""
    ids = [each.id for each in elements if clause.first <= each.at < clause.last]
    return tuple("if" if each in _IF else each for each in ids)


def _passive(
    frame: Frame, inside: Sequence[Element], span: range, aside: set[int]
) -> tuple[int, range | None] | None:
    """The participle of a passive clause, and the words of "by …" after the "by"."""
    words = frame.words
    for at in span:
        if at in aside or at >= len(words) or words[at] not in _BE:
            continue
        verb = at + 1
        while verb < len(words) and (words[verb] in _BESIDE_BE or words[verb].endswith("ly")):
            verb += 1
        if verb >= len(words) or not _is_participle(words[verb]):
            continue
        starts = {each.at for each in inside if each.id.startswith(("deadline:", "hedges:", "channel:"))}
        by = next((i for i in range(verb, min(span.stop, len(words))) if words[i] == "by" and i not in starts), -1)
        if by < 0 or by in aside:
            return verb, None
        last = by + 1
        while last < min(span.stop, len(words)) and words[last] not in _PREPOSITIONS - {"of"} and words[last].isalnum():
            if last in aside or words[last] in _RELATIVE | {"and", "or"}:
                break
            last += 1
        return verb, range(by + 1, last)
    return None


def _is_ruling(frame: Frame, inside: Sequence[Element], verb: int) -> bool:
    """ "Retaliation is prohibited": nobody is named, and nobody but the company can have said so."""
    return frame.words[verb].startswith(_RULING)


def _subject_end(frame: Frame, inside: Sequence[Element], verb: int) -> int:
    """Where the words between the subject and the participle begin: the modal, the "is"."""
    at = verb - 1
    while at >= 0 and (frame.words[at] in _BE | _FINITE | _BESIDE_BE or frame.words[at].endswith("ly")):
        at -= 1
    return at + 1


def _between_subject_and_verb(frame: Frame, inside: Sequence[Element], verb: int) -> list[Element]:
    first = _subject_end(frame, inside, verb)
    return [each for each in inside if first <= each.at <= verb]


def _verb(frame: Frame, inside: Sequence[Element], known: _Known) -> int:
    """The first word of the verb where the sentence shows one: a modal, an act, a form of "have" or "be"."""
    acts = {act.at for act in frame.acts if act.is_head}
    return next((each.at for each in inside if each.at in acts or _is_verb(frame, each, known)), len(frame.words) + 2)


def _is_verb(frame: Frame, each: Element, known: _Known) -> bool:
    return each.id.startswith("modality:") or each.id in known.verbs or frame.words[each.at] in _FINITE


def _verbs(frame: Frame, elements: Sequence[Element]) -> frozenset[str]:
    """The participles of passives: what is one on one side is a verb on the other."""
    return frozenset(
        each.id.removesuffix(_PAST)
        for each in elements
        if each.at and _is_participle(frame.words[each.at]) and not _BE.isdisjoint(frame.words[max(each.at - 3, 0) : each.at])
    )


def _acts(frame: Frame, elements: Sequence[Element]) -> frozenset[str]:
    places = {act.at for act in frame.acts}
    return frozenset(each.id for each in elements if each.at in places)


def _is_participle(word: str) -> bool:
    return word.endswith("ed") or word in irregular_pasts()


def _take(frame: Frame, part: _Part, elements: Sequence[Element], known: _Known, side: str) -> None:
    """Sorts elements into the core and what hangs on it."""
    phrase: list[str] = []
    held: list[str] = []  # a phrase that another one between commas interrupts: "who, in good faith, reports"
    last_at = -1
    last_id = owned = ""
    is_fronted = is_aside = False  # a phrase that opens the sentence, one that stands between commas
    for each in elements:
        name = frame.words[each.at]
        links = frame.words[last_at : each.at] if last_at >= 0 else _leading(frame, each.at)
        preposition = _preposition(links, name) or owned
        owned = ""
        if (last_at < 0 and side == "agent" and preposition == "by") or (
            preposition == "of" and last_id in known.acts
        ):
            preposition = ""  # the agent itself; "the sale of drones", which is to sell drones
        if phrase == ["of"]:
            preposition = ""  # "belonging to"
        ends = preposition or each.id in _RELATIVE or _is_verb(frame, each, known) and not _is_within(phrase)
        if phrase and not held and preposition and links[:1] == (",",):
            held, phrase = phrase, []
        elif phrase and held and links[:1] == (",",):
            part.hanging.append(_hung(phrase, part, side))
            phrase, held = held, []
        elif phrase and each.id in _JOINING and "," in links and "," not in phrase:
            part.hanging.append(_hung(phrase, part, side))
            phrase = []  # "the names of all sites, and addresses": no list of two has a comma
        elif phrase and (ends or not _SUBJECTS.isdisjoint(links) or ((is_fronted or is_aside) and "," in links)):
            part.hanging.append(_hung(phrase, part, "front" if is_fronted else side))
            phrase = []
        if each.is_movable or _is_adverb(name, each):
            part.hanging.append(((each.id,), part.joined, ""))
        elif name.endswith("'s") or frame.words[each.last : each.last + 1] == ("'",):
            part.hanging.append((("of", each.id), part.joined, side))
            owned = preposition  # "to our users' data"
        elif preposition:
            phrase = [preposition, *([] if name in _PHRASE_WORDS else [each.id])]
            is_fronted, is_aside = last_at < 0 and not part.core, links[:1] == (",",)
        elif each.id in _RELATIVE and not phrase:
            phrase = [each.id]
        elif phrase:
            phrase += [",", each.id] if "," in links else [each.id]
        else:
            part.core += [",", each.id] if "," in links and part.core else [each.id]
        last_at, last_id = each.last, each.id
    for each_phrase in (held, phrase):
        if each_phrase:
            part.hanging.append(_hung(each_phrase, part, side))


def _is_within(phrase: Sequence[str]) -> bool:
    """Whether a phrase may hold a verb of its own: "that apply to", "to report"."""
    return phrase[:1] != [] and (phrase[0] in _RELATIVE or phrase[0] == "to")


_PHRASE_WORDS = _PREPOSITIONS | {"belonging"}


def _leading(frame: Frame, at: int) -> Sequence[str]:
    """The words between the beginning of a phrase and its first element."""
    first = at
    while first > 0 and frame.words[first - 1] in _DETERMINERS:
        first -= 1
    return frame.words[max(first - 1, 0) : at]


_DETERMINERS = word_set("the a an our its their")


def _preposition(links: Sequence[str], name: str) -> str:
    if name == "belonging":
        return "of"
    if name in _PREPOSITIONS:
        return name
    return next((word for word in reversed(links) if word in _PREPOSITIONS), "")


def _hung(phrase: Sequence[str], part: _Part, side: str) -> _Hanging:
    return tuple(phrase), part.joined, side


def _is_adverb(word: str, element: Element) -> bool:
    return word.endswith("ly") and word not in _NO_ADVERB and element.last == element.at + 1


def _owners(frame: Frame, elements: Sequence[Element]) -> frozenset[str]:
    """Who is written as an owner on this side: "workers' passports"."""
    return frozenset(
        each.id
        for each in elements
        if frame.words[each.at].endswith("'s") or frame.words[each.last : each.last + 1] == ("'",)
    )
