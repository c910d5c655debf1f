"""``onrecord sources test``, ``coverage`` and ``capture``: how the watch is doing, and what a person saved for it."""

from __future__ import annotations

import hashlib
import mimetypes
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from core.errors import ConfigError, NotFound, Problem, ReadError
from core.grade import grade_page, grade_transport
from core.model import Fetch, Purpose, Source
from core.parts import Piece, parts_of
from core.text.visible import one_line
from core.wording import counted, defang
from monitor.app import Agent, build, open_archive, utc_now
from monitor.cache import load_home
from monitor.capture import Capture, HowToRead, reading_of
from monitor.combining import together
from monitor.commands.check import choose
from monitor.commands.output import emit, progress, say
from monitor.home import Home
from monitor.intake import take_in
from monitor.kinds import kinds
from monitor.lockfile import Holder
from monitor.looking import Asked as Looked
from monitor.looking import Asker
from monitor.pipeline import manner_for
from monitor.workers import Desk
from storage import acts, documents, holders, leases, listings, record, sources, versions, watchlist

Json = dict[str, Any]


# --- test ------------------------------------------------------------------------------------------------------------


def test(home: Home, environ: Mapping[str, str], wanted: Sequence[str], *, as_json: bool, with_all: bool) -> int:
    """Ask sources once and say what came: grade, robots.txt, selectors against their past. Keeps the fetch rows alone.

    One that is switched off may be named, and ``with_all`` takes all of them: it is tried before it is switched on.
    """
    loaded = load_home(home, environ)
    ids = set(choose(loaded, wanted, with_off=bool(wanted) or with_all))
    chosen = [each for each in loaded.watchlist.sources if each.id in ids]
    worst = 0
    with (
        build(home, environ, loaded=loaded) as agent,
        Holder(home.data(loaded.settings)) as holder,
        progress("asking") as shown,
    ):
        with agent.tools.database.write() as conn:
            watchlist.sync(conn, loaded.watchlist.companies, loaded.watchlist.sources, agent.tools.now())
        gap = timedelta(seconds=loaded.settings.fetch.host_gap_seconds)
        desk = Desk(agent.fetcher, holder.name, gap, lambda _checked: None)
        for source in chosen:
            shown.text = f"asking {source.id}"
            row = _tested(agent, desk, source, loaded.watchlist.lines.get(source.id, 0))
            worst = max(worst, int(row["health"] == "bad"))
            emit(row) if as_json else _say_tested(row)
    return 0


def _tested(agent: Agent, desk: Desk, source: Source, line: int) -> Json:
    tools = agent.tools
    with tools.database.write() as conn:
        request_id = sources.at_rest(conn, source.url)  # an address that is asked by schedule stays so
        request = leases.request_by_id(conn, request_id)
        known = sources.asked_by(conn, [request_id]).get(request_id, ())
    asked = known or (sources.Asked(source, sources.START, None),)
    asker = Asker(tools, desk, time.sleep, manner_for(tools, request, asked))
    looked = asker.ask(source.url)
    row: Json = {"source": source.id, "line": line, "url": source.url, "status": None, "health": "bad", "notes": []}
    if looked is None:
        return row | {"notes": ["its host could not be had in time"]}
    fetch = looked.fetch
    row |= {
        "status": fetch.status,
        "bytes": len(looked.body),
        "final_url": fetch.final_url,
        "certificate": fetch.certificate,
    }
    notes: list[str] = []
    if fetch.redirects and fetch.final_url:
        notes.append(f"answered from {defang(fetch.final_url)}: name that address (onrecord sources move)")
    notes += list(fetch.exceptions)
    notes += [f"{name}: {value}" for name, value in fetch.browsed if name in ("browser", "refused")]
    notes.append(
        f"terms: {source.option('terms')}"
        if source.option("terms")
        else "terms: nobody noted what the site's terms say (terms:)"
    )
    grade = grade_transport(fetch, looked.body)
    if grade is not None:
        return row | {"grade": grade.level.value, "notes": [*grade.reasons, *notes]}
    lost: list[str] = []
    looked = _with_parts(asker, source, looked, lost)
    if lost:
        return row | {"grade": "bad", "notes": [*lost, *notes]}
    row |= _what_it_holds(agent, source, looked, notes)
    return row | {"notes": notes, "health": row.get("health", "good")}


def _with_parts(asker: Asker, source: Source, looked: Looked, lost: list[str]) -> Looked:
    """What an address answered with the further pages of its document behind it; those that cannot be read are named."""
    pieces = [Piece(looked.fetch.final_url or source.url, looked.fetch.header("content-type") or "", looked.body)]
    for part in parts_of(source):
        answer = asker.ask(part.url)
        grade = grade_transport(answer.fetch, answer.body) if answer else None
        if answer is None or grade is not None:
            lost.append(f"part {defang(part.url)}: {'; '.join(grade.reasons) if grade else 'it could not be asked'}")
        else:
            pieces.append(Piece(part.url, answer.fetch.header("content-type") or "", answer.body))
    if len(pieces) == 1 or lost:
        return looked
    whole = together(looked.fetch, pieces)
    return Looked(whole.fetch, whole.body)


def _what_it_holds(agent: Agent, source: Source, looked: Looked, notes: list[str]) -> Json:
    tools, fetch = agent.tools, looked.fetch
    about = {"content_type": fetch.header("content-type"), "url": fetch.final_url or fetch.url}
    try:
        if kinds()[source.kind].holds == "listing":
            found = tools.reader.read_list(
                source.kind,
                looked.body,
                select=source.select,
                remove=source.remove,
                options=source.options,
                **cast(Any, about),
            )
            notes += [each for each in (found.found_by, found.incomplete) if each]
            return {"health": "good" if found.entries else "bad", "entries": len(found.entries), "grade": "good"}
        how = reading_of(sources.Asked(source, sources.START, None))
        reading = tools.reader.read(
            looked.body, select=how.select, remove=how.remove, parts=how.parts, kind=how.kind, **cast(Any, about)
        )
    except ReadError as error:
        notes.insert(0, error.detail)
        return {"health": "bad", "grade": "bad"}
    grade = grade_page(reading)
    notes[:0] = grade.reasons
    selectors = _selector_health(agent, source, looked, how, notes)
    words = int(reading.facts.get("words", 0))
    was = _words_before(agent, source)
    health = "good" if grade.level.value == "good" else "bad"
    if how.select and was and words < was / 2:
        notes.append(
            f"the selectors match {words} words where they matched {was}: look at the page before they match nothing"
        )
        health = "warning" if health == "good" else health
    return {"health": health, "grade": grade.level.value, "words": words, "words_before": was, "selectors": selectors}


def _selector_health(agent: Agent, source: Source, looked: Looked, how: HowToRead, notes: list[str]) -> list[Json]:
    """Each selector alone: how many words it matches. One that matches nothing is named."""
    found: list[Json] = []
    for selector in how.select:
        try:
            alone = agent.tools.reader.read(
                looked.body, content_type=looked.fetch.header("content-type"), url=looked.fetch.url, select=(selector,)
            )
            words = int(alone.facts.get("words", 0))
        except ReadError:
            words = 0
        found.append({"selector": selector, "words": words})
        if not words:
            notes.append(f"the selector {selector} matches nothing")
    return found


def _words_before(agent: Agent, source: Source) -> int | None:
    with agent.tools.database.read() as conn:
        for document in documents.list_documents(conn, source_id=source.id):
            if document.current_version_id is not None and sources.address(document.url) == sources.address(source.url):
                return versions.load(conn, document.current_version_id).words
    return None


def _say_tested(row: Json) -> None:
    held = f", {row['entries']} listed" if "entries" in row else f", {row['words']} words" if "words" in row else ""
    say(f"{row['health']:8}{row['source']} (sources.yaml:{row['line']}): answered {row['status'] or 'nothing'}{held}")
    for text in row["notes"]:
        say(f"        {one_line(text, 200)}")


# --- coverage --------------------------------------------------------------------------------------------------------


def coverage(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """What is behind its time, and why: the budget of a host, a host that fails, or simply others before it."""
    loaded = load_home(home, environ)
    budget = loaded.settings.fetch.host_requests_per_day
    with open_archive(home, environ, loaded.settings) as archive, archive.database.read() as conn:
        now = utc_now()
        behind = holders.unseen(conn, now, timedelta(hours=1), budget)
        gaps = listings.gaps(conn, now - timedelta(days=30))
        asked = sources.asked_by(conn, [each.request_id for each in behind])
        watched = holders.watched(conn)
    seen = watched - len(behind)
    if as_json:
        emit({"watched": watched, "in_time": seen, "behind": len(behind)})
    else:
        share = f" ({100 * seen / watched:.0f} %)" if watched else ""
        say(f"{seen} of {counted(watched, 'address', 'addresses')} asked in time{share}.")
    for each in behind:
        source = next((one.source.id for one in asked.get(each.request_id, ())), "")
        row = {"source": source, "url": each.url, "due": each.due_at, "why": each.why}
        emit(row) if as_json else say(
            f"  {source}: {defang(each.url, 90)} was due {each.due_at:%Y-%m-%d %H:%M} UTC: {_WHY[each.why]}"
        )
    for source_id, at, items in gaps:
        emit({"source": source_id, "at": at, "missed": "perhaps", "items": items}) if as_json else say(
            f"  {source_id}: all {items} items were new at once on {at:%Y-%m-%d %H:%M} UTC: some may have been missed"
        )
    return 0


_WHY = {
    "budget": "its host had the requests it may get by now (fetch.host_requests_per_day)",
    "failing": "its host fails and is left alone for a while",
    "waiting": "others come first, or nobody watches just now",
}


# --- capture ---------------------------------------------------------------------------------------------------------


def capture(home: Home, environ: Mapping[str, str], name: str, file: Path, *, as_json: bool) -> int:
    """Take in a page a person saved, for a document or source whose site blocks us. Marked so for ever."""
    loaded = load_home(home, environ)
    body = file.read_bytes()
    if not body:
        raise ConfigError([Problem(str(file), None, "this file is empty")])
    with build(home, environ, loaded=loaded) as agent:
        tools = agent.tools
        with tools.database.write() as conn:
            watchlist.sync(conn, loaded.watchlist.companies, loaded.watchlist.sources, tools.now())
            request_id = request_of(conn, name)
            asked = sources.asked_by(conn, [request_id]).get(request_id, ())
            request = leases.request_by_id(conn, request_id)
        if not asked:
            raise NotFound(f"no watched source asks for {name!r}: switch one on first")
        if kinds()[asked[0].source.kind].holds == "listing" and asked[0].part == sources.START:
            raise ConfigError([Problem(str(file), None, f"{name} is a list; capture one of the documents it names")])
        now = tools.now()
        digest = hashlib.sha256(body).hexdigest()
        media_type = (
            "application/pdf" if body.startswith(b"%PDF-") else mimetypes.guess_type(file.name)[0] or "text/html"
        )
        fetch = Fetch(
            request.url,
            Purpose.SAVED,
            now,
            now,
            200,
            detail=f"saved by a person: {file.name}",
            final_url=request.url,
            headers=(("content-type", media_type),),
            digest=digest,
        )
        tools.blobs.put(digest, body)
        with tools.database.write() as conn:
            fetch_id = record.record_fetch(conn, request_id, fetch, size=len(body), media_type=media_type)
            acts.log(conn, "capture", f"{name} from {file.name}", {"fetch": fetch_id, "digest": digest}, now)
        taken = take_in(tools, Capture(request, asked, replace(fetch, id=fetch_id), body))
    row = {
        "document": taken.document,
        "status": taken.status,
        "digest": digest,
        "reasons": list(taken.reasons),
        "alerts": taken.alerts,
    }
    emit(row) if as_json else say(
        f"{taken.document or name}: {taken.status}, saved by a person from {file.name}"
        + (f" ({'; '.join(taken.reasons)})" if taken.reasons else "")
    )
    return 0 if taken.status != "failed" else 1


def request_of(conn: Any, name: str) -> int:
    starts = sources.start_requests(conn, [name])
    if name in starts:
        return starts[name]
    document = documents.by_slug(conn, name)
    if document.request_id is None:
        raise NotFound(f"document {name!r} has no address of its own")
    return document.request_id
