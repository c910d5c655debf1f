"""Rules: what fired, how often and when last; where each fired; a backtest, which is a task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from core.errors import NotFound
from core.text.visible import one_line
from storage import fired, tasks
from storage.fired import FiredRule, Firing
from web import work
from web.access import Actor, may
from web.exports import Entry, Feed, Table, paged, table_of
from web.problems import BadRequest
from web.site import Site, without_json
from web.speech import compare_address, document_address
from web.work import TaskRow, row_of

ROWS: Final = 200
FIRINGS: Final = 50


@dataclass(frozen=True, slots=True)
class Rules:
    """What fired. ``backtests`` are the newest ones asked for."""

    rules: tuple[FiredRule, ...]
    packs: tuple[str, ...]
    backtests: tuple[TaskRow, ...]


@dataclass(frozen=True, slots=True)
class FiringRow:
    at: datetime
    company: str
    title: str
    act: str
    severity: str
    words: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule, and where it fired, the newest first."""

    rule: str
    title: str
    pack: str
    firings: tuple[FiringRow, ...]
    total: int
    start: int


def routes(site: Site) -> APIRouter:
    """``/rules``, ``/rules/fired/<rule>`` and ``/rules/backtest``."""
    router = APIRouter()

    @router.api_route("/rules", methods=["GET", "HEAD"])
    @may("reader")
    def rules(request: Request) -> Response:
        with site.database.read() as conn:
            found = fired.rules(conn)
            view = Rules(
                tuple(found[:ROWS]),
                tuple(sorted({one.pack for one in found})),
                tuple(map(row_of, tasks.newest(conn, 10, kind="backtest"))),
            )
        columns = ("rule", "pack", "title", "changes", "standing", "first", "last")
        rows = [(one.rule, one.pack, one.title, one.changes, one.standing, one.first_at, one.last_at) for one in found]
        return site.answer(request, "rules.html", view, table=table_of("rules", columns, rows))

    @router.api_route("/rules/fired/{name:path}", methods=["GET", "HEAD"])
    @may("reader")
    def one_rule(request: Request, name: str, start: int = 0) -> Response:
        rule, start = without_json(name), max(0, start)
        with site.database.read() as conn:
            known = next((one for one in fired.rules(conn, rule) if one.rule == rule), None)
            if known is None:
                raise NotFound(f"no rule {one_line(rule, 80)!r} ever fired")
            rows = tuple(map(_firing, fired.firings(conn, rule, FIRINGS, start)))
        view = RuleView(rule, known.title, known.pack, rows, known.changes, start)
        columns = ("at", "company", "document", "act", "severity", "words")

        def cells(conn: Connection) -> Iterator[tuple[object, ...]]:
            for row in paged(lambda limit, start: fired.firings(conn, rule, limit, start)):
                one = _firing(row)
                yield one.at, one.company, one.title, one.act, one.severity, "; ".join(one.words)

        entries = [
            Entry(
                f"urn:onrecord:rule:{rule}:{at}",
                f"{one.company}, {one.title}",
                one.at,
                one.address,
                "; ".join(one.words),
            )
            for at, one in enumerate(rows)
        ]
        return site.answer(
            request,
            "rule.html",
            view,
            table=Table(f"rule-{rule}", columns, cells),
            feed=Feed(f"On Record: {rule}", tuple(entries)),
        )

    @router.post("/rules/backtest")
    @may("analyst")
    def backtest(actor: Actor) -> Response:
        wanted = actor["rules"]
        if not wanted or len(wanted) > 200:
            raise BadRequest("name a rule, a pack, or all")
        return work.ask(site, actor, "backtest", {"rules": wanted}, wanted)

    return router


def _firing(one: Firing) -> FiringRow:
    pair = one.before, one.after
    if pair[0] and pair[1] and pair[0] != pair[1]:
        address = compare_address(one.document, pair[0], pair[1])
    else:
        address = document_address(one.document)
    return FiringRow(
        one.at, one.company, one_line(one.title, 120) or one.document, one.act, one.severity, one.words, address
    )
