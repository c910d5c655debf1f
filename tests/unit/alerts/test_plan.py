"""At once, later, with another, in the digest, in the summary, or not at all: one alert, one target."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.plan import Situation, detail_of, most_eager, plan
from core.config.receivers import Options, Quiet, Schedule
from core.model import SEVERITIES, Alert, AlertKind, Severity
from core.telling import How, Silence

NOW = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)  # 22:30 in Brussels
MORNING = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
EIGHT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
ANA = Options(
    zone="Europe/Brussels",
    at_once=Severity.HIGH,
    digest=Schedule(time(8), "Europe/Brussels"),
    quiet=Quiet(time(22), time(7), "Europe/Brussels"),
    budget=3,
)
SILENCE = Silence(4, "ana", "known redesign", NOW, NOW + timedelta(days=2), {"source": frozenset({"s"})})


def alert(severity: str, kind: AlertKind = "change") -> Alert:
    return Alert("f", kind, Severity(severity), "t", (), {})


def how(severity: str, situation: Situation | None = None, options: Options = ANA) -> How:
    return plan(alert(severity), ("the route",), options, situation or Situation(NOW)).how


def test_with_nothing_chosen_everything_goes_at_once() -> None:
    assert {how(severity, options=Options()) for severity in SEVERITIES} == {How.AT_ONCE}


def test_what_is_less_grave_than_chosen_waits_for_the_digest() -> None:
    told = plan(alert("medium"), ("the route",), ANA, Situation(NOW))
    assert (told.how, told.due_at, told.send_at) == (How.DIGEST, EIGHT, None)
    assert told.why == (
        "the route",
        "medium, and at once only from high: in the digest (daily at 08:00, Europe/Brussels)",
    )


def test_quiet_hours_hold_what_is_not_critical() -> None:
    held = plan(alert("high"), (), ANA, Situation(NOW))
    assert (held.how, held.send_at) == (How.HELD, MORNING)
    assert held.why == ("quiet hours until 2026-11-25T06:00:00Z",)
    assert how("critical") is How.AT_ONCE
    strict = replace(ANA, quiet=Quiet(time(22), time(7), "Europe/Brussels", through=None))
    assert how("critical", options=strict) is How.HELD
    loose = replace(ANA, quiet=Quiet(time(22), time(7), "Europe/Brussels", through=Severity.HIGH))
    assert how("high", options=loose) is How.AT_ONCE


def test_beyond_the_budget_there_is_one_summary_and_critical_ones_are_outside_it() -> None:
    spent = Situation(NOW, told_today=3)
    told = plan(alert("high"), (), ANA, spent)
    assert (told.how, told.due_at) == (How.OVER_BUDGET, EIGHT)
    assert told.why == ("the budget of three messages a day is spent: in one summary",)
    assert how("critical", spent) is How.AT_ONCE
    assert how("high", replace(spent, told_today=2)) is How.HELD
    assert how("high", replace(spent, told_today=9_999), Options(budget=None)) is How.AT_ONCE


def test_a_silence_outranks_everything_and_names_who_asked_for_it() -> None:
    told = plan(alert("critical"), (), ANA, Situation(NOW, silence=SILENCE))
    assert (told.how, told.silence_id) == (How.SILENCED, 4)
    assert told.why == ("silence 4 by ana (known redesign)",)


def test_what_was_found_late_is_never_told_at_once() -> None:
    assert how("critical", Situation(NOW, later="found late")) is How.DIGEST


def test_a_part_of_a_case_shares_the_message_that_has_not_gone_out() -> None:
    told = plan(alert("low"), (), ANA, Situation(NOW, open_message="D1", told_today=99))
    assert (told.how, told.joins) == (How.JOINED, "D1")


def test_a_later_part_waits_for_others_unless_it_is_graver() -> None:
    part = Situation(NOW, is_part=True, patience=timedelta(minutes=1))
    assert plan(alert("critical"), (), ANA, part).send_at == NOW + timedelta(minutes=1)
    assert plan(alert("critical"), (), ANA, replace(part, is_graver=True)).send_at == NOW


def test_a_first_look_is_told_at_once_however_little_it_weighs() -> None:
    assert plan(alert("info", "first_look"), (), replace(ANA, quiet=None), Situation(NOW)).how is How.AT_ONCE


def test_receivers_that_share_a_target_hear_as_the_more_eager_one_and_see_what_the_other_may() -> None:
    bo = Options(budget=None, detail={"slack": "title"})
    both = most_eager([ANA, bo])
    assert (both.at_once, both.budget, both.quiet) == (Severity.INFO, None, None)
    assert detail_of(both, "slack") == "title"
    assert detail_of(both, "email") == "quotes"
    assert most_eager([ANA]) is ANA


@pytest.mark.parametrize(
    ("values", "receivers", "later", "fits"),
    [
        ({"source": {"s"}}, {"ana"}, 0, True),
        ({"source": {"s", "t"}, "rule": {"r"}}, {"bo"}, 1, True),
        ({"source": {"t"}}, {"ana"}, 0, False),
        ({}, {"ana"}, 0, False),
        ({"source": {"s"}}, {"ana"}, 2, False),
    ],
)
def test_a_silence_fits_while_it_lasts(
    values: dict[str, set[str]], receivers: set[str], later: int, fits: bool
) -> None:
    given = {name: frozenset(words) for name, words in values.items()}
    now = NOW + timedelta(days=later)
    assert SILENCE.fits(given, receivers=frozenset(receivers), now=now) is fits


def test_a_silence_for_one_receiver_leaves_a_shared_target_alone_and_an_empty_one_fits_nothing() -> None:
    hers, s = replace(SILENCE, receiver="ana"), {"source": frozenset({"s"})}
    assert hers.fits(s, receivers=frozenset({"ana"}), now=NOW)
    assert not hers.fits(s, receivers=frozenset({"ana", "bo"}), now=NOW)
    assert not replace(SILENCE, match={}).fits(s, receivers=frozenset({"ana"}), now=NOW)
