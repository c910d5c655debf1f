"""Puts a rehearsal together: a home of its own, a pretend clock, the stand-ins, and the product between them.

What happens between the website and the two inboxes is the product's own path, called as the command line calls it;
nothing here reads, compares, judges or words anything.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path
from string import Template

from core.config.reaching import DEFAULT_IDENTITY
from core.config.settings import SLACK_TOKEN, WebSettings
from core.errors import ConfigError, Problem, StorageError
from monitor import duties, first_looks, outages
from monitor.app import Agent, build, lexicon
from monitor.demo.stages import STAGES
from monitor.demo.stand_ins import TOKEN, PretendMailbox, PretendSlack
from monitor.demo.website import HOST, Website
from monitor.fetcher import Fetcher, FetchLimits
from monitor.home import Home
from monitor.ledgers import Keeping, catch_up, topics_by
from monitor.pages import Pages
from monitor.pipeline import Checked
from monitor.sending import channels_of, send
from monitor.workers import Desk, claim, work
from storage import holders, watchlist

TICK = timedelta(hours=1)  # the longest pretend time between two looks at what is due
OWNER = "rehearsal"
FILES = ("sources.yaml", "routes.yaml", "settings.yaml")


class PretendClock:
    """A clock that stands still until it is moved. It is set so that the story ends about now."""

    def __init__(self) -> None:
        story = sum((stage.watch for stage in STAGES), timedelta())
        self.started_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - story
        self._now = self.started_at

    def __call__(self) -> datetime:
        return self._now

    def move_to(self, at: datetime) -> None:
        """Let pretend time pass, never backwards."""
        self._now = max(self._now, at)


@dataclass(slots=True)
class Rehearsal:
    """Everything a story needs: the company's site, the agent that watches it, and who is told."""

    folder: Path
    clock: PretendClock
    site: Website
    slack: PretendSlack
    mailbox: PretendMailbox
    agent: Agent
    deliver: Callable[[], object]
    pages: str | None = None

    def watch(self, span: timedelta) -> Iterator[Checked]:
        """Let pretend time pass, and the agent do whatever falls due meanwhile. Yields every address asked."""
        until = self.clock() + span
        while self.clock() < until:
            yield from self._tick()
            self.clock.move_to(min(until, self.clock() + TICK, self._next_due_at() or until))

    def _tick(self) -> list[Checked]:
        """What the daemon does at each of its ticks: ask what is due, tell what is to be told, send."""
        asked: list[Checked] = []
        tools = self.agent.tools
        desk = Desk(self.agent.fetcher, owner=OWNER, gap=timedelta(0), on_checked=asked.append)
        while self._is_due():
            for lease in claim(tools, desk, 1):
                work(tools, desk, lease)
        first_looks.tell(tools)
        outages.tell(tools)
        duties.do_all(tools)
        self.deliver()
        return asked

    def keep(self) -> None:
        """Bring the ledger of promises up to the newest captures, as the daemon does between ticks."""
        keeping = Keeping(lexicon(), self.agent.loaded.rules, self.agent.tools.companies, self.clock)
        catch_up(self.agent.archive.database, keeping)

    def _is_due(self) -> bool:
        with self.agent.archive.database.read() as conn:
            return holders.is_due(conn, self.clock())

    def _next_due_at(self) -> datetime | None:
        with self.agent.archive.database.read() as conn:
            return holders.next_due_at(conn)


@contextmanager
def prepared(folder: Path, *, with_pages: bool = False) -> Iterator[Rehearsal]:
    """A rehearsal in a folder, with the product's pages over it where asked for.

    Raises ConfigError where the folder holds a home of somebody's own.
    """
    clock = PretendClock()
    with ExitStack() as stack:
        site = stack.enter_context(Website(clock))
        slack = stack.enter_context(PretendSlack(clock, folder / "received" / "slack"))
        mailbox = stack.enter_context(PretendMailbox(folder / "received" / "mailbox"))
        port = _free_port() if with_pages else None
        home = _write_home(folder, {"slack": slack.base_url, "mail_port": str(mailbox.port)}, port)
        limits = FetchLimits(user_agent=DEFAULT_IDENTITY, allow_private=frozenset({f"{HOST}:80"}))
        fetcher = stack.enter_context(Fetcher(limits, site.lookup))
        agent = stack.enter_context(build(home, {SLACK_TOKEN.variable: TOKEN}, now=clock, fetcher=fetcher))
        with agent.archive.database.write() as conn:
            watchlist.sync(conn, agent.loaded.watchlist.companies, agent.loaded.watchlist.sources, clock())
        deliver = partial(
            send, agent.tools, agent.loaded, channels_of(agent.loaded, _nowhere, agent.tools.now), owner=OWNER
        )
        rehearsal = Rehearsal(folder, clock, site, slack, mailbox, agent, deliver)
        if port is not None:
            pages = Pages(
                agent.archive,
                clock,
                lambda: agent.loaded.routes.people,
                guest="operator",
                topics_of=topics_by(agent.loaded.rules),
            )
            stack.callback(pages.close)
            rehearsal.pages = pages.open()
        yield rehearsal


def _nowhere(_text: str) -> None:
    """No receiver of the rehearsal is a console."""


def _free_port() -> int:
    """The pages' usual port, or any where that is taken."""
    for port in (WebSettings().port, 0):
        try:
            with socket.create_server(("127.0.0.1", port)) as taken:
                return int(taken.getsockname()[1])
        except OSError:
            continue
    raise StorageError("no port is free on this machine")


def _write_home(folder: Path, values: Mapping[str, str], pages_port: int | None) -> Home:
    """The files of a home, as an operator would write them. Never overwrites one."""
    there = [name for name in (*FILES, "data") if (folder / name).exists()]
    if there:
        message = "there is a home here already: give the rehearsal an empty folder, or none"
        raise ConfigError([Problem(str(folder / there[0]), None, message)])
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        text = files("monitor.demo").joinpath("home", name).read_text(encoding="utf-8")
        if name == "settings.yaml":
            text = Template(text).substitute(values)
            if pages_port is not None:
                text += f"web:\n  port: {pages_port}\n  base_url: http://127.0.0.1:{pages_port}\n"
        (folder / name).write_text(text, encoding="utf-8")
    return Home(folder)
