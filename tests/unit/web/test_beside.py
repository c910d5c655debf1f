"""Promises beside each other, as pages: the fate of each, one topic side by side, editions, phrases that spread."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient

from tests.web_archive import ASSESSED, FINDINGS, FIRM, HEDGED, LATEST, RIGHTS_SLUG, SALES_SLUG, SUPPLIERS, TRAP_SLUG
from web import beside


def test_every_promise_of_very_large_versions_is_not_looked_for_while_somebody_waits(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "MOST_WORDS", 10)
    answer = client.get(f"/commitments/fate/{SALES_SLUG}/3..4")
    assert answer.status_code == 403
    assert "too many to find every promise while somebody waits" in answer.text
    assert f"the comparison at /c/{SALES_SLUG}/3..4 shows what differs" in answer.text


def test_the_fate_of_every_promise_between_two_versions(client: TestClient) -> None:
    told = client.get(f"/commitments/fate/{SALES_SLUG}/3..4?format=json").json()
    assert [(one["sign"]["word"], "".join(text for _, text in one["words"])) for one in told["moved"]][1:] == [
        ("Removed", FINDINGS),
        ("Introduced", LATEST),
    ]
    changed = told["moved"][0]
    assert changed["sign"]["tone"] == "loss"
    assert "hedge added: knowingly" in changed["reasons"]
    assert "".join(text for op, text in changed["words"] if op != "in") == FIRM
    assert "".join(text for op, text in changed["words"] if op != "out") == HEDGED
    assert SUPPLIERS in ["".join(text for _, text in one["words"]) for one in told["kept"]]
    page = client.get(f"/commitments/fate/{SALES_SLUG}/3..4").text
    assert "<h1>Every promise, from version 3 to 4</h1>" in page
    assert "<ins>knowingly</ins>" in page
    rows = list(
        csv.DictReader(
            io.StringIO(client.get(f"/commitments/fate/{SALES_SLUG}/3..4?format=csv").content.decode("utf-8-sig"))
        )
    )
    assert len(rows) == len(told["moved"]) + len(told["kept"])
    assert rows[1]["before"] == FINDINGS


def test_a_document_alone_means_its_last_two_versions(client: TestClient) -> None:
    answer = client.get(f"/commitments/fate/{SALES_SLUG}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/commitments/fate/{SALES_SLUG}/3..4")
    assert client.get("/commitments/fate/halden/nowhere").status_code == 404
    assert client.get(f"/commitments/fate/{SALES_SLUG}/3..9").status_code == 404
    assert client.get(f"/commitments/fate/{SALES_SLUG}/3..3").status_code == 400
    assert f'href="/commitments/fate/{SALES_SLUG}/3..4"' in client.get(f"/c/{SALES_SLUG}/3..4").text


def test_one_topic_side_by_side_and_of_whom_nothing_was_found(client: TestClient) -> None:
    start = client.get("/commitments/across").text
    assert '<option value="regions-china">Regions china</option>' in start
    told = client.get("/commitments/across?topic=regions-china&format=json").json()
    assert [(row["company_id"], [line["words"] for _, line in row["lines"]]) for row in told["rows"]] == [
        ("halden", [HEDGED]),
        ("mingchuan", ["我们不向新疆地区的警务机构出售族群识别功能，也不为其提供技术支持。"]),
    ]
    assert [key for key, _ in told["silent"]] == ["hostile"]
    page = client.get("/commitments/across?topic=regions-china").text
    assert "Two companies promise something about it; of one other nothing was found in what is watched." in page
    assert "No promise about it stands in the documents of theirs that are watched." in page
    alone = client.get("/commitments/across?topic=regions-china&company=halden&format=json").json()
    assert [row["company_id"] for row in alone["rows"]] == ["halden"]
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/commitments/across?topic=regions-china&format=csv").content.decode("utf-8-sig"))
        )
    )
    assert [row["company"] for row in rows] == ["halden", "mingchuan", "hostile"]
    assert client.get("/commitments/across?topic=chess").status_code == 404
    assert client.get("/commitments/across?topic=regions-china&company=nobody").status_code == 404


def test_a_phrase_is_told_by_who_was_first_seen_to_say_it(client: TestClient) -> None:
    told = client.get("/commitments/spread?q=fact-specific+assessments&format=json").json()
    [phrase] = told["phrases"]
    assert [(one["company_id"], one["at"], one["text"]) for one in phrase["seen"]] == [
        ("halden", "2019-02-20T06:00:00Z", ASSESSED)
    ]
    page = client.get("/commitments/spread?q=fact-specific+assessments").text
    assert "Who was first seen to say “fact-specific assessments”" in page
    assert "Nothing here says that anybody took them from anybody." in page
    assert "Nobody was seen to say it" in client.get("/commitments/spread?q=unicorns").text
    assert "No rare phrase of four words or more" in client.get("/commitments/spread").text


def test_editions_teach_where_there_are_none(client: TestClient) -> None:
    assert "Choose a company." in client.get("/commitments/editions").text
    assert "watched in more than one language" in client.get("/commitments/editions?company=mingchuan").text
    assert client.get("/commitments/editions?company=nobody").status_code == 404


def test_the_fate_of_hostile_words_stays_words(client: TestClient) -> None:
    page = client.get(f"/commitments/fate/{TRAP_SLUG}/1..2").text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert client.get(f"/commitments/fate/{RIGHTS_SLUG}/1..2").status_code == 200
