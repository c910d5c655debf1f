"""The pages as the daemon serves them, over a socket: what never reaches a view elsewhere is answered clearly here too."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from monitor.app import build
from monitor.cache import load_home
from monitor.home import Home
from monitor.pages import Pages
from tests.command import write_home


@pytest.fixture
def host(home: Path) -> Iterator[str]:
    """Where the pages of an empty archive are, open to whoever reaches them."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    write_home(home, "127.0.0.1:9", "{kind: page, url: 'http://127.0.0.1:9/'}", port=port)
    where = Home(home)
    with build(where, {}, loaded=load_home(where, {})) as agent:
        pages = Pages(agent.archive, lambda: datetime(2026, 11, 24, tzinfo=UTC), dict, guest="reader")
        address = pages.open()
        assert address is not None
        try:
            yield address.removeprefix("http://").rstrip("/")
        finally:
            pages.close()


def test_ten_thousand_terms_are_answered_by_the_search(host: str) -> None:
    asked = quote(" OR ".join(f"w{number}" for number in range(10_000)))
    assert len(asked) > 100_000
    line = http.client.HTTPConnection(host, timeout=20)
    line.request("GET", f"/search?q={asked}&format=json")
    answer = line.getresponse()
    told = json.loads(answer.read())
    line.close()
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert told["title"] == "This query cannot be understood"
    assert "a query may have 4,000 characters" in told["detail"]
