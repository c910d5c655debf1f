"""What two stock exchanges answer to a search for a listing's announcements. Undocumented and fragile: off by default.

HKEXnews answers JSON whose ``result`` is itself JSON in a text; cninfo answers JSON with times in milliseconds.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import urljoin

from core.errors import ReadError
from core.text.feed import Feed, FeedEntry

HONG_KONG: Final = timezone(timedelta(hours=8))
CNINFO_FILES: Final = "http://static.cninfo.com.cn/"
_TAGS: Final = re.compile(r"<[^>]{0,200}>")


def read_hkex(body: bytes, url: str) -> Feed:
    """Announcements found by the title search of HKEXnews. Raises ReadError("hkex")."""
    found = _json(body, "hkex")
    rows = found.get("result") if isinstance(found, dict) else found
    if isinstance(rows, str):
        rows = _json(rows.encode(), "hkex")
    if not isinstance(rows, list):
        raise ReadError("hkex", "JSON, but no list of announcements in its result")
    entries = [
        FeedEntry(
            guid=str(row.get("NEWS_ID") or row["FILE_LINK"]),
            url=urljoin(url, str(row["FILE_LINK"])),
            title=_text(row.get("TITLE")),
            published_at=_local(row.get("DATE_TIME"), "%d/%m/%Y %H:%M"),
            summary_text=_text(row.get("LONG_TEXT")),
        )
        for row in rows
        if isinstance(row, dict) and row.get("FILE_LINK")
    ]
    return Feed("HKEXnews", tuple(entries))


def read_cninfo(body: bytes, url: str) -> Feed:
    """Announcements found by the search of cninfo. Raises ReadError("cninfo")."""
    found = _json(body, "cninfo")
    rows = found.get("announcements") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise ReadError("cninfo", "JSON, but no list of announcements in it")
    entries = [
        FeedEntry(
            guid=str(row.get("announcementId") or row["adjunctUrl"]),
            url=urljoin(CNINFO_FILES, str(row["adjunctUrl"])),
            title=_text(row.get("announcementTitle")),
            published_at=_milliseconds(row.get("announcementTime")),
            summary_text="",
        )
        for row in rows
        if isinstance(row, dict) and row.get("adjunctUrl")
    ]
    return Feed("cninfo", tuple(entries))


def _json(body: bytes, kind: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ReadError(kind, "not JSON, or cut short") from error


def _text(value: object) -> str:
    return " ".join(_TAGS.sub("", str(value or "")).split())


def _local(value: object, form: str) -> datetime | None:
    try:
        return datetime.strptime(str(value), form).replace(tzinfo=HONG_KONG).astimezone(UTC)
    except ValueError:
        return None


def _milliseconds(value: object) -> datetime | None:
    if not isinstance(value, int) or not 0 < value < 10**14:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)
