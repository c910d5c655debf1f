"""``hkex``: announcements of one listing, by the address of its search there. Undocumented and fragile: off by default."""

from __future__ import annotations

from core.exchanges import read_hkex
from core.text.feed import Feed
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
    """The announcements, in the order of the search; ``match`` chooses among their titles."""
    return chosen(read_hkex(body, url), url, options)


KIND = Kind(name="hkex", holds="listing", start=own_address, read=read)
