"""Hooks: addresses by which others say "look at this source now". What opens one, and who has shown that they hold it. Pure.

The secret is made from the key of this installation and the name in the address, so it is kept nowhere: neither the
database nor a backup of it lets anybody call. Whoever calls shows it as it is (``Authorization: Bearer``) or signs with
it (https://www.standardwebhooks.com).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

TOLERANCE: Final = timedelta(minutes=5)  # between the sender's clock and ours, either way, as the standard has it
PAUSE: Final = timedelta(minutes=1)  # between two calls that count, of one hook or one hub
PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class Call:
    """What came to a hook. The body counts for the signature alone."""

    name: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes = b""


def secret_of(key: bytes, name: str) -> str:
    """The secret of the hook of that name, in the form in which signing keys are handed out."""
    made = hmac.new(key, b"onrecord hook 1\0" + name.encode(), sha256).digest()
    return PREFIX + base64.b64encode(made).decode()


def is_right(call: Call, secret: str, now: datetime) -> bool:
    """Whether whoever calls holds the secret: by showing it, or by a signature made within five minutes."""
    kind, _, shown = call.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return hmac.compare_digest(shown.strip().encode(), secret.encode())
    named, stamp = call.headers.get("webhook-id", ""), call.headers.get("webhook-timestamp", "")
    if not (named and stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return False
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        return False
    signing = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(signing, f"{named}.{stamp}.".encode() + call.body, sha256).digest()
    expected = f"v1,{base64.b64encode(signed).decode()}".encode()
    given = call.headers.get("webhook-signature", "").split(" ")[:10]  # several while a key is changed
    return any(hmac.compare_digest(one.encode(), expected) for one in given)
