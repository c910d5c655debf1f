"""What was decided for one alert and one target: at once, later, in a digest, with another, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

FIELDS_OF_SILENCES: Final = (
    "company", "topic", "severity", "class", "event", "verdict", "rule", "kind", "lang", "source", "document", "case",
)  # fmt: skip


class How(StrEnum):
    """How an alert reaches one target."""

    AT_ONCE = "at_once"
    HELD = "held"  # until quiet hours end
    JOINED = "joined"  # told in a message of its case that had not gone out yet
    DIGEST = "digest"
    OVER_BUDGET = "over_budget"  # told in the summary of a day that had too many
    SILENCED = "silenced"


@dataclass(frozen=True, slots=True)
class Silence:
    """A person's word that some alerts are not to be told for a while: who, why, until when.

    ``match`` maps fields (those of routes, and source, document, case) to the values that fit; all must fit, and an
    empty mapping fits nothing. ``receiver`` None: for everybody. ``until_change``: it ends with the next change of what
    it names, which is told. ``expires_at`` is None only then.
    """

    id: int
    author: str
    reason: str
    created_at: datetime
    expires_at: datetime | None
    match: Mapping[str, frozenset[str]] = field(default_factory=dict)
    receiver: str | None = None
    until_change: bool = False

    def fits(self, values: Mapping[str, frozenset[str]], *, receivers: frozenset[str], now: datetime) -> bool:
        """Whether it swallows an alert with these values for these receivers, at that time."""
        if not self.match or (self.expires_at is not None and now >= self.expires_at):
            return False
        if self.receiver is not None and receivers != {self.receiver}:
            return False
        return all(
            # Every rule must be silenced: an alert that another rule found as well is another matter, and is told.
            bool(found) and found <= wanted if name == "rule" else bool(found & wanted)
            for name, wanted in self.match.items()
            for found in (values.get(name, frozenset[str]()),)
        )


@dataclass(frozen=True, slots=True)
class Telling:
    """A decision with its reasons. ``send_at`` is when its message may go; ``due_at`` when what waits is gathered."""

    how: How
    why: tuple[str, ...]
    send_at: datetime | None = None
    due_at: datetime | None = None
    joins: str | None = None
    silence_id: int | None = None
