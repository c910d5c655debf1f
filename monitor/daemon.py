"""``onrecord run``: clock ticks and signals. Every tick is short and claims rows; nothing due is kept in memory.

SIGTERM or SIGINT lets what is in hand finish and ends within ten seconds; what could not finish is still due, or is
given back by the next start. A fault in one tick is logged and the next one comes; only a database or disk that takes
nothing more ends the watch (exit status 1).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor as TickThreads
from apscheduler.schedulers.background import BackgroundScheduler

from alerts.channels import Channel
from core.config.people import Person
from core.errors import ConfigError, StorageError
from monitor import deadlines, duties, first_looks, hubs, ledgers, logs, notify, outages, reminders, sending, tasks
from monitor.app import Agent, build, lexicon, make_tools, utc_now
from monitor.cache import keep, load_home, watchlist_digest
from monitor.home import Home, Loaded
from monitor.keys import link_key
from monitor.ledgers import Keeping
from monitor.linting import warn_of_files
from monitor.lockfile import DaemonLock, Holder, give_back
from monitor.narrator import as_object, narrate
from monitor.pages import Pages, first_link
from monitor.pinging import EVERY
from monitor.pipeline import Checked
from monitor.presses import PressLine
from monitor.pulse import Pulse, give_back_memory
from monitor.reload import Watcher
from monitor.selfcare import SelfCare
from monitor.statement import Places, after_first_round, before_first_request
from monitor.tools import Fetches, Tools
from monitor.workers import Desk, Pool, Worked, claim, paces, work
from storage import documents, events, holders, sources, watchlist
from storage.faults import cannot_go_on

journal: Any = structlog.get_logger()

GRACE: Final = 5.0  # seconds for what is in hand to finish by itself
LISTENING: Final = 6.0  # from the stop on, for the line over which Slack tells of presses
CUT_SHORT: Final = 1.5  # and after its connections were closed
SENDERS: Final = 8
PATIENCE: Final = timedelta(minutes=1)  # of a later part of a case with others
FIRST_ROUND: Final = timedelta(minutes=2)
EVENTS_A_LOOK: Final = 2_000
LEDGERS_A_LOOK: Final = 5


@dataclass(frozen=True, slots=True)
class State:
    """What one state of the configuration gives; a reload replaces it whole, and work under way keeps its own."""

    loaded: Loaded
    tools: Tools
    desk: Desk
    channels: dict[str, Channel]


def run(home: Home, environ: Mapping[str, str], *, with_web: bool = True, is_debug: bool = False) -> int:
    """Watch until told to stop; 0, or 1 where nothing more can be kept. Raises ConfigError, Busy, StorageError."""
    logs.configure(is_debug=is_debug)
    loaded = load_home(home, environ)
    if loaded.missing:
        raise ConfigError(list(loaded.missing))
    data = home.make_data(loaded.settings)
    keep(loaded)
    with DaemonLock(data, utc_now()), Holder(data) as holder:
        agent = build(home, environ, loaded=loaded)
        return Daemon(agent, holder.name, Watcher(home, environ, loaded)).run(with_web=with_web)


class Daemon:
    """One run of the watch."""

    def __init__(self, agent: Agent, owner: str, watcher: Watcher) -> None:
        self.agent, self.owner, self.watcher = agent, owner, watcher
        self.database = agent.archive.database
        self.data = agent.archive.home.data(agent.archive.settings)
        self.stop = threading.Event()
        self.reason = ""
        self.status = 0
        self.began_at = agent.tools.now()
        self.pool = Pool(agent.loaded.settings.fetch.hosts_at_once)
        self.senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="send")
        self.sending = threading.Lock()
        self.narrating = threading.Lock()
        self.state = self._state(agent.loaded, agent.tools, agent.fetcher)
        self.cursor = 0
        self.places = Places(agent.archive.home.path, self.data, None)
        self.presses = PressLine(self.database, agent.tools.now)
        self.has_reported = False
        self.pulse = Pulse(agent.tools.now)
        for tick, _ in self._ticks():
            self.pulse.expect(
                tick.__name__, is_short=tick not in (self.send, self.do, self.ping, self.reload, self.subscribe)
            )
        self.care = SelfCare(self.data, agent.tools, self.pulse)
        self.watchdog = notify.watchdog_seconds()

    def _state(self, loaded: Loaded, tools: Tools, fetcher: Fetches) -> State:
        tools = replace(tools, patience=PATIENCE)
        gap = timedelta(seconds=loaded.settings.fetch.host_gap_seconds)
        desk = Desk(fetcher, self.owner, gap, _unheard, self.stop.is_set, paces(loaded.settings.fetch.sec_per_second))
        return State(loaded, tools, desk, sending.channels_of(loaded, _to_stdout, tools.now))

    def _people(self) -> Mapping[str, Person]:
        return self.state.loaded.routes.people

    def _topics_of(self, sentence: str, lead_in: str) -> tuple[str, ...]:
        return ledgers.topics_by(self.state.loaded.rules)(sentence, lead_in)

    # --- the whole run -----------------------------------------------------------------------------------------------

    def run(self, *, with_web: bool) -> int:
        """Start, wait for the end, stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda got, _frame: self.end(signal.Signals(got).name))
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": TickThreads(8)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        pages = (
            Pages(
                self.agent.archive,
                self.state.tools.now,
                self._people,
                vitals=self.care.vitals,
                topics_of=self._topics_of,
            )
            if with_web
            else None
        )
        try:
            self._begin(pages)
            for tick, seconds in self._ticks():
                soon = {"next_run_time": datetime.now(UTC)} if tick == self.ping else {}
                scheduler.add_job(partial(self._guarded, tick), "interval", seconds=seconds, name=tick.__name__, **soon)
            scheduler.start()
            notify.tell("READY=1")
            while not self.stop.wait(1.0):  # a wait without an end would not let signals in
                self._feed_watchdog()
        except StorageError as error:
            self._cannot_go_on(error)
        notify.tell("STOPPING=1")
        self._wind_down(scheduler, pages)
        return self.status

    def _begin(self, pages: Pages | None) -> None:
        """Everything that is said and done before the first request."""
        now = self.state.tools.now()
        given_back = give_back(self.database, self.data, now)
        with self.database.read() as conn:
            self.cursor = events.last_id(conn)
        for line in before_first_request(self.state.loaded):
            journal.info(line)
        warn_of_files(self.state.loaded)
        if given_back:
            journal.info(f"{given_back} leases of a process that died were given back")
        self._sync()
        with self.database.write() as conn:
            events.write(conn, "agent.started", at=now, data={"pid": os.getpid()})
        self.care.begin(self.state.tools, self.state.loaded.settings)
        address = pages.open() if pages else None
        self.places = replace(self.places, pages=address)
        journal.info(f"Data: {self.data}. Pages: {address or 'none'}.", data=str(self.data), pages=address)
        link = first_link(self.agent.archive, address, now) if address else None
        if link:
            journal.info(f"Nobody can sign in yet. This link, once and for a day, makes the first account: {link}")

    def _sync(self) -> None:
        """Bring the watch list into the database. A row of it that cannot be read must not keep the watch from starting."""
        watched, digest = self.state.loaded.watchlist, watchlist_digest(self.state.loaded)
        try:
            with self.database.write() as conn:
                watchlist.sync(conn, watched.companies, watched.sources, self.state.tools.now(), digest=digest)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 (the edge of the start: logged with its traceback, and the watch goes on)
            journal.exception(
                "sources.yaml could not be taken over; what was watched before is watched: onrecord doctor"
            )

    def _feed_watchdog(self) -> None:
        """The service manager starts us anew where this stops: a tick that hangs must not look like a watch."""
        if self.watchdog is not None and self.pulse.is_alive():
            notify.tell("WATCHDOG=1")

    def _ticks(self) -> list[tuple[Callable[[], None], float]]:
        return [
            (self.check, 1.0),
            (self.send, 0.5),
            (self.tell, 5.0),
            (self.listen, 5.0),
            (self.reload, 2.0),
            (self.narrate, 1.0),
            (self.do, 1.0),
            (self.tidy, 30.0),
            (self.slim, 600.0),
            (self.look, 5.0),
            (self.ping, EVERY),
            (self.keep, 10.0),
            (self.subscribe, 10.0),
        ]

    def end(self, reason: str) -> None:
        """Stop soon: nothing new is begun from here on."""
        self.reason = self.reason or reason
        self.stop.set()

    def _cannot_go_on(self, error: BaseException) -> None:
        self.status = 1
        journal.error(f"On Record stops: {error}. Nothing was written in part; mend it and start again.")
        self.end(str(error))

    def _guarded(self, tick: Callable[[], None]) -> None:
        """The edge of every tick: what goes wrong in one is told, and the next one comes."""
        if self.stop.is_set() or not self.pulse.may_run(tick.__name__):
            return
        with self.pulse.beating(tick.__name__):
            self._apart(tick.__name__, tick)

    def _apart(self, what: str, do: Callable[[], object]) -> None:
        """Do one thing of several: what goes wrong in it keeps none of the others back."""
        try:
            do()
        except StorageError as error:
            if cannot_go_on(error):
                self._cannot_go_on(error)
            else:
                journal.warning(f"{what}: {error}; tried again")
        except Exception:  # noqa: BLE001 (the edge: logged with its traceback, and the next one comes)
            journal.exception(f"a fault in On Record while it wanted to {what}; it goes on")

    # --- ticks -------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Claim hosts with something due, as many as may be asked at once."""
        state = self.state
        with self.database.read() as conn:
            is_due = holders.is_due(conn, state.tools.now(), state.tools.host_budget)
        free = self.pool.free
        self.care.hosts_asked = self.pool.busy
        if is_due and free > 0 and not self.care.is_paused:
            for lease in claim(state.tools, state.desk, free):
                self.pool.give(partial(work, state.tools, state.desk, lease), self._landed)
        if not self.has_reported:
            self._report_when_all_were_asked(state.tools.now())

    def _landed(self, done: Future[Worked]) -> None:
        error = done.exception()
        if error is None:
            return
        if isinstance(error, StorageError) and not cannot_go_on(error):
            journal.warning(f"check: {error}; the address stays due")
        elif isinstance(error, StorageError):
            self._cannot_go_on(error)
        else:
            journal.error("a fault in On Record in a worker; it goes on", exc_info=error)

    def _report_when_all_were_asked(self, now: datetime) -> None:
        """Once, when nobody is left to be asked, or after two minutes: what was reached."""
        with self.database.read() as conn:
            due_at = holders.next_due_at(conn)
        is_done = (due_at is None or due_at > now) and self.pool.is_idle
        if not is_done and now - self.began_at < FIRST_ROUND:
            return
        self.has_reported = True
        self.narrate()
        with self.database.read() as conn:
            health = sources.list_sources(conn)
        for line in after_first_round(health, due_at, self.places, now):
            journal.info(line)

    def send(self) -> None:
        """Send what is due."""
        state = self.state
        with self.sending:
            sending.send(
                state.tools,
                state.loaded,
                state.channels,
                owner=self.owner,
                executor=self.senders,
                is_stopping=self.stop.is_set,
            )

    def tell(self) -> None:
        """Raise what is due: first looks, sources that cannot be seen, duties by schedule, what nobody has taken up."""
        tools = self.state.tools
        self._apart("tell of first looks", partial(first_looks.tell, tools))
        self._apart("tell of sources that cannot be seen", partial(outages.tell, tools))
        for what, duty in duties.DUTIES.items():
            if tools.tells:
                self._apart(what, partial(duty, tools))
        self._apart("remind", partial(reminders.tell, tools, self.state.loaded.settings.alerts.repeat_after))

    def listen(self) -> None:
        """Keep the line open over which Slack tells of presses, where there is to be one."""
        loaded = self.state.loaded
        self.presses.keep(loaded.settings.slack, loaded.routes.people)

    def keep(self) -> None:
        """Bring ledgers of commitments up to the newest captures, a few documents at a time; tell what falls due."""
        state = self.state
        keeping = Keeping(lexicon(), state.loaded.rules, state.tools.companies, state.tools.now)
        ledgers.catch_up(self.database, keeping, most=LEDGERS_A_LOOK)
        deadlines.tell(state.tools)

    def subscribe(self) -> None:
        """Have hubs push the feeds whose sources say so, while there is somewhere for them to call."""
        state, base_url = self.state, self.agent.archive.settings.web.called_at
        if self.places.pages and base_url:
            desk = state.desk
            speaker = hubs.Speaker(state.tools, desk.fetcher, self.owner, desk.gap, base_url, link_key(self.data))
            hubs.keep_up(speaker, hubs.wanted(state.loaded.watchlist.sources), self.stop.is_set)

    def narrate(self) -> None:
        """Log what happened since the last look: the events, in words. Several ticks ask; each event is told once."""
        with self.narrating:
            self._tell_events()

    def _tell_events(self) -> None:
        with self.database.read() as conn:
            try:
                found = events.since(conn, self.cursor, EVENTS_A_LOOK)
            except (ValueError, TypeError):  # a row that was damaged: it must not silence all that follow
                self.cursor = events.last_id(conn)
                raise
            ids = [event.document_id for event in found if event.document_id is not None]
            names = {key: ref.slug for key, ref in documents.refs(conn, ids).items()} if ids else {}
        if not found:
            return
        self.cursor = found[-1].id
        for line in narrate(found, names):
            about = {key: value for key, value in as_object(line.event).items() if value} if line.event else {}
            about.pop("at", None)
            getattr(journal, line.level)(line.text, **about)

    def do(self) -> None:
        """Do what people asked for on the pages, one task after another."""
        state = self.state
        while tasks.do_next(state.tools, state.loaded.rules, self.stop.is_set):
            state = self.state

    def tidy(self) -> None:
        """Give back what commands that were killed still held."""
        give_back(self.database, self.data, self.state.tools.now())

    def slim(self) -> None:
        """Give freed memory back: without it a process holds what its busiest moment took, for as long as it lives."""
        give_back_memory()

    def look(self) -> None:
        """Room on the disk, and the clock."""
        self.care.look(self.state.tools, self.state.loaded.settings)

    def ping(self) -> None:
        """Tell a dead-man's switch outside that we are alive."""
        self.care.ping(self.state.loaded.settings)

    def reload(self) -> None:
        """Take an edited configuration over, or say why not and keep the one there is."""
        edited = self.watcher.edited()
        if edited is None:
            return
        now = self.state.tools.now()
        if edited.fault is not None:
            problems = [str(problem) for problem in edited.fault.problems]
            data = {"what": "; ".join(problems[:10]), "problems": problems[:100]}
            with self.database.write() as conn:
                events.write(conn, "configuration.refused", at=now, data=data)
        elif edited.loaded is not None:
            self._take_over(edited.loaded)

    def _take_over(self, loaded: Loaded) -> None:
        was = self.state
        warn_of_files(loaded)
        tools = make_tools(self.agent.archive, loaded, was.tools.reader, was.tools.now)
        fetcher = was.desk.fetcher
        if (loaded.settings.fetch, loaded.settings.browser) != (was.loaded.settings.fetch, was.loaded.settings.browser):
            fetcher = self.agent.new_fetcher(loaded.settings)
        with self.database.write() as conn:
            watched = loaded.watchlist
            synced = watchlist.sync(
                conn, watched.companies, watched.sources, tools.now(), digest=watchlist_digest(loaded)
            )
            what = f"{len(synced.added)} sources added, {len(synced.ended)} ended, {len(synced.changed)} changed"
            data = {"what": what, "added": list(synced.added), "ended": list(synced.ended)}
            events.write(conn, "configuration.reloaded", at=tools.now(), data=data)
        self.state = self._state(loaded, tools, fetcher)
        if _needs_restart(was.loaded, loaded):
            journal.warning("data, database, web and readers in settings.yaml count from the next start")

    # --- the end -----------------------------------------------------------------------------------------------------

    def _wind_down(self, scheduler: Any, pages: Pages | None) -> None:
        """Within ten seconds: finish what is in hand, cut short what cannot, close everything."""
        journal.info(f"stopping ({self.reason}): finishing what is in hand")
        if scheduler.running:
            scheduler.shutdown(wait=False)
        ends_at = time.monotonic() + LISTENING
        listening = threading.Thread(target=self.presses.close, daemon=True)
        listening.start()  # beside the rest: slack-sdk looks up from its line every three seconds
        self.pool.close()
        is_idle = self.pool.wait(GRACE)
        self.agent.close_fetchers()
        is_idle = self.pool.wait(CUT_SHORT) and is_idle
        is_sent = self.sending.acquire(timeout=CUT_SHORT)
        self.senders.shutdown(wait=False, cancel_futures=True)
        if pages:
            pages.close()
        with suppress(StorageError):
            with self.database.write() as conn:
                events.write(conn, "agent.stopped", at=self.state.tools.now(), data={"reason": self.reason})
            self.narrate()
        listening.join(max(0.1, ends_at - time.monotonic()))  # a press in hand is written before the database closes
        closing = threading.Thread(target=self.agent.close, daemon=True)
        closing.start()
        closing.join(CUT_SHORT)
        if not (is_idle and is_sent) or closing.is_alive() or listening.is_alive():
            journal.warning("something in hand did not end in time; the next start goes on with it")
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(self.status)  # threads that still wait for somebody must not hold the exit up


def _unheard(_checked: Checked) -> None:
    """The daemon speaks through events."""


def _to_stdout(text: str) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.write(text)
        sys.stdout.flush()


def _needs_restart(was: Loaded, now: Loaded) -> bool:
    old, new = was.settings, now.settings
    return (old.data, old.database, old.web, old.readers) != (new.data, new.database, new.web, new.readers)
