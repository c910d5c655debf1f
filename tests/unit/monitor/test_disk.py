"""How long the room lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import disk

NOW = datetime(2026, 6, 30, tzinfo=UTC)


def test_a_gigabyte_a_day_uses_ten_up_in_ten_days() -> None:
    kept = [(f"2026-06-{day:02}", (100 - day) * 10**9) for day in range(20, 31)]
    assert disk.used_up(kept, 10 * 10**9, NOW) == NOW + timedelta(days=10)


def test_room_that_was_made_is_no_pace() -> None:
    kept = [("2026-06-20", 20), ("2026-06-24", 12), ("2026-06-25", 100), ("2026-06-30", 98)]
    assert disk.used_up(kept, 10, NOW) == NOW + timedelta(days=10)


def test_too_little_is_known() -> None:
    assert disk.used_up([], 10, NOW) is None
    assert disk.used_up([("2026-06-29", 20), ("2026-06-30", 10)], 10, NOW) is None
    assert disk.used_up([("2026-06-20", 20), ("2026-06-30", 20)], 10, NOW) is None
    assert disk.used_up([("2026-06-20", 10**12), ("2026-06-30", 10**12 - 1)], 10**12, NOW) is None


def test_one_measure_a_day_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    for hours in (0, 5, 26, 30):
        disk.remember(tmp_path, NOW + timedelta(hours=hours))
    assert [day for day, _ in disk.measures(tmp_path)] == ["2026-06-30", "2026-07-01"]
    assert (tmp_path / disk.NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [disk.NAME]


def test_a_file_that_is_odd_costs_the_forecast_alone(tmp_path: Path) -> None:
    (tmp_path / disk.NAME).write_text('{"a": 1')
    assert disk.measures(tmp_path) == []
    disk.remember(tmp_path, NOW)
    assert len(disk.measures(tmp_path)) == 1
