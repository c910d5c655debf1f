"""A warm process without threads: it reads a home once, then forks one child for each run and says how that ended.

    with Nursery() as nursery:
        nursery.warm(home, environ, now)
        nursery.rehearse(Run(str(home), now.isoformat()))
        nursery.run(Run(str(home), now.isoformat(), kill_at=17))

Orders and answers are lines of JSON. As a program (``python -m tests.crash.nursery``) this is the warm process itself;
the servers of the far side live in the process that orders, so that nothing with threads is ever forked.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor import duties, first_looks, outages, reminders, sending
from monitor.app import Agent, build
from monitor.fetcher import Fetcher, FetchLimits
from monitor.home import Home, load
from monitor.kinds import built_kinds
from monitor.lockfile import Holder, give_back
from monitor.pipeline import Checked
from monitor.readers import InlineReader
from monitor.robots import Robots
from monitor.workers import Desk, claim, work
from storage import holders, outbox, watchlist
from storage.blobs import BlobStore
from storage.migrate import prepare
from tests import network
from tests.crash import acts
from tests.crash.effects import Effects, WatchedChannel, WatchedFetcher, watch_blobs, watch_commits
from tests.crash.farside import RECEIVED

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Run:
    """One life of the agent of a home at one moment: it does everything that is due, and ends.

    ``kill_at``: SIGKILL after that many effects. ``kill_after``: SIGKILL so many seconds after its birth.
    ``is_known``: the process has a name in its leases, so that the next one gives back what it held; without it
    (a process on another machine) leases run out. ``wants`` is what people want of alerts, in order.
    """

    home: str
    now: str
    kill_at: int | None = None
    kill_after: float | None = None
    is_known: bool = True
    wants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. ``is_quiet``: nothing was left to do at its moment. ``fault`` holds a traceback.

    ``seconds`` is how long it lived.
    """

    effects: tuple[str, ...]
    is_killed: bool
    is_quiet: bool
    fault: str
    seconds: float


class Nursery:
    """The warm process, from outside. A context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def warm(self, home: Path, environ: dict[str, str], now: datetime) -> None:
        """Build the agent of a home, so that runs there begin warm."""
        self._ask({"warm": str(home), "environ": environ, "now": now.isoformat()})

    def rehearse(self, run: Run) -> None:
        """Live this run in the warm process itself: what it needs once is there in every child after it."""
        self._ask({"rehearse": asdict(run)})

    def run(self, run: Run) -> Ended:
        """Fork a child for a run, and wait for its end."""
        answer = self._ask({"run": asdict(run)})
        return Ended(**{**answer, "effects": tuple(answer["effects"])})

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the nursery has died; its last words are on stderr"
        answer: dict[str, Any] = json.loads(line)
        return answer


# --- the warm process ------------------------------------------------------------------------------------------------


class Clock:
    """Stands where it was put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Warm:
    """The agent of a home, built and used, with no connection open and no thread; every child starts from it."""

    agent: Agent
    clock: Clock
    limits: FetchLimits


def warmed(home: Path, environ: dict[str, str], now: datetime) -> Warm:
    """Build the agent of a home; :func:`rehearse` makes it warm."""
    loaded = load(Home(home), environ, built_kinds=built_kinds())
    limits = FetchLimits("crash", allow_private=frozenset(loaded.settings.fetch.allow_private))
    clock = Clock(now)
    agent = build(Home(home), environ, now=clock, fetcher=Fetcher(limits), reader=InlineReader(), loaded=loaded)
    agent.archive.database.close()
    return Warm(agent, clock, limits)


def rehearse(warm: Warm, run: Run) -> None:
    """Live unheard, so that a child finds imports, lexicon, rules and compiled statements as this life left them."""
    with Path(os.devnull).open("wb") as nowhere:
        live(warm, run, Effects(nowhere.fileno(), None))
    warm.agent.archive.database.close()
    gc.unfreeze()
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page of its parent's memory


def live(warm: Warm, run: Run, effects: Effects) -> bool:
    """One life: what a start does, then what the daemon's ticks do, until nothing is due. True where nothing is left."""
    archive, loaded = warm.agent.archive, warm.agent.loaded
    now = warm.clock.at = datetime.fromisoformat(run.now)
    database = archive.database
    data = archive.home.make_data(loaded.settings)
    prepare(database)
    # No jitter: a killed run must do what the run did that counted its effects. What was learned of the far side is
    # not handed on: a process that starts knows nothing of it.
    tools = replace(warm.agent.tools, blobs=BlobStore(data / "blobs"), share=lambda: 0.5, robots=Robots())

    def show(text: str) -> None:
        with (archive.home.path / RECEIVED).open("a", encoding="utf-8") as file:
            file.write(text)

    def heard(_checked: Checked) -> None:
        return

    with Fetcher(warm.limits) as fetcher, Holder(data) as holder:
        owner = holder.name if run.is_known else ""
        give_back(database, data, now)
        with database.write() as conn:
            watchlist.sync(conn, loaded.watchlist.companies, loaded.watchlist.sources, now)
        desk = Desk(WatchedFetcher(fetcher, effects), owner, timedelta(0), heard)
        while leases := claim(tools, desk, 1):
            for lease in leases:
                work(tools, desk, lease)
        first_looks.tell(tools)
        outages.tell(tools)
        duties.do_all(tools)
        reminders.tell(tools, loaded.settings.alerts.repeat_after)
        channels = sending.channels_of(loaded, show, warm.clock)
        watched = {name: WatchedChannel(channel, effects) for name, channel in channels.items()}
        sending.send(tools, loaded, dict(watched), owner=owner)
        for want in run.wants:
            acts.carry_out(tools, loaded, want, effects)
        with database.read() as conn:
            due_at = holders.next_due_at(conn)
            left = outbox.counts(conn)
    return (due_at is None or due_at > now) and not left.get("queued") and not left.get("sending")


def _bear(warm: Warm, run: Run) -> dict[str, Any]:
    """Fork a child, let it live, and collect what it said."""
    assert threading.active_count() == 1, "never fork beside a thread"
    said, saying = os.pipe()
    born = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(said)
        _end_of_life(warm, run, saying)
    os.close(saying)
    if run.kill_after is not None:
        time.sleep(run.kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(said, encoding="utf-8") as lines:
        heard = lines.read().splitlines()
    _, status = os.waitpid(child, 0)
    is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    fault = "\n".join(line[2:] for line in heard if line.startswith("! "))
    return {
        "effects": [line for line in heard if not line.startswith(("! ", "= "))],
        "is_killed": is_killed,
        "is_quiet": "= quiet" in heard,
        "fault": fault if is_killed or status == 0 else fault or f"ended with status {status}",
        "seconds": time.monotonic() - born,
    }


def _end_of_life(warm: Warm, run: Run, pipe: int) -> None:
    """In the child: never returns."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    effects = Effects(pipe, run.kill_at)
    try:
        watch_commits(warm.agent.archive.database.engine, effects)
        watch_blobs(warm.agent.archive.blobs.folder, effects)
        if live(warm, run, effects):
            effects.say("= quiet")
    except BaseException:  # noqa: BLE001 (the edge of a process: told to whoever asked for it)
        for line in traceback.format_exc().splitlines():
            effects.say(f"! {line}")
        os._exit(1)
    os._exit(0)


def _run_of(order: dict[str, Any]) -> Run:
    return Run(**{**order, "wants": tuple(order["wants"])})


def main() -> None:
    """Serve orders until the line is closed."""
    network.install()
    logging.disable(logging.CRITICAL)
    warm: dict[str, Warm] = {}
    for line in sys.stdin:
        order = json.loads(line)
        answer: dict[str, Any] = {}
        if "warm" in order:
            now = datetime.fromisoformat(order["now"])
            warm[order["warm"]] = warmed(Path(order["warm"]), order["environ"], now)
        elif "rehearse" in order:
            run = _run_of(order["rehearse"])
            rehearse(warm[run.home], run)
        else:
            run = _run_of(order["run"])
            answer = _bear(warm[run.home], run)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
