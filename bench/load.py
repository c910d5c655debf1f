"""What ten thousand sources cost, and whether a check costs more the longer the history of its page is.

    python -m bench.load [--sources N]

Three figures. Checks that find nothing (95 % answer 304, the rest the same bytes without a validator): CPU an hour of
ten thousand, on the daemon's own path with a network that is handed in. How long a daemon needs until it is ready, when
the files have not changed since the last start. Statements and rows of one check after 10 and after 1,000 captures.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from bench.soak import HOP, Size, write_home
from bench.soak_world import World, number_of
from core.model import Ask
from monitor import app
from monitor.cache import load_home
from monitor.fetcher import Response
from monitor.home import Home
from monitor.lockfile import Holder
from monitor.pulse import process_facts
from monitor.readers import InlineReader
from monitor.tools import Clock
from monitor.workers import Desk, claim, work
from storage import watchlist

ROOT: Final = Path(__file__).resolve().parent.parent
HOUR: Final = timedelta(hours=1)


class Quiet(World):
    """A world in which nothing happens; one page in twenty has no validators."""

    def fetch(self, ask: Ask, now: Clock) -> Response:
        is_page = not ask.url.endswith("/robots.txt")
        return super().fetch(replace(ask, etag=None) if is_page and number_of(ask.url) % 20 == 3 else ask, now)


def quiet(size: int, days: int = 1) -> Quiet:
    world = Quiet(size, days)
    world.plans = [replace(plan, hedged_at=None, stamps=False, down=(), overrun=()) for plan in world.plans]
    world.no_names, world.no_room, world.no_mail, world.wrong = [], [], [], []
    return world


class Checker:
    """The workers' own path over one home, without ticks."""

    def __init__(self, folder: Path, world: World) -> None:
        home = Home(folder)
        self.world, self.loaded = world, load_home(home, {})
        self.data = home.make_data(self.loaded.settings)
        self.agent = app.build(home, {}, now=world.clock, fetcher=world, reader=InlineReader(), loaded=self.loaded)
        self.tools = replace(self.agent.tools, share=lambda: 0.5)
        with self.tools.database.write() as conn:
            watched = self.loaded.watchlist
            watchlist.sync(conn, watched.companies, watched.sources, world.now)

    def round(self) -> tuple[int, float]:
        """Check everything that is due; how many checks, and the seconds of CPU they took."""
        began, count = time.process_time(), 0
        with Holder(self.data) as holder:
            desk = Desk(self.world, holder.name, timedelta(0), lambda _checked: None)
            while leases := claim(self.tools, desk, 20):
                for lease in leases:
                    count += len(work(self.tools, desk, lease).requests)
        return count, time.process_time() - began


def hourly(size: int) -> None:
    with tempfile.TemporaryDirectory(prefix="onrecord-load-") as folder:
        write_home(Path(folder), Size(size))
        text = (Path(folder) / "sources.yaml").read_text().replace(": 1d", ": 1h")
        (Path(folder) / "sources.yaml").write_text(text)
        world = quiet(size)
        checker = Checker(Path(folder), world)
        checker.round()
        world.now += HOUR * 2
        checker.round()
        world.now += HOUR * 2
        count, cpu = checker.round()
        resident = process_facts()[0]
        share = cpu / count * 10_000 / 3_600
        print(f"{count:,} checks that find nothing: {cpu / count * 1e3:.2f} ms of CPU each, so 10,000 an hour take "
              f"{share:.2%} of one core; the fetcher's own work (bench.fetch) comes on top")  # fmt: skip
        print(f"resident with {size:,} sources: {resident / 1e6:.0f} MB")
        checker.agent.close()


def history() -> None:
    """Statements and rows of a check that finds nothing, and of one that finds a change, by the length of the history."""
    with tempfile.TemporaryDirectory(prefix="onrecord-load-") as folder:
        write_home(Path(folder), Size(1))
        world = quiet(1, 2_000)
        checker = Checker(Path(folder), world)
        counts = {"statements": 0, "rows": 0}

        def counted(_conn: Any, cursor: Any, _statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
            counts["statements"] += 1
            counts["rows"] += max(cursor.rowcount, 0)

        event.listen(checker.tools.database.engine, "after_cursor_execute", counted)
        for captures in range(1, 1_001):
            counts.update(statements=0, rows=0)
            checker.round()
            if captures in (10, 100, 1_000):
                print(
                    f"after {captures:>5} captures: {counts['statements']} statements, {counts['rows']} rows written a check"
                )
            world.now += HOP * 30
        checker.agent.close()


def ready(size: int) -> None:
    """From the start of the process to READY=1, twice: the second finds everything as it was."""
    with tempfile.TemporaryDirectory(prefix="onrecord-load-") as name:
        folder = Path(name)
        write_home(folder, Size(size))
        (folder / "routes.yaml").unlink()
        (folder / "settings.yaml").write_text("web: {port: 18769}\n")
        text = (folder / "sources.yaml").read_text().replace(".example/", ".invalid/")
        (folder / "sources.yaml").write_text(text)
        for said in ("first start", "second start", "third start"):
            wall, cpu, resident = _started(folder)
            print(
                f"{said} with {size:,} sources: ready after {cpu:.2f} s of CPU ({wall:.2f} s on the wall), {resident / 1e6:.0f} MB resident"
            )


def _started(folder: Path) -> tuple[float, float, int]:
    place = folder / "notify"
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place))
        manager.settimeout(300)
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "monitor", "--home", str(folder), "run"],
            env={**os.environ, "NOTIFY_SOCKET": str(place), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            manager.recv(100)
            wall = time.monotonic() - began
            used = Path(f"/proc/{process.pid}/stat").read_text().split()
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
    return wall, (int(used[13]) + int(used[14])) / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sources", type=int, default=10_000)
    size = asked.parse_args().sources
    hourly(size)
    ready(size)
    history()


if __name__ == "__main__":
    main()
