"""``feed``: RSS, Atom or JSON Feed; each item's page is a document of its own."""

from __future__ import annotations

from core.text.feed import Feed, read_feed
from monitor.kinds import Kind, own_address
from monitor.kinds._lists import Options, chosen


def read(
    body: bytes,
    *,
    content_type: str | None,
    url: str,
    select: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    options: Options = (),
) -> Feed:
    """Items that lead to a page of their own. The selectors of a feed are meant for those pages, not for the feed."""
    return chosen(read_feed(body, content_type=content_type, url=url), url, options)


KIND = Kind(name="feed", holds="listing", start=own_address, read=read)
