"""What makes an answer a Memento (RFC 7089): its time, and links to the original, the TimeGate and the TimeMap."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import Request

from web.site import Site


def http_date(at: datetime) -> str:
    """RFC 9110's form of a time."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def memento_headers(site: Site, request: Request, slug: str, url: str, at: datetime) -> dict[str, str]:
    """What says that an answer is a Memento."""
    base = base_of(site, request)
    return {
        "memento-datetime": http_date(at),
        "link": f'<{uri(url)}>; rel="original", <{base}/timegate/{slug}>; rel="timegate", '
        f'<{base}/timemap/{slug}>; rel="timemap"; type="application/link-format"',
    }


def base_of(site: Site, request: Request) -> str:
    """Where people reach these pages."""
    return (site.base_url or str(request.base_url)).rstrip("/")


def uri(url: str) -> str:
    """An archived address as it may stand between angle brackets in a header."""
    return "".join(char if 0x21 <= ord(char) <= 0x7E and char not in '<>"\\^`{|}' else _percent(char) for char in url)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())
