"""What every list has in common: which entries are followed, and how many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urldefrag, urlsplit

from core.text.feed import Feed, FeedEntry

MOST_ENTRIES: Final = 300  # newest first; a longer list is a catalogue, not news

Options = Sequence[Sequence[str]]


def option(options: Options, name: str) -> str:
    """An option of the source, empty where it is not given."""
    return next((pair[1] for pair in options if pair[0] == name), "")


def chosen(found: Feed, url: str, options: Options, *, most: int = MOST_ENTRIES) -> Feed:
    """The list with the entries to follow: those that lead to a page of their own, match, and are not too many."""
    wanted = [word for word in option(options, "match").split("\n") if word]
    entries = [entry for entry in _leading_elsewhere(found.entries, url) if not wanted or matches(entry, wanted)]
    reasons = [found.incomplete] if found.incomplete else []
    if len(entries) > most:
        reasons.append(f"it names {len(entries):,} pages; the first {most} are followed")
    return replace(found, entries=tuple(entries[:most]), incomplete="; ".join(reasons))


def matches(entry: FeedEntry, wanted: Iterable[str]) -> bool:
    """Whether the path or the title of an entry holds one of the words, in any case, ``-`` and ``_`` read as spaces."""
    path = unquote(urlsplit(entry.url).path)
    told = f" {_spaced(path)} {_spaced(entry.title)} "
    return any(_spaced(word).strip() in told for word in wanted)


def _spaced(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold())


def _leading_elsewhere(entries: Iterable[FeedEntry], url: str) -> list[FeedEntry]:
    """Entries with an address of their own, each address once."""
    found: dict[str, FeedEntry] = {}
    own = urldefrag(url).url
    for entry in entries:
        address = urldefrag(entry.url or "").url
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname and address != own:
            found.setdefault(address, replace(entry, url=address))
    return list(found.values())
