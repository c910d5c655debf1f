"""Finding what five pretend sites of different make have to watch, and the commands that act on sources. Real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command import onrecord, write_home
from tests.far_side import Answer, Site, feed, page
from tests.pdf_maker import Line, one_page


def doc(title: str, *extra: str) -> str:
    return page(f"This page says what we hold about {title.lower()} at this company.", *extra, title=title)


def links(*pairs: tuple[str, str]) -> str:
    return "".join(f"<li><a href='{href}'>{text}</a></li>" for href, text in pairs)


def home_page(*pairs: tuple[str, str], head: str = "", body: str = "") -> str:
    filling = page("Welcome to our company, which makes instruments for laboratories.").partition("<main>")[2]
    return f"<html lang=en><head><title>Acme</title>{head}</head><body><nav><ul>{links(*pairs)}</ul></nav><main>{body}{filling}"


def pdf(words: str) -> Answer:
    lines = [words, *(f"Section {n}: suppliers answer for the audits of plant {n} and for reports." for n in range(9))]
    body = one_page(*(Line(72, 720 - 20 * at, line) for at, line in enumerate(lines)))
    return Answer(body=body, media_type="application/pdf")


def classic(site: Site) -> dict[str, str]:
    head = "<link rel=alternate type='application/rss+xml' title=News href='/news/rss.xml'>"
    site.pages["/"] = home_page(
        ("/about/human-rights", "Human rights"), ("/ethics.html", "Code of conduct"), ("/privacy", "Privacy notice"),
        ("/products", "Products"), ("/careers", "Careers"), head=head,
    )  # fmt: skip
    site.pages["/news/rss.xml"] = feed(("One", site.url("/n/1")), ("Two", site.url("/n/2")))
    site.pages["/about/human-rights"] = doc("Human rights")
    site.pages["/ethics.html"] = doc("Code of conduct")
    site.pages["/privacy"] = doc("Privacy notice")
    site.pages["/products"], site.pages["/careers"] = doc("Products"), doc("Careers")
    return {
        "/news/rss.xml": "feed",
        "/about/human-rights": "human-rights",
        "/ethics.html": "ethics",
        "/privacy": "privacy",
    }


def behind_hubs(site: Site) -> dict[str, str]:
    site.pages["/"] = home_page(("/company/", "About us"), ("/sustainability/", "Sustainability"), ("/shop", "Shop"))
    site.pages["/company/"] = doc("About us", links(("/legal/law-enforcement", "Law enforcement guidelines")))
    site.pages["/sustainability/"] = doc(
        "Sustainability",
        links(("/files/supplier-code.pdf", "Supplier code of conduct"), ("/ms", "Modern slavery statement")),
    )
    site.pages["/files/supplier-code.pdf"] = pdf("Suppliers shall respect human rights.")
    site.pages["/ms"], site.pages["/legal/law-enforcement"] = doc("Modern slavery"), doc("Law enforcement")
    site.pages["/shop"] = doc("Shop")
    return {
        "/files/supplier-code.pdf": "supplier-code",
        "/ms": "modern-slavery",
        "/legal/law-enforcement": "law-enforcement",
    }


def german(site: Site) -> dict[str, str]:
    site.pages["/"] = home_page(
        ("/de/menschenrechte", "Menschenrechte"), ("/de/datenschutz", "Datenschutz"), ("/de/presse", "Presse"),
        ("/de/lieferanten", "Verhaltenskodex für Lieferanten"), ("/de/produkte", "Produkte"),
    )  # fmt: skip
    other = "<link rel=alternate hreflang=en href='/en/human-rights'>"
    site.pages["/de/menschenrechte"] = doc("Menschenrechte").replace("<head>", f"<head>{other}")
    site.pages["/en/human-rights"] = doc("Human rights")
    for path, title in (("datenschutz", "Datenschutz"), ("lieferanten", "Lieferantenkodex"), ("produkte", "Produkte")):
        site.pages[f"/de/{path}"] = doc(title)
    releases = links(*((f"/de/presse/{n}", f"Meldung Nummer {n} des Unternehmens") for n in range(5)))
    site.pages["/de/presse"] = doc("Presse", f"<ul class=liste>{releases}</ul>")
    return {
        "/de/menschenrechte": "human-rights",
        "/de/datenschutz": "privacy",
        "/de/lieferanten": "supplier-code",
        "/de/presse": "listing",
    }


def answers_everything(site: Site) -> dict[str, str]:
    site.pages["/"] = home_page(("/ethics", "Ethics"), ("/human-rights", "Human rights"), ("/privacy", "Privacy"))
    site.pages["/ethics"] = doc("Ethics")
    nothing = page("Sorry, what you look for may have been moved; use the search or go to the start.", title="Welcome")
    real = site.answer

    def answer(path: str) -> Answer:
        found = real(path)
        return Answer(body=nothing.encode()) if found.status == 404 else found

    site.answer = answer  # type: ignore[method-assign]  # the same
    return {"/ethics": "ethics"}


def only_a_map(site: Site) -> dict[str, str]:
    site.pages["/"] = home_page(("/shop", "Shop"))
    rows = "".join(
        f"<url><loc>{site.url(path)}</loc></url>"
        for path in ("/shop", "/legal/modern-slavery-statement", "/legal/government-requests", "/p/7")
    )
    site.pages["/sitemap.xml"] = Answer(
        body=f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode(),
        media_type="application/xml",
    )
    site.pages["/legal/modern-slavery-statement"], site.pages["/legal/government-requests"] = (
        doc("Slavery"),
        doc("Requests"),
    )
    site.pages["/shop"] = doc("Shop")
    return {"/legal/modern-slavery-statement": "modern-slavery", "/legal/government-requests": "law-enforcement"}


SITES: list[Callable[[Site], dict[str, str]]] = [classic, behind_hubs, german, answers_everything, only_a_map]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.mark.parametrize("made", SITES, ids=lambda made: made.__name__)
def test_what_a_site_has_is_found_and_nothing_is_invented(
    site: Site, home: Path, made: Callable[[Site], dict[str, str]]
) -> None:
    planted = made(site)
    write_home(home, site.authority, f"{{url: '{site.url('/shop')}'}}")
    ran = onrecord(
        "sources", "add", site.url("/"), "--company", "acme", "--name", "Acme", "--choose", "marked", "--json"
    )
    assert ran.status == 0, ran.err
    *found, last = ran.lines
    came = {
        row["url"].removeprefix(site.url("")): row["role"] or row["kind"] for row in found if row["kind"] != "sitemap"
    }
    assert came == planted
    assert all(row["bytes"] > 0 and row["requests_a_day"] > 0 for row in found if row["kind"] != "sitemap")
    assert last["written"] == len(planted)
    assert onrecord("validate").status == 0
    if made is german:
        editions = [row["editions"] for row in found if row["role"] == "human-rights"]
        assert editions == [[{"lang": "en", "url": site.url("/en/human-rights")}]]


def test_editions_that_are_a_language_s_front_page_or_shared_are_nobody_s_and_what_is_proposed_can_be_chosen(
    site: Site, home: Path
) -> None:
    """The usual mistakes of hreflang: every page points to /de/, or to one page that is none of theirs."""
    head = "<head><link rel=alternate hreflang=de href='/de/'><link rel=alternate hreflang=fr href='/fr/mentions'>"
    site.pages["/"] = home_page(("/ethics", "Ethics"), ("/human-rights", "Human rights"), ("/privacy", "Privacy"))
    for path in ("/ethics", "/human-rights", "/privacy"):
        shared = head.replace("/fr/mentions", "/human-rights") if path == "/privacy" else head
        site.pages[path] = doc(path[1:]).replace("<head>", shared)
    site.pages["/de/"], site.pages["/fr/mentions"] = doc("Start"), doc("Mentions")
    write_home(home, site.authority, f"{{url: '{site.url('/shop')}'}}")
    ran = onrecord("sources", "add", site.url("/"), "--company", "acme", "--choose", "all", "--json")
    assert ran.status == 0, ran.err
    *found, last = ran.lines
    assert [row["editions"] for row in found] == [[], [], []]
    assert last["written"] == 3
    assert onrecord("validate").status == 0


@pytest.mark.parametrize("begun", ["companies: []\n", "companies:\n", "companies: []  # none yet\nschema: 1\n"])
def test_an_empty_list_is_begun(site: Site, home: Path, begun: str) -> None:
    site.pages["/"], site.pages["/ethics"] = home_page(("/ethics", "Ethics")), doc("Ethics")
    write_home(home, site.authority)
    (home / "sources.yaml").write_text(begun)
    assert onrecord("validate").status == 0
    ran = onrecord("sources", "add", site.url("/"), "--name", "Acme", "--choose", "all", "--json")
    assert (ran.status, ran.lines[-1]["written"]) == (0, 1), ran.err
    [source] = onrecord("sources", "list", "--json").lines
    assert source["url"] == site.url("/ethics")
    assert begun.replace(" []", "").splitlines()[0] in (home / "sources.yaml").read_text().splitlines()


def test_a_place_the_settings_allow_since_is_asked_at_once_and_a_site_nobody_saw_lacks_nothing(
    site: Site, home: Path
) -> None:
    site.pages["/"], site.pages["/ethics"] = home_page(("/ethics", "Ethics")), doc("Ethics")
    write_home(home, "elsewhere.example:80", f"{{url: '{site.url('/shop')}'}}")
    refused = onrecord("sources", "add", site.url("/"), "--company", "acme")
    assert f"list {site.authority} under fetch.allow_private" in refused.err
    assert refused.out == ""
    assert "The site was not seen, so nothing is said of it." in refused.err
    assert onrecord("check", "--json").lines[0]["status"] == "failed"
    write_home(home, site.authority, f"{{url: '{site.url('/shop')}'}}")
    ran = onrecord("sources", "add", site.url("/"), "--company", "acme", "--json")
    assert [row["url"] for row in ran.lines[:-1]] == [site.url("/ethics")]
    assert "an ethics page" not in ran.lines[-1]["not_found"]
    assert "a human rights page" in ran.lines[-1]["not_found"]


def test_a_newsroom_beside_the_feed_of_a_blog_is_proposed_and_one_whose_releases_the_feed_lists_is_not(
    site: Site, home: Path
) -> None:
    releases = links(*((f"/news/{n}", f"Release number {n} of the Acme company") for n in range(5)))
    head = "<link rel=alternate type='application/rss+xml' href='/blog/rss.xml'>"
    site.pages["/"] = home_page(("/news", "Newsroom"), head=head)
    site.pages["/news"] = page("What we have to say to the press, newest first.", f"<ul>{releases}</ul>", title="News")
    site.pages["/blog/rss.xml"] = feed(("One", site.url("/blog/1")), ("Two", site.url("/blog/2")))
    write_home(home, site.authority, f"{{url: '{site.url('/shop')}'}}")
    ran = onrecord("sources", "add", site.url("/"), "--company", "acme", "--json")
    assert {row["kind"]: row["is_proposed"] for row in ran.lines[:-1]} == {"listing": True, "feed": True}
    site.pages["/blog/rss.xml"] = feed(*((f"Release {n}", site.url(f"/news/{n}")) for n in range(1, 4)))
    ran = onrecord("sources", "add", site.url("/"), "--company", "acme", "--json")
    assert {row["kind"]: row["is_proposed"] for row in ran.lines[:-1]} == {"listing": False, "feed": True}


def test_a_source_is_paused_resumed_moved_captured_and_each_is_undone(site: Site, home: Path) -> None:
    site.pages["/old"], site.pages["/new"] = (
        doc("Ethics", "We will not sell it."),
        doc("Ethics", "We will not sell it."),
    )
    write_home(home, site.authority, f"{{url: '{site.url('/old')}', role: ethics, id: acme/ethics}}  # the one")
    assert onrecord("check").status == 0
    text = (home / "sources.yaml").read_text()
    assert onrecord("sources", "pause", "acme/ethics").status == 0
    assert onrecord("sources", "list").out.count("acme/ethics") == 0
    assert onrecord("sources", "pause", "acme/ethics").status == 2
    assert onrecord("sources", "undo").status == 0
    assert (home / "sources.yaml").read_text() == text
    [moved] = onrecord("sources", "move", "acme/ethics", site.url("/new"), "--json").lines
    assert moved["document_moved"] is True
    assert [line["status"] for line in onrecord("check", "--json").lines] == ["unchanged"]
    saved = home / "saved.html"
    saved.write_text(doc("Ethics", "We do not knowingly sell it."))
    [row] = onrecord("sources", "capture", "acme/ethics", saved, "--json").lines
    assert row["status"] == "changed"
    [shown] = onrecord("history", "acme/ethics", "--json").lines
    assert len(shown["versions"]) == 2
    assert [line["kind"] for line in onrecord("sources", "log", "--json").lines] == ["capture", "move", "pause"]
    assert onrecord("sources", "undo", "2").status == 0
    assert (home / "sources.yaml").read_text() == text


def test_what_is_wrong_with_a_source_is_said_with_its_line(site: Site, home: Path) -> None:
    site.pages["/a"] = site.pages["/a?x"] = doc("Ethics")
    site.pages["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /closed", media_type="text/plain")
    sources = [
        f"{{url: '{site.url('/a')}', select: '.gone'}}",
        f"{{url: '{site.url('/closed')}'}}",
        f"{{url: '{site.url('/a?x')}', terms: read by A.}}",
    ]
    write_home(home, site.authority, *sources)
    first, closed, good = onrecord("sources", "test", "--json").lines
    assert (first["health"], first["line"]) == ("bad", 5)
    assert "the selector .gone matches nothing" in " ".join(first["notes"])
    assert closed["notes"][0] == "robots.txt asks programs to leave this address alone"
    assert (good["health"], good["notes"]) == ("good", ["terms: read by A."])
    assert "/closed" not in [path for path, _ in site.asked]
    assert onrecord("check", "--json").lines[1]["status"] == "failed"
    assert onrecord("sources", "coverage", "--json").lines[0]["watched"] == 3
