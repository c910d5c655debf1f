"""What becomes an alert, how grave it is and why; and one alert for one change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.decide import decide, fingerprint, first_look_alert, incident_alert, severity_of, why_later, why_not
from core.model import (
    Act,
    Alert,
    Change,
    ChangeClass,
    DocumentEvent,
    Edit,
    Finding,
    Match,
    Place,
    Reading,
    Severity,
    Verdict,
)
from core.occasions import CompanyLook, IncidentFacts, SourceLook
from core.report import from_plain
from tests import changes
from tests.changes import FIRST_CHANGED, LAST_SEEN, SEVEN, hedge_added, words_without_rule


def told(change: Change) -> Alert:
    alert = decide(change)
    assert alert is not None
    return alert


def test_a_weakened_commitment_is_raised_one_step() -> None:
    alert = told(hedge_added())
    assert alert.severity is Severity.CRITICAL
    assert alert.title == "WEAKENED: Halden Biosystems, Responsible sales (critical)"
    assert alert.reasons == (
        "the words changed in substance",
        "highest severity of its rules: high",
        "a commitment was weakened: one step up, critical",
    )
    assert (alert.company_id, alert.document_id, alert.change_id) == ("halden", 7, 118)
    assert from_plain(alert.report).severity is Severity.CRITICAL


def test_fact_specific_assessments_added_to_a_policy_is_a_high_alert() -> None:
    assert told(changes.fact_specific_added()).severity is Severity.HIGH


def test_changed_words_without_a_rule_are_told_low_so_that_nothing_is_lost() -> None:
    alert = told(words_without_rule())
    assert alert.severity is Severity.LOW
    assert alert.reasons[1] == "changed words, no rule matched: low"


def test_what_only_moved_is_lowered_one_step() -> None:
    assert told(changes.promise_moved()).severity is Severity.LOW


@pytest.mark.parametrize("verdict", [Verdict.STRENGTHENED, Verdict.REWORDED])
def test_stronger_and_reworded_are_never_below_the_digest(verdict: Verdict) -> None:
    match = Match("r", "p", Act.REWORDED, Severity.INFO, ("sell",), 0)
    change = replace(words_without_rule(), matches=(match,), verdict=verdict)
    assert told(change).severity is Severity.LOW


def test_critical_stays_critical() -> None:
    match = Match("r", "p", Act.REMOVED, Severity.CRITICAL, ("sell",), 0)
    assert severity_of(replace(hedge_added(), matches=(match,)))[0] is Severity.CRITICAL


@pytest.mark.parametrize(
    ("event", "severity"),
    [
        (DocumentEvent.NEW, Severity.LOW),
        (DocumentEvent.GONE, Severity.MEDIUM),
        (DocumentEvent.RETURNED, Severity.LOW),
        (DocumentEvent.MOVED, Severity.LOW),
        (DocumentEvent.UNLINKED, Severity.MEDIUM),
        (DocumentEvent.REDIRECTED, Severity.MEDIUM),
        (DocumentEvent.SWAPPED, Severity.LOW),
    ],
)
def test_an_event_of_a_document_is_told_whatever_the_class(event: DocumentEvent, severity: Severity) -> None:
    change = replace(words_without_rule(), event=event, change_class=ChangeClass.FORMATTING)
    assert told(change).severity is severity


def test_a_new_document_takes_the_severity_of_its_rules() -> None:
    assert told(changes.document_is_new()).severity is Severity.MEDIUM


def test_a_page_that_is_gone_takes_the_severity_of_what_it_held() -> None:
    assert told(changes.page_is_gone()).severity is Severity.HIGH


QUIET = [ChangeClass.DATES_ONLY, ChangeClass.REORDERED, ChangeClass.FORMATTING, ChangeClass.VARIANT]


@pytest.mark.parametrize("quiet", QUIET)
def test_quiet_classes_are_not_told_and_say_why(quiet: ChangeClass) -> None:
    change = replace(words_without_rule(), change_class=quiet)
    assert decide(change) is None
    assert why_not(change).startswith("class ")


@pytest.mark.parametrize("quiet", QUIET)
def test_no_class_hides_a_watched_term_or_a_commitment(quiet: ChangeClass) -> None:
    match = Match("r", "p", Act.ADDED, Severity.MEDIUM, ("tools",), 0)
    assert told(replace(words_without_rule(), change_class=quiet, matches=(match,))).severity is Severity.MEDIUM
    finding = Finding(Verdict.UNCLASSIFIED, (), ("a promise changed",), 0)
    held = told(replace(words_without_rule(), change_class=quiet, findings=(finding,)))
    assert held.reasons[0] == "a passage that holds a commitment changed"


def test_a_restamped_page_whose_words_stand_is_not_told() -> None:
    change = replace(words_without_rule(), event=DocumentEvent.RESTAMPED, change_class=ChangeClass.DATES_ONLY)
    assert decide(change) is None


def test_our_own_changes_are_never_told() -> None:
    ours = replace(hedge_added(), cause="extractor")
    assert decide(ours) is None
    assert decide(replace(hedge_added(), change_class=ChangeClass.TECHNICAL)) is None
    assert why_not(ours) == "only our own reading of the page changed (technical): never told"


def test_what_was_found_late_waits_for_the_digest() -> None:
    late = replace(hedge_added(), found_late=True)
    assert decide(late) is not None
    assert why_later(late, "").startswith("found late")
    assert why_later(hedge_added(), "") == ""


def test_while_its_source_cannot_be_seen_only_words_that_are_watched_are_told_at_once() -> None:
    unseen = "no answer in time since 23 Nov 2026, 18:04 UTC"
    assert why_later(hedge_added(), unseen) == ""
    assert why_later(words_without_rule(), unseen) == f"its source cannot be seen properly ({unseen})"
    assert why_later(changes.page_is_gone(), unseen) == f"its source cannot be seen properly ({unseen})"


def test_one_change_has_one_fingerprint_however_often_it_is_processed() -> None:
    first = hedge_added()
    again = replace(first, matches=(), reasons=("read again",), id=999)
    assert fingerprint(first) == fingerprint(again)
    assert len(fingerprint(first)) == 64


def test_the_same_words_again_later_are_another_alert() -> None:
    later = replace(hedge_added(), after_version=replace(SEVEN, fetch_id=801))
    assert fingerprint(later) != fingerprint(hedge_added())
    gone = changes.page_is_gone()
    gone_again = replace(gone, window=replace(gone.window, first_changed_at=LAST_SEEN))
    assert fingerprint(gone) != fingerprint(gone_again)


def test_a_first_look_is_one_alert_of_its_own_kind() -> None:
    look = CompanyLook("halden", "Halden Biosystems", (), (SourceLook("s", "https://haldenbio.example", 2),))
    alert = first_look_alert([look], at=FIRST_CHANGED)
    assert (alert.kind, alert.severity, alert.company_id) == ("first_look", Severity.INFO, "halden")
    assert alert.title == "ALREADY THERE: Halden Biosystems, First look (info)"
    assert first_look_alert([look], at=FIRST_CHANGED).fingerprint == alert.fingerprint


def test_an_incident_is_told_once_when_it_opens_and_once_when_it_ends() -> None:
    facts = IncidentFacts("s", "Halden", "https://haldenbio.example", "block_page", ("blocked",), LAST_SEEN)
    opened = incident_alert(facts, company_id="halden")
    assert opened.fingerprint == incident_alert(replace(facts, captures=9)).fingerprint
    closed = incident_alert(replace(facts, closed_at=FIRST_CHANGED))
    assert (opened.kind, closed.kind) == ("incident", "incident")
    assert opened.fingerprint != closed.fingerprint


@pytest.mark.parametrize(
    ("verdict", "refused", "severity"),
    [
        (Verdict.REVERSED, False, Severity.HIGH),
        (Verdict.WEAKENED, True, Severity.HIGH),
        (Verdict.REMOVED, True, Severity.HIGH),
        (Verdict.WEAKENED, False, Severity.MEDIUM),
        (Verdict.REMOVED, False, Severity.MEDIUM),
        (Verdict.MIXED, False, Severity.MEDIUM),
        (Verdict.UNCLASSIFIED, True, Severity.HIGH),
        (Verdict.UNCLASSIFIED, False, Severity.MEDIUM),
        (Verdict.STRENGTHENED, True, Severity.LOW),
        (Verdict.REWORDED, True, Severity.LOW),
        (Verdict.NEW, True, Severity.LOW),
    ],
)
def test_what_became_of_a_promise_weighs_without_any_rule(verdict: Verdict, refused: bool, severity: Severity) -> None:
    finding = Finding(verdict, (), ("as found",), 0, refused)
    assert told(replace(words_without_rule(), findings=(finding,), verdict=verdict)).severity is severity


def headlines(*links: bool) -> Change:
    """One related story gives way to another; ``links``: whether each is a link to another page."""
    before, after = "How we protect human rights in our supply chain", "Our commitment to ending forced labour"
    was, now = (
        Reading((Place(text, "item", "surroundings"),), links=((0, "https://haldenbio.example/s/1"),) if link else ())
        for text, link in zip((before, after), links, strict=True)
    )
    change = changes.change_of(was, now, Edit(Act.REMOVED, before=(0,)), Edit(Act.ADDED, after=(0,)))
    core = Match("fl.core", "forced-labour", Act.ADDED, Severity.HIGH, ("forced labour",), 1, "Core terms")
    return replace(change, matches=(core,))


def test_the_title_of_another_page_weighs_a_step_less_than_words_of_this_one() -> None:
    assert told(headlines(True, True)).severity is Severity.MEDIUM
    assert told(headlines(True, False)).severity is Severity.HIGH
