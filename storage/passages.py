"""Distinct texts, each stored once under an id made from it, and handed to the search index as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from core.errors import NotFound, StorageError
from storage import fulltext
from storage.chunks import chunks
from storage.engine import Database
from storage.packing import passage_id
from storage.schema import passages
from storage.upsert import insert_or_ignore

__all__ = ["passage_id", "reindex", "store", "texts"]

REINDEXED_AT_ONCE: Final = 2_000

_KEYS = (passages.c.id, passages.c.number)
_TEXTS = select(passages.c.id, passages.c.text).where(passages.c.id.in_(bindparam("b_ids", expanding=True)))


def store(conn: Connection, texts_by_id: Mapping[int, str], forms: Mapping[int, int]) -> int:
    """Keep these texts (with the form of each) where they are not kept yet; the number of those that are new.

    Raises StorageError where another text stands under an id: two texts share 63 bits of BLAKE2b, or a row was
    damaged. Nothing is ever answered with another text's words.
    """
    inserted = 0
    for some in chunks(sorted(texts_by_id)):  # in order, so that two writers cannot wait for each other
        rows = [{"id": key, "form": forms[key], "text": texts_by_id[key]} for key in some]
        new = dict(insert_or_ignore(conn, passages, rows, returning=_KEYS))
        _verify(conn, {key: texts_by_id[key] for key in some if key not in new})
        fulltext.feed(conn, {number: texts_by_id[key] for key, number in new.items()})
        inserted += len(new)
    return inserted


def reindex(database: Database, done: Callable[[int, int], None]) -> int:
    """Make the search index anew from the passages, in steps others can write between; how many there were.

    ``done`` hears how many are in and how many there are. Stopped half-way, the index lacks the rest: begin again.
    """
    with database.write() as conn:
        fulltext.empty_index(conn)
        last = conn.execute(select(func.max(passages.c.number))).scalar() or 0
    count = at = 0
    while True:
        some = select(passages.c.number, passages.c.text).where(passages.c.number > at, passages.c.number <= last)
        with database.write() as conn:
            rows = conn.execute(some.order_by(passages.c.number).limit(REINDEXED_AT_ONCE)).all()
            fulltext.feed(conn, {row.number: row.text for row in rows})
        if not rows:
            return count
        count, at = count + len(rows), rows[-1].number
        done(count, last)


def _verify(conn: Connection, known: Mapping[int, str]) -> None:
    if not known:
        return
    for key, text in conn.execute(_TEXTS, {"b_ids": list(known)}):
        if text != known[key]:
            raise StorageError(
                f"passage {key}: two texts under one id, {text[:60]!r} and {known[key][:60]!r}; nothing stored"
            )


def texts(conn: Connection, ids: Sequence[int], *, known: Mapping[int, str] | None = None) -> dict[int, str]:
    """The texts by id. Raises NotFound where one is missing: a version without its words is damage, not emptiness.

    ``known`` are texts at hand (by :func:`passage_id`): what they hold is not asked for.
    """
    at_hand = known or {}
    wanted = list(dict.fromkeys(ids))
    found = {key: at_hand[key] for key in wanted if key in at_hand}
    for some in chunks([key for key in wanted if key not in at_hand]):
        found.update(tuple(row) for row in conn.execute(_TEXTS, {"b_ids": some}))
    if len(found) != len(wanted):
        missing = next(key for key in wanted if key not in found)
        raise NotFound(f"passage {missing} is not in the archive ({len(wanted) - len(found)} missing)")
    return found
