"""Two wordings of a passage: its sentences paired, each pair judged, the verdicts combined without netting off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.commitments.frame import Frame
from core.commitments.restated import restated_frames
from core.commitments.tongue import best_tongue
from core.commitments.verdict import judge
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import MAX_SENTENCE, prepare, split_clauses, split_sentences, word_set
from core.commitments.worth import is_known_good
from core.model import Finding, Verdict

MAX_CHANGED_SENTENCES = 80
"""On one side of one passage; a passage that changed more than that is another text, and is told so."""

LEAST_PAIRING = 0.25
"""Shared words, of all words of both, below which a sentence that went and one that came are no pair."""

_MERGE_GAIN = 0.08
_SELF_REFERENCE = word_set("""this that it such commitment commitments policy pledge ban bans moratorium prohibition position statement
    restriction restrictions programme program notwithstanding however only exceptions existing""")  # fmt: skip


class Reader(Protocol):
    """What judging needs of a lexicon."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    def frame(
        self, sentence: str, *, lead_in: str = "", company_names: tuple[str, ...] = (), lang: str = ""
    ) -> Frame: ...


@dataclass(frozen=True, slots=True)
class _Side:
    """A passage as sentences; the lead-in belongs to the first."""

    sentences: tuple[str, ...]
    lead_in: str

    def lead_of(self, sentence: str) -> str:
        return self.lead_in if self.sentences and sentence.startswith(self.sentences[0]) else ""


def compare_passages(
    reader: Reader, before: tuple[str, str], after: tuple[str, str], company_names: tuple[str, ...]
) -> Finding:
    """The verdict on (text, lead-in) before and after."""
    text_before, text_after = before[0].strip(), after[0].strip()
    if not text_before or not text_after:
        return _one_sided(text_before, text_after)
    one, two = (
        _Side(tuple(split_sentences(text_before)), before[1]),
        _Side(tuple(split_sentences(text_after)), after[1]),
    )
    too_long = max((len(sentence) for sentence in (*one.sentences, *two.sentences, before[1], after[1])), default=0)
    if too_long > MAX_SENTENCE:
        if text_before == text_after and before[1] == after[1]:
            return Finding(Verdict.REWORDED, (), ("the same words",))
        reason = f"a sentence of {too_long:,} characters (limit {MAX_SENTENCE:,}) is not compared: changed, please read"
        return Finding(Verdict.UNCLASSIFIED, (), (reason,))
    lost = _lead_in_alone(reader, one, two, company_names)
    if lost:
        return lost
    pairs = _paired(one, two)
    if pairs is None:
        reason = f"more than {MAX_CHANGED_SENTENCES} sentences changed in one passage: changed, please read"
        return Finding(Verdict.UNCLASSIFIED, (), (reason,))
    if not pairs:
        return _same_sentences(one, two)
    findings = [_judged(reader, one, two, pair, company_names) for pair in pairs]
    return findings[0] if len(findings) == 1 else _combined(findings)


def _same_sentences(one: _Side, two: _Side) -> Finding:
    """Every sentence stands on both sides; only where one points to another does their order matter."""
    texts = [prepare(sentence) for sentence in one.sentences]
    if texts == [prepare(sentence) for sentence in two.sentences]:
        return Finding(Verdict.REWORDED, (), ("the same words",))
    if any(not _SELF_REFERENCE.isdisjoint(text.split()) for text in texts):
        reason = "the same sentences in another order, and one of them points to another"
        return Finding(Verdict.UNCLASSIFIED, (("order", "?"),), (reason,))
    return Finding(Verdict.REWORDED, (("order", "?"),), ("the same sentences in another order",))


def _one_sided(before: str, after: str) -> Finding:
    if before:
        return Finding(Verdict.REMOVED, (), ("nothing stands in its place",))
    if after:
        return Finding(Verdict.NEW, (), ("nothing stood here before",))
    return Finding(Verdict.REWORDED, (), ("nothing on either side",))


def _lead_in_alone(reader: Reader, one: _Side, two: _Side, company_names: tuple[str, ...]) -> Finding | None:
    """An item whose own words stand and whose introduction came or went: with it the promise came or went."""
    if bool(one.lead_in) == bool(two.lead_in) or [*map(prepare, one.sentences)] != [*map(prepare, two.sentences)]:
        return None
    lead = one.lead_in or two.lead_in
    frame = reader.frame(one.sentences[0], lead_in=lead, company_names=company_names)
    alone = reader.frame(one.sentences[0], company_names=company_names)
    if frame.tier is None or frame.tier == alone.tier:
        return Finding(Verdict.UNCLASSIFIED, (("lead_in", "?"),), (f"lead-in changed: {lead}",))
    if one.lead_in:
        return Finding(Verdict.REMOVED, (("lead_in", "-"),), (f"the words that made it a promise are gone: {lead}",))
    return Finding(Verdict.NEW, (("lead_in", "+"),), (f"introduced by: {lead}",))


# --- pairing -----------------------------------------------------------------------------------------------------

_Pair = tuple[str, str]  # either is empty where a sentence stands alone


def _paired(one: _Side, two: _Side) -> list[_Pair] | None:
    """Changed sentences, each with its counterpart: equal ones first, then the most alike, then one with two."""
    left, right = _without_equals(one, two)
    if not left and not right:
        return []
    if len(left) > MAX_CHANGED_SENTENCES or len(right) > MAX_CHANGED_SENTENCES:
        return None
    if len(left) == len(right) == 1:
        at, counterpart = left[0], right[0]
        if len(one.sentences) == len(two.sentences) or _alike([one.sentences[at]], [two.sentences[counterpart]]) > 0:
            return [(one.sentences[at], two.sentences[counterpart])]
    pairs = _most_alike(one, two, left, right)
    _merge(one, two, pairs)
    _merge(two, one, pairs, turned=True)
    return [
        (" ".join(one.sentences[at] for at in sorted(ours)), " ".join(two.sentences[at] for at in sorted(theirs)))
        for ours, theirs in pairs
    ]


def _without_equals(one: _Side, two: _Side) -> tuple[list[int], list[int]]:
    """Sentences of either side without an equal on the other. The lead-in makes the first sentence its own."""
    prepared_two = [prepare(sentence) for sentence in two.sentences]
    free = set(range(len(prepared_two)))
    by_text: dict[str, list[int]] = {}
    for at, text in enumerate(prepared_two):
        by_text.setdefault(text, []).append(at)
    left: list[int] = []
    same_lead = prepare(one.lead_in) == prepare(two.lead_in)
    for at, sentence in enumerate(one.sentences):
        candidates = by_text.get(prepare(sentence), [])
        twin = next((other for other in candidates if other in free and (same_lead or (at and other))), None)
        if twin is None:
            left.append(at)
        else:
            free.discard(twin)
    return left, sorted(free)


_Group = tuple[set[int], set[int]]


def _most_alike(one: _Side, two: _Side, left: list[int], right: list[int]) -> list[_Group]:
    scored = sorted((-_alike([one.sentences[a]], [two.sentences[b]]), abs(a - b), a, b) for a in left for b in right)
    pairs: list[_Group] = []
    used_left: set[int] = set()
    used_right: set[int] = set()
    for score, _, a, b in scored:
        if -score < LEAST_PAIRING:
            break
        if a not in used_left and b not in used_right:
            pairs.append(({a}, {b}))
            used_left.add(a)
            used_right.add(b)
    pairs += [({a}, set()) for a in left if a not in used_left]
    pairs += [(set(), {b}) for b in right if b not in used_right]
    return pairs


def _merge(one: _Side, two: _Side, pairs: list[_Group], *, turned: bool = False) -> None:
    """Join a lone sentence of ``two`` to a neighbouring pair where together they are more like the other side."""
    mine, theirs = (1, 0) if turned else (0, 1)
    for lone in [pair for pair in pairs if not pair[mine]]:
        at = next(iter(lone[theirs]))
        for pair in pairs:
            if pair is lone or not pair[mine] or not any(abs(at - other) == 1 for other in pair[theirs]):
                continue
            ours = [one.sentences[each] for each in sorted(pair[mine])]
            alone = [two.sentences[each] for each in sorted(pair[theirs])]
            both = [two.sentences[each] for each in sorted(pair[theirs] | {at})]
            if _alike(ours, both) >= _alike(ours, alone) + _MERGE_GAIN:
                pair[theirs].add(at)
                pairs.remove(lone)
                break


def _alike(one: Sequence[str], two: Sequence[str]) -> float:
    """Words of more than three letters on both sides, of all such words: 0 to 1 (Dice)."""
    words_one, words_two = _key_words(one), _key_words(two)
    total = len(words_one) + len(words_two)
    return 2 * len(words_one & words_two) / total if total else 0.0


def _key_words(sentences: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for sentence in sentences:
        prepared = prepare(sentence)
        words = prepared.replace(",", " ").replace(".", " ").split()
        found.update(word[:6] for word in words if len(word) > 3)
        if not prepared.isascii():
            found.update(char for char in prepared if char >= "\u2e80")
    return found


# --- judging -----------------------------------------------------------------------------------------------------


def _judged(reader: Reader, one: _Side, two: _Side, pair: _Pair, company_names: tuple[str, ...]) -> Finding:
    before, after = pair
    if before and after:
        frames = _frames(reader, (one, before), (two, after), company_names)
        finding = _as_restated(reader, frames, judge(reader.vocabulary, *frames))
        if finding.verdict is Verdict.UNCLASSIFIED:
            return _by_clauses(reader, (one, before), (two, after), company_names) or finding
        return finding
    side, sentence = (one, before) if before else (two, after)
    frame = reader.frame(sentence, lead_in=side.lead_of(sentence), company_names=company_names)
    words = sentence if len(sentence) <= 200 else sentence[:197] + "…"
    if before and frame.is_commitment:
        return Finding(Verdict.WEAKENED, (("sentences", "-"),), (f"sentence gone: {words}",))
    if after and _is_plain_addition(frame) and is_known_good(reader.vocabulary, frame):
        return Finding(Verdict.STRENGTHENED, (("sentences", "+"),), (f"sentence added: {words}",))
    return Finding(Verdict.UNCLASSIFIED, (("sentences", "?"),), (f"sentence {'gone' if before else 'added'}: {words}",))


def _as_restated(reader: Reader, frames: tuple[Frame, Frame], finding: Finding) -> Finding:
    """The finding, or what is found with the turns of phrase made one: there two wordings may be the same, and what
    was unclear may be clear."""
    if finding.verdict is Verdict.REWORDED:
        return finding
    plainer = restated_frames(lambda text: reader.frame(text, lang="en"), *frames)
    if plainer is None:
        return finding
    again = judge(reader.vocabulary, *plainer)
    is_same, was_unclear = again.verdict is Verdict.REWORDED, finding.verdict is Verdict.UNCLASSIFIED
    actors = (frames[0].actor, frames[1].actor), (plainer[0].actor, plainer[1].actor)
    is_turned_alike = (
        actors[0] == actors[1] or actors[1][0] == actors[1][1]
    )  # "we require suppliers to" on one side only
    return again if is_same or (was_unclear and is_turned_alike) else finding


_NAMED_LOSSES = (Verdict.WEAKENED, Verdict.MIXED)


def _by_clauses(
    reader: Reader, one: tuple[_Side, str], two: tuple[_Side, str], company_names: tuple[str, ...]
) -> Finding | None:
    """A loss in one of several promises joined by "and", each read by itself; nothing else is taken from so small parts."""
    left, right = (_Side(tuple(split_clauses(text)), side.lead_of(text)) for side, text in (one, two))
    if len(left.sentences) == len(right.sentences) == 1:
        return None
    pairs = _paired(left, right)
    if not pairs:
        return None
    finding = _combined([_judged(reader, left, right, pair, company_names) for pair in pairs])
    return finding if finding.verdict in _NAMED_LOSSES else None


def _frames(
    reader: Reader, one: tuple[_Side, str], two: tuple[_Side, str], company_names: tuple[str, ...]
) -> tuple[Frame, Frame]:
    """Both frames, in one language: two short wordings of a sentence may each look like another one."""
    lead_before, lead_after = one[0].lead_of(one[1]), two[0].lead_of(two[1])
    before = reader.frame(one[1], lead_in=lead_before, company_names=company_names)
    after = reader.frame(two[1], lead_in=lead_after, company_names=company_names)
    if before.lang == after.lang or not {before.lang, after.lang} <= {"en", "fr", "de", "es"}:
        return before, after
    lang = best_tongue(reader.vocabulary, {*before.words, *after.words})
    return (
        reader.frame(one[1], lead_in=lead_before, company_names=company_names, lang=lang),
        reader.frame(two[1], lead_in=lead_after, company_names=company_names, lang=lang),
    )


def _is_plain_addition(frame: Frame) -> bool:
    """A further promise that takes nothing back: no qualification, no condition, no word about the promise itself."""
    return (
        frame.is_commitment
        and frame.stance == "restrains"
        and any(act.level >= 3 for act in frame.acts)
        and not frame.clauses
        and not frame.of("hedges", main_only=False)
        and not frame.of("anaphora", main_only=False)
        and not _SELF_REFERENCE.intersection(frame.words)
        and frame.actor in ("we", "we and the group", "third")
    )


def _combined(findings: Sequence[Finding]) -> Finding:
    """Several sentences of one passage as one finding. Weaker here and firmer there is MIXED, never even."""
    verdicts = {finding.verdict for finding in findings}
    telling = [finding for finding in findings if finding.verdict is not Verdict.REWORDED] or list(findings)
    dimensions = tuple(dict.fromkeys(each for finding in telling for each in finding.dimensions))
    reasons = tuple(dict.fromkeys(each for finding in telling for each in finding.reasons))
    return Finding(_joint(verdicts), dimensions, reasons)


def _joint(verdicts: set[Verdict]) -> Verdict:
    if Verdict.REVERSED in verdicts:
        return Verdict.REVERSED
    is_weaker, is_firmer = Verdict.WEAKENED in verdicts, Verdict.STRENGTHENED in verdicts
    if Verdict.MIXED in verdicts or (is_weaker and is_firmer):
        return Verdict.MIXED
    if is_weaker:
        return Verdict.WEAKENED
    if Verdict.UNCLASSIFIED in verdicts:
        return Verdict.UNCLASSIFIED
    return Verdict.STRENGTHENED if is_firmer else Verdict.REWORDED
