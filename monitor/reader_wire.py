"""What travels between the daemon and its reader processes: length-prefixed JSON, checked on arrival.

A reader process has parsed hostile bytes, so nothing it sends is unpickled or trusted: texts, kinds and indices are
checked before they become values. Places go as columns, which JSON reads and writes at C speed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core.model import PLACE_KINDS, Place, PlaceKind, Reading, Stream
from core.text.feed import Feed, FeedEntry

MAX_ANSWER: Final = 128 << 20  # bytes; no honest reading is near it

_LETTER_OF_KIND: Final = {kind: kind[0] for kind in PLACE_KINDS}
_KIND_OF_LETTER: Final[dict[str, PlaceKind]] = {letter: kind for kind, letter in _LETTER_OF_KIND.items()}
_STREAM_OF_LETTER: Final[dict[str, Stream]] = {"m": "main", "s": "surroundings"}
_COLUMNS: Final = ("level", "heading", "lead_in", "page")


class BadAnswer(ValueError):
    """A reader process sent something that is no answer; it is not to be used again."""


@dataclass(frozen=True, slots=True)
class ReaderTask:
    """One sort of work for a reader process.

    ``function`` names a pure function (``module:name``) of a body and keyword options, ``pack`` one that makes plain data
    of its result, both called over there; ``unpack`` checks plain data and makes the result again, over here.
    """

    function: str
    pack: str
    unpack: Callable[[object], object]


def pack_reading(reading: Reading) -> object:
    """A Reading as plain data, its places as columns."""
    places = reading.places
    columns = list(zip(*places, strict=True)) if places else [()] * len(Place._fields)
    texts, kinds, streams, levels, headings, lead_ins, pages = columns
    return {
        "text": texts,
        "kind": "".join([_LETTER_OF_KIND[kind] for kind in kinds]),
        "stream": "".join([stream[0] for stream in streams]),
        "level": levels,
        "heading": headings,
        "lead_in": lead_ins,
        "page": pages if any(pages) else (),
        "title": reading.title,
        "lang": reading.lang,
        "page_date": reading.page_date,
        "links": reading.links,
        "facts": reading.facts,
        "incomplete": reading.incomplete,
    }


def unpack_reading(data: object) -> Reading:
    """The Reading that :func:`pack_reading` packed. Raises BadAnswer for anything it cannot have packed."""
    fields = _mapping(data)
    texts = fields.get("text")
    if not isinstance(texts, list) or not set(map(type, texts)) <= {str}:
        raise BadAnswer("places without texts")
    count = len(texts)
    kinds, streams = _string(fields.get("kind")), _string(fields.get("stream"))
    if len(kinds) != count or len(streams) != count:
        raise BadAnswer("kinds or streams do not match the texts")
    columns = [_numbers(fields.get(name), count, name) for name in _COLUMNS]
    try:
        kind_column = [_KIND_OF_LETTER[letter] for letter in kinds]
        stream_column = [_STREAM_OF_LETTER[letter] for letter in streams]
    except KeyError as error:
        raise BadAnswer(f"no kind or stream is written {error}") from error
    return Reading(
        places=tuple(map(Place, texts, kind_column, stream_column, *columns)),
        title=_string(fields.get("title")),
        lang=_string_or_none(fields.get("lang")),
        page_date=_string_or_none(fields.get("page_date")),
        links=_links(fields.get("links"), count),
        facts=_facts(fields.get("facts")),
        incomplete=_string(fields.get("incomplete")),
    )


def pack_feed(feed: Feed) -> object:
    """A Feed as plain data, times as seconds since 1970."""
    rows = [
        (entry.guid, entry.url, entry.title, entry.published_at and entry.published_at.timestamp(), entry.summary_text)
        for entry in feed.entries
    ]
    return {"title": feed.title, "lang": feed.lang, "incomplete": feed.incomplete, "entries": rows}


def unpack_feed(data: object) -> Feed:
    """The Feed that :func:`pack_feed` packed. Raises BadAnswer for anything it cannot have packed."""
    fields = _mapping(data)
    rows = fields.get("entries")
    if not isinstance(rows, list):
        raise BadAnswer("a feed without entries")
    return Feed(
        title=_string(fields.get("title")),
        entries=tuple(map(_entry, rows)),
        lang=_string_or_none(fields.get("lang")),
        incomplete=_string(fields.get("incomplete")),
    )


TASKS: Final[Mapping[str, ReaderTask]] = {
    "page": ReaderTask("core.text.read:read", "monitor.reader_wire:pack_reading", unpack_reading),
    "feed": ReaderTask("core.text.feed:read_feed", "monitor.reader_wire:pack_feed", unpack_feed),
}


def to_bytes(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, check_circular=False, separators=(",", ":")).encode("utf-8", "replace")


def from_bytes(payload: bytes | bytearray) -> object:
    """Plain data of what came over the wire. Raises BadAnswer when it is no JSON."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"no JSON: {error}") from error


def _entry(row: object) -> FeedEntry:
    if not isinstance(row, list) or len(row) != 5:
        raise BadAnswer("a feed entry of the wrong shape")
    guid, url, title, seconds, summary = row
    if seconds is not None and not (isinstance(seconds, int | float) and 0 <= seconds < 1e11):
        raise BadAnswer("a time that is none")
    published_at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return FeedEntry(_string(guid), _string(url), _string(title), published_at, _string(summary))


def _mapping(data: object) -> dict[str, object]:
    if not isinstance(data, dict):
        raise BadAnswer("not an object")
    return data


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise BadAnswer("a text is missing")
    return value


def _string_or_none(value: object) -> str | None:
    return None if value is None else _string(value)


def _numbers(value: object, count: int, name: str) -> list[int]:
    if name == "page" and value == []:
        return [0] * count
    if not isinstance(value, list) or len(value) != count or not set(map(type, value)) <= {int}:
        raise BadAnswer(f"{name} is no column of numbers")
    low, high = (-1, count - 1) if name in ("heading", "lead_in") else (0, 1 << 20)
    if value and not (low <= min(value) and max(value) <= high):
        raise BadAnswer(f"{name} points outside the places")
    return value


def _links(value: object, count: int) -> tuple[tuple[int, str], ...]:
    if not isinstance(value, list):
        raise BadAnswer("links are no list")
    links: list[tuple[int, str]] = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or type(pair[0]) is not int or not 0 <= pair[0] < count:
            raise BadAnswer("a link of the wrong shape")
        links.append((pair[0], _string(pair[1])))
    return tuple(links)


def _facts(value: object) -> dict[str, int | str]:
    facts = _mapping(value)
    checked: dict[str, int | str] = {}
    for name, fact in facts.items():
        if not isinstance(fact, int | str):
            raise BadAnswer(f"fact {name} is neither number nor text")
        checked[name] = fact
    return checked
