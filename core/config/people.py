"""The people of routes.yaml: who may press a button, and by which names other programs know them.

A person is known to Slack by a member id and to mail by an address; each belongs to one person only. Nobody has to be
listed: whoever is not may read every message, and what they press is written down and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field, WithJsonSchema

from core.config.entries import Entry, Name, Text, check, pattern
from core.config.reaching import MailAddress
from core.config.yamlfile import YamlFile, shown


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts on alerts. ``slack`` is a member id (U…), ``email`` an address in small letters; either may be ""."""

    id: str
    name: str
    slack: str = ""
    email: str = ""
    line: int = 0


SlackMember = Annotated[
    str,
    pattern(r"[UW][A-Z0-9]{7,20}", "a member id of Slack such as U012AB3CD (in a profile: More, Copy member ID)"),
    WithJsonSchema({"type": "string", "pattern": "^[UW][A-Z0-9]{7,20}$"}),
]


class PersonEntry(Entry):
    """Somebody who acts on alerts."""

    WHAT: ClassVar[str] = "a person"
    name: Annotated[Text, Field(max_length=80)] | None = Field(None, description="Their name as others read it.")
    slack: SlackMember | None = Field(None, description="Member id in Slack; whose presses of buttons are theirs.")
    email: MailAddress | None = Field(None, description="Mail address; whose links in mails are theirs.")


def read_people(found: YamlFile) -> dict[str, Person]:
    """The people of a routes.yaml by their ids, in file order. Faults are noted in ``found``."""
    raw = found.data.get("people")
    people: dict[str, Person] = {}
    owners: dict[str, str] = {}
    for id_, value in raw.items() if isinstance(raw, dict) else ():
        at = ("people", id_)
        entry = check(PersonEntry, value if value is not None else {}, at, found)
        if entry is None or not isinstance(id_, str):
            continue
        line = found.line(at) or 0
        person = Person(id_, entry.name or id_, entry.slack or "", (entry.email or "").lower(), line)
        for key, known in (("slack", person.slack), ("email", person.email)):
            owner = owners.setdefault(known, id_) if known else id_
            if owner != id_:
                found.fault((*at, key), f"{shown(known)} is already {shown(owner)}: one person each")
        people[id_] = person
    return people


People = Annotated[dict[Name, PersonEntry], Field(description="Who acts on alerts, by a short name.")]


def by_slack(people: Mapping[str, Person], member: str) -> Person | None:
    """Whose member id that is."""
    return next((person for person in people.values() if person.slack and person.slack == member), None)


def by_mail(people: Mapping[str, Person], address: str) -> Person | None:
    """Whose mail address that is."""
    return next((person for person in people.values() if person.email and person.email == address.lower()), None)
