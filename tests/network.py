"""A real guard: while the tests run, nothing of this process, or of a Python it starts, leaves loopback.

An audit hook sees every connect, datagram and name look-up of the interpreter, whichever library asks. What it refuses
it also remembers, so that a test fails even where the code under test took the refusal for a dead host.
Names ending in ``.invalid`` never resolve (RFC 6761): they get a resolver's answer and are not held against the test.
"""

from __future__ import annotations

import ipaddress
import socket
import sys

LOOPBACK_NAMES = frozenset({"", "localhost", "localhost.localdomain", socket.gethostname().lower()})

attempts: list[str] = []
_installed: list[bool] = []


class NetworkBlocked(PermissionError):
    """A test tried to leave loopback."""


def install() -> None:
    """Put the guard up, once for the process; an audit hook cannot be taken down again."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            _refuse(event, address[0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = _text(arguments[0])
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not _is_loopback(host):
            _refuse(event, host)


def _refuse(event: str, host: object) -> None:
    attempts.append(f"{event} {_text(host)}")
    raise NetworkBlocked(f"tests stay on loopback: {event} to {_text(host)}")


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")


def _is_loopback(host: object) -> bool:
    name = _text(host).lower().rstrip(".")
    if name in LOOPBACK_NAMES or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or address.is_unspecified or (mapped is not None and mapped.is_loopback)
