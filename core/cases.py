"""Are two alerts one event? A page and its PDF twin, its editions and mirrors, one edit across a site, a change undone.

Decided from traces: small values kept with each alert. Pure. When in doubt the answer is no: two messages are better
than one that says of two things that they are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from core.matching import side
from core.model import Act, Change, DocumentEvent, Edit, Reading
from core.quotes import Quote
from core.text.tokens import units

SAME_WORDS: Final = timedelta(days=7)  # mirrors are asked at their own pace
EDITIONS: Final = timedelta(days=3)
ONE_SITE: Final = timedelta(days=1)
UNDONE: Final = timedelta(days=30)
LONGEST: Final = UNDONE  # no trace older than this is held against a new one

MAX_WORDS: Final = 80
MAX_PIECES: Final = 200
ALIKE: Final = 0.8
AROUND: Final = 0.5
TELLING_LETTERS: Final = 12  # words shorter than this in all (may, or) are one edit only where their sentences agree
LEAVING: Final = frozenset({DocumentEvent.GONE.value, DocumentEvent.REDIRECTED.value, DocumentEvent.UNLINKED.value})
COMING: Final = frozenset({DocumentEvent.NEW.value, DocumentEvent.RETURNED.value})

_LANGUAGE: Final = re.compile(
    r"[a-z]{2}([-_][a-z]{2,4})?|(?:zh|sr|uz)[-_]han[st]|english|deutsch|francais|espanol", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Trace:
    """What one alert leaves behind for the ones after it.

    ``went`` and ``came`` are the words that went out and came in, ``around`` those of their sentences that stayed;
    ``shape`` is where in the document the edits stand; ``path`` its address without host, language and extension;
    ``stem`` its source without the edition (``policy`` of ``policy@fr``). ``pieces`` are the edits the alert is about,
    each by a digest of its passages before and after.
    """

    kind: str
    document: int = 0
    stem: str = ""
    source: str = ""
    host: str = ""
    path: str = ""
    lang: str = ""
    event: str = ""
    went: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    shape: str = ""
    pieces: tuple[str, ...] = ()


@cache
def _adapter() -> TypeAdapter[Trace]:
    return TypeAdapter(Trace)


def to_plain(trace: Trace) -> dict[str, Any]:
    """As JSON values."""
    return cast(dict[str, Any], _adapter().dump_python(trace, mode="json"))


@lru_cache(maxsize=4_096)
def from_text(plain: str) -> Trace:
    """A trace from the JSON of :func:`to_plain`, of this or an earlier version.

    Remembered, for every alert of a company is held against the last ones.
    """
    return _adapter().validate_json(plain)


# --- the trace of an alert ---------------------------------------------------------------------------------------


def trace_of(change: Change, quotes: Sequence[Quote]) -> Trace:
    """The trace of an alert about a change; ``quotes`` are those of its report."""
    document = change.document
    went, came, around = _words(quotes)
    event = change.event.value if change.event else ""
    whole = change.before if event in LEAVING else change.after
    if event in LEAVING | COMING and whole is not None:
        went, came, around = (), (), _first_words(whole)
    parts = urlsplit(document.url)
    lang = (change.after.lang if change.after else None) or document.lang or ""
    return Trace(
        kind="change",
        document=document.id,
        stem=(document.source or "").partition("@")[0],
        source=document.source or "",
        host=(parts.hostname or "").removeprefix("www."),
        path=_path(parts.path),
        lang=lang.partition("-")[0].lower(),
        event=event,
        went=went,
        came=came,
        around=around,
        shape=_shape(change),
        pieces=() if event in LEAVING | COMING else _pieces(change),
    )


def incident_trace(source_id: str, host: str) -> Trace:
    """The trace of a source that cannot be seen, or is seen again."""
    return Trace(kind="incident", source=source_id, host=host)


def _pieces(change: Change) -> tuple[str, ...]:
    """The edits that rules or verdicts point at; where there are none those of the page's own text, else all of them.

    What differs on every page besides (a teaser, a counter, a menu) is no part of the event.
    """
    edits = {at: edit for at, edit in enumerate(change.edits) if edit.act is not Act.MOVED}
    pointed = {match.edit for match in change.matches} | {finding.edit for finding in change.findings}
    own = {at for at, edit in edits.items() if _stands_in_text(change, edit)}
    chosen = edits.keys() & pointed or edits.keys() & own or edits.keys()
    found = {_piece(change, edits[at]) for at in chosen}
    return tuple(sorted(found)) if len(found) <= MAX_PIECES and "" not in found else ()


def _stands_in_text(change: Change, edit: Edit) -> bool:
    sides = ((change.before, edit.before), (change.after, edit.after))
    return any(reading.places[at].stream == "main" for reading, places in sides if reading for at in places)


def _piece(change: Change, edit: Edit) -> str:
    """The same for the same words before and after, whatever their case and signs; empty for a word or two."""
    was, now = side(change.before, edit.before), side(change.after, edit.after)
    texts = [" ".join(_units(text)) for text in (was.lead_in, was.text, now.lead_in, now.text)]
    if sum(len(text) for text in texts) < TELLING_LETTERS:
        return ""
    return blake2b("\x1f".join(texts).encode(), digest_size=8).hexdigest()


def _words(quotes: Sequence[Quote]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    found: dict[str, list[str]] = {"out": [], "in": [], "same": []}
    told = [quote for quote in quotes if quote.rules or quote.reasons] or quotes
    sides = (pair for quote in told for pair in ((quote.before, "out"), (quote.after, "in")))
    for words, here in sides:
        for op, text in words.segments if words else ():
            if op == here or (op == "same" and here == "in"):
                found[op] += _units(text)
    return _some(found["out"]), _some(found["in"]), _some(found["same"])


def _first_words(reading: Reading) -> tuple[str, ...]:
    texts = [place.text for place in reading.places if place.stream == "main"]
    return _some(word for text in texts[:40] for word in _units(text))


def _units(text: str) -> list[str]:
    return [unit.text for unit in units(text)]


def _some(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(words))[:MAX_WORDS])


def _shape(change: Change) -> str:
    """Acts and places of the edits: the same in two languages of one page. Empty where it says too little."""
    reading = change.after or change.before
    count = len(reading.places) if reading else 0
    if count < 4 or not change.edits:
        return ""
    acts = [f"{edit.act.value}{edit.before[:1]}{edit.after[:1]}" for edit in change.edits[:20]]
    return f"{count}:{';'.join(acts)}"


def _path(path: str) -> str:
    """``/en-gb/human-rights.html`` and ``/fr/human-rights.pdf`` are one path."""
    parts = [part for part in path.lower().split("/") if part and not _LANGUAGE.fullmatch(part)]
    if parts:
        parts[-1] = re.sub(r"\.[a-z]{2,5}$", "", parts[-1])
        parts[-1] = re.sub(r"[-_.](?:[a-z]{2}|zh[-_]han[st]|[a-z]{2}[-_][a-z]{2})$", "", parts[-1])
    return "/".join(parts)


# --- one event or two --------------------------------------------------------------------------------------------


def same_event(new: Trace, old: Trace, apart: timedelta) -> str | None:
    """Why the new alert is part of the old one's event, in words; None where it is an event of its own."""
    if new.kind != old.kind or apart > LONGEST:
        return None
    if new.kind == "incident":
        return "another source at the same site" if new.host == old.host and apart <= timedelta(hours=1) else None
    if new.document == old.document:
        if old.event == DocumentEvent.SWAPPED and not (old.went or old.came) and apart <= ONE_SITE:
            return "what the other file says"
        return "it undoes an earlier change of the same document" if _undoes(new, old) else None
    if new.event in LEAVING or new.event in COMING:
        return _whole_documents(new, old, apart)
    if apart <= SAME_WORDS and (_says_nothing_new(new, old) or _same_words(new, old)):
        return "the same words changed in another document"
    if apart <= EDITIONS and _is_edition(new, old):
        return "another edition of the same document changed"
    return None


def _undoes(new: Trace, old: Trace) -> bool:
    if {new.event, old.event} & (LEAVING | COMING):
        return new.event == DocumentEvent.RETURNED.value and old.event in LEAVING
    if not (new.went or new.came):
        return False
    return alike(new.came, old.went) >= ALIKE and alike(new.went, old.came) >= ALIKE


def _whole_documents(new: Trace, old: Trace, apart: timedelta) -> str | None:
    if (new.event in LEAVING) != (old.event in LEAVING) or (new.event in COMING) != (old.event in COMING):
        return None
    if apart <= SAME_WORDS and len(new.around) >= 5 and alike(new.around, old.around) >= ALIKE:
        return "another copy of the same document"
    if apart <= EDITIONS and new.lang != old.lang and _has_same_place(new, old):
        return "another edition of the same document"
    if new.event in LEAVING and apart <= ONE_SITE and new.host == old.host:
        return "another document left the same site"
    return None


def _says_nothing_new(new: Trace, old: Trace) -> bool:
    """Every edit the new alert is about was told by the old one, word for word."""
    return bool(new.pieces) and set(new.pieces) <= set(old.pieces)


def _same_words(new: Trace, old: Trace) -> bool:
    if not (new.went or new.came) or alike(new.went, old.went) < ALIKE or alike(new.came, old.came) < ALIKE:
        return False
    letters = sum(len(word) for word in {*new.went, *new.came})
    is_exact = new.went == old.went and new.came == old.came and letters >= TELLING_LETTERS
    return is_exact or _shared(new.around, old.around) >= AROUND


def _is_edition(new: Trace, old: Trace) -> bool:
    if new.lang == old.lang or old.event in LEAVING | COMING:
        return False
    if _has_same_place(new, old):
        return True
    return bool(new.shape) and new.shape == old.shape and new.host == old.host and _depth(new) == _depth(old)


def _has_same_place(new: Trace, old: Trace) -> bool:
    is_declared = bool(new.stem) and new.stem == old.stem and new.source != old.source
    return is_declared or (bool(new.path) and new.path == old.path)


def _depth(trace: Trace) -> int:
    return trace.path.count("/")


def alike(one: Sequence[str], other: Sequence[str]) -> float:
    """What two sets of words share of all their words; two empty ones are the same."""
    left, right = set(one), set(other)
    return len(left & right) / len(left | right) if left or right else 1.0


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """What they share of the smaller one; nothing where one is empty."""
    left, right = set(one), set(other)
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0
