"""Which things a list shows are those it showed before: an item keeps its identity when its guid, its headline or its
address changes, within bounds. Pure.

In order: the guid, where it names one thing only and that thing is still plausible; the address, without what does not
matter in one; the title together with the date. What matches none of these is new. An item that is missing has aged out
of the end of a list, or was withdrawn from its midst: only the second is a claim worth checking.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from core.text.feed import FeedEntry

DAYS_APART: Final = timedelta(days=2)  # two dates of one item: time zones, and "published" taken for "updated"
TITLE_WORDS: Final = 4  # a title without a date beside it must be as long as this to name one thing
ALIKE: Final = 0.5  # Dice's coefficient over the words of two titles: the same headline, edited

_TRACKING: Final = re.compile(
    r"(utm_.*|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|mkt_tok|_hs\w+|hs\w*tracking|cmp(id)?|icid|ref(_?src)?|source|rss)",
    re.IGNORECASE,
)
_INDEX: Final = re.compile(r"/(index|default)\.(html?|php|aspx?|jsp)$", re.IGNORECASE)
_WORDS: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Known:
    """An item as the archive knows it. ``position`` is its place in the list when it was listed last."""

    id: int
    guid: str
    url: str
    title: str
    published_at: datetime | None
    position: int = 0
    list_id: int = 0
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class Same:
    """An item listed again, with how it was recognised. ``has_moved``: its page stands at another address now."""

    known: Known
    entry: FeedEntry
    by: Literal["guid", "address", "title"]
    position: int
    has_moved: bool
    is_edited: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What one capture of a list says: the same again, fresh (with their places), withdrawn, aged out at the end.

    ``all_new``: nothing known is listed any more, so others may have come and gone unseen.
    """

    same: tuple[Same, ...] = ()
    fresh: tuple[tuple[int, FeedEntry], ...] = ()
    withdrawn: tuple[Known, ...] = ()
    aged: tuple[Known, ...] = ()
    all_new: bool = False


def canonical(url: str) -> str:
    """An address without what does not matter in one: scheme, ``www.``, tracking, fragment, a trailing slash."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return url
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    path = _INDEX.sub("/", unquote(parts.path)).rstrip("/")
    asked = [
        (key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(key)
    ]
    return f"{host}{path}" + (f"?{urlencode(asked)}" if asked else "")


def settle(
    known: Sequence[Known],
    entries: Sequence[FeedEntry],
    *,
    list_id: int = 0,
    is_ordered: bool = True,
    title_words: int = TITLE_WORDS,
) -> Settled:
    """Hold what a list shows now against everything its source has listed so far.

    ``list_id`` names the page of the list that was captured: only what that page showed can be missing from it.
    ``is_ordered``: the newest stand first and the oldest fall off the end (feeds, newsrooms); else every item that is
    missing was taken out (the links of a policy page). ``title_words``: a title without a date beside it names one
    thing when it is as long as this.
    """
    open_entries = dict(enumerate(entries))
    open_known = {item.id: item for item in known}
    same: list[Same] = []

    def match(by: Literal["guid", "address", "title"], pairs: Iterable[tuple[int, int]]) -> None:
        for position, item_id in list(pairs):
            entry, item = open_entries.pop(position), open_known.pop(item_id)
            same.append(_same(item, entry, by, position))

    match("guid", _pairs(open_known, open_entries, lambda one: one.guid or None, _is_plausible))
    match("address", _pairs(open_known, open_entries, lambda one: canonical(one.url) if one.url else None))
    match("title", _pairs(open_known, open_entries, _title_key, partial(_is_dated_alike, title_words)))
    fresh = tuple(sorted(open_entries.items()))
    left = [item for item in open_known.values() if item.list_id == list_id and item.is_listed]
    withdrawn, aged = _gone_from(left, same, len(fresh), is_ordered=is_ordered)
    all_new = bool(fresh) and bool(known) and not same
    if all_new and is_ordered:  # nothing to hold them against: they may all have aged out
        withdrawn, aged = (), tuple(left)
    return Settled(tuple(sorted(same, key=lambda one: one.position)), fresh, withdrawn, aged, all_new)


def _pairs(
    known: dict[int, Known],
    entries: dict[int, FeedEntry],
    key: Callable[[Known | FeedEntry], Hashable],
    is_sound: Callable[[Known, FeedEntry], bool] = lambda _known, _entry: True,
) -> list[tuple[int, int]]:
    """(position, item) wherever a key names one thing on either side. Listed items win over those long gone."""
    told = Counter(value for entry in entries.values() if (value := key(entry)) is not None)
    by_key: dict[Hashable, list[Known]] = {}
    for item in known.values():
        value = key(item)
        if value is not None:
            by_key.setdefault(value, []).append(item)
    found: list[tuple[int, int]] = []
    for position, entry in entries.items():
        value = key(entry)
        if value is None or told[value] > 1:
            continue
        fitting = [item for item in by_key.get(value, ()) if is_sound(item, entry)]
        listed = [item for item in fitting if item.is_listed]
        fitting = listed or sorted(fitting, key=lambda item: -item.id)[:1]
        if len(fitting) == 1:
            found.append((position, fitting[0].id))
    return found


def _same(item: Known, entry: FeedEntry, by: Literal["guid", "address", "title"], position: int) -> Same:
    has_moved = bool(entry.url) and canonical(entry.url) != canonical(item.url)
    is_redated = item.published_at is not None and entry.published_at not in (None, item.published_at)
    is_edited = bool(entry.title) and _folded(entry.title) != _folded(item.title)
    return Same(item, entry, by, position, has_moved, is_edited or is_redated)


def _is_plausible(item: Known, entry: FeedEntry) -> bool:
    """May a guid be believed? Not where address, headline and date are all another's: it was used again."""
    if canonical(item.url) == canonical(entry.url) or not item.url or not entry.url:
        return True
    return titles_alike(item.title, entry.title) or _is_same_day(item, entry)


def _is_same_day(item: Known, entry: FeedEntry) -> bool:
    if item.published_at is None or entry.published_at is None:
        return False
    return abs(item.published_at - entry.published_at) <= DAYS_APART


def _is_dated_alike(title_words: int, item: Known, entry: FeedEntry) -> bool:
    if item.published_at is not None and entry.published_at is not None:
        return _is_same_day(item, entry)
    return len(_WORDS.findall(entry.title)) >= title_words or not entry.title.isascii()


def _title_key(one: Known | FeedEntry) -> str | None:
    folded = _folded(one.title)
    return folded if len(folded) >= 4 else None


def _folded(title: str) -> str:
    return " ".join(_WORDS.findall(title.casefold()))


def titles_alike(one: str, other: str) -> bool:
    """The same headline, perhaps edited: half of their words are shared."""
    first, second = set(_WORDS.findall(one.casefold())), set(_WORDS.findall(other.casefold()))
    return bool(first and second) and 2 * len(first & second) >= ALIKE * (len(first) + len(second))


def _gone_from(
    left: Sequence[Known], same: Sequence[Same], fresh: int, *, is_ordered: bool
) -> tuple[tuple[Known, ...], tuple[Known, ...]]:
    """(withdrawn, aged out) of what the list no longer shows. New items push as many old ones off the end, no more."""
    if not is_ordered:
        return tuple(left), ()
    last = max((each.known.position for each in same), default=-1)
    tail = sorted((item for item in left if item.position > last), key=lambda item: item.position)
    pushed_off = tail[max(0, len(tail) - fresh) :] if fresh else []
    aged = {item.id for item in pushed_off}
    return tuple(item for item in left if item.id not in aged), tuple(pushed_off)
