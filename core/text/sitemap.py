"""Site maps (sitemaps.org 0.9): addresses of a site, or addresses of further site maps; XML, gzip or a list in plain text.

Parsed as a stream without entities, so neither a bomb nor a map of millions is ever held. Runs in a reader process.
"""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from core.errors import ReadError
from core.text.charset import decode, detect
from core.text.feed import Feed, FeedEntry
from core.text.linklist import absolute
from core.text.normalise import tidy
from core.text.read import sniff

MAX_ADDRESSES: Final = 50_000  # the protocol's own limit for one file
MAX_MAPS: Final = 500  # of an index; the protocol allows 50,000, and no company needs them
MAX_BYTES: Final = 52_428_800  # the protocol's own limit, unpacked


def read_sitemap(body: bytes, *, content_type: str | None, url: str) -> Feed:
    """Addresses of a site map as entries (title where a news map gives one), further maps in ``more``.

    Raises ReadError("sitemap") where the bytes are none. ``incomplete`` says what was left out.
    """
    body = _unpacked(body)
    if not body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _plain(body, content_type, url)
    found = _Found(url)
    try:
        events = etree.iterparse(
            io.BytesIO(body), ("start", "end"), resolve_entities=False, no_network=True, recover=True, huge_tree=True
        )
        for event, element in events:
            if not found.take(event, element):
                break
    except etree.XMLSyntaxError as error:
        if not found.entries and not found.more:
            raise ReadError("sitemap", f"not readable as XML: {tidy(str(error))[:200]}") from error
        found.incomplete = "it is not well formed; what stands before the fault was read"
    if found.root not in ("urlset", "sitemapindex"):
        raise ReadError("sitemap", f"no site map but {sniff(body, content_type)}")
    return Feed("", tuple(found.entries), incomplete=found.incomplete, more=tuple(found.more))


@dataclass(slots=True)
class _Found:
    """What a map has given so far."""

    url: str
    root: str = ""
    entries: list[FeedEntry] = field(default_factory=list)
    more: dict[str, None] = field(default_factory=dict)
    incomplete: str = ""

    def take(self, event: str, element: etree._Element) -> bool:
        """Take one event of the parser; False when enough was read, or it is no map."""
        name = _local(element)
        if event == "start":
            self.root = self.root or name
            return self.root in ("urlset", "sitemapindex")
        if name == "url":
            entry = _entry(element, self.url)
            self.entries += [entry] if entry else []
        elif name == "sitemap":
            address = absolute(self.url, _text(element, "loc"))
            if address and address != self.url:  # a map that names itself
                self.more[address] = None
        if name in ("url", "sitemap"):
            _forget(element)
        if len(self.entries) < MAX_ADDRESSES and len(self.more) < MAX_MAPS:
            return True
        self.incomplete = f"only the first {len(self.entries) or len(self.more):,} addresses were read"
        return False


def _forget(element: etree._Element) -> None:
    """Free what was read: the element and all before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            return packed.read(MAX_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError("sitemap", f"its compression is damaged: {error}") from error


def _plain(body: bytes, content_type: str | None, url: str) -> Feed:
    lines = decode(body[:MAX_BYTES], detect(body[:65536], content_type)).split()
    found = [line for line in lines[:MAX_ADDRESSES] if line.startswith(("http://", "https://"))]
    if not found or len(found) * 2 < len(lines[:MAX_ADDRESSES]):
        raise ReadError("sitemap", "neither XML nor a list of addresses")
    addresses = dict.fromkeys(address for line in found if (address := absolute(url, line)))
    return Feed("", tuple(FeedEntry(address, address, "", None, "") for address in addresses))


def _entry(element: etree._Element, url: str) -> FeedEntry | None:
    address = absolute(url, _text(element, "loc"))
    if not address:
        return None
    return FeedEntry(address, address, tidy(_text(element, "title")), _when(_text(element, "lastmod")), "")


def _text(element: etree._Element, name: str) -> str:
    """The text of the first descendant of that name, whatever its namespace."""
    return next((each.text or "" for each in element.iter() if _local(each) == name), "").strip()


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _when(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
