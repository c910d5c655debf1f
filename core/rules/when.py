"""What a rule asks besides its words: what happened to them, to which document of whom, in what sort of change. Pure.

Words say what is looked for; ``when`` says in which of its finds the rule speaks. A condition that names several values
is met by any of them; conditions of different names must all be met.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, Literal

from core.model import Act, ChangeClass, DocumentEvent
from core.query.fields import VERDICTS
from core.query.passage import Standing
from core.text.tokens import find, units

Scope = Literal["document", "source", "company"]
SCOPES: Final[tuple[Scope, ...]] = ("document", "source", "company")
ABSENT: Final = "absent"
ACTS: Final = (*(str(act) for act in Act), "present", ABSENT)
PLACES: Final = ("company", "topic", "role", "source", "kind", "lang", "heading")
TEXTS: Final = ("was", "now")
"""Expressions asked of the words before and after: ``was: never, now: knowingly``."""

# Each key that takes names of a closed list, with the list.
CLOSED: Final[dict[str, tuple[str, ...]]] = {
    "act": ACTS,
    "gone_from": SCOPES,
    "class": tuple(str(each) for each in ChangeClass),
    "event": tuple(str(each) for each in DocumentEvent),
    "verdict": VERDICTS,  # and what else may happen to a promise: the words a search takes
}
KEYS: Final = (*CLOSED, *TEXTS, *PLACES)


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of one rule; empty ones are met by everything. ``gone_from`` is how far ``absent`` reaches."""

    act: tuple[str, ...] = ()
    gone_from: tuple[str, ...] = ()
    class_: tuple[str, ...] = ()
    event: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    was: str = ""
    now: str = ""
    company: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()

    @property
    def is_enough_alone(self) -> bool:
        """Whether a rule may consist of these conditions: they name an event, a class, a verdict or words."""
        return bool(self.event or self.class_ or self.verdict or self.was or self.now)

    @property
    def asks_place(self) -> bool:
        return any(getattr(self, name) for name in PLACES)

    @property
    def scope(self) -> str:
        """From where the last mention must be gone for ``absent``."""
        return self.gone_from[0] if self.gone_from else SCOPES[0]

    def in_words(self) -> str:
        """``act removed or absent; company acme``, as ``rules test`` tells it."""
        told = []
        for each in fields(self):
            value = getattr(self, each.name)
            if value:
                told.append(
                    f"{each.name.rstrip('_').replace('_', ' ')} {value if isinstance(value, str) else ' or '.join(value)}"
                )
        return "; ".join(told)


ALWAYS: Final = When()


def stands_there(when: When, at: Standing, *, with_heading: bool = True) -> bool:
    """Are the conditions about the place met? ``with_heading`` False leaves the section out, where it is not known."""
    return (
        _among(when.company, (at.company,))
        and _among(when.topic, at.topics)
        and _among(when.role, (at.role,))
        and _among(when.source, (at.source,))
        and _among(when.kind, (at.kind,))
        and _among(when.lang, (at.lang, at.lang.partition("-")[0]))
        and (not with_heading or not when.heading or any(_under(words, at) for words in when.heading))
    )


def _among(wanted: Iterable[str], has: Iterable[str]) -> bool:
    names = {name.casefold() for name in wanted}
    return not names or any(name.casefold() in names for name in has)


def _under(words: str, at: Standing) -> bool:
    wanted = units(words)
    return any(find(wanted, units(life.heading)) for life in at.lives)


def to_plain(when: When) -> dict[str, object]:
    """The conditions as JSON-ready data, without the empty ones."""
    values = {each.name: getattr(when, each.name) for each in fields(when)}
    return {name: value if isinstance(value, str) else list(value) for name, value in values.items() if value}


def from_plain(plain: dict[str, object]) -> When:
    """What ``to_plain`` wrote down."""
    return When(**{name: value if isinstance(value, str) else tuple(value) for name, value in plain.items()})  # type: ignore[arg-type]  # as written by to_plain
