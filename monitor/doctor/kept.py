"""What is kept: the files people write, the database, its schema, the search index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.errors import StorageError
from core.wording import counted
from monitor.doctor.values import Finding, Patient, bad, ok, warning
from monitor.lockfile import watch_of
from storage import condition
from storage.engine import open_to_look

MOST_PROBLEMS: Final = 10
ANY_BACKUP: Final = "restore a backup (onrecord archive restore)"


def configuration(patient: Patient) -> Iterator[Finding]:
    """Are the files sound, and is everything given that sending needs?"""
    for problem in patient.problems[:MOST_PROBLEMS]:
        yield bad(str(problem), "onrecord validate shows all of it")
    missing = patient.loaded.missing if patient.loaded else ()
    for problem in missing[:MOST_PROBLEMS]:
        yield bad(str(problem), "give it, or take the receiver out of routes.yaml")
    if patient.loaded and not missing:
        watched = patient.loaded.watchlist.enabled
        if watched:
            yield ok(f"{counted(len(watched), 'source')} watched")
        else:
            yield warning("no source is switched on: nothing is watched", "add a company to sources.yaml")


def watch(patient: Patient) -> Iterator[Finding]:
    """Is somebody watching now? A watch that was killed says nothing, and silence looks like calm."""
    start = "start it: onrecord run, or sudo systemctl start onrecord"
    found = watch_of(patient.data)
    if found is None:
        yield ok("not started yet; onrecord run starts it")
    elif found.is_alive:
        yield ok(f"{found.who} is up")
    elif found.who:
        yield bad(f"{found.who} ended without a word, killed or switched off: nothing is checked now", start)
    else:
        yield warning("stopped: nothing is checked now", start)


def database(patient: Patient) -> Iterator[Finding]:
    """Is it there, whole, and can it be written?"""
    file = patient.database_file
    if file is not None and not file.exists():
        yield ok("none yet; the first check makes it")
        return
    try:
        with open_to_look(patient.database_address) as opened, opened.read() as conn:
            damages = condition.damages(conn)
    except StorageError as error:
        yield bad(str(error), _how_to_open(patient))
        return
    if damages:
        yield bad(f"the database is damaged: {damages[0]}", f"stop On Record, and {ANY_BACKUP}")
        return
    yield ok("SQLite, whole" if file is not None else "PostgreSQL answers")


def _how_to_open(patient: Patient) -> str:
    if patient.database_file is None:
        return (
            "start PostgreSQL, or correct ONRECORD_DATABASE_URL; what it says must be true of host, user and database"
        )
    return f"look at the permissions of {patient.database_file}; where the file is no database any more, {ANY_BACKUP}"


def migrations(patient: Patient) -> Iterator[Finding]:
    """Is its schema the one this program knows?"""
    found = _schema(patient)
    if found is None:
        yield ok("no database to look at")
    elif found.found is None:
        yield warning("the database has no schema yet", "the next start makes it; where it should hold an archive, " + ANY_BACKUP)  # fmt: skip
    elif found.found == found.known:
        yield ok(f"schema {found.known}")
    elif not found.found.isdigit():
        yield bad(f"the database belongs to another program (schema {found.found})", "give On Record one of its own")
    elif found.found > found.known:
        yield bad(
            f"the database was written by a newer On Record (schema {found.found}, this one knows {found.known})",
            "update On Record; to go back instead, restore the backup that was taken before the update",
        )
    else:
        yield warning(
            f"the database has schema {found.found}, this program {found.known}",
            "nothing: the next start takes a backup and brings it up to date",
        )


def _schema(patient: Patient) -> condition.Schema | None:
    if patient.database_file is not None and not patient.database_file.exists():
        return None
    try:
        with open_to_look(patient.database_address) as opened, opened.read() as conn:
            return condition.schema(conn)
    except StorageError:
        return None  # the check of the database says it


def index(patient: Patient) -> Iterator[Finding]:
    """Does the search index know the passages it should?"""
    found = _schema(patient)
    if found is None or found.found != found.known:
        yield ok("nothing to look at yet")
        return
    try:
        with open_to_look(patient.database_address) as opened, opened.read() as conn:
            lost = condition.not_indexed(conn)
    except StorageError as error:
        yield bad(f"the search index cannot be read: {error}", "onrecord archive reindex")
        return
    if lost:
        yield bad(
            f"the search index does not know {counted(len(lost), 'passage')} of a sample", "onrecord archive reindex"
        )
    else:
        yield ok("knows what is kept")
