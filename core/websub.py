"""WebSub (https://www.w3.org/TR/websub/): what a feed says of its hub, what a hub is asked, when again. Pure.

A hub learns who watches, so it is asked only where the operator agreed (``websub: true``). What it pushes is a hint:
the feed is then asked as ever, and goes on being asked at its own pace whatever the hub does.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from core.config.addresses import is_own_machine

LEASE_WANTED: Final = timedelta(days=10)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=60)  # of a lease as we take it, whatever a hub says
VERIFIED_WITHIN: Final = timedelta(minutes=15)  # a hub that has not come back by then is asked again
NO_HUB_FOR: Final = timedelta(days=1)  # until a feed that names no hub is looked at for one again
NOT_YET_READ: Final = timedelta(minutes=2)
MOST_HUBS: Final = 5
ALGORITHMS: Final = ("sha1", "sha256", "sha384", "sha512")  # section 7
_LINK: Final = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]*))*)')
_REL: Final = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]*))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offer:
    """Who pushes a feed, and under which name. No hubs: nobody does."""

    hubs: tuple[str, ...] = ()
    topic: str = ""


def offer_of(headers: Iterable[tuple[str, str]], url: str, hubs: Iterable[str], topic: str) -> Offer:
    """What a feed at ``url`` offers. Link headers win over what stands in the feed (section 4)."""
    found = {"hub": list[str](), "self": list[str]()}
    for name, value in headers:
        for link in _LINK.finditer(value) if name == "link" else ():
            rel = _REL.search(link[2])
            for word in (rel[1] or rel[2] or "").lower().split() if rel else ():
                if word in found:
                    found[word].append(urljoin(url, link[1].strip()))
    named = found["hub"] or [urljoin(url, each) for each in hubs]
    sound = [each for each in dict.fromkeys(named) if urlsplit(each).scheme in ("http", "https")]
    own = found["self"] or ([urljoin(url, topic)] if topic else [url])
    return Offer(tuple(sound[:MOST_HUBS]), own[0]) if sound else Offer()


def form(mode: str, topic: str, callback: str, secret: str) -> tuple[tuple[str, str], ...]:
    """The fields that ask a hub to begin (``subscribe``) or end (``unsubscribe``) its pushes (section 5.1)."""
    fields = [("hub.callback", callback), ("hub.mode", mode), ("hub.topic", topic)]
    if mode == "subscribe":
        fields += [("hub.secret", secret), ("hub.lease_seconds", str(int(LEASE_WANTED.total_seconds())))]
    return tuple(fields)


def secret_of(key: bytes, name: str) -> str:
    """What a hub signs its pushes with; made from the key of this installation and kept nowhere."""
    return hmac.new(key, b"onrecord hub 1\0" + name.encode(), "sha256").hexdigest()


def signing(header: str, secret: str) -> tuple[hmac.HMAC, str] | None:
    """What to feed a pushed body to, and the digest it must come to; None where nothing sound is claimed (section 7.1)."""
    method, _, claimed = header.strip().partition("=")
    if method.lower() not in ALGORITHMS or not re.fullmatch(r"[0-9a-fA-F]{40,128}", claimed):
        return None
    return hmac.new(secret.encode(), digestmod=method.lower()), claimed.lower()


@dataclass(frozen=True, slots=True)
class Term:
    """How long a hub pushes, and when it is asked to go on."""

    until: datetime
    renew_at: datetime


def term_of(lease_seconds: str, now: datetime) -> Term:
    """What a hub's lease comes to: renewed when four fifths of it are over, a day before its end at the latest."""
    given = timedelta(seconds=int(lease_seconds)) if re.fullmatch(r"[0-9]{1,9}", lease_seconds) else LEASE_WANTED
    lease = min(max(given, SHORTEST), LONGEST)
    return Term(now + lease, now + max(lease * 0.8, lease - timedelta(days=1)))


def again_after(failures: int) -> timedelta:
    """How long to leave a hub alone that did not do as it was asked: an hour, doubled each time, a day at most."""
    return min(timedelta(hours=1) * (1 << min(max(failures - 1, 0), 5)), timedelta(days=1))


def callback_fault(address: str | None) -> str:
    """Why hubs cannot call us there; empty where nothing speaks against it."""
    if not address:
        return (
            "hubs could not call back: set web.public_url in settings.yaml to the address at which they reach the pages"
        )
    host = (urlsplit(address).hostname or "").rstrip(".")
    try:
        is_public = ipaddress.ip_address(host).is_global
    except ValueError:
        is_public = "." in host and not host.endswith((".local", ".internal", ".lan", ".localhost", ".home.arpa"))
    if is_own_machine(address) or not is_public:
        return f"hubs could not call back: {host} is an address of this network alone (web.public_url in settings.yaml)"
    return ""
