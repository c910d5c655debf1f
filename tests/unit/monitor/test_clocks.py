"""Jumps of the clock, seen by one that only counts on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.clocks import ClockWatch

START = datetime(2026, 6, 30, 12, tzinfo=UTC)


class Machine:
    """A wall clock and a counter, moved together or apart."""

    def __init__(self) -> None:
        self.wall, self.count = START, 50.0

    def goes_on(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.count += seconds


def test_a_machine_that_goes_on_or_hangs_a_while_has_not_jumped() -> None:
    machine = Machine()
    watch = ClockWatch(lambda: machine.wall, lambda: machine.count)
    for seconds in (5, 0, 3_600, 80_000):
        machine.goes_on(seconds)
        assert watch.jumped() is None
    machine.wall += timedelta(seconds=60)  # time servers nudge
    assert watch.jumped() is None


def test_a_machine_that_slept_and_a_clock_that_was_set_back_are_told_once() -> None:
    machine = Machine()
    watch = ClockWatch(lambda: machine.wall, lambda: machine.count)
    machine.wall += timedelta(hours=9)
    jump = watch.jumped()
    assert jump is not None
    assert jump.words == "the clock went on by 540 minutes at once: this machine slept, or its clock was set"
    assert watch.jumped() is None
    machine.wall -= timedelta(days=365)
    jump = watch.jumped()
    assert jump is not None
    assert (jump.words, jump.by) == ("the clock was set back by 365 days", timedelta(days=-365))
