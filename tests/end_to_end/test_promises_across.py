"""Promises beside each other: a rewritten document, companies, language editions, phrases that spread, verdicts asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from monitor.app import lexicon
from monitor.cache import load_home
from monitor.home import Home
from monitor.ledgers import topics_by
from storage.blobs import BlobStore
from storage.engine import open_database
from tests.command import Ran, onrecord
from tests.far_side import Site, page
from tests.web_archive import NOW
from web.app import create_app

FILLER = "The company was founded in a small workshop near the harbour, and its shares trade on two exchanges."
SALES = "We will not sell surveillance cameras to the police in Xinjiang."
FEES = "Suppliers must repay recruitment fees to migrant workers within 30 days."
REPORT = "We publish the results of fact-specific assessments of police customers every year."

SOURCES = """\
companies:
  - name: Halden Biosystems
    sources:
      - {{url: "{site}/en/policy.html", role: policy, lang: en}}
      - {{url: "{site}/zh/policy.html", role: policy, lang: zh}}
  - name: Kestrel Optics
    sources:
      - {{url: "{site}/kestrel.html", role: policy}}
  - name: Silent Steel
    sources:
      - {{url: "{site}/silent.html", role: policy}}
"""
CHINESE = "我们不会向西藏的警方销售监控摄像头。"
CHINESE_FILLER = "公司成立于港口附近的一家小作坊，其股票在两个交易所交易，员工遍布四个地区，产品包括过滤器和泵。" * 6


@pytest.fixture
def site(home: Path) -> Iterator[Site]:
    with Site() as running:
        running.pages["/en/policy.html"] = page(SALES, FEES, FILLER, title="Policy")
        running.pages["/zh/policy.html"] = page(CHINESE, CHINESE_FILLER, title="政策")
        running.pages["/kestrel.html"] = page(REPORT, FILLER, title="Policy")
        running.pages["/silent.html"] = page(FILLER, title="About")
        (home / "sources.yaml").write_text(SOURCES.format(site=f"http://{running.authority}"))
        (home / "settings.yaml").write_text(
            f'fetch:\n  allow_private: ["{running.authority}"]\n  host_gap_seconds: 0\n'
        )
        check()
        yield running


def check() -> None:
    ran = onrecord("check", "--json")
    assert ran.status == 0, ran.err


def asked(*words: str) -> list[dict[str, Any]]:
    ran: Ran = onrecord("commitments", *words, "--json")
    assert ran.status == 0, ran.err
    return ran.lines


def test_the_fate_of_every_promise_of_a_rewritten_document(site: Site) -> None:
    site.pages["/en/policy.html"] = page(
        "We will not knowingly sell surveillance cameras to the police in Xinjiang.",
        "We will audit our suppliers by 2030.", FILLER, title="Policy")  # fmt: skip
    site.pages["/kestrel.html"] = page(REPORT, FEES, FILLER, title="Policy")
    check()
    document = site.url("/en/policy.html")
    [told] = asked("fate", document)
    assert (told["before"], told["after"]) == (1, 2)
    assert [(fate["fate"], fate["before"][:20]) for fate in told["fates"]] == [
        ("conditioned", SALES[:20]), ("removed", FEES[:20]), ("introduced", ""),
    ]  # fmt: skip
    assert told["counts"] == {"conditioned": 1, "removed": 1, "introduced": 1}
    printed = onrecord("commitments", "fate", document)
    assert "− conditioned" in printed.out
    assert "hedge added: knowingly" in printed.out
    only_one = onrecord("commitments", "fate", "silent")
    assert only_one.status == 2
    assert "one version: nothing to hold it against yet" in only_one.err


def test_one_topic_side_by_side_and_who_is_silent(site: Site) -> None:
    rows = {row["company"]: row for row in asked("across", "surveillance-biometrics")}
    assert [promise["now"] for promise in rows["halden-biosystems"]["promises"] if promise["lang"] == "en"] == [SALES]
    assert rows["silent-steel"]["silent"]
    assert "distributors and resellers are not named" in rows["halden-biosystems"]["promises"][0]["not_said"]
    assert "distributors and resellers are not named" in rows["halden-biosystems"]["not_said"]
    assert "no place is named" not in rows["halden-biosystems"]["not_said"]
    assert rows["silent-steel"]["not_said"] == []
    unknown = onrecord("commitments", "across", "chess")
    assert unknown.status == 2
    assert "topics are " in unknown.err


def test_editions_that_do_not_say_the_same(site: Site) -> None:
    found = {(row["kind"], row["what"]) for row in asked("editions")}
    assert ("place", "xinjiang") in found
    assert ("place", "tibet") in found


def test_an_edition_that_the_list_of_sources_names_lost_a_place(site: Site, home: Path) -> None:
    """Its address shows no language; only the list says that it is an edition."""
    german = "Wir verkaufen keine Überwachungskameras an die Polizei in Xinjiang oder Tibet."
    english = "We will not sell surveillance cameras to the police in Xinjiang or Tibet."
    filler = "Das Unternehmen wurde in einer kleinen Werkstatt am Hafen gegründet und beschäftigt heute viele Menschen."
    site.pages["/responsibility"] = page(english, FILLER, title="Responsibility")
    site.pages["/verantwortung"] = page(german, filler, title="Verantwortung")
    (home / "sources.yaml").write_text(
        "companies:\n  - name: Meridian\n    sources:\n"
        f'      - {{url: "http://{site.authority}/responsibility", role: policy, editions: '
        f'[{{url: "http://{site.authority}/verantwortung", lang: de}}]}}\n'
    )
    check()
    assert asked("editions", "--company", "meridian") == []
    site.pages["/verantwortung"] = page(german.replace(" oder Tibet", ""), filler, title="Verantwortung")
    check()
    [apart] = asked("editions", "--company", "meridian")
    assert (apart["kind"], apart["what"], apart["quote"]) == ("place", "tibet", english)
    assert (
        apart["reason"]
        == "the en edition (meridian/responsibility) names tibet, the de edition (meridian/verantwortung) does not"
    )


def test_the_page_of_editions_tells_the_same_as_the_command(site: Site, home: Path) -> None:
    reasons = {row["reason"] for row in asked("editions", "--company", "halden-biosystems")}
    packs = load_home(Home(home), {}).rules
    database = open_database(home / "data" / "onrecord.db")
    app = create_app(
        database, BlobStore(home / "data" / "blobs"), now=lambda: NOW, base_url=None, guest="reader",
        allowed_hosts=frozenset({"testserver"}), commitments=lexicon(), topics_of=topics_by(packs),
    )  # fmt: skip
    with closing(database), TestClient(app) as client:
        told = client.get("/commitments/editions?company=halden-biosystems&format=json").json()
        page = client.get("/commitments/editions?company=halden-biosystems").text
    assert told["families"] == 1
    assert {row["reason"] for row in told["rows"]} == reasons
    assert "One document in several languages" in page
    assert CHINESE in page


def test_a_phrase_that_spread_is_told_in_order(site: Site) -> None:
    site.pages["/silent.html"] = page(
        FILLER, "We will publish fact-specific assessments of police customers.", title="About"
    )
    check()
    [told] = asked("spread", "fact-specific assessments")
    assert [seen["company"] for seen in told["seen"]] == ["kestrel-optics", "silent-steel"]
    found = [row["phrase"] for row in asked("spread")]
    assert "fact specific assessments of police customers" in found


def test_verdicts_are_asked_for_in_search(site: Site) -> None:
    assert onrecord("search", "verdict:weakened", "--json").lines == []
    site.pages["/en/policy.html"] = page(
        "We will not knowingly sell surveillance cameras to the police in Xinjiang.", FEES, FILLER, title="Policy")  # fmt: skip
    check()
    texts = [answer["text"] for answer in onrecord("search", "verdict:weakened", "--json").lines]
    assert sorted(texts) == sorted(
        [SALES, "We will not knowingly sell surveillance cameras to the police in Xinjiang."]
    )
    assert [answer["text"] for answer in onrecord("search", "fees verdict:weakened", "--json").lines] == []
    assert len(onrecord("search", "cameras verdict:conditioned still:no", "--json").lines) == 1
    wrong = onrecord("search", "verdict:weakend")
    assert wrong.status == 2
    assert "did you mean weakened?" in wrong.err


def test_a_promise_that_moved_to_another_document_is_told_so(site: Site) -> None:
    site.pages["/en/policy.html"] = page(SALES, FILLER, title="Policy")
    site.pages["/zh/policy.html"] = page(CHINESE, CHINESE_FILLER, FEES, title="政策")
    check()
    [gone] = asked("--gone")
    assert (gone["first"], gone["stands_in"]) == (FEES, "halden-biosystems/policy-2")


def test_a_sentence_is_taken_apart(home: Path) -> None:
    [told] = asked("read", "We will not knowingly sell DNA kits to police in Xinjiang.")
    assert ["places", "Xinjiang"] in told["says"]
    assert ["hedges", "knowingly"] in told["says"]
    assert (told["commitment"], told["knowledge"], told["lang"]) == (True, True, "en")
    assert "no deadline" in told["not_said"]
