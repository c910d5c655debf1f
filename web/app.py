"""Puts the pages together: read-only, each family one file, everything refused that is not asked by our own name.

Nothing is loaded from anywhere else, no page needs a script, and reading changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.gzip import GZipMiddleware

from core.matching import Commitments
from core.text.visible import one_line, visible
from core.wording import counted, number, stamp
from storage.blobs import BlobStore
from storage.engine import Database
from web import changes, companies, documents, health, problems, search, speech, today
from web.site import Site
from web.wire import Guarded

HERE: Final = Path(__file__).resolve().parent
STYLE: Final = HERE / "static" / "onrecord.css"


def create_app(
    database: Database,
    blobs: BlobStore,
    *,
    now: Callable[[], datetime],
    base_url: str | None,
    allowed_hosts: frozenset[str],
    commitments: Commitments | None = None,
) -> FastAPI:
    """The pages over an archive.

    ``base_url`` is where people reach them, for permanent addresses; ``allowed_hosts`` are the names (with or without
    port) they answer to. With ``commitments`` pairs of versions nobody compared before get verdicts too.
    """
    site = Site(database, blobs, now, base_url, environment(), commitments)
    app = FastAPI(title="On Record", docs_url=None, redoc_url=None, openapi_url=None)
    for family in (today, documents, changes, search, companies, health):
        app.include_router(family.routes(site))
    app.add_api_route("/static/onrecord.css", _style, methods=["GET", "HEAD"])
    problems.install(app, site)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)
    app.add_middleware(Guarded, allowed_hosts=allowed_hosts)  # added last: it stands before everything
    return app


def _style() -> Response:
    return Response(style(), media_type="text/css", headers={"cache-control": "private, max-age=86400"})


@cache
def style() -> bytes:
    """The one style sheet."""
    return STYLE.read_bytes()


def environment() -> Environment:
    """The templates: everything escaped, nothing undefined, the words of ``web/speech.py`` at hand."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "seen": visible,
        "line": one_line,
        "words": speech.words,
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
        "style_version": hashlib.sha256(style()).hexdigest()[:12],
    }
    return made
