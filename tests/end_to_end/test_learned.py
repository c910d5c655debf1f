"""What the machine learns of a page can be seen and overruled; what a page says of its own date is held against its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import ChangeClass, DocumentEvent, Source
from monitor.commands import learned
from storage import changes, documents
from storage.schema import changes as change_rows
from tests.site import World, world

URL = "https://norrvik.example/policies/privacy"
TEXT = (
    "<p>Members may write to the office in Graz with all of their questions about the service and its prices.</p>" * 2
)
PRAISE = (
    "The new reader saved us a whole week in spring, and the team was kind.",
    "Our students love the small reader.",
)


def page(inside: str, stamp: str = "3 May 2026") -> bytes:
    return f"<html><body><h1>Privacy</h1><p>Last updated: {stamp}</p>{TEXT}{inside}</body></html>".encode()


@pytest.fixture
def norrvik(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def watched(url: str = URL, always: tuple[str, ...] = ()) -> Source:
    name = url.rsplit("/", 1)[-1]
    return Source(f"acme/{name}", "acme", "page", url, every=timedelta(hours=6), always=always)


def classes(made: World, bodies: Sequence[bytes]) -> list[ChangeClass | None]:
    found = []
    for body in bodies:
        made.site.shows(URL, body)
        found += [line.taken.change_class for line in made.check(timedelta(days=1)) if line.url == URL]
    return found


def lines_of(made: World) -> list[str]:
    with made.database.read() as conn:
        (document,) = (row for row in documents.list_documents(conn) if row.url == URL)
        return learned.of_document(conn, document.id)


def newest(made: World) -> changes.StoredChange:
    with made.database.read() as conn:
        return changes.by_id(conn, conn.execute(select(func.max(change_rows.c.id))).scalar_one())


BY_TURNS = [page(f"<p>{PRAISE[at % 2]}</p><p>Checked at 10:0{at} today.</p>") for at in range(8)]


def test_what_comes_and_goes_is_learned_and_listed(norrvik: World) -> None:
    norrvik.watch(watched())
    assert classes(norrvik, BY_TURNS)[-2:] == [ChangeClass.VARIANT, ChangeClass.VARIANT]
    told = lines_of(norrvik)
    assert f"came and went four times: {PRAISE[0]}" in told
    assert any(line.startswith("compared without its volatile parts: Checked at 10:0") for line in told)


def test_always_overrules_what_was_learned(norrvik: World) -> None:
    norrvik.watch(watched(always=("saved us a whole week",)))
    assert classes(norrvik, BY_TURNS)[-2:] == [ChangeClass.SUBSTANTIVE, ChangeClass.SUBSTANTIVE]


def test_furniture_of_the_site_is_listed(norrvik: World) -> None:
    others = [f"https://norrvik.example/policies/{number}" for number in range(6)]
    norrvik.watch(watched(), *map(watched, others))
    footer = "<p>Norrvik has made readers in Graz since the year of the great flood.</p>"
    for number, url in enumerate(others):
        norrvik.site.shows(
            url, page(f"<p>Page {number} speaks of something else than all of the others do.</p>{footer}")
        )
    norrvik.site.shows(URL, page(footer))
    norrvik.check()
    assert "stands on most pages of the site: Norrvik has made readers in Graz since the year of the great flood." in (
        lines_of(norrvik)
    )


def test_a_page_whose_date_alone_changed_is_restamped(norrvik: World) -> None:
    norrvik.watch(watched())
    assert classes(norrvik, [page(""), page("", "4 June 2026")]) == [None, ChangeClass.DATES_ONLY]
    assert newest(norrvik).change.event is DocumentEvent.RESTAMPED


def test_a_text_that_changed_under_the_same_date_is_undeclared(norrvik: World) -> None:
    norrvik.watch(watched())
    added = "<p>Prices are now set anew on the first day of every month by the office.</p>"
    assert classes(norrvik, [page(""), page(added)]) == [None, ChangeClass.SUBSTANTIVE]
    assert newest(norrvik).change.event is DocumentEvent.UNDECLARED


def test_a_text_that_changed_with_its_date_is_neither(norrvik: World) -> None:
    norrvik.watch(watched())
    added = "<p>Prices are now set anew on the first day of every month by the office.</p>"
    assert classes(norrvik, [page(""), page(added, "4 June 2026")]) == [None, ChangeClass.SUBSTANTIVE]
    assert newest(norrvik).change.event is None


BEFORE = "<p>See us at the spring fair in Gothenburg, hall 4.</p><p>Ask Mia, our virtual assistant.</p>"
AFTER = "<p>Meet us at the fair in Lyon, 3 to 5 June, hall 7.</p><p>Need a hand? Chat with an expert now.</p>"


def site_of(made: World, furniture: str, count: int = 6) -> list[ChangeClass | None]:
    """The classes of a check of all pages of a site whose furniture stands among their text."""
    for number in range(count):
        own = (
            f"<p>Page {number} tells what the company does in plant {number} and who may read the reports about it.</p>"
        )
        made.site.shows(f"https://norrvik.example/policies/{number}", page(own + furniture))
    return [line.taken.change_class for line in made.check(timedelta(days=1))]


def test_furniture_that_comes_to_all_pages_of_a_site_is_told_on_two(norrvik: World) -> None:
    norrvik.watch(*[watched(f"https://norrvik.example/policies/{number}") for number in range(6)])
    site_of(norrvik, BEFORE)
    assert site_of(norrvik, BEFORE + AFTER) == [ChangeClass.SUBSTANTIVE] * 2 + [ChangeClass.SURROUNDINGS] * 4


def test_furniture_that_goes_from_all_pages_is_told_on_two(norrvik: World) -> None:
    norrvik.watch(*[watched(f"https://norrvik.example/policies/{number}") for number in range(6)])
    site_of(norrvik, BEFORE)
    assert site_of(norrvik, "") == [ChangeClass.SUBSTANTIVE] * 2 + [ChangeClass.SURROUNDINGS] * 4


ON_ALL = "<p>Farmers are paid within thirty days of the day on which they bring the cocoa.</p>"


def test_furniture_that_is_worded_anew_on_all_pages_is_told_on_two(norrvik: World) -> None:
    norrvik.watch(*[watched(f"https://norrvik.example/policies/{number}") for number in range(6)])
    site_of(norrvik, ON_ALL)
    found = site_of(norrvik, ON_ALL.replace("thirty", "ninety"))
    assert found == [ChangeClass.SUBSTANTIVE] * 2 + [ChangeClass.SURROUNDINGS] * 4


@pytest.mark.parametrize("now", [ON_ALL.replace("thirty", "ninety"), ""])
def test_a_line_of_all_pages_that_one_page_alone_changes_or_loses_is_told(norrvik: World, now: str) -> None:
    urls = [f"https://norrvik.example/policies/{number}" for number in range(6)]
    norrvik.watch(*map(watched, (*urls, URL)))
    norrvik.site.shows(URL, page(ON_ALL))
    site_of(norrvik, ON_ALL)
    norrvik.site.shows(URL, page(now))
    assert [found for found in site_of(norrvik, ON_ALL) if found] == [ChangeClass.SUBSTANTIVE]


def test_a_line_put_on_other_pages_first_excuses_no_line_of_this_page_in_whose_place_it_comes(norrvik: World) -> None:
    urls = [f"https://norrvik.example/policies/{number}" for number in range(6)]
    norrvik.watch(*map(watched, (*urls, URL)))
    own, other = (
        "<p>The mine in Chad gives work to four hundred people.</p>",
        "<p>The mine in Chad gives work to four people.</p>",
    )
    norrvik.site.shows(URL, page(own))
    site_of(norrvik, other)
    for _ in range(40):
        norrvik.check(timedelta(days=1))
    norrvik.site.shows(URL, page(other))
    assert [found for found in site_of(norrvik, other) if found] == [ChangeClass.SUBSTANTIVE]


@pytest.mark.parametrize("where", ["<footer>{}</footer>", "<nav>{}</nav>"])
def test_what_was_put_outside_the_text_of_other_pages_first_is_told_where_it_comes_to_the_text(
    norrvik: World, where: str
) -> None:
    norrvik.watch(*[watched(f"https://norrvik.example/policies/{number}") for number in range(4)], watched())
    line = "<p>Shops in the settlements: 12</p>"
    norrvik.site.shows(URL, page(""))
    site_of(norrvik, "", 4)
    assert ChangeClass.SUBSTANTIVE not in site_of(norrvik, where.format(line), 4)
    norrvik.site.shows(URL, page(line))
    assert classes(norrvik, [page(line)]) == [ChangeClass.SUBSTANTIVE]


def test_a_promise_that_comes_to_all_pages_is_told_on_each(norrvik: World) -> None:
    norrvik.watch(*[watched(f"https://norrvik.example/policies/{number}") for number in range(6)])
    site_of(norrvik, BEFORE)
    assert site_of(norrvik, BEFORE + "<p>We do not sell readers to the police.</p>") == [ChangeClass.SUBSTANTIVE] * 6


def test_a_paragraph_that_goes_from_all_pages_is_told_where_it_is_furniture_no_more(norrvik: World) -> None:
    norrvik.watch(*[watched(f"https://norrvik.example/policies/{number}") for number in range(6)])
    shared = "<p>Where the law of a country and this text say different things, the managers there choose the one that costs the company less.</p>"
    site_of(norrvik, shared)
    assert site_of(norrvik, "")[-2:] == [ChangeClass.SUBSTANTIVE] * 2


WAITS = (3, 8, 5, 7, 4, 6, 5, 8)


def waiting(minutes: int | str) -> bytes:
    return page(f"<p>Waiting time on the telephone at this moment: {minutes} minutes</p>")


def test_a_figure_that_changes_at_every_visit_is_told_until_it_is_known_for_it_and_one_in_a_promise_each_time(
    norrvik: World,
) -> None:
    norrvik.watch(watched())
    found = classes(norrvik, [waiting(minutes) for minutes in WAITS])
    assert found == [None, *[ChangeClass.SUBSTANTIVE] * 5, *[ChangeClass.VARIANT] * 2]
    assert "worded anew at nearly every visit: Waiting time on the telephone at this moment: 8 minutes" in lines_of(
        norrvik
    )
    kept = [page(f"<p>We do not keep calls for longer than {at + 3} days.</p>") for at in range(8)]
    assert set(classes(norrvik, kept)) == {ChangeClass.SUBSTANTIVE}


@pytest.mark.parametrize("now", [40, 0, 90, "a few", "8 to 9"])
def test_a_restless_figure_far_outside_its_own_past_is_told_and_so_is_one_that_becomes_a_word(
    norrvik: World, now: int | str
) -> None:
    norrvik.watch(watched())
    assert classes(norrvik, [waiting(minutes) for minutes in WAITS])[-1] is ChangeClass.VARIANT
    assert classes(norrvik, [waiting(now)]) == [ChangeClass.SUBSTANTIVE]


def test_three_edits_in_a_row_buy_no_silence(norrvik: World) -> None:
    norrvik.watch(watched())
    shops = [page(f"<p>Shops in the settlements: {count}</p>") for count in (2, 5, 3, 4, 4, 4, 6)]
    assert [found for found in classes(norrvik, shops)[1:] if found] == [ChangeClass.SUBSTANTIVE] * 4


def test_a_figure_that_changes_now_and_then_is_told_each_time(norrvik: World) -> None:
    norrvik.watch(watched())
    found = []
    for at in range(6):
        norrvik.site.shows(URL, page(f"<p>The archive holds {at + 3} letters of people who worked in the plant</p>"))
        found += [line.taken.change_class for line in norrvik.check(timedelta(days=20)) if line.url == URL]
    assert found[1:] == [ChangeClass.SUBSTANTIVE] * 5
