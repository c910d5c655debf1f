"""Lists taken along: whole, whatever part of them a page shows."""

from __future__ import annotations

import csv
import io
import json
from types import ModuleType

import pytest
from fastapi.testclient import TestClient

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
    head = client.head(f"{address}{joint}format=csv")
    assert (head.content, head.headers["content-disposition"]) == (b"", answer.headers["content-disposition"])


def test_a_comparison_is_taken_along_whole(client: TestClient) -> None:
    whole = [json.loads(line) for line in client.get(f"/c/{SALES_SLUG}/1..4?format=jsonl").text.splitlines()]
    assert [row["row"] for row in whole] == list(range(1, len(whole) + 1))
    assert len(whole) == client.get(f"/c/{SALES_SLUG}/1..4?format=json").json()["steps"]
    assert {row["where"] for row in whole} >= {"Responsible sales › Where we do not sell"}
