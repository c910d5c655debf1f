"""From a sentence to its frame: cues found and settled, clauses set apart, the leading modality, the actor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import attrgetter

from core.commitments.acts import Act, english_acts
from core.commitments.acts_abroad import acts_abroad
from core.commitments.clauses import clauses_of, word_span
from core.commitments.frame import Clause, Frame, Mark, Stance
from core.commitments.patterns import Found
from core.commitments.tongue import tongue_of
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import prepare, with_lead_in, words_of
from core.text.fold import fold

# A cue of the left dimension gives way where it overlaps one of the right: "any government" is a customer, not a breadth.
_YIELDS = {
    "modality": ("deadline",),
    "hedges": ("modality", "deadline"),
    "conditions": ("hedges", "deadline", "duration", "modality", "frequency"),
    "breadth": ("customers", "places", "channel", "standards", "frequency", "deadline", "hedges", "evidence"),
    "duration": ("deadline", "frequency"),
    "actors": ("channel", "evidence", "hedges"),
    "evidence": ("customers",),
}
_ORDER = (
    "deadline", "modality", "hedges", "places", "customers", "channel", "standards", "frequency", "evidence",
    "duration", "breadth", "actors", "conditions", "group", "negation", "person_data", "anaphora",
)  # fmt: skip
_RANK = {dimension: rank for rank, dimension in enumerate(_ORDER)}
_LONGEST_FIRST = frozenset({"places", "customers", "deadline", "standards", "hedges", "channel", "conditions"})
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being) (?:not |never |also |always |now |still |only |then |\w+ly )*"
    r"(?:\w+ed|sold|bought|given|made|built|held|kept|taken|paid|withdrawn|forbidden|written)\b"
)
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being"})
_BY_US = re.compile(r"\bby (?:us|we|our company|the company|the group)\b")
_FREEDOMS = frozenset(
    {"may", "might", "can", "could", "reserve the right to", "reserves the right to", "is free to", "are free to"}
)
_INFINITE = 10_000


def build_frame(
    vocabulary: Vocabulary, sentence: str, lead_in: str = "", company_names: tuple[str, ...] = (), lang: str = ""
) -> Frame:
    """The frame of one sentence, read with its lead-in; ``lang`` where it is known. Callers bound its length."""
    whole = with_lead_in(sentence, lead_in)
    prepared = as_we(prepare(whole), company_names, whole)
    words, starts = words_of(prepared)
    lang = lang or tongue_of(vocabulary, prepared, words)
    sieve = vocabulary.sieves.get(lang)
    found = _settled(sieve.find(prepared)) if sieve else []
    clauses = clauses_of(vocabulary, found, words, starts, prepared)
    marks = tuple(_mark(each, starts, clauses) for each in found if each.cue.dimension != "conditions")
    main_negations = tuple(
        mark.first
        for mark in marks
        if mark.dimension == "negation"
        and mark.value == "not"
        and mark.clause < 0
        and not (mark.text == "nor" and "neither" in words)  # one negation in two words
    )
    acts = english_acts(vocabulary, words, marks, clauses) if lang == "en" else acts_abroad(lang, marks)
    tier, modality, at = _leading(marks, acts)
    passive = lang == "en" and not _BE.isdisjoint(words) and _PASSIVE.search(prepared) is not None
    actor = _actor(marks, words, acts, at if lang != "de" else _INFINITE, prepared, is_passive=passive)
    return Frame(
        sentence=whole,
        prepared=prepared,
        lang=lang,
        words=tuple(words),
        actor=actor,
        stance=_stance(acts, marks, actor),
        tier=tier,
        modality=modality,
        acts=acts,
        marks=marks,
        clauses=clauses,
        negations=main_negations,
        is_passive=passive,
    )


def as_we(prepared: str, company_names: tuple[str, ...], captured: str) -> str:
    """The sentence with the company's own names read as "we"; where they are written as names, and not as the words they
    may be besides ("Shell", "shell companies")."""
    for name in company_names:
        folded = fold(name).text
        if folded and folded in prepared:
            prepared = _renamed(prepared, name, folded, captured)
    return prepared


def _renamed(prepared: str, name: str, folded: str, captured: str) -> str:
    written = re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", captured, re.IGNORECASE)
    are_names = iter([each != each.lower() or name == name.lower() for each in written])

    def as_written(found: re.Match[str]) -> str:
        return "we" if next(are_names, True) else found.group()

    return re.sub(rf"(?<!\w){re.escape(folded)}(?!\w)", as_written, prepared)


_START = attrgetter("start")


def _settled(found_in: Iterable[Found]) -> list[Found]:
    """One reading of overlapping cues: within a dimension the first (or longest), across dimensions the stronger."""
    by_dimension: dict[str, list[Found]] = {}
    for found in found_in:
        by_dimension.setdefault(found.cue.dimension, []).append(found)
    kept: dict[str, list[Found]] = {}
    for dimension in sorted(by_dimension, key=_RANK.__getitem__):
        candidates = by_dimension[dimension]
        if len(candidates) == 1 and kept.keys().isdisjoint(_YIELDS.get(dimension, ())):
            kept[dimension] = candidates
            continue
        if dimension in _LONGEST_FIRST:
            candidates.sort(key=lambda each: each.start - each.end)
        if dimension == "negation":
            candidates.sort(key=lambda each: each.cue.value != "pseudo")
        blockers = [each for other in _YIELDS.get(dimension, ()) for each in kept.get(other, ())]
        chosen: list[Found] = []
        for each in candidates:
            if not any(each.start < other.end and other.start < each.end for other in (*chosen, *blockers)):
                chosen.append(each)
        kept[dimension] = chosen
    return sorted((each for chosen in kept.values() for each in chosen), key=_START)


def _mark(found: Found, starts: list[int], clauses: tuple[Clause, ...]) -> Mark:
    cue, start, end, match = found
    first, last = word_span(start, end, starts)
    inside = -1
    if clauses:
        inside = next((at for at, clause in enumerate(clauses) if clause.first <= first < clause.last), -1)
    numbers = _numbers(match) if match.re.groups else ()
    return Mark(cue.dimension, cue.value, cue.tier, first, last, match.group().strip(), inside, numbers)


def _numbers(match: re.Match[str]) -> tuple[tuple[str, str], ...]:
    """The groups that matched, by name; by position where the pattern names none."""
    named = tuple((key, value) for key, value in match.groupdict().items() if value is not None)
    return named or tuple(("", value) for value in match.groups() if value is not None)


def _leading(marks: tuple[Mark, ...], acts: tuple[Act, ...]) -> tuple[int | None, str, int]:
    """Tier, words and place of the modality that leads the main clause."""
    cues = [mark for mark in marks if mark.dimension == "modality" and mark.clause < 0]
    if cues:
        lead = min(cues, key=lambda mark: mark.first)
        return lead.tier, lead.text, lead.first
    heads = [act for act in acts if act.is_head]
    if heads:
        return 4, "plain statement", heads[0].at
    return None, "", _INFINITE


def _stance(acts: tuple[Act, ...], marks: tuple[Mark, ...], actor: str) -> Stance:
    """By the acts; without any, a bare "may" is a freedom, and any other modality a promise of something unknown.

    The freedom of those a promise protects ("workers can complain") is a promise to them.
    """
    kinds: set[str] = {act.stance for act in acts}
    modals = [mark.text for mark in marks if mark.dimension == "modality" and mark.clause < 0]
    if not kinds and modals:
        is_free = all(text in _FREEDOMS for text in modals) and actor not in ("users", "affected")
        kinds = {"permits"} if is_free else {"restrains"}
    if kinds == {"restrains"}:
        return "restrains"
    if kinds == {"permits"}:
        return "permits"
    return "both" if kinds else "none"


def _agent(marks: tuple[Mark, ...], words: list[str]) -> str:
    """Who does what is told in the passive: "hours are recorded by suppliers"."""
    is_right = any(mark.dimension == "modality" and mark.text in ("can", "may") for mark in marks)
    agents = ("we", "third", "users", "affected") if is_right else ("we", "third")  # "may be used by workers"
    for mark in marks:
        if mark.dimension == "actors" and mark.value in agents and mark.clause < 0:
            lead = words[max(mark.first - 3, 0) : mark.first]
            if "by" in lead and _DETERMINED.issuperset(lead[lead.index("by") + 1 :]):
                return mark.value
    return ""


_DETERMINED = frozenset({"the", "our", "its", "all", "each", "every", "any"})


def _begin(marks: tuple[Mark, ...], words: list[str]) -> int:
    """The word at which the subject stands: behind a qualification that opens the sentence, between it and a comma."""
    opening = next((mark.last for mark in marks if mark.first == 0 and mark.dimension in _OPENING), 0)
    return opening + 1 if opening and words[opening : opening + 1] == [","] else 0


_OPENING = ("hedges", "deadline", "frequency")


def _actor(
    marks: tuple[Mark, ...], words: list[str], acts: tuple[Act, ...], at: int, prepared: str, *, is_passive: bool
) -> str:
    """Who is bound, by the lexicon's classes; "nobody" in a passive without "by", "named" for an unknown subject."""
    if is_passive and at < _INFINITE:
        if _BY_US.search(prepared):
            return "we"
        agent = _agent(marks, words)
        if agent:
            return agent
        begin = _begin(marks, words)
        subject = {m.value for m in marks if m.dimension == "actors" and m.clause < 0 and begin <= m.first <= begin + 1}
        if "we" in subject:
            return "we"
        return next(iter(sorted(subject & {"third", "users", "affected"})), "nobody")
    limit = at if at < _INFINITE else len(words)
    subject_marks = [mark for mark in marks if mark.dimension == "actors" and mark.clause < 0 and mark.first < limit]
    values = {mark.value for mark in subject_marks}
    if "group_and_partners" in values and "we" in values:
        return "we and the group"
    for value in ("we", "third", "users", "affected", "group_and_partners"):
        if any(mark.value == value for mark in subject_marks):
            return value
    return "named"
