"""``sitemap``: the addresses a site names itself; those whose path or title matches are followed.

``match`` are words; where none are given, those of the pages that hold commitments.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.roles import PATH_WORDS
from core.text.feed import Feed
from core.text.sitemap import read_sitemap
from monitor.kinds import Kind, own_address
from monitor.kinds._lists import Options, chosen, option

MOST_ADDRESSES: Final = 200  # that match; what they show is fetched


def read(
    body: bytes,
    *,
    content_type: str | None,
    url: str,
    select: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    options: Options = (),
) -> Feed:
    """Addresses whose path or title matches, and further site maps. The selectors are meant for the pages it names."""
    if not option(options, "match"):
        options = (*options, ("match", "\n".join(PATH_WORDS)))
    found = read_sitemap(body, content_type=content_type, url=url)
    kept = chosen(found, url, options, most=MOST_ADDRESSES)
    return replace(kept, found_by=f"{len(kept.entries)} of {len(found.entries):,} addresses match")


KIND = Kind(name="sitemap", holds="listing", start=own_address, read=read, is_ordered=False)
