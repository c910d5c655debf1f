"""``feed``: RSS, Atom or JSON Feed; each item's page is a document of its own."""

from __future__ import annotations

from typing import Final
from urllib.parse import urldefrag, urlsplit

from core.model import Source
from core.text.feed import Feed, FeedEntry
from monitor.kinds import Kind

MOST_ENTRIES: Final = 300  # newest first; a longer feed is a catalogue, not news


def start(source: Source) -> tuple[str, ...]:
    """The feed's own address."""
    return (source.url,)


def entries(source: Source, feed: Feed) -> tuple[FeedEntry, ...]:
    """Items that lead to a page of their own, each address once, at most ``MOST_ENTRIES``."""
    seen: dict[str, FeedEntry] = {}
    for entry in feed.entries:
        url = urldefrag(entry.url or "").url
        if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname and url != source.url:
            seen.setdefault(url, entry)
    return tuple(seen.values())[:MOST_ENTRIES]


KIND = Kind(name="feed", holds="listing", start=start, entries=entries)
