"""``listing``: a newsroom page without a feed. ``select`` names its links; without, the block that repeats is found."""

from __future__ import annotations

from core.text.feed import Feed
from core.text.linklist import read_links
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
    """The releases a page lists, in its order, and its next page."""
    return chosen(read_links(body, content_type=content_type, url=url, select=select, remove=remove), url, options)


KIND = Kind(name="listing", holds="listing", start=own_address, read=read)
