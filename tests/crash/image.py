"""What an archive says, without the numbers that may differ between two lives: equal images tell the same story."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Rows = Callable[[str], list[tuple[Any, ...]]]

_VERSIONS = """
SELECT d.slug, v.number, v.digest, v.text_digest, v.form_digest, v.title, v.words FROM versions v
JOIN documents d ON d.id = v.document_id ORDER BY 1, 2"""
_DOCUMENTS = """
SELECT d.slug, d.state, d.version_count, v.number FROM documents d
LEFT JOIN versions v ON v.id = d.current_version_id ORDER BY 1"""
_SPANS = """
SELECT d.slug, s.variant, p.text, s.stream, s.heading, v.number, s.last_fetch_id IS NULL, s.gone_fetch_id IS NULL,
       q.text
FROM spans s JOIN documents d ON d.id = s.document_id JOIN passages p ON p.id = s.passage_id
LEFT JOIN readings r ON r.fetch_id = s.first_fetch_id LEFT JOIN versions v ON v.id = r.version_id
LEFT JOIN spans a ON a.id = s.lineage LEFT JOIN passages q ON q.id = a.passage_id"""
_CHANGES = """
SELECT d.slug, c.relation, c.cause, c.class, c.event, c.verdict, c.severity, c.edits, c.found_late, b.number, a.number
FROM changes c JOIN documents d ON d.id = c.document_id
LEFT JOIN versions b ON b.id = c.before_version_id LEFT JOIN versions a ON a.id = c.after_version_id"""
_MATCHES = "SELECT rule, act, severity, words, change_id IS NULL FROM matches"
_ALERTS = """
SELECT a.kind, a.severity, a.title, d.channel, d.target, d.state, d.error, d.purpose FROM alerts a
LEFT JOIN deliveries d ON d.alert_id = a.id"""
_TELLINGS = """
SELECT a.title, t.channel, t.target, t.how, t.delivery_id IS NULL FROM tellings t JOIN alerts a ON a.id = t.alert_id"""
_HANDLINGS = """
SELECT a.title, h.what, h.door, h.person, h.known_as, h.wish, h.refused, h.delivery_id FROM handlings h
JOIN alerts a ON a.id = h.alert_id"""
_SILENCES = 'SELECT author, reason, "match", until_change, ended_at IS NULL FROM silences'
_INCIDENTS = "SELECT url, code, closed_at IS NULL FROM incidents i JOIN requests r ON r.id = i.request_id"
_REQUESTS = """
SELECT url, etag, last_modified, last_digest, unread_fetch_id, suspect_fetch_id, failures, absences FROM requests
ORDER BY url"""


@dataclass(frozen=True, slots=True)
class Image:
    """What is compared: everything people are told or could look up, and the state of each address."""

    documents: tuple[Any, ...]
    versions: tuple[Any, ...]
    requests: tuple[Any, ...]
    spans: Counter[Any]
    changes: Counter[Any]
    matches: Counter[Any]
    alerts: Counter[Any]
    tellings: Counter[Any]
    incidents: Counter[Any]
    handlings: Counter[Any]
    silences: Counter[Any]

    def differences(self, other: Image) -> list[str]:
        """In words, what differs, at most a few lines a table."""
        found: list[str] = []
        for name in self.__dataclass_fields__:
            ours, theirs = Counter(getattr(self, name)), Counter(getattr(other, name))
            found += [f"{name}: missing {row}" for row in list((ours - theirs).elements())[:3]]
            found += [f"{name}: too many {row}" for row in list((theirs - ours).elements())[:3]]
        return found


@dataclass(frozen=True, slots=True)
class Archive:
    """An image with the few numbers that are judged on their own."""

    image: Image
    fetches: int
    changes: int
    alerts: int
    delivered: frozenset[tuple[str, str]]
    undelivered: tuple[Any, ...]
    ungraded: int
    faults: tuple[str, ...]


def rows_of(database: Path) -> Rows:
    def rows(sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(database)) as conn:
            return conn.execute(sql).fetchall()

    return rows


def look(rows: Rows) -> Archive:
    """Read the archive of a run."""
    image = Image(
        documents=tuple(rows(_DOCUMENTS)),
        versions=tuple(rows(_VERSIONS)),
        requests=tuple(rows(_REQUESTS)),
        spans=Counter(rows(_SPANS)),
        changes=Counter(_hashable(row) for row in rows(_CHANGES)),
        matches=Counter(_hashable(row) for row in rows(_MATCHES)),
        alerts=Counter(rows(_ALERTS)),
        tellings=Counter(rows(_TELLINGS)),
        incidents=Counter(rows(_INCIDENTS)),
        handlings=Counter(_hashable(row) for row in rows(_HANDLINGS)),
        silences=Counter(_hashable(row) for row in rows(_SILENCES)),
    )
    return Archive(
        image=image,
        fetches=rows("SELECT count(*) FROM fetches")[0][0],
        changes=rows("SELECT count(*) FROM changes")[0][0],
        alerts=rows("SELECT count(*) FROM alerts")[0][0],
        delivered=frozenset(rows("SELECT channel, id FROM deliveries WHERE state = 'sent'")),
        undelivered=tuple(rows("SELECT channel, id, state, error FROM deliveries WHERE state <> 'sent'")),
        ungraded=rows("SELECT count(*) FROM versions WHERE fetch_id NOT IN (SELECT fetch_id FROM grades)")[0][0],
        faults=tuple(row[0] for row in rows("SELECT data FROM events WHERE type = 'check.failed'")),
    )


def _hashable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(json.dumps(each, sort_keys=True) if isinstance(each, list | dict) else each for each in row)
