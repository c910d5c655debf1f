"""``onrecord archive backfill``: the past of a page from a web archive, each listed capture accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from difflib import get_close_matches

from core.errors import ConfigError, NotFound, Problem
from core.model import Source
from core.text.visible import one_line
from core.wording import counted
from monitor.app import build
from monitor.backfilling import WAYBACK, Interrupted, Plan
from monitor.backfilling import backfill as take_past
from monitor.cache import load_home
from monitor.commands.output import emit, note, progress, say
from monitor.home import Home, Loaded
from monitor.lockfile import Holder, give_back
from storage import watchlist


@dataclass(frozen=True, slots=True)
class Asking:
    """What a person wants: whose past, between which moments, from which server."""

    source: str
    since: str | None = None
    until: str | None = None
    server: str | None = None


def backfill(home: Home, environ: Mapping[str, str], asking: Asking, *, as_json: bool) -> int:
    """Take it in. 0 when every listed capture was accounted for, 1 where the archive asked to be left alone."""
    loaded = load_home(home, environ)
    source = _source(loaded, asking.source)
    company = next(each for each in loaded.watchlist.companies if each.id == source.company)
    outcomes: Counter[str] = Counter()
    with build(home, environ, loaded=loaded) as agent, progress("asking the archive") as shown:
        data = home.data(loaded.settings)
        with Holder(data):
            give_back(agent.archive.database, data, agent.tools.now())
            with agent.tools.database.write() as conn:
                watched = loaded.watchlist
                watchlist.sync(conn, watched.companies, watched.sources, agent.tools.now())
            gap = timedelta(seconds=loaded.settings.fetch.host_gap_seconds)
            where = (asking.server or WAYBACK).rstrip("/")
            plan = Plan(source, company, where, asking.since, asking.until, gap)
            try:
                for account in take_past(agent.tools, agent.fetcher, plan):
                    outcomes[account.outcome] += 1
                    shown.text = f"{counted(outcomes.total(), 'capture')} accounted for"
                    if as_json:
                        emit(asdict(account))
                    elif account.outcome not in ("left", "unchanged"):
                        why = f": {one_line(account.reason, 200)}" if account.reason else ""
                        say(f"{account.timestamp or '-'}  {account.outcome}{why}")
            except Interrupted as reason:
                note(
                    f"{reason}. {counted(outcomes.total(), 'capture')} accounted for; the same command goes on from there."
                )
                return 1
    if not as_json:
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        note(f"{counted(outcomes.total(), 'capture')} listed{f': {told}' if told else ''}.")
    return 0


def _source(loaded: Loaded, name: str) -> Source:
    by_id = {source.id: source for source in loaded.watchlist.sources}
    if name not in by_id:
        near = get_close_matches(name, list(by_id), 1, 0.5)
        raise ConfigError([Problem("sources.yaml", None, f"there is no source {name!r}", near[0] if near else None)])
    if by_id[name].kind not in ("page", "pdf"):
        raise NotFound(f"{name} is a {by_id[name].kind}: only a page or a PDF has a past of its own to take in")
    return by_id[name]
