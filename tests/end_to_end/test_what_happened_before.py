"""Shapes of what companies did before, from captures to the text of the alert: in our own words, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Source
from core.report import four_lines, from_plain
from storage import documents, incidents
from storage.schema import alerts, changes, deliveries
from storage.schema import cases as case_rows
from tests.command import onrecord, write_home
from tests.far_side import Site, page
from tests.site import Answer, World, world
from tests.site import page as site_page

FILLER = "The company was founded in a small workshop near the harbour, and its shares trade on two exchanges."
LETTER = "We ask our suppliers to follow our code in every country, and we train our buyers each year."
XINJIANG = "We do not source goods or labour from the Xinjiang region, and our suppliers must not do so."
LINES = "Applications we will not pursue"
ITEMS = (
    "Weapons that are made to injure people",
    "Surveillance that violates internationally accepted norms",
    "Technologies that break human rights law",
)


PAGES = {
    "/letter.html": "A letter to our suppliers",
    "/lines.html": "Red lines",
    "/line.html": "One line",
    "/cotton.html": "Cotton",
    "/usage.html": "Usage policy",
}


def red_lines(lead_in: str, items: Sequence[str] = ITEMS) -> str:
    """A heading with a list under it; ``lead_in`` is the heading's text."""
    return f"</p><h2>{lead_in}</h2><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul><p>"


def put(site: Site, path: str, *blocks: str) -> None:
    site.pages[path] = page(*blocks, FILLER, title=PAGES[path])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Five pages seen, changed and seen again, through the program and real HTTP: the text of each page's alert."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, Site() as site:
        patch.setenv("ONRECORD_HOME", str(home))
        put(site, "/letter.html", LETTER, XINJIANG)
        put(site, "/lines.html", red_lines(f"{LINES}:"), LETTER)
        put(site, "/line.html", red_lines(f"{LINES}:"), LETTER)
        put(site, "/cotton.html", LETTER, "We buy no cotton from Xinjiang.")
        put(site, "/usage.html", "You must not use our service for military and warfare purposes.", LETTER)
        write_home(home, site.authority, *(f'{{url: "{site.url(path)}", role: policy}}' for path in PAGES))
        assert onrecord("check", "--json").status == 0
        put(site, "/letter.html", LETTER)
        put(site, "/lines.html", red_lines("Our applications"), LETTER)
        put(site, "/line.html", red_lines(f"{LINES}:", (ITEMS[0], ITEMS[2])), LETTER)
        put(site, "/cotton.html", LETTER, "We buy no cotton from regions of concern.")
        put(site, "/usage.html", "You must not use our service to harm yourself or others.", LETTER)
        ran = onrecord("check", "--json")
        assert ran.status == 0, ran.err
        gone = onrecord("search", "xinjiang still:no", "--json").lines
        assert {row["document"].rpartition("/")[2] for row in gone if row["gone_since"]} == {"cotton", "letter"}
        blocks = re.split("─{20,}\n", ran.err)
    found = {title: block for title in PAGES.values() for block in blocks if f" · {title}\n" in block}
    assert len(found) == len(PAGES), ran.err
    return found


def test_a_paragraph_is_cut_from_a_page_that_stays(told: dict[str, str]) -> None:
    text = told["A letter to our suppliers"]
    assert text.startswith(
        "REMOVED · Halden Biosystems · A letter to our suppliers\nCritical · DNA\n"
        "Found: “do not source”, “suppliers must”, “Xinjiang” went out.\nChanged "
    )
    assert f"  > [-{XINJIANG}-]\n" in text
    assert re.search("Changed (?:between|within the minute of)", text)


def test_red_lines_go_with_the_words_that_made_them_lines(told: dict[str, str]) -> None:
    assert told["Red lines"].startswith(
        "REMOVED · Halden Biosystems · Red lines\nCritical · DNA\nFound: “Applications we will not pursue” went out.\n"
    )
    assert "  > [-Applications we will not pursue:-]\n" in told["Red lines"]


def test_one_red_line_of_three_is_cut(told: dict[str, str]) -> None:
    assert told["One line"].startswith(
        f"REMOVED · Halden Biosystems · One line\nCritical · DNA\nFound: “{ITEMS[1]}” went out.\n"
    )
    assert f"  > Applications we will not pursue:\n  > [-{ITEMS[1]}-]\n" in told["One line"]


def test_the_last_mention_of_a_place_is_gone(told: dict[str, str]) -> None:
    assert told["Cotton"].startswith(
        "WEAKENED · Halden Biosystems · Cotton\nCritical · DNA\n"
        "Found: “regions of concern” came in; “Xinjiang” went out.\n"
    )
    assert "  > We buy no cotton from [-Xinjiang-]" in told["Cotton"]


def test_the_specific_turns_general_and_is_never_called_firmer(told: dict[str, str]) -> None:
    assert "military" in told["Usage policy"]
    assert "STRENGTHENED" not in told["Usage policy"]
    assert "REWORDED" not in told["Usage policy"]


# --- over days, under a controlled clock ---------------------------------------------------------------------------

HOUR = timedelta(hours=1)
COTTON = "We do not source cotton from Xinjiang, and our suppliers must not do so."
STANDING_ZH = "".join(f"<p>第{at}节说明公司在第{at}号工厂的审核以及谁可以阅读报告。</p>" for at in range(15))
COTTON_ZH = "我们不从新疆采购棉花，供应商也不得从新疆采购棉花。"


@pytest.fixture
def days(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def texts(days: World) -> list[str]:
    """Every alert as its receiver reads it: the four lines and the reasons, in the order they were raised."""
    with days.database.read() as conn:
        rows = conn.execute(select(alerts.c.report).order_by(alerts.c.id)).scalars()
        reports = [from_plain(row) for row in rows]
    return ["\n".join((*four_lines(report), *report.why)) for report in reports]


def messages(days: World) -> int:
    with days.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(deliveries)).scalar_one())


def policy_at(url: str, lang: str | None = None) -> Source:
    name = f"acme/{url.split('//')[1].replace('/', '-')}"
    return Source(name, "acme", "page", url, role="policy", lang=lang, every=6 * HOUR)


EN, ZH = "https://acme.example/en/policy", "https://acme.example/zh/policy"


def show_chinese(days: World, text: str) -> None:
    days.site.shows(ZH, site_page(text, title="政策", standing=STANDING_ZH).replace(b"lang=en", b"lang=zh"))


@pytest.fixture
def two_editions(days: World) -> World:
    """An English and a Chinese edition that hold back alike, seen once."""
    days.watch(policy_at(EN, "en"), policy_at(ZH, "zh"))
    days.site.shows(EN, site_page(COTTON))
    show_chinese(days, COTTON_ZH)
    days.check()
    assert texts(days) == []
    return days


@pytest.mark.parametrize(
    ("text", "verdict", "part"),
    [
        (
            "我们尊重人权，供应商必须遵守本政策。",
            "× REMOVED",
            "the en edition (acme/policy) names xinjiang, the zh edition (acme/policy-2) does not",
        ),
        (
            "我们继续采购新疆棉花。",
            "⇄ REVERSED",
            "about xinjiang: the zh edition (acme/policy-2) goes on, the en edition (acme/policy) holds back",
        ),
    ],
)
def test_editions_part_where_one_alone_is_changed(two_editions: World, text: str, verdict: str, part: str) -> None:
    show_chinese(two_editions, text)
    two_editions.check(7 * HOUR)
    [said] = texts(two_editions)
    assert said.startswith(f"{verdict} · Acme · 政策\n")
    assert f"Editions part: {part}" in said
    show_chinese(two_editions, f"{text} 本政策每年更新一次。")
    two_editions.check(7 * HOUR)
    assert not any("Editions part" in again for again in texts(two_editions)[1:])  # told once, with its change


def test_a_link_is_removed_and_the_page_behind_it_still_answers(days: World) -> None:
    rights, statement = "https://acme.example/human-rights", "https://acme.example/human-rights/xinjiang-statement"
    linked = f"</p><p>Read <a href='{statement}'>our statement on Xinjiang</a>"
    days.watch(Source("acme/rights", "acme", "page", rights, role="human-rights", every=6 * HOUR))
    days.site.shows(rights, site_page("We respect human rights.", linked, title="Human rights"))
    days.site.shows(statement, site_page(COTTON, title="Statement on Xinjiang"))
    days.check()
    days.site.shows(rights, site_page("We respect human rights.", title="Human rights"))
    for _ in range(3):
        days.check(7 * HOUR)
    said = texts(days)
    assert [text.splitlines()[0] for text in said] == [
        "× REMOVED · Acme · Human rights",
        "⊘ UNLINKED · Acme · Statement on Xinjiang",
    ]
    assert "no watched page links to the document any more; its own address still answers" in said[1]
    assert "Words changed" not in said[1]
    with days.database.read() as conn:
        page = next(row for row in documents.list_documents(conn) if row.url == statement)
    assert page.state == "live"


def test_one_edit_on_fourteen_mirrors_is_one_message(days: World) -> None:
    mirrors = [f"https://www.acme.{country}/modern-slavery" for country in
               ("at", "be", "ca", "ch", "de", "dk", "es", "fi", "fr", "ie", "it", "nl", "no", "se")]  # fmt: skip
    days.watch(*(policy_at(url) for url in mirrors))
    for url in mirrors:
        days.site.shows(url, site_page(COTTON, title="Modern slavery statement"))
    days.check()
    for url in mirrors:
        days.site.shows(
            url, site_page(COTTON.replace("not source", "not knowingly source"), title="Modern slavery statement")
        )
    days.check(7 * HOUR)
    said = texts(days)
    assert len(said) == 14
    assert all("WEAKENED" in text and "knowingly" in text for text in said)
    assert messages(days) == 1
    with days.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(case_rows)).scalar_one() == 1


def test_a_week_of_refusals_is_an_incident_and_no_removal(days: World) -> None:
    url = "https://acme.example/policy"
    days.watch(policy_at(url))
    days.site.shows("https://acme.example/", site_page("The home page of the Acme company.", title="Acme"))
    days.site.shows(url, site_page(COTTON))
    days.check()
    days.site.answers[url] = Answer(b"<h1>Forbidden</h1>", 403)
    for _ in range(24):
        days.check(7 * HOUR)
    with days.database.read() as conn:
        kinds = list(conn.execute(select(alerts.c.kind).order_by(alerts.c.id)).scalars())
        assert conn.execute(select(func.count()).select_from(changes)).scalar_one() == 0
        assert documents.list_documents(conn)[0].state == "live"
        codes = [each.code for each in incidents.list_open(conn)]
    assert (codes, kinds) == (["refused"], [])
    days.site.shows(url, site_page(COTTON))
    days.check(30 * HOUR)
    assert not any("REMOVED" in text or "GONE" in text for text in texts(days))
