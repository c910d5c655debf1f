"""What a list no longer shows: looked at before anything is said of it.

An item that left a list while its page still answers is unlinked; one whose page is gone is gone, and that is told by
``monitor/absence.py``. Either is a claim (promise P4): two captures of the list must agree, and more where much is missing
at once, as with a list that broke.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from core.items import Settled
from core.model import Change, ChangeClass, DocumentEvent, Window
from core.schedule import item_interval
from core.wording import counted
from monitor.capture import Capture, started_at, tell, write_event
from monitor.tools import Tools
from storage import documents, listings, versions
from storage.listings import Listing, Missing, Moved

AGREE: Final = 2  # captures of a list that lack an item
AGREE_MANY: Final = 5  # where more than a few are missing at once: a broken list looks like that
FEW: Final = 5


def listing_of(tools: Tools, capture: Capture) -> Listing:
    source = capture.source
    every = item_interval(timedelta(0))
    return Listing(source.id, source.company, capture.request.id, capture.fetch.id, every, tools.now())


def tell_events(conn: Connection, tools: Tools, capture: Capture, settled: Settled, moved: Sequence[Moved]) -> None:
    """One event for each thing that happened to an item; a fresh one tells itself when its page was captured."""
    if settled.all_new:
        write_event(conn, tools, capture, "listing.gap", {"items": len(settled.fresh)})
    for each in moved:
        about: dict[str, object] = {"title": each.item.title, "from": each.item.url, "to": each.to}
        write_event(conn, tools, capture, "item.moved", about)
    for same in settled.same:
        if same.is_edited:
            write_event(conn, tools, capture, "item.edited", {"title": same.entry.title, "was": same.known.title})
        if not same.known.is_listed:
            write_event(conn, tools, capture, "item.listed_again", {"title": same.entry.title})
    for item in settled.withdrawn:
        if item.is_listed:
            write_event(conn, tools, capture, "item.missing", {"title": item.title, "item": item.url})


def still_lacking(conn: Connection, tools: Tools, capture: Capture) -> int:
    """An unchanged list still lacks what it lacked; how many alerts that raised."""
    return tell_missing(conn, tools, capture) if listings.still_missing(conn, capture.request.id) else 0


def tell_missing(conn: Connection, tools: Tools, capture: Capture) -> int:
    """Tell of items that captures of the list agree are gone from it while their pages answer; how many alerts."""
    lacking = listings.missing(conn, capture.request.id)
    needed = AGREE if len(lacking) <= FEW else AGREE_MANY
    return sum(_unlinked(conn, tools, capture, item) for item in lacking if item.misses >= needed)


def _unlinked(conn: Connection, tools: Tools, capture: Capture, item: Missing) -> int:
    """Still there, and no longer linked; nothing is said while its page has not been seen since."""
    found = documents.by_request(conn, item.request_id)
    document = found[0] if found else None
    if document is None or document.current_version_id is None or document.state == "gone":
        return 0
    if (document.last_good_fetch_id or 0) <= item.missing_fetch_id:
        return 0
    stood = versions.load(conn, document.current_version_id)
    left = replace(stood.ref, fetch_id=item.missing_fetch_id)
    first_missing, last_listed = started_at(conn, item.missing_fetch_id), started_at(conn, item.last_fetch_id)
    assert first_missing is not None
    change = Change(
        document=documents.ref(conn, document.id),
        before=stood.reading,
        after=stood.reading,
        before_version=stood.ref,
        after_version=left,
        window=Window(last_listed, first_missing),
        edits=(),
        change_class=ChangeClass.SUBSTANTIVE,
        event=DocumentEvent.UNLINKED,
        reasons=(
            f"{counted(item.misses, 'capture')} of {capture.source.id} no longer show “{item.title or item.url}”",
            "its own address was asked since and answered",
        ),
    )
    listings.told_unlinked(conn, item.id, capture.fetch.id)
    since = replace(capture, fetch=replace(capture.fetch, id=item.missing_fetch_id))
    return tell(conn, tools, change, since, item.last_fetch_id)
