"""Alerts as Atom feeds: all, one company's, one topic's. A view of the alerts' rows, so nothing of it can be lost.

A feed reader cannot sign in, so the address itself is signed (``onrecord alerts feed`` prints one) and opens that feed
alone until it is ended. It reads, and tells no more than titles, the four lines and where to read on.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from core.errors import Refused
from core.links import FeedKind, Links
from core.shown import shown, shown_report
from core.text.visible import one_line
from core.wording import label
from storage import feed_addresses, notices
from storage.notices import Told
from web.access import may
from web.exports import Entry, Feed, as_atom
from web.site import Site

ENTRIES: Final = 50


def routes(site: Site, links: Links) -> APIRouter:
    """``/feed/<token>``."""
    router = APIRouter()

    @router.api_route("/feed/{token}", methods=["GET", "HEAD"])
    @may("anyone")  # whoever has the address: it is what was signed
    def feed(request: Request, token: str) -> Response:
        kind, name, serial = links.read_feed(token)
        with site.database.read() as conn:
            if serial != feed_addresses.serial(conn, kind, name):
                raise Refused("this address of a feed was ended; `onrecord alerts feed` prints the one that holds")
            shown_feed = of_alerts(conn, kind, name)
        base = (site.base_url or str(request.base_url)).rstrip("/")
        body = as_atom(shown_feed, address=request.url.path, base=base, now=site.now())
        return Response(body, media_type="application/atom+xml; charset=utf-8")

    return router


def of_alerts(conn: Connection, kind: FeedKind = "all", name: str = "", *, of_every_kind: bool = False) -> Feed:
    """The newest alerts about changes: all, one company's, one topic's; or also those about sources and first looks."""
    found = notices.told_alerts(
        conn,
        of_every_kind=of_every_kind,
        company_id=name if kind == "company" else None,
        topic=name if kind == "topic" else None,
        limit=ENTRIES,
    )
    return Feed(title_of(kind, name), tuple(entry_of(each) for each in found))


def title_of(kind: FeedKind, name: str) -> str:
    """``On Record: alerts about Police sales``."""
    about = {"all": "", "company": f" of {name}", "topic": f" about {label(name)}"}[kind]
    return f"On Record: alerts{about}"


def entry_of(told: Told) -> Entry:
    """One alert; what cannot be read any more keeps its title."""
    try:
        report = shown_report(told.report)
    except ValueError:
        return Entry(f"urn:onrecord:{told.fingerprint}", shown(told.title), told.created_at, "/")
    return Entry(
        id=f"urn:onrecord:{told.fingerprint}",
        title=one_line(shown(told.title), 300),
        at=told.created_at,
        address=urlsplit(report.link).path or "/",
        summary=f"{report.found} {report.when}",
    )
