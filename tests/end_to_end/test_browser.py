"""Pages that need a browser: a real Chromium, a site on loopback whose text is there by script alone, and what it may not do."""

from __future__ import annotations

import hashlib
import os
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest
import trustme

from core.browsing import Browsing
from core.config.reaching import BrowserSettings
from core.model import Ask, Fetch, FetchReason, Manner
from monitor.app import open_archive, utc_now
from monitor.browser.look import Browser, Shown, what_is_missing
from monitor.browser.tree import marked
from monitor.fetcher import FetchLimits
from monitor.home import Home, load_settings
from storage import fetches, pictures
from tests.browsing import CHROMIUM
from tests.command import onrecord, write_home

SANDBOX = os.geteuid() != 0  # Chromium's does not work for root, which is what containers of tests run as
SETTINGS = BrowserSettings(sandbox=SANDBOX, seconds=30)
SENTENCES = [
    f"Plant number {at} is audited by people from outside, and everybody may read the report." for at in range(20)
]

APP = """<!doctype html><html lang=en><head><title>Responsible sales</title></head><body><div id=app></div>
<script>const said = %s; addEventListener("load", () => setTimeout(() => {
  document.getElementById("app").innerHTML = "<h1>Responsible sales</h1>" + said.map((s) => `<p>${s}</p>`).join("");
}, 200));</script><script></script><script></script></body></html>"""
SHELL = """<!doctype html><html lang=en><head><title>Responsible sales</title></head><body><div id=app></div>
<script>fetch("/data").then((answer) => answer.text()).then((text) => {
  document.getElementById("app").innerHTML = text;
  const tree = document.getElementById("part").attachShadow({mode: "open"});
  tree.innerHTML = "<style>p { color: red }</style><p>This sentence of the policy stands in a web component.</p>";
});</script><script></script><script></script></body></html>"""
COMPONENT = "<on-file id=part></on-file>"
NOSY = """<!doctype html><html><head><title>Nosy</title></head><body><p id=told>nothing yet</p><script>
const ask = (url) => fetch(url, {mode: "no-cors"}).then(() => "came", () => "refused");
Promise.all([ask("http://127.0.0.1:%(other)d/inside"), ask("http://10.1.2.3/inside"), ask("http://[::ffff:127.0.0.1]:%(other)d/"),
  ask("http://tracker.example/t.js"), ask("https://tracker.example/t.js"), ask("/own")])
  .then((found) => { document.getElementById("told").textContent = found.join(" "); });
</script></body></html>"""
STUCK = "<!doctype html><html><body><p>never ready</p><script src=/never></script></body></html>"
HANGS = """<!doctype html><html><body><p>ready</p><script>setTimeout(() => {
  const asked = new XMLHttpRequest(); asked.open("GET", "/never", false); asked.send(); }, 50)</script></body></html>"""


@dataclass
class Site:
    """Pages by path. ``asked`` are paths in order, with the header names and values of each."""

    pages: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    over: threading.Event = field(default_factory=threading.Event)  # what is never answered before it is
    is_waiting: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *about: Any) -> None:
        """A browser that is ended leaves in the middle of an answer."""


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
            if self.path == "/never":
                site.is_waiting.set()
                site.over.wait(60)
            page = site.pages.get(self.path)
            if page is not None and page.startswith("-> "):
                self.send_response(302)
                self.send_header("Location", page[3:])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = (page or "nothing").encode()
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Type", "text/html; charset=iso-8859-1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *about: Any) -> None:
            pass

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    if not CHROMIUM.exists():
        pytest.skip(f"NOT RUN: no Chromium at {CHROMIUM}")
    with Site() as standing:
        yield standing


def show(site: Site, path: str, *, seconds: float = 30, browsing: Browsing = Browsing(), unchecked: str = "") -> Shown:
    limits = FetchLimits(user_agent="OnRecord/test", allow_private=frozenset({site.authority}))
    settings = SETTINGS.model_copy(update={"seconds": seconds})
    browser = Browser(settings, limits, no_lookup)
    return browser.fetch(
        Ask(site.url(path), manner=Manner(language="de", browsing=browsing, bad_certificate=unchecked)), utc_now
    )


def no_lookup(host: str, *about: object, **more: object) -> list[tuple[Any, ...]]:
    raise AssertionError(f"{host} was looked up")


def marks(fetch: Fetch, name: str) -> list[str]:
    return [value for key, value in fetch.browsed if key == name]


def nothing_is_left() -> None:
    """No process below this one that a look started, and no folder of one."""
    assert marked(Path("/onrecord-look-")) == set()


def test_a_text_that_is_there_by_script_alone_is_seen_kept_pictured_and_followed(site: Site, tmp_path: Path) -> None:
    write_home(
        tmp_path, site.authority, f"{{id: halden/sales, role: policy, url: '{site.url('/app')}', pictures: true}}"
    )
    settings = (tmp_path / "settings.yaml").read_text()
    site.pages |= {"/app": SHELL, "/data": COMPONENT + "".join(f"<p>{each}</p>" for each in SENTENCES)}
    assert checked(tmp_path) == ("failed", "bad", None)
    assert "/data" not in site.paths  # nobody agreed yet
    agreed = f"browser: {{for_empty_shells: true, sandbox: {str(SANDBOX).lower()}}}\n"
    (tmp_path / "settings.yaml").write_text(settings + agreed)
    assert checked(tmp_path) == ("new", "good", None)
    assert checked(tmp_path) == ("unchanged", "good", None)  # and so by a browser again: without it there is no text
    site.pages["/data"] = site.pages["/data"].replace(SENTENCES[-1], "Nobody may read the report of plant number 19.")
    assert checked(tmp_path) == ("changed", "good", "substantive")
    assert site.paths.count("/data") == 3
    assert "{+of plant number 19+}" in onrecord("--home", tmp_path, "diff", "halden-biosystems/app").out
    found = onrecord("--home", tmp_path, "search", '"web component"').out
    assert "This sentence of the policy stands in a »web component«." in found
    nothing_is_left()
    it_is_marked_as_a_browser_s_and_pictured(tmp_path, site, [True, False, True])


def checked(home: Path) -> tuple[str, str, str | None]:
    [line] = onrecord("--home", home, "check", "--json").lines
    return line["status"], line["grade"], line["class"]


def it_is_marked_as_a_browser_s_and_pictured(home: Path, site: Site, has_pictures: list[bool]) -> None:
    """First sight and a change have pictures; the look that found nothing has none."""
    where = Home(home)
    with open_archive(where, {}, load_settings(where, {})) as archive, archive.database.read() as conn:
        asked = conn.exec_driver_sql(f"SELECT id FROM fetches WHERE url = '{site.url('/app')}' ORDER BY id").scalars()
        looks = [each for each in (fetches.fetch_by_id(conn, fetch_id) for fetch_id in asked) if each.browsed]
        kept, fetch = [pictures.of_fetch(conn, each.id) for each in looks], looks[0]
        both = ["picture", "single_file"]
        assert [[one.what for one in each] for each in kept] == [both if has else [] for has in has_pictures]
        picture, copy = (archive.blobs.get(one.digest) for one in kept[0])
    assert picture.startswith(b"\x89PNG")
    assert b"Plant number 7 is audited" in copy.replace(b"=\r\n", b"")  # soft breaks of quoted-printable
    assert fetch.detail.startswith("as a browser showed it (Chromium ")
    assert fetch.header("content-type") == "text/html; charset=utf-8"
    assert marks(fetch, "asked") == [f"{site.authority} at 127.0.0.1"]
    assert marks(fetch, "requests") == ["2"]  # the page, and its text
    assert len(marks(fetch, "raw_digest")[0]) == 64
    assert marks(fetch, "raw_digest")[0] != fetch.digest


def test_a_page_reaches_neither_the_network_inside_nor_third_parties(site: Site) -> None:
    with Site() as inside:
        site.pages |= {"/nosy": NOSY % {"other": inside.port}, "/own": "mine"}
        shown = show(site, "/nosy", browsing=Browsing(allow_hosts=("10.1.2.3",)))
        assert inside.asked == []
    assert b">refused refused refused refused refused came<" in shown.body
    assert sorted(marks(shown.fetch, "refused")) == [
        "10.1.2.3:80 is at 10.1.2.3, which is a private network",
        f"127.0.0.1:{inside.port} is at 127.0.0.1, which is this computer itself",
        f"[::ffff:7f00:1]:{inside.port} is another site, which allow_hosts does not name",
        "tracker.example:443 is another site, which allow_hosts does not name",
        "tracker.example:80 is another site, which allow_hosts does not name",
    ]
    asked = [path for path in site.paths if path != "/favicon.ico"]  # which a browser asks for when it likes
    assert asked[:2] == ["/nosy", "/own"]
    told = dict(site.asked)["/nosy"]
    assert (told["user-agent"], told["accept-language"][:2], "referer" in told) == ("OnRecord/test", "de", False)
    nothing_is_left()


def test_a_page_that_is_sent_elsewhere_is_not_followed(site: Site) -> None:
    site.pages["/moved"] = "-> http://other.example/"
    fetch = show(site, "/moved").fetch
    assert (fetch.status, fetch.reason) == (None, FetchReason.REDIRECTS)
    assert fetch.detail == "other.example:80 is another site, which allow_hosts does not name"


@pytest.mark.parametrize(
    ("page", "detail"),
    [
        (STUCK, "the page was not there within 7 s"),
        (HANGS, "the browser had not finished within 10 s and was ended"),  # nobody in there answers any more
    ],
)
def test_a_page_that_never_finishes_is_ended_at_the_deadline_with_all_it_started(
    site: Site, page: str, detail: str
) -> None:
    site.pages["/stuck"] = page
    fetch = show(site, "/stuck", seconds=10).fetch
    assert (fetch.reason, fetch.transient, fetch.detail) == (FetchReason.TIMEOUT, True, detail)
    assert site.paths[0] == "/stuck"
    nothing_is_left()


def test_a_stop_ends_a_look_under_way_with_all_it_started(site: Site) -> None:
    site.pages["/stuck"] = STUCK
    limits = FetchLimits(user_agent="OnRecord/test", allow_private=frozenset({site.authority}))
    browser = Browser(SETTINGS, limits, no_lookup)
    with ThreadPoolExecutor(1) as worker:
        looking = worker.submit(browser.fetch, Ask(site.url("/stuck"), manner=Manner(browsing=Browsing())), utc_now)
        assert site.is_waiting.wait(60)
        browser.close()
        with pytest.raises(RuntimeError, match="closed while it showed a page"):
            looking.result(60)
    nothing_is_left()


def test_a_certificate_is_checked_and_its_fingerprint_kept_where_a_person_set_that_aside() -> None:
    made = trustme.CA().issue_cert("127.0.0.1")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.configure_cert(tls)
    with Site({"/app": APP % SENTENCES}, tls=tls) as site:
        refused = show(site, "/app").fetch
        assert (refused.status, refused.reason, refused.transient) == (None, FetchReason.TLS, False)
        assert refused.detail == "the browser could not show it: ERR_CERT_AUTHORITY_INVALID"
        fetch = show(site, "/app", unchecked="their own authority, asked by telephone").fetch
    assert fetch.exceptions == ("the certificate was not checked: their own authority, asked by telephone",)
    der = ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode())
    assert fetch.certificate == hashlib.sha256(der).hexdigest()
    nothing_is_left()


def test_what_is_missing_is_said_and_is_no_crash(site: Site, tmp_path: Path) -> None:
    absent = BrowserSettings(chromium="/nowhere/chromium", sandbox=False)
    assert what_is_missing(absent).startswith(
        "a browser is needed and /nowhere/chromium is none: apt-get install chromium"
    )
    write_home(tmp_path, site.authority, f"{{id: halden/sales, url: '{site.url('/app')}', browser: true}}")
    settings = (tmp_path / "settings.yaml").read_text()
    (tmp_path / "settings.yaml").write_text(f"{settings}browser: {{chromium: /nowhere/chromium, sandbox: false}}\n")
    [line] = onrecord("--home", tmp_path, "check", "--json").lines
    assert (line["status"], line["reasons"]) == ("failed", [what_is_missing(absent)])
    [tested] = onrecord("--home", tmp_path, "sources", "test", "--json").lines
    assert (tested["health"], tested["notes"][0]) == ("bad", what_is_missing(absent))
    [about] = [one for one in onrecord("--home", tmp_path, "doctor", "--json").lines if one["check"] == "browser"]
    assert (about["state"], about["what"]) == ("bad", f"one source asks for one: {what_is_missing(absent)}")
    assert site.paths == ["/robots.txt"]
