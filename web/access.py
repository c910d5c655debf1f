"""Who may see which page. Every route says it beside its function; one that says nothing is refused to everybody.

    @router.get("/rules")
    @may("reader")
    def rules(request: Request) -> Response: ...

Reading changes nothing: a session is looked up and never touched. What changes something is a POST with the session's
own form token; ``acting`` checks it, reads the form and says who acts.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from core.access import Need, Role, allows
from core.errors import NotFound, OnRecordError
from storage import accounts
from web.site import Site

SESSION_COOKIE: Final = "onrecord"
LARGEST_FORM: Final = 100_000
NUMBERS: Final = ("start", "part", "days", "at", "a", "b")  # what addresses give as numbers
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,4000}")

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


class NotSignedIn(OnRecordError):
    """Somebody must sign in first."""


class Forbidden(OnRecordError):
    """Signed in, and still not for this."""


@dataclass(frozen=True, slots=True)
class Who:
    """The person behind a request. ``form_token`` stands in every form of theirs; ``id`` is 0 for a guest of the demo."""

    id: int
    name: str
    role: Role
    form_token: str = ""

    def may(self, need: Need) -> bool:
        return allows(self.role, need)


def may(need: Need) -> Callable[[Endpoint], Endpoint]:
    """Say who may use a route: ``anyone``, or a role and those above it."""

    def said(endpoint: Endpoint) -> Endpoint:
        endpoint.__may__ = need  # type: ignore[attr-defined]  # read back by need_of
        return endpoint

    return said


def need_of(endpoint: object) -> Need | None:
    """Who a route says may use it; None where it says nothing."""
    found: Need | None = getattr(endpoint, "__may__", None)
    return found


def guard(site: Site) -> Callable[[Request], None]:
    """The dependency that stands before every route."""

    def check(request: Request) -> None:
        _refuse_vast_numbers(request)
        request.state.who = _who(site, request)
        need = need_of(request.scope.get("endpoint"))
        who: Who | None = request.state.who
        if need is None:
            raise Forbidden("this page does not say who may see it, so nobody may")
        if not allows(who.role if who else None, need):
            if who is None:
                raise NotSignedIn("sign in to read this archive")
            raise Forbidden(f"{who.name} is {_a(who.role)}; this needs {_a(need)}")

    return check


def _refuse_vast_numbers(request: Request) -> None:
    """No list is so long, and no number of ours so large: databases stop at 2^63. Raises NotFound."""
    given = [*request.path_params.values(), *(request.query_params.get(name, "") for name in NUMBERS)]
    if any(_NUMBER.fullmatch(str(one)) and abs(int(one)) >= 2**63 for one in given):
        raise NotFound("nothing here has so large a number")


def _a(role: str) -> str:
    return f"{'an' if role[0] in 'ao' else 'a'} {role}"


def who_of(request: Request) -> Who | None:
    """The person behind a request, None where nobody signed in."""
    found: Who | None = getattr(request.state, "who", None)
    return found


def _who(site: Site, request: Request) -> Who | None:
    token = request.cookies.get(SESSION_COOKIE, "")
    if token:
        with site.database.read() as conn:
            user = accounts.session_user(conn, token, site.now())
        if user is not None:
            return Who(user.id, user.name, user.role, form_token(token))
    return Who(0, "guest", site.guest, form_token("guest")) if site.guest else None


def form_token(secret: str) -> str:
    """What a form carries so that no other site can send it: made from what only the browser and we know."""
    return hmac.new(secret.encode(), b"onrecord form", sha256).hexdigest()


# --- forms -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who sent a form, and its fields (the last value of each; ``all_of`` has every one)."""

    who: Who
    fields: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def all_of(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]


async def form_of(request: Request) -> tuple[tuple[str, str], ...]:
    """The fields of a form as a browser sends it. Raises Forbidden for one that is too large or of another type."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in ("application/x-www-form-urlencoded", ""):
        raise Forbidden("only plain forms are taken here")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            raise Forbidden("this form is too large")
    return tuple(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2_000))


async def acting(request: Request) -> Acting:
    """Who sent this form. Raises Forbidden where it does not carry the token of their session."""
    pairs = await form_of(request)
    who = who_of(request)
    fields = dict(pairs)
    if who is None or not hmac.compare_digest(fields.get("token", ""), who.form_token):
        raise Forbidden("this form has grown old: go back, load its page again, and send it once more")
    return Acting(who, fields, pairs)


Actor = Annotated[Acting, Depends(acting)]
