"""What travels between the daemon and its reader processes, checked on arrival.

A reader process has parsed hostile bytes, so nothing it sends is unpickled or trusted: sizes, texts, kinds and indices
are checked before they become values. A Reading goes as columns (texts joined, numbers as 32-bit integers), which costs
a third of the same as JSON; small things go as JSON.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from core.model import PLACE_KINDS, Place, Reading, Stream
from core.text.feed import Feed, FeedEntry
from core.text.site import SiteLink, SitePage

MAX_ANSWER: Final = 128 << 20  # bytes; no honest reading is near it

_SIZES: Final = struct.Struct("!IIQQI")  # places, links, bytes of texts, bytes of link addresses, bytes of JSON
_STREAMS: Final[tuple[Stream, ...]] = ("main", "surroundings")
_KIND_NUMBER: Final = {kind: number for number, kind in enumerate(PLACE_KINDS)}
_STREAM_NUMBER: Final = {stream: number for number, stream in enumerate(_STREAMS)}
_NUMBER_COLUMNS: Final = 4  # level, heading, lead-in, page
_Name = TypeVar("_Name", bound=str)
_MOST: Final = 1 << 20  # a level or page beyond this is nonsense


class BadAnswer(ValueError):
    """A reader process sent something that is no answer; it is not to be used again."""


@dataclass(frozen=True, slots=True)
class ReaderTask:
    """One sort of work for a reader process.

    ``function`` names a pure function (``module:name``) of a body and keyword options, ``pack`` one that makes bytes of
    its result, both called over there; ``unpack`` checks the bytes and makes the result again, over here.
    """

    function: str
    pack: str
    unpack: Callable[[bytes | bytearray], object]


def pack_reading(reading: Reading) -> bytes:
    """A Reading as bytes, its places as columns."""
    places = reading.places
    columns = list(zip(*places, strict=True)) if places else [()] * len(Place._fields)
    texts, kinds, streams, *numbers = columns
    spots, addresses = zip(*reading.links, strict=True) if reading.links else ((), ())
    words, links = _join(texts), _join(addresses)
    rest = {
        "title": reading.title,
        "lang": reading.lang,
        "page_date": reading.page_date,
        "facts": reading.facts,
        "incomplete": reading.incomplete,
        "offers": reading.offers,
    }
    tail = to_json(rest)
    return b"".join(
        (
            _SIZES.pack(len(places), len(spots), len(words), len(links), len(tail)),
            bytes([_KIND_NUMBER[kind] for kind in kinds]),
            bytes([_STREAM_NUMBER[stream] for stream in streams]),
            *(array("i", column).tobytes() for column in (*numbers, spots)),
            words,
            links,
            tail,
        )
    )


def unpack_reading(payload: bytes | bytearray) -> Reading:
    """The Reading that :func:`pack_reading` packed. Raises BadAnswer for anything it cannot have packed."""
    view = memoryview(payload)
    if len(view) < _SIZES.size:
        raise BadAnswer("cut off")
    count, link_count, words_size, links_size, tail_size = _SIZES.unpack_from(view)
    column_size = 4 * count
    sizes = [count, count, *[column_size] * _NUMBER_COLUMNS, 4 * link_count, words_size, links_size, tail_size]
    if _SIZES.size + sum(sizes) != len(view):
        raise BadAnswer("sizes do not add up")
    parts: list[memoryview] = []
    at = _SIZES.size
    for size in sizes:
        parts.append(view[at : at + size])
        at += size
    kinds = _names(parts[0], PLACE_KINDS)
    streams = _names(parts[1], _STREAMS)
    levels, headings, lead_ins, pages = (_numbers(part) for part in parts[2:6])
    for column, low, high in ((levels, 0, _MOST), (headings, -1, count), (lead_ins, -1, count), (pages, 0, _MOST)):
        _within(column, low, high)
    spots = _within(_numbers(parts[6]), 0, count)
    texts, addresses = _split(parts[7], count), _split(parts[8], link_count)
    rest = _mapping(from_json(parts[9]))
    return Reading(
        places=tuple(map(Place._make, zip(texts, kinds, streams, levels, headings, lead_ins, pages, strict=True))),
        title=_string(rest.get("title")),
        lang=_string_or_none(rest.get("lang")),
        page_date=_string_or_none(rest.get("page_date")),
        links=tuple(zip(spots, addresses, strict=True)),
        facts=_facts(rest.get("facts")),
        incomplete=_string(rest.get("incomplete")),
        offers=tuple(_offer(row, count) for row in _rows(rest.get("offers"))),
    )


def pack_feed(feed: Feed) -> bytes:
    """A Feed as bytes, times as seconds since 1970."""
    rows = [
        (
            *(entry.guid, entry.url, entry.title),
            entry.published_at and entry.published_at.timestamp(),
            *(entry.summary_text, entry.form, entry.series),
        )
        for entry in feed.entries
    ]
    rest = {name: getattr(feed, name) for name in ("title", "lang", "incomplete", "found_by", "topic")}
    return to_json({**rest, "entries": rows, "more": feed.more, "hubs": feed.hubs})


def unpack_feed(payload: bytes | bytearray) -> Feed:
    """The Feed that :func:`pack_feed` packed. Raises BadAnswer for anything it cannot have packed."""
    fields = _mapping(from_json(payload))
    rows = fields.get("entries")
    if not isinstance(rows, list):
        raise BadAnswer("a feed without entries")
    return Feed(
        title=_string(fields.get("title")),
        entries=tuple(map(_entry, rows)),
        lang=_string_or_none(fields.get("lang")),
        incomplete=_string(fields.get("incomplete")),
        more=_strings(fields.get("more")),
        found_by=_string(fields.get("found_by")),
        hubs=_strings(fields.get("hubs")),
        topic=_string(fields.get("topic")),
    )


def pack_site(page: SitePage) -> bytes:
    """A SitePage as bytes."""
    lists = {name: [[link.url, link.text] for link in getattr(page, name)] for name in ("links", "feeds", "editions")}
    return to_json({"title": page.title, "lang": page.lang, **lists})


def unpack_site(payload: bytes | bytearray) -> SitePage:
    """The SitePage that :func:`pack_site` packed. Raises BadAnswer for anything it cannot have packed."""
    fields = _mapping(from_json(payload))
    return SitePage(
        _string(fields.get("title")),
        _string_or_none(fields.get("lang")),
        **{name: tuple(map(_link, _rows(fields.get(name)))) for name in ("links", "feeds", "editions")},
    )


TASKS: Final[Mapping[str, ReaderTask]] = {
    "page": ReaderTask("core.text.read:read", "monitor.reader_wire:pack_reading", unpack_reading),
    "pdf": ReaderTask("monitor.kinds.pdf:read", "monitor.reader_wire:pack_reading", unpack_reading),
    "feed": ReaderTask("monitor.kinds.feed:read", "monitor.reader_wire:pack_feed", unpack_feed),
    "listing": ReaderTask("monitor.kinds.listing:read", "monitor.reader_wire:pack_feed", unpack_feed),
    "site": ReaderTask("core.text.site:read_site", "monitor.reader_wire:pack_site", unpack_site),
    "sitemap": ReaderTask("monitor.kinds.sitemap:read", "monitor.reader_wire:pack_feed", unpack_feed),
    "registry": ReaderTask("monitor.kinds.registry:read", "monitor.reader_wire:pack_feed", unpack_feed),
    "hkex": ReaderTask("monitor.kinds.hkex:read", "monitor.reader_wire:pack_feed", unpack_feed),
    "cninfo": ReaderTask("monitor.kinds.cninfo:read", "monitor.reader_wire:pack_feed", unpack_feed),
    "sec": ReaderTask("monitor.kinds.sec:read", "monitor.reader_wire:pack_feed", unpack_feed),
}


def to_json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def from_json(payload: bytes | bytearray | memoryview) -> object:
    """Plain data of what came over the wire. Raises BadAnswer when it is no JSON."""
    try:
        return json.loads(bytes(payload))
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"no JSON: {error}") from error


# --- columns -------------------------------------------------------------------------------------------------------


def _join(texts: Sequence[str]) -> bytes:
    """Texts on a line each. Passages hold no line break (white space is folded); in an address none means anything."""
    joined = "\n".join(texts)
    if joined.count("\n") != max(0, len(texts) - 1):
        joined = "\n".join([text.replace("\n", " ") for text in texts])
    return joined.encode("utf-8", "replace")


def _split(part: memoryview, count: int) -> list[str]:
    if not count:
        if part:
            raise BadAnswer("texts of no place")
        return []
    try:
        texts = str(part, "utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise BadAnswer("texts that are no UTF-8") from error
    if len(texts) != count:
        raise BadAnswer("texts do not match the places")
    return texts


def _names(part: memoryview, names: tuple[_Name, ...]) -> list[_Name]:
    try:
        return [names[number] for number in part]
    except IndexError as error:
        raise BadAnswer("a kind or stream that is none") from error


def _numbers(part: memoryview) -> list[int]:
    column = array("i")
    column.frombytes(part)
    return column.tolist()


def _within(column: list[int], low: int, high: int) -> list[int]:
    """The column, if all of it lies in [low, high)."""
    if column and not (low <= min(column) and max(column) < high):
        raise BadAnswer("a number out of its range")
    return column


# --- plain data ----------------------------------------------------------------------------------------------------


def _entry(row: object) -> FeedEntry:
    if not isinstance(row, list) or len(row) != 7:
        raise BadAnswer("a feed entry of the wrong shape")
    guid, url, title, seconds, *texts = row
    if seconds is not None and not (isinstance(seconds, int | float) and 0 <= seconds < 1e11):
        raise BadAnswer("a time that is none")
    published_at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return FeedEntry(_string(guid), _string(url), _string(title), published_at, *map(_string, texts))


def _mapping(data: object) -> dict[str, object]:
    if not isinstance(data, dict):
        raise BadAnswer("not an object")
    return data


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise BadAnswer("a text is missing")
    return value


def _rows(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadAnswer("a list is missing")
    return value


def _offer(row: object, places: int) -> tuple[int, str, str]:
    if not isinstance(row, list) or len(row) != 3 or type(row[0]) is not int or not 0 <= row[0] < places:
        raise BadAnswer("an offer of the wrong shape")
    return row[0], _string(row[1]), _string(row[2])


def _link(row: object) -> SiteLink:
    if not isinstance(row, list) or len(row) != 2:
        raise BadAnswer("a link of the wrong shape")
    return SiteLink(_string(row[0]), _string(row[1]))


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadAnswer("a list is missing")
    return tuple(map(_string, value))


def _string_or_none(value: object) -> str | None:
    return None if value is None else _string(value)


def _facts(value: object) -> dict[str, int | str]:
    checked: dict[str, int | str] = {}
    for name, fact in _mapping(value).items():
        if not isinstance(fact, int | str):
            raise BadAnswer(f"fact {name} is neither number nor text")
        checked[name] = fact
    return checked
