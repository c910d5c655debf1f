"""What the service manager is told: sd_notify(3), one datagram to the socket it names, where there is one."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


def tell(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Send ``READY=1``, ``STOPPING=1``, ``WATCHDOG=1`` or a line of status; nothing where nobody listens."""
    address = environ.get("NOTIFY_SOCKET", "")
    if address:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect("\0" + address[1:] if address.startswith("@") else address)
            line.sendall(state.encode())


def watchdog_seconds(environ: Mapping[str, str] = os.environ) -> float | None:
    """How often the watchdog wants to hear of us at the latest; None where there is none for this process."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    text = environ.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if text.isdigit() and int(text) > 0 else None
