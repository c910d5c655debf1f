"""Is everything still what it was when it was kept? Every snapshot is read and held against its digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from core.errors import StorageError
from storage import condition, versions
from storage.blobs import BlobStore
from storage.engine import Database
from storage.schema import snapshots
from storage.schema import versions as version_rows

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Damage:
    """What is not as it was kept: ``where`` is database, index, snapshot or version."""

    where: str
    what: str
    mend: str


def snapshot_count(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(snapshots)).scalar_one())


def damages(database: Database, blobs: BlobStore, told: Callable[[int], None]) -> Iterator[Damage]:
    """Everything that is damaged; ``told`` hears how many snapshots were read."""
    with database.read() as conn:
        for what in condition.damages(conn):
            yield Damage("database", what, "stop On Record, and restore a backup (onrecord archive restore)")
        lost = condition.not_indexed(conn)
    if lost:
        yield Damage("index", f"{len(lost)} passages of a sample are missing", "onrecord archive reindex")
    yield from _snapshots(database, blobs, told)
    yield from _versions(database)


def _snapshots(database: Database, blobs: BlobStore, told: Callable[[int], None]) -> Iterator[Damage]:
    after, count = "", 0
    while True:
        some = select(snapshots.c.digest).where(snapshots.c.digest > after).order_by(snapshots.c.digest).limit(AT_ONCE)
        with database.read() as conn:
            digests = list(conn.execute(some).scalars())
        if not digests:
            return
        for digest in digests:
            try:
                blobs.get(digest)
            except StorageError as error:
                yield Damage(
                    "snapshot",
                    str(error),
                    f"copy its file from a backup: blobs/{digest[:2]}/{digest[2:4]}/{digest}.zst",
                )
        after, count = digests[-1], count + len(digests)
        told(count)


def _versions(database: Database) -> Iterator[Damage]:
    """Every version must still have its words: texts are kept once, for all pages that carry them."""
    after = 0
    while True:
        some = select(version_rows.c.id).where(version_rows.c.id > after).order_by(version_rows.c.id).limit(AT_ONCE)
        with database.read() as conn:
            ids = list(conn.execute(some).scalars())
            for version_id in ids:
                try:
                    versions.load(conn, version_id)
                except StorageError as error:
                    yield Damage(
                        "version", f"version {version_id}: {error}", "onrecord archive reread, or restore a backup"
                    )
        if not ids:
            return
        after = ids[-1]
