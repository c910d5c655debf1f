"""What rules and commitments must be able to say of a text; the guard of passages; the verdicts on a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from core.furniture import titles_of_other_pages
from core.model import Act, Edit, Finding, Hit, Reading, Severity, Verdict
from core.promising import Commitments
from core.query.passage import NOWHERE, Standing
from core.rules.model import Rule, RuleAct
from core.text.normalise import word_count
from core.text.sentences import sentences
from core.text.struck import without_struck


class Rules(Protocol):
    """What matching needs of a rule set (``core.rules.RuleSet``)."""

    @property
    def asks_place(self) -> bool: ...
    @property
    def asks_times(self) -> bool: ...
    @property
    def wordless(self) -> tuple[Rule, ...]: ...
    def rule(self, rule_id: str) -> Rule: ...
    def match(
        self, text: str, *, lead_in: str = "", at: Standing | None = NOWHERE, guards: bool = False
    ) -> tuple[Hit, ...]: ...
    def severity(self, rule_id: str, act: RuleAct) -> Severity: ...
    def title(self, rule_id: str) -> str: ...
    def watched(self, text: str, *, at: Standing | None = None) -> bool: ...
    def is_context_only(self, pack: str) -> bool: ...
    def in_context(self, hits: Sequence[Hit], *, role: str | None, neighbours: bool) -> tuple[Hit, ...]: ...


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


class Guard:
    """Does a passage hold a commitment or a watched term? Promise P8 asks before anything may quiet its change.

    Called with a passage and its lead-in it answers that; ``watches`` answers for the watched terms alone.
    """

    def __init__(
        self, rules: Rules, commitments: Commitments, always: Sequence[str] = (), at: Standing | None = None
    ) -> None:
        self._rules, self._commitments, self._at = rules, commitments, at
        self._always = tuple(words.casefold() for words in always)
        self._known: dict[tuple[str, str], bool] = {}

    def __call__(self, text: str, lead_in: str) -> bool:
        key = (text, lead_in)
        if key not in self._known:
            heard = lead_in if _introduces(lead_in) else ""
            self._known[key] = self.watches(text) or self._commitments.holds_commitment(text, lead_in=heard)
        return self._known[key]

    def watches(self, text: str) -> bool:
        """Does it hold a watched term of a rule, or words of the operator's own ``always:``?"""
        return self._rules.watched(text, at=self._at) or any(words in text.casefold() for words in self._always)


def guard_for(
    rules: Rules, commitments: Commitments, *, always: Sequence[str] = (), at: Standing | None = None
) -> Guard:
    """The guard of a source. ``always`` are words of the operator's own (``always:``) that guard a passage too.

    ``at`` is the document, where it is known: rules for others do not guard it.
    """
    return Guard(rules, commitments, always, at)


def _introduces(lead_in: str) -> bool:
    """A heading of a word or two ("Company") names a list and promises nothing about its items."""
    return lead_in.endswith((":", "：")) or word_count(lead_in) > 2


UNCLEAR: Final = frozenset({Verdict.UNCLASSIFIED, Verdict.MIXED})


def find_verdicts(
    before: Reading | None,
    after: Reading | None,
    edits: Sequence[Edit],
    commitments: Commitments,
    *,
    company_names: tuple[str, ...] = (),
) -> tuple[Finding, ...]:
    """The verdict on each edit that touches a commitment on either side; moves are left out.

    The title of another page that comes or goes in the surroundings ("Related stories") is no promise made or taken
    back, unless one that went refused something; its watched terms are found all the same.
    """
    found: list[Finding] = []
    for index, edit in enumerate(edits):
        if edit.act is Act.MOVED:
            continue
        was, now = _as_said(before, edit.before), _as_said(after, edit.after)
        if not (_promises(commitments, was) or _promises(commitments, now)):
            continue
        if titles_of_other_pages(before, after, edit) and not _refuses(commitments, was):
            continue
        finding = commitments.compare(
            was.text, now.text, lead_in_before=was.lead_in, lead_in_after=now.lead_in, company_names=company_names
        )
        refused = _is_own_text(before, edit.before) and _refuses(commitments, was, but=now.text)
        if finding.verdict in UNCLEAR:
            refused = refused and not _refuses(commitments, now, but=was.text)
        found.append(replace(finding, edit=index, refused=refused))
    return tuple(found)


def _as_said(reading: Reading | None, places: Sequence[int]) -> Side:
    """What the side of an edit still says; of a sentence that introduces a list, with its first item."""
    found = side(reading, places)
    found = Side(without_struck(found.text), without_struck(found.lead_in))
    if reading is None or len(places) != 1 or not found.text.endswith((":", "：")):
        return found
    first = places[0] + 1
    if first < len(reading.places) and reading.places[first].lead_in == places[0]:
        return replace(found, text=f"{found.text} {reading.places[first].text}")
    return found


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


def _refuses(commitments: Commitments, side_: Side, *, but: str = "") -> bool:
    """Whether one of its sentences, those left out that the other side has too, forbids or denies something."""
    text = side_.text
    parts = [text[start:end].strip() for start, end in sentences(text)]
    return any(commitments.refuses(part, lead_in=side_.lead_in) for part in parts if part and part not in but)


def _is_own_text(reading: Reading | None, places: Sequence[int]) -> bool:
    return reading is not None and any(reading.places[at].stream == "main" for at in places)
