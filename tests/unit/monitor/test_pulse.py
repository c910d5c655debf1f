"""Which ticks fail, which hang, and how often one that keeps failing is tried."""

from __future__ import annotations

import ctypes
from datetime import UTC, datetime

import pytest

from monitor.pulse import HANGS_AFTER, Pulse, give_back_memory, process_facts

NOW = datetime(2026, 6, 30, tzinfo=UTC)


class Seconds:
    """A clock that counts when it is told to."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def pulse_of(*names: str) -> tuple[Pulse, Seconds]:
    seconds = Seconds()
    pulse = Pulse(lambda: NOW, seconds)
    for name in names:
        pulse.expect(name, is_short=True)
    return pulse, seconds


def fail(pulse: Pulse, name: str) -> None:
    with pytest.raises(RuntimeError, match="broken row"), pulse.beating(name):
        raise RuntimeError("broken row")


def test_a_tick_that_keeps_failing_is_tried_less_and_less_often_and_is_a_trouble() -> None:
    pulse, seconds = pulse_of("check", "send")
    waited: list[float] = []
    for _ in range(14):
        began = seconds.at
        while not pulse.may_run("send"):
            seconds.at += 1.0
        waited.append(seconds.at - began)
        fail(pulse, "send")
    assert waited == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert pulse.may_run("check")
    assert pulse.troubles()[0] == "the tick “send” has failed 14 times in a row"
    seconds.at += 300
    with pulse.beating("send"):
        seconds.at += 2
    assert pulse.may_run("send")
    [_, send] = pulse.beats
    assert (send.runs, send.faults, send.failing, send.seconds, send.last_at) == (15, 14, 0, 2.0, NOW)


def test_a_short_tick_that_does_not_end_stops_the_watchdog_and_a_long_one_does_not() -> None:
    pulse, seconds = pulse_of("check")
    pulse.expect("do", is_short=False)
    seconds.at += HANGS_AFTER
    assert pulse.is_alive()
    seconds.at += 1
    assert not pulse.is_alive()
    assert pulse.troubles() == ["the tick “check” does not end"]
    with pulse.beating("check"):
        pass
    assert pulse.is_alive()


def test_a_tick_that_waits_after_failures_does_not_hang() -> None:
    pulse, seconds = pulse_of("tell")
    for _ in range(20):
        fail(pulse, "tell")
    seconds.at += HANGS_AFTER + 100
    assert pulse.is_alive()


def test_the_process_knows_its_memory_threads_and_files() -> None:
    resident, threads, files = process_facts()
    assert resident > 10_000_000
    assert threads >= 1
    assert files >= 3


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not glibc: nothing can be asked for")
def test_freed_memory_is_given_back() -> None:
    """Of 60 MB in small blocks one in a hundred stays: the rest lies between them, free and held."""
    blocks = [bytes(600) for _ in range(100_000)]
    kept = blocks[::100]
    del blocks
    held = process_facts()[0]
    give_back_memory()
    assert held - process_facts()[0] > 30_000_000
    assert len(kept) == 1_000
