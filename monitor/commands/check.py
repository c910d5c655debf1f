"""``onrecord check``: ask now, once; keep, compare, tell, send."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches

from core.errors import ConfigError, Problem
from core.model import Purpose
from core.text.visible import one_line
from core.wording import counted
from monitor import duties, first_looks, outages, sending
from monitor.app import Agent, build
from monitor.cache import load_home, watchlist_digest
from monitor.checking import Outcome, Reach, check_now
from monitor.commands.lines import as_line, as_object
from monitor.commands.output import emit, mute_stdout, note, progress, say
from monitor.home import Home, Loaded
from monitor.lockfile import Holder, give_back
from monitor.pipeline import Checked
from monitor.workers import Desk, paces
from storage import watchlist


def check(home: Home, environ: Mapping[str, str], wanted: Sequence[str], *, dry_run: bool, as_json: bool) -> int:
    """Check these sources (or companies' sources; all that are switched on where none is named).

    0 when every check was carried out, whatever the far side did; 1 when On Record itself failed.
    """
    loaded = load_home(home, environ)
    chosen = choose(loaded, wanted)
    if not dry_run:
        for problem in loaded.missing:
            note(f"{problem}. What cannot be sent stays in the outbox.")
    with build(home, environ, loaded=loaded) as agent:
        data = home.data(loaded.settings)
        with Holder(data) as holder, _Teller(as_json) as teller:
            give_back(agent.archive.database, data, agent.tools.now())
            with agent.tools.database.write() as conn:
                watched = loaded.watchlist
                watchlist.sync(
                    conn, watched.companies, watched.sources, agent.tools.now(), digest=watchlist_digest(loaded)
                )
            outcome = _ask(agent, teller, holder.name, chosen, Purpose.REHEARSAL if dry_run else Purpose.WATCH)
            if not dry_run:
                _tell_and_send(agent, teller, holder.name, chosen, as_json=as_json)
            teller.sum_up(outcome)
            return 1 if outcome.faults else 0


def choose(loaded: Loaded, wanted: Sequence[str], *, with_off: bool = False) -> list[str]:
    """Ids of the sources a person named, in file order. Raises ConfigError for a name that is none.

    ``with_off``: those that are switched off may be named too, and are among those of a company.
    """
    watched = loaded.watchlist
    there = watched.sources if with_off else watched.enabled
    if not wanted:
        return [source.id for source in there]
    by_id = {source.id: source for source in watched.sources}
    of_company = {company: [s.id for s in there if s.company == company] for company in watched.company_ids}
    problems: list[Problem] = []
    chosen: set[str] = set()
    for name in wanted:
        if name in by_id and not (by_id[name].enabled or with_off):
            message = f"the source {name!r} is switched off (enabled: false)"
            problems.append(Problem("sources.yaml", watched.lines.get(name), message))
        elif name in by_id:
            chosen.add(name)
        elif of_company.get(name):
            chosen |= set(of_company[name])
        else:
            near = get_close_matches(name, [*by_id, *of_company], 1, 0.5)
            what = "company with a source that is on" if name in of_company else "source or company"
            problems.append(Problem("sources.yaml", None, f"there is no {what} {name!r}", near[0] if near else None))
    if problems:
        raise ConfigError(problems)
    return [source.id for source in watched.sources if source.id in chosen]


def _ask(agent: Agent, teller: _Teller, owner: str, chosen: Sequence[str], purpose: Purpose) -> Outcome:
    fetch = agent.loaded.settings.fetch
    stopping = threading.Event()
    desk = Desk(
        agent.fetcher,
        owner,
        timedelta(seconds=fetch.host_gap_seconds),
        teller.hear,
        stopping.is_set,
        paces(fetch.sec_per_second),
    )
    try:
        return check_now(agent.tools, desk, chosen, Reach(fetch.hosts_at_once, purpose, teller.note))
    except BaseException:
        stopping.set()  # workers end after the request in hand; a host is never left held
        raise


def _tell_and_send(agent: Agent, teller: _Teller, owner: str, chosen: Sequence[str], *, as_json: bool) -> None:
    tools = agent.tools
    first_looks.tell(tools, only=set(chosen))
    outages.tell(tools)
    duties.do_all(tools)
    write = note if as_json else say
    channels = sending.channels_of(agent.loaded, lambda text: write(text.rstrip("\n")), tools.now)
    teller.shown.text = "sending"
    sent = sending.send(tools, agent.loaded, channels, owner=owner)
    teller.sent = (sent.sent, sent.retried, sent.dead)


class _Teller:
    """Prints what is checked, from whichever thread, and counts it."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.counts: Counter[str] = Counter()
        self.alerts = 0
        self.sent = (0, 0, 0)
        self._lock = threading.Lock()
        self._is_heard = True
        self._progress = progress("checking")

    def __enter__(self) -> _Teller:
        self.shown = self._progress.__enter__()
        return self

    def __exit__(self, *about: object) -> None:
        self._progress.__exit__(None, None, None)

    def hear(self, checked: Checked) -> None:
        with self._lock:
            self.counts[checked.taken.status] += 1
            self.alerts += checked.taken.alerts
            self.shown.text = f"{counted(self.counts.total(), 'address', 'addresses')} checked"
            try:
                if self._is_heard:
                    emit(as_object(checked)) if self.as_json else say(as_line(checked))
            except BrokenPipeError:  # the reader went away; the check itself goes on
                self._is_heard = False
                mute_stdout()

    def note(self, text: str) -> None:
        note(one_line(text, 300))

    def sum_up(self, outcome: Outcome) -> None:
        if self.as_json:
            return
        found = ", ".join(f"{count} {status}" for status, count in sorted(self.counts.items()))
        sent, retried, dead = self.sent
        parts = [f"{counted(self.counts.total(), 'address', 'addresses')} asked{': ' if found else ''}{found}"]
        parts += [counted(self.alerts, "alert") + " raised"] if self.alerts else []
        parts += [counted(sent, "message") + " sent"] if sent else []
        parts += [f"{counted(retried + dead, 'message')} could not be sent: onrecord outbox"] if retried + dead else []
        parts += [f"{counted(outcome.faults, 'fault')} in On Record itself"] if outcome.faults else []
        note("; ".join(parts) + ".")
