"""An archive of a million distinct passages, written straight into the real tables: 2,000 documents, 100 versions each.

Words follow Zipf's law; a tenth of the documents is Chinese. Seeded: the same numbers give the same archive.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

from sqlalchemy import Connection, insert, text

from core.model import Place, Reading
from storage import fulltext, packing, schema
from storage.engine import Database, open_database
from storage.migrate import prepare

START = datetime(2019, 1, 1, tzinfo=UTC)
STEP = timedelta(days=26)
COMPANIES = 400
TOPICS = ("surveillance", "xinjiang", "labour", "privacy", "arms", "minerals")
PLACES = 150
VOCABULARY = 40_000
CHARACTERS = 3_000
SYLLABLES = (
    "ba",
    "co",
    "de",
    "fi",
    "gu",
    "ha",
    "ki",
    "lo",
    "me",
    "nu",
    "pa",
    "ri",
    "so",
    "te",
    "vu",
    "zen",
    "tion",
    "al",
)


def words() -> list[str]:
    """The vocabulary, the most frequent first; real words of the field stand among the frequent ones."""
    made = [
        "the",
        "of",
        "and",
        "to",
        "in",
        "we",
        "our",
        "not",
        "rights",
        "human",
        "sell",
        "police",
        "assessments",
        "Xinjiang",
    ]
    seen = set(made)
    draw = random.Random(1)
    while len(made) < VOCABULARY:
        word = "".join(draw.choices(SYLLABLES, k=draw.randint(2, 4)))
        if word not in seen:
            seen.add(word)
            made.append(word)
    return made


@dataclass
class Writer:
    """Draws texts: about 30 words, or 45 characters."""

    draw: random.Random = field(default_factory=lambda: random.Random(7))
    words: list[str] = field(default_factory=words)

    def __post_init__(self) -> None:
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self.characters = [chr(0x4E00 + at) for at in range(CHARACTERS)]
        self.character_weights = list(accumulate(1 / (rank + 20) for rank in range(CHARACTERS)))

    def latin(self) -> str:
        drawn = self.draw.choices(self.words, cum_weights=self.weights, k=self.draw.randint(12, 48))
        drawn[0] = drawn[0].capitalize()
        return " ".join(drawn) + "."

    def chinese(self) -> str:
        drawn = self.draw.choices(self.characters, cum_weights=self.character_weights, k=self.draw.randint(20, 70))
        drawn.insert(len(drawn) // 2, "，")
        return "".join(drawn) + "。"

    def text(self, document: int) -> str:
        return self.chinese() if is_chinese(document) else self.latin()


def is_chinese(document: int) -> bool:
    return document % 10 == 3


@dataclass
class Shown:
    """What one document shows now."""

    passages: list[int]
    span_ids: list[int]
    lineages: list[int]


def build(folder: Path, documents: int = 2_000, versions: int = 100, changed: int = 4) -> Database:
    """The archive in a folder; documents × (150 + (versions - 1) × changed) distinct passages, less repeats."""
    database = open_database(folder / "onrecord.db")
    prepare(database)
    writer = Writer()
    with database.write() as conn:
        _watched(conn, documents)
    state: list[Shown] = []
    next_span = 1
    for number in range(versions):
        with database.write() as conn:
            next_span = _round(conn, writer, state, documents, number, next_span, changed if number else PLACES)
        if number % 20 == 0:
            print(f"round {number} of {versions}", file=sys.stderr, flush=True)
    with database.write() as conn:
        last = [{"b": at + 1, "v": (versions - 1) * documents + at + 1} for at in range(documents)]
        conn.execute(
            text(
                "UPDATE documents SET current_version_id = :v, last_good_fetch_id = :v, version_count = :n WHERE id = :b"
            ),
            [{**row, "n": versions} for row in last],
        )
        conn.execute(text("UPDATE requests SET last_fetch_id = :v, last_good_fetch_id = :v WHERE id = :b"), last)
        conn.execute(text("ANALYZE"))
    return database


def _watched(conn: Connection, documents: int) -> None:
    conn.execute(
        insert(schema.companies),
        [
            {
                "id": f"company-{at}",
                "name": f"Company {at}",
                "aliases": [],
                "topics": [TOPICS[at % len(TOPICS)]],
                "country": "US",
            }
            for at in range(COMPANIES)
        ],
    )
    at_once = range(documents)
    host = {"host": "example.org", "failures": 0}
    conn.execute(insert(schema.hosts), [host])
    urls = [f"https://example.org/{at}" for at in at_once]
    conn.execute(
        insert(schema.sources),
        [
            {"id": f"source-{at}", "company_id": f"company-{at % COMPANIES}", "kind": "page", "url": urls[at], "every_seconds": 21600,
             "options": {"select": [], "remove": [], "always": [], "options": [], "note": None, "confidence": None},
             "started_at": START, "role": "policy", "lang": None, "first_look_at": START}
            for at in at_once
        ],
    )  # fmt: skip
    due = START + timedelta(days=9_000)
    conn.execute(
        insert(schema.requests),
        [
            {"id": at + 1, "url": urls[at], "host": "example.org", "every_seconds": 21600, "next_due_at": due}
            for at in at_once
        ],
    )
    conn.execute(
        insert(schema.request_sources),
        [{"request_id": at + 1, "source_id": f"source-{at}", "part": "start"} for at in at_once],
    )
    conn.execute(
        insert(schema.documents),
        [
            {"id": at + 1, "slug": f"company-{at % COMPANIES}/page-{at}", "company_id": f"company-{at % COMPANIES}",
             "request_id": at + 1, "url": urls[at], "kind": "page", "role": "policy" if at % 3 else "statement",
             "title": f"Policy {at}", "lang": "zh" if is_chinese(at) else "en", "state": "live", "appeared_at": START,
             "version_count": 0}
            for at in at_once
        ],
    )  # fmt: skip
    conn.execute(
        insert(schema.document_sources), [{"document_id": at + 1, "source_id": f"source-{at}"} for at in at_once]
    )


def _round(
    conn: Connection, writer: Writer, state: list[Shown], documents: int, number: int, next_span: int, changed: int
) -> int:
    """Every document shows its next version."""
    at = START + number * STEP
    rows: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("snapshots", "fetches", "grades", "versions", "readings", "spans", "passages", "changes")
    }
    ended: list[dict[str, int]] = []
    feed: dict[int, str] = {}
    for document in range(documents):
        fetch = number * documents + document + 1
        moment = at + timedelta(seconds=document * 7)
        texts = [writer.text(document) for _ in range(changed)]
        new = [packing.passage_id(one) for one in texts]
        rows["passages"] += [{"id": key, "form": key, "text": one} for key, one in zip(new, texts, strict=True)]
        if not number:
            shown = Shown(new, list(range(next_span, next_span + changed)), [0] * changed)
            state.append(shown)
            places: Sequence[int] = range(changed)
        else:
            shown = state[document]
            places = sorted(writer.draw.sample(range(PLACES), changed))
            for count, place in enumerate(places):
                ended.append({"b": shown.span_ids[place], "l": fetch - documents, "g": fetch})
                shown.lineages[place] = (shown.lineages[place] or shown.span_ids[place]) if count % 2 else 0
                shown.passages[place], shown.span_ids[place] = new[count], next_span + count
        rows["spans"] += [
            {"id": shown.span_ids[place], "document_id": document + 1, "variant": 0, "form": shown.passages[place],
             "passage_id": shown.passages[place], "stream": "main" if place < 130 else "surroundings", "heading": f"Section {place // 20}",
             "first_fetch_id": fetch, "lineage": shown.lineages[place]}
            for place in places
        ]  # fmt: skip
        next_span += changed
        digest = sha256(f"{document}/{number}".encode()).hexdigest()
        blob = _places(shown.passages)
        rows["snapshots"].append({"digest": digest, "size": 30_000, "media_type": "text/html", "stored_at": moment})
        rows["fetches"].append(
            {"id": fetch, "request_id": document + 1, "url": f"https://example.org/{document}", "purpose": "watch",
             "started_at": moment, "finished_at": moment, "status": 200, "detail": "", "transient": False, "digest": digest}
        )  # fmt: skip
        rows["grades"].append({"fetch_id": fetch, "level": "good", "code": "", "reasons": [], "grader": "1"})
        rows["versions"].append(
            {"id": fetch, "document_id": document + 1, "number": number + 1, "extractor": "x1", "fetch_id": fetch,
             "digest": digest, "text_digest": digest, "form_digest": digest, "places": blob, "title": f"Policy {document}",
             "lang": "zh" if is_chinese(document) else "en", "words": PLACES * 30, "facts": {"incomplete": "", "facts": {}}}
        )  # fmt: skip
        rows["readings"].append({"fetch_id": fetch, "document_id": document + 1, "version_id": fetch, "variant": 0})
        if number:
            edits = [
                {"act": "reworded" if count % 2 else "added", "before": [place] if count % 2 else [], "after": [place]}
                for count, place in enumerate(places)
            ]
            rows["changes"].append(
                {"document_id": document + 1, "before_version_id": fetch - documents, "after_version_id": fetch,
                 "before_fetch_id": fetch - documents, "after_fetch_id": fetch, "relation": "next", "cause": "source",
                 "class": "substantive", "severity": "low" if document % 40 else "high", "reasons": [], "edits": {"edits": edits, "findings": []}, "found_late": False,
                 "detected_at": moment}
            )  # fmt: skip
    first = _next_number(conn)
    for offset, row in enumerate(rows["passages"]):
        row["number"] = first + offset
        feed[first + offset] = str(row["text"])
    for name in ("snapshots", "fetches", "grades", "versions", "readings", "passages", "spans", "changes"):
        if rows[name]:
            conn.execute(insert(schema.metadata.tables[name]), rows[name])
    if ended:
        conn.execute(text("UPDATE spans SET last_fetch_id = :l, gone_fetch_id = :g WHERE id = :b"), ended)
    fulltext.feed(conn, feed)
    return next_span


def _next_number(conn: Connection) -> int:
    return int(conn.execute(text("SELECT coalesce(max(number), 0) + 1 FROM passages")).scalar_one())


def _places(passages: Sequence[int]) -> bytes:
    places = tuple(Place("", "paragraph", "main" if at < 130 else "surroundings") for at in range(len(passages)))
    columns = packing.columns_of(Reading(places), passages)
    return packing.pack(replace(columns, passages=tuple(passages)))
