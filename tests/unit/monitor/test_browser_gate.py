"""The gate before the browser: every host is held against what the page may ask, every address judged before it is dialled."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from yarl import URL

from core.browsing import Browsing, is_allowed
from monitor.browser.gate import Gate, Way
from monitor.guard import BadAddress, parse_address
from tests.tricks import INSIDE, INSIDE_ADDRESS, ODD, TRICKS


def told(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
    """What names answer: those of the table, else a public address."""
    return [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in INSIDE.get(host, ["93.184.215.14"])
    ]


async def asked(way: Way, request: bytes) -> tuple[bytes, Gate]:
    async with Gate(way) as gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
    return answer, gate


def through(host: str, request: bytes) -> tuple[bytes, Gate]:
    """What comes of a request for a page whose site is that host."""
    return asyncio.run(asked(Way(URL(f"https://{host}/"), Browsing(), lookup=told), request))


def test_the_table_of_tricks_is_whole() -> None:
    assert len(TRICKS) >= 50


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_leads_inside(trick: str) -> None:
    try:
        host = parse_address(f"http://{trick}/").raw_host or ""
    except BadAddress:
        host = "door.example"
    for request in (f"CONNECT {trick}:443 HTTP/1.1\r\n\r\n", f"GET http://{trick}/ HTTP/1.1\r\n\r\n"):
        answer, gate = through(f"[{host}]" if ":" in host else host, request.encode("utf-8"))
        assert answer == b""
        assert gate.passed == {}
        assert {refusal.reason for refusal in gate.refused.values()} <= {ODD, INSIDE_ADDRESS}


@pytest.mark.parametrize(
    "request_",
    [
        b"CONNECT halden.example:443@10.0.0.1:443 HTTP/1.1\r\n\r\n",
        b"CONNECT 0x7f000001:443 HTTP/1.1\r\n\r\n",
        b"CONNECT 2130706433:443 HTTP/1.1\r\n\r\n",
        b"GET file:///etc/passwd HTTP/1.1\r\n\r\n",
        b"GET ftp://halden.example/ HTTP/1.1\r\n\r\n",
        b"GET /relative HTTP/1.1\r\n\r\n",
        b"\r\n\r\n",
        b"CONNECT \xff:443 HTTP/1.1\r\n\r\n",
        b"GET http://other.example/ HTTP/1.1\r\n\r\n",
        b"CONNECT evilhalden.example:443 HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_address_of_the_site_is_not_dialled(request_: bytes) -> None:
    answer, gate = through("halden.example", request_)
    assert answer == b""
    assert gate.passed == {}


@pytest.mark.parametrize(
    ("asked_host", "host", "named", "expected"),
    [
        ("halden.example", "halden.example", (), True),
        ("www.halden.example", "halden.example", (), True),
        ("halden.example", "www.halden.example.", (), True),
        ("halden.example", "static.halden.example", (), True),
        ("static.halden.example", "halden.example", (), False),
        ("halden.example", "notHalden.example", (), False),
        ("halden.example", "cdn.example", (), False),
        ("halden.example", "CDN.example", ("cdn.example",), True),
        ("halden.example", "a.cdn.example", ("cdn.example",), True),
        ("halden.example", "acdn.example", ("cdn.example",), False),
    ],
)
def test_whom_a_page_may_ask(asked_host: str, host: str, named: tuple[str, ...], expected: bool) -> None:
    assert is_allowed(asked_host, host, named) is expected
