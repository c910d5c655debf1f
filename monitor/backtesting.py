"""A rule tried on the whole archive: what would have been told, and what there was to look at.

Each change is judged again as it was on its day (same texts, same edits, same past), with the rules handed in; nothing is
written and nobody is told. A rule that has not changed gives exactly the alerts that were raised for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.decide import reason_to_tell, severity_of
from core import matching
from core.classify import FormLife, classify
from core.errors import NotFound
from core.model import Change, ChangeClass, DocumentEvent, Hit, Match, Severity
from core.promising import Commitments
from core.query.passage import NOWHERE, Standing
from core.rule_matches import About, match_edits, match_present, place_of
from core.rules.lint import Counted, exploded
from core.rules.model import Rule, RuleAct
from core.rules.ruleset import RuleSet
from core.text.fold import fold
from monitor.asking import Archive
from storage import backtest as archive
from storage import changes, versions
from storage.backtest import Past, Reach
from storage.fetches import fetch_by_id
from storage.lives import Compared, lives
from storage.spans import Moment

QUIET = frozenset((ChangeClass.VARIANT, ChangeClass.TECHNICAL))  # told before, or by our own doing: stays so


@dataclass(frozen=True, slots=True)
class WouldAlert:
    """One alert that would have been raised, with the words of the rules asked about."""

    change_id: int
    at: datetime
    company: str
    document: str
    severity: Severity
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """The outcome. ``outcome``: alerts, stands (hit, and never changed), nothing_changed (no change falls
    into the time looked at), matched_nothing, or nothing_to_match.

    ``standing`` are distinct passages the rules hit today or hit once; ``standing_in`` the documents that hold them.
    ``gaps`` are changes whose texts could not be read back. ``weeks`` is the time looked at.
    """

    rules: tuple[str, ...]
    outcome: str
    alerts: tuple[WouldAlert, ...]
    examined: Reach
    changes: int
    gaps: tuple[int, ...]
    standing: int
    standing_in: int
    weeks: float

    @property
    def per_week(self) -> float:
        """Expected alerts a week, from the time looked at; less than a week counts as one."""
        return len(self.alerts) / max(self.weeks, 1.0)


class Once:
    """Rules that look at each distinct text once."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._found: dict[tuple[str, str, Standing | None, bool], tuple[Hit, ...]] = {}
        self.asks_place, self.asks_times = rules.asks_place, rules.asks_times
        self.wordless = rules.wordless

    def match(
        self, text: str, *, lead_in: str = "", at: Standing | None = NOWHERE, guards: bool = False
    ) -> tuple[Hit, ...]:
        key = (text, lead_in, at, guards) if self.asks_place else (text, lead_in, None, False)
        if key not in self._found:
            self._found[key] = self._rules.match(text, lead_in=lead_in, at=at, guards=guards)
        return self._found[key]

    def watched(self, text: str, *, at: Standing | None = None) -> bool:
        return any(self._rules.guards(hit) for hit in self.match(text, at=at, guards=True))

    def rule(self, rule_id: str) -> Rule:
        return self._rules.rule(rule_id)

    def is_context_only(self, pack: str) -> bool:
        return self._rules.is_context_only(pack)

    def in_context(self, hits: Sequence[Hit], *, role: str | None, neighbours: bool) -> tuple[Hit, ...]:
        return self._rules.in_context(hits, role=role, neighbours=neighbours)

    def severity(self, rule_id: str, act: RuleAct) -> Severity:
        return self._rules.severity(rule_id, act)

    def title(self, rule_id: str) -> str:
        return self._rules.title(rule_id)


def _unheard(_done: int, _total: int) -> None:
    pass


def backtest(
    conn: Connection,
    rules: RuleSet,
    wanted: Collection[str],
    commitments: Commitments,
    since: datetime | None = None,
    *,
    on_change: Callable[[int, int], None] = _unheard,
) -> Backtest:
    """Try some rules of a rule set on the archive, beside all the others. Raises NotFound for a name it does not hold.

    ``on_change`` hears how many of how many recorded changes were judged.
    """
    unknown = sorted(set(wanted) - {rule.id for rule in rules.rules})
    if unknown:
        raise NotFound(f"there is no rule {unknown[0]}")
    once = Once(rules)
    trial = _Trial(conn, once, commitments, Past(conn))
    found: list[WouldAlert] = []
    gaps: list[int] = []
    ids = archive.change_ids(conn, since)
    for number, change_id in enumerate(ids):
        on_change(number, len(ids))
        try:
            stored = changes.by_id(conn, change_id)
        except NotFound:
            gaps.append(change_id)
            continue
        change = trial.judge(stored.change, stored.after_fetch_id)
        own = tuple(match for match in change.matches if match.rule in wanted)
        if own and reason_to_tell(change) is not None:
            grave = severity_of(replace(change, matches=own))[0]
            found.append(_would_alert(change, grave, own))
    standing = [key for key, text in archive.distinct_passages(conn) if _hits(once, text, wanted)]
    reach = archive.reach(conn, since)
    if standing and not found:
        outcome = "stands" if ids or since is None else "nothing_changed"
    else:
        outcome = "alerts" if found else _nothing(conn, rules, wanted, reach)
    return Backtest(
        rules=tuple(sorted(wanted)),
        outcome=outcome,
        alerts=tuple(found),
        examined=reach,
        changes=len(ids),
        gaps=tuple(gaps),
        standing=len(standing),
        standing_in=archive.documents_with(conn, standing),
        weeks=(reach.last_at - reach.first_at) / timedelta(weeks=1) if reach.first_at and reach.last_at else 0.0,
    )


def count(conn: Connection, rules: RuleSet) -> Counted:
    """How often each rule and each of its terms hits the archive, for ``core.rules.lint``."""
    parts = exploded(rules)
    packs = tuple(replace(pack, rules=tuple(part for part in parts if part.pack == pack.id)) for pack in rules.packs)
    apart = RuleSet(packs, rules.digest)
    by_rule: dict[str, int] = {}
    by_term: dict[str, int] = {}
    words: set[str] = set()
    total = 0
    for _, text in archive.distinct_passages(conn):
        total += 1
        words.update(word.strip(".,;:!?()\"'") for word in fold(text).text.split())
        terms = {hit.rule for hit in apart.match(text, at=None)}
        for term in terms:
            by_term[term] = by_term.get(term, 0) + 1
        for rule in {term.partition("#")[0] for term in terms}:
            by_rule[rule] = by_rule.get(rule, 0) + 1
    reach = archive.reach(conn)
    years = (reach.last_at - reach.first_at) / timedelta(days=365.25) if reach.first_at and reach.last_at else 0.0
    return Counted(total, archive.passages_by_lang(conn), by_rule, by_term, frozenset(words), years)


def _nothing(conn: Connection, rules: RuleSet, wanted: Collection[str], reach: Reach) -> str:
    """Nothing was found: because there was nothing to look at, or in spite of it."""
    langs = {rule.lang for rule in rules.rules if rule.id in wanted}
    by_lang = archive.passages_by_lang(conn)
    there = reach.passages if "any" in langs else sum(by_lang.get(lang, 0) for lang in langs)
    return "matched_nothing" if there and reach.captures else "nothing_to_match"


def _hits(rules: Once, text: str, wanted: Collection[str]) -> bool:
    return any(hit.rule in wanted for hit in rules.match(text, at=None))


def _would_alert(change: Change, severity: Severity, own: tuple[Match, ...]) -> WouldAlert:
    return WouldAlert(
        change.id, change.window.first_changed_at, change.document.company_id, change.document.slug, severity, own
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """What judging a change of the past needs."""

    conn: Connection
    rules: Once
    commitments: Commitments
    past: Past

    def judge(self, change: Change, fetch_id: int) -> Change:
        """The change with what these rules find in it, as its day would have judged it."""
        if change.before is None:
            return replace(change, matches=_newcomers(change, self.rules))
        if change.after is None:
            return replace(change, matches=self._matches(change, fetch_id, None))
        touched = {match.edit for match in self._matches(change, fetch_id, None, ChangeClass.SUBSTANTIVE)}
        is_quiet = not touched or change.change_class in QUIET
        loud = set() if is_quiet else self._loud(change, fetch_id, touched)
        change_class = ChangeClass.SUBSTANTIVE if loud else change.change_class
        kept = self._matches(replace(change, change_class=change_class), fetch_id, loud)
        return replace(change, matches=kept, change_class=change_class)

    def _matches(
        self,
        change: Change,
        fetch_id: int,
        loud: Collection[int] | None,
        change_class: ChangeClass | None = None,
    ) -> tuple[Match, ...]:
        """What these rules say of the change, with the findings and the event on record."""
        ref = change.document
        about = About(
            at=place_of(ref, role=ref.role),
            change_class=change_class or change.change_class,
            loud=loud,
            event=change.event,
            findings=change.findings,
            window=change.window,
            archive=Archive(lambda: nullcontext(self.conn), self.rules, ref.id, fetch_id),
            commitments=self.commitments,
        )
        return match_edits(change.before, change.after, change.edits, self.rules, about)

    def _loud(self, change: Change, fetch_id: int, touched: Collection[int]) -> Collection[int]:
        """Those of the touched edits that were no mere reordering, formatting, or coming and going told before."""
        assert change.before is not None
        assert change.after is not None
        if change.event is DocumentEvent.SWAPPED:
            return touched
        at = place_of(change.document, role=change.document.role)
        guard = matching.guard_for(self.rules, self.commitments, at=at)
        lives = self._lives(change, fetch_id)
        return {
            at
            for at in touched
            if classify(change.before, change.after, (change.edits[at],), guard, lives=lives).change_class
            is ChangeClass.SUBSTANTIVE
        }

    def _lives(self, change: Change, fetch_id: int) -> dict[str, FormLife]:
        """What was known of each text of the edits by then, by text: the same that judged it on its day."""
        sides = [
            versions.load(self.conn, version.id) for version in (change.before_version, change.after_version) if version
        ]
        was, now = sides
        moment = Moment(fetch_by_id(self.conn, fetch_id).started_at, fetch_id)
        compared = Compared(change.document.id, was.reading, was.forms, now.reading, now.forms, change.edits, moment)
        past = {form: self.past.before(change.document.id, fetch_id, form) for form in compared.form_of().values()}
        return lives(self.conn, compared, past)


def _newcomers(change: Change, rules: Once) -> tuple[Match, ...]:
    """A document that appeared at a known source: everything in it was added."""
    assert change.after is not None
    at = place_of(change.document, role=change.document.role)
    found = match_present(change.after, rules, at, change.window.first_changed_at, event=DocumentEvent.NEW)
    return tuple(replace(match, edit=-1) for _, match in found)
