"""The fetcher against a real server that misbehaves: every outcome is a Fetch, none is an exception."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import socket
import ssl
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from core.model import Ask, Fetch, FetchReason, Manner, Purpose, Redirect
from monitor.fetcher import Fetcher, FetchLimits
from tests.hostile_server import ETAG, LAST_MODIFIED, PAGE, TEXT, HostileServer
from tests.names import only
from tests.tricks import INSIDE, TRICKS

ROOT = Path(__file__).resolve().parents[2]
STARTED = dt.datetime(2026, 3, 1, 12, 0, 0, tzinfo=dt.UTC)
SHORT = FetchLimits(
    "OnRecord-test/1", total_seconds=2.0, connect_seconds=0.5, read_gap_seconds=0.3, max_bytes=1_000_000
)


def clock() -> Callable[[], dt.datetime]:
    """Two readings: the start, and two seconds later."""
    readings = iter((STARTED, STARTED + dt.timedelta(seconds=2)))
    return lambda: next(readings)


def now() -> dt.datetime:
    return STARTED


@pytest.fixture(scope="module")
def one_server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.fixture
def server(one_server: HostileServer) -> HostileServer:
    one_server.received.clear()
    return one_server


@pytest.fixture(scope="module")
def fetcher(one_server: HostileServer) -> Iterator[Fetcher]:
    with Fetcher(replace(SHORT, allow_private=frozenset({one_server.authority}))) as running:
        yield running


def paths(server: HostileServer) -> list[str]:
    return [request.path for request in server.received]


def outcome(fetch: Fetch) -> tuple[int | None, FetchReason | None, bool, str]:
    return fetch.status, fetch.reason, fetch.transient, fetch.detail


# --- what arrives --------------------------------------------------------------------------------------------------


def test_a_page_with_everything_that_is_recorded(server: HostileServer, fetcher: Fetcher) -> None:
    url = server.url("/page")
    response = fetcher.fetch(Ask(url, Purpose.CONFIRM), clock())
    assert response.body == PAGE
    assert response.certificate is None
    assert response.fetch == Fetch(
        url=url,
        purpose=Purpose.CONFIRM,
        started_at=STARTED,
        finished_at=STARTED + dt.timedelta(seconds=2),
        status=200,
        final_url=url,
        headers=(
            ("content-type", "text/html; charset=utf-8"),
            ("content-length", "72"),
            ("etag", ETAG),
            ("last-modified", LAST_MODIFIED),
        ),
        request_headers=(
            ("Host", server.authority),
            ("Accept", SENT_ACCEPT),
            ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("User-Agent", "OnRecord-test/1"),
            ("Accept-Language", "en,*;q=0.5"),
        ),
        remote_address="127.0.0.1",
        digest=hashlib.sha256(PAGE).hexdigest(),
    )


SENT_ACCEPT = (
    "text/html,application/xhtml+xml,application/pdf,application/rss+xml,application/atom+xml,"
    "application/feed+json,application/xml;q=0.9,*/*;q=0.8"
)


def test_what_is_recorded_as_sent_was_sent(server: HostileServer, fetcher: Fetcher) -> None:
    response = fetcher.fetch(Ask(server.url("/echo"), etag='"x"', manner=Manner(language="zh-CN")), now)
    recorded = {name.lower(): value for name, value in response.fetch.request_headers}
    assert recorded == json.loads(response.body) == server.received[0].headers
    assert recorded["accept-language"] == "zh-CN,*;q=0.5"
    assert recorded["if-none-match"] == '"x"'
    assert server.received[0].method == "GET"


@pytest.mark.parametrize("ask", [{"etag": ETAG}, {"last_modified": LAST_MODIFIED}])
def test_not_modified(server: HostileServer, fetcher: Fetcher, ask: dict[str, str]) -> None:
    response = fetcher.fetch(Ask(server.url("/page"), **ask), now)  # type: ignore[arg-type] # keyword subset
    assert outcome(response.fetch) == (304, None, False, "")
    assert (response.body, response.fetch.digest, response.fetch.is_not_modified) == (b"", None, True)


def test_a_validator_with_control_characters_is_not_sent(server: HostileServer, fetcher: Fetcher) -> None:
    assert fetcher.fetch(Ask(server.url("/page"), etag='"a"\r\nX-Evil: 1'), now).fetch.status == 200
    assert "if-none-match" not in server.received[0].headers
    assert "x-evil" not in server.received[0].headers


CODED = ["gzip", "x-gzip", "deflate", "raw-deflate", "br", "zstd", "members", "padded", "utf-8"]


@pytest.mark.parametrize("coding", CODED)
def test_coded_bodies_are_decoded(server: HostileServer, fetcher: Fetcher, coding: str) -> None:
    response = fetcher.fetch(Ask(server.url(f"/coded?as={coding}")), now)
    assert (response.fetch.status, response.body) == (200, TEXT)
    assert response.fetch.digest == hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize("path", ["/no-length", "/early-hints"])
def test_unusual_but_whole(server: HostileServer, fetcher: Fetcher, path: str) -> None:
    response = fetcher.fetch(Ask(server.url(path)), now)
    assert (outcome(response.fetch), response.body) == ((200, None, False, ""), PAGE)


STATUSES = {
    200: False,
    204: False,
    403: False,
    404: False,
    408: True,
    410: False,
    429: True,
    451: False,
    500: True,
    502: True,
    503: True,
    999: False,
}


@pytest.mark.parametrize(("code", "transient"), STATUSES.items())
def test_a_status_is_a_value(server: HostileServer, fetcher: Fetcher, code: int, transient: bool) -> None:
    response = fetcher.fetch(Ask(server.url(f"/status?code={code}")), now)
    assert outcome(response.fetch) == (code, None, transient, "")
    assert response.body == (b"" if code == 204 else b"<p>said so</p>")


WAITS = [
    (429, "120", dt.timedelta(seconds=120)),
    (503, "0", dt.timedelta(0)),
    (503, "Sun, 01 Mar 2026 13:00:00 GMT", dt.timedelta(hours=1)),
    (503, "Sunday, 01-Mar-26 13:00:00 GMT", dt.timedelta(hours=1)),
    (429, "Sun, 01 Mar 2020 13:00:00 GMT", dt.timedelta(0)),
    (429, "999999999999999999999", dt.timedelta(days=30)),
    (429, "Fri, 01 Mar 2126 13:00:00 GMT", dt.timedelta(days=30)),
    (429, "soon", None),
    (429, "-5", None),
    (429, "٣", None),
    (429, "Sun, 99 Mar 2026 99:00:00 GMT", None),
    (200, "120", None),
    (500, "120", None),
]


@pytest.mark.parametrize(("code", "said", "wait"), WAITS)
def test_retry_after(server: HostileServer, fetcher: Fetcher, code: int, said: str, wait: dt.timedelta | None) -> None:
    assert fetcher.fetch(Ask(server.url(f"/status?code={code}&retry_after={said}")), now).fetch.retry_after == wait


def test_header_bytes_become_storable_text(server: HostileServer, fetcher: Fetcher) -> None:
    fetch = fetcher.fetch(Ask(server.url("/odd-headers")), now).fetch
    assert fetch.headers == (("x-latin", "café"), ("x-utf", "café"), ("content-length", "2"))


def test_a_long_header_of_honest_size_is_taken(server: HostileServer, fetcher: Fetcher) -> None:
    assert fetcher.fetch(Ask(server.url("/long-header?n=12000")), now).fetch.status == 200


# --- what does not -------------------------------------------------------------------------------------------------

NOT_HTTP = "the answer is not proper HTTP"
BROKEN = "the body is broken or ends too early"
CLOSED = "the connection was closed before a whole answer came"
FAULTS: dict[str, tuple[FetchReason, bool, str]] = {
    "/silent": (FetchReason.TIMEOUT, True, "nothing received for 0.3 s"),
    "/stall": (FetchReason.TIMEOUT, True, "nothing received for 0.3 s"),
    "/reset": (FetchReason.RESET, True, CLOSED),
    "/hang-up": (FetchReason.RESET, True, CLOSED),
    "/reset-midway": (FetchReason.TRUNCATED, True, BROKEN),
    "/short": (FetchReason.TRUNCATED, True, BROKEN),
    "/cut-chunks": (FetchReason.TRUNCATED, True, BROKEN),
    "/bad-chunks": (FetchReason.TRUNCATED, True, BROKEN),
    "/no-length-reset": (FetchReason.TRUNCATED, True, "the connection broke before the end of the body"),
    "/cut?as=gzip": (FetchReason.TRUNCATED, True, "the compressed body ends too early"),
    "/cut?as=deflate": (FetchReason.TRUNCATED, True, "the compressed body ends too early"),
    "/cut?as=br": (FetchReason.TRUNCATED, True, "the compressed body ends too early"),
    "/cut?as=zstd": (FetchReason.TRUNCATED, True, "the compressed body ends too early"),
    "/damaged?as=gzip": (FetchReason.TRUNCATED, True, "the compressed body is damaged"),
    "/damaged?as=br": (FetchReason.TRUNCATED, True, "the compressed body is damaged"),
    "/damaged?as=zstd": (FetchReason.TRUNCATED, True, "the compressed body is damaged"),
    "/empty-members": (FetchReason.TRUNCATED, True, "the compressed body has too many parts"),
    "/twice-coded": (FetchReason.TRUNCATED, True, "the body is compressed more than once"),
    "/huge": (FetchReason.TOO_LARGE, False, "page too large (over 1 MB)"),
    "/huge-chunks": (FetchReason.TOO_LARGE, False, "page too large (over 1 MB)"),
    "/long-header?n=1000000": (FetchReason.PROTOCOL, True, "the answer's headers are too long"),
    "/many-headers?n=10000": (FetchReason.PROTOCOL, True, NOT_HTTP),
    "/garbage": (FetchReason.PROTOCOL, True, NOT_HTTP),
    "/bad-status": (FetchReason.PROTOCOL, True, NOT_HTTP),
    "/bad-header": (FetchReason.PROTOCOL, True, NOT_HTTP),
    "/switch": (FetchReason.PROTOCOL, True, "answered with a switch of protocols nobody asked for"),
    "/unasked-304": (
        FetchReason.PROTOCOL,
        True,
        "answered 'not modified' to a request that named no earlier version",
    ),
}


@pytest.mark.parametrize(("path", "expected"), FAULTS.items())
def test_a_fault_is_a_value(
    server: HostileServer, fetcher: Fetcher, path: str, expected: tuple[FetchReason, bool, str]
) -> None:
    response = fetcher.fetch(Ask(server.url(path)), clock())
    assert outcome(response.fetch) == (None, *expected)
    assert (response.body, response.fetch.digest) == (b"", None)
    assert response.fetch.finished_at == STARTED + dt.timedelta(seconds=2)
    assert ("User-Agent", "OnRecord-test/1") in response.fetch.request_headers


@pytest.mark.parametrize("path", ["/drip", "/drip-headers"])
def test_a_slow_drip_ends_at_the_deadline(server: HostileServer, path: str) -> None:
    limits = replace(SHORT, total_seconds=0.5, allow_private=frozenset({server.authority}))
    with Fetcher(limits) as fetcher:
        fetch = fetcher.fetch(Ask(server.url(path)), now).fetch
    assert outcome(fetch) == (None, FetchReason.TIMEOUT, True, "not finished within 0.5 s")


def test_the_deadline_is_over_all_redirects(server: HostileServer) -> None:
    limits = replace(SHORT, total_seconds=0.4, read_gap_seconds=10, allow_private=frozenset({server.authority}))
    with Fetcher(limits) as fetcher:
        fetch = fetcher.fetch(Ask(server.url("/to?url=/silent")), now).fetch
    assert outcome(fetch) == (None, FetchReason.TIMEOUT, True, "not finished within 0.4 s")
    assert [hop.location for hop in fetch.redirects] == ["/silent"]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_never_held(server: HostileServer, coding: str) -> None:
    ask = Ask(server.url(f"/bomb?as={coding}"))  # 60 MB of nothing
    limits = replace(SHORT, read_gap_seconds=5, total_seconds=8, allow_private=frozenset({server.authority}))
    with Fetcher(limits) as fetcher:
        fetcher.fetch(ask, now)  # the server makes its bomb
        tracemalloc.start()
        try:
            fetch = fetcher.fetch(ask, now).fetch
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert outcome(fetch) == (None, FetchReason.TOO_LARGE, False, "page too large (over 1 MB)")
    assert peak < 2_000_000


def test_a_connection_that_breaks_is_not_asked_a_second_time(server: HostileServer) -> None:
    for path in ("/reset", "/hang-up"):
        with Fetcher(replace(SHORT, allow_private=frozenset({server.authority}))) as fetcher:
            assert fetcher.fetch(Ask(server.url(path)), now).fetch.reason is FetchReason.RESET
    assert paths(server) == ["/reset", "/hang-up"]


def test_a_kept_connection_closed_meanwhile_is_no_fault(server: HostileServer, fetcher: Fetcher) -> None:
    for _ in range(3):
        assert fetcher.fetch(Ask(server.url("/once")), now).fetch.status == 200


def test_nobody_listens(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        authority = f"127.0.0.1:{closed_soon.getsockname()[1]}"
    with Fetcher(replace(SHORT, allow_private=frozenset({authority}))) as fetcher:
        fetch = fetcher.fetch(Ask(f"http://{authority}/"), now).fetch
    assert outcome(fetch) == (None, FetchReason.CONNECT, True, "could not connect: connection refused")
    assert fetch.request_headers == ()


def test_a_name_without_address(fetcher: Fetcher) -> None:
    fetch = fetcher.fetch(Ask("https://nobody.invalid/policy"), now).fetch
    assert outcome(fetch) == (None, FetchReason.DNS, True, "no address found for the name nobody.invalid")
    assert (fetch.request_headers, fetch.remote_address) == ((), None)


def test_a_silent_name_server_holds_nobody_up(server: HostileServer) -> None:
    answered = threading.Event()

    def lookup(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        if host == "slow.example":
            answered.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    quick = server.url("/page", host="quick.example")
    limits = replace(SHORT, total_seconds=9, connect_seconds=0.5, allow_private=frozenset({quick[7:-5]}))
    try:
        with Fetcher(limits, lookup) as fetcher, ThreadPoolExecutor(20) as pool:
            slow = [pool.submit(fetcher.fetch, Ask(f"http://slow.example/{n}"), now) for n in range(19)]
            assert fetcher.fetch(Ask(quick), now).fetch.status == 200
            outcomes = {outcome(asked.result().fetch) for asked in slow}
        assert outcomes == {(None, FetchReason.TIMEOUT, True, "no connection within 0.5 s")}
        assert not answered.is_set()  # and closing did not wait for it either
    finally:
        answered.set()


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("ftp://files.example/", "ftp: is not a web address"),
        ("example.com/policy", "the address does not begin with http:// or https://"),
        ("https:///policy", "the address has no valid host"),
        ("https://example.com:99999/", "the address is malformed"),
    ],
)
def test_what_is_no_address_is_not_asked(fetcher: Fetcher, url: str, detail: str) -> None:
    fetch = fetcher.fetch(Ask(url), clock()).fetch
    assert outcome(fetch) == (None, FetchReason.BAD_ADDRESS, False, detail)
    assert (fetch.url, fetch.final_url, fetch.request_headers) == (url, None, ())


def test_a_password_in_an_address_is_neither_sent_nor_recorded(server: HostileServer, fetcher: Fetcher) -> None:
    asked = fetcher.fetch(Ask(f"http://user:hunter2@{server.authority}/page"), now).fetch
    place = f"http://user:hunter2@{server.authority}/page".encode().hex()
    led = fetcher.fetch(Ask(server.url(f"/location?hex={place}")), now).fetch
    assert asked.reason is led.reason is FetchReason.BAD_ADDRESS
    assert led.redirects[0].location == f"http://***@{server.authority}/page"
    assert "hunter2" not in repr(asked) + repr(replace(led, headers=()))  # what the far side wrote stays as it wrote it
    assert paths(server) == ["/location"]


# --- redirects -----------------------------------------------------------------------------------------------------


def test_every_hop_is_recorded(server: HostileServer, fetcher: Fetcher) -> None:
    fetch = fetcher.fetch(Ask(server.url("/chain?n=2")), now).fetch
    assert (fetch.status, fetch.url, fetch.final_url) == (200, server.url("/chain?n=2"), server.url("/chain?n=0"))
    assert fetch.redirects == (
        Redirect(server.url("/chain?n=2"), 302, "/chain?n=1"),
        Redirect(server.url("/chain?n=1"), 302, "/chain?n=0"),
    )


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_is_followed(server: HostileServer, fetcher: Fetcher, code: int) -> None:
    fetch = fetcher.fetch(Ask(server.url(f"/to?code={code}&url=/page")), now).fetch
    assert (fetch.status, [hop.status for hop in fetch.redirects]) == (200, [code])


@pytest.mark.parametrize("code", [300, 305])
def test_other_codes_with_a_place_are_not(server: HostileServer, fetcher: Fetcher, code: int) -> None:
    assert fetcher.fetch(Ask(server.url(f"/to?code={code}&url=/page")), now).fetch.status == code


def test_a_redirect_to_nowhere_is_what_it_is(server: HostileServer, fetcher: Fetcher) -> None:
    response = fetcher.fetch(Ask(server.url("/no-location")), now)
    assert (response.fetch.status, response.fetch.redirects, response.body) == (302, (), b"moved, somewhere")


@pytest.mark.parametrize("path", ["/ring/a", "/self"])
def test_a_circle(server: HostileServer, fetcher: Fetcher, path: str) -> None:
    fetch = fetcher.fetch(Ask(server.url(path)), now).fetch
    detail = f"redirects in a circle, back to {server.url(path)} (it may want cookies)"
    assert outcome(fetch) == (None, FetchReason.REDIRECTS, False, detail)
    assert len(paths(server)) == len(fetch.redirects) <= 2


def test_too_many_redirects(server: HostileServer, fetcher: Fetcher) -> None:
    fetch = fetcher.fetch(Ask(server.url("/chain?n=50")), now).fetch
    assert outcome(fetch) == (None, FetchReason.REDIRECTS, False, "more than 8 redirects")
    assert (len(fetch.redirects), len(server.received)) == (9, 9)
    assert fetcher.fetch(Ask(server.url("/chain?n=8")), now).fetch.status == 200


@pytest.mark.parametrize(
    ("location", "detail"),
    [
        ("file:///etc/passwd", "redirected, and cannot follow: file: is not a web address"),
        ("javascript:alert(1)", "redirected, and cannot follow: javascript: is not a web address"),
        ("http://[::1", "redirected, and cannot follow: the address is malformed"),
        ("http://", "redirected, and cannot follow: the address has no valid host"),
    ],
)
def test_a_redirect_that_cannot_be_followed(
    server: HostileServer, fetcher: Fetcher, location: str, detail: str
) -> None:
    fetch = fetcher.fetch(Ask(server.url(f"/location?hex={location.encode().hex()}")), now).fetch
    assert outcome(fetch) == (None, FetchReason.BAD_ADDRESS, False, detail)
    assert fetch.redirects[0].location == location


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        (b"/\xc3\xbcber", "/%C3%BCber"),  # UTF-8
        (b"/\xfcber", "/%FCber"),  # Latin-1: sent back as it came
        (b"/a b", "/a%20b"),
        (b"/page#part", "/page"),
    ],
)
def test_raw_bytes_in_a_redirect(server: HostileServer, fetcher: Fetcher, location: bytes, asked: str) -> None:
    fetcher.fetch(Ask(server.url(f"/location?hex={location.hex()}")), now)
    assert paths(server) == ["/location", asked]


def test_nothing_tells_where_we_came_from(server: HostileServer, fetcher: Fetcher) -> None:
    sent = json.loads(fetcher.fetch(Ask(server.url("/cookie")), now).body)
    assert sorted(sent) == ["accept", "accept-encoding", "accept-language", "host", "user-agent"]
    again = json.loads(fetcher.fetch(Ask(server.url("/echo")), now).body)
    assert "cookie" not in again


def test_what_is_meant_for_one_site_stays_there(server: HostileServer) -> None:
    names = {"example.test": ["127.0.0.1"], "www.example.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    allowed = frozenset(f"{name}:{server.port}" for name in names)
    with Fetcher(replace(SHORT, allow_private=allowed), only(names)) as fetcher:

        def sent_to(host: str) -> tuple[str | None, str]:
            path = f"/to?url={server.url('/echo', host=host)}"
            ask = Ask(server.url(path, host="example.test"), etag='"x"')
            headers = json.loads(fetcher.fetch(replace(ask, manner=Manner(identity="Us (us@ngo.example)")), now).body)
            return headers.get("if-none-match"), headers["user-agent"]

        assert sent_to("www.example.test") == ('"x"', "Us (us@ngo.example)")
        assert sent_to("other.test") == (None, "OnRecord-test/1")
    assert server.received[0].headers["if-none-match"] == '"x"'


def test_extra_headers_win_and_secrets_in_them_are_not_recorded(server: HostileServer) -> None:
    extra = (("accept-language", "fr"), ("Authorization", "Bearer hunter2"))
    with Fetcher(replace(SHORT, headers=extra, allow_private=frozenset({server.authority}))) as fetcher:
        fetch = fetcher.fetch(Ask(server.url("/page")), now).fetch
    assert server.received[0].headers["authorization"] == "Bearer hunter2"
    assert server.received[0].headers["accept-language"] == "fr"
    assert ("Authorization", "***") in fetch.request_headers
    assert "hunter2" not in repr(fetch)


# --- where we do not go --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(one_server: HostileServer) -> Iterator[Fetcher]:
    """Allowed to speak to the redirecting server by one name only, so that every other way in is a trick."""
    names = INSIDE | {"door.example": ["127.0.0.1"]}
    with Fetcher(replace(SHORT, allow_private=frozenset({f"door.example:{one_server.port}"})), only(names)) as running:
        yield running


def test_the_tricks_are_all_here() -> None:
    assert len(TRICKS) == 55


@pytest.mark.parametrize(("host", "reason"), TRICKS.items())
def test_a_trick_is_refused_asked_for_or_redirected_to(
    server: HostileServer, guarded: Fetcher, host: str, reason: FetchReason
) -> None:
    target = server.url("/page", host=host)
    asked = guarded.fetch(Ask(target), now).fetch
    led = guarded.fetch(Ask(server.url(f"/location?hex={target.encode().hex()}", host="door.example")), now).fetch
    assert (asked.reason, asked.status, asked.transient) == (reason, None, False)
    assert (led.reason, led.status, led.transient) == (reason, None, False)
    assert len(led.redirects) == 1
    assert paths(server) == ["/location"]


def test_the_refusal_says_what_to_do(server: HostileServer, guarded: Fetcher) -> None:
    fetch = guarded.fetch(Ask(server.url("/page", host="inside.example")), now).fetch
    assert fetch.detail == (
        "inside.example is at 127.0.0.1, which is this computer itself; "
        f"where that is meant, list inside.example:{server.port} under fetch.allow_private"
    )


def test_what_the_look_up_said_is_what_is_dialled(server: HostileServer) -> None:
    """A name that answers differently a second time gains nothing: it is looked up once, and judged as dialled."""
    answers = iter([["127.0.0.1"], ["1.1.1.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    with Fetcher(SHORT, rebinding) as fetcher:
        fetch = fetcher.fetch(Ask(server.url("/page", host="rebind.example")), now).fetch
    assert fetch.reason is FetchReason.REFUSED_ADDRESS
    assert (asked, server.received) == (["rebind.example"], [])


def test_an_allowed_port_opens_no_other(server: HostileServer, fetcher: Fetcher) -> None:
    with HostileServer() as other:
        fetch = fetcher.fetch(Ask(server.url(f"/to?url={other.url('/page')}")), now).fetch
        assert (fetch.reason, other.received, other.connections) == (FetchReason.REFUSED_ADDRESS, [], 0)


@pytest.mark.parametrize("listed", ["xn--bcher-kva.test", "bücher.test", "BÜCHER.test."])
def test_names_in_any_script(server: HostileServer, listed: str) -> None:
    name = f"xn--bcher-kva.test:{server.port}"
    limits = replace(SHORT, allow_private=frozenset({f"{listed}:{server.port}"}))
    with Fetcher(limits, only({"xn--bcher-kva.test": ["127.0.0.1"]})) as fetcher:
        fetch = fetcher.fetch(Ask(server.url("/page", host="bücher.test")), now).fetch
    assert (fetch.status, fetch.final_url) == (200, f"http://{name}/page")


def test_the_environments_proxy_is_not_used(
    server: HostileServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fetcher.fetch(Ask(server.url("/page")), now).fetch.status == 200


# --- TLS -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[trustme.CA]:
    """A certificate authority that this machine trusts, as it trusts the public ones: through OpenSSL's own variable."""
    ca = trustme.CA()
    roots = tmp_path_factory.mktemp("roots") / "roots.pem"
    ca.cert_pem.write_to_path(str(roots))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(roots))
        yield ca


def showing(certificate: trustme.LeafCert) -> HostileServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return HostileServer(tls=context)


def over_tls(server: HostileServer, url: str | None = None) -> Any:
    with Fetcher(replace(SHORT, allow_private=frozenset({server.authority}))) as fetcher:
        return fetcher.fetch(Ask(url or server.url("/page")), now)


def test_a_good_certificate_is_recorded(authority: trustme.CA) -> None:
    certificate = authority.issue_cert("127.0.0.1")
    der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
    with showing(certificate) as server:
        response = over_tls(server)
    assert (response.fetch.status, response.body) == (200, PAGE)
    assert response.certificate == hashlib.sha256(der).hexdigest()


def test_bad_certificates_are_refused(authority: trustme.CA) -> None:
    long_ago = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    bad = {
        "bad certificate: certificate has expired": authority.issue_cert(
            "127.0.0.1", not_before=long_ago, not_after=long_ago + dt.timedelta(days=90)
        ),
        "bad certificate: unable to get local issuer certificate": trustme.CA().issue_cert("127.0.0.1"),
        "bad certificate: IP address mismatch, certificate is not valid for '127.0.0.1'": authority.issue_cert(
            "other.example"
        ),
    }
    for detail, certificate in bad.items():
        with showing(certificate) as server:
            response = over_tls(server)
            assert outcome(response.fetch) == (None, FetchReason.TLS, False, detail)
            assert (response.body, response.fetch.request_headers, server.received) == (b"", (), [])


def test_no_tls_where_tls_was_expected(server: HostileServer) -> None:
    fetch = over_tls(server, f"https://{server.authority}/page").fetch
    assert (fetch.status, fetch.reason, fetch.transient) == (None, FetchReason.TLS, False)
    assert fetch.detail.startswith("no secure connection could be agreed (")


def test_from_http_to_https(server: HostileServer, authority: trustme.CA) -> None:
    with showing(authority.issue_cert("127.0.0.1")) as secure:
        allowed = frozenset({server.authority, secure.authority})
        with Fetcher(replace(SHORT, allow_private=allowed)) as fetcher:
            fetch = fetcher.fetch(Ask(server.url(f"/to?code=301&url={secure.url('/page')}")), now).fetch
    assert (fetch.status, fetch.final_url) == (200, secure.url("/page"))


# --- beginning and end ---------------------------------------------------------------------------------------------


def test_many_threads_share_one_fetcher(server: HostileServer, fetcher: Fetcher) -> None:
    with ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(lambda n: len(fetcher.fetch(Ask(server.url(f"/bytes?n={n}")), now).body), range(200)))
    assert sizes == list(range(200))


def test_connections_are_kept_for_the_next_ask() -> None:
    with HostileServer() as server, Fetcher(replace(SHORT, allow_private=frozenset({server.authority}))) as fetcher:
        for _ in range(5):
            fetcher.fetch(Ask(server.url("/page")), now)
        assert (server.connections, len(server.received)) == (1, 5)


def test_over_ipv6() -> None:
    try:
        running = HostileServer(host="::1").__enter__()
    except OSError:
        pytest.skip("NOT RUN: this machine has no IPv6 loopback")
    try:
        with Fetcher(replace(SHORT, allow_private=frozenset({running.authority}))) as fetcher:
            fetch = fetcher.fetch(Ask(running.url("/page")), now).fetch
    finally:
        running.__exit__(None, None, None)
    assert (fetch.status, fetch.remote_address) == (200, "::1")


def test_a_programming_error_is_not_swallowed(server: HostileServer, fetcher: Fetcher) -> None:
    with pytest.raises(AttributeError):
        fetcher.fetch(None, now)  # type: ignore[arg-type] # on purpose
    assert fetcher.fetch(Ask(server.url("/page")), now).fetch.status == 200


def test_closing_ends_what_is_under_way(server: HostileServer) -> None:
    fetcher = Fetcher(
        replace(SHORT, total_seconds=30, read_gap_seconds=30, allow_private=frozenset({server.authority}))
    )
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fetcher.fetch, Ask(server.url("/silent")), now)
        while not server.received:
            assert not waiting.done()
        fetcher.close()
        with pytest.raises(RuntimeError, match="closed while an address was being asked"):
            waiting.result(timeout=5)
    fetcher.close()
    with pytest.raises(RuntimeError, match="the fetcher is closed"):
        fetcher.fetch(Ask(server.url("/page")), now)


def test_closing_leaves_no_thread_waiting(server: HostileServer) -> None:
    fetcher = Fetcher(replace(SHORT, allow_private=frozenset({server.authority})))
    fetcher.start()

    def ask_until_closed(_: int) -> int:
        for answered in range(10_000):
            try:
                assert fetcher.fetch(Ask(server.url("/page")), now).fetch.status == 200
            except RuntimeError:
                return answered
        return -1

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask_until_closed, n) for n in range(8)]
        while len(server.received) < 50:
            assert not any(one.done() for one in asking)
        fetcher.close()
        assert all(one.result(timeout=5) >= 0 for one in asking)


LEAVES_NOTHING = """
import gc, sys
from datetime import UTC, datetime
from core.model import Ask
from monitor.fetcher import Fetcher, FetchLimits

assert "aiohttp" not in sys.modules, "importing the fetcher must stay cheap"
allowed = frozenset({sys.argv[1]})
with Fetcher(FetchLimits("t", total_seconds=2, read_gap_seconds=0.2, allow_private=allowed)) as fetcher:
    for path in ("/page", "/huge", "/reset", "/stall", "/ring/a", "/bomb", "/cut-chunks", "/garbage"):
        fetcher.fetch(Ask(f"http://{sys.argv[1]}{path}"), lambda: datetime.now(UTC))
    fetcher.fetch(Ask(f"https://{sys.argv[1]}/page"), lambda: datetime.now(UTC))
gc.collect()
"""


def test_nothing_is_left_open(server: HostileServer) -> None:
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", LEAVES_NOTHING, server.authority],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    complaints = [
        line for line in run.stderr.splitlines() if not line.startswith("Executing <")
    ]  # asyncio's own timing
    assert (run.returncode, run.stdout, complaints) == (0, "", [])
