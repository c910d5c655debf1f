"""Documents and their permanent readable names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import NotFound
from core.model import DocumentRef, Source
from storage import documents, sources, watchlist
from storage.documents import slug_words
from storage.engine import Database
from tests.archive import ACME, ETHICS, START, Page


def find(
    database: Database, url: str, *, request_id: int | None = None, source_id: str | None = None
) -> documents.DocumentRow:
    with database.write() as conn:
        return documents.find_or_create(
            conn, company_id="acme", url=url, kind="page", request_id=request_id, source_id=source_id, now=START
        )


def test_a_document_is_made_once_for_its_address(database: Database) -> None:
    with database.write() as conn:
        watchlist.sync(conn, [ACME], [ETHICS], START)
        request_id = sources.start_requests(conn, ["acme-ethics"])["acme-ethics"]
    made = find(database, ETHICS.url, request_id=request_id, source_id="acme-ethics")
    assert (made.slug, made.is_new, made.state, made.version_count) == ("acme/ethics", True, "live", 0)
    again = find(database, "https://acme.example/elsewhere", request_id=request_id, source_id="acme-ethics")
    assert (again.id, again.is_new) == (made.id, False)
    with database.read() as conn:
        assert documents.by_request(conn, request_id)[0].id == made.id
        assert documents.by_request(conn, 99) == ()
        assert [one.id for one in documents.list_documents(conn, source_id="acme-ethics")] == [made.id]
        assert documents.list_documents(conn, company_id="nobody") == ()


def test_equal_names_are_numbered(database: Database) -> None:
    with database.write() as conn:
        watchlist.sync(conn, [ACME], [], START)
    slugs = [find(database, f"https://acme.example/{part}/ethics.html").slug for part in ("us", "uk", "fr")]
    slugs.append(find(database, "https://acme.example/ethics-2").slug)
    assert slugs == ["acme/ethics", "acme/ethics-2", "acme/ethics-3", "acme/ethics-2-2"]


def test_a_document_never_bears_the_name_of_a_source_but_its_own(database: Database) -> None:
    """``show NAME`` is asked for sources and documents alike."""
    rules = Source("acme/page", "acme", "page", "https://acme.example/rules", every=timedelta(hours=6))
    home = replace(rules, id="acme/page-2", url="https://acme.example/")
    old = replace(rules, id="acme/ethics", url="https://acme.example/old-rules")
    with database.write() as conn:
        watchlist.sync(conn, [ACME], [rules, home, old], START)
    assert find(database, rules.url, source_id=rules.id).slug == "acme/rules"
    assert find(database, home.url, source_id=home.id).slug == "acme/page-2"
    assert find(database, "https://acme.example/%E4%BA%BA/").slug == "acme/page-3"
    assert find(database, "https://acme.example/ethics").slug == "acme/ethics-2"


def test_a_document_by_its_names(database: Database) -> None:
    page = Page(database)
    page.shows("We will not sell.")
    with database.read() as conn:
        row = documents.by_slug(conn, "acme/ethics")
        assert row == documents.by_id(conn, page.document_id)
        assert (row.title, row.last_good_at) == ("Ethics", START)
        assert documents.ref(conn, row.id) == DocumentRef(
            id=row.id,
            slug="acme/ethics",
            url="https://acme.example/ethics.html",
            title="Ethics",
            kind="page",
            company_id="acme",
            company="Acme Instruments",
            topics=("dna",),
            lang="en",
            role="ethics",
            source="acme-ethics",
        )
        assert documents.refs(conn, [99]) == {}
        with pytest.raises(NotFound, match="document 'acme/nothing' is not"):
            documents.by_slug(conn, "acme/nothing")
        with pytest.raises(NotFound):
            documents.ref(conn, 99)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://c.example/us/en/index/corporate-social-responsibility/ethics.html", "ethics"),
        ("https://c.example/gb/en/footer/modern-slavery-act-statement.html", "modern-slavery-act-statement"),
        ("https://c.example/policies/human-rights/index.html", "human-rights"),
        ("https://c.example/news/2024/03/01/12345", "news"),
        ("https://c.example/", "policy"),
        ("https://c.example/?p=17", "p-17"),
        ("https://c.example/default.aspx?id=9&lang=en", "id-9-lang-en"),
        ("https://c.example/%E4%BA%BA%E6%9D%83/", "policy"),
        ("https://c.example/Politique_Générale.pdf", "politique-generale"),
        ("https://c.example/" + "a-very-long-name-" * 10, "a-very-long-name-a-very-long-name-a-very-long-name-a-very"),
        ("https://c.example/" + "x" * 300, "x" * 60),
    ],
)
def test_names_are_the_last_words_that_mean_something(url: str, expected: str) -> None:
    assert slug_words(url, "policy") == expected
