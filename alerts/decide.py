"""Should people know of this? A Change (or a first look, or an incident) becomes an Alert, with the reasons. Pure.

A change in a passage that holds a commitment or a watched term is never left out, whatever its class; what only our
own reading changed is never told at once, and what was found late waits for the digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.furniture import titles_of_other_pages
from core.matching import UNCLEAR
from core.model import (
    SEVERITIES,
    Act,
    Alert,
    Change,
    ChangeClass,
    DocumentEvent,
    Severity,
    Verdict,
    severity_rank,
)
from core.occasions import CompanyLook, IncidentFacts, build_first_look, build_incident
from core.report import NOTHING_BESIDE, Beside, alert_title, build_report, to_plain
from core.wording import label

LOSSES: Final = frozenset({Verdict.WEAKENED, Verdict.REVERSED, Verdict.REMOVED})
TOLD_ACTS: Final = frozenset({Act.ADDED, Act.REMOVED, Act.REWORDED, Act.RESTORED})

# An event of a document as a whole is told even where no word of it matched a rule; these are the least it weighs.
EVENT_FLOOR: Final[dict[DocumentEvent, Severity]] = {
    DocumentEvent.NEW: Severity.LOW,
    DocumentEvent.GONE: Severity.MEDIUM,
    DocumentEvent.RETURNED: Severity.LOW,
    DocumentEvent.MOVED: Severity.LOW,
    DocumentEvent.UNLINKED: Severity.MEDIUM,
    DocumentEvent.REDIRECTED: Severity.MEDIUM,
    DocumentEvent.SWAPPED: Severity.LOW,
    DocumentEvent.RELINKED: Severity.MEDIUM,  # what a promise stands on was exchanged, and nobody compares the two
}


def decide(change: Change, *, base_url: str | None = None, beside: Beside = NOTHING_BESIDE) -> Alert | None:
    """The alert a change deserves, None where it deserves none at once.

    ``beside`` is what the archive knows that the change does not say itself.

    ``base_url`` is where people reach our pages, for the link in the report; None puts the command there.
    """
    reason = reason_to_tell(change)
    if reason is None:
        return None
    severity, steps = severity_of(change)
    report = build_report(change, base_url=base_url, severity=severity, beside=beside)
    return Alert(
        fingerprint=fingerprint(change),
        kind="change",
        severity=severity,
        title=alert_title(report),
        reasons=(reason, *steps),
        report=to_plain(report),
        company_id=change.document.company_id,
        document_id=change.document.id or None,
        change_id=change.id or None,
    )


def reason_to_tell(change: Change) -> str | None:
    """Why people should know of this change, in words; None where it is kept and told to nobody."""
    if change.cause == "extractor" or change.change_class is ChangeClass.TECHNICAL:
        return None
    if change.event in EVENT_FLOOR:
        return f"document event: {label(change.event.value).lower()}" if change.event else None
    if change.change_class is ChangeClass.SUBSTANTIVE:
        return "the words changed in substance"
    if any(match.asked for match in change.matches):
        return "a rule asks to hear of exactly this"
    touched = {change.edits[match.edit].act for match in change.matches if 0 <= match.edit < len(change.edits)}
    if touched & TOLD_ACTS or any(match.act in TOLD_ACTS for match in change.matches):
        return "a passage that holds a watched term changed"
    return "a passage that holds a commitment changed" if change.findings else None


ABSENT: Final = frozenset({DocumentEvent.GONE, DocumentEvent.REDIRECTED, DocumentEvent.UNLINKED})


def why_later(change: Change, unseen: str) -> str:
    """Why an alert is not told at once, in words; empty where it may be. ``unseen`` says what keeps us from its source.

    While the source's own address cannot be seen, what seems to have left it waits, and so does what holds no watched
    term and no commitment: the reason may be that fault. Nothing is dropped: it is told in the digest.
    """
    if change.found_late:
        return "found late: a better reading, or an import, showed a change in the past"
    if not unseen or (change.event not in ABSENT and (change.matches or change.findings)):
        return ""
    return f"its source cannot be seen properly ({unseen})"


def why_not(change: Change) -> str:
    """The sentence for ``routes explain`` where nobody was told; empty where an alert was made."""
    if reason_to_tell(change) is not None:
        return ""
    if change.cause == "extractor" or change.change_class is ChangeClass.TECHNICAL:
        return "only our own reading of the page changed (technical): never told"
    return f"class {label(change.change_class.value).lower()}, and no watched term or commitment in what changed"


# What became of a promise weighs at least this much where no rule watches its words.
VERDICT_FLOOR: Final[dict[Verdict, Severity]] = {
    Verdict.REVERSED: Severity.HIGH,  # the page now says the contrary: nobody should hear of that tomorrow
    Verdict.WEAKENED: Severity.MEDIUM,
    Verdict.REMOVED: Severity.MEDIUM,
    Verdict.MIXED: Severity.MEDIUM,
    Verdict.UNCLASSIFIED: Severity.MEDIUM,  # it may be any of those
    Verdict.STRENGTHENED: Severity.LOW,
    Verdict.REWORDED: Severity.LOW,
}


def severity_of(change: Change) -> tuple[Severity, tuple[str, ...]]:
    """How soon people should know, and each step that led there, in words."""
    found = _highest(change)
    severity = found or Severity.LOW
    steps = [f"highest severity of its rules: {found}" if found else "changed words, no rule matched: low"]
    if change.verdict in LOSSES:
        severity = _step(severity, +1)
        steps.append(f"a commitment was {change.verdict.value.lower()}: one step up, {severity}")
    elif change.edits and all(edit.act is Act.MOVED for edit in change.edits) and change.event is None:
        severity = _step(severity, -1)
        steps.append(f"passages only moved: one step down, {severity}")
    floor = _floor(change)
    if floor and severity_rank(severity) < severity_rank(floor):
        severity = floor
        steps.append(f"never below {floor} here")
    return severity, tuple(steps)


def _highest(change: Change) -> Severity | None:
    """The gravest of the matches; one in the title of another page, which came or went in the margin, weighs a step less."""
    titles = {at for at, edit in enumerate(change.edits) if titles_of_other_pages(change.before, change.after, edit)}
    lighter = (_step(match.severity, -1) if match.edit in titles else match.severity for match in change.matches)
    return max(lighter, key=severity_rank, default=None)


def _floor(change: Change) -> Severity | None:
    """The least it weighs: by what happened to the document, by what became of its promises."""
    floors = [EVENT_FLOOR[change.event]] if change.event in EVENT_FLOOR and change.event else []
    if change.verdict in VERDICT_FLOOR and change.verdict:
        floors.append(VERDICT_FLOOR[change.verdict])
    if any(each.refused and each.verdict in LOSSES | UNCLEAR for each in change.findings):
        floors.append(Severity.HIGH)  # a prohibition, a denial: the sentences companies are held to
    return max(floors, key=severity_rank, default=None)


def _step(severity: Severity, by: int) -> Severity:
    return SEVERITIES[min(len(SEVERITIES) - 1, max(0, severity_rank(severity) + by))]


def fingerprint(change: Change) -> str:
    """One change, one alert, however often it is processed: documents, versions and captures name the change."""
    sides = [
        f"{version.id}@{version.fetch_id}" if version else "-"
        for version in (change.before_version, change.after_version)
    ]
    moment = change.window.first_changed_at.isoformat() if change.after_version is None else ""
    return _digest("change", change.document.id, *sides, change.event or "", moment)


def first_look_alert(looks: Sequence[CompanyLook], *, at: datetime, base_url: str | None = None) -> Alert:
    """One summary of what already stood there, for one receiver: hand in the companies that receiver follows."""
    report = build_first_look(looks, at=at, base_url=base_url)
    sources = sorted(source.id for look in looks for source in look.sources)
    return Alert(
        fingerprint=_digest("first_look", at.isoformat(), *sources),
        kind="first_look",
        severity=report.severity,
        title=alert_title(report),
        reasons=("first look: what already stands there is told once, as one summary",),
        report=to_plain(report),
        company_id=looks[0].company_id if len(looks) == 1 else None,
    )


def incident_alert(facts: IncidentFacts, *, company_id: str | None = None, base_url: str | None = None) -> Alert:
    """A source that cannot be seen, or (``closed_at`` set) is seen again: one alert each."""
    report = build_incident(facts, base_url=base_url)
    state = f"closed {facts.closed_at.isoformat()}" if facts.closed_at else "opened"
    return Alert(
        fingerprint=_digest("incident", facts.source_id, facts.code, facts.opened_at.isoformat(), state),
        kind="incident",
        severity=report.severity,
        title=alert_title(report),
        reasons=(f"incident {facts.code} {state.split()[0]}",),
        report=to_plain(report),
        company_id=company_id,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()
