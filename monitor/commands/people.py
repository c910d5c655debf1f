"""``onrecord people``: who acts on alerts, what goes to them, and switching somebody off who left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from core.config.people import Person
from core.config.routes import Routes
from core.errors import NotFound, Refused
from core.handling import Handling, Wish
from core.text.visible import one_line
from core.wording import counted, listed, long_date, unique
from monitor.app import utc_now
from monitor.cache import load_home
from monitor.commands.handling import actor_of
from monitor.commands.output import emit, note, say
from monitor.commands.reading import archive_of
from monitor.home import Home
from storage import handlings, switching
from storage.switching import PERSON, Off, Place

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Theirs:
    """What a name stands for: a person of routes.yaml, or a place messages go to; and the receivers it is part of."""

    name: str
    person: Person | None
    places: tuple[Place, ...]
    receivers: tuple[str, ...]
    alone: tuple[str, ...]  # receivers that lead nowhere else


def list_people(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Everybody of routes.yaml, with what they are known by and whether they are switched off."""
    routes = load_home(home, environ).routes
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        gone = switching.off(conn)
        assigned = {id_: handlings.assigned_to(conn, id_) for id_ in routes.people}
    for id_, person in routes.people.items():
        theirs = find(id_, routes)
        is_off = (PERSON, id_) in gone
        if as_json:
            emit({
                "person": id_, "name": person.name, "slack": person.slack or None, "email": person.email or None,
                "receivers": list(theirs.receivers), "assigned": assigned[id_], "off": is_off,
            })  # fmt: skip
            continue
        known = ", ".join(part for part in (person.slack, person.email) if part) or "by name alone"
        say(f"{id_}  {person.name}  ({known}){'  switched off' if is_off else ''}")
        say(f"    hears by {listed(theirs.receivers, 9) or 'no receiver of their own'}; "
            f"{counted(len(assigned[id_]), 'alert')} assigned")  # fmt: skip
    if not as_json:
        for (channel, target), each in gone.items():
            if channel != PERSON:
                say(f"off: {channel} {target}, {switching.told(each)}, {long_date(each.at)}")
        if not routes.people:
            note("No people yet: routes.yaml names them under people:, each with a Slack member id or a mail address.")
    return 0


def show(home: Home, environ: Mapping[str, str], name: str, *, as_json: bool) -> int:
    """Somebody's alerts: what is assigned to them, what goes to them and by which receivers. Raises NotFound."""
    routes = load_home(home, environ).routes
    theirs = find(name, routes)
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        found = _alerts(conn, theirs)
    if as_json:
        emit(found)
    else:
        _print(theirs, found)
    return 0


def off(home: Home, environ: Mapping[str, str], name: str, *, reason: str, to: str, who: str, as_json: bool) -> int:
    """List somebody's alerts and switch them off: no message goes to their places, and what they press does nothing.

    ``to`` takes over what was assigned to them. Raises NotFound, Refused.
    """
    routes = load_home(home, environ).routes
    theirs = find(name, routes)
    actor = actor_of(who, routes.people)
    if to and to not in routes.people:
        raise Refused(f"there is no person {to!r} in routes.yaml to take over")
    now = utc_now()
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        found = _alerts(conn, theirs)
        switching.switch_off(conn, _all(theirs), actor, reason, now)
        for alert_id in found["assigned"] if to else ():
            wish = Wish(Handling.ASSIGN, to=to)
            handlings.handle(conn, handlings.Asked(alert_id, wish, actor), now, people=list(routes.people))
    if as_json:
        emit(found | {"off": True, "handed_to": to or None, "left_without_anybody": list(theirs.alone)})
        return 0
    _print(theirs, found)
    say(f"{theirs.name} is switched off{f': {reason}' if reason else ''}.")
    if to and found["assigned"]:
        say(f"{counted(len(found['assigned']), 'alert')} assigned to {to} now.")
    if theirs.alone:
        note(f"These receivers reach nobody else, and the default hears in their place: {listed(theirs.alone, 9)}.")
    note("Take the address out of routes.yaml when you can; `onrecord people on` undoes this.")
    return 0


def on(home: Home, environ: Mapping[str, str], name: str, *, who: str, as_json: bool) -> int:
    """Switch somebody on again. Raises NotFound where they are not off."""
    routes = load_home(home, environ).routes
    actor = actor_of(who, routes.people)
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        gone = switching.off(conn)
        places = [place for place in gone if place[1] == name] or _all(find(name, routes))
        done = switching.switch_on(conn, places, actor, utc_now())
    if not done:
        raise NotFound(f"{one_line(name, 80)} is not switched off")
    if as_json:
        emit({"name": name, "off": False, "places": [list(place) for place in done]})
    else:
        say(f"{name} is switched on again: {listed([' '.join(place) for place in done], 9)}.")
    return 0


# --- who is meant ----------------------------------------------------------------------------------------------------


def find(name: str, routes: Routes) -> Theirs:
    """A person by their id, or a place by its address (a mail address, a channel). Raises NotFound."""
    person = routes.people.get(name)
    wanted = {name.lower()} if person is None else {person.email, person.slack.lower()} - {""}
    hits = [
        (receiver.name, (target.channel, target.address))
        for receiver, target in routes.targets()
        if target.address.lower() in wanted
    ]
    if person is None and not hits:
        known = listed(sorted(routes.people), 8) or "none"
        raise NotFound(
            f"nobody is called {one_line(name, 80)!r}: no person (people: {known}) and no target of a receiver"
        )
    places = tuple(dict.fromkeys(place for _, place in hits))
    names = unique(receiver for receiver, _ in hits)
    alone = tuple(
        each
        for each in names
        if {(target.channel, target.address) for target in routes.receivers[each].targets} <= set(places)
    )
    return Theirs(name, person, places, names, alone)


def _all(theirs: Theirs) -> list[Place]:
    return [*theirs.places, *([(PERSON, theirs.person.id)] if theirs.person else [])]


def _alerts(conn: Connection, theirs: Theirs) -> Json:
    gone: Mapping[Place, Off] = switching.off(conn, _all(theirs))
    sent = {place: switching.sent_to(conn, place) for place in theirs.places}
    return {
        "name": theirs.name,
        "person": theirs.person.id if theirs.person else None,
        "receivers": list(theirs.receivers),
        "off": bool(gone),
        "places": [
            {"channel": place[0], "target": place[1], "arrived": each.arrived, "waiting": each.waiting,
             "last_at": each.last_at, "off": place in gone}
            for place, each in sent.items()
        ],
        "assigned": handlings.assigned_to(conn, theirs.person.id) if theirs.person else [],
        "alerts": [
            {"alert": id_, "title": title, "at": at} for id_, title, at in switching.alerts_sent_to(conn, theirs.places)
        ],
    }  # fmt: skip


def _print(theirs: Theirs, found: Json) -> None:
    person = theirs.person
    say(f"{theirs.name}{f'  {person.name}' if person else ''}{'  switched off' if found['off'] else ''}")
    for place in found["places"]:
        last = f", the last {long_date(place['last_at'])}" if place["last_at"] else ""
        say(f"  {place['channel']} {place['target']}: {counted(place['arrived'], 'message')} arrived{last}; "
            f"{place['waiting']} waiting")  # fmt: skip
    say(f"  receivers: {listed(theirs.receivers, 9) or 'none'}")
    say(f"  assigned: {_numbers(found['assigned'])}")
    for each in found["alerts"][:20]:
        say(f"  {each['alert']}  {long_date(each['at'])}  {one_line(each['title'], 160)}")


def _numbers(ids: Sequence[int]) -> str:
    return (
        ", ".join(str(id_) for id_ in ids[:30]) + (f" and {len(ids) - 30} more" if len(ids) > 30 else "") or "nothing"
    )
