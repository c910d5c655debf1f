"""Every page in a real browser, on a phone and on a desk, by day and night; the founding question answered by clicking.

Each page fits, says nothing to the console, asks nobody else, and shuts nobody out as far as axe-core can tell.
Screenshots of all of them are left in build/screenshots, or where ONRECORD_SCREENSHOTS says: look at them.
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import pytest

from core.links import LinkAct
from storage import accounts, promises, tasks
from storage.promises import Wanted
from tests.browsing import Served
from tests.repository import ROOT
from tests.web_archive import ASSESSED, BASE_URL, LINKS, NOW, RIGHTS_SLUG, SALES_SLUG, TRAP_SLUG, all_routes
from web.speech import cite_address

pytestmark = pytest.mark.browser

COLOURS = {"runOnly": ["color-contrast"]}  # all that another scheme can change
LOOKS = {
    "phone-light": (360, 780, "light", {}),
    "phone-dark": (360, 780, "dark", COLOURS),
    "desk-dark": (1280, 900, "dark", {}),
    "desk-light": (1280, 900, "light", COLOURS),
}
PAGES = {
    "today": "/",
    "document": f"/d/{SALES_SLUG}",
    "version": f"/v/{SALES_SLUG}/1",
    "compare": f"/c/{SALES_SLUG}/3..4",
    "inline": f"/c/{SALES_SLUG}/3..4?view=inline",
    "moved": f"/c/{SALES_SLUG}/2..3",
    "chinese": f"/c/{RIGHTS_SLUG}/1..2",
    "hostile": f"/c/{TRAP_SLUG}/1..2",
    "hostile-document": f"/d/{TRAP_SLUG}",
    "two-documents": f"/c/{SALES_SLUG}/4..{RIGHTS_SLUG}/2",
    "choose": "/compare",
    "search": "/search?q=%22fact-specific%20assessments%22",
    "nobody": "/search?q=unicorn",
    "mistake": "/search?q=%22fact-specific",
    "counts": "/search/counts?q=sell",
    "never": "/search/never?q=Xinjiang",
    "commitments": "/commitments",
    "fate": f"/commitments/fate/{SALES_SLUG}/3..4",
    "side-by-side": "/commitments/across?topic=regions-china",
    "editions": "/commitments/editions?company=mingchuan",
    "spread": "/commitments/spread?q=fact-specific+assessments",
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
    "account": "/account",
    "cite": f"/cite/{SALES_SLUG}/4",
    "capture": f"/capture/{SALES_SLUG}/4",
    "help": "/help",
    "problem": "/nowhere",
}  # fmt: skip
STRANGERS = {"login": "/login"}
NOT_PAGES = {
    "/static/{name:path}", "/raw/{digest}", "/picture/{digest}", "/frame/{digest}", "/timemap/{rest:path}", "/timegate/{rest:path}",
    "/passage/{passage_id}/{rest:path}", "/feed/{token}", "/hub/{name}", "/healthz", "/readyz", "/metrics", "/live",
}  # fmt: skip
FAULTS = """rules => axe.run(document, {resultTypes: ['violations'], ...rules}).then(found => found.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.target).join(' | ')}`))"""
SMALL = """[...document.querySelectorAll('main .btn, main button')].filter(e => innerWidth < 700
    && e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.textContent)"""
IN_ORDER = """() => {
  const faults = [];
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
  return faults;
}"""


@pytest.fixture(scope="module")
def folder() -> Path:
    made = Path(os.environ.get("ONRECORD_SCREENSHOTS") or ROOT / "build" / "screenshots")
    made.mkdir(parents=True, exist_ok=True)
    return made


@pytest.fixture(scope="module")
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(served: Served) -> dict[str, str]:
    """Every page there is, with those whose address is made from the archive."""
    database = served.seeded.database
    with database.write() as conn:
        task = tasks.ask(conn, "backtest", {"rules": "hedge.knowingly"}, asked_by="ada", now=NOW)
        promise = promises.listed(conn, Wanted())[0].entry.key
        welcome = accounts.make_link(conn, "reader", made_by="ada", now=NOW)
        delivery = conn.exec_driver_sql("SELECT min(id) FROM deliveries").scalar_one()
    cited = cite_address(SALES_SLUG, served.seeded.digests["halden-sales@2019-02-20"], ASSESSED, 0)
    by_mail = LINKS.address(str(delivery), LinkAct.SNOOZE, NOW).removeprefix(BASE_URL)
    made = {"task": f"/tasks/{task}", "commitment": f"/commitments/{promise}", "welcome": f"/welcome/{welcome}"}
    return PAGES | made | {"acting": by_mail, "quote": cited}


def test_every_page_fits_and_shuts_nobody_out(served: Served, pages: dict[str, str], folder: Path, axe: str) -> None:
    visits = [("operator", name, at) for name, at in pages.items()] + [
        (None, name, at) for name, at in STRANGERS.items()
    ]
    faults: list[str] = []
    looks = 0
    for role in ("operator", None):
        context = served.context(role)
        context.add_init_script(axe)
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("dialog", lambda dialog, said=said: said.append(f"dialog: {dialog.message}"))
        for _, name, address in (one for one in visits if one[0] == role):
            page.goto(served.address + address)
            faults += [f"{name}: {fault}" for fault in page.evaluate(IN_ORDER)]
            for look, (width, height, scheme, rules) in LOOKS.items():
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=str(folder / f"{name}-{look}.jpg"), full_page=True, type="jpeg", quality=85)
                wide = page.evaluate("document.documentElement.scrollWidth")
                faults += [f"{name}, {look}: scrolls sideways, {wide} px"] if wide > width else []
                faults += [f"{name}, {look}: small: {text}" for text in page.evaluate(SMALL)]
                faults += [f"{name}, {look}: {fault}" for fault in page.evaluate(FAULTS, rules)]
                looks += 1
        faults += [f"asked of another: {url}" for url in asked if not url.startswith((served.address, "data:,"))]
        faults += [f"console: {text}" for text in said if "404" not in text and "400" not in text]
        context.close()
    assert faults == []
    assert looks == len(LOOKS) * len(visits) == 4 * 43


def test_every_route_with_a_page_is_among_them(served: Served, pages: dict[str, str]) -> None:
    routes = [one for one in all_routes(list(served.seeded.app.routes)) if "GET" in (one.methods or ())]
    shown = [address.partition("?")[0] for address in (pages | STRANGERS).values()]
    unseen = {one.path for one in routes if not any(one.path_regex.fullmatch(address) for address in shown)}
    assert {path for path in unseen if not path.endswith(".json")} == NOT_PAGES | {"/u/{token}"}
    assert len(routes) > 40


def test_axe_sees_what_shuts_people_out(served: Served, axe: str) -> None:
    context = served.context(None)
    context.add_init_script(axe)
    page = context.new_page()
    page.goto(served.address + "/login")
    page.evaluate("document.querySelector('label[for=who]').remove()")
    page.evaluate("document.querySelector('main .soft').style.color = '#ddd'")
    found = page.evaluate(FAULTS, {})
    assert [fault.partition(":")[0] for fault in found] == ["color-contrast", "label"]
    context.close()


def test_nothing_scrolls_sideways_between_a_small_phone_and_a_wide_desk(served: Served) -> None:
    context = served.context()
    page = context.new_page()
    wide: list[str] = []
    for name in ("today", "compare", "commitments", "sources", "alert", "two-documents", "fate"):
        page.goto(served.address + PAGES[name])
        for width in (320, 740, 768, 993, 1100, 1217):
            page.set_viewport_size({"width": width, "height": 800})
            reach = page.evaluate("document.documentElement.scrollWidth")
            wide += [f"{name}: {reach} px on {width}"] if reach > width else []
    assert wide == []
    context.close()


def test_the_founding_question_is_answered_by_clicking(served: Served) -> None:
    page = served.context(viewport={"width": 360, "height": 780}).new_page()
    page.goto(served.address)
    page.click("summary:has-text('Menu')")
    page.click(".menu >> text=Search")
    page.fill("#q", '"fact-specific assessments"')
    page.click("button:has-text('Search')")
    assert "20 Feb 2019 – 13 Sep 2020" in page.inner_text(".hit")
    page.click("text=Where it went out")
    assert page.url == f"{served.address}/c/{SALES_SLUG}/1..2"
    assert page.inner_text("h1") == "Version 1 and version 2"
    struck = page.locator(".duo del").all_inner_texts()
    assert any("fact-specific assessments" in text for text in struck)
    page.click("text=Inline")
    assert page.url.endswith("/1..2?view=inline#side")
    page.click(".kicker a")
    assert page.inner_text("h1") == "Responsible sales"
    page.context.close()


def test_a_keyboard_reaches_what_changed(served: Served) -> None:
    page = served.context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(served.address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"/c/{SALES_SLUG}/3..4"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.context.close()


def test_earlier_wordings_and_the_day_asked_for_need_no_script(served: Served) -> None:
    context = served.context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{served.address}/d/{SALES_SLUG}")
    page.click("summary:has-text('Two earlier wordings')")
    assert page.locator(".wordings .said").first.is_visible()
    page.fill("#asof", "2021-03-01")
    page.click("button:has-text('Show')")
    assert page.url == f"{served.address}/d/{SALES_SLUG}?asof=2021-03-01"
    assert "As it stood at the end of 1 Mar 2021, UTC." in page.inner_text("main")
    context.close()


def test_in_print_everything_folded_is_open_and_no_button_is_left(served: Served) -> None:
    page = served.context(viewport={"width": 1000, "height": 900}).new_page()
    page.goto(f"{served.address}/c/{SALES_SLUG}/3..4")
    page.emulate_media(media="print")
    assert page.locator(".only-print").is_visible()
    assert page.locator("details.fold .said").first.is_visible()
    assert page.locator("main button:visible").count() == 0
    page.context.close()
