"""When a page is shown by a browser, and what is kept beside its captures."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Final

from core.browsing import SHELLS, Browsing
from core.model import Manner, Source
from monitor.browser.beside import Beside
from monitor.tools import Tools
from storage import pictures
from storage.leases import DueRequest
from storage.pictures import Picture
from storage.sources import START, Asked

ACCEPTED: Final = frozenset({"new", "changed", "returned"})


def of_source(source: Source) -> Browsing:
    """How a browser shows pages of this source."""
    hosts = tuple(each for each in source.option("allow_hosts").split("\n") if each)
    return Browsing(bool(source.option("pictures")), hosts)


def with_browser(tools: Tools, request: DueRequest, asked: Asked, manner: Manner) -> Manner:
    """The manner with a browser where the source asks for one, or where its captures were shells and the operator agreed."""
    if asked.source.kind != "page" or asked.part != START:
        return manner
    if asked.source.option("browser") or (tools.shows_shells and _was_shell(tools, request)):
        return replace(manner, browsing=of_source(asked.source))
    return manner


def _was_shell(tools: Tools, request: DueRequest) -> bool:
    """Whether the address shows its text by script alone: it did when it was asked last, or a browser has shown it since."""
    with tools.database.read() as conn:
        trouble, record = pictures.trouble_and_record(conn, request.id)
    return trouble in SHELLS or bool(record.get("browsed"))


def keep_beside(tools: Tools, response: object, fetch_id: int, status: str) -> None:
    """Keep the pictures of a capture that became a version; of any other they are forgotten."""
    beside: tuple[Beside, ...] = getattr(response, "beside", ())
    if status not in ACCEPTED or not beside:
        return
    digests = [hashlib.sha256(one.body).hexdigest() for one in beside]
    for one, digest in zip(beside, digests, strict=True):
        tools.blobs.put(digest, one.body)
    with tools.database.write() as conn:
        for one, digest in zip(beside, digests, strict=True):
            size, kind = len(one.body), one.media_type
            pictures.keep(conn, fetch_id, Picture(one.what, digest), size=size, media_type=kind, now=tools.now())
