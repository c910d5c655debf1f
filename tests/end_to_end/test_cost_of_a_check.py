"""What a check asks of the database does not grow with the history of its page: counted, not timed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from core.model import Source
from tests.site import World, page, world

HOUR = timedelta(hours=1)
POLICY = Source("acme/policy", "acme", "page", "https://acme.example/policy", role="human-rights", every=HOUR)
# Captures; the figure for 1,000 is printed by bench.load. With the check that is counted they make whole weeks: what only
# answers 304 is asked for its whole text once a week, and that check asks one thing more.
LONG = 83


@contextmanager
def counted(made: World) -> Iterator[dict[str, int]]:
    """Statements and rows written in here."""
    counts = {"statements": 0, "rows": 0}

    def note(_conn: Any, cursor: Any, _statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
        counts["statements"] += 1
        counts["rows"] += max(cursor.rowcount, 0)

    event.listen(made.database.engine, "after_cursor_execute", note)
    try:
        yield counts
    finally:
        event.remove(made.database.engine, "after_cursor_execute", note)


def cost(made: World) -> tuple[int, int]:
    with counted(made) as counts:
        assert len(made.check(HOUR * 24)) == 1
    return counts["statements"], counts["rows"]


def test_a_check_that_finds_nothing_costs_the_same_after_ten_captures_and_after_many(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        made.watch(POLICY)
        made.site.shows(POLICY.url, page("We audit every plant once a year."))
        for _ in range(10):
            made.check(HOUR * 24)
        after_ten = cost(made)
        for _ in range(LONG):
            made.check(HOUR * 24)
        assert cost(made) == after_ten
        assert after_ten[0] <= 30


def test_a_check_that_finds_a_change_costs_the_same_after_ten_changes_and_after_many(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        made.watch(POLICY)

        def changes(count: int) -> tuple[int, int]:
            for number in range(count):
                made.site.shows(
                    POLICY.url, page(f"We audit {1000 + number + count * 10} plants of our suppliers a year.")
                )
                spent = cost(made)
            return spent

        after_ten, after_many = changes(10), changes(LONG // 4)
        assert after_many[0] <= after_ten[0] + 2  # a learned habit may be asked for; nothing grows with the history
        assert after_many[1] <= after_ten[1] + 2
