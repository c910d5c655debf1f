"""What a whole check costs: CPU a page of the agent and its readers, on real pages served from loopback.

    python -m bench.check [PAGES]

Three passes over the same pages: a first look, nothing changed (304), one sentence more on every page. The product's
own path (``onrecord check``: leases, fetcher, reader processes, archive, rules, alerts), default settings but for the
gap between two requests. ``urlwatch`` is measured in the same run where ONRECORD_URLWATCH names the program.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import mean
from typing import Final

from bench.readers import cpu_of
from bench.served import Server
from monitor import app
from monitor.cache import load_home
from monitor.checking import Reach, check_now
from monitor.home import Home
from monitor.pipeline import Checked
from monitor.readers import ReaderPool
from monitor.workers import Desk
from storage import watchlist

SEED: Final = 20190220
SMALLEST, LARGEST = 120_000, 320_000  # bytes; 1,394 pages of the shared histories, 185 KB on average
PASSES: Final = ("first look", "nothing changed (304)", "every page changed by a sentence")
STATUS_OF_PASS: Final = ("new", "unchanged", "changed")
ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Cost:
    """One pass: milliseconds of CPU a page, in this process and in its readers, and what the pages were found to be."""

    agent: float
    readers: float
    wall: float
    found: dict[str, int]

    @property
    def whole(self) -> float:
        return self.agent + self.readers


def big_pages(count: int) -> list[bytes]:
    """That many real pages of about 200 KB, drawn with a fixed seed, read in place."""
    shared = Path(os.environ.get("ONRECORD_SHARED") or ROOT.parent / "shared")
    histories = sorted((shared / "corpus" / "histories").glob("*.tar.xz"))
    if not histories:
        sys.exit(f"no histories under {shared}: set ONRECORD_SHARED")
    found: list[bytes] = []
    for history in histories:
        with tarfile.open(history) as archive:
            for member in archive:
                if member.name.endswith(".html") and SMALLEST <= member.size <= LARGEST:
                    content = archive.extractfile(member)
                    found.append(content.read() if content else b"")
    return random.Random(SEED).sample(found, k=min(count, len(found)))


def ours(server: Server, count: int) -> list[Cost]:
    """The three passes with the product."""
    costs: list[Cost] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onrecord-bench-")))
        home = _home(folder, server, count)
        agent = stack.enter_context(app.build(home, {}, loaded=load_home(home, {})))
        watched = agent.loaded.watchlist
        with agent.tools.database.write() as conn:
            watchlist.sync(conn, watched.companies, watched.sources, agent.tools.now())
        ids = [source.id for source in watched.enabled]
        pool = agent.tools.reader
        assert isinstance(pool, ReaderPool)
        pool.warm()
        pool.read(b"<html><p>warm", content_type=None, url="http://127.0.0.1/")
        for number, name in enumerate(PASSES):
            if number == 2:
                server.change()
            found: Counter[str] = Counter()

            def hear(checked: Checked, found: Counter[str] = found) -> None:
                found[checked.taken.status] += 1

            gap = timedelta(seconds=agent.loaded.settings.fetch.host_gap_seconds)
            desk = Desk(agent.fetcher, "bench", gap, hear)
            reach = Reach(agent.loaded.settings.fetch.hosts_at_once)
            before = time.process_time(), sum(map(cpu_of, pool.pids())), time.monotonic()
            check_now(agent.tools, desk, ids, reach)
            after = time.process_time(), sum(map(cpu_of, pool.pids())), time.monotonic()
            here, there, wall = ((end - start) * 1000 / count for start, end in zip(before, after, strict=True))
            costs.append(Cost(here, there, wall, dict(found)))
            print(f"  {name}: {costs[-1].whole:.2f} ms ({here:.2f} here, {there:.2f} in the readers), {dict(found)}")
    return costs


def _home(folder: Path, server: Server, count: int) -> Home:
    lines = ["companies:", "  - id: acme", "    name: Acme", "    sources:"]
    for number in range(count):
        lines += [f"      - id: acme-{number}", "        kind: page", f"        url: {server.url(number)}"]
    (folder / "sources.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = f'fetch:\n  allow_private: ["{server.host}"]\n  host_gap_seconds: 0\n'
    (folder / "settings.yaml").write_text(settings, encoding="utf-8")
    home = Home(folder)
    home.make_data(load_home(home, {}).settings)
    return home


def urlwatch(program: str, server: Server, count: int) -> list[float]:
    """The same three passes with urlwatch, its default settings: milliseconds of CPU a page, all its processes."""
    costs: list[float] = []
    with tempfile.TemporaryDirectory(prefix="urlwatch-bench-") as folder:
        jobs = "---\n".join(f"name: page {number}\nurl: {server.url(number)}\n" for number in range(count))
        (Path(folder) / "urls.yaml").write_text(jobs, encoding="utf-8")
        (Path(folder) / "urlwatch.yaml").write_text("report: {}\n", encoding="utf-8")
        command = [program, *("--urls", f"{folder}/urls.yaml"), *("--config", f"{folder}/urlwatch.yaml")]
        command += [*("--cache", f"{folder}/cache.db"), *("--hooks", f"{folder}/hooks.py")]
        for number in range(len(PASSES)):
            if number == 2:
                server.change()
            before = _children()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            costs.append((_children() - before) * 1000 / count)
    return costs


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="?", type=int, default=1_000)
    given = parser.parse_args()
    bodies = big_pages(given.pages)
    print(f"{len(bodies)} pages of {mean(map(len, bodies)) / 1000:.0f} KB on average")
    with Server(bodies) as server:
        ours(server, len(bodies))
    program = os.environ.get("ONRECORD_URLWATCH")
    if program:
        with Server(bodies) as server:
            theirs = urlwatch(program, server, len(bodies))
        print("  urlwatch: " + ", ".join(f"{name} {cost:.2f} ms" for name, cost in zip(PASSES, theirs, strict=True)))


if __name__ == "__main__":
    main()
