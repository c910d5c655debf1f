"""What `onrecord run` says before it asks anybody, and after it has asked everybody once. Pure: values in, lines out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from core.text.visible import one_line
from core.wording import counted, trouble
from monitor.home import Loaded
from monitor.kinds import kinds
from storage.sources import SourceHealth, host_of

MOST_HOSTS: Final = 500
MOST_REFUSED: Final = 30


@dataclass(frozen=True, slots=True)
class Places:
    """Where this installation keeps and shows things; ``pages`` is None where there are none."""

    home: Path
    data: Path
    pages: str | None


def hosts_of(loaded: Loaded) -> list[str]:
    """Every host the sources that are on will ask, in alphabetical order."""
    sites = {"/".join(source.url.split("/", 3)[:3]) for source in loaded.watchlist.enabled if source.url}
    return sorted({host_of(site) for site in sites})  # ten thousand sources stand on a few hundred sites


def before_first_request(loaded: Loaded) -> list[str]:
    """Which hosts will be asked, as whom, how often, and who will be told."""
    watched = loaded.watchlist.enabled
    hosts = hosts_of(loaded)
    fetch = loaded.settings.fetch
    shown = ", ".join(hosts[:MOST_HOSTS]) + (f" and {len(hosts) - MOST_HOSTS} more" if len(hosts) > MOST_HOSTS else "")
    lists = sum(1 for source in watched if kinds()[source.kind].holds == "listing")
    lines = [
        f"On Record watches {counted(len(watched), 'source')} of "
        f"{counted(len({source.company for source in watched}), 'company', 'companies')}.",
        f"It will ask {counted(len(hosts), 'host')}: {shown}"
        if hosts
        else "It will ask nobody: no source is switched on.",
        f"It asks as “{fetch.identity}”, with {fetch.host_gap_seconds:g} seconds between two requests to one host.",
    ]
    if lists:
        lines.append(
            f"Pages that {counted(lists, 'feed')} {'lists' if lists == 1 else 'list'} are asked too, wherever they are."
        )
    told = [
        f"{name} ({', '.join(dict.fromkeys(t.channel for t in who.targets))})"
        for name, who in loaded.routes.receivers.items()
    ]
    lines.append(f"Who is told: {', '.join(told)}.")
    return lines


def after_first_round(
    health: Sequence[SourceHealth], next_due_at: datetime | None, places: Places, now: datetime
) -> list[str]:
    """What was reached, what refused and why, when the next check is, where data and pages are."""
    asked = [each for each in health if each.last_fetch_at is not None]
    refused = [each for each in asked if each.incident_code is not None]
    lines = [f"Reached {len(asked) - len(refused)} of {len(health)} {'source' if len(health) == 1 else 'sources'}."]
    if refused:
        lines.append(f"Could not see {counted(len(refused), 'source')}:")
        lines += [f"  {each.source.id}: {_why(each)}" for each in refused[:MOST_REFUSED]]
        if len(refused) > MOST_REFUSED:
            lines.append(f"  and {len(refused) - MOST_REFUSED} more: onrecord sources list")
    waiting = len(health) - len(asked)
    if waiting:
        lines.append(f"{counted(waiting, 'source')} not asked yet.".capitalize())
    if next_due_at is not None:
        lines.append(f"Next check {next_due_at:%d %b, %H:%M} UTC ({_until(next_due_at, now)}).")
    lines.append(f"Data: {places.data}. Pages: {places.pages or 'none'}.")
    return lines


def _until(at: datetime, now: datetime) -> str:
    minutes = round((at - now).total_seconds() / 60)
    if at <= now:
        return "now"
    if not minutes:
        return "in less than a minute"
    return f"in {counted(minutes, 'minute')}" if minutes < 120 else f"in {counted(round(minutes / 60), 'hour')}"


def _why(each: SourceHealth) -> str:
    status = f" ({each.status})" if each.status else ""
    return one_line(trouble(each.incident_code or each.reason or "not seen") + status, 120)
