"""Two documents that were one all along, and one that was two: said by a person, derived again, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from core.errors import ConfigError
from core.model import ChangeClass, Source
from monitor.app import lexicon
from monitor.joining import merge, split, undo
from storage import acts, biography, changes, documents, joining
from storage.blobs import BlobStore
from storage.documents import DocumentRow
from storage.schema import changes as change_rows
from storage.schema import passages as passage_rows
from storage.schema import spans as span_rows
from tests.site import START, Answer, World, page, world
from web.app import create_app

DAY = timedelta(days=1)
OLD = Source("acme/ethics", "acme", "page", "https://acme.example/ethics", role="human-rights")
NEW = Source("acme/values", "acme", "page", "https://acme.example/values", role="human-rights")
HOME = Source("acme/home", "acme", "page", "https://acme.example/about")
NEVER = "We will never sell gait analysis to prisons."
KNOWINGLY = "We will not knowingly sell gait analysis to prisons, and we say so in every contract that we sign."
OTHER = "".join(
    f"<p>Values number {at}: courage, care and a sense of humour in everything that we do.</p>" for at in range(15)
)


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    """A page that was rewritten and moved at once: On Record saw one go and another come."""
    with world(tmp_path) as made:
        made.watch(HOME, OLD)
        made.site.shows(HOME.url, page("About us."))  # the site answers: a page that is gone is gone
        made.site.shows(OLD.url, page(NEVER))
        made.check()
        made.site.answers[OLD.url] = Answer(b"<h1>Not found</h1>", 404)
        for _ in range(8):
            made.check(DAY)
        made.watch(HOME, NEW)
        made.site.shows(NEW.url, page(KNOWINGLY, standing=OTHER))
        made.check(DAY)
        made.check(DAY)
        yield made


def known(made: World, slug: str) -> DocumentRow:
    with made.database.read() as conn:
        return documents.by_slug(conn, slug)


def standing(made: World, slug: str) -> set[str]:
    """The passages with a gait analysis in them that a search finds with this document."""
    with made.database.read() as conn:
        own = span_rows.c.document_id == documents.by_slug(conn, slug).id
        found = select(passage_rows.c.text).join(span_rows, span_rows.c.passage_id == passage_rows.c.id).where(own)
        return {text for text in conn.execute(found).scalars() if "gait" in text}


def story(made: World, slug: str) -> list[tuple[int, int]]:
    """(day, version) of each appearance."""
    with made.database.read() as conn:
        shown = biography.appearances(conn, documents.by_slug(conn, slug).id)
    return [((each.at - START) // DAY, each.number) for each in shown]


def facts(made: World) -> list[object]:
    with made.database.read() as conn:
        rows = [(row.slug, row.state, row.request_id, row.goes_on_as) for row in documents.list_documents(conn)]
        return [rows, sorted(map(tuple, conn.execute(select(span_rows.c.document_id, span_rows.c.passage_id))))]


def test_the_old_document_goes_on_as_the_new_one_and_back(acme: World) -> None:
    before = facts(acme)
    assert (known(acme, "acme/ethics").state, known(acme, "acme/values").state) == ("gone", "live")
    act = merge(acme.tools, known(acme, "acme/ethics"), known(acme, "acme/values"))
    merged = known(acme, "acme/ethics")
    assert (merged.state, merged.url, merged.version_count) == ("live", NEW.url, 2)
    assert story(acme, "acme/ethics") == [(0, 1), (9, 2)]
    assert (standing(acme, "acme/ethics"), standing(acme, "acme/values")) == ({NEVER, KNOWINGLY}, set())
    with acme.database.read() as conn:
        [last] = [changes.by_id(conn, each) for each in conn.execute(select(change_rows.c.id)).scalars()][-1:]
        assert (last.change.found_late, last.change.change_class) == (True, ChangeClass.SUBSTANTIVE)
        assert joining.in_successor(conn, documents.by_slug(conn, "acme/values"), 1) == ("acme/ethics", 2)
        assert [row.slug for row in documents.list_documents(conn)] == ["acme/about", "acme/ethics"]
    acme.site.shows(NEW.url, page(NEVER, standing=OTHER))
    assert "changed" in acme.statuses(DAY)  # and the watch goes on with it
    assert story(acme, "acme/ethics")[-1] == (11, 3)
    acme.site.shows(NEW.url, page(KNOWINGLY, standing=OTHER))
    acme.check(DAY)
    with acme.database.read() as conn:
        undone = acts.by_id(conn, act)
    undo(acme.tools, undone)
    assert story(acme, "acme/ethics") == [(0, 1)]
    assert story(acme, "acme/values") == [(9, 1), (11, 2), (12, 1)]
    assert facts(acme)[0] == before[0]
    assert standing(acme, "acme/values") == {KNOWINGLY, NEVER}
    with acme.database.read() as conn:
        assert acts.by_id(conn, act).undone_at == acme.now


def test_an_address_given_to_another_text_is_two_documents_and_one_again(acme: World) -> None:
    acme.site.shows(
        NEW.url, page("We hold our annual party in May.", standing="<p>Come to the party of the year.</p>" * 20)
    )
    for _ in range(3):
        acme.check(DAY)
    before = (story(acme, "acme/values"), facts(acme)[1])
    changed_on = before[0][-1][0]
    act, slug = split(acme.tools, known(acme, "acme/values"), START + changed_on * DAY)
    assert slug == "acme/values-2"
    first, second = known(acme, "acme/values"), known(acme, slug)
    assert (first.state, first.goes_on_as, first.request_id) == ("split", second.id, None)
    assert (story(acme, "acme/values"), [number for _, number in story(acme, slug)]) == (before[0][:-1], [1])
    assert standing(acme, slug) == set()
    acme.site.shows(
        NEW.url, page("We hold our annual party in June.", standing="<p>Come to the party of the year.</p>" * 20)
    )
    assert "changed" in acme.statuses(DAY)
    assert known(acme, slug).version_count == 2
    acme.site.shows(
        NEW.url, page("We hold our annual party in May.", standing="<p>Come to the party of the year.</p>" * 20)
    )
    acme.check(DAY)
    with acme.database.read() as conn:
        undone = acts.by_id(conn, act)
    undo(acme.tools, undone)
    assert known(acme, "acme/values").state == "live"
    assert story(acme, "acme/values")[: len(before[0])] == before[0]
    assert story(acme, slug) == []
    with acme.database.read() as conn:
        assert [row.slug for row in documents.list_documents(conn)] == ["acme/about", "acme/ethics", "acme/values"]


def pages(made: World) -> TestClient:
    """The pages over this archive, to somebody who may read them."""
    blobs = made.tools.blobs
    assert isinstance(blobs, BlobStore)
    app = create_app(
        made.database, blobs, now=made.tools.now, base_url="https://onrecord.example", commitments=lexicon(),
        allowed_hosts=frozenset({"testserver"}), guest="reader", caller_key=b"c" * 32,
    )  # fmt: skip
    return TestClient(app, follow_redirects=False)


def test_what_was_cited_of_either_still_leads_to_the_words(acme: World) -> None:
    client = pages(acme)
    assert KNOWINGLY in client.get("/v/acme/values/1").text
    merge(acme.tools, known(acme, "acme/ethics"), known(acme, "acme/values"))
    moved = client.get("/v/acme/values/1")
    assert (moved.status_code, moved.headers["location"]) == (307, "/v/acme/ethics/2")
    assert client.get("/d/acme/values").headers["location"] == "/d/acme/ethics"
    assert NEVER in client.get("/v/acme/ethics/1").text
    act, slug = split(acme.tools, known(acme, "acme/ethics"), START + 9 * DAY)
    first = client.get("/d/acme/ethics").text
    assert (act > 0, NEVER in first, "a document of its own" in first, f"/d/{slug}" in first) == (
        True,
        True,
        True,
        True,
    )


def test_what_cannot_be_is_refused_with_the_reason(acme: World) -> None:
    ethics, values = known(acme, "acme/ethics"), known(acme, "acme/values")
    with pytest.raises(ConfigError, match="with itself"):
        merge(acme.tools, values, values)
    with pytest.raises(ConfigError, match="is still watched at an address of its own: pause its source first"):
        merge(acme.tools, values, ethics)
    with pytest.raises(ConfigError, match="has not changed since 2026-06-01"):
        split(acme.tools, values, START + 92 * DAY)
    with pytest.raises(ConfigError, match="was first seen then: nothing would be left of it"):
        split(acme.tools, values, START)
