"""One sentence taken apart: who is bound, how firmly, to do or leave what, where, for whom, until when, with what ifs.

Surface cues only, from the lexicon; no parser and no model. A frame never says that a sentence *is* a promise, only
which words of it would make one, so that two frames can be compared and the words shown.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import Literal, NamedTuple

from core.commitments.acts import Act, english_acts
from core.commitments.acts_abroad import acts_abroad
from core.commitments.patterns import Found
from core.commitments.vocabulary import SILENCES, Vocabulary
from core.commitments.wording import prepare, shown, with_lead_in, words_of
from core.text.fold import fold

Stance = Literal["restrains", "permits", "both", "none"]

_EVEN_SO = ("regardless of ", "irrespective of ", "even if ", "even when ", "even where ", "no matter ")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[a-z']+")
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
_BOUNDARIES = frozenset(",;:()，；：（）、")
_PREPOSITIONS = frozenset({"in", "of", "to", "from", "at", "on", "with", "for", "by"})
_SUBJECTS = frozenset({"we", "they", "it", "you"})
_MODALS = frozenset({"will", "shall", "must", "may", "might", "can", "could", "should", "would", "cannot"})
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being) (?:not |never |also |immediately |\w+ly )*"
    r"(?:\w+ed|sold|bought|given|made|built|held|kept|taken|paid|withdrawn|forbidden|written)\b"
)
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being"})
_BY_US = re.compile(r"\bby (?:us|we|our company|the company|the group)\b")
_FREEDOMS = frozenset(
    {"may", "might", "can", "could", "reserve the right to", "reserves the right to", "is free to", "are free to"}
)
_INFINITE = 10_000


class Mark(NamedTuple):
    """A cue found in a sentence: words ``first`` to ``last`` (excluded). ``clause`` is -1 in the main clause.

    A tuple, as acts are: a page makes thousands.
    """

    dimension: str
    value: str
    tier: int
    first: int
    last: int
    text: str
    clause: int = -1
    numbers: tuple[tuple[str, str], ...] = ()


class Clause(NamedTuple):
    """A condition, exception or relative clause: its kind, its words (``first`` to ``last`` excluded), its text."""

    kind: str
    first: int
    last: int
    text: str

    @property
    def leaves_nothing_out(self) -> bool:
        """ "Whether by us or by our dealers", "even where the law allows it": it holds in every case named."""
        return self.text.startswith(_EVEN_SO) or (self.text.startswith("whether ") and " or " in self.text)


class Frame(NamedTuple):
    """What a sentence says, dimension by dimension. Read-outs give the words as captured."""

    sentence: str
    prepared: str
    lang: str
    words: tuple[str, ...]
    actor: str
    stance: Stance
    tier: int | None  # of the leading modality; None where nothing is promised, denied or even considered
    modality: str
    acts: tuple[Act, ...]
    marks: tuple[Mark, ...]
    clauses: tuple[Clause, ...]
    negations: tuple[int, ...]  # words of the main clause
    is_passive: bool = False

    def of(self, dimension: str, *, main_only: bool = True) -> tuple[Mark, ...]:
        """The cues of one dimension; those in conditions and relative clauses only when asked for."""
        return tuple(mark for mark in self.marks if mark.dimension == dimension and (mark.clause < 0 or not main_only))

    def quote(self, mark: Mark | Clause) -> str:
        """The words of a mark as captured."""
        return shown(mark.text, self.sentence)

    @property
    def firmness(self) -> int | None:
        """The highest tier of the main clause, where several modal words stand."""
        tiers = [mark.tier for mark in self.of("modality")]
        return max(tiers) if tiers else self.tier

    @property
    def is_commitment(self) -> bool:
        """A plan, a promise, a duty, a ban or a denial (tier 3 and above) that restrains somebody."""
        return self.tier is not None and self.tier >= 3 and self.stance in ("restrains", "both")

    @property
    def knowledge(self) -> bool:
        """Whether the promise ends where the speaker does not know."""
        return any(mark.value == "knowledge" for mark in self.of("hedges", main_only=False))

    @property
    def remedy(self) -> bool:
        """Whether making good is promised."""
        return any(act.group == "remediate" and act.stance == "restrains" for act in self.acts)

    def _speaks_of(self, name: str) -> bool:
        return self.remedy if name == "remedy" else bool(self.of(name, main_only=False))

    def read_out(self) -> tuple[tuple[str, str], ...]:
        """(dimension, words) of everything found, for people, in the order of the sentence's anatomy."""
        said: list[tuple[str, str]] = [("actor", self.actor), ("stance", self.stance)]
        if self.tier is not None:
            said.append(("modality", self.modality))
        said += [("action", act.lemma) for act in self.acts]
        for dimension in (
            "places", "customers", "channel", "breadth", "duration", "deadline", "frequency", "hedges", "evidence",
            "standards",
        ):  # fmt: skip
            said += [(dimension, self.quote(mark)) for mark in self.of(dimension, main_only=False)]
        said += [(clause.kind, self.quote(clause)) for clause in self.clauses if clause.kind in _LIMITS]
        return tuple(said)

    def not_said(self, asked: Collection[str] = SILENCES) -> tuple[str, ...]:
        """What a reader may ask next, because the sentence is silent about it; ``asked`` are the dimensions that matter."""
        found = [words for name, words in SILENCES.items() if name in asked and not self._speaks_of(name)]
        if self.actor == "nobody":
            found.insert(0, "nobody is named who is bound")
        return tuple(found)


_LIMITS = ("condition", "exception", "unmet", "relative")


def build_frame(
    vocabulary: Vocabulary, sentence: str, lead_in: str = "", company_names: tuple[str, ...] = (), lang: str = ""
) -> Frame:
    """The frame of one sentence, read with its lead-in; ``lang`` where it is known. Callers bound its length."""
    whole = with_lead_in(sentence, lead_in)
    prepared = as_we(prepare(whole), company_names)
    words, starts = words_of(prepared)
    lang = lang or tongue_of(vocabulary, prepared, words)
    sieve = vocabulary.sieves.get(lang)
    found = _settled(sieve.find(prepared)) if sieve else []
    clauses = _clauses(vocabulary, found, words, starts, prepared)
    marks = tuple(_mark(each, starts, clauses) for each in found if each.cue.dimension != "conditions")
    main_negations = tuple(
        mark.first for mark in marks if mark.dimension == "negation" and mark.value == "not" and mark.clause < 0
    )
    acts = english_acts(vocabulary, words, marks, clauses) if lang == "en" else acts_abroad(lang, marks)
    tier, modality, at = _leading(marks, acts)
    passive = lang == "en" and not _BE.isdisjoint(words) and _PASSIVE.search(prepared) is not None
    return Frame(
        sentence=whole,
        prepared=prepared,
        lang=lang,
        words=tuple(words),
        actor=_actor(marks, words, acts, at if lang != "de" else _INFINITE, prepared, is_passive=passive),
        stance=_stance(acts, marks),
        tier=tier,
        modality=modality,
        acts=acts,
        marks=marks,
        clauses=clauses,
        negations=main_negations,
        is_passive=passive,
    )


def as_we(prepared: str, company_names: tuple[str, ...]) -> str:
    """The sentence with the company's own names read as "we"."""
    for name in company_names:
        folded = fold(name).text
        if folded and folded in prepared:
            prepared = re.sub(rf"(?<!\w){re.escape(folded)}(?!\w)", "we", prepared)
    return prepared


def tongue_of(vocabulary: Vocabulary, prepared: str, words: list[str]) -> str:
    """The language whose cues apply: by script, then by function words; "other" where we have no cues."""
    if prepared.isascii():
        if " the " in prepared or " and " in prepared or " our " in prepared or prepared.startswith("we "):
            return "en"  # spares most sentences the count
    else:
        if re.search(r"[\u3040-\u30ff\uac00-\ud7af]", prepared):
            return "other"
        letters = sum(1 for char in prepared if char.isalpha())
        han = len(_HAN.findall(prepared))
        if han * 5 > letters:  # one ideograph says about as much as five letters
            return "zh"
        latin = sum(1 for char in prepared if "a" <= char <= "z")
        if latin * 2 < letters:
            return "other"
    return best_tongue(vocabulary, set(words))


def best_tongue(vocabulary: Vocabulary, words: set[str]) -> str:
    """The Latin language whose function words stand here; a word several languages share counts less in each."""
    counts = dict.fromkeys(vocabulary.tongue, 0.0)
    for word in words & vocabulary.tongue_words.keys():
        langs = vocabulary.tongue_words[word]
        for lang in langs:
            counts[lang] += 1 / len(langs)
    best = max(counts, key=lambda lang: (counts[lang], lang == "en"))
    return best if counts[best] else "en"


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


def _word_span(start: int, end: int, starts: list[int]) -> tuple[int, int]:
    first = max(bisect_right(starts, start) - 1, 0)
    return first, max(bisect_left(starts, end), first + 1)


def _mark(found: Found, starts: list[int], clauses: tuple[Clause, ...]) -> Mark:
    cue, start, end, match = found
    first, last = _word_span(start, end, starts)
    inside = -1
    if clauses:
        inside = next((at for at, clause in enumerate(clauses) if clause.first <= first < clause.last), -1)
    numbers = _numbers(match) if match.re.groups else ()
    return Mark(cue.dimension, cue.value, cue.tier, first, last, match.group().strip(), inside, numbers)


def _numbers(match: re.Match[str]) -> tuple[tuple[str, str], ...]:
    """The groups that matched, by name; by position where the pattern names none."""
    named = tuple((key, value) for key, value in match.groupdict().items() if value is not None)
    return named or tuple(("", value) for value in match.groups() if value is not None)


def _clauses(
    vocabulary: Vocabulary, found: list[Found], words: list[str], starts: list[int], prepared: str
) -> tuple[Clause, ...]:
    """Conditions, exceptions and relative clauses, in order, not nested (an exception cuts the one it stands in)."""
    made: list[Clause] = []
    hedged = {
        _word_span(each.start, each.end, starts)[0] for each in found if each.cue.dimension in ("hedges", "deadline")
    }
    for each in found:
        if each.cue.dimension != "conditions":
            continue
        first, last_of_cue = _word_span(each.start, each.end, starts)
        kind = each.cue.value
        if kind == "relative" and not _opens_relative(vocabulary, words, first):
            continue
        if made and first < made[-1].last:
            if kind not in ("exception", "unmet"):
                continue
            cut = made[-1]
            made[-1] = Clause(cut.kind, cut.first, first, _text(prepared, starts, cut.first, first))
        last = _clause_end(words, first, last_of_cue, hedged)
        if kind == "relative":
            last = _before_next_phrase(words, last_of_cue, last)
        if kind == "relative" and first <= _SUBJECT_WORDS and _VERBS.isdisjoint(words[:first]):
            last = _verb_after(words, first + 1, last)
        made.append(Clause(kind, first, last, _text(prepared, starts, first, last)))
    return tuple(made)


def _before_next_phrase(words: list[str], start: int, end: int) -> int:
    """ "Companies which we own and to joint ventures": the phrase beside the one that the clause is about."""
    for at in range(start, end - 1):
        if words[at] in ("and", "or") and words[at + 1] in ("to", "of", "from", "for", "in", "with", "by", "at"):
            return at
    return end


_SUBJECT_WORDS = 6
_VERBS = _MODALS | {"is", "are", "was", "were", "has", "have", "do", "does"}


def _verb_after(words: list[str], start: int, end: int) -> int:
    """Where the main verb of "suppliers who hide subcontractors will …" stands: it ends the clause about its subject."""
    for at in range(start + 1, end):
        if words[at] in _VERBS and words[at - 1] not in _SUBJECTS | _VERBS | {"that", "who", "which", "not", "never"}:
            return at
    return end


def _opens_relative(vocabulary: Vocabulary, words: list[str], first: int) -> bool:
    before = words[first - 1] if first else ""
    if words[first] == "that":
        return bool(before) and before not in vocabulary.after_said and before not in _PREPOSITIONS
    return bool(before)


def _clause_end(words: list[str], first: int, last_of_cue: int, hedged: set[int]) -> int:
    """Up to the next mark of punctuation or qualification; one that opens the sentence may also end before "we will"."""
    for at in range(last_of_cue, len(words)):
        if at in hedged or words[at] in _BOUNDARIES or words[at] in ".!?。":
            return at
        following = words[at + 1] if at + 1 < len(words) else ""
        if first <= 1 and words[at] in _SUBJECTS and following in _MODALS and at > last_of_cue:
            return at
        if first == 0 and following == "wir" and at > last_of_cue:  # "Ohne Beschluss geben wir keine Daten heraus"
            return at
        if (
            first > 1
            and words[at] in ("and", "but")
            and (following in _SUBJECTS or following in _MODALS)
            and at > last_of_cue
        ):
            return at
    return len(words)


def _text(prepared: str, starts: list[int], first: int, last: int) -> str:
    end = starts[last] if last < len(starts) else len(prepared)
    return prepared[starts[first] : end].strip(" ,;:().")


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


def _stance(acts: tuple[Act, ...], marks: tuple[Mark, ...]) -> Stance:
    """By the acts; without any, a bare "may" is a freedom, and any other modality a promise of something unknown."""
    kinds: set[str] = {act.stance for act in acts}
    modals = [mark.text for mark in marks if mark.dimension == "modality" and mark.clause < 0]
    if not kinds and modals:
        kinds = {"permits"} if all(text in _FREEDOMS for text in modals) else {"restrains"}
    if kinds == {"restrains"}:
        return "restrains"
    if kinds == {"permits"}:
        return "permits"
    return "both" if kinds else "none"


def _actor(
    marks: tuple[Mark, ...], words: list[str], acts: tuple[Act, ...], at: int, prepared: str, *, is_passive: bool
) -> str:
    """Who is bound, by the lexicon's classes; "nobody" in a passive without "by", "named" for an unknown subject."""
    if is_passive and at < _INFINITE:
        if _BY_US.search(prepared):
            return "we"
        subject = {mark.value for mark in marks if mark.dimension == "actors" and mark.clause < 0 and mark.first <= 1}
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
