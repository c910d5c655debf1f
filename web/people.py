"""Who may read here, and what they did: accounts, invitations, the audit. For operators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core.access import ROLE_WORDS, ROLES, Role
from core.text.visible import one_line
from storage import accounts, audit
from storage.accounts import User
from web.access import Actor, may
from web.exports import Table, paged, table_of
from web.problems import BadRequest
from web.site import Site

DEEDS: Final = 100


@dataclass(frozen=True, slots=True)
class People:
    """The page. ``link`` was made just now and is shown once."""

    users: tuple[User, ...]
    roles: tuple[tuple[str, str], ...]
    link: str
    link_for: str


@dataclass(frozen=True, slots=True)
class DeedRow:
    at: datetime
    who: str
    act: str
    about: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What was changed and taken, the newest first."""

    deeds: tuple[DeedRow, ...]
    total: int
    start: int


def routes(site: Site) -> APIRouter:
    """``/people`` and ``/audit``."""
    router = APIRouter()

    @router.api_route("/people", methods=["GET", "HEAD"])
    @may("operator")
    def people(request: Request) -> Response:
        return _people(site, request)

    @router.post("/people/invite")
    @may("operator")
    def invite(request: Request, actor: Actor) -> Response:
        role = _role(actor["role"])
        with site.database.write() as conn:
            token = accounts.make_link(conn, role, made_by=actor.who.name, now=site.now())
            audit.note(conn, actor.who.name, "invited", at=site.now(), about=f"as {role}")
        return _people(site, request, link=_address(site, request, token), link_for=f"a new {role}")

    @router.post("/people/{user_id}/link")
    @may("operator")
    def reset(request: Request, user_id: int, actor: Actor) -> Response:
        with site.database.write() as conn:
            user = accounts.user_by_id(conn, user_id)
            token = accounts.make_link(conn, user.role, made_by=actor.who.name, now=site.now(), user_id=user.id)
            audit.note(conn, actor.who.name, "password link made", at=site.now(), about=user.name)
        return _people(site, request, link=_address(site, request, token), link_for=user.name)

    @router.post("/people/{user_id}/role")
    @may("operator")
    def change_role(request: Request, user_id: int, actor: Actor) -> Response:
        role = _role(actor["role"])
        with site.database.write() as conn:
            user = accounts.set_role(conn, user_id, role)
            audit.note(conn, actor.who.name, "role changed", at=site.now(), about=f"{user.name}: {role}")
        return RedirectResponse("/people", 303)

    @router.post("/people/{user_id}/close")
    @may("operator")
    def close(request: Request, user_id: int, actor: Actor) -> Response:
        with site.database.write() as conn:
            user = accounts.end_user(conn, user_id, site.now())
            audit.note(conn, actor.who.name, "account closed", at=site.now(), about=user.name)
        return RedirectResponse("/people", 303)

    @router.api_route("/audit", methods=["GET", "HEAD"])
    @may("operator")
    def deeds(request: Request, start: int = 0) -> Response:
        start = max(0, start)
        with site.database.read() as conn:
            found = audit.newest(conn, DEEDS, start)
            view = Audit(
                tuple(DeedRow(one.at, one.who, one.act, one_line(one.about, 200)) for one in found),
                audit.count(conn),
                start,
            )
        return site.answer(request, "audit.html", view, table=Table("audit", ("at", "who", "act", "about"), _deeds))

    return router


def _deeds(conn: Connection) -> Iterator[tuple[object, ...]]:
    for one in paged(lambda limit, start: audit.newest(conn, limit, start)):
        yield one.at, one.who, one.act, one.about


def _people(site: Site, request: Request, *, link: str = "", link_for: str = "") -> Response:
    with site.database.read() as conn:
        users = tuple(accounts.list_users(conn))
    view = People(users, tuple((role, ROLE_WORDS[role]) for role in ROLES), link, link_for)
    rows = [(one.name, one.role, one.created_at, one.ended_at) for one in users]
    return site.answer(
        request, "people.html", view, table=table_of("people", ("name", "role", "since", "closed"), rows)
    )


def _role(name: str) -> Role:
    if name not in ROLES:
        raise BadRequest(f"there is no role {one_line(name, 40)!r}")
    return name


def _address(site: Site, request: Request, token: str) -> str:
    base = (site.base_url or str(request.base_url)).rstrip("/")
    return f"{base}/welcome/{token}"
