"""The ledger as pages: a list with histories, one promise through its wordings, a person's word on it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient

from core.commitments.fate import Became
from core.commitments.ledger import Entry, Happening, Sight
from core.commitments.promises import Promise
from core.model import Verdict
from tests.web_archive import Seeded, sign_in
from web.drawing import axis_of
from web.histories import history


def first(client: TestClient) -> dict[str, Any]:
    lines: list[dict[str, Any]] = client.get("/commitments.json").json()["lines"]
    return lines[0]


def test_the_ledger_shows_each_promise_with_its_history(client: TestClient) -> None:
    page = client.get("/commitments").text
    assert "<h1>Commitments</h1>" in page
    assert re.search(r"What companies have promised, and what became of each promise\. \S+ promises by", page)
    assert page.count('<svg class="draw" height="72" role="img" aria-label="Since ') == len(
        client.get("/commitments.json").json()["lines"]
    )
    assert "Not said:" in page


def test_each_line_says_in_words_what_happened_last_and_when(client: TestClient) -> None:
    page = client.get("/commitments").text
    lines = client.get("/commitments.json").json()["lines"]
    told = re.findall(
        r'<td role="cell" class="now" data-l="Now"><span class="verdict (\w+)"><i aria-hidden="true">(.)</i>([^<]+)</span>',
        page,
    )
    assert told == [(line["tone"], line["sign"], line["word"]) for line in lines]
    assert (
        ("loss", "−", "Weakened") in told or ("loss", "−", "Conditioned") in told or ("loss", "−", "Narrowed") in told
    )


def test_it_narrows_by_company_topic_and_state(client: TestClient) -> None:
    everything = client.get("/commitments.json").json()
    [halden_id] = [key for key, name in everything["companies"] if name == "Halden Biosystems"]
    halden = client.get(f"/commitments.json?company={halden_id}").json()
    softened = client.get("/commitments.json?state=softened").json()
    assert 0 < halden["found"] < everything["found"]
    assert {line["company"] for line in halden["lines"]} == {"Halden Biosystems"}
    assert 0 < softened["found"] < everything["found"]
    assert client.get("/commitments.json?topic=no-such-topic").json()["found"] == 0
    assert "No promise answers that." in client.get("/commitments?topic=no-such-topic").text


def test_it_shows_the_ledger_as_it_was_known(client: TestClient) -> None:
    assert client.get("/commitments.json?asof=2001-01-01").json()["found"] == 0
    nonsense = client.get("/commitments.json?asof=nonsense")
    assert (nonsense.status_code, nonsense.json()["detail"]) == (400, "“nonsense” is no day; write it like 2021-03-01.")
    assert "1 Jan 2099 has not come yet. This is what is known now." in client.get("/commitments?asof=2099-01-01").text


def test_one_promise_through_all_its_wordings(client: TestClient) -> None:
    key = client.get("/commitments.json?state=softened").json()["lines"][0]["key"]
    view = client.get(f"/commitments/{key}.json").json()
    assert [step["word"] for step in view["steps"]][-1] == "Introduced"
    assert len(view["steps"]) > 1
    page = client.get(f"/commitments/{key}").text
    assert "Its life" in page
    assert "What it says, and what it does not" in page
    assert all(step["capture"] for step in view["steps"])


def test_as_csv_every_promise_is_a_row(client: TestClient) -> None:
    answer = client.get("/commitments?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) == client.get("/commitments.json").json()["found"]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


def test_an_analyst_says_what_it_is_and_a_reader_may_not(client: TestClient, seeded: Seeded) -> None:
    address = first(client)["address"]
    token = re.search(r'name="token" value="([^"]+)"', client.get(address).text)
    assert token is not None
    said = client.post(f"{address}/say", data={"token": token[1], "act": "confirmed", "note": "read twice"})
    assert (said.status_code, said.headers["location"]) == (303, address)
    page = client.get(address).text
    assert "A person says: confirmed." in page
    assert "read twice" in page
    client.cookies.set("onrecord", sign_in(seeded.database, "reader"))
    assert '<form class="line no-print" method="post"' not in client.get(address).text
    assert client.post(f"{address}/say", data={"token": token[1], "act": "dismissed"}).status_code == 403


def test_a_promise_nobody_knows_is_not_found(client: TestClient) -> None:
    assert client.get("/commitments/ffffffffffffffff").status_code == 404


def test_the_drawing_says_the_same_in_words_and_nothing_cancels() -> None:
    def event(became: Became, month: int, *moved: tuple[str, str]) -> Happening:
        sight = Sight(month, datetime(2025, month, 1, tzinfo=UTC), month, month, month - 1 or None, None)
        return Happening(became, Verdict.UNCLASSIFIED, moved, (), "a", "b", sight)

    events = (
        event(Became.INTRODUCED, 1),
        event(Became.WEAKENED, 3, ("hedges", "-"), ("places", "-")),
        event(Became.STRENGTHENED, 6, ("places", "+")),
        event(Became.REMOVED, 9),
    )
    promise = Promise("We will not sell drones.")
    entry = Entry("k", promise, promise, stands=False, since=events[0].sight, happenings=events)
    until = datetime(2026, 1, 1, tzinfo=UTC)
    drawn = history(entry, axis_of(events[0].sight.at, until), until)
    assert [(mark.way, mark.sign, mark.y) for mark in drawn.marks] == [
        ("down", "−", 48),
        ("up", "+", 22),
        ("gone", "×", 32),
    ]
    assert len(drawn.stretches) == 1
    assert drawn.open_at is None
    assert drawn.said == (
        "Since 1 Jan 2025; weakened on 1 Mar 2025; strengthened on 1 Jun 2025; removed on 1 Sep 2025; gone."
    )
