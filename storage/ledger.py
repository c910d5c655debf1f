"""The ledger of one document made from its versions, kept as rows, and made anew where what it was made from changed.

Going on from the last version is the fast path of making it anew: both end in the same rows, because an entry's key
comes from the document and its first wording. What people did to an entry points at a quote, and is found again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select

from core.commitments.fate import Became, alikeness, key_words
from core.commitments.ledger import Entry, Happening, Sight, Topics, advance, begun_beside
from core.commitments.promises import Promise, sentences_of
from core.commitments.wording import prepare
from core.model import Verdict
from core.promising import Promising
from core.text.normalise import word_count
from storage import biography, judged, rereading, versions
from storage.biography import Appearance
from storage.schema import (
    changes,
    commitment_acts,
    commitment_events,
    commitments,
    documents,
    fetches,
    ledgers,
    readings,
    spans,
)
from storage.upsert import insert_or_update

log = logging.getLogger(__name__)

MAKER = 4
"""Raised when the same versions give another ledger than before."""

LEAST_SAME_QUOTE = 0.85
LONGEST = 400_000  # words of a version; a year's report to the SEC has about 150,000
SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Made:
    """What a ledger was made with: the lexicon, what names topics, and the company's names."""

    lexicon: Promising
    topics_of: Topics
    stamp: str  # of lexicon and rules
    names: tuple[str, ...] = ()

    @property
    def full_stamp(self) -> str:
        return f"{MAKER}/{self.stamp}"


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did to a promise, with the quote it was done to."""

    key: str
    quote: str
    act: str
    by: str
    note: str
    at: datetime


def stale(conn: Connection, stamp: str, limit: int = 20) -> list[int]:
    """Documents whose ledger is behind: never made, made with another lexicon, or with a showing not yet in it."""
    newer = exists().where(readings.c.document_id == documents.c.id, readings.c.fetch_id > ledgers.c.fetch_id)
    gone = exists().where(
        changes.c.document_id == documents.c.id,
        changes.c.event == "gone",
        changes.c.after_fetch_id > ledgers.c.fetch_id,
    )
    wanted = (
        select(documents.c.id)
        .outerjoin(ledgers, ledgers.c.document_id == documents.c.id)
        .where(
            documents.c.version_count > 0,
            or_(ledgers.c.document_id.is_(None), ledgers.c.stamp != f"{MAKER}/{stamp}", newer, gone),
        )
        .order_by(documents.c.id)
        .limit(limit)
    )
    return [int(row.id) for row in conn.execute(wanted)]


def refresh(conn: Connection, document_id: int, made: Made, now: datetime) -> int:
    """Bring the ledger of a document up to its newest showing; returns how many entries it has."""
    steps = _steps(conn, document_id)
    state = conn.execute(select(ledgers).where(ledgers.c.document_id == document_id)).one_or_none()
    done = [step for step in steps if state is not None and step.fetch_id <= state.fetch_id]
    goes_on = state is not None and state.stamp == made.full_stamp and state.steps == _digest(done) and bool(done)
    entries = entries_of(conn, document_id) if goes_on else ()
    by_variant: dict[int, tuple[Entry, ...]] = {}
    for variant, entry in entries:
        by_variant[variant] = (*by_variant.get(variant, ()), entry)
    chosen = _chosen(conn, document_id)
    is_whole = True
    try:
        for at, step in enumerate(steps):
            if goes_on and at < len(done):
                continue
            _take(conn, (document_id, made), by_variant, step, chosen)
    except _TooLong as reason:  # a part of it read would tell the rest as removed
        log.warning("document %d has no ledger: %s", document_id, reason)
        by_variant, is_whole = {}, False
    _write(conn, document_id, made, by_variant)
    last = steps[-1].fetch_id if steps else 0
    row = {
        "document_id": document_id,
        "fetch_id": last,
        "stamp": made.full_stamp,
        "steps": _digest(steps) if is_whole else "",  # nothing to go on from
        "made_at": now,
    }
    insert_or_update(conn, ledgers, row, "document_id")
    return sum(len(found) for found in by_variant.values())


class _TooLong(Exception):
    """More words than any policy, code or report has."""


def entries_of(conn: Connection, document_id: int) -> tuple[tuple[int, Entry], ...]:
    """(variant, entry) of a document, in the order they were introduced."""
    rows = conn.execute(
        select(commitments).where(commitments.c.document_id == document_id).order_by(commitments.c.id)
    ).all()
    events = conn.execute(
        select(commitment_events)
        .where(commitment_events.c.document_id == document_id)
        .order_by(commitment_events.c.fetch_id, commitment_events.c.id)
    ).all()
    happened: dict[int, list[Happening]] = {}
    for event in events:
        happened.setdefault(event.commitment_id, []).append(happening_from(event))
    return tuple((row.variant, entry_from(row, tuple(happened.get(row.id, ())))) for row in rows)


def entry_from(row: Any, happenings: tuple[Happening, ...]) -> Entry:
    """An entry from its row and its events."""
    since = dict(row.since)
    for name in ("at", "last_at"):
        since[name] = datetime.fromisoformat(since[name]) if since[name] else None
    return Entry(
        key=row.key,
        first=Promise(**row.first),
        now=Promise(**row.now),
        stands=row.stands,
        since=Sight(**since),
        happenings=happenings,
        due=date.fromisoformat(row.due) if row.due else None,
        id=row.id,
    )


def happening_from(row: Any) -> Happening:
    """An event from its row."""
    return Happening(
        became=Became(row.became),
        verdict=Verdict(row.verdict),
        dimensions=tuple((name, sign) for name, sign in row.dimensions),
        reasons=tuple(row.reasons),
        before=row.before,
        after=row.after,
        sight=Sight(row.fetch_id, row.at, row.version_id, row.number, row.last_fetch_id, row.last_at),
    )


# --- the steps -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """One showing of a version, or (``shown`` is None) the capture as of which the document was gone."""

    fetch_id: int
    shown: Appearance | None


def _steps(conn: Connection, document_id: int) -> list[_Step]:
    shown = [_Step(each.fetch_id, each) for each in biography.appearances(conn, document_id)]
    gone = [_Step(fetch_id, None) for fetch_id in rereading.gone_at(conn, document_id)]
    return sorted([*shown, *gone], key=lambda step: (step.fetch_id, step.shown is None))


def _digest(steps: Sequence[_Step]) -> str:
    made = hashlib.sha256()
    for step in steps:
        version = (step.shown.version_id, step.shown.variant) if step.shown else ()
        made.update(f"{step.fetch_id}:{version};".encode())
    return made.hexdigest()


def _take(
    conn: Connection,
    making: tuple[int, Made],
    by_variant: dict[int, tuple[Entry, ...]],
    step: _Step,
    chosen: frozenset[str],
) -> None:
    """One more step into the entries of its variant; a document that is gone takes every variant with it.

    ``by_variant`` is in the order in which the variants were shown last.
    """
    document_id, made = making
    last_fetch_id, last_at = _last_before(conn, document_id, step.fetch_id)
    if step.shown is None:
        at = conn.execute(select(fetches.c.started_at).where(fetches.c.id == step.fetch_id)).scalar_one()
        sight = Sight(step.fetch_id, at, None, None, last_fetch_id, last_at)
        for variant, entries in by_variant.items():
            naming = (f"{document_id}/{variant}", made.names)
            by_variant[variant] = advance(made.lexicon, entries, (), sight, naming)
        return
    shown = step.shown
    reading = versions.load(conn, shown.version_id).reading
    words = sum(word_count(place.text) for place in reading.places)
    if words > LONGEST:
        raise _TooLong(f"version {shown.number} has {words:,} words, and the most that are read is {LONGEST:,}")
    sentences = sentences_of(made.lexicon, reading, made.names)
    if chosen:  # what a person called a promise is one, whatever the machine thinks of it
        sentences = tuple(_bound(sentence) if sentence.key in chosen else sentence for sentence in sentences)
    sight = Sight(shown.fetch_id, shown.at, shown.version_id, shown.number, last_fetch_id, last_at)
    naming = (f"{document_id}/{shown.variant}", made.names)
    take, entries = advance, by_variant.pop(shown.variant, ())
    beside = next((found for found in reversed(by_variant.values()) if found), ())
    if beside and not entries:
        take, entries = begun_beside, beside
    by_variant[shown.variant] = take(made.lexicon, entries, sentences, sight, naming)  # shown last, so last of all


def _bound(sentence: Promise) -> Promise:
    return replace(sentence, binds=True)


def _last_before(conn: Connection, document_id: int, fetch_id: int) -> tuple[int | None, datetime | None]:
    """The last capture that showed the document as it was before this one: by the change told, else by the spans."""
    told = conn.execute(
        select(func.max(changes.c.before_fetch_id)).where(
            changes.c.document_id == document_id, changes.c.after_fetch_id == fetch_id
        )
    ).scalar()
    ended = conn.execute(
        select(func.max(spans.c.last_fetch_id)).where(
            spans.c.document_id == document_id, spans.c.gone_fetch_id == fetch_id
        )
    ).scalar()
    shown = conn.execute(
        select(func.max(readings.c.fetch_id)).where(
            readings.c.document_id == document_id, readings.c.fetch_id < fetch_id
        )
    ).scalar()
    found = told or ended or shown
    if found is None:
        return None, None
    at = conn.execute(select(fetches.c.started_at).where(fetches.c.id == found)).scalar_one()
    return int(found), at


# --- rows ----------------------------------------------------------------------------------------------------------


def _write(conn: Connection, document_id: int, made: Made, by_variant: dict[int, tuple[Entry, ...]]) -> None:
    company_id = conn.execute(select(documents.c.company_id).where(documents.c.id == document_id)).scalar_one()
    known = {row.key: row for row in conn.execute(_TOPICS.where(commitments.c.document_id == document_id))}
    conn.execute(delete(commitment_events).where(commitment_events.c.document_id == document_id))
    conn.execute(delete(commitments).where(commitments.c.document_id == document_id))
    acts = acts_of(conn, document_id)
    for variant, entries in by_variant.items():
        for entry in entries:
            before = known.get(entry.key)
            is_same = before is not None and before.words == entry.now.whole and before.stamp == made.full_stamp
            topics = before.topics if before is not None and is_same else list(topics_of(made, entry))
            row = _row(made, entry, topics) | {"document_id": document_id, "company_id": company_id}
            row |= {"variant": variant, "status": status_of(entry, acts)}
            added = conn.execute(insert(commitments).values(row)).inserted_primary_key
            assert added is not None
            events = [_event_row(event, int(added[0]), document_id) for event in entry.happenings]
            conn.execute(insert(commitment_events), events)
    judged.write(conn, document_id)


_TOPICS = select(commitments.c.key, commitments.c.words, commitments.c.topics, ledgers.c.stamp).outerjoin(
    ledgers, and_(ledgers.c.document_id == commitments.c.document_id)
)


def topics_of(made: Made, entry: Entry) -> tuple[str, ...]:
    """What a promise is about, by either its first or its present wording."""
    first = made.topics_of(entry.first.text, entry.first.lead_in)
    now = made.topics_of(entry.now.text, entry.now.lead_in) if entry.now.key != entry.first.key else ()
    return tuple(dict.fromkeys((*first, *now)))


def _row(made: Made, entry: Entry, topics: list[str]) -> dict[str, Any]:
    frame = made.lexicon.frame(entry.now.text, lead_in=entry.now.lead_in, company_names=made.names)
    return {
        "key": entry.key,
        "first": asdict(entry.first),
        "now": asdict(entry.now),
        "words": entry.now.whole,
        "topics": topics,
        "read_out": [list(pair) for pair in frame.read_out()],
        "not_said": list(made.lexicon.not_said(frame, topics)),
        "stands": entry.stands,
        "softened": entry.is_softer,
        "since": _plain(entry.since),
        "due": entry.due.isoformat() if entry.due else None,
        "moved_at": entry.happenings[-1].sight.at,
    }


def _plain(sight: Sight) -> dict[str, Any]:
    plain = asdict(sight)
    return plain | {name: plain[name].isoformat() if plain[name] else None for name in ("at", "last_at")}


def _event_row(event: Happening, commitment_id: int, document_id: int) -> dict[str, Any]:
    sight = event.sight
    return {
        "commitment_id": commitment_id,
        "document_id": document_id,
        "became": event.became.value,
        "verdict": event.verdict.value,
        "dimensions": [list(pair) for pair in event.dimensions],
        "reasons": list(event.reasons),
        "before": event.before,
        "after": event.after,
        "last_fetch_id": sight.last_fetch_id,
        "fetch_id": sight.fetch_id,
        "last_at": sight.last_at,
        "at": sight.at,
        "version_id": sight.version_id,
        "number": sight.number,
    }


# --- what people did -----------------------------------------------------------------------------------------------


def acts_of(conn: Connection, document_id: int) -> tuple[Act, ...]:
    """What people did to promises of a document, the oldest first."""
    rows = conn.execute(
        select(commitment_acts).where(commitment_acts.c.document_id == document_id).order_by(commitment_acts.c.id)
    )
    return tuple(Act(row.key, row.quote, row.act, row.by, row.note, row.at) for row in rows)


def acts_on(entry: Entry, acts: Sequence[Act]) -> tuple[Act, ...]:
    """Those that were done to this promise: by its key, else by a quote it once had."""
    wordings = {prepare(words) for event in entry.happenings for words in (event.before, event.after) if words}
    return tuple(act for act in acts if act.key == entry.key or _is_quoted(act, wordings))


def _is_quoted(act: Act, wordings: set[str]) -> bool:
    quote = prepare(act.quote)
    if quote in wordings:
        return True
    words = key_words(act.quote)
    return any(alikeness(words, key_words(wording)) >= LEAST_SAME_QUOTE for wording in wordings)


def status_of(entry: Entry, acts: Sequence[Act]) -> str:
    """What people made of it last; suggested where nobody has looked."""
    done = acts_on(entry, acts)
    return done[-1].act if done else SUGGESTED


def _chosen(conn: Connection, document_id: int) -> frozenset[str]:
    """Quotes people called promises, as the comparison sees them."""
    return frozenset(
        prepare(act.quote) for act in acts_of(conn, document_id) if act.act not in ("dismissed", SUGGESTED)
    )
