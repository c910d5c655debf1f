"""How a source is asked: as whom, by which way, and that no way leads inside. Real servers and proxies on loopback."""

from __future__ import annotations

import datetime as dt
import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import trustme

from core.manner import Reaching, manner_of
from core.model import Ask, Fetch, FetchReason, Manner, Purpose, Source
from monitor.fetcher import Fetcher, FetchLimits
from tests.hostile_server import PAGE, HostileServer
from tests.names import only
from tests.proxy_standin import ProxyStandIn
from tests.tricks import INSIDE, TRICKS

PUBLIC = "93.184.216.34"
LIMITS = FetchLimits("Neutral/1", total_seconds=3.0, connect_seconds=1.0, read_gap_seconds=1.0, max_bytes=1_000_000)


def now() -> dt.datetime:
    return dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.fixture(scope="module")
def proxy(server: HostileServer) -> Iterator[ProxyStandIn]:
    with ProxyStandIn(("127.0.0.1", server.port)) as running:
        yield running


@pytest.fixture(scope="module")
def fetcher(server: HostileServer) -> Iterator[Fetcher]:
    names = INSIDE | {"door.example": ["127.0.0.1"], "public.example": [PUBLIC]}
    with Fetcher(replace(LIMITS, allow_private=frozenset({f"door.example:{server.port}"})), only(names)) as running:
        yield running


# --- every path that dials -----------------------------------------------------------------------------------------


def by_http_proxy(server: HostileServer, proxy: ProxyStandIn, url: str) -> Ask:
    return Ask(url, manner=Manner(proxy=f"http://127.0.0.1:{proxy.port}", proxy_name="office"))


def by_tunnel(server: HostileServer, proxy: ProxyStandIn, url: str) -> Ask:
    return by_http_proxy(server, proxy, url.replace("http://", "https://", 1))


def by_socks(server: HostileServer, proxy: ProxyStandIn, url: str) -> Ask:
    return Ask(url, manner=Manner(proxy=f"socks5://127.0.0.1:{proxy.port}", proxy_name="tor"))


def redirected(server: HostileServer, proxy: ProxyStandIn, url: str) -> Ask:
    return Ask(server.url(f"/location?hex={url.encode().hex()}", host="door.example"))


PATHS: dict[str, Callable[[HostileServer, ProxyStandIn, str], Ask]] = {
    "page": lambda _server, _proxy, url: Ask(url),
    "PDF": lambda _server, _proxy, url: Ask(url.replace("/page", "/code.pdf")),
    "robots.txt": lambda _server, _proxy, url: Ask(
        url.replace("/page", "/robots.txt"), Purpose.DISCOVERY, first_bytes=1000
    ),
    "redirect": redirected,
    "hub": lambda _server, _proxy, url: Ask(url, form=(("hub.mode", "subscribe"),)),
    "HTTP proxy": by_http_proxy,
    "HTTP tunnel": by_tunnel,
    "SOCKS proxy": by_socks,
}


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_inside(server: HostileServer, proxy: ProxyStandIn, fetcher: Fetcher, path: str) -> None:
    assert len(TRICKS) == 55
    server.received.clear()
    proxy.told.clear()
    came: dict[str, FetchReason | None] = {}
    for host in TRICKS:
        fetch = fetcher.fetch(PATHS[path](server, proxy, server.url("/page", host=host)), now).fetch
        assert fetch.status is None
        came[host] = fetch.reason
    assert came == TRICKS
    assert {request.path for request in server.received} <= {"/location"}
    assert proxy.told == []


def test_a_name_that_is_rebound_between_two_asks_is_judged_each_time(server: HostileServer) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    names: dict[str, list[str]] = {}

    def lookup(host: str, port: int, **about: object) -> list[tuple[object, ...]]:
        names[host] = next(answers)
        return only(names)(host, port, **about)

    for reason in (FetchReason.REFUSED_ADDRESS, FetchReason.REFUSED_ADDRESS):
        with Fetcher(LIMITS, lookup) as fetcher:
            assert fetcher.fetch(Ask(server.url("/page", host="rebinds.example")), now).fetch.reason is reason


# --- proxies ---------------------------------------------------------------------------------------------------------


def test_a_socks_proxy_is_handed_the_number_that_was_judged(
    server: HostileServer, proxy: ProxyStandIn, fetcher: Fetcher
) -> None:
    proxy.told.clear()
    response = fetcher.fetch(by_socks(server, proxy, f"http://public.example:{server.port}/page"), now)
    assert response.body == PAGE
    assert proxy.told == [f"SOCKS5 {PUBLIC}:{server.port}"]
    assert (response.fetch.remote_address, response.fetch.via) == (PUBLIC, "tor")
    assert server.received[-1].headers["host"] == f"public.example:{server.port}"


def test_an_http_proxy_is_named_the_host_of_a_plain_address(
    server: HostileServer, proxy: ProxyStandIn, fetcher: Fetcher
) -> None:
    proxy.told.clear()
    response = fetcher.fetch(by_http_proxy(server, proxy, f"http://public.example:{server.port}/page"), now)
    assert response.body == PAGE
    assert proxy.told == [f"GET http://public.example:{server.port}/page"]
    assert response.fetch.via == "office"


def test_tls_goes_through_a_tunnel_to_the_number_and_is_checked_for_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("public.example").configure_cert(tls)
    with authority.cert_pem.tempfile() as roots, HostileServer(tls) as server:
        monkeypatch.setenv("SSL_CERT_FILE", roots)
        with (
            ProxyStandIn(("127.0.0.1", server.port)) as proxy,
            Fetcher(LIMITS, only({"public.example": [PUBLIC], "other.example": [PUBLIC]})) as fetcher,
        ):
            for scheme, told in (("http", "CONNECT"), ("socks5", "SOCKS5")):
                manner = Manner(proxy=f"{scheme}://127.0.0.1:{proxy.port}", proxy_name="p")
                good = fetcher.fetch(Ask("https://public.example/page", manner=manner), now)
                assert good.body == PAGE, good.fetch.detail
                assert good.fetch.certificate
                assert proxy.told[-1] == f"{told} {PUBLIC}:443"
                bad = fetcher.fetch(Ask("https://other.example/page", manner=manner), now)
                assert bad.fetch.reason is FetchReason.TLS


def test_a_proxy_that_is_not_there_is_said_without_its_login(fetcher: Fetcher) -> None:
    for scheme in ("socks5", "http"):
        manner = Manner(proxy=f"{scheme}://me:hunter2@127.0.0.1:9", proxy_name="gone")
        for target in ("http://public.example/", "https://public.example/"):
            fetch = fetcher.fetch(Ask(target, manner=manner), now).fetch
            assert fetch.reason is FetchReason.CONNECT
            assert "hunter2" not in repr((fetch, manner))
            assert "proxy" in fetch.detail


# --- what is recorded ------------------------------------------------------------------------------------------------


def test_every_capture_says_from_where_and_how_long(server: HostileServer, fetcher: Fetcher) -> None:
    fetch = fetcher.fetch(Ask(server.url("/page", host="door.example")), now).fetch
    assert (fetch.local_address, fetch.remote_address) == ("127.0.0.1", "127.0.0.1")
    assert [name for name, _ in fetch.timings] == ["connect_ms", "first_byte_ms", "last_byte_ms"]
    assert list(dict(fetch.timings).values()) == sorted(dict(fetch.timings).values())


def test_no_referer_and_an_identity_of_its_own(server: HostileServer, fetcher: Fetcher) -> None:
    url = server.url("/echo", host="door.example")
    sent = json.loads(fetcher.fetch(Ask(url, manner=Manner(identity="Desk/2", language="de")), now).body)
    headers = {name.lower(): value for name, value in sent.items()}
    assert (headers["user-agent"], headers["accept-language"]) == ("Desk/2", "de,*;q=0.5")
    assert not headers.keys() & {"referer", "from", "cookie", "dnt", "origin"}


def test_only_the_first_bytes_are_read_where_no_more_are_wanted(server: HostileServer, fetcher: Fetcher) -> None:
    url = server.url("/huge?n=20000000", host="door.example")
    response = fetcher.fetch(Ask(url, first_bytes=512_000), now)
    assert (response.fetch.status, len(response.body)) == (200, 512_000)


def test_a_bad_certificate_is_refused_unless_a_person_said_why() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("door.example").configure_cert(tls)
    with HostileServer(tls) as server:
        limits = replace(LIMITS, allow_private=frozenset({f"door.example:{server.port}"}))
        with Fetcher(limits, only({"door.example": ["127.0.0.1"]})) as fetcher:
            url = server.url("/page", host="door.example")
            refused = fetcher.fetch(Ask(url), now).fetch
            assert refused.reason is FetchReason.TLS
            taken = fetcher.fetch(
                Ask(url, manner=Manner(bad_certificate="their root is not in our list, seen by A.")), now
            )
            assert taken.body == PAGE
            assert taken.fetch.exceptions == (
                "the certificate was not checked: their root is not in our list, seen by A.",
            )
            assert taken.fetch.certificate
            assert fetcher.fetch(Ask(url), now).fetch.reason is FetchReason.TLS  # and for nobody else


# --- as whom ---------------------------------------------------------------------------------------------------------

REACHING = Reaching(
    "Neutral/1",
    "desk@ngo.example",
    "NGO Watch",
    {"tor": "socks5://127.0.0.1:9050", "far": "http://p:1"},
    {"acme.example": "tor"},
)


def source(**options: str) -> Source:
    return Source("acme/page", "acme", "page", "https://www.acme.example/", options=tuple(options.items()))


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("https://www.acme.example/", "Neutral/1"),
        ("https://www.sec.gov/x", "NGO Watch desk@ngo.example"),
        ("https://data.sec.gov/submissions/CIK0000097745.json", "NGO Watch desk@ngo.example"),
        ("https://notsec.gov/", "Neutral/1"),
        ("https://sec.gov.evil.example/", "Neutral/1"),
        ("https://www1.hkexnews.hk/", "Neutral/1"),
    ],
)
def test_contact_details_go_to_regulators_that_require_them_alone(url: str, identity: str) -> None:
    assert manner_of(source(), url, REACHING).identity == identity


def test_a_proxy_of_the_source_s_own_or_of_its_host() -> None:
    url = "https://www.acme.example/"
    assert manner_of(source(), url, REACHING).proxy_name == "tor"
    assert manner_of(source(proxy="far"), url, REACHING).proxy == "http://p:1"
    assert manner_of(source(), "https://acme.example.org/", REACHING).proxy is None


def test_a_fetch_keeps_what_was_recorded() -> None:
    fetch = Fetch(
        "https://a.example/", Purpose.WATCH, now(), now(), 200, certificate="ab", via="tor", exceptions=("why not",)
    )
    assert fetch == replace(fetch, timings=(("x", 1.0),))
