"""What a page says of its site: where its links lead, which feeds and other languages it declares. Runs in a reader process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from core.errors import ReadError
from core.text.html import parse_tree
from core.text.linklist import absolute
from core.text.normalise import tidy
from core.text.offered import said_by
from core.text.read import as_utf8, sniff

MOST_LINKS: Final = 2_000
_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")
_FEED_PATH: Final = re.compile(r"(/|\b)(rss|atom|feed)s?(/|\b|\.xml|\.aspx|\.json)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SiteLink:
    """One link: an absolute address and the words it stands under."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page as a place to go on from. ``feeds`` are declared or look like feeds; ``editions`` are by language code."""

    title: str
    lang: str | None
    links: tuple[SiteLink, ...] = ()
    feeds: tuple[SiteLink, ...] = ()
    editions: tuple[SiteLink, ...] = ()


def read_site(body: bytes, *, content_type: str | None, url: str) -> SitePage:
    """Links, feeds and editions of a page. Raises ReadError("site") where the bytes are no page."""
    kind = sniff(body, content_type)
    if kind != "html":
        raise ReadError("site", f"not a page but {kind}")
    root = parse_tree(as_utf8(body, content_type), "utf-8")
    base = next((absolute(url, href) for each in root.iter("base") if (href := each.get("href"))), "") or url
    feeds: dict[str, SiteLink] = {}
    editions: dict[str, SiteLink] = {}
    for each in root.iter("link"):
        rel = (each.get("rel") or "").lower().split()
        address = absolute(base, each.get("href") or "")
        if "alternate" not in rel or not address:
            continue
        lang = (each.get("hreflang") or "").lower()
        if (each.get("type") or "").lower() in _FEED_TYPES[:3]:
            feeds.setdefault(address, SiteLink(address, tidy(each.get("title") or "")))
        elif lang and lang != "x-default":
            editions.setdefault(lang, SiteLink(address, lang))
    links: dict[str, SiteLink] = {}
    for each in root.iter("a"):
        address = absolute(base, each.get("href") or "")
        if not address or len(links) >= MOST_LINKS:
            continue
        link = SiteLink(address, said_by(each))
        lang = (each.get("hreflang") or "").lower()
        if lang and lang != "x-default":
            editions.setdefault(lang, SiteLink(address, lang))
        if _FEED_PATH.search(address.partition("//")[2].partition("/")[2]) or link.text.strip().lower() in (
            "rss",
            "rss feed",
            "atom",
        ):
            feeds.setdefault(address, link)
        if address not in links or len(link.text) > len(links[address].text):
            links[address] = link
    titles = [tidy("".join(map(str, each.itertext()))) for each in root.iter("title")]
    own_lang = root.get("lang")
    return SitePage(
        titles[0][:300] if titles else "",
        own_lang.strip().lower()[:35] if own_lang else None,
        tuple(links.values()),
        tuple(feeds.values()),
        tuple(editions.values()),
    )
