"""The door: signing in and out, the one-time link of the first start or an invitation, one's own password."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Annotated, Final
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from core.access import ROLE_WORDS, SESSION, check_password, folded_name, may_try_at
from storage import accounts, audit
from storage.accounts import AccountProblem
from web.access import SESSION_COOKIE, Actor, Forbidden, form_of, form_token, may, who_of
from web.problems import wait_problem
from web.site import Site

DOOR_COOKIE: Final = "onrecord_door"
_HASHER: Final = PasswordHasher()
_HASHING: Final = threading.Semaphore(2)  # each takes 64 MB for a moment

Pairs = Annotated[tuple[tuple[str, str], ...], Depends(form_of)]


@dataclass(frozen=True, slots=True)
class Door:
    """The page to sign in. ``is_new``: nobody has an account yet."""

    next: str
    name: str
    error: str
    token: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a one-time link opens: an account to make (``name`` empty), or a password to set."""

    role: str
    role_words: str
    name: str
    is_first: bool
    error: str
    token: str
    minimum: int


@dataclass(frozen=True, slots=True)
class Account:
    """One's own account."""

    name: str
    role: str
    role_words: str
    error: str
    done: str


def routes(site: Site) -> APIRouter:
    """``/login``, ``/logout``, ``/welcome/<token>``, ``/account``."""
    router = APIRouter()

    @router.api_route("/login", methods=["GET", "HEAD"])
    @may("anyone")
    def login(request: Request, next: str = "/") -> Response:  # noqa: A002 (its name in the address)
        return _door(site, request, _inside(next))

    @router.post("/login")
    @may("anyone")
    def sign_in(request: Request, pairs: Pairs) -> Response:
        fields = dict(pairs)
        _check_door(request, fields)
        return _sign_in(site, request, fields)

    @router.post("/logout")
    @may("reader")
    def logout(request: Request, actor: Actor) -> Response:
        with site.database.write() as conn:
            accounts.close_session(conn, request.cookies.get(SESSION_COOKIE, ""))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(SESSION_COOKIE)
        return response

    @router.api_route("/welcome/{token}", methods=["GET", "HEAD"])
    @may("anyone")
    def welcome(request: Request, token: str) -> Response:
        return _welcome(site, request, token)

    @router.post("/welcome/{token}")
    @may("anyone")
    def enter(request: Request, token: str, pairs: Pairs) -> Response:
        fields = dict(pairs)
        _check_door(request, fields)
        return _enter(site, request, token, fields)

    @router.api_route("/account", methods=["GET", "HEAD"])
    @may("reader")
    def account(request: Request) -> Response:
        return _account(site, request)

    @router.post("/account")
    @may("reader")
    def change_password(request: Request, actor: Actor) -> Response:
        return _change_password(site, request, actor)

    return router


# --- signing in ------------------------------------------------------------------------------------------------------


def _door(site: Site, request: Request, next_: str, *, name: str = "", error: str = "", status: int = 200) -> Response:
    with site.database.read() as conn:
        is_new = not accounts.has_users(conn)
    secret = request.cookies.get(DOOR_COOKIE) or secrets.token_urlsafe(16)
    response = site.answer(request, "login.html", Door(next_, name, error, form_token(secret), is_new), status=status)
    _set(site, response, DOOR_COOKIE, secret, timedelta(hours=12))
    return response


def _check_door(request: Request, fields: dict[str, str]) -> None:
    """Nobody is signed in here yet: the form is tied to a cookie that its page set."""
    secret = request.cookies.get(DOOR_COOKIE, "")
    if not secret or not hmac.compare_digest(fields.get("token", ""), form_token(secret)):
        raise Forbidden("this form has grown old, or cookies are refused here: load its page again")


def _sign_in(site: Site, request: Request, fields: dict[str, str]) -> Response:
    now, address = site.now(), request.client.host if request.client else ""
    next_ = _inside(fields.get("next", "/"))
    try:
        name = folded_name(fields.get("who", ""))
    except ValueError:
        name = ""
    with site.database.read() as conn:
        wait = may_try_at(accounts.failed_attempts(conn, name, address, now), name, address, now)
        known = accounts.user_by_name(conn, name) if name else None
    if wait is not None:
        return wait_problem(site, request, int((wait - now).total_seconds()) + 1)
    password = fields.get("password", "")
    is_right = _verified(known[1] if known else _nobody(), password) and known is not None
    with site.database.write() as conn:
        accounts.note_attempt(conn, name, address, now, succeeded=is_right)
        if known is None or not is_right:
            token = ""
        else:
            if _HASHER.check_needs_rehash(known[1]):
                accounts.renew_hash(conn, known[0].id, hashed(password))
            token = accounts.open_session(conn, known[0].id, now)
            audit.note(conn, name, "signed in", at=now)
    if not token:
        error = "This name and this password do not belong together."
        return _door(site, request, next_, name=fields.get("who", "")[:60], error=error, status=401)
    return _signed_in(site, next_, token)


def _signed_in(site: Site, next_: str, token: str) -> Response:
    response = RedirectResponse(next_, 303)
    _set(site, response, SESSION_COOKIE, token, SESSION)
    response.delete_cookie(DOOR_COOKIE)
    return response


def _set(site: Site, response: Response, name: str, value: str, lasts: timedelta) -> None:
    is_https = (site.base_url or "").startswith("https:")
    response.set_cookie(
        name, value, max_age=int(lasts.total_seconds()), httponly=True, samesite="lax", secure=is_https, path="/"
    )


def _inside(address: str) -> str:
    """An address of ours to go on to, never another site's."""
    parts = urlsplit(address)
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if is_ours and not address.startswith(("//", "/login")) and address.isprintable() else "/"


def hashed(password: str) -> str:
    """A password as it is kept: argon2id with the library's cost (RFC 9106, low memory)."""
    with _HASHING:
        return _HASHER.hash(password)


@cache
def _nobody() -> str:
    """What the password of a name nobody has is compared with, so that it takes as long."""
    return hashed(secrets.token_urlsafe(16))


def _verified(kept: str, password: str) -> bool:
    try:
        with _HASHING:
            return _HASHER.verify(kept, password[:1_000])
    except VerificationError:
        return False


# --- one-time links --------------------------------------------------------------------------------------------------


def _welcome(
    site: Site, request: Request, token: str, *, error: str = "", name: str = "", status: int = 200
) -> Response:
    with site.database.read() as conn:
        link = accounts.link_of(conn, token, site.now())
    if link is None:
        detail = "It was used already, or has run out. Whoever runs this server can make another one."
        return site.problem(request, 410, "This link opens nothing any more", detail)
    secret = request.cookies.get(DOOR_COOKIE) or secrets.token_urlsafe(16)
    view = Welcome(
        role=link.role,
        role_words=ROLE_WORDS[link.role],
        name=link.user.name if link.user else name,
        is_first=link.made_by == accounts.FIRST_START,
        error=error,
        token=form_token(secret),
        minimum=12,
    )
    response = site.answer(request, "welcome.html" if link.user is None else "welcome_back.html", view, status=status)
    _set(site, response, DOOR_COOKIE, secret, timedelta(hours=12))
    return response


def _enter(site: Site, request: Request, token: str, fields: dict[str, str]) -> Response:
    now = site.now()
    with site.database.read() as conn:
        link = accounts.link_of(conn, token, now)
    if link is None:
        return _welcome(site, request, token)
    given = fields.get("who", "")[:60]
    try:
        name = link.user.name if link.user else folded_name(given)
        password = fields.get("password", "")
        check_password(password, name)
        if password != fields.get("again", ""):
            raise ValueError("the two passwords differ")
        kept = hashed(password)
        with site.database.write() as conn:
            user = accounts.use_link(conn, token, name, kept, now)
            audit.note(conn, name, "password set" if link.user else "account made", at=now, about=f"as {user.role}")
            session = accounts.open_session(conn, user.id, now)
    except (ValueError, AccountProblem) as error:
        said = str(error)
        return _welcome(site, request, token, error=f"{said[:1].upper()}{said[1:]}.", name=given, status=422)
    return _signed_in(site, "/", session)


# --- one's own account -----------------------------------------------------------------------------------------------


def _account(site: Site, request: Request, *, error: str = "", done: str = "", status: int = 200) -> Response:
    who = who_of(request)
    assert who is not None  # the guard let nobody else in
    view = Account(who.name, who.role, ROLE_WORDS[who.role], error, done)
    return site.answer(request, "account.html", view, status=status)


def _change_password(site: Site, request: Request, actor: Actor) -> Response:
    now, name = site.now(), actor.who.name
    password = actor.fields.get("password", "")
    with site.database.read() as conn:
        known = accounts.user_by_name(conn, name)
        address = request.client.host if request.client else ""
        wait = may_try_at(accounts.failed_attempts(conn, name, address, now), name, address, now)
    if wait is not None:
        return wait_problem(site, request, int((wait - now).total_seconds()) + 1)
    if known is None or not _verified(known[1], actor.fields.get("old", "")):
        with site.database.write() as conn:
            accounts.note_attempt(conn, name, address, now, succeeded=False)
        return _account(site, request, error="The present password is another one.", status=422)
    try:
        check_password(password, name)
        if password != actor.fields.get("again", ""):
            raise ValueError("the two passwords differ")
    except ValueError as error:
        said = str(error)
        return _account(site, request, error=f"{said[:1].upper()}{said[1:]}.", status=422)
    kept = hashed(password)
    with site.database.write() as conn:
        accounts.set_password(conn, known[0].id, kept)
        audit.note(conn, name, "password changed", at=now)
        token = accounts.open_session(conn, known[0].id, now)
    response = RedirectResponse("/account?done=1", 303)
    _set(site, response, SESSION_COOKIE, token, SESSION)
    return response
