"""``onrecord sources add``: what a site has to watch, shown with its cost, and written where a person chose it."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from core.config.edit import Entry, add_sources
from core.config.entries import slug
from core.errors import ConfigError, Problem
from core.finding import Found, missing
from core.text.visible import one_line
from core.wording import counted, defang, listed
from monitor.app import Agent, build
from monitor.cache import load_home
from monitor.commands.output import emit, note, progress, say, table
from monitor.commands.sources import edit, log
from monitor.discovery import Explorer
from monitor.home import Home, Loaded
from monitor.lockfile import Holder, give_back
from monitor.looking import Asker
from monitor.tools import ReadsSites
from monitor.workers import Desk
from storage import sources

Json = dict[str, Any]
DISK_SHARE = 0.25  # of the bytes received: what compressed text takes, as a rule


def add(
    home: Home,
    environ: Mapping[str, str],
    url: str,
    *,
    company: str | None,
    name: str | None,
    chosen: str | None,
    as_json: bool,
) -> int:
    """Look at a site, show what there is to watch, and write what was chosen into sources.yaml."""
    loaded = load_home(home, environ)
    if "://" not in url:
        url = f"https://{url}"
    with (
        build(home, environ, loaded=loaded) as agent,
        Holder(home.data(loaded.settings)) as holder,
        progress("looking") as shown,
    ):
        asker = _asker(agent, holder.name)

        def said(text: str) -> None:
            shown.text = one_line(text, 100)

        found = Explorer(asker, cast(ReadsSites, agent.tools.reader), said).explore(url)
    known = _known_company(loaded, company, url)
    name = name or (known or "")
    company_id = (
        known or company or slug(name) or slug((urlsplit(found.home).hostname or "").removeprefix("www.").split(".")[0])
    )
    offered = [each for each in found.found if not _is_watched(loaded, each.url)]
    rows = [_row(number, each) for number, each in enumerate(offered, start=1)]
    lacking = missing(found.found) if found.is_seen else []  # of a site nobody saw nothing is known to be missing
    if as_json:
        for row in rows:
            emit(row)
    else:
        _show(rows, offered, found.notes, lacking, asker)
    if not found.found:
        note(
            "Nothing was found to watch there." if found.is_seen else "The site was not seen, so nothing is said of it."
        )
    picked = _pick(offered, chosen, as_json=as_json) if found.found else []
    if picked:
        entries = [_entry(_not_watched(each, loaded), loaded) for each in picked]
        text = edit(home, lambda text: add_sources(text, company_id, entries, name=name or company_id))
        log(
            home,
            environ,
            loaded,
            "add",
            f"{counted(len(picked), 'source')} of {company_id} from {defang(found.home)}",
            text,
        )
    if as_json:
        emit(
            {
                "home": found.home,
                "company": company_id,
                "not_found": lacking,
                "notes": found.notes,
                "requests": asker.requests,
                "written": len(picked),
            }
        )
    elif picked:
        say(
            f"Written to sources.yaml under {company_id}: {counted(len(picked), 'source')}. onrecord sources undo takes it back."
        )
    return 0


def _asker(agent: Agent, owner: str) -> Asker:
    gap = timedelta(seconds=agent.loaded.settings.fetch.host_gap_seconds)
    give_back(agent.archive.database, agent.archive.home.data(agent.loaded.settings), agent.tools.now())
    return Asker(agent.tools, Desk(agent.fetcher, owner, gap, lambda _checked: None), time.sleep)


def _known_company(loaded: Loaded, company: str | None, url: str) -> str | None:
    """The company named, or the one that is watched at this host already."""
    if company in loaded.watchlist.company_ids:
        return company
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    of_host = (
        each.company
        for each in loaded.watchlist.sources
        if (urlsplit(each.url).hostname or "").removeprefix("www.") == host
    )
    return None if company else next(of_host, None)


def _is_watched(loaded: Loaded, url: str) -> bool:
    return any(sources.address(each.url) == sources.address(url) for each in loaded.watchlist.sources if each.url)


def _not_watched(each: Found, loaded: Loaded) -> Found:
    """Without the editions that are watched already."""
    return replace(each, editions=tuple(pair for pair in each.editions if not _is_watched(loaded, pair[1])))


def _row(number: int, each: Found) -> Json:
    return {
        "number": number,
        "kind": each.kind,
        "role": each.role,
        "url": each.url,
        "title": each.title,
        "lang": each.lang,
        "bytes": each.size,
        "words": each.words,
        "entries": each.entries,
        "editions": [{"lang": lang, "url": url} for lang, url in each.editions],
        "requests_a_day": round(each.requests_a_day, 1),
        "bytes_kept": int(each.size * DISK_SHARE),
        "covered_by": each.covered_by or None,
        "is_proposed": _is_proposed(each),
    }


def _is_proposed(each: Found) -> bool:
    return not each.covered_by and each.kind != "sitemap"


def _show(
    rows: Sequence[Json], offered: Sequence[Found], notes: Sequence[str], lacking: Sequence[str], asker: Asker
) -> None:
    lines = [("", "WHAT", "TITLE", "FIRST CAPTURE", "A DAY", "ADDRESS")]
    for row, each in zip(rows, offered, strict=True):
        what = f"{each.kind} {each.role or ''}".strip() + (" *" if row["is_proposed"] else "")
        seen = (
            f"{each.entries} listed"
            if each.entries
            else f"{each.words} words" + (f", {each.lang}" if each.lang else "")
        )
        lines.append(
            (str(row["number"]), what, one_line(each.title, 40), seen, f"{each.requests_a_day:g}", defang(each.url, 90))
        )
        lines += [("", "  edition", "", lang, "", defang(url, 90)) for lang, url in each.editions]
    for line in table(lines) if rows else ():
        say(line)
    proposed = [row for row in rows if row["is_proposed"]]
    a_day = sum(row["requests_a_day"] for row in proposed)
    kept = sum(row["bytes_kept"] for row in proposed)
    if rows:
        say()
        say(
            f"Marked * together: about {a_day:g} requests a day, and {kept / 1000:.0f} KB for the first captures; each change adds its text."
        )
    if lacking:
        say(f"Not found: {listed(lacking, 12)}.")
    for text in notes:
        note(one_line(text, 200))
    note(f"Asked {counted(asker.requests, 'address', 'addresses')}, {asker.received / 1000:.0f} KB.")


def _pick(offered: Sequence[Found], chosen: str | None, *, as_json: bool) -> list[Found]:
    """What a person chose: numbers, all, or what is marked; asked for on a terminal where nothing was said."""
    proposed = [each for each in offered if _is_proposed(each)]
    if chosen is None and sys.stdin.isatty() and not as_json and offered:
        sys.stderr.write("Watch which? Numbers such as 1,3, all, marked, or nothing: ")
        sys.stderr.flush()
        chosen = sys.stdin.readline().strip() or "none"
    if chosen is None or chosen == "none":
        if not as_json and offered:
            note("Nothing was written. --choose 1,3 (or all, or marked) writes into sources.yaml.")
        return []
    if chosen in ("all", "marked"):
        return list(offered) if chosen == "all" else proposed
    numbers = [word.strip() for word in chosen.split(",") if word.strip()]
    wrong = [word for word in numbers if not word.isdecimal() or not 1 <= int(word) <= len(offered)]
    if wrong:
        raise ConfigError(
            [
                Problem(
                    "--choose",
                    None,
                    f"there is no number {word} in the list"
                    if word.isdecimal()
                    else f"must be numbers, all or marked, not {word!r}",
                )
                for word in wrong
            ]
        )
    return [offered[int(word) - 1] for word in dict.fromkeys(numbers)]


def _entry(each: Found, loaded: Loaded) -> Entry:
    entry: dict[str, Any] = {"kind": each.kind}
    entry |= {"role": each.role} if each.role else {}
    entry |= {} if loaded.watchlist.defaults.enabled else {"enabled": True}
    entry["url"] = each.url
    entry |= (
        {"lang": each.lang.split("-")[0]}
        if each.lang and each.lang.split("-")[0] != loaded.watchlist.defaults.lang
        else {}
    )
    entry["confidence"] = "checked"
    entry |= {"editions": [{"url": url, "lang": lang} for lang, url in each.editions]} if each.editions else {}
    return entry
