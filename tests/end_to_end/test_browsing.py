"""What people do with the pages, in a real browser: sign in, act as far as their role goes, cite, take lists along, watch
Today change by itself, and look at archived HTML that would run, load or escape if it could.
"""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from core.model import Fetch, Purpose
from monitor.importing import Recorded, import_capture
from storage import accounts, audit
from tests.browsing import Served
from tests.web_archive import (
    ASSESSED,
    BASE_URL,
    HEDGED,
    LATEST,
    NOW,
    SALES,
    SALES_SLUG,
    SCRIPT,
    TRAP,
    TRAP_PAGE,
    TRAP_SLUG,
    sales,
)

pytestmark = pytest.mark.browser

PASSWORD = "three dull words"


def link_for(served: Served, role: Any) -> str:
    with served.seeded.database.write() as conn:
        return f"{served.address}/welcome/{accounts.make_link(conn, role, made_by='a test', now=NOW)}"


def enter(served: Served, role: Any, name: str) -> Any:
    """A page of somebody who came by a one-time link and chose a password."""
    tab = served.context(None).new_page()
    tab.goto(link_for(served, role))
    tab.fill("#who", name)
    for field in tab.locator("input[type=password]").all():
        field.fill(PASSWORD)
    tab.click("button:has-text('Open the archive')")
    assert tab.url == f"{served.address}/"
    return tab


def test_signing_in_leads_to_what_was_asked_for_and_a_wrong_password_nowhere(served: Served) -> None:
    enter(served, "reader", "ada").context.close()
    tab = served.context(None).new_page()
    tab.goto(f"{served.address}/d/{SALES_SLUG}")
    assert tab.url == f"{served.address}/login?next=%2Fd%2F{SALES_SLUG.replace('/', '%2F')}"
    tab.fill("#who", "ada")
    tab.fill("#pw", "three other words")
    tab.click("button:has-text('Sign in')")
    assert "This name and this password do not belong together." in tab.inner_text("[role=alert]")
    tab.fill("#pw", PASSWORD)
    tab.click("button:has-text('Sign in')")
    assert tab.inner_text("h1") == "Responsible sales"
    tab.click(".me")
    assert tab.inner_text(".deck") == "Reader: reads, searches, compares, cites and exports."
    tab.click("button:has-text('Sign out here')")
    tab.goto(f"{served.address}/companies")
    assert "/login?next=" in tab.url
    tab.context.close()


def test_each_role_is_offered_what_it_may_do_and_nothing_else(served: Served) -> None:
    offered = {}
    for role in ("reader", "analyst", "operator"):
        tab = served.context(role).new_page()
        tab.goto(f"{served.address}/alert/1")
        acts = tab.locator("form[action^='/alert/1/']").count()
        tab.goto(f"{served.address}/sources")
        checks = tab.locator("input[name=source]").count()
        tab.goto(f"{served.address}/rules")
        tests = tab.locator("form[action='/rules/backtest']").count()
        answer = tab.goto(f"{served.address}/people")
        offered[role] = (acts > 0, checks > 0, tests > 0, answer.status, tab.locator("nav >> text=People").count() > 0)
        tab.context.close()
    assert offered == {
        "reader": (False, False, False, 403, False),
        "analyst": (True, False, True, 403, False),
        "operator": (True, True, True, 200, True),
    }


def test_an_analyst_acknowledges_by_a_click_and_it_stands_in_the_log(served: Served) -> None:
    tab = served.context("analyst").new_page()
    tab.goto(f"{served.address}/alert/1")
    tab.click("button:has-text('Acknowledge')")
    assert tab.url == f"{served.address}/alert/1#log"
    assert "acknowledged by the-analyst" in tab.inner_text(".log").lower()
    tab.context.close()


def test_cite_copies_a_citation_whose_address_finds_the_words(served: Served) -> None:
    context = served.context("reader", permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    tab.goto(f"{served.address}/search?q=%22fact-specific%20assessments%22")
    tab.click(".hit >> text=Cite")
    tab.click("button[data-copy=plain]")
    tab.wait_for_selector("button:has-text('Copied')")
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert ASSESSED in copied
    assert "Halden Biosystems" in copied
    assert served.seeded.digests["halden-sales@2019-02-20"] in copied
    [link] = re.findall(re.escape(BASE_URL) + r"\S+", copied)
    tab.goto(link.replace(BASE_URL, served.address))
    assert tab.inner_text("#found") == ASSESSED
    assert {tab.inner_text(f"#{key}")[:7] for key in ("chicago", "bibtex")} == {"Halden ", "@online"}
    context.close()


def test_lists_are_taken_along_by_a_click_and_the_audit_knows(served: Served, tmp_path: Path) -> None:
    tab = served.context("reader").new_page()
    tab.goto(f"{served.address}/search?q=sell")
    with tab.expect_download() as taken:
        tab.click("footer >> text=CSV")
    taken.value.save_as(tmp_path / "found.csv")
    assert taken.value.suggested_filename == "onrecord-search-sell.csv"
    with (tmp_path / "found.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert rows[0]["company"] == "halden"
    assert tab.evaluate("fetch('/search?q=sell&format=json').then(a => a.json()).then(a => a.total)") == 6
    assert tab.evaluate("fetch('/alerts?format=atom').then(a => a.text())").startswith('<?xml version="1.0"')
    with served.seeded.database.read() as conn:
        acts = {(one.who, one.act) for one in audit.newest(conn, 10)}
    assert {("the-reader", "export as CSV"), ("the-reader", "export as JSON")} <= acts
    tab.context.close()


def test_today_changes_by_itself_when_something_happens(served: Served) -> None:
    tab = served.context("reader").new_page()
    with tab.expect_response("**/live"):
        tab.goto(served.address)
    assert "NEVER" not in tab.inner_text("main")
    shows(served, SALES, sales(HEDGED, LATEST, "We will NEVER sell to prisons.", speak_up_last=True))
    tab.wait_for_selector("#live .change:has-text('NEVER')", timeout=10_000)
    tab.context.close()


IN_HEAD = b"""<meta http-equiv=refresh content="0;url=/audit"><base href="https://hostile.example/">
<link rel=stylesheet href="https://hostile.example/a.css"><link rel=prefetch href="https://hostile.example/b">
<link rel=dns-prefetch href="//hostile.example"><link rel=preconnect href="https://hostile.example">
<style>@import url(https://hostile.example/c.css); body{background:url(https://hostile.example/d.png)}
@font-face{font-family:x;src:url(https://hostile.example/e.woff)} p{font-family:x;color:rgb(1, 2, 3)}</style>
<script>parent.document.title='owned'; top.location='https://hostile.example/f'</script></head>"""
IN_BODY = b"""<img src="https://hostile.example/g.png" onerror="parent.document.title='owned'">
<img id=kept src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">
<iframe src="/audit"></iframe><iframe srcdoc="<script>top.document.title='owned'</script>"></iframe>
<object data="/audit"></object><embed src="/audit"><video src="https://hostile.example/h.mp4" autoplay></video>
<svg><script>parent.document.title='owned'</script></svg>
<form action="/logout" method=post target=_top><button id=send>Go</button></form>
<a id=away href="https://hostile.example/i" target=_top>away</a> <a id=window href="/audit" target=_blank>window</a>
<a id=script href="javascript:parent.document.title='owned'">script</a></body>"""
ESCAPES = TRAP_PAGE.replace(b"end of it", b"end of all").replace(b"</head>", IN_HEAD).replace(b"</body>", IN_BODY)


def test_archived_html_is_drawn_and_can_do_nothing(served: Served) -> None:
    shows(served, TRAP, ESCAPES)
    context = served.context("operator")
    tab = context.new_page()
    asked: list[str] = []
    stopped: list[str] = []  # the browser tells of what the policy stopped before it was sent
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("requestfailed", lambda request: stopped.append(request.url) if request.failure == "csp" else None)
    tab.goto(f"{served.address}/capture/{TRAP_SLUG}/3")
    frame = tab.frame_locator("iframe.raw")
    assert frame.locator("h1").inner_text() == f"Trap {SCRIPT}"
    assert frame.locator("p").first.evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    assert frame.locator("#kept").evaluate("e => e.complete && e.naturalWidth") == 1
    for name in ("send", "away", "window", "script"):
        frame.locator(f"#{name}").dispatch_event("click")
    tab.wait_for_timeout(300)
    sent = [url for url in asked if url not in stopped and not url.startswith("data:")]
    assert [url for url in sent if not url.startswith(served.address)] == []
    assert [url for url in sent if re.search(r"/(audit|logout)", url)] == []
    assert len(set(stopped)) >= 6
    assert tab.title().startswith("Raw capture, ")
    assert tab.url == f"{served.address}/capture/{TRAP_SLUG}/3"
    assert len(context.pages) == 1
    framed = tab.request.get(f"{served.address}/frame/{sha256(ESCAPES).hexdigest()}")
    assert framed.headers["content-security-policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    with tab.expect_download() as taken:
        tab.press("text=Download the bytes", "Enter")
    assert Path(taken.value.path()).read_bytes() == ESCAPES
    assert unquote(taken.value.suggested_filename).endswith(".html.txt")
    context.close()


def shows(served: Served, source: Any, body: bytes) -> None:
    """The page of a source answers with these bytes now."""
    at = NOW - timedelta(minutes=5)
    fetch = Fetch(
        source.url, Purpose.WATCH, at, at + timedelta(seconds=1), status=200, final_url=source.url,
        headers=(("content-type", "text/html; charset=utf-8"),), digest=sha256(body).hexdigest(),
    )  # fmt: skip
    import_capture(served.seeded.tools, Recorded(fetch, body))
