"""The versions of a document as a list: when each began to stand, what brought it; and what is taken along of a document.

The page itself is ``web/documents.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from core.wording import counted, mark_of
from storage import biography, changes, documents
from storage.biography import Appearance
from storage.changes import StoredChange
from web.exports import Entry, Feed, Table
from web.speech import Sign, compare_address, sign_of, version_address

VERSIONS_LISTED: Final = 60


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One time the document began to show a version; ``previous`` is the number it had shown before."""

    number: int
    first_at: datetime
    previous: int | None
    sign: Sign | None
    what: str
    is_shown: bool
    compare: str
    address: str


def version_rows(
    slug: str, shown: Sequence[Appearance], told: Sequence[StoredChange], chosen: int, *, most: int = VERSIONS_LISTED
) -> tuple[VersionRow, ...]:
    """Every appearance with the change that brought it, the newest first."""
    by_fetch = {one.after_fetch_id: one for one in told}
    found: list[VersionRow] = []
    for at in range(len(shown) - 1, max(-1, len(shown) - 1 - most), -1):
        one = shown[at]
        previous = shown[at - 1].number if at else None
        change = by_fetch.get(one.fetch_id)
        found.append(
            VersionRow(
                number=one.number,
                first_at=one.at,
                previous=previous,
                sign=sign_of(mark_of(change.change))
                if change and change.change.change_class == "substantive"
                else None,
                what=_what(change) if change else ("first capture" if at == 0 else ""),
                is_shown=at == chosen,
                compare=compare_address(slug, previous, one.number) if previous and previous != one.number else "",
                address=version_address(slug, one.number),
            )
        )
    return tuple(found)


def _what(stored: StoredChange) -> str:
    change = stored.change
    if change.change_class != "substantive":
        return f"{change.change_class.value.replace('_', ' ')} only"
    return counted(len(change.edits), "passage") + " differ" + ("s" if len(change.edits) == 1 else "")


def versions_table(slug: str) -> Table:
    """Every version, however many the page lists."""
    columns = ("version", "first seen", "change", "what", "address")

    def rows(conn: Connection) -> Iterator[tuple[object, ...]]:
        row = documents.by_slug(conn, slug)
        shown = biography.appearances(conn, row.id)
        told = changes.of_document(conn, row.id, limit=len(shown) + VERSIONS_LISTED)
        for one in version_rows(slug, shown, told, len(shown), most=len(shown)):
            yield one.number, one.first_at, one.sign.word if one.sign else "", one.what, one.address

    return Table(f"versions-{slug}", columns, rows, "versions")


def versions_feed(slug: str, name: str, shown: Sequence[VersionRow]) -> Feed:
    """The newest versions of the document of that name as a feed."""
    entries = [
        Entry(
            f"urn:onrecord:version:{slug}:{one.number}:{one.first_at:%Y%m%dT%H%M%SZ}",
            f"{name}: version {one.number}",
            one.first_at,
            one.compare or one.address,
            one.what,
        )
        for one in shown
    ]
    return Feed(f"On Record: {name}", tuple(entries))
