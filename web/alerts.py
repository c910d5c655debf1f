"""Alerts: what people were told, with everything behind it, why it went where it went, and what was done with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core.errors import NotFound, Refused
from core.handling import Actor as Doer
from core.handling import Handling, NotRelevant, Snooze, Wish, told
from core.report import Report, four_lines, when_parts
from core.shown import shown_report
from core.text.visible import one_line
from core.text.words import Segment
from core.wording import GONE, label
from storage import audit, cases, handlings, notices
from storage.handlings import Asked
from storage.notices import AlertRow, Sending
from web import feeds
from web.access import Actor, may
from web.exports import Feed, Table, paged, table_of
from web.problems import BadRequest
from web.site import Site, without_json
from web.speech import Sign, lang_code, sign_of, spoken

ROWS: Final = 50
SNOOZES: Final = {"change": None, "week": timedelta(days=7), "month": timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Line:
    """One alert in the list."""

    id: int
    at: datetime
    kind: str
    severity: str
    title: str
    sign: Sign | None
    document: str
    went: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alerts:
    """The list, the newest first."""

    alerts: tuple[Line, ...]
    total: int
    start: int


@dataclass(frozen=True, slots=True)
class Sides:
    """One quote of the report: both sides, where it stands, what was found in it."""

    sign: Sign
    before: tuple[Segment, ...]
    after: tuple[Segment, ...]
    lang: str


@dataclass(frozen=True, slots=True)
class Part:
    """Another alert of the same case."""

    id: int
    because: str


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """The page. ``report`` is what was told, word for word; None where an older version wrote it.

    ``when`` is its window as texts and times: what was told without a year is read in another one.
    """

    id: int
    kind: str
    severity: str
    at: datetime
    title: str
    lines: tuple[str, ...]
    sign: Sign | None
    report: Report | None
    when: tuple[str | datetime, ...]
    quotes: tuple[Sides, ...]
    topics: tuple[str, ...]
    reasons: tuple[str, ...]
    document: str
    change: int | None
    went: tuple[Sending, ...]
    case: int | None
    parts: tuple[Part, ...]
    log: tuple[LogLine, ...]
    standing: tuple[str, ...]
    not_relevant: tuple[str, ...]


def routes(site: Site) -> APIRouter:
    """``/alerts``, ``/alert/<id>`` and what can be done there."""
    router = APIRouter()

    @router.api_route("/alerts", methods=["GET", "HEAD"])
    @router.api_route("/alerts.json", methods=["GET", "HEAD"])
    @may("reader")
    def alerts(request: Request, start: int = 0) -> Response:
        start = max(0, start)
        with site.database.read() as conn:
            found = notices.alert_rows(conn, ROWS, start=start)
            view = Alerts(tuple(map(_line, found)), notices.count(conn), start)
            is_feed = request.query_params.get("format") == "atom"
            feed = feeds.of_alerts(conn, of_every_kind=True) if is_feed else Feed(feeds.title_of("all", ""), ())
        return site.answer(request, "alerts.html", view, table=Table("alerts", COLUMNS, _rows), feed=feed)

    @router.api_route("/alert/{name}", methods=["GET", "HEAD"])
    @may("reader")
    def alert(request: Request, name: str) -> Response:
        with site.database.read() as conn:
            view = build(conn, _number(without_json(name)))
        columns = ("delivery", "receiver", "channel", "target", "state", "sent at", "error", "why")
        rows = [
            (
                one.delivery_id,
                one.receiver,
                one.channel,
                one.target,
                one.state,
                one.sent_at,
                one.error,
                "; ".join(one.why),
            )
            for one in view.went
        ]
        return site.answer(request, "alert.html", view, table=table_of(f"alert-{view.id}-messages", columns, rows))

    @router.post("/alert/{name}/{what}")
    @may("analyst")
    def handle(name: str, what: str, actor: Actor) -> Response:
        number, now = _number(name), site.now()
        wish = _wish(what, actor.fields, now)
        doer = Doer(door="page", name=actor.who.name, known_as=actor.who.name)
        with site.database.write() as conn:
            outcome = handlings.handle(conn, Asked(number, wish, doer), now)
            if not outcome.refused:
                audit.note(conn, doer.name, f"alert: {what}", at=now, about=str(number))
        if outcome.refused:
            raise Refused(outcome.says)
        return RedirectResponse(f"/alert/{number}#log", 303)

    return router


COLUMNS: Final = ("alert", "at", "kind", "severity", "title", "document", "went to")


def _rows(conn: Connection) -> Iterator[tuple[object, ...]]:
    for row in paged(lambda limit, start: notices.alert_rows(conn, limit, start=start)):
        one = _line(row)
        went = "; ".join(": ".join(to) for to in one.went)
        yield one.id, one.at, one.kind, one.severity, one.title, one.document, went


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise NotFound(f"there is no alert {one_line(text, 40)}")
    return int(text)


def _wish(what: str, fields: Any, now: datetime) -> Wish:
    """What a form asks for. Raises BadRequest for what no form of ours says."""
    match what:
        case "acknowledge" | "confirm" | "reopen":
            return Wish(Handling(what))
        case "note" if fields.get("text", "").strip():
            return Wish(Handling.NOTE, text=fields["text"].strip()[:4_000])
        case "not-relevant" if fields.get("reason") in [one.value for one in NotRelevant]:
            return Wish(Handling.NOT_RELEVANT, reason=NotRelevant(fields["reason"]))
        case "snooze" if fields.get("until") in SNOOZES:
            lasts = SNOOZES[fields["until"]]
            if lasts is None:
                return Wish(Handling.SNOOZE, scope=Snooze.NEXT_CHANGE)
            return Wish(Handling.SNOOZE, scope=Snooze.UNTIL, until=now + lasts)
    raise BadRequest("this form asks for nothing that can be done with an alert")


def build(conn: Connection, alert_id: int) -> AlertView:
    """One alert with everything behind it. Raises NotFound."""
    rows = notices.alert_rows(conn, 1, alert_id=alert_id)
    if not rows:
        raise NotFound(f"alert {alert_id} is not in the archive")
    row = rows[0]
    report = _report(notices.report_of(conn, alert_id))
    case = cases.of_alert(conn, alert_id)
    done = handlings.of_alert(conn, alert_id)
    return AlertView(
        id=row.id,
        kind=row.kind,
        severity=row.severity,
        at=row.created_at,
        title=row.title,
        lines=four_lines(report) if report else (row.title,),
        sign=sign_of(report.mark) if report else None,
        report=report,
        when=_when(report),
        quotes=tuple(_sides(report)) if report else (),
        topics=tuple(label(topic) for topic in report.topics) if report else (),
        reasons=row.reasons,
        document=row.document or "",
        change=row.change_id,
        went=row.deliveries,
        case=case.id if case else None,
        parts=tuple(Part(id_, why) for id_, why in cases.alerts_of(conn, case.id) if id_ != alert_id) if case else (),
        log=tuple(_log(row, done)),
        standing=tuple(told(one) for one in done if not one.refused),
        not_relevant=tuple(one.value for one in NotRelevant),
    )


def _report(plain: dict[str, Any]) -> Report | None:
    try:
        return shown_report(plain)
    except ValueError:
        return None


def _when(report: Report | None) -> tuple[str | datetime, ...]:
    if report is None:
        return ()
    return when_parts(report.interval, is_gone=report.mark == GONE) if report.interval else (report.when,)


def _sides(report: Report) -> list[Sides]:
    lang = lang_code(report.where.lang if report.where else None)
    found = []
    for quote in report.quotes:
        before, after = (tuple(spoken(side)) for side in (quote.before, quote.after))
        found.append(Sides(sign_of(quote.mark), before, after, lang))
    return found


def _log(row: AlertRow, done: list[Any]) -> list[LogLine]:
    """Everything that happened with it, in order."""
    lines = [LogLine(row.created_at, "Alert raised")]
    lines += [
        LogLine(each.sent_at, f"Sent to {each.receiver} ({each.channel} {each.target})".replace(" )", ")"))
        for each in row.deliveries
        if each.sent_at
    ]
    lines += [LogLine(one.at, told(one)) for one in done]
    return sorted(lines, key=lambda line: line.at)


def _line(row: AlertRow) -> Line:
    return Line(
        id=row.id,
        at=row.created_at,
        kind=row.kind,
        severity=row.severity,
        title=one_line(row.title, 200),
        sign=None,
        document=row.document or "",
        went=tuple((each.receiver, each.state) for each in row.deliveries),
    )
