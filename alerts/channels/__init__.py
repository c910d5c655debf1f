"""How a message travels: one module per channel, each offering ``CHANNEL``.

A channel sends once, or raises ``DeliveryError`` saying whether sending again can help and how long to wait; waiting
and recording are the sender's. No error and no log line of a channel ever holds a secret.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from alerts.message import Message
from core.config.secret import Secret
from core.config.settings import Mail, Slack
from core.links import Links
from core.registry import adapters

Receipt = dict[str, object]


class Channel(Protocol):
    """Sends messages. ``send`` is called from several threads, for one target at a time."""

    def send(self, message: Message) -> Receipt:
        """Hand the message over and return what the far side answered. Raises DeliveryError."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _no_secret(_name: str) -> Secret | None:
    return None


def _to_stdout(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Means:
    """What channels speak through. ``secret`` finds one by the name of its environment variable.

    ``links`` makes the links of mails; None where people cannot reach our pages. ``folder`` is where files are written.
    """

    slack: Slack = field(default_factory=Slack)
    mail: Mail | None = None
    secret: Callable[[str], Secret | None] = _no_secret
    write: Callable[[str], None] = _to_stdout
    links: Links | None = None
    folder: Path | None = None
    now: Callable[[], datetime] = _utc_now
    pause: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A channel that can be opened. ``names`` are the words of ``core.config.routes.Target.channel`` it serves."""

    names: tuple[str, ...]
    needs: str
    open: Callable[[Means], Channel]


def kinds() -> dict[str, ChannelKind]:
    """Every channel there is, by the name of its module."""
    return adapters(sys.modules[__name__], "CHANNEL", ChannelKind)


def open_channels(means: Means) -> dict[str, Channel]:
    """A channel for every name routes can use. Nothing is contacted, and what is not set up fails when it is used."""
    opened: dict[str, Channel] = {}
    for kind in kinds().values():
        channel = kind.open(means)
        opened |= dict.fromkeys(kind.names, channel)
    return opened
