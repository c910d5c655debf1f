"""Newsrooms, site maps and the links of policy pages over days: what is new, unlinked, swapped. A controlled clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Source
from storage import documents, incidents, versions
from storage.schema import alerts, tellings
from tests.pdf_maker import Line, one_page
from tests.site import Answer, World, page, world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWS = "https://acme.example/newsroom"
MAP = "https://acme.example/sitemap.xml"
POLICY = "https://acme.example/human-rights"
CODE, NEW_CODE = "https://acme.example/files/code-2025.pdf", "https://acme.example/files/code-2026.pdf"


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def told(acme: World) -> list[str]:
    with acme.database.read() as conn:
        return list(conn.execute(select(alerts.c.title).order_by(alerts.c.id)).scalars())


def urls(acme: World) -> list[str]:
    with acme.database.read() as conn:
        return [row.url.removeprefix("https://acme.example") for row in documents.list_documents(conn)]


def open_incidents(acme: World) -> list[tuple[str, tuple[str, ...]]]:
    with acme.database.read() as conn:
        return [(each.code, each.reasons) for each in incidents.list_open(conn)]


# --- a newsroom ----------------------------------------------------------------------------------------------------


def newsroom(*numbers: int, after: str = "") -> bytes:
    rows = "".join(f"<li><h3><a href='/news/{n}'>Release {n} of the Acme company</a></h3></li>" for n in numbers)
    return f"<html><body><main><ul class=news>{rows}</ul>{after}</main></body></html>".encode()


def serve(acme: World, *numbers: int) -> None:
    for n in numbers:
        acme.site.shows(f"https://acme.example/news/{n}", page(f"Release {n} says what is new.", title=f"Release {n}"))


def watch_news(acme: World, **options: str) -> None:
    acme.watch(Source("acme/news", "acme", "listing", NEWS, every=HOUR, options=tuple(options.items())))


def test_a_release_that_is_listed_later_is_told_and_one_that_is_taken_off_is_unlinked(acme: World) -> None:
    watch_news(acme)
    acme.site.shows(NEWS, newsroom(3, 2, 1))
    serve(acme, 4, 3, 2, 1)
    assert acme.statuses() == ["new"] * 4
    assert told(acme) == []
    acme.site.shows(NEWS, newsroom(4, 3, 2, 1))
    acme.check(2 * HOUR)
    assert told(acme) == ["NEW: Acme, Release 4 (low)"]
    acme.site.shows(NEWS, newsroom(4, 2, 1))
    acme.check(2 * HOUR)
    assert len(told(acme)) == 1  # one capture is no claim
    acme.check(2 * HOUR)  # the same bytes agree
    assert told(acme)[1:] == ["UNLINKED: Acme, Release 3 (medium)"]
    acme.check(2 * DAY)
    assert len(told(acme)) == 2


def test_the_list_is_followed_to_the_depth_asked_for(acme: World) -> None:
    watch_news(acme, pages="2")
    acme.site.shows(NEWS, newsroom(9, 8, 7, after="<a rel=next href='/newsroom?p=2'>Next</a>"))
    acme.site.shows(f"{NEWS}?p=2", newsroom(6, 5, 4, after="<a rel=next href='/newsroom?p=3'>Next</a>"))
    serve(acme, *range(4, 10))
    acme.check()
    assert len(urls(acme)) == 6
    assert f"{NEWS}?p=3" not in [ask.url for ask in acme.site.asked]
    assert told(acme) == []  # the second page is part of the first look


def test_a_release_pushed_to_the_second_page_is_not_taken_for_withdrawn(acme: World) -> None:
    watch_news(acme)
    acme.site.shows(NEWS, newsroom(3, 2, 1))
    serve(acme, 5, 4, 3, 2, 1)
    acme.check()
    acme.site.shows(NEWS, newsroom(5, 4, 3))
    for _ in range(4):
        acme.check(2 * HOUR)
    assert sorted(told(acme)) == ["NEW: Acme, Release 4 (low)", "NEW: Acme, Release 5 (low)"]


def test_a_selector_that_matches_nothing_is_an_incident_that_names_the_line(acme: World) -> None:
    acme.tools = type(acme.tools)(
        **{name: getattr(acme.tools, name) for name in acme.tools.__slots__} | {"lines": {"acme/news": 12}}
    )
    acme.watch(Source("acme/news", "acme", "listing", NEWS, every=HOUR, select=("ul.news li",)))
    acme.site.shows(NEWS, newsroom(2, 1))
    serve(acme, 2, 1)
    acme.check()
    acme.site.shows(NEWS, newsroom(3, 2, 1).replace(b"class=news", b"class=stories"))
    assert acme.statuses(2 * HOUR) == ["failed"]
    assert open_incidents(acme) == [
        ("unreadable", ("the selector ul.news li matches nothing in the page (sources.yaml line 12)",))
    ]
    assert told(acme) == []
    acme.site.shows(NEWS, newsroom(2, 1))
    acme.check(DAY)
    assert open_incidents(acme) == []


def test_a_list_that_loses_most_at_once_is_not_believed_soon(acme: World) -> None:
    watch_news(acme)
    acme.site.shows(NEWS, newsroom(*range(20, 0, -1)))
    serve(acme, *range(1, 21))
    acme.check()
    acme.site.shows(NEWS, newsroom(20, 19, 1))
    for _ in range(4):
        acme.check(2 * HOUR)
    assert told(acme) == []
    acme.check(2 * HOUR)
    assert len(told(acme)) == 17


# --- a site map ------------------------------------------------------------------------------------------------------


def site_map(*paths: str, index: bool = False) -> bytes:
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    rows = "".join(f"<{inner}><loc>https://acme.example{path}</loc></{inner}>" for path in paths)
    return f'<{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{outer}>'.encode()


def test_new_addresses_that_match_are_told_and_a_map_that_includes_itself_ends(acme: World) -> None:
    acme.watch(Source("acme/map", "acme", "sitemap", MAP, every=HOUR))
    acme.site.shows(MAP, site_map("/sitemap.xml", "/sitemap-1.xml", index=True), content_type="application/xml")
    one = "https://acme.example/sitemap-1.xml"
    acme.site.shows(one, site_map("/human-rights", "/products/7", "/sitemap-1.xml"), content_type="application/xml")
    for path in ("/human-rights", "/supplier-code"):
        acme.site.shows(f"https://acme.example{path}", page(f"What stands at {path} is a policy.", title=path[1:]))
    acme.check()
    assert urls(acme) == ["/human-rights"]
    acme.site.shows(one, site_map("/human-rights", "/products/7", "/products/8", "/supplier-code"))
    acme.check(DAY)
    assert urls(acme) == ["/human-rights", "/supplier-code"]
    assert told(acme) == ["NEW: Acme, supplier-code (low)"]


# --- what a policy page links to -----------------------------------------------------------------------------------


def policy(*links: tuple[str, str]) -> bytes:
    said = "".join(f"<p>See also: <a href='{href}'>{text}</a></p>" for text, href in links)
    return page("We respect human rights.", title="Human rights").replace(b"</body>", f"{said}</body>".encode())


def pdf(words: str) -> bytes:
    lines = [
        words,
        *(f"Section {n}: suppliers answer for audits of plant {n} and keep their reports." for n in range(12)),
    ]
    return one_page(*(Line(72, 720 - 20 * at, line) for at, line in enumerate(lines)))


@pytest.fixture
def rights(acme: World) -> World:
    acme.watch(Source("acme/rights", "acme", "page", POLICY, role="human-rights", every=6 * HOUR))
    acme.site.shows(POLICY, policy(("Supplier code of conduct", CODE), ("Our products", "https://acme.example/shop")))
    acme.site.shows(CODE, pdf("Suppliers shall not sell to the police in Xinjiang."), content_type="application/pdf")
    acme.check()
    assert urls(acme) == ["/files/code-2025.pdf", "/human-rights"]
    assert told(acme) == []
    return acme


def test_a_new_link_to_a_pdf_and_to_a_sub_page_is_watched_and_told(rights: World) -> None:
    sub = f"{POLICY}/due-diligence"
    rights.site.shows(sub, page("Our due diligence in Tibet is done every year.", title="Due diligence"))
    rights.site.shows(POLICY, policy(("Supplier code of conduct", CODE), ("How we do due diligence", sub)))
    lines = rights.check(7 * HOUR)
    assert "one new link to a PDF or sub-page" in lines[0].taken.reasons
    assert told(rights) == ["CHANGED, PLEASE READ: Acme, Human rights (low)", "NEW: Acme, Due diligence (high)"]
    assert "/human-rights/due-diligence" in urls(rights)


def test_a_link_whose_file_is_swapped_keeps_its_document_and_is_compared(rights: World) -> None:
    rights.site.shows(
        POLICY, policy(("Supplier code of conduct", NEW_CODE), ("Our products", "https://acme.example/shop"))
    )
    rights.site.shows(
        NEW_CODE, pdf("Suppliers should not knowingly sell to the police in Xinjiang."), content_type="application/pdf"
    )
    lines = rights.check(7 * HOUR)
    assert "one link to a PDF or sub-page swapped" in lines[0].taken.reasons
    assert urls(rights) == ["/files/code-2026.pdf", "/human-rights"]
    with rights.database.read() as conn:
        code = next(row for row in documents.list_documents(conn) if row.url == NEW_CODE)
        assert code.version_count == 2
    assert told(rights) == [
        "ANOTHER FILE: Acme, Supplier code of conduct (low)",
        "WEAKENED: Acme, Supplier code of conduct (critical)",
    ]


def test_a_dropped_link_whose_file_still_answers_is_unlinked(rights: World) -> None:
    rights.site.shows(POLICY, policy(("Our products", "https://acme.example/shop")))
    rights.check(7 * HOUR)
    before = len(told(rights))
    rights.check(7 * HOUR)
    assert len(told(rights)) == before + 1
    with rights.database.read() as conn:
        row = conn.execute(select(alerts.c.report).order_by(alerts.c.id.desc()).limit(1)).scalar_one()
    assert "no watched page links to the document any more" in str(row)


def documents_under_a_heading(link: str) -> bytes:
    listed = f"<h2>Documents</h2><ul><li><a href='{link}'>Supplier code of conduct</a></li></ul>"
    return page("We respect human rights.", title="Human rights").replace(b"</body>", f"{listed}</body>".encode())


def test_a_file_listed_under_a_heading_of_its_own_is_watched_and_its_swap_compared(acme: World) -> None:
    acme.watch(Source("acme/rights", "acme", "page", POLICY, role="human-rights", every=6 * HOUR))
    acme.site.shows(POLICY, documents_under_a_heading(CODE))
    acme.site.shows(CODE, pdf("Suppliers shall not sell to the police in Xinjiang."), content_type="application/pdf")
    acme.check()
    assert urls(acme) == ["/files/code-2025.pdf", "/human-rights"]
    acme.site.shows(POLICY, documents_under_a_heading(NEW_CODE))
    acme.site.shows(
        NEW_CODE, pdf("Suppliers should not knowingly sell to the police in Xinjiang."), content_type="application/pdf"
    )
    acme.check(7 * HOUR)
    assert told(acme) == [
        "ANOTHER FILE: Acme, Supplier code of conduct (low)",
        "WEAKENED: Acme, Supplier code of conduct (critical)",
    ]


def test_a_link_that_stood_there_before_it_was_followed_is_no_news(acme: World) -> None:
    acme.watch(Source("acme/rights", "acme", "page", POLICY, every=6 * HOUR))
    acme.site.shows(POLICY, documents_under_a_heading(CODE))
    acme.site.shows(CODE, pdf("Suppliers shall not sell to the police in Xinjiang."), content_type="application/pdf")
    acme.check()
    acme.watch(Source("acme/rights", "acme", "page", POLICY, role="human-rights", every=6 * HOUR))
    acme.site.shows(POLICY, documents_under_a_heading(CODE).replace(b"plant number 3", b"plant number three"))
    acme.check(7 * HOUR)
    assert urls(acme) == ["/files/code-2025.pdf", "/human-rights"]
    assert told(acme) == ["CHANGED, PLEASE READ: Acme, Human rights (low)"]


def test_a_page_without_a_role_follows_nothing(acme: World) -> None:
    acme.watch(Source("acme/page", "acme", "page", POLICY, every=6 * HOUR))
    acme.site.shows(POLICY, policy(("Supplier code of conduct", CODE)))
    acme.check()
    assert urls(acme) == ["/human-rights"]


# --- links that lead elsewhere under the same words ----------------------------------------------------------------


def linked(href: str, sentence: str, *, around: str = "") -> bytes:
    said = f"<p>{sentence.replace('[', f'<a href={href}>').replace(']', '</a>')}</p>{around}"
    return page(said.removeprefix("<p>").removesuffix("</p>"), title="Human rights")


PROMISE = "We will not sell to the police without [the rules on government customers]."
PLAIN = "More about our plants stands in [a page of their own]."


@pytest.mark.parametrize(
    ("sentence", "before", "after", "statuses", "alerts_told"),
    [
        (PROMISE, "/rules-2024", "/rules-2026", ["changed"], ["LINK LEADS ELSEWHERE: Acme, Human rights (medium)"]),
        (PLAIN, "/f/a.pdf", "/f/b.pdf", ["changed"], ["LINK LEADS ELSEWHERE: Acme, Human rights (medium)"]),
        (PLAIN, "/plants-2024", "/plants-2026", ["changed"], []),
        (PLAIN, "/get?doc=1", "/get?doc=2", ["changed"], []),
        (PROMISE, "/rules?utm_source=a#x", "https://www.acme.example/rules/?sid=81b", ["unchanged"], []),
    ],
    ids=["under a promise", "a file", "another page", "another document", "the same page"],
)
def test_a_link_that_leads_elsewhere_is_kept_and_told_where_a_promise_or_a_file_is_behind_it(
    acme: World, sentence: str, before: str, after: str, statuses: list[str], alerts_told: list[str]
) -> None:
    acme.watch(Source("acme/page", "acme", "page", POLICY, every=6 * HOUR))
    acme.site.shows(POLICY, linked(before, sentence))
    acme.check()
    acme.site.shows(POLICY, linked(after, sentence))
    lines = acme.check(7 * HOUR)
    assert [line.taken.status for line in lines] == statuses
    assert told(acme) == alerts_told
    words = sentence.partition("[")[2].partition("]")[0]
    if statuses == ["changed"]:
        assert lines[0].taken.change_class == "formatting"
        assert lines[0].taken.reasons == (
            f"the link “{words}” led to acme[.]example{before} and leads to acme[.]example{after} now",
        )
    acme.site.shows(POLICY, linked(after, sentence).replace(b"<body>", b"<body> "))
    assert acme.statuses(7 * HOUR) == ["unchanged"]


def test_a_newer_reader_keeps_what_was_told_of_a_link_and_tells_nothing_again(
    acme: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.watch(Source("acme/page", "acme", "page", POLICY, every=6 * HOUR))
    for href in ("/rules-2024", "/rules-2026"):
        acme.site.shows(POLICY, linked(href, PROMISE))
        acme.check(7 * HOUR)
    for module in ("monitor.capture", "monitor.rereading"):
        monkeypatch.setattr(f"{module}.EXTRACTOR", "html-next")
    acme.site.shows(POLICY, linked("/rules-2026", PROMISE).replace(b"<body>", b"<body> "))
    assert acme.statuses(7 * HOUR) == ["unchanged"]
    with acme.database.read() as conn:
        [document] = documents.list_documents(conn)
        assert document.current_version_id is not None
        stands = versions.load(conn, document.current_version_id)
    assert (stands.ref.number, stands.extractor) == (2, "html-next")
    assert told(acme) == ["LINK LEADS ELSEWHERE: Acme, Human rights (medium)"]


def test_a_link_of_a_menu_or_to_a_watched_file_is_not_told_twice(rights: World) -> None:
    menu = b"<body><nav><a href=/a-%d.pdf>Our annual report of the year as a file</a></nav>"
    body = policy(("Supplier code of conduct", CODE), ("Our products", "https://acme.example/shop"))
    rights.site.shows(POLICY, body.replace(b"<body>", menu % 1))
    rights.check(7 * HOUR)
    assert told(rights) == []
    swapped = body.replace(CODE.encode(), NEW_CODE.encode()).replace(b"<body>", menu % 2)
    rights.site.shows(POLICY, swapped)
    rights.site.shows(
        NEW_CODE, pdf("Suppliers shall not sell to the police in Xinjiang."), content_type="application/pdf"
    )
    rights.check(7 * HOUR)
    assert told(rights) == ["ANOTHER FILE: Acme, Supplier code of conduct (low)"]


def test_a_link_that_never_stays_is_told_three_times_and_then_kept_alone(acme: World) -> None:
    acme.watch(Source("acme/page", "acme", "page", POLICY, every=6 * HOUR))
    for number in range(6):
        acme.site.shows(POLICY, linked(f"/rules/{number}", PROMISE))
        acme.check(7 * HOUR)
    assert told(acme) == ["LINK LEADS ELSEWHERE: Acme, Human rights (medium)"] * 3


# --- a source that cannot be seen ------------------------------------------------------------------------------------


def test_while_a_source_cannot_be_seen_what_it_seems_to_say_waits_and_promises_do_not(acme: World) -> None:
    """The fault may be the reason for what changed or left; a promise that changed is told at once all the same."""
    watch_news(acme)
    acme.site.shows(NEWS, newsroom(3, 2, 1))
    serve(acme, 3, 2, 1)
    acme.check()
    acme.site.answers[NEWS] = Answer(status=503)
    acme.site.shows(
        "https://acme.example/news/1", page("Release 1 now has other words than it had.", title="Release 1")
    )
    acme.site.shows("https://acme.example/news/2", page("We will not sell DNA kits to the police.", title="Release 2"))
    acme.check(3 * HOUR)
    for _ in range(3):
        acme.check(DAY)
    assert [code for code, _ in open_incidents(acme)] == ["server_error"]
    with acme.database.read() as conn:
        found = conn.execute(
            select(alerts.c.title, tellings.c.how, tellings.c.why)
            .join(tellings, tellings.c.alert_id == alerts.c.id)
            .where(alerts.c.kind == "change")
            .order_by(alerts.c.title)
        ).all()
    assert [(title, how) for title, how, _ in found] == [
        ("CHANGED, PLEASE READ: Acme, Release 1 (low)", "digest"),
        ("NEW: Acme, Release 2 (high)", "at_once"),
    ]
    assert "its source cannot be seen properly (server error since " in str(found[0].why)
    assert "its source" not in str(found[1].why)
