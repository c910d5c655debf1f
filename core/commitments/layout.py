"""How an English sentence is built: its clauses, each into who does what (the core, in order) and what hangs on it.

Phrases with a preposition, conditions and qualifications hang; a passive clause is read as the active one it stands
for. Nothing here knows what the words mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.commitments.frame import Clause, Frame
from core.commitments.guard import MOVABLE, Element
from core.commitments.inflection import irregular_pasts
from core.commitments.sameness import stands_between
from core.commitments.wording import starts_clause, word_set

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
NO_ADVERB = word_set("supply apply rely comply only family early reply imply assembly likely")
_SUBJECT_WORDS = 7
JOINING = word_set("and or nor")
_NOBODY = "(nobody)"

_Ids = tuple[str, ...]
_Hanging = tuple[_Ids, int, str]  # what hangs on a clause, after how many "and"s, on which side of its verb


@dataclass(slots=True)
class Part:
    """One main clause while it is read."""

    core: list[str] = field(default_factory=list)
    hanging: list[_Hanging] = field(default_factory=list)

    @property
    def joined(self) -> int:
        return sum(each in JOINING for each in self.core)


@dataclass(frozen=True, slots=True)
class Known:
    """What one side shows of the other: who is written as an owner ("workers' passports": there "of workers" has no
    place of its own), which words are verbs, and which are acts even as nouns."""

    owners: frozenset[str]
    verbs: frozenset[str]
    acts: frozenset[str]


def known_of(*sides: tuple[Frame, Sequence[Element]]) -> Known:
    """What the sides of a comparison show together."""
    return Known(
        frozenset().union(*(_owners(frame, elements) for frame, elements in sides)),
        frozenset().union(*(_verbs(frame, elements) for frame, elements in sides)),
        frozenset().union(*(_acts(frame, elements) for frame, elements in sides)),
    )


def parts_of(frame: Frame, elements: Sequence[Element], known: Known) -> list[Part]:
    """The main clauses of a sentence, in order."""
    parts: list[Part] = []
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
    """Whether a verb of its own, with a subject or without, follows an "and"."""
    following = frame.words[at + 1 : at + 2 + _SUBJECT_WORDS]
    if not following or at == 0:
        return False
    return following[0] in _MODAL or starts_clause(following, is_set_off=frame.words[at - 1] == ",")


def _read(frame: Frame, elements: Sequence[Element], span: range, known: Known) -> Part:
    clauses = [each for each in frame.clauses if each.kind in _SUBORDINATE and each.first in span]
    aside = {at for each in clauses for at in range(each.first, each.last)}
    inside = [each for each in elements if each.at in span and each.at not in aside]
    part = Part()
    passive = _passive(frame, inside, span, aside)
    if passive:
        verb, agent = passive
        inside = [each._replace(id=each.id.removesuffix(_PAST)) if each.at >= verb else each for each in inside]
        if agent is not None:
            _Sorting(frame, part, known, "agent").take([each for each in inside if each.at in agent])
        elif not _is_ruling(frame, verb) and not _is_done_by_none(frame):
            part.core.append(_NOBODY)
        _Sorting(frame, part, known, "").take(_between_subject_and_verb(frame, inside, verb))
        subject = [each for each in inside if each.at < _subject_end(frame, verb)]
        _Sorting(frame, part, known, "").take(subject)
        rest = [each for each in inside if each.at > verb and (agent is None or each.at not in agent)]
        _Sorting(frame, part, known, "").take(rest)
    else:
        verb = _verb(frame, inside, known)
        _Sorting(frame, part, known, "agent" if verb <= span.stop else "").take(
            [each for each in inside if each.at < verb]
        )
        _Sorting(frame, part, known, "").take([each for each in inside if each.at >= verb])
    for clause in clauses:
        joined = sum(each.at < clause.first and each.id in JOINING for each in inside)
        joined = min(joined, part.joined)  # the "and" of a list joins no acts
        is_first = not any(each.at < clause.first for each in inside)
        part.hanging.append((_subordinate(frame, elements, clause), joined, "front" if is_first else ""))
    return part


def _subordinate(frame: Frame, elements: Sequence[Element], clause: Clause) -> _Ids:
    """A condition in the order of its words; "if", "where" and "when" are one."""
    ids = [each.id for each in elements if clause.first <= each.at < clause.last]
    is_in_another = any(each.kind == "relative" and each.last == clause.first for each in frame.clauses)
    return (*(("(who)",) if is_in_another else ()), *("if" if each in _IF else each for each in ids))


def _passive(frame: Frame, inside: Sequence[Element], span: range, aside: set[int]) -> tuple[int, range | None] | None:
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
            if last in aside or words[last] in _RELATIVE:
                break
            if words[last] in ("and", "or") and not _ends_with_names(words, last + 1):
                break
            last += 1
        return verb, range(by + 1, last)
    return None


def _ends_with_names(words: Sequence[str], first: int) -> bool:
    """ "… by workers and their families": nothing but names follows to the end."""
    rest = [word for word in words[first:] if word != "."]
    return (
        0 < len(rest) <= _NAMES
        and all(word.isalpha() and not word.endswith("ed") for word in rest)
        and ((_FINITE | _PREPOSITIONS | _MODAL | _BE).isdisjoint(rest))
    )


_NAMES = 4  # words


def _is_done_by_none(frame: Frame) -> bool:
    """ "Our cameras are not sold": what is not done, nobody does, and so we do not; unless it is not done to us."""
    return bool(frame.negations) and frame.actor == "nobody" and _OF_OTHERS.isdisjoint(frame.words)


_OF_OTHERS = word_set("must shall")  # a rule for whoever does it


def _is_ruling(frame: Frame, verb: int) -> bool:
    """ "Retaliation is prohibited": nobody is named, and nobody but the company can have said so."""
    return frame.words[verb].startswith(_RULING)


def _subject_end(frame: Frame, verb: int) -> int:
    """Where the words between the subject and the participle begin: the modal, the "is"."""
    at = verb - 1
    while at >= 0 and (frame.words[at] in _BE | _FINITE | _BESIDE_BE or frame.words[at].endswith("ly")):
        at -= 1
    return at + 1


def _between_subject_and_verb(frame: Frame, inside: Sequence[Element], verb: int) -> list[Element]:
    first = _subject_end(frame, verb)
    return [each for each in inside if first <= each.at <= verb]


def _verb(frame: Frame, inside: Sequence[Element], known: Known) -> int:
    """The first word of the verb where the sentence shows one: a modal, an act, a form of "have" or "be"."""
    acts = {act.at for act in frame.acts if act.is_head}
    return next((each.at for each in inside if each.at in acts or _is_verb(frame, each, known)), len(frame.words) + 2)


def _is_verb(frame: Frame, each: Element, known: Known) -> bool:
    return each.id.startswith("modality:") or each.id in known.verbs or frame.words[each.at] in _FINITE


def _verbs(frame: Frame, elements: Sequence[Element]) -> frozenset[str]:
    """The participles of passives: what is one on one side is a verb on the other."""
    return frozenset(
        each.id.removesuffix(_PAST)
        for each in elements
        if each.at
        and _is_participle(frame.words[each.at])
        and not _BE.isdisjoint(frame.words[max(each.at - 3, 0) : each.at])
    )


def _acts(frame: Frame, elements: Sequence[Element]) -> frozenset[str]:
    places = {act.at for act in frame.acts}
    return frozenset(each.id for each in elements if each.at in places)


def _is_participle(word: str) -> bool:
    return word.endswith("ed") or word in irregular_pasts()


class _Sorting:
    """One stretch of a clause, its elements put one by one into the core or a phrase."""

    def __init__(self, frame: Frame, part: Part, known: Known, side: str) -> None:
        self.frame, self.part, self.known, self.side = frame, part, known, side
        self.phrase: list[str] = []
        self.held: list[str] = []  # a phrase that another one between commas interrupts: "who, in good faith, reports"
        self.last_at = -1
        self.last_id = self.owned = ""
        self.is_fronted = self.is_aside = False  # a phrase that opens the stretch, one that stands between commas

    def take(self, elements: Sequence[Element]) -> None:
        for each in elements:
            links = self._links(each)
            preposition = self._preposition(each, links)
            self._end_phrase(each, links, preposition)
            self._put(each, links, preposition)
            self.last_at, self.last_id = each.last, each.id
        if self.held:
            self._hang(self.held, self.side)
        if self.phrase:  # "in every case, we oppose": no word of the subject stands behind it
            self._hang(self.phrase, "front" if self.is_fronted else self.side)

    def _links(self, each: Element) -> Sequence[str]:
        """The words that carry nothing between the element before and this one."""
        return self.frame.words[self.last_at : each.at] if self.last_at >= 0 else _leading(self.frame, each.at)

    def _preposition(self, each: Element, links: Sequence[str]) -> str:
        found = _preposition(links, self.frame.words[each.at]) or self.owned
        self.owned = ""
        if self.phrase == ["of"]:  # "belonging to"
            return ""
        if self.last_at < 0 and self.side == "agent" and found == "by":
            return ""
        if found == "of" and self.last_id in self.known.acts:  # "the sale of drones" is to sell drones
            return ""
        return found

    def _end_phrase(self, each: Element, links: Sequence[str], preposition: str) -> None:
        if not self.phrase:
            return
        if links[:1] == (",",) and self.held:
            self._hang(self.phrase, self.side)
            self.phrase, self.held = self.held, []
        elif links[:1] == (",",) and preposition:
            self.held, self.phrase = self.phrase, []
        elif self._is_ended(each, links, preposition):
            self._hang(self.phrase, "front" if self.is_fronted else self.side)
            self.phrase = []

    def _is_ended(self, each: Element, links: Sequence[str], preposition: str) -> bool:
        if each.id in JOINING and "," in links and "," not in self.phrase:
            return True  # "the names of all sites, and addresses": no list of two has a comma
        if preposition or each.id in _RELATIVE or not _SUBJECTS.isdisjoint(links):
            return True
        if _is_verb(self.frame, each, self.known) and self.phrase[0] not in _RELATIVE | {"to"}:
            return True
        return (self.is_fronted or self.is_aside) and "," in links

    def _put(self, each: Element, links: Sequence[str], preposition: str) -> None:
        name = self.frame.words[each.at]
        if each.id.startswith(MOVABLE) or _is_adverb(name, each):
            self._hang([*self._aside(each), each.id], "")
        elif _is_owner(self.frame, each):
            self._hang(["of", each.id], self.side)
            self.owned = preposition  # "to our users' data"
        elif preposition:
            self.phrase = [preposition, *self._aside(each)[:1], *([] if name in _PHRASE_WORDS else [each.id])]
            self.is_fronted, self.is_aside = self.last_at < 0 and not self.part.core, links[:1] == (",",)
        elif self.phrase or each.id in _RELATIVE:
            self.phrase += [",", each.id] if "," in links and self.phrase else [each.id]
        else:
            self.part.core += [",", each.id] if "," in links and self.part.core else [each.id]

    def _aside(self, each: Element) -> list[str]:
        """Where a manner or a time belongs to another verb than the first: in a "who" clause, behind a "to"."""
        if any(_lies_in(self.frame, clause, each.at) for clause in self.frame.clauses):
            return ["(who)"]
        if self.last_at > 0 and self.frame.words[self.last_at : each.at][:1] in (("we",), ("they",)):
            return ["(who)"]  # "the requests we regularly refuse"
        between = stands_between(self.frame, each) if each.id.startswith(MOVABLE) else ""
        if between:
            return [between]
        return ["(to)"] if "to" in self.frame.words[max(each.at - 1, 0) : each.at] else []

    def _hang(self, phrase: Sequence[str], side: str) -> None:
        self.part.hanging.append((tuple(phrase), self.part.joined, side))


def _lies_in(frame: Frame, clause: Clause, at: int) -> bool:
    """Whether a manner or a time lies in a clause, or right behind one that was cut off before it."""
    if (
        clause.kind == "relative"
        and clause.last == clause.first + 1
        and frame.words[clause.last : clause.last + 1] == (",",)
    ):
        return clause.first < at <= clause.last + _NAMES  # "who, in good faith, reports"
    return clause.first < at < clause.last if clause.kind == "relative" and at < clause.last else at == clause.last


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


def _is_adverb(word: str, element: Element) -> bool:
    return word.endswith("ly") and word not in NO_ADVERB and element.last == element.at + 1


def _is_owner(frame: Frame, element: Element) -> bool:
    """ "Workers' passports", "the company's policy"."""
    return frame.words[element.at].endswith("'s") or frame.words[element.last : element.last + 1] == ("'",)


def _owners(frame: Frame, elements: Sequence[Element]) -> frozenset[str]:
    return frozenset(each.id for each in elements if _is_owner(frame, each))
