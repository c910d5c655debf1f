"""Lists taken along: whole, whatever part of them a page shows."""

from __future__ import annotations

import csv
import io
import json
from types import ModuleType

import pytest
from fastapi.testclient import TestClient

from tests.unit.web.test_pages import Parsed
from tests.web_archive import SALES_SLUG
from web import alerts, exports, outbox, rules, sources, today


@pytest.mark.parametrize(
    ("module", "address", "shown", "whole"),
    [
        (alerts, "/alerts", "alerts", 4),
        (sources, "/sources", "", 4),
        (outbox, "/outbox", "messages", 4),
        (today, "/?days=366", "changes", 3),
        (rules, "/rules/fired/firm.will-not", "firings", 3),
    ],
)
def test_what_is_taken_along_is_the_whole_list(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, module: ModuleType, address: str, shown: str, whole: int
) -> None:
    monkeypatch.setattr(module, "FIRINGS" if module is rules else "ROWS", 1)
    monkeypatch.setattr(exports, "BATCH", 2)
    joint = "&" if "?" in address else "?"
    if shown:
        assert len(client.get(f"{address}{joint}format=json").json()[shown]) == 1
    answer = client.get(f"{address}{joint}format=csv&start=1")
    assert len(list(csv.reader(io.StringIO(answer.text)))) == 1 + whole
    lines = client.get(f"{address}{joint}format=jsonl").text.splitlines()
    assert len([json.loads(line) for line in lines]) == whole
    array = client.get(f"{address}{joint}format=list")
    assert array.headers["content-type"] == "application/json"
    assert array.headers["content-disposition"].endswith('.json"')
    assert array.json() == [json.loads(line) for line in lines]
    head = client.head(f"{address}{joint}format=csv")
    assert (head.content, head.headers["content-disposition"]) == (b"", answer.headers["content-disposition"])


LISTS = {  # every page that shows a list, and what the lists on it are called
    "/?days=366": [""],
    "/companies": [""],
    "/company/halden": ["documents", "sources", "changes"],
    f"/d/{SALES_SLUG}": ["versions", "passages"],
    f"/v/{SALES_SLUG}/2": ["versions", "passages"],
    f"/c/{SALES_SLUG}/3..4": [""],
    "/search?q=assessments": [""],
    "/search/counts?q=assessments": ["companies", "kinds", "years"],
    "/search/never?q=assessments": [""],
    "/alerts": [""],
    "/alert/1": [""],
    "/sources": [""],
    "/rules": [""],
    "/rules/fired/firm.will-not": [""],
    "/outbox": [""],
    "/tasks": [""],
    "/people": [""],
    "/audit": [""],
    "/commitments": [""],
    "/commitments/KEY": [""],
    "/commitments/across?topic=regions-china": [""],
    "/commitments/editions?company=halden": [""],
    "/commitments/spread": [""],
    f"/commitments/fate/{SALES_SLUG}/3..4": [""],
}


@pytest.mark.parametrize("address", LISTS)
def test_every_list_is_offered_whole_in_every_form(client: TestClient, address: str) -> None:
    address = address.replace("KEY", client.get("/commitments?format=json").json()["lines"][0]["key"])
    links = {at["href"] or "" for at in Parsed(client.get(address).text).all("a") if "href" in at}
    lists = LISTS.get(address, [""])
    for of in lists:
        named = f"of={of}&" if of else ""
        for form in ("csv", "list", "jsonl"):
            assert any(f"{named}format={form}" in link for link in links), (of, form)
        joint = "&" if "?" in address else "?"
        asked = f"{address}{joint}{named}format="
        cells = list(csv.reader(io.StringIO(client.get(f"{asked}csv").content.decode("utf-8-sig"))))
        whole = client.get(f"{asked}list").json()
        asked_before = 1 if address == "/audit" else 0  # what was taken along just now stands there
        assert len(cells) + asked_before == 1 + len(whole)
        assert all(list(row) == cells[0] for row in whole)
        assert not [cell for row in cells for cell in row if cell.startswith(("=", "+", "@", "\t"))]


def test_the_text_on_show_is_taken_along_with_its_biography(client: TestClient) -> None:
    rows = client.get(f"/d/{SALES_SLUG}?of=passages&format=list").json()
    shown = [row for row in client.get(f"/d/{SALES_SLUG}.json").json()["rows"] if row["row"] == "passage"]
    assert [(row["text"], row["entered"], row["wordings"]) for row in rows] == [
        (row["text"], row["since"], row["wording_count"]) for row in shown
    ]
    assert any(row["earlier wordings"] for row in rows)
    first = client.get(f"/v/{SALES_SLUG}/1?of=passages&format=list").json()
    assert not any(row["earlier wordings"] for row in first)


def test_a_comparison_is_taken_along_whole(client: TestClient) -> None:
    whole = [json.loads(line) for line in client.get(f"/c/{SALES_SLUG}/1..4?format=jsonl").text.splitlines()]
    assert [row["row"] for row in whole] == list(range(1, len(whole) + 1))
    assert len(whole) == client.get(f"/c/{SALES_SLUG}/1..4?format=json").json()["steps"]
    assert {row["where"] for row in whole} >= {"Responsible sales › Where we do not sell"}
