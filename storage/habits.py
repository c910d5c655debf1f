"""What the machine has learned about a document from its own past: what comes and goes, what flips, what is volatile.

All of it is derived from spans and readings and can be looked at (``onrecord show``); a source's ``always:`` overrules.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Column, Connection, FromClause, Select, and_, bindparam, func, select

from core.report import from_plain
from storage.chunks import chunks
from storage.schema import alerts, changes, documents, fetches, passages, readings, requests, spans
from storage.spans import Moment, known_by, restless

MOST = 20
FLICKERS = 2  # a passage that left so often is one that comes and goes
FEWEST_PAGES = 5  # of a host, before what stands on most of them counts as its boilerplate
MOST_PAGES = 0.6
AT_ONCE = timedelta(days=2)  # what the pages of a site do within so long is one matter
SO_MANY = 2  # other pages of a site: what came to so many at once has been told there
AFTER_ALL = Moment(datetime(9999, 1, 1, tzinfo=UTC), 2**62)
MOST_NEIGHBOURS = 50  # pages of a host that are looked at: enough to know a site by, and the cost of a check stays flat


# Statements of every change are built once: building one costs more than running it.
_HOST = (
    select(requests.c.host)
    .join(documents, documents.c.request_id == requests.c.id)
    .where(documents.c.id == bindparam("b_document"))
    .scalar_subquery()
)
_NEIGHBOURS = (
    select(documents.c.id)
    .join(requests, requests.c.id == documents.c.request_id)
    .where(
        requests.c.host == _HOST,
        documents.c.id != bindparam("b_document"),
        documents.c.current_version_id.is_not(None),
        documents.c.appeared_at <= bindparam("b_at"),
    )
    .order_by(requests.c.id)
    .limit(MOST_NEIGHBOURS)
    .subquery()
)
_PAGES = select(func.count()).select_from(_NEIGHBOURS)
_COUNT = func.count(func.distinct(spans.c.document_id))
_ON_NEIGHBOURS = (
    spans.c.document_id.in_(_NEIGHBOURS.select()),
    spans.c.form.in_(bindparam("b_forms", expanding=True)),
)
_CAME, _GONE = fetches.alias("came"), fetches.alias("gone")
_SHARED = (
    select(spans.c.form, _COUNT.label("pages"))
    .join(_CAME, _CAME.c.id == spans.c.first_fetch_id)
    .outerjoin(_GONE, _GONE.c.id == spans.c.gone_fetch_id)
    .where(*_ON_NEIGHBOURS, *known_by(_CAME), ~and_(_GONE.c.id.is_not(None), _GONE.c.started_at < bindparam("b_since")))
    .group_by(spans.c.form)
    .having(_COUNT >= FEWEST_PAGES * MOST_PAGES)
)


def _told_of(capture: FromClause, of_span: Column[int]) -> Select[tuple[int, int, str, dict[str, Any]]]:
    """Forms that came to the text of neighbours, or left it, in a change that people were alerted of, with the alert."""
    return (
        select(spans.c.form, spans.c.document_id, passages.c.text, alerts.c.report)
        .join(capture, capture.c.id == of_span)
        .join(passages, passages.c.id == spans.c.passage_id)
        .join(changes, and_(changes.c.document_id == spans.c.document_id, changes.c.after_fetch_id == of_span))
        .join(alerts, alerts.c.change_id == changes.c.id)
        .where(
            *_ON_NEIGHBOURS,
            spans.c.stream == "main",
            capture.c.started_at >= bindparam("b_since"),
            *known_by(capture),
            changes.c.before_version_id.is_not(None),  # what a page held when it was first looked at did not come to it
            changes.c.cause == "source",
        )
        .order_by(spans.c.id)
    )


_TOGETHER = {"came": _told_of(_CAME, spans.c.first_fetch_id), "left": _told_of(_GONE, spans.c.gone_fetch_id)}


@dataclass(frozen=True, slots=True)
class Habits:
    """``variants``: (number, times it began to be shown). ``flickering``: (text, times it left). ``volatile``: texts
    whose dates of the day, counters or ids are masked for comparison. ``furniture``: texts that stand on most pages of
    the host. ``restless``: texts that were worded anew at nearly every visit."""

    variants: tuple[tuple[int, int], ...] = ()
    flickering: tuple[tuple[str, int], ...] = ()
    volatile: tuple[str, ...] = ()
    furniture: tuple[str, ...] = ()
    restless: tuple[str, ...] = ()


def habits(conn: Connection, document_id: int) -> Habits:
    """The habits of a document, at most ``MOST`` of each sort."""
    shown = conn.execute(
        select(readings.c.variant, func.count())
        .where(readings.c.document_id == document_id)
        .group_by(readings.c.variant)
        .order_by(readings.c.variant)
        .limit(MOST)
    ).all()
    left = func.count(spans.c.gone_fetch_id)
    came_and_went = conn.execute(
        select(passages.c.text, left)
        .join(passages, passages.c.id == spans.c.passage_id)
        .where(spans.c.document_id == document_id)
        .group_by(spans.c.form, passages.c.text)
        .having(left >= FLICKERS)
        .order_by(left.desc(), passages.c.text)
        .limit(MOST)
    ).all()
    masked = conn.execute(
        select(passages.c.text)
        .join(spans, spans.c.passage_id == passages.c.id)
        .where(spans.c.document_id == document_id, spans.c.last_fetch_id.is_(None), passages.c.form != passages.c.id)
        .order_by(passages.c.text)
        .limit(MOST)
    ).all()
    return Habits(
        tuple((row[0], row[1]) for row in shown) if len(shown) > 1 else (),
        tuple((row[0], row[1]) for row in came_and_went),
        tuple(row[0] for row in masked),
        _furniture(conn, document_id),
        _restless(conn, document_id),
    )


def _restless(conn: Connection, document_id: int) -> tuple[str, ...]:
    standing = conn.execute(
        select(spans.c.form, passages.c.text, fetches.c.started_at)
        .join(passages, passages.c.id == spans.c.passage_id)
        .join(documents, documents.c.id == spans.c.document_id)
        .join(fetches, fetches.c.id == documents.c.last_good_fetch_id)
        .where(spans.c.document_id == document_id, spans.c.last_fetch_id.is_(None), spans.c.lineage != 0)
    ).all()
    if not standing:
        return ()
    found = restless(conn, document_id, [row.form for row in standing], AFTER_ALL._replace(at=standing[0].started_at))
    return tuple(sorted(row.text for row in standing if row.form in found))[:MOST]


def _furniture(conn: Connection, document_id: int) -> tuple[str, ...]:
    standing = conn.execute(
        select(spans.c.form, func.min(passages.c.text))
        .join(passages, passages.c.id == spans.c.passage_id)
        .where(spans.c.document_id == document_id, spans.c.last_fetch_id.is_(None))
        .group_by(spans.c.form)
    ).all()
    shared = boilerplate(conn, document_id, [row[0] for row in standing], AFTER_ALL)
    return tuple(sorted(row[1] for row in standing if row[0] in shared))[:MOST]


def boilerplate(conn: Connection, document_id: int, forms: Sequence[int], moment: Moment) -> Collection[int]:
    """Those of these forms that stand on most pages of the document's host, or did within ``AT_ONCE`` before a moment.

    They are furniture of the site, not of the page.
    """
    shared: dict[int, int] = {}  # on how many pages; asked first, since most passages stand on no other
    of = _as_of(document_id, moment)
    for some in chunks(list(forms)):
        rows = conn.execute(_SHARED, {**of, "b_forms": some})
        shared.update((row.form, row.pages) for row in rows)
    if not shared:
        return ()
    pages = int(conn.execute(_PAGES, of).scalar_one())
    return {form for form, count in shared.items() if pages >= FEWEST_PAGES and count >= pages * MOST_PAGES}


def moved_together(
    conn: Connection, document_id: int, forms: Sequence[int], moment: Moment, way: Literal["came", "left"] = "came"
) -> Collection[int]:
    """Those of these forms that came to the text of other pages of the host within ``AT_ONCE`` before, and were told there;
    or that left it so.

    Told means that an alert speaks of it: what came in a change that nobody was told of, or was quiet in its turn, has not
    been told, nor had what came later.
    """
    told: dict[int, set[int]] = {}
    of = _as_of(document_id, moment)
    for some in chunks(list(forms)):
        for row in conn.execute(_TOGETHER[way], {**of, "b_forms": some}):
            if _was_told(row.text, row.report, way):
                told.setdefault(row.form, set()).add(row.document_id)
    return {form for form, pages in told.items() if len(pages) >= SO_MANY}


def _as_of(document_id: int, moment: Moment) -> dict[str, object]:
    since = moment.at - AT_ONCE
    return {"b_document": document_id, "b_since": since, "b_at": moment.at, "b_fetch": moment.fetch_id}


def _was_told(text: str, report: dict[str, Any], way: Literal["came", "left"]) -> bool:
    """Whether an alert quotes this passage as one that came or left, or counts further ones that it does not quote."""
    told = from_plain(report)
    sides = (quote.after if way == "came" else quote.before for quote in told.quotes)
    shown = ("".join(part for _, part in side.segments) for side in sides if side is not None)
    return told.more > 0 or any(" ".join(text.split()) in " ".join(said.split()) for said in shown)
