"""Feed bytes (RSS, Atom, JSON Feed) to entries, as far as they can be had.

feedparser opens a file or an address when its input looks like one, bytes too: it only ever sees ``io.BytesIO`` here.
Feeds are hostile input: entities of our own are not expanded, and a feed is read up to a limit, newest entries first as
feeds have them. Runs in a reader process.
"""

from __future__ import annotations

import io
import json
import re
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from core.errors import ReadError
from core.text.charset import decode, detect
from core.text.normalise import keepable, tidy

VERSION: Final = "feed-1"
MAX_ENTRIES: Final = 1_000  # feedparser takes about 2 ms an entry
MAX_CHARS: Final = 8_000_000
SUMMARY_CHARS: Final = 4_000

_DOCTYPE: Final = re.compile(r"<!DOCTYPE\b[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_PROLOG: Final = re.compile(r"\s*<\?xml\b[^>]*>", re.IGNORECASE)
_ENTRY: Final = re.compile(r"<(?:[a-z0-9]+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_FEED_ROOT: Final = re.compile(r"<(?:[a-z0-9]+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry. ``guid`` is its identity within the feed; ``url`` is absolute, empty where it links to nothing.

    Of filings: the ``form`` filed, and the ``series`` of documents it is the next of, empty where it stands alone.
    """

    guid: str
    url: str
    title: str
    published_at: datetime | None
    summary_text: str
    form: str = ""
    series: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a list holds: entries in its order. ``incomplete`` says in words what could not be read.

    ``more`` are further pages of the same list; ``found_by`` says in words how the entries were told from the rest.
    ``hubs`` and ``topic`` are what a feed says of being pushed (WebSub).
    """

    title: str
    entries: tuple[FeedEntry, ...]
    lang: str | None = None
    incomplete: str = ""
    more: tuple[str, ...] = ()
    found_by: str = ""
    hubs: tuple[str, ...] = ()
    topic: str = ""


def read_feed(body: bytes, *, content_type: str | None, url: str) -> Feed:
    """Entries of a feed found at ``url``. Raises ReadError("feed") when the bytes are no feed at all."""
    text = decode(body, detect(body, content_type)).replace("\0", "").lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return _json_feed(text, url)
    text = _DOCTYPE.sub("", _PROLOG.sub("", text, count=1), count=1)
    if not _FEED_ROOT.search(text, 0, 20_000):
        raise ReadError("feed", f"neither RSS, Atom nor JSON Feed: {_first_words(text)}")
    return _xml_feed(text, url)


# --- RSS and Atom --------------------------------------------------------------------------------------------------


def _xml_feed(text: str, url: str) -> Feed:
    import feedparser  # 90 ms to load; whoever only handles Feed values need not pay

    text, left_out = _within_limits(text)
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    found: Any = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers=headers,
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    channel = found.feed
    base = urljoin(url, _text(channel.get("link"))) if _text(channel.get("link")) else url
    read = (_xml_entry(entry, url, base) for entry in found.entries[:MAX_ENTRIES])
    # An Atom id names one entry for ever (RFC 4287, section 4.2.6); guids of RSS are given to whole feeds alike.
    entries = tuple(_unique(read, by_id=str(found.version).startswith("atom")))
    reasons = [left_out] if left_out else []
    if found.bozo and not isinstance(found.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        reasons.append(f"not well formed: {tidy(str(found.get('bozo_exception', '')))[:200]}")
    if not found.version and not entries:
        raise ReadError("feed", f"no feed in it: {_first_words(text)}")
    return Feed(
        title=_plain(_text(channel.get("title"))),
        entries=entries,
        lang=_language(channel.get("language")),
        incomplete="; ".join(reasons),
        hubs=tuple(_linked(channel, "hub")),
        topic=next(_linked(channel, "self"), ""),
    )


def _linked(channel: Any, rel: str) -> Iterator[str]:
    """Where the feed itself links to under that relation."""
    links = channel.get("links") or ()
    return (_text(each.get("href")) for each in links if each.get("rel") == rel and _text(each.get("href")))


def _xml_entry(entry: Any, url: str, base: str) -> FeedEntry:
    content = entry.get("content") or [{}]
    summary = _plain(_text(entry.get("summary")) or _text(content[0].get("value")))
    title = _plain(_text(entry.get("title")))
    link = absolute(url, base, _text(entry.get("link")))
    guid = _text(entry.get("id")) or link or title or summary[:200]
    # Asked of the plain dictionary: feedparser's own look-up answers one date for the other.
    published_at = _from_struct(dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed"))
    return FeedEntry(guid, link, title, published_at, summary[:SUMMARY_CHARS])


def _within_limits(text: str) -> tuple[str, str]:
    """The feed cut before the first entry too many, and words about it."""
    starts = _ENTRY.finditer(text)
    for count, start in enumerate(starts):
        if count == MAX_ENTRIES or (start.start() > MAX_CHARS and count):
            return text[: start.start()], f"only the first {count} entries were read"
    if len(text) > MAX_CHARS:
        return text[:MAX_CHARS], f"only the first {MAX_CHARS} characters were read"
    return text, ""


def _from_struct(parsed: Any) -> datetime | None:
    """feedparser gives dates as nine numbers in UTC; impossible ones are no date."""
    if not parsed:
        return None
    try:
        at = datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return at if at.year >= 1990 else None


# --- JSON Feed -----------------------------------------------------------------------------------------------------


def _json_feed(text: str, url: str) -> Feed:
    """https://www.jsonfeed.org/version/1.1/; fields of the wrong type count as missing."""
    if len(text) > MAX_CHARS:
        raise ReadError("feed", f"a JSON feed of {len(text)} characters, limit {MAX_CHARS}")
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError("feed", f"neither a feed nor JSON: {error}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ReadError("feed", "JSON without a list of items is no JSON Feed")
    items = feed["items"]
    base = absolute(url, url, _text(feed.get("home_page_url"))) or url
    entries = tuple(_unique(_json_entry(item, url, base) for item in items[:MAX_ENTRIES] if isinstance(item, dict)))
    left_out = f"only the first {MAX_ENTRIES} entries were read" if len(items) > MAX_ENTRIES else ""
    hubs = feed.get("hubs")
    named = [_text(hub.get("url")) for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    return Feed(
        _plain(_text(feed.get("title"))),
        entries,
        _language(feed.get("language")),
        left_out,
        hubs=tuple(filter(None, named)),
        topic=_text(feed.get("feed_url")),
    )


def _json_entry(item: dict[str, object], url: str, base: str) -> FeedEntry:
    link = absolute(url, base, _text(item.get("url")) or _text(item.get("external_url")))
    identity = item.get("id")
    guid = (keepable(str(identity)) if isinstance(identity, str | int | float) else "") or link
    summary = tidy(_text(item.get("summary")) or _text(item.get("content_text")))
    summary = summary or _plain(_text(item.get("content_html")))
    title = _plain(_text(item.get("title")))
    published_at = _from_iso(item.get("date_published")) or _from_iso(item.get("date_modified"))
    return FeedEntry(guid or title or summary[:200], link, title, published_at, summary[:SUMMARY_CHARS])


def _from_iso(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        if at is None:
            return None
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# --- shared --------------------------------------------------------------------------------------------------------


def absolute(url: str, base: str, link: str) -> str:
    """A link as an absolute http(s) address, resolved against the feed's own, then its page's; empty for anything else."""
    if not link:
        return ""
    for start in (url, base):
        try:
            joined = urljoin(start, link.strip())
            parts = urlsplit(joined)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc:
            return joined
    return ""


def _unique(entries: Iterator[FeedEntry], *, by_id: bool = False) -> Iterator[FeedEntry]:
    """Entries that say something, each once: a feed may repeat itself, or give one guid to many things.

    ``by_id``: what has the same guid is the same entry, whatever it leads to.
    """
    seen: set[tuple[str, str]] = set()
    guids: set[str] = set()
    for entry in entries:
        key = (entry.guid, entry.url)
        is_known = entry.guid in guids and (by_id or not entry.url)
        if entry.guid and key not in seen and not is_known:
            seen.add(key)
            guids.add(entry.guid)
            yield entry


def _text(value: object) -> str:
    return keepable(value) if isinstance(value, str) else ""


def _plain(markup: str) -> str:
    """The words of a title or summary that may be HTML."""
    if "<" not in markup and "&" not in markup:
        return tidy(markup)
    try:
        root = html.fragment_fromstring(markup[: 8 * SUMMARY_CHARS], create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return tidy(markup)
    for element in list(root.iter("script", "style")):
        element.drop_tree()
    return tidy(" ".join(root.itertext()))


def _language(value: object) -> str | None:
    return _text(value).strip().lower()[:35] or None


def _first_words(text: str) -> str:
    return repr(text[:60])
