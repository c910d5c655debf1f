"""How pages are reached beyond asking for them: hubs that push, a browser that shows."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import StorageError
from core.wording import counted
from monitor.browser.look import chromium_of, what_is_missing
from monitor.doctor.values import Finding, Patient, bad, ok, warning
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


def browser(patient: Patient) -> Iterator[Finding]:
    """Can the pages be shown that need a browser?"""
    settings = patient.settings.browser
    asking = [each for each in patient.loaded.watchlist.enabled if each.option("browser")] if patient.loaded else []
    if not asking and not settings.for_empty_shells:
        yield ok("no source asks for one")
        return
    verb = "asks" if len(asking) == 1 else "ask"
    who = f"{counted(len(asking), 'source')} {verb} for one" if asking else "empty shells are to be shown by one"
    missing = what_is_missing(settings)
    if missing:
        what, _, mend = missing.partition(": ")
        yield bad(f"{who}: {missing}", mend or what)
    elif not settings.sandbox:
        yield warning(f"{who}: {chromium_of(settings)}, without its sandbox", "run On Record as a user of its own")
    else:
        yield ok(f"{who}: {chromium_of(settings)}")
