"""A simulated year on one server: every page daily, with all that goes wrong in a year, restarts and kills included.

    TMPDIR=/dev/shm python -m bench.soak [--sources N] [--days N] [--stops N] [--kills N]

The daemon's own ticks (monitor/daemon.py) run on the real archive; clock, network, disk and mailbox are handed in where
monitor/app.py assembles. Each life is a process forked from a warm one; a stop ends it as SIGTERM would, a kill is a
SIGKILL in the midst of whatever it did. A disk in memory leaves out the waiting for a real one, and nothing else. At the end the archive and the mailbox are held against the script: every
change that was written into the world is told once, and nothing else is.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import mmap
import os
import random
import signal
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import func, select

from bench.soak_world import DAY, START, FullDisk, Post, World, address, number_of
from core.model import Purpose
from monitor import app
from monitor.cache import load_home
from monitor.clocks import ClockWatch
from monitor.daemon import Daemon
from monitor.home import Home, Loaded
from monitor.lockfile import DaemonLock, Holder
from monitor.pulse import process_facts
from monitor.readers import InlineReader
from monitor.reload import Watcher
from storage import holders
from storage.engine import open_database
from storage.schema import alerts, changes, deliveries, documents, fetches, incidents, spans

HOP: Final = timedelta(hours=1)
WEEK: Final = timedelta(days=7)
RESTART_AFTER: Final = timedelta(minutes=10)
STOPPED, ENDED, FULL = 0, 10, 1
DAYS_A_LINE: Final = 10  # of what is said on the way


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a year: the whole one is 2,000 sources, 365 days, 200 stops and 200 kills."""

    sources: int = 2_000
    days: int = 365
    stops: int = 200
    kills: int = 200


@dataclass(slots=True)
class Outcome:
    """What the year came to. Bytes resident, threads and files: the mean of the second week, and of the last."""

    checks: int = 0
    others: int = 0
    lives: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    scripted: int = 0
    told: int = 0
    missed: list[int] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    repeats: int = 0
    undelivered: int = 0
    incidents: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    after_a_week: tuple[int, int, int] = (0, 0, 0)
    at_the_end: tuple[int, int, int] = (0, 0, 0)

    @property
    def is_right(self) -> bool:
        return not (self.missed or self.false or self.twice or self.undelivered)


def write_home(folder: Path, size: Size) -> None:
    """One company to ten sources on two hosts, each asked once a day and no more often when it changes."""
    daily = "every: 1d, fastest: 1d, slowest: 1d"
    lines = ["companies:"]
    for number in range(size.sources):
        if number % 10 == 0:
            lines.append(f"  - name: Halden {number // 10}\n    sources:")
        lines.append(f'      - {{id: s{number}, url: "{address(number)}", role: policy, {daily}}}')
    (folder / "sources.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "routes.yaml").write_text(
        "receivers:\n  desk: {email: [desk@example.org]}\ndefault: desk\n", encoding="utf-8"
    )
    (folder / "settings.yaml").write_text(
        "mail: {host: mail.invalid, from: onrecord@example.org}\nfetch: {host_gap_seconds: 0}\n", encoding="utf-8"
    )


class Shared:
    """A few numbers that outlive a killed process: true time, and the sums of what was read in each of two weeks.

    One reading an hour: a process is small when it starts and larger after a day, so one look would tell its age.
    """

    def __init__(self) -> None:
        self._map = mmap.mmap(-1, 72)

    def put(self, at: float) -> None:
        self._map[:8] = struct.pack("<d", at)

    def at(self) -> float:
        return float(struct.unpack("<d", self._map[:8])[0])

    def add(self, week: int, read: tuple[int, int, int]) -> None:
        """``week``: 0 for the second, 1 for the last."""
        count, *sums = self._sums(week)
        place = slice(8 + 32 * week, 40 + 32 * week)
        self._map[place] = struct.pack("<4q", count + 1, *(old + new for old, new in zip(sums, read, strict=True)))

    def mean(self, week: int) -> tuple[int, int, int]:
        count, resident, threads, files = self._sums(week)
        return (resident // count, threads // count, files // count) if count else (0, 0, 0)

    def _sums(self, week: int) -> tuple[int, int, int, int]:
        count, resident, threads, files = struct.unpack("<4q", self._map[8 + 32 * week : 40 + 32 * week])
        return count, resident, threads, files


@dataclass(frozen=True, slots=True)
class Life:
    """One process: until when it is left in peace, and what ends it then."""

    until: datetime
    ending: str  # stop | kill | end


def run(folder: Path, size: Size, say: Callable[[str], None] = lambda _line: None) -> Outcome:
    """Live through the year in that folder. The caller has no threads."""
    began, said = time.monotonic(), -DAYS_A_LINE
    write_home(folder, size)
    home = Home(folder)
    loaded = load_home(home, {})
    app.lexicon().holds_commitment("We will not sell.")  # read once, for all lives
    world, shared, outcome = World(size.sources, size.days), Shared(), Outcome()
    home.make_data(loaded.settings)
    app.open_archive(home, {}, loaded.settings).database.close()
    gc.collect()
    gc.freeze()
    end = START + size.days * DAY
    lives = _lives(size, end)
    while lives:
        life = lives[0]
        if world.now >= life.until and life.ending != "end":
            lives.pop(0)
            continue
        status = _forked(partial(_live, home, loaded, world, shared, life))
        outcome.lives += 1
        world.now = START + timedelta(seconds=shared.at())
        outcome.ends[_name(status)] += 1
        if _name(status) == "fault":
            raise RuntimeError("a life ended in a fault of its own; what it was stands above")
        if status == ENDED << 8:
            break
        if status == FULL << 8:  # the service manager starts it anew a little later
            world.now += RESTART_AFTER
        else:
            lives.pop(0)
        day = (world.now - START).days
        if day >= said + DAYS_A_LINE:
            said = day
            say(f"{day} of {size.days} days, {outcome.lives} lives: {_spent(began)}")
    outcome.after_a_week, outcome.at_the_end = shared.mean(0), shared.mean(1)
    outcome.seconds, outcome.cpu = time.monotonic() - began, _cpu()
    _hold_against_the_script(home, loaded, world, outcome, end)
    return outcome


def _cpu() -> float:
    """Seconds of processor time of this process and of every life that has ended."""
    return sum(os.times()[:4])


def _spent(began: float) -> str:
    return f"{_cpu():,.0f} s of CPU, {time.monotonic() - began:,.0f} s on the wall"


def _lives(size: Size, end: datetime) -> list[Life]:
    """Stops and kills all through the year, but for its second and its last week.

    A process grows for a week until its caches are full, so the two weeks whose memory is compared must each be lived
    through by one process of about the same age.
    """
    dice = random.Random(7)
    endings = ["stop"] * size.stops + ["kill"] * size.kills
    dice.shuffle(endings)
    peace = 7.0 if size.days > 28 else 0.0
    drawn = [dice.uniform(1.0, size.days - 2 * peace - 5 * (not peace)) for _ in endings]
    times = sorted(START + (day + peace * (day >= peace)) * DAY for day in drawn)
    return [*(Life(at, how) for at, how in zip(times, endings, strict=True)), Life(end, "end")]


def _forked(work: Callable[[], int]) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 99
        try:
            status = work()
        except BaseException:  # noqa: BLE001 (a child must never come back from here)
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitpid(child, 0)[1]


def _name(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return {STOPPED: "stopped", ENDED: "end", FULL: "disk full"}.get(os.WEXITSTATUS(status), "fault")


def _live(home: Home, loaded: Loaded, world: World, shared: Shared, life: Life) -> int:
    """One life of the daemon, its ticks driven by simulated time."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    data = home.data(loaded.settings)
    dice = random.Random(world.now.timestamp())
    with DaemonLock(data, world.clock()), Holder(data) as holder:
        agent = app.build(home, {}, now=world.clock, fetcher=world, reader=InlineReader(), loaded=loaded)
        agent.tools = replace(agent.tools, blobs=FullDisk(data / "blobs", world), share=dice.random)
        daemon = Daemon(agent, holder.name, Watcher(home, {}, loaded))
        daemon.state = replace(daemon.state, channels={"email": Post(home.path / "mailbox.jsonl", world)})
        daemon.care.clock = ClockWatch(world.clock, world.seconds)
        daemon._begin(None)
        try:
            while world.now < life.until and not daemon.stop.is_set():
                if life.ending == "kill" and life.until - world.now <= HOP:
                    _die_soon(dice)
                _hop(daemon)
                if START + WEEK <= world.now < START + 2 * WEEK:
                    shared.add(0, process_facts())
                if world.now >= world.end - WEEK:
                    shared.add(1, process_facts())
                world.now = min(world.now + HOP, max(life.until, world.now + timedelta(minutes=1)))
                shared.put(world.seconds())
        finally:
            daemon.pool.close()
            daemon.senders.shutdown()
            agent.close()
        if daemon.status:
            return FULL
        return ENDED if life.ending == "end" else STOPPED


def _hop(daemon: Daemon) -> None:
    """Everything the ticks would do in an hour, in their order."""
    while not daemon.stop.is_set():
        daemon._guarded(daemon.check)
        daemon.pool.wait()
        with daemon.database.read() as conn:
            if not holders.is_due(conn, daemon.state.tools.now()):
                break
    for tick in (daemon.look, daemon.tell, daemon.send, daemon.narrate, daemon.do, daemon.tidy, daemon.slim):
        daemon._guarded(tick)


def _die_soon(dice: random.Random) -> None:
    """SIGKILL from a timer, somewhere in what is done next."""
    signal.signal(signal.SIGALRM, lambda _number, _frame: os.kill(os.getpid(), signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, dice.uniform(0.001, 0.08))


def _hold_against_the_script(home: Home, loaded: Loaded, world: World, outcome: Outcome, end: datetime) -> None:
    wanted = world.scripted(end)
    outcome.scripted = len(wanted)
    database = open_database(home.database(loaded.settings).reveal())
    with database.read() as conn:
        purposes = select(fetches.c.purpose, func.count()).group_by(fetches.c.purpose)
        asked = {row[0]: int(row[1]) for row in conn.execute(purposes)}
        outcome.others = asked.pop(Purpose.DISCOVERY.value, 0)  # robots.txt of each host, once a day
        outcome.checks = sum(asked.values())
        urls = [
            number_of(url)
            for url in conn.execute(
                select(documents.c.url)
                .select_from(alerts)
                .join(changes, changes.c.id == alerts.c.change_id)
                .join(documents, documents.c.id == changes.c.document_id)
                .where(alerts.c.kind == "change")
            ).scalars()
        ]
        counted = Counter(urls)
        outcome.told = len(urls)
        outcome.missed = sorted(wanted - counted.keys())
        outcome.false = [f"s{number}" for number in sorted(counted.keys() - wanted)]
        outcome.twice = [f"s{number}" for number, count in counted.items() if count > 1]
        waiting = select(func.count()).select_from(deliveries).where(deliveries.c.state != "sent")
        outcome.undelivered = int(conn.execute(waiting).scalar_one())
        outcome.incidents = int(conn.execute(select(func.count()).select_from(incidents)).scalar_one())
        sent = set(conn.execute(select(deliveries.c.id).where(deliveries.c.state == "sent")).scalars())
        assert conn.execute(select(func.count()).select_from(spans)).scalar_one()
    database.close()
    arrived = Counter(json.loads(line)["id"] for line in (home.path / "mailbox.jsonl").read_text().splitlines())
    outcome.undelivered += len(sent - arrived.keys())
    outcome.false += [f"unknown message {id_}" for id_ in arrived.keys() - sent]
    outcome.repeats = sum(count - 1 for count in arrived.values())


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("sources", 2_000), ("days", 365), ("stops", 200), ("kills", 200)):
        asked.add_argument(f"--{name}", type=int, default=default)
    size = Size(**vars(asked.parse_args()))
    with tempfile.TemporaryDirectory(prefix="onrecord-soak-") as folder:
        found = run(Path(folder), size, lambda line: print(line, file=sys.stderr))
    print(
        f"{found.checks:,} fetches of {size.sources:,} sources in {size.days} days, and {found.others:,} of robots.txt: "
        f"{found.cpu:,.0f} s of CPU, {found.seconds:,.0f} s on the wall"
    )
    print(f"{found.lives} lives: {', '.join(f'{count} {how}' for how, count in found.ends.most_common())}")
    print(
        f"{found.scripted} changes scripted, {found.told} told; missed {found.missed}, false {found.false}, twice {found.twice}"
    )
    print(
        f"{found.incidents} incidents; messages undelivered {found.undelivered}, repeated with their id {found.repeats}"
    )
    for name, at in (("in the second week", found.after_a_week), ("in the last week", found.at_the_end)):
        print(f"{name}: {at[0] / 1e6:.1f} MB resident, {at[1]} threads, {at[2]} open files")
    with suppress(ZeroDivisionError):
        print(
            f"memory in the last week: {found.at_the_end[0] / found.after_a_week[0]:.3f} of that in the second, means of hourly readings"
        )
    raise SystemExit(0 if found.is_right else 1)


if __name__ == "__main__":
    main()
