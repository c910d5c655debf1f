"""Whether our own reading ever makes news: a frozen archive read again by an extractor that is newer and reads otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from core.model import Place, Reading
from monitor import app, home, rereading
from monitor.kinds import built_kinds
from monitor.readers import InlineReader
from storage.counts import counts

NEWER: Final = "another-reader"
_SIGNS: Final = str.maketrans({"’": "'", "“": '"', "”": '"', "–": "-"})


@dataclass(frozen=True, slots=True)
class OwnChanges:
    """What came of it: documents and captures read again, texts that differ by our doing, changes found late, captures
    that could not be read, and alerts raised."""

    documents: int = 0
    captures: int = 0
    technical: int = 0
    found_late: int = 0
    unreadable: int = 0
    alerts: int = 0

    def __add__(self, other: OwnChanges) -> OwnChanges:
        return OwnChanges(
            self.documents + other.documents,
            self.captures + other.captures,
            self.technical + other.technical,
            self.found_late + other.found_late,
            self.unreadable + other.unreadable,
            self.alerts + other.alerts,
        )


class OtherReader(InlineReader):
    """Reads as the product does, but spells quotation marks and dashes plainly: every text of theirs differs by it."""

    def read(self, body: bytes, **options: Any) -> Reading:
        reading = super().read(body, **options)
        return replace(reading, places=tuple(_respelled(place) for place in reading.places))


def _respelled(place: Place) -> Place:
    return place._replace(text=place.text.translate(_SIGNS))


def measure(folder: Path) -> OwnChanges:
    """Read the archive of a home again with the other reader, everyone ready to be told."""
    place = home.Home(folder)
    loaded = home.load(place, {}, built_kinds=built_kinds())
    with app.open_archive(place, {}, loaded.settings) as archive:
        tools = app.make_tools(archive, loaded, OtherReader(), lambda: datetime.now(UTC))
        with archive.database.read() as conn:
            alerts = counts(conn)["alerts"]
        with patch.object(rereading, "EXTRACTOR", NEWER):
            done = list(rereading.reread_all(tools))
        with archive.database.read() as conn:
            alerts = counts(conn)["alerts"] - alerts
    return OwnChanges(
        len(done),
        sum(one.captures for one in done),
        sum(one.technical for one in done),
        sum(one.found_late for one in done),
        sum(one.unreadable for one in done),
        alerts,
    )
