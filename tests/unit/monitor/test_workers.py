"""How long a host is left alone, and what counts as its failure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.model import Grade, GradeLevel
from monitor.capture import Taken
from monitor.pipeline import Checked
from monitor.workers import gap_after, host_failures

GAP = timedelta(seconds=5)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 5), (1, 10), (2, 20), (5, 160), (9, 2560), (10, 3600), (1_000, 3600)]
)
def test_the_gap_doubles_with_each_failure_up_to_an_hour(failures: int, seconds: int) -> None:
    assert gap_after(GAP, failures) == timedelta(seconds=seconds)


def test_without_a_gap_nothing_is_waited_for() -> None:
    assert gap_after(timedelta(0), 50) == timedelta(0)


def test_a_gap_beyond_an_hour_stays_what_it_is() -> None:
    assert gap_after(timedelta(hours=2), 3) == timedelta(hours=2)


def seen(status: str, http_status: int | None, code: str = "") -> Checked:
    grade = Grade(GradeLevel.BAD if status == "failed" else GradeLevel.GOOD, code=code)
    return Checked(
        "acme/ethics", "https://acme.example/", datetime(2026, 1, 1, tzinfo=UTC), Taken(status, grade), http_status
    )


@pytest.mark.parametrize(
    ("checked", "failures"),
    [
        (seen("failed", None), 4),
        (seen("failed", 503), 4),
        (seen("failed", 429), 4),
        (seen("failed", 404), 0),
        (seen("failed", 403), 0),
        (seen("unchanged", 304), 0),
        (seen("failed", None, "private_address"), 3),  # we did not even ask it
        (None, 3),
    ],
)
def test_what_the_host_is_blamed_for(checked: Checked | None, failures: int) -> None:
    assert host_failures(3, checked) == failures
