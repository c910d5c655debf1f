"""Which addresses may be dialled, and which texts are addresses at all.

A name is never judged: what is judged is the address a socket is about to be opened to, at the moment it is opened.
So odd number forms, names that point inside, answers that change between two look-ups and redirects are one case.
Networks come from the IANA special-purpose registries (https://www.iana.org/assignments/iana-ipv4-special-registry,
.../iana-ipv6-special-registry) and RFC 6890; decision 0004 in docs/design says why.
"""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yarl import URL

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

_REFUSED_NETWORKS: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this computer itself"),
    ("10.0.0.0/8", "a private network"),
    ("100.64.0.0/10", "a carrier's shared network"),
    ("127.0.0.0/8", "this computer itself"),
    ("168.63.129.16/32", "a cloud provider's inside address"),
    ("169.254.0.0/16", "a link-local address"),
    ("172.16.0.0/12", "a private network"),
    ("192.0.0.0/24", "an address reserved for protocols"),
    ("192.0.2.0/24", "an address reserved for documentation"),
    ("192.88.99.0/24", "a tunnel address"),
    ("192.168.0.0/16", "a private network"),
    ("198.18.0.0/15", "an address reserved for benchmarks"),
    ("198.51.100.0/24", "an address reserved for documentation"),
    ("203.0.113.0/24", "an address reserved for documentation"),
    ("224.0.0.0/4", "a multicast address"),
    ("240.0.0.0/4", "a reserved address"),
    ("::/128", "this computer itself"),
    ("::1/128", "this computer itself"),
    ("::/96", "an IPv4 address in IPv6 dress"),
    ("::ffff:0:0/96", "an IPv4 address in IPv6 dress"),
    ("::ffff:0:0:0/96", "an IPv4 address in IPv6 dress"),
    ("64:ff9b:1::/48", "a private translation address"),
    ("100::/64", "an address that discards"),
    ("2001::/32", "a tunnel address"),
    ("2001::/23", "an address reserved for protocols"),
    ("2001:db8::/32", "an address reserved for documentation"),
    ("2002::/16", "a tunnel address"),
    ("3fff::/20", "an address reserved for documentation"),
    ("5f00::/16", "a routing segment"),
    ("fc00::/7", "a private network"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a private network"),
    ("ff00::/8", "a multicast address"),
)
_REFUSED: tuple[tuple[Network, str], ...] = tuple((ipaddress.ip_network(net), why) for net, why in _REFUSED_NETWORKS)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: how a network without IPv4 reaches every IPv4 site
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # the only IPv6 space handed out for the public internet

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*", re.ASCII)  # WHATWG: a host that ends in one is meant as IPv4
_DOTTED_QUAD = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)", re.ASCII)
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]{0,30}):", re.ASCII)


class BadAddress(ValueError):
    """A text that cannot be asked for; the message is a sentence for people and holds no secret."""


@lru_cache(maxsize=2048)
def why_refused(address: str) -> str | None:
    """Why a numeric address must not be dialled, in words; None for one on the public internet.

    What is no address at all is refused too.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "not a numeric address"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return "a link-local address"
        if ip in _NAT64:
            return why_refused(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    for network, why in _REFUSED:
        if ip in network:
            return why
    if ip.version == 6 and ip not in _GLOBAL_V6:
        return "a reserved address"
    return None if ip.is_global else "a reserved address"


@lru_cache(maxsize=4096)  # the same addresses are asked again and again
def parse_address(text: str, base: URL | None = None) -> URL:
    """The http or https address a text names, relative to ``base`` where one is given; without its fragment.

    Raises :class:`BadAddress` for other schemes, user names and passwords, and hosts that are no host.
    """
    named = _SCHEME.match(text)
    if named and named[1].lower() not in ("http", "https") and not _is_host_and_port(text, base):
        raise BadAddress(f"{named[1].lower()}: is not a web address")
    try:
        url = URL(text.strip())
        if base is not None and (url.raw_host or not named):  # "http:" and nothing else is no reference either
            url = base.join(url)
        host, port = url.raw_host, url.port
    except ValueError as exc:  # yarl: bad port, bad brackets, a host IDNA refuses
        raise BadAddress("the address is malformed") from exc
    if url.scheme not in ("http", "https"):
        raise BadAddress("the address does not begin with http:// or https://")
    if url.raw_user is not None or url.raw_password is not None:
        raise BadAddress("the address carries a user name or password, which On Record never sends")
    if not host or not _is_host(host):
        raise BadAddress("the address has no valid host")
    if not port:
        raise BadAddress("the address has no valid port")
    return url.with_fragment(None) if url.raw_fragment else url


def without_secrets(text: str) -> str:
    """An address as it may be written down: a user name and password in it become ``***``."""
    return re.sub(r"(//)[^/?#\s]*@", r"\1***@", text)


@lru_cache(maxsize=4096)
def authority(url: URL) -> str:
    """``host:port`` as ``allow_private`` lists it: lower case, no trailing dot, IPv6 in brackets."""
    host = (url.raw_host or "").lower().rstrip(".")
    return f"[{host}]:{url.port}" if ":" in host else f"{host}:{url.port}"


def _is_host_and_port(text: str, base: URL | None) -> bool:
    """``example.com:8080/x`` without a scheme: malformed, and not a scheme called example.com."""
    return base is None and re.match(r"\s*[\w.-]+:\d+(/|$)", text) is not None


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host).scope_id is None
        except ValueError:
            return False
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _DOTTED_QUAD.fullmatch(host) is not None
    return len(host) <= 254 and all(_LABEL.fullmatch(label) for label in labels)


@dataclass(slots=True)
class Dial:
    """One hop about to be dialled: its ``authority``, whether that is allowed by name, and what became of it."""

    authority: str
    is_allowed: bool = False
    was_dialled: bool = False  # else the answer came over a connection kept from before
    refused: tuple[str, str] | None = None  # (address, why)


#: The hop this task is dialling. Without one nothing private is dialled.
DIALLING: ContextVar[Dial | None] = ContextVar("dialling", default=None)


def open_socket(info: AddressInfo) -> socket.socket:
    """The connector's socket factory: sees the address really dialled, and refuses it before a packet is sent."""
    family, kind, protocol, _, target = info
    dial = DIALLING.get()
    if dial is None or not dial.is_allowed:
        why = why_refused(str(target[0]))
        if why is not None:
            if dial is not None:
                dial.refused = (str(target[0]), why)
            raise OSError(errno.EACCES, "address refused")
    if dial is not None:
        dial.was_dialled = True
    return socket.socket(family, kind, protocol)
