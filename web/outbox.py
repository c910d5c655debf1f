"""Outbox: messages that have not arrived, each with its reason; an operator sends again, or gives up on one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core.errors import NotFound
from core.text.visible import one_line
from storage import audit, outbox
from storage.deliveries import Delivery
from web.access import Actor, may
from web.exports import Table
from web.problems import BadRequest
from web.site import Site

ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one target."""

    id: str
    alert: int
    title: str
    severity: str
    receiver: str
    channel: str
    target: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    error: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The page. ``counts`` are of every delivery there ever was, by state."""

    messages: tuple[Message, ...]
    waiting: int
    counts: tuple[tuple[str, int], ...]


def routes(site: Site) -> APIRouter:
    """``/outbox`` and what can be done there."""
    router = APIRouter()

    @router.api_route("/outbox", methods=["GET", "HEAD"])
    @may("reader")
    def undelivered(request: Request) -> Response:
        with site.database.read() as conn:
            found = outbox.pending(conn, limit=ROWS)
            counts = outbox.counts(conn)
        waiting = sum(count for state, count in counts.items() if state in outbox.WAITING)
        view = Outbox(tuple(map(_message, found)), waiting, tuple(sorted(counts.items())))
        columns = ("delivery", "alert", "title", "severity", "receiver", "channel", "target", "state", "attempts",
                   "created", "next attempt", "error", "why")  # fmt: skip

        def rows(conn: Connection) -> Iterator[tuple[object, ...]]:
            for one in map(_message, outbox.pending(conn, limit=waiting)):
                yield (one.id, one.alert, one.title, one.severity, one.receiver, one.channel, one.target, one.state,
                       one.attempts, one.created_at, one.next_at, one.error, "; ".join(one.why))  # fmt: skip

        return site.answer(request, "outbox.html", view, table=Table("outbox", columns, rows))

    @router.post("/outbox/{delivery}/again")
    @may("operator")
    def again(delivery: str, actor: Actor) -> Response:
        with site.database.write() as conn:
            if not outbox.send_again(conn, delivery, site.now()):
                raise NotFound(f"no delivery {one_line(delivery, 40)} waits here: it was sent, or is being sent")
            audit.note(conn, actor.who.name, "sent again", at=site.now(), about=delivery)
        return RedirectResponse("/outbox", 303)

    @router.post("/outbox/{delivery}/drop")
    @may("operator")
    def drop(delivery: str, actor: Actor) -> Response:
        reason = one_line(actor["reason"], 200)
        if not reason:
            raise BadRequest("say why this message is given up")
        with site.database.write() as conn:
            if not outbox.drop(conn, delivery, f"{actor.who.name}: {reason}", site.now()):
                raise NotFound(f"no delivery {one_line(delivery, 40)} waits here: it was sent, or is being sent")
            audit.note(conn, actor.who.name, "message given up", at=site.now(), about=f"{delivery}: {reason}")
        return RedirectResponse("/outbox", 303)

    return router


def _message(one: Delivery) -> Message:
    return Message(
        id=one.id,
        alert=one.alert_id,
        title=one_line(one.title, 200),
        severity=one.severity,
        receiver=one.receiver,
        channel=one.channel,
        target=one_line(one.target, 120),
        state=one.state,
        attempts=one.attempts,
        created_at=one.created_at,
        next_at=one.next_attempt_at,
        error=one_line(one.error or "", 300),
        why=one.why,
    )
