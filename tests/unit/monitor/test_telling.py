"""When people are told of first looks and of sources that cannot be seen: the deciding, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor import outages
from monitor.first_looks import ready_ones
from storage.notices import FirstLook, Outage

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def look(name: str, *, is_pending: bool = False, begun: timedelta = timedelta(0)) -> FirstLook:
    return FirstLook(name, "acme", f"https://acme.example/{name}", NOW - begun, is_pending)


def test_when_nothing_is_pending_all_are_told() -> None:
    assert [each.source_id for each in ready_ones([look("a"), look("b")], NOW, None)] == ["a", "b"]


def test_those_that_are_ready_wait_for_the_others_of_the_same_beginning() -> None:
    assert ready_ones([look("a", begun=9 * MINUTE), look("b", is_pending=True, begun=9 * MINUTE)], NOW, None) == []


def test_but_ten_minutes_at_most() -> None:
    found = [look("a", begun=10 * MINUTE), look("b", is_pending=True, begun=10 * MINUTE)]
    assert [each.source_id for each in ready_ones(found, NOW, None)] == ["a"]


def test_and_then_not_one_message_for_each_that_becomes_ready() -> None:
    found = [look("a", begun=30 * MINUTE), look("b", is_pending=True, begun=30 * MINUTE)]
    assert ready_ones(found, NOW, NOW - 3 * MINUTE) == []
    assert [each.source_id for each in ready_ones(found, NOW, NOW - 10 * MINUTE)] == ["a"]


def test_nothing_ready_is_nothing_told() -> None:
    assert ready_ones([look("a", is_pending=True, begun=60 * MINUTE)], NOW, None) == []
    assert ready_ones([], NOW, None) == []


def outage(
    number: int = 1,
    *,
    host: str = "acme.example",
    count: int = 1,
    age: timedelta = timedelta(0),
    closed: bool = False,
) -> Outage:
    return Outage(
        incident_id=number,
        source_id=f"acme/{number}",
        company_id="acme",
        kind="page",
        host=host,
        url=f"https://{host}/",
        code="timeout",
        reasons=("no answer",),
        opened_at=NOW - age,
        closed_at=NOW if closed else None,
        count=count,
        last_good_at=NOW - timedelta(days=1),
    )


def said(theirs: list[Outage], told: dict[str, datetime] | None = None, now: datetime = NOW) -> tuple[str, int] | None:
    step = outages.next_step("acme/1", theirs, told or {}, now)
    return (step.what, step.outage.incident_id if step.outage else 0) if step else None


@pytest.mark.parametrize(
    ("given", "is_due"),
    [
        (outage(count=1), False),
        (outage(count=2), True),
        (outage(count=1, age=29 * MINUTE), False),
        (outage(count=1, age=30 * MINUTE), True),
    ],
)
def test_a_hiccup_is_told_to_nobody(given: Outage, is_due: bool) -> None:
    assert said([given]) == (("begins", 1) if is_due else None)


def test_a_source_is_spoken_of_once_when_it_breaks_however_many_of_its_pages_fail() -> None:
    many_pages = [outage(number, count=5) for number in range(1, 31)]
    step = outages.next_step("acme/1", many_pages, {}, NOW)
    assert step is not None
    assert (step.what, step.addresses) == ("begins", 30)
    assert said(many_pages, {"acme/1": NOW + MINUTE}) is None


def test_and_again_by_schedule_and_once_when_all_of_it_is_seen_again() -> None:
    told = {"acme/1": NOW + MINUTE}
    assert said([outage(1, count=5), outage(2, count=5, closed=True)], told) is None
    assert said([outage(1, count=5)], told, NOW + MINUTE) == ("lasts", 1)
    assert said([outage(1, count=5, closed=True)], told) == ("ends", 1)
    assert said([], told) == ("forget", 0), "what was found to be gone is told as that"


def test_reminders_come_after_a_day_three_days_a_week_and_then_every_week() -> None:
    day = timedelta(days=1)
    found, at = [], NOW
    for _ in range(5):
        at = outages.remind_after(NOW, at)
        found.append((at - NOW) // day)
    assert found == [1, 3, 7, 14, 21]


def test_the_end_of_what_nobody_heard_of_is_no_news() -> None:
    assert said([outage(count=1, closed=True)]) is None


def many(age: timedelta = timedelta(0)) -> list[Outage]:
    return [outage(at, host=f"h{at}.example", count=2, age=age) for at in range(3)]


def test_many_hosts_at_once_and_no_answer_from_anybody_is_our_own_network() -> None:
    assert outages.is_offline(many(5 * MINUTE), NOW - 6 * MINUTE, NOW)
    assert outages.is_offline(many(5 * MINUTE), None, NOW)


def test_an_answer_from_anybody_means_it_is_theirs() -> None:
    assert not outages.is_offline(many(5 * MINUTE), NOW - 4 * MINUTE, NOW)


def test_few_hosts_are_told_whatever_the_network() -> None:
    assert not outages.is_offline(many(5 * MINUTE)[:2], None, NOW)


def test_after_six_hours_people_hear_of_it_anyway() -> None:
    assert not outages.is_offline(many(timedelta(hours=6)), None, NOW)
