"""Today: what changed lately, worst first; what cannot be seen; how much was. The page one opens in the morning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from core.model import Severity
from core.quotes import Quote
from core.report import Interval, Report, build_report, from_plain
from core.text.visible import one_line
from core.text.words import Segment
from core.wording import counted, defang, label, number, trouble, unique
from storage import biography, changes, overview
from storage.changes import StoredChange
from storage.overview import OpenCase
from web.access import may
from web.condense import condensed, places_needed
from web.exports import Entry, Feed, Table
from web.site import Site
from web.speech import Sign, compare_address, document_address, inline, lang_code, sign_of

DAYS: Final = 7
MOST_DAYS: Final = 366
ROWS: Final = 20
QUOTED_EDITS: Final = 12
UNSEEN_ROWS: Final = 12


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change: verdict, names, the first quote with its moved words, small facts."""

    sign: Sign
    severity: str
    company: str
    title: str
    address: str
    lang: str
    quote: tuple[Segment, ...]
    more: int
    interval: Interval | None
    is_gone: bool
    facts: tuple[str, ...]
    change: int
    found_at: datetime


@dataclass(frozen=True, slots=True)
class UnseenRow:
    """A source that cannot be seen: since when, why in words, when it last was."""

    company: str
    source: str
    address: str
    why: str
    since: datetime
    last_good_at: datetime | None
    documents: int


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What already stood there when a watch began."""

    company: str
    found: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Today:
    """The page. ``changes`` are those shown, ``total`` all of the days asked for; ``quiet`` were kept and not told."""

    headline: str
    days: int
    is_quiet: bool
    changes: tuple[ChangeRow, ...]
    total: int
    start: int
    quiet: int
    cases: tuple[OpenCase, ...]
    unseen: tuple[UnseenRow, ...]
    unseen_total: int
    first_looks: tuple[FirstLook, ...]
    sources: int
    seen: int
    waiting: int
    watched_since: datetime | None
    documents: int
    companies: int
    last_change_at: datetime | None
    now: datetime


def routes(site: Site) -> APIRouter:
    """``/`` and ``/today.json``."""
    router = APIRouter()

    @router.api_route("/", methods=["GET", "HEAD"])
    @router.api_route("/today.json", methods=["GET", "HEAD"])
    @may("reader")
    def today(request: Request, days: int = DAYS, start: int = 0, quiet: bool = False) -> Response:
        now = site.now()
        days, start = max(1, min(days, MOST_DAYS)), max(0, start)
        with site.database.read() as conn:
            view = build(conn, now, days=days, start=start, quiet=quiet, base_url=site.base_url)
        return site.answer(request, "today.html", view, table=_table(view, site.base_url), feed=_feed(view))

    return router


def _table(view: Today, base_url: str | None) -> Table:
    columns = ("change", "found at", "verdict", "severity", "company", "document", "quote", "last seen", "first changed",
               "address")  # fmt: skip
    since = view.now - timedelta(days=view.days)

    def rows(conn: Connection) -> Iterator[tuple[object, ...]]:
        ids = overview.recent_changes(conn, since, quiet=view.is_quiet)
        for some in (ids[at : at + ROWS] for at in range(0, len(ids), ROWS)):
            told = overview.told(conn, some)
            for stored in changes.by_ids(conn, some):
                one = _row(conn, stored, told.get(stored.change.id), view.now, base_url)
                quote, window = "".join(text for _, text in one.quote), one.interval
                yield (one.change, one.found_at, one.sign.word, one.severity, one.company, one.title, quote,
                       window.last_seen_at if window else None, window.first_changed_at if window else None, one.address)  # fmt: skip

    return Table("changes", columns, rows)


def _feed(view: Today) -> Feed:
    newest = sorted(view.changes, key=lambda one: one.found_at, reverse=True)
    entries = [
        Entry(
            f"urn:onrecord:change:{one.change}",
            f"{one.sign.word}: {one.company}, {one.title}",
            one.found_at,
            one.address,
            "".join(
                f"[-{text}-]" if op == "out" else f"{{+{text}+}}" if op == "in" else text for op, text in one.quote
            ),
        )
        for one in newest
    ]
    return Feed("On Record: what changed", tuple(entries))


def build(conn: Connection, now: datetime, *, days: int, start: int, quiet: bool, base_url: str | None) -> Today:
    """The page as of ``now``: changes found in so many days, from the ``start``-th on."""
    since = now - timedelta(days=days)
    of_class = overview.classes_since(conn, since)
    loud = of_class.get("substantive", 0)
    total = sum(of_class.values()) - loud if quiet else loud
    shown = overview.recent_changes(conn, since, quiet=quiet, limit=ROWS, start=start)
    told = overview.told(conn, shown)
    rows = [_row(conn, stored, told.get(stored.change.id), now, base_url) for stored in changes.by_ids(conn, shown)]
    watching = overview.watching(conn, now - timedelta(hours=24))
    unseen = overview.unseen(conn)
    size = overview.size(conn)
    return Today(
        headline=_headline(total, days, quiet),
        days=days,
        is_quiet=quiet,
        changes=tuple(rows),
        total=total,
        start=start,
        quiet=sum(of_class.values()) - loud,
        cases=tuple(overview.open_cases(conn, since)),
        unseen=tuple(_unseen(one) for one in unseen[:UNSEEN_ROWS]),
        unseen_total=len(unseen),
        first_looks=tuple(_first_look(one) for one in overview.first_looks(conn, since)),
        sources=watching.sources,
        seen=watching.seen,
        waiting=watching.waiting,
        watched_since=watching.since,
        documents=size.documents,
        companies=size.companies,
        last_change_at=overview.last_change_at(conn) if not total else None,
        now=now,
    )


def _headline(count: int, days: int, quiet: bool) -> str:
    span = "24 hours" if days == 1 else f"{number(days)} days"
    what = counted(count, "quiet change" if quiet else "change")
    return f"{what[:1].upper()}{what[1:]} in the last {span}"


# --- rows --------------------------------------------------------------------------------------------------------


def _row(
    conn: Connection, stored: StoredChange, alert: overview.Told | None, now: datetime, base_url: str | None
) -> ChangeRow:
    """The row of a change: from what was told where an alert exists, else from its own words."""
    change = stored.change
    report = _told_report(alert) or report_of(conn, stored, base_url)
    # The quote that bears the verdict of the whole, so that sign and words say the same.
    first = next((quote for quote in report.quotes if quote.mark == report.mark), next(iter(report.quotes), None))
    pair = change.before_version, change.after_version
    if pair[0] and pair[1] and pair[0].number != pair[1].number:
        address = compare_address(change.document.slug, pair[0].number, pair[1].number)
    else:
        address = document_address(change.document.slug)
    return ChangeRow(
        sign=sign_of(report.mark),
        severity=report.severity.value if alert or stored.severity else "",
        company=report.company,
        title=report.title,
        address=address,
        lang=lang_code(report.where.lang if report.where else None),
        quote=inline(first) if first else (),
        more=max(0, len(change.edits) - 1),
        interval=report.interval,
        is_gone=change.after_version is None,
        facts=_facts(stored, report, first),
        change=change.id,
        found_at=stored.detected_at,
    )


def _told_report(alert: overview.Told | None) -> Report | None:
    """The report as it was told; None where there is none, or it was written by a version we cannot read."""
    if alert is None:
        return None
    try:
        return from_plain(alert.report)
    except ValueError:
        return None


def report_of(conn: Connection, stored: StoredChange, base_url: str | None) -> Report:
    """The report of a change nobody was told of: its gravest edits alone are read."""
    change, left_out = condensed(stored.change, QUOTED_EDITS)
    before_places, after_places = places_needed(change.edits)
    before = after = None
    if change.before_version:
        before = biography.read_part(conn, biography.outline(conn, change.before_version.id), before_places)
    if change.after_version:
        after = biography.read_part(conn, biography.outline(conn, change.after_version.id), after_places)
    report = build_report(
        replace(change, before=before, after=after), base_url=base_url, severity=stored.severity or Severity.LOW
    )
    return replace(report, more=report.more + left_out)


def _facts(stored: StoredChange, report: Report, shown: Quote | None) -> tuple[str, ...]:
    """What stands below the quote that is shown; the heading is that of this quote."""
    change = stored.change
    facts = [", ".join(label(topic) for topic in report.topics[:3])]
    rules = unique(label(match.title or match.rule) for match in change.matches)
    facts += [*rules[:2], counted(len(rules) - 2, "more rule") if len(rules) > 2 else ""]
    if shown and shown.heading_path:
        facts.append(f"under “{one_line(shown.heading_path[-1], 60)}”")
    if report.interval and report.interval.date_stands:
        facts.append(f"The page still says “{one_line(report.interval.page_date, 60)}”")
    if change.found_late:
        facts.append("Found late, by a later reading")
    if change.change_class.value != "substantive":
        facts.append(f"{label(change.change_class.value)}: {'; '.join(change.reasons[:2])}")
    return tuple(fact for fact in facts if fact)


def _unseen(one: overview.Unseen) -> UnseenRow:
    return UnseenRow(
        company=one.company,
        source=one.source_id,
        address=defang(one.url, 120),
        why="; ".join(one_line(reason, 160) for reason in one.reasons[:2]) or trouble(one.code),
        since=one.since,
        last_good_at=one.last_good_at,
        documents=one.documents,
    )


def _first_look(one: overview.Told) -> FirstLook:
    report = _told_report(one)
    return FirstLook(report.company if report else "", report.found if report else "", one.created_at)
