"""The ledger: each promise of a document through all its versions, as dated events between two captures.

Pure: :func:`advance` takes the entries as they stand and the next version, and gives them back with what happened.
An entry is *suggested* by machine until a person confirms it; what people did is kept apart and points at quotes, so
that a better reading or a newer lexicon may make the entries anew. The first wording is never overwritten.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.commitments.fate import Became, Fate, alikeness, fates, key_words
from core.commitments.frame import Frame
from core.commitments.promises import Promise
from core.commitments.wording import prepare
from core.model import Finding, Verdict
from core.promising import Promising

LEAST_RESTORED = 0.8
"""How alike a new promise must be to one that went, to be told as its return."""

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}


@dataclass(frozen=True, slots=True)
class Sight:
    """One showing of a version: its capture, and the last one before it that showed the document otherwise.

    ``last_fetch_id`` is None for a document's first version. ``version_id`` is None where the document is gone.
    """

    fetch_id: int
    at: datetime
    version_id: int | None
    number: int | None
    last_fetch_id: int | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """One event in a promise's life, with both captures: last seen before, first seen after."""

    became: Became
    verdict: Verdict
    dimensions: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    before: str  # the wording that stood, with its lead-in; empty where nothing did
    after: str
    sight: Sight


@dataclass(frozen=True, slots=True)
class Entry:
    """One promise. ``first`` is its original wording, ``now`` the wording that stands or stood last.

    ``key`` is the same whenever the ledger is made from the same texts. ``since`` is the sight it was introduced at.
    """

    key: str
    first: Promise
    now: Promise
    stands: bool
    since: Sight
    happenings: tuple[Happening, ...] = ()
    due: date | None = None
    id: int = 0

    @property
    def is_softer(self) -> bool:
        """Whether any event of its life made it weaker; later ones never cancel that."""
        return any(event.became in _SOFT for event in self.happenings)


_SOFT = frozenset({Became.WEAKENED, Became.NARROWED, Became.CONDITIONED, Became.REVERSED, Became.MIXED, Became.REMOVED})


def advance(
    lexicon: Promising,
    entries: Sequence[Entry],
    sentences: Sequence[Promise],
    sight: Sight,
    naming: tuple[str, tuple[str, ...]],
) -> tuple[Entry, ...]:
    """The entries after one more version. ``sentences`` are all of it, empty where the document is gone.

    ``naming`` is (a prefix that makes keys unique, the company's names).
    """
    prefix, names = naming
    standing = [entry for entry in entries if entry.stands]
    after: dict[int, Entry] = {}
    found = fates(lexicon, [entry.now for entry in standing], sentences, names)
    for entry, fate in zip(standing, found, strict=False):
        after[id(entry)] = _lived(lexicon, entry, fate, sight, names)
    result = [after.get(id(entry), entry) for entry in entries]
    taken = {entry.key for entry in entries}
    for fate in found[len(standing) :]:
        assert fate.after is not None
        if any(entry.stands and entry.now.key == fate.after.key for entry in result):
            continue  # said twice on one page: one promise
        at = _returns(result, fate.after)
        if at is not None:
            result[at] = _restored(lexicon, result[at], fate.after, sight, names)
        else:
            entry = _introduced(lexicon, fate.after, sight, (_key(prefix, fate.after, taken), names))
            taken.add(entry.key)
            result.append(entry)
    return tuple(result)


def begun_beside(
    lexicon: Promising,
    entries: Sequence[Entry],
    sentences: Sequence[Promise],
    sight: Sight,
    naming: tuple[str, tuple[str, ...]],
) -> tuple[Entry, ...]:
    """The entries of a variant shown for the first time, beside those of the variant shown before it.

    A promise that stands here too has lived until now as it has there; one that does not has not gone, for the other
    variant may be shown again.
    """
    taken: set[str] = set()
    found: list[Entry] = []
    for entry in advance(lexicon, [each for each in entries if each.stands], sentences, sight, naming):
        if entry.stands:
            found.append(replace(entry, key=_key(naming[0], entry.first, taken), id=0))
            taken.add(found[-1].key)
    return tuple(found)


def due_date(frame: Frame, said_at: datetime) -> date | None:
    """By when a promise is due, where it names a date that was still to come when it was said."""
    if frame.tier is None or frame.tier >= 7 or any(mark.value == "has_not" for mark in frame.of("modality")):
        return None
    found: list[date] = []
    for mark in frame.of("deadline"):
        values = dict(mark.numbers)
        if mark.value != "by" or "y" not in values:
            continue
        year, month = int(values["y"]), _MONTHS.get(values.get("m", ""), 12)
        last = calendar.monthrange(year, month)[1]
        day = min(int(values.get("d", last)), last)
        due = date(year, month, max(day, 1))
        if mark.text.startswith("before ") and "end" not in mark.text:
            due = date(year, month, max(day, 1)) if "d" in values else date(year, month if "m" in values else 1, 1)
        if due >= said_at.date():
            found.append(due)
    return min(found) if found else None


def as_of(entry: Entry, moment: datetime) -> Entry | None:
    """The entry as it was known at a moment; None where it had not been seen yet."""
    if entry.since.at > moment:
        return None
    happened = tuple(event for event in entry.happenings if event.sight.at <= moment)
    last = happened[-1]
    stands = last.became is not Became.REMOVED
    words = next((event.after for event in reversed(happened) if event.after), entry.first.whole)
    now = entry.now if prepare(words) == entry.now.key else replace(entry.now, text=words, lead_in="")
    return replace(entry, happenings=happened, stands=stands, now=now)


def _lived(lexicon: Promising, entry: Entry, fate: Fate, sight: Sight, names: tuple[str, ...]) -> Entry:
    if fate.became is Became.KEPT and fate.after is not None:
        return replace(entry, now=fate.after)
    event = _happening(fate.became, fate.finding, entry.now.whole, fate.after, sight)
    if fate.after is None:
        return replace(entry, stands=False, happenings=(*entry.happenings, event))
    due = due_date(_frame(lexicon, fate.after, names), sight.at) or (
        entry.due if fate.became in (Became.MOVED, Became.REWORDED) else None
    )
    return replace(entry, now=fate.after, due=due, happenings=(*entry.happenings, event))


def _restored(lexicon: Promising, entry: Entry, promise: Promise, sight: Sight, names: tuple[str, ...]) -> Entry:
    if entry.now.key == promise.key:
        finding = Finding(Verdict.REWORDED, (), ("the same words as before it went",))
    else:
        finding = lexicon.compare(
            entry.now.text,
            promise.text,
            lead_in_before=entry.now.lead_in,
            lead_in_after=promise.lead_in,
            company_names=names,
        )
    event = _happening(Became.RESTORED, finding, entry.now.whole, promise, sight)
    due = due_date(_frame(lexicon, promise, names), sight.at)
    return replace(entry, now=promise, stands=True, due=due, happenings=(*entry.happenings, event))


def _introduced(lexicon: Promising, promise: Promise, sight: Sight, naming: tuple[str, tuple[str, ...]]) -> Entry:
    key, names = naming
    why = "stood there when the watch began" if sight.last_fetch_id is None else "nothing like it stood here before"
    event = _happening(Became.INTRODUCED, Finding(Verdict.NEW, (), (why,)), "", promise, sight)
    due = due_date(_frame(lexicon, promise, names), sight.at)
    return Entry(key, promise, promise, True, sight, (event,), due)


def _happening(became: Became, finding: Finding, before: str, after: Promise | None, sight: Sight) -> Happening:
    words = after.whole if after else ""
    return Happening(became, finding.verdict, finding.dimensions, finding.reasons, before, words, sight)


def _returns(entries: Sequence[Entry], promise: Promise) -> int | None:
    """The entry that went and of which this is the return: the same words, or nearly, the newest first."""
    gone = [at for at, entry in enumerate(entries) if not entry.stands]
    for at in reversed(gone):
        if entries[at].now.key == promise.key or entries[at].first.key == promise.key:
            return at
    words = key_words(promise.whole)
    for at in reversed(gone):
        if alikeness(key_words(entries[at].now.whole), words) >= LEAST_RESTORED:
            return at
    return None


def _frame(lexicon: Promising, promise: Promise, names: tuple[str, ...]) -> Frame:
    return lexicon.frame(promise.text, lead_in=promise.lead_in, company_names=names)


def _key(prefix: str, promise: Promise, taken: set[str]) -> str:
    """Sixteen letters made from where and how it was said first; a second equal sentence gets a number in it."""
    for count in range(1_000_000):
        made = hashlib.sha256(f"{prefix}\x1f{promise.key}\x1f{count}".encode()).hexdigest()[:16]
        if made not in taken:
            return made
    raise AssertionError("a million equal promises")


Topics = Callable[[str, str], tuple[str, ...]]
"""(sentence, lead-in) → names of topics, given by who knows the rules."""
