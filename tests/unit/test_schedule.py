"""When an address is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.schedule import adapted, budget_by, fresh_for, item_interval, next_check, pace_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
H, D = timedelta(hours=1), timedelta(days=1)


def test_a_found_page_is_asked_after_1_2_4_days_up_to_90() -> None:
    at = timedelta(0)
    asked: list[int] = []
    while len(asked) < 10:
        wait = item_interval(at)
        asked.append(wait.days)
        at += wait
    assert asked == [1, 1, 2, 4, 8, 16, 32, 64, 90, 90]


def test_a_watched_term_brings_it_sooner() -> None:
    assert item_interval(64 * D, is_watched=True) == 7 * D
    assert item_interval(2 * D, is_watched=True) == 2 * D


@pytest.mark.parametrize(
    ("age", "changes", "every"),
    [
        (1 * D, 5, 6 * H),  # too young to know
        (30 * D, 0, 24 * H),  # never changed: the ceiling
        (30 * D, 100, timedelta(hours=1.5)),  # changes all the time: the floor
        (30 * D, 9, 9 * H),  # every three days: eight looks in between
    ],
)
def test_an_interval_follows_how_often_a_document_changes(age: timedelta, changes: int, every: timedelta) -> None:
    assert adapted(pace_of(6 * H), age, changes) == every


def test_floor_and_ceiling_can_be_said() -> None:
    pace = pace_of(6 * H, fastest=4 * H, slowest=8 * H)
    assert (adapted(pace, 30 * D, 0), adapted(pace, 30 * D, 500)) == (8 * H, 4 * H)
    assert pace_of(7 * D).slowest == 7 * D  # never slower than a day, unless it was asked for
    assert pace_of(timedelta(minutes=10)).fastest == timedelta(minutes=10)


def test_jitter_is_a_share_of_the_interval_either_way() -> None:
    assert next_check(NOW, 10 * H, share=0.0) == NOW + 8.5 * H
    assert next_check(NOW, 10 * H, share=1.0) == NOW + 11.5 * H


@pytest.mark.parametrize(
    ("said", "age", "fresh"),
    [
        ("max-age=600", None, timedelta(minutes=10)),
        ("public, Max-Age = 600, must-revalidate", "100", timedelta(seconds=500)),
        ("s-maxage=600", None, None),
        ("no-cache, max-age=600", None, None),
        ("no-store", None, None),
        ("max-age=0", None, None),
        ("max-age=10", "20", None),
        ("max-age=soon", None, None),
        (None, None, None),
    ],
)
def test_what_a_server_says_of_freshness(said: str | None, age: str | None, fresh: timedelta | None) -> None:
    assert fresh_for(said, age) == fresh


@pytest.mark.parametrize(("hour", "allowed"), [(0, 25), (6, 43), (12, 62), (18, 81), (23, 96)])
def test_of_a_day_s_requests_a_fourth_may_be_made_at_once_and_the_rest_as_it_goes_on(hour: int, allowed: int) -> None:
    now = datetime(2026, 3, 1, hour, tzinfo=UTC)
    assert budget_by(now, 100) == allowed
    assert budget_by(now.astimezone(timezone(timedelta(hours=9))), 100) == allowed
    assert budget_by(now + timedelta(hours=24), 100) == allowed
