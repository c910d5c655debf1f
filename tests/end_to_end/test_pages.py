"""The pages in a real browser: the founding question answered by clicking, on a phone and on a desk, by day and night.

Screenshots of every page go to the folder pytest gives, or to ONRECORD_SCREENSHOTS where that is set: look at them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.web_archive import RIGHTS_SLUG, SALES_SLUG, TRAP_SLUG, seed

CHROMIUM = Path("/usr/bin/chromium")
SIZES = {"phone": (360, 780), "desk": (1280, 900)}
PAGES = {
    "today": "/",
    "document": f"/d/{SALES_SLUG}",
    "compare": f"/c/{SALES_SLUG}/3..4",
    "inline": f"/c/{SALES_SLUG}/3..4?view=inline",
    "moved": f"/c/{SALES_SLUG}/2..3",
    "chinese": f"/c/{RIGHTS_SLUG}/1..2",
    "hostile": f"/c/{TRAP_SLUG}/1..2",
    "hostile-document": f"/d/{TRAP_SLUG}",
    "search": "/search?q=%22fact-specific%20assessments%22",
    "nobody": "/search?q=unicorn",
    "counts": "/search/counts?q=sell",
    "never": "/search/never?q=Xinjiang",
    "companies": "/companies",
    "company": "/company/halden",
    "alerts": "/alerts",
    "alert": "/alert/1",
    "sources": "/sources",
    "rules": "/rules",
    "rule": "/rules/fired/hedge.knowingly",
    "outbox": "/outbox",
    "tasks": "/tasks",
    "people": "/people",
    "audit": "/audit",
    "cite": f"/cite/{SALES_SLUG}/4",
    "capture": f"/capture/{SALES_SLUG}/4",
    "two-documents": f"/c/{SALES_SLUG}/4..{RIGHTS_SLUG}/2",
    "choose": "/compare",
    "login": "/login",
    "problem": "/nowhere",
}

pytestmark = pytest.mark.browser

if not CHROMIUM.exists():
    pytest.skip(f"NOT RUN: no Chromium at {CHROMIUM}", allow_module_level=True)
sync_api = pytest.importorskip("playwright.sync_api", reason="NOT RUN: playwright is not installed (extra [browser])")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The seeded archive on a port of this machine."""
    seeded = seed(tmp_path_factory.mktemp("archive"), guest="operator")
    server = uvicorn.Server(uvicorn.Config(seeded.app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    assert server.started
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    seeded.database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chosen = os.environ.get("ONRECORD_SCREENSHOTS")
    made = Path(chosen) if chosen else tmp_path_factory.mktemp("screenshots")
    made.mkdir(parents=True, exist_ok=True)
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
def test_every_page_fits_and_says_nothing_to_the_console(
    site: str, browser: Any, folder: Path, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    for name, address in PAGES.items():
        page.goto(site + address)
        page.screenshot(path=str(folder / f"{name}-{size}-{scheme}.png"), full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} scrolls sideways: {wide} px on {width}"
        too_small = page.evaluate(
            "[...document.querySelectorAll('main .btn, main button')].filter(e => innerWidth < 700 &&"
            " e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.textContent)"
        )
        assert too_small == []
    context.close()
    assert len(asked) >= 2 * len(PAGES)
    assert [url for url in asked if not url.startswith((site, "data:,"))] == []
    assert [text for text in said if "404" not in text] == []


def test_the_founding_question_is_answered_by_clicking(site: str, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 780})
    page.goto(site)
    page.click("summary:has-text('Menu')")
    page.click(".menu >> text=Search")
    page.fill("#q", '"fact-specific assessments"')
    page.click("button:has-text('Search')")
    assert "20 Feb 2019 – 13 Sep 2020" in page.inner_text(".hit")
    page.click("text=Where it went out")
    assert page.url == f"{site}/c/{SALES_SLUG}/1..2"
    assert page.inner_text("h1") == "Version 1 and version 2"
    struck = page.locator(".duo del").all_inner_texts()
    assert any("fact-specific assessments" in text for text in struck)
    page.click("text=Inline")
    assert page.url.endswith("/1..2?view=inline#side")
    page.click(".kicker a")
    assert page.inner_text("h1") == "Responsible sales"
    page.close()


def test_a_keyboard_reaches_what_changed(site: str, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"/c/{SALES_SLUG}/3..4"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.close()


def test_earlier_wordings_and_the_day_asked_for_need_no_script(site: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{site}/d/{SALES_SLUG}")
    page.click("summary:has-text('Two earlier wordings')")
    assert page.locator(".wordings .said").first.is_visible()
    page.fill("#asof", "2021-03-01")
    page.click("button:has-text('Show')")
    assert page.url == f"{site}/d/{SALES_SLUG}?asof=2021-03-01"
    assert "As it stood at the end of 1 Mar 2021, UTC." in page.inner_text("main")
    context.close()


def test_in_print_everything_folded_is_open_and_no_button_is_left(site: str, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.goto(f"{site}/c/{SALES_SLUG}/3..4")
    page.emulate_media(media="print")
    assert page.locator(".only-print").is_visible()
    assert page.locator("details.fold .said").first.is_visible()
    assert page.locator("main button:visible").count() == 0
    page.close()


AXE_FREE_CHECKS = """() => {
  const faults = [];
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size !== ids.length) faults.push('an id stands twice');
  for (const e of document.querySelectorAll('input:not([type=hidden]), select')) {
    if (!e.labels.length && !e.getAttribute('aria-label')) faults.push('no label: ' + e.outerHTML.slice(0, 80));
  }
  for (const e of document.querySelectorAll('[aria-labelledby]')) {
    if (!document.getElementById(e.getAttribute('aria-labelledby'))) faults.push('labelled by nothing: ' + e.tagName);
  }
  let last = 0;
  for (const e of document.querySelectorAll('h1, h2, h3, h4')) {
    const level = +e.tagName[1];
    if (level > last + 1) faults.push('heading skips to ' + e.outerHTML.slice(0, 80));
    last = level;
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  for (const e of document.querySelectorAll('svg:not([aria-hidden])')) {
    if (!e.getAttribute('aria-label')) faults.push('a drawing that says nothing');
  }
  for (const e of document.querySelectorAll('a')) {
    if (!e.textContent.trim() && !e.getAttribute('aria-label')) faults.push('an empty link');
  }
  return faults;
}"""


def test_pages_are_in_order_for_those_who_hear_them(site: str, browser: Any) -> None:
    page = browser.new_page()
    for address in PAGES.values():
        page.goto(site + address)
        assert page.evaluate(AXE_FREE_CHECKS) == [], address
    page.close()


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = css => { canvas.clearRect(0,0,1,1); canvas.fillStyle = css; canvas.fillRect(0,0,1,1);
    return [...canvas.getImageData(0,0,1,1).data]; };
  const light = c => { const [r,g,b] = c.map(v => (v/=255) <= .03928 ? v/12.92 : ((v+.055)/1.055)**2.4);
    return .2126*r + .7152*g + .0722*b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c[3] === 255) return c; } return [255,255,255,255]; };
  const poor = [];
  for (const e of document.querySelectorAll('body *:not(svg):not(svg *)')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) poor.push(e.tagName + ' ' + e.className + ' ' + e.textContent.trim().slice(0, 40));
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_enough_from_what_is_behind_them(site: str, browser: Any, scheme: str) -> None:
    """Contrast of 4.5 or better (WCAG AA) for every word on every page."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    for address in PAGES.values():
        page.goto(site + address)
        assert page.evaluate(CONTRAST) == [], address
    context.close()
