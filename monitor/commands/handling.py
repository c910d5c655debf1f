"""``onrecord alerts show, ack, assign, snooze, dismiss, confirm, note, reopen`` and ``people``: the door for commands."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.config.people import Person
from core.errors import NotFound, Refused
from core.handling import Actor, Handled, Standing, Wish, standing, told
from core.text.visible import one_line
from core.wording import listed, long_date
from monitor.app import utc_now
from monitor.cache import load_home
from monitor.commands.output import emit, say
from monitor.commands.reading import archive_of
from monitor.home import Home
from storage import handlings

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """What every one of these commands is given: which alerts, and who acts ("" for whoever is logged in)."""

    alerts: Sequence[str]
    person: str = ""
    as_json: bool = False


def handle(home: Home, environ: Mapping[str, str], wish: Wish, given: Given) -> int:
    """Do the same with each of these alerts. Raises NotFound, Refused; then none of them was touched."""
    people = load_home(home, environ).routes.people
    actor = actor_of(given.person, people)
    ids = [alert_number(name) for name in given.alerts]
    now = utc_now()
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        outcomes = [
            handlings.handle(conn, handlings.Asked(id_, wish, actor), now, people=list(people))
            for id_ in dict.fromkeys(ids)
        ]
    for outcome in outcomes:
        if given.as_json:
            emit({"alert": outcome.alert_id, "changed": outcome.is_new, "says": outcome.says, "by": actor.name})
        else:
            say(f"{outcome.alert_id}  {one_line(outcome.title, 160)}")
            say(f"    {outcome.says}")
    return 0


def actor_of(person: str, people: Mapping[str, Person]) -> Actor:
    """Who acts by a command: a person of routes.yaml, or the account that is logged in. Raises NotFound."""
    if person:
        if person not in people:
            known = listed(sorted(people), 8) or "none yet"
            raise NotFound(f"there is no person {person!r} in routes.yaml (people: {known})")
        return Actor("command", people[person].name, person, person)
    try:
        account = getpass.getuser()
    except (OSError, KeyError):
        account = "somebody without an account"
    listed_as = people.get(account)
    return Actor("command", listed_as.name if listed_as else account, account if listed_as else "", account)


def alert_number(name: str) -> int:
    """``12``, ``alert:12`` or ``#12``. Raises NotFound."""
    digits = name.removeprefix("alert").lstrip(":# ")
    if not digits.isdecimal() or len(digits) > 15:
        raise NotFound(f"{one_line(name, 60)!r} is no alert: write its number, such as 12 (`onrecord alerts list`)")
    return int(digits)


def moment(text: str, now: datetime) -> datetime:
    """``7d``, ``12h``, ``2026-12-24`` (its end, UTC) or ``2026-12-24T08:00Z``. Raises Refused."""
    units = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
    text = text.strip()
    if text[-1:] in units and text[:-1].isdecimal() and len(text) <= 5:
        return now + int(text[:-1]) * units[text[-1]]
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{one_line(text, 40)!r} is no time: write 7d, 12h, 2026-12-24 or 2026-12-24T08:00Z") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found + timedelta(days=1) if len(text) == 10 else found


# --- looking ---------------------------------------------------------------------------------------------------------


def log_lines(found: Sequence[Handled]) -> list[str]:
    """What people did with an alert, a line each."""
    return [f"{long_date(each.at)}  {told(each)}" for each in found]


def as_object(each: Handled) -> Json:
    """One handling for programs."""
    wish = each.wish
    return {
        "at": each.at,
        "what": each.what.value,
        "by": each.actor.name,
        "person": each.actor.person or None,
        "door": each.actor.door,
        "to": wish.to or None,
        "scope": wish.scope.value if wish.scope else None,
        "until": wish.until,
        "rules": list(wish.rules),
        "reason": wish.reason.value if wish.reason else None,
        "text": wish.text or None,
        "refused": each.refused or None,
    }


def stands_in_words(stands: Standing) -> str:
    """``acknowledged by A. Osei, assigned to marchetti``; ``open`` where nobody took it up."""
    parts = [
        f"acknowledged by {stands.acknowledged.actor.name}" if stands.acknowledged else "",
        f"assigned to {stands.assigned.wish.to}" if stands.assigned else "",
        "snoozed" if stands.snoozed else "",
        "not relevant" if stands.not_relevant else "",
        f"confirmed by {stands.confirmed.actor.name}" if stands.confirmed else "",
    ]
    return ", ".join(part for part in parts if part) or "open"


def stands_of(found: Sequence[Handled]) -> str:
    """The same from all handlings of an alert."""
    return stands_in_words(standing(found))
