"""``onrecord commitments``: what became of each promise, from a terminal; as JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from core.commitments.fate import FIRMER, SOFTER, Became
from core.commitments.ledger import Happening
from core.errors import ConfigError, Problem
from core.text.visible import one_line
from core.wording import counted, long_date, short_date, stamp
from monitor.app import Archive, lexicon, utc_now
from monitor.cache import load_home
from monitor.commands.output import emit, note, progress, say
from monitor.commands.reading import archive_of, document_called
from monitor.home import Home
from monitor.ledgers import Keeping, catch_up
from storage import promises
from storage.promises import Promised, Wanted

Json = dict[str, Any]

MARKS: Final = {Became.CHANGED: "?", Became.REMOVED: "×", Became.RESTORED: "↺", Became.INTRODUCED: "•"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked of the ledger, as typed."""

    company: str | None = None
    topic: str | None = None
    document: str | None = None
    weakened: bool = False
    gone: bool = False
    due: int | None = None
    as_of: str | None = None
    everything: bool = False


@contextmanager
def up_to_date(home: Home, environ: Mapping[str, str]) -> Iterator[Archive]:
    """The archive with its ledgers brought up to the newest capture."""
    loaded = load_home(home, environ)
    with archive_of(home, environ) as archive, progress("reading promises") as shown:

        def told(done: int) -> None:
            shown.text = f"reading promises: {counted(done, 'document')}"

        companies = {company.id: company for company in loaded.watchlist.companies}
        catch_up(archive.database, Keeping(lexicon(), loaded.rules, companies, utc_now), say=told)
        yield archive


# --- the ledger ----------------------------------------------------------------------------------------------------


def ledger(home: Home, environ: Mapping[str, str], asked: Asked, *, as_json: bool, as_csv: bool) -> int:
    """Every promise that is asked for, with all that happened to it. Raises NotFound, ConfigError."""
    with up_to_date(home, environ) as archive, archive.database.read() as conn:
        wanted = _wanted(conn, asked)
        found = promises.listed(conn, wanted)
        known = promises.topics(conn)
        elsewhere = promises.moved_to(conn, found)
    if asked.topic and asked.topic not in known:
        note(f"no promise is about {one_line(asked.topic, 60)!r}; topics are {', '.join(known) or 'not known yet'}")
    if as_csv:
        say(_csv(found))
        return 0
    for promised in found:
        if as_json:
            emit({**as_object(promised), "stands_in": elsewhere.get(promised.entry.key)})
            continue
        if promised.entry.key in elsewhere:
            say(f"moved: its words stand in {elsewhere[promised.entry.key]}")
        _print(promised)
    if not as_json:
        _sum_up(found, asked)
    return 0


def _sum_up(found: Sequence[Promised], asked: Asked) -> None:
    if not found and asked == Asked():
        note("No promise is on record yet. The ledger fills as documents are checked: onrecord check")
        return
    companies = len({promised.document.company_id for promised in found})
    softer = sum(promised.entry.is_softer for promised in found)
    of = f" by {counted(companies, 'company', 'companies')}" if found else ""
    note(f"{counted(len(found), 'promise')}{of}; {softer} weakened or removed at some time")


def show(home: Home, environ: Mapping[str, str], key: str, *, as_json: bool) -> int:
    """One promise through all its wordings. Raises NotFound."""
    with up_to_date(home, environ) as archive, archive.database.read() as conn:
        promised = promises.by_key(conn, key)
        acts = promises.acts(conn, promised)
    if as_json:
        done = [{"act": each.act, "by": each.by, "note": each.note, "at": each.at} for each in acts]
        emit({**as_object(promised), "acts": done})
        return 0
    _print(promised, is_whole=True)
    for each in acts:
        say(
            f"  {each.act} by {one_line(each.by, 60)} {long_date(each.at)}{f': {one_line(each.note, 300)}' if each.note else ''}"
        )
    return 0


def act(home: Home, environ: Mapping[str, str], key: str, what: str, said: tuple[str, str], *, as_json: bool) -> int:
    """Record what a person (who, and why) makes of a promise. Raises NotFound."""
    by, why = said
    with up_to_date(home, environ) as archive, archive.database.write() as conn:
        promised = promises.act(conn, key, what, by=by, note=why, now=utc_now())
    if as_json:
        emit(as_object(promised))
    else:
        say(f"{what}: {one_line(promised.entry.now.whole, 300)}")
    return 0


def _wanted(conn: Any, asked: Asked) -> Wanted:
    wanted = Wanted(
        company_id=promises.company_called(conn, asked.company) if asked.company else None,
        topic=asked.topic,
        document_id=document_called(conn, asked.document).id if asked.document else None,
        softened=asked.weakened,
        state="gone" if asked.gone else None,
        due_until=utc_now().date() + timedelta(days=asked.due) if asked.due is not None else None,
        with_dismissed=asked.everything,
    )
    if asked.as_of is not None:
        wanted = replace(wanted, moment=moment_of(asked.as_of))
    return wanted


def moment_of(text: str) -> datetime:
    """The end of a day (UTC), or a moment. Raises ConfigError."""
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        problem = Problem("--as-of", None, f"{one_line(text, 40)!r} is no date; write it as 2026-01-31")
        raise ConfigError([problem]) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# --- how a promise is told -----------------------------------------------------------------------------------------


def as_object(promised: Promised) -> Json:
    """One promise as plain data."""
    entry = promised.entry
    return {
        "commitment": entry.key,
        "company": promised.document.company_id,
        "document": promised.document.slug,
        "url": promised.document.url,
        "heading": entry.now.heading,
        "topics": list(promised.topics),
        "status": promised.status,
        "stands": entry.stands,
        "weakened": entry.is_softer,
        "first": entry.first.whole,
        "now": entry.now.whole,
        "since": entry.since.at,
        "due": entry.due.isoformat() if entry.due else None,
        "says": [list(pair) for pair in promised.read_out],
        "not_said": list(promised.not_said),
        "events": [event_object(event) for event in entry.happenings],
    }


def event_object(event: Happening) -> Json:
    """One event with both its captures."""
    sight = event.sight
    return {
        "event": event.became.value,
        "verdict": event.verdict.value,
        "dimensions": dict(event.dimensions),
        "reasons": list(event.reasons),
        "before": event.before,
        "after": event.after,
        "last_seen": sight.last_at,
        "first_changed": sight.at,
        "last_seen_capture": sight.last_fetch_id,
        "first_changed_capture": sight.fetch_id,
        "version": sight.number,
    }


def mark_of(event: Happening) -> str:
    """One sign for an event: it made the promise firmer, weaker, or neither."""
    if event.became in MARKS:
        return MARKS[event.became]
    if event.became is Became.MIXED:
        return "±"
    return "+" if event.became in FIRMER else "−" if event.became in SOFTER else "·"


def _print(promised: Promised, *, is_whole: bool = False) -> None:
    entry, document = promised.entry, promised.document
    state = "stands" if entry.stands else "gone"
    due = f", due {entry.due.isoformat()}" if entry.due else ""
    say(f"{entry.key}  {one_line(document.company, 60)} · {document.slug} · {state}{due} · {promised.status}")
    say(f"  {one_line(entry.now.whole, 600)}")
    if entry.first.key != entry.now.key:
        say(f"  first: {one_line(entry.first.whole, 600)}")
    if promised.topics:
        say(f"  about: {', '.join(promised.topics)}")
    if is_whole:
        say(f"  says: {'; '.join(f'{name}: {words}' for name, words in promised.read_out)}")
        say(f"  does not say: {'; '.join(promised.not_said) or 'nothing that we look for'}")
    for event in entry.happenings:
        say(f"    {mark_of(event)} {event.became.value}, {when(event)}")
        for reason in () if event.became is Became.INTRODUCED else event.reasons:
            say(f"        {one_line(reason, 300)}")
        if is_whole and event.before and event.after and event.before != event.after:
            say(f"        before: {one_line(event.before, 600)}")
            say(f"        after:  {one_line(event.after, 600)}")
    say()


def when(event: Happening) -> str:
    """The honest interval of an event: between two captures."""
    sight = event.sight
    if sight.last_at is None:
        return f"first seen {long_date(sight.at)}"
    if event.became is Became.REMOVED:
        return f"last seen {short_date(sight.last_at, with_year=True)}, first absent {long_date(sight.at)}"
    return f"last seen otherwise {short_date(sight.last_at, with_year=True)}, first seen so {long_date(sight.at)}"


COLUMNS: Final = (
    "commitment", "company", "document", "url", "heading", "topics", "status", "stands", "weakened", "since", "due",
    "first", "now", "not_said", "last_event", "last_seen", "first_changed", "reasons", "events",
)  # fmt: skip


def _csv(found: Sequence[Promised]) -> str:
    """The ledger as CSV: a row a promise, its events joined in one cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for promised in found:
        entry, last = promised.entry, promised.entry.happenings[-1]
        told = " | ".join(f"{each.sight.at:%Y-%m-%d} {each.became.value}" for each in entry.happenings)
        row = as_object(promised) | {
            "topics": ", ".join(promised.topics),
            "not_said": "; ".join(promised.not_said),
            "since": stamp(entry.since.at),
            "last_event": last.became.value,
            "last_seen": stamp(last.sight.last_at) if last.sight.last_at else "",
            "first_changed": stamp(last.sight.at),
            "reasons": "; ".join(last.reasons),
            "events": told,
        }
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return out.getvalue().rstrip("\n")


def _cell(value: object) -> str:
    """A cell that a spreadsheet takes for text: nothing a page wrote becomes a formula."""
    text = "" if value is None else "yes" if value is True else "no" if value is False else one_line(str(value), 5_000)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
