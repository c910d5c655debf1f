"""Puts the pages together: each family one file, everything refused that does not say who may have it.

Nothing is loaded from anywhere else, no page needs a script, and reading changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from fastapi import Depends, FastAPI
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.gzip import GZipMiddleware

from core.access import Role
from core.config.people import Person
from core.errors import NotFound
from core.links import Links
from core.promising import Promising
from core.text.visible import one_line, visible
from core.vitals import Vitals
from core.wording import counted, number, stamp
from storage.blobs import BlobStore
from storage.engine import Database
from web import (
    acting,
    alerts,
    beside,
    captures,
    changes,
    citing,
    companies,
    documents,
    entry,
    feeds,
    guide,
    health,
    hooks,
    hubs,
    live,
    outbox,
    people,
    problems,
    promises,
    rules,
    search,
    sources,
    speech,
    today,
    work,
)
from web.access import guard, may
from web.site import Site
from web.wire import Guarded

HERE: Final = Path(__file__).resolve().parent
HTMX: Final = "vendor/htmx-2.0.11.min.js"
STATIC: Final = ("onrecord.css", "onrecord.js", HTMX, "vendor/htmx-LICENSE.txt")
KINDS: Final = {"css": "text/css", "js": "text/javascript", "txt": "text/plain"}
FAMILIES: Final = (
    today,
    documents,
    changes,
    search,
    beside,  # before the page of one promise, whose address would take theirs
    promises,
    companies,
    alerts,
    sources,
    rules,
    outbox,
    work,
    citing,
    captures,
    entry,
    people,
    live,
    guide,
    health,
)


@dataclass(frozen=True, slots=True)
class MailDoor:
    """What reads the links of mails, and the people of routes.yaml as they are now."""

    links: Links
    people: Callable[[], Mapping[str, Person]]


def create_app(  # noqa: PLR0913 (what the pages are made from, handed in once)
    database: Database,
    blobs: BlobStore,
    *,
    now: Callable[[], datetime],
    base_url: str | None,
    allowed_hosts: frozenset[str],
    commitments: Promising | None = None,
    guest: Role | None = None,
    vitals: Callable[[], Vitals] | None = None,
    topics_of: Callable[[str, str], Sequence[str]] | None = None,
    mail: MailDoor | None = None,
    caller_key: bytes | None = None,
    translations: NullTranslations | None = None,
) -> FastAPI:
    """The pages over an archive.

    ``base_url`` is where people reach them, for permanent addresses; ``allowed_hosts`` are the names (with or without
    port) they answer to. With ``commitments`` pairs of versions nobody compared before get verdicts too. ``guest`` is
    what somebody who is not signed in may do: nothing, but in the rehearsal. With ``mail`` the links of mails lead to
    pages that act; with ``caller_key`` hooks and hubs are answered.
    """
    site = Site(database, blobs, now, base_url, environment(translations), commitments, guest, vitals, topics_of)
    app = FastAPI(
        title="On Record", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(guard(site))]
    )
    for family in FAMILIES:
        app.include_router(family.routes(site))
    if mail is not None:
        app.include_router(acting.routes(site, mail.links, mail.people))
        app.include_router(feeds.routes(site, mail.links))
    if caller_key is not None:
        app.include_router(hooks.routes(site, caller_key))
        app.include_router(hubs.routes(site, caller_key))
    app.add_api_route("/static/{name:path}", _static, methods=["GET", "HEAD"])
    problems.install(app, site)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)
    app.add_middleware(Guarded, allowed_hosts=allowed_hosts)  # added last: it stands before everything
    return app


@may("anyone")
def _static(name: str) -> Response:
    kind = KINDS.get(name.rpartition(".")[2])
    if name not in STATIC or kind is None:
        raise NotFound(f"there is no file {one_line(name, 80)}")
    headers = {"cache-control": "private, max-age=31536000, immutable"}  # addresses carry the digest
    return Response(static(name), media_type=kind, headers=headers)


@cache
def static(name: str) -> bytes:
    """The style sheet, our script, or htmx as its authors published it (its licence stands beside it)."""
    return (HERE / "static" / name).read_bytes()


def _address(name: str) -> str:
    return f"/static/{name}?v={hashlib.sha256(static(name)).hexdigest()[:12]}"


def environment(translations: NullTranslations | None = None) -> Environment:
    """The templates: everything escaped, nothing undefined, the words of ``web/speech.py`` at hand.

    With ``translations`` (a catalogue of gettext) their sentences stand in another language: see ``web/phrases.py``.
    """
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(  # type: ignore[attr-defined]  # a method the extension adds
        translations or NullTranslations(), newstyle=True
    )
    made.filters |= {
        "seen": visible,
        "line": one_line,
        "words": speech.words,
        "quoting": speech.quoting,
        "apart": speech.apart,
        "moment": speech.moment,
        "day": speech.day,
        "weekday": speech.weekday,
        "stamp": stamp,
        "number": number,
        "lang": speech.lang_code,
    }
    made.globals |= {
        "counted": counted,
        "marked": speech.marked,
        "compare_address": speech.compare_address,
        "document_address": speech.document_address,
        "version_address": speech.version_address,
        "pair_address": speech.pair_address,
        "static": _address,
        "htmx": HTMX,
    }
    return made
