"""How pages are reached beyond asking for them: hubs that push."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import StorageError
from core.wording import counted
from monitor.doctor.values import Finding, Patient, ok, warning
from monitor.hubs import wanted
from storage import subscriptions
from storage.engine import open_to_look
from storage.subscriptions import GOES_ON


def hubs(patient: Patient) -> Iterator[Finding]:
    """Does the hub of each feed that may be pushed do so?"""
    asked = wanted(patient.loaded.watchlist.sources) if patient.loaded else {}
    file = patient.database_file
    if not asked or (file is not None and not file.exists()):
        yield ok("no feed is to be pushed" if not asked else "not asked yet; the first run does it")
        return
    try:
        with open_to_look(patient.database_address) as opened, opened.read() as conn:
            rows = [each for each in subscriptions.all_of(conn) if each.state in GOES_ON and each.source_id in asked]
    except StorageError:
        yield ok("not asked yet; the first run does it")
        return
    pushed = [each for each in rows if each.is_pushed(patient.now)]
    for each in rows:
        if each.said:
            where = f"{each.source_id}: {each.hub or 'its hub'} does not push: {each.said}"
            mend = "it is asked at its own pace, and the hub again by itself; without websub it is not asked at all"
            yield warning(where, mend)
    if len(pushed) == len(asked) or not any(each.said for each in rows):
        yield ok(f"{counted(len(pushed), 'feed')} of {len(asked)} pushed")
