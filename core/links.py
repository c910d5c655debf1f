"""Signed links in mails: each lets whoever holds the mail do one thing with one delivery, for thirty days. Pure.

The token names delivery, act and last second, and is signed with a key of this installation; nothing about it is kept.
Whoever forwards the mail forwards the link, so it can do no more than a note beside one alert, and opening it does nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from itsdangerous import BadData, URLSafeSerializer

from core.errors import Refused

LIFE: Final = timedelta(days=30)
_SALT: Final = "onrecord mail link 1"
_FEED_SALT: Final = "onrecord feed 1"
MAX_TOKEN: Final = 500

FeedKind = Literal["all", "company", "topic"]


class LinkAct(StrEnum):
    """What a link can do. OFF ends all mail to the address it was sent to."""

    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"
    SNOOZE = "snooze"
    NOT_RELEVANT = "not_relevant"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link was made for."""

    delivery_id: str
    act: LinkAct
    until: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links and reads them. ``base_url`` is where our pages are reached."""

    key: bytes
    base_url: str

    def address(self, delivery_id: str, act: LinkAct, sent_at: datetime) -> str:
        """The link; the same for the same delivery, however often its mail is sent."""
        last = int((sent_at + LIFE).timestamp())
        token = self._signer().dumps([delivery_id, act.value, last])
        page = "u" if act is LinkAct.OFF else "a"
        return f"{self.base_url.rstrip('/')}/{page}/{token}"

    def read(self, token: str, now: datetime) -> Link:
        """What a token allows. Raises Refused: not ours, cut off by a mail program, or too old."""
        refused = Refused("this link is not one of ours, or a mail program cut it off")
        if len(token) > MAX_TOKEN:
            raise refused
        try:
            delivery_id, named, last = self._signer().loads(token)
            act = LinkAct(named)
        except (BadData, ValueError, TypeError):
            raise refused from None
        until = datetime.fromtimestamp(last, UTC)
        if now > until:
            raise Refused("this link was good for 30 days and has run out")
        return Link(delivery_id, act, until)

    def feed(self, kind: FeedKind, name: str = "", serial: int = 0) -> str:
        """The address of a feed of alerts, for programs that cannot sign in. It reads until its serial is ended."""
        return f"{self.base_url.rstrip('/')}/feed/{self._signer(_FEED_SALT).dumps([kind, name, serial])}"

    def read_feed(self, token: str) -> tuple[FeedKind, str, int]:
        """Which feed a token opens, and its serial. Raises Refused."""
        refused = Refused("this is not the address of a feed; `onrecord alerts feed` prints one")
        if len(token) > MAX_TOKEN:
            raise refused
        try:
            kind, name, serial = self._signer(_FEED_SALT).loads(token)
        except (BadData, ValueError, TypeError):
            raise refused from None
        return kind, name, serial

    def _signer(self, salt: str = _SALT) -> URLSafeSerializer:
        return URLSafeSerializer(
            self.key, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )
