"""A public register over days: its rows are matched to companies, the statements they lead to are watched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Company, Source
from storage import documents, incidents, watchlist
from storage.schema import alerts
from tests.site import Answer, World, page, world

DAY = timedelta(days=1)
TABLE = "https://register.example/2026.csv"
STATEMENT = "https://acme.example/modern-slavery"
ACME = Company("acme", "Acme", identifiers=(("companies-house", "07654321"),))
OTHER = Company("other", "Other Industries", aliases=("Other Works",))
SOURCES = tuple(
    Source(f"{company}/uk", company, "registry", TABLE, every=DAY, options=(("recipe", "uk-modern-slavery"),))
    for company in ("acme", "other")
)
HEADER = "StatementYear,OrganisationName,CompanyNumber,StatementURL,ParentName"


@pytest.fixture
def register(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.tools = replace(made.tools, companies={"acme": ACME, "other": OTHER})
        yield made


def watch(register: World, *watched: Source) -> None:
    with register.database.write() as conn:
        watchlist.sync(conn, [ACME, OTHER], watched, register.now)


def serve(register: World, *rows: str, encoding: str = "utf-8") -> None:
    body = "\r\n".join((HEADER, *rows)).encode(encoding)
    register.site.answers[TABLE] = Answer(body, content_type="text/csv")


def watched(register: World) -> dict[str, str]:
    with register.database.read() as conn:
        return {row.url: row.company_id for row in documents.list_documents(conn)}


def test_rows_are_matched_and_the_statements_followed_for_each_company(register: World) -> None:
    watch(register, *SOURCES)
    serve(
        register,
        f"2026,Some Name Ltd,7654321,{STATEMENT},",
        "2026,Other Works Europe Ltd,,https://other.example/statement,",
        "2026,A Stranger plc,,https://stranger.example/,",
        "2026,Acme Ltd,,no address,",
    )
    register.site.shows(STATEMENT, page("Acme prohibits forced labour in its supply chain.", title="Statement"))
    register.site.shows("https://other.example/statement", page("Other pays for audits.", title="Statement"))
    register.check()
    assert watched(register) == {STATEMENT: "acme", "https://other.example/statement": "other"}
    assert Counter(ask.url for ask in register.site.asked)[TABLE] == 1  # one address, however many ask for it


def test_a_statement_registered_later_is_news(register: World) -> None:
    watch(register, *SOURCES)
    serve(register, "2026,A Stranger plc,,https://stranger.example/,")
    register.check()
    serve(register, f"2026,Acme Ltd,,{STATEMENT},", encoding="cp1252")
    register.site.shows(STATEMENT, page("Acme prohibits forced labour in its supply chain.", title="Statement"))
    register.check(2 * DAY)
    with register.database.read() as conn:
        (told,) = conn.execute(select(alerts.c.title)).scalars()
    assert "Acme, Statement" in told


def test_a_company_that_joins_the_watch_finds_what_the_register_held_all_along(register: World) -> None:
    watch(register, SOURCES[0])
    serve(register, "2026,Other Works Ltd,,https://other.example/statement,")
    register.site.shows("https://other.example/statement", page("Other pays for audits.", title="Statement"))
    register.check()
    assert watched(register) == {}
    watch(register, *SOURCES)
    register.check(2 * DAY)
    assert watched(register) == {"https://other.example/statement": "other"}


def test_a_changed_column_is_an_incident_that_names_it(register: World) -> None:
    watch(register, *SOURCES)
    serve(register, f"2026,Acme Ltd,,{STATEMENT},")
    register.site.shows(STATEMENT, page("Acme prohibits forced labour.", title="Statement"))
    register.check()
    register.site.answers[TABLE] = Answer(b"OrganisationName,Link\r\nAcme Ltd,https://acme.example/x\r\n")
    register.check(2 * DAY)
    with register.database.read() as conn:
        (found,) = incidents.list_open(conn)
    assert found.reasons == ("no column StatementURL; there are: OrganisationName, Link",)
    assert watched(register) == {STATEMENT: "acme"}
