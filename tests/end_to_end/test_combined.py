"""A document put together from several pages: one text, compared as one, whichever page a sentence stands on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.model import ChangeClass, FetchReason, Purpose, Source
from core.parts import Part, as_option
from monitor.pipeline import Checked
from monitor.rereading import reread_document
from monitor.workers import Desk, claim, work
from storage import changes, documents, versions
from tests.site import STANDING, World, page, world

FIRST, SECOND, THIRD, FOURTH = (f"https://acme.example/standards{end}" for end in ("", "/2", "/3", "/4"))
PROMISE = "We will not sell our sequencers to the police of Xinjiang, whoever asks for them."
DAY = timedelta(days=1)


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        parts = as_option([Part(SECOND, ("main",), ()), Part(THIRD)])
        made.watch(Source("acme/standards", "acme", "page", FIRST, role="ethics", options=(("parts", parts),)))
        made.site.shows(FIRST, page(PROMISE))
        made.site.shows(SECOND, _second())
        made.site.shows(THIRD, page("The third page says who answers for all of this.", standing=STANDING[:400]))
        yield made


def _second(*paragraphs: str) -> bytes:
    said = "".join(f"<p>{text}</p>" for text in ("The second page says how we choose whom we sell to.", *paragraphs))
    return f"<html><body><nav>Menu</nav><main><h2>Customers</h2>{said}</main></body></html>".encode()


def _check(world: World, after: timedelta = timedelta(), gap: timedelta = timedelta()) -> list[Checked]:
    world.now += after
    lines: list[Checked] = []
    desk = Desk(world.site, "test", gap, lines.append)
    for lease in claim(world.tools, desk, 5):
        work(world.tools, desk, lease)
    return lines


def _texts(world: World) -> list[str]:
    with world.database.read() as conn:
        (document,) = documents.list_documents(conn)
        assert document.current_version_id is not None
        return [place.text for place in versions.load(conn, document.current_version_id).reading.places]


def test_several_pages_are_one_document_in_their_order_each_with_its_own_selectors(acme: World) -> None:
    (line,) = _check(acme)
    assert (line.taken.status, [ask.url for ask in acme.site.asked]) == ("new", [SECOND, THIRD, FIRST])
    texts = _texts(acme)
    places = [texts.index(text) for text in (PROMISE, "Customers", "The third page says who answers for all of this.")]
    assert places == sorted(places)
    assert "Menu" not in texts
    assert [line.taken.status for line in _check(acme, DAY)] == ["unchanged"]


def test_a_promise_that_went_under_a_heading_of_another_of_its_pages_is_told_and_one_that_went_away_is_a_removal(
    acme: World,
) -> None:
    _check(acme)
    acme.site.shows(FIRST, page())
    acme.site.shows(SECOND, _second(PROMISE))
    (moved,) = _check(acme, DAY)
    assert moved.taken.change_class is ChangeClass.SUBSTANTIVE
    assert "stands under another heading" in moved.taken.reasons[0]
    acme.site.shows(SECOND, _second())
    (dropped,) = _check(acme, DAY)
    assert (dropped.taken.status, dropped.taken.change_class) == ("changed", ChangeClass.SUBSTANTIVE)
    with acme.database.read() as conn:
        newest = changes.of_document(conn, documents.list_documents(conn)[0].id)[0].change
    assert [edit.act.value for edit in newest.edits] == ["removed"]


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (404, b"<h1>gone</h1>", "the server says there is no such page (404)"),
        (200, b"<html><body><p>Access denied</p></body></html>", "words"),
    ],
)
def test_a_page_that_cannot_be_read_keeps_the_document_as_it_stood(
    acme: World, status: int, body: bytes, why: str
) -> None:
    _check(acme)
    acme.site.shows(THIRD, body, status=status)
    (line,) = _check(acme, DAY)
    assert line.taken.status == "failed"
    assert THIRD in line.taken.reasons[0]
    assert why in line.taken.reasons[0]
    assert PROMISE in _texts(acme)
    acme.site.shows(THIRD, page("The third page says who answers for all of this.", standing=STANDING[:400]))
    assert [line.taken.status for line in _check(acme, 2 * DAY)] == ["unchanged"]


def test_a_page_that_was_never_reached_says_which(acme: World) -> None:
    acme.site.shows(SECOND, b"", reason=FetchReason.TIMEOUT)
    (line,) = _check(acme)
    assert line.taken.reasons == (f"a part of the document could not be read, {SECOND}: it broke",)
    with acme.database.read() as conn:
        assert documents.list_documents(conn) == ()


def test_one_page_a_turn_where_a_host_is_to_be_left_alone_in_between(acme: World) -> None:
    gap = timedelta(seconds=5)
    asked = []
    for _ in range(3):
        lines = _check(acme, gap, gap)
        asked.append((acme.site.asked[-1].url, len(acme.site.asked), len(lines)))
    assert asked == [(SECOND, 1, 0), (THIRD, 2, 0), (FIRST, 3, 1)]


def test_a_rehearsal_asks_the_first_page_alone_and_leaves_the_parts_to_the_check(acme: World) -> None:
    (line,) = acme.check(purpose=Purpose.REHEARSAL)
    assert (line.taken.status, [ask.url for ask in acme.site.asked]) == ("new", [FIRST])
    assert [line.taken.status for line in _check(acme)] == ["new"]


def test_a_link_to_a_part_leads_to_no_document_of_its_own(acme: World) -> None:
    links = "".join(f'<p><a href="{url}">{words}</a></p>' for url, words in ((SECOND, "Customers"), (FOURTH, "Audits")))
    acme.site.shows(FIRST, page(PROMISE).replace(b"</h1>", f"</h1><h2>More</h2>{links}".encode()))
    acme.site.shows(FOURTH, page("The fourth page is no part: it says how often plants are looked at."))
    _check(acme)
    acme.site.shows(SECOND, _second("It is said here in more words than before, so that its bytes are read anew."))
    _check(acme, 2 * DAY)
    _check(acme, 2 * DAY)
    with acme.database.read() as conn:
        assert sorted(document.url for document in documents.list_documents(conn)) == [FIRST, FOURTH]


def test_what_was_put_together_can_be_read_again(acme: World) -> None:
    _check(acme)
    before = _texts(acme)
    with acme.database.read() as conn:
        (document,) = documents.list_documents(conn)
    reread_document(acme.tools, document.id)
    assert _texts(acme) == before
