"""Rules and commitments against the edits of one comparison: what was found, in which edit, with which words.

Only what differs is looked at. A rule counts as added where it hits the new words of an edit and not the old ones, as
removed the other way round, and as reworded where it hits on both sides of a passage that changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from core.model import Act, Edit, Finding, Hit, Match, Reading, Severity, Verdict
from core.text.normalise import word_count

Event = Literal["present", "added", "removed"]


class Rules(Protocol):
    """What matching needs of a rule set (``core.rules.RuleSet``)."""

    def match(self, text: str, *, lead_in: str = "") -> tuple[Hit, ...]: ...
    def severity(self, rule: str, act: Event) -> Severity: ...
    def title(self, rule: str) -> str: ...
    def watched(self, text: str) -> bool: ...
    def in_context(self, hits: Sequence[Hit], *, role: str | None, neighbours: bool) -> tuple[Hit, ...]: ...


class Commitments(Protocol):
    """What matching needs of a lexicon (``core.commitments.Lexicon``)."""

    def holds_commitment(self, text: str, *, lead_in: str = "") -> bool: ...
    def compare(
        self,
        before: str,
        after: str,
        *,
        lead_in_before: str = "",
        lead_in_after: str = "",
        company_names: tuple[str, ...] = (),
    ) -> Finding: ...


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an edit as text: its passages, and the sentence that introduces the first of them."""

    text: str
    lead_in: str


def side(reading: Reading | None, places: Sequence[int]) -> Side:
    """The text of some places of a reading; empty where there are none."""
    if reading is None or not places:
        return Side("", "")
    return Side("\n".join(reading.places[at].text for at in places), reading.lead_in(places[0]))


def guard_for(rules: Rules, commitments: Commitments, *, always: Sequence[str] = ()) -> Callable[[str, str], bool]:
    """Does a passage hold a commitment or a watched term? Promise P8 asks before anything may quiet its change.

    ``always`` are words of the operator's own (``always:`` of a source) that guard a passage too, whatever their case.
    """
    known: dict[tuple[str, str], bool] = {}
    wanted = tuple(words.casefold() for words in always)

    def guard(text: str, lead_in: str) -> bool:
        key = (text, lead_in)
        if key not in known:
            known[key] = (
                rules.watched(text)
                or commitments.holds_commitment(text, lead_in=lead_in if _introduces(lead_in) else "")
                or any(words in text.casefold() for words in wanted)
            )
        return known[key]

    return guard


def _introduces(lead_in: str) -> bool:
    """A heading of a word or two ("Company") names a list and promises nothing about its items."""
    return lead_in.endswith((":", "：")) or word_count(lead_in) > 2


def match_edits(
    before: Reading | None, after: Reading | None, edits: Sequence[Edit], rules: Rules, *, role: str | None
) -> tuple[Match, ...]:
    """Every rule that an edit brings in, takes out or rewords, worst severity first within an edit's order."""
    found: list[Match] = []
    around = _topic_nearby(before, after, edits, rules)
    for index, edit in enumerate(edits):
        was, now = side(before, edit.before), side(after, edit.after)
        old = _hits(rules, was, role, around)
        new = _hits(rules, now, role, around)
        if edit.act is Act.MOVED:
            found.extend(_match(rules, new[rule], now, Act.MOVED, "present", index) for rule in new)
            continue
        came = [_match(rules, new[rule], now, _act_of(edit, is_new=rule not in old), "added", index) for rule in new]
        went = [_match(rules, old[rule], was, Act.REMOVED, "removed", index) for rule in old if rule not in new]
        if edit.lost_lead_in:
            came = [_by_lead_in(match, now) if match.rule not in old else match for match in came]
            went = [_by_lead_in(match, was) for match in went]
        found += [*came, *went]
    return tuple(found)


def _act_of(edit: Edit, *, is_new: bool) -> Act:
    if not is_new:
        return Act.REWORDED
    return Act.RESTORED if edit.act is Act.RESTORED else Act.ADDED


def _by_lead_in(match: Match, side_: Side) -> Match:
    """The words of the item stand as they did: what came or went is the sentence that introduced it."""
    return replace(match, words=(side_.lead_in,)) if side_.lead_in else match


def match_present(reading: Reading, rules: Rules, *, role: str | None) -> tuple[tuple[int, Match], ...]:
    """Every rule that hits a whole reading (a first look, a new document), with the place it was found in."""
    found: list[tuple[int, Match]] = []
    for at, place in enumerate(reading.places):
        text = Side(place.text, reading.lead_in(at) if place.kind == "item" else "")
        hits = _hits(rules, text, role, neighbours=True).values()
        found.extend((at, _match(rules, hit, text, "present", "present", at)) for hit in hits)
    return tuple(found)


def find_verdicts(
    before: Reading | None,
    after: Reading | None,
    edits: Sequence[Edit],
    commitments: Commitments,
    *,
    company_names: tuple[str, ...] = (),
) -> tuple[Finding, ...]:
    """The verdict on each edit that touches a commitment on either side; moves are left out."""
    found: list[Finding] = []
    for index, edit in enumerate(edits):
        if edit.act is Act.MOVED:
            continue
        was, now = side(before, edit.before), side(after, edit.after)
        if not (_promises(commitments, was) or _promises(commitments, now)):
            continue
        finding = commitments.compare(
            was.text, now.text, lead_in_before=was.lead_in, lead_in_after=now.lead_in, company_names=company_names
        )
        found.append(replace(finding, edit=index))
    return tuple(found)


_GRAVEST = (
    Verdict.REVERSED,
    Verdict.WEAKENED,
    Verdict.REMOVED,
    Verdict.MIXED,
    Verdict.UNCLASSIFIED,
    Verdict.STRENGTHENED,
    Verdict.NEW,
    Verdict.REWORDED,
)


def gravest(findings: Sequence[Finding]) -> Verdict | None:
    """The verdict a change is told under: the one a reader must not miss."""
    verdicts = {finding.verdict for finding in findings}
    return next((verdict for verdict in _GRAVEST if verdict in verdicts), None)


def _promises(commitments: Commitments, side_: Side) -> bool:
    return bool(side_.text) and commitments.holds_commitment(side_.text, lead_in=side_.lead_in)


def _topic_nearby(before: Reading | None, after: Reading | None, edits: Sequence[Edit], rules: Rules) -> bool:
    return any(
        rules.watched(part.text)
        for edit in edits
        for part in (side(before, edit.before), side(after, edit.after))
        if part.text
    )


def _hits(rules: Rules, text: Side, role: str | None, neighbours: bool) -> dict[str, Hit]:
    if not text.text:
        return {}
    hits = rules.match(text.text, lead_in=text.lead_in)
    return {hit.rule: hit for hit in rules.in_context(hits, role=role, neighbours=neighbours)} if hits else {}


def _match(rules: Rules, hit: Hit, text: Side, act: Act | Literal["present"], event: Event, edit: int) -> Match:
    words = tuple(dict.fromkeys(text.text[start:end] for start, end in hit.spans))[:8]
    return Match(hit.rule, hit.pack, act, rules.severity(hit.rule, event), words, edit, rules.title(hit.rule))
