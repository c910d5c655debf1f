"""``onrecord events``: what happened, in order, and as it happens."""

from __future__ import annotations

import time
from collections.abc import Mapping

from monitor.commands.output import emit, say
from monitor.commands.reading import archive_of
from monitor.home import Home
from monitor.narrator import as_object, describe
from storage import documents, events
from storage.engine import Database

LOOK_AGAIN = 0.5  # seconds
SHOWN = 50


def show_events(home: Home, environ: Mapping[str, str], *, follows: bool, since: int | None, as_json: bool) -> int:
    """Events after ``since`` (without it: the last fifty, or with ``follows`` what comes from now on)."""
    with archive_of(home, environ) as archive:
        database = archive.database
        if since is None:
            with database.read() as conn:
                newest = events.last_id(conn)
            since = newest if follows else max(0, newest - SHOWN)
        while True:
            cursor = _print_after(database, since, as_json=as_json)
            if cursor == since and not follows:
                return 0
            if cursor == since:
                time.sleep(LOOK_AGAIN)
            since = cursor


def _print_after(database: Database, since: int, *, as_json: bool) -> int:
    with database.read() as conn:
        found = events.since(conn, since)
        ids = [event.document_id for event in found if event.document_id is not None]
        names = {key: ref.slug for key, ref in documents.refs(conn, ids).items()}
    for event in found:
        if as_json:
            emit(as_object(event))
        else:
            say(f"{event.id}  {event.at:%Y-%m-%d %H:%M:%SZ}  {event.type:<20} {describe(event, names)}")
    return found[-1].id if found else since
