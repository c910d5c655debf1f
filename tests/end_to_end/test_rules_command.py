"""``onrecord rules`` on a real home: a text tried, packs read for faults, a pack tried on the archive before it is in force."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import onrecord, write_home
from tests.far_side import Site, page

PROMISE = "We will not sell DNA kits to the police in any region where they are used against people."
HEDGED = "We do not knowingly sell DNA kits to the police in any region where they are used against people."
PACK = """\
pack: own
rules:
  - id: own.kits
    query: "~sell NEAR/3 kits"
"""


@pytest.fixture
def policy(home: Path) -> Iterator[Site]:
    """A home that watches one page, which has changed twice."""
    with Site() as site:
        write_home(home, site.authority, f'{{url: "{site.url("/policy.html")}", role: policy}}')
        for said in (PROMISE, HEDGED, "Nothing is said of the instruments the company makes."):
            site.pages["/policy.html"] = page(said)
            assert onrecord("check").status == 0
        yield site


def test_a_text_says_which_rules_fire_and_which_nearly_did(home: Path) -> None:
    write_home(home, "127.0.0.1:1", '{url: "https://halden.example/", role: policy}')
    (home / "rules").mkdir()
    (home / "rules" / "own.yaml").write_text(PACK)
    ran = onrecord("rules", "test", "They sold DNA test kits.", "--json")
    [line] = ran.lines
    assert {"rule": "own.kits", "words": ["sold", "kits"]}.items() <= next(
        each for each in line["rules"] if each["rule"] == "own.kits"
    ).items()
    assert line["silent"]["fl.core"] == "none of its terms stands here"
    (home / "said.txt").write_text("They sold whatever they could, kits among it.")
    ran = onrecord("rules", "test", home / "said.txt", "--json")
    assert ran.lines[0]["silent"]["own.kits"] == "no passage answers its query"


def test_validate_warns_of_own_packs_and_refuses_a_bad_query(home: Path) -> None:
    write_home(home, "127.0.0.1:1", '{url: "https://halden.example/", role: policy}')
    (home / "rules").mkdir()
    (home / "rules" / "own.yaml").write_text(
        "pack: own\nrules:\n  - {id: own.r, any: ['forced labour, gait analysis']}\n"
    )
    ran = onrecord("validate")
    assert ran.status == 0
    assert "rules/own.yaml:3: own.r: “forced labour, gait analysis” reads like two terms" in ran.err
    assert [each["line"] for each in onrecord("validate", "--json").lines[0]["warnings"]] == [3]
    (home / "rules" / "own.yaml").write_text("pack: own\nrules:\n  - id: own.r\n    query: sell country:us\n")
    ran = onrecord("validate")
    assert ran.status == 2
    assert "rules/own.yaml:4: rule own.r: query, at character 6: country: is not known here" in ran.err


def test_lint_before_and_with_an_archive(home: Path, policy: Site) -> None:
    (home / "rules").mkdir()
    (home / "rules" / "own.yaml").write_text(
        PACK + "  - {id: own.dead, any: [zeppelin]}\n  - {id: own.r, any: [the]}\n"
    )
    ran = onrecord("rules", "lint", "--json")
    own = {each["rule"]: (each["kind"], each["line"]) for each in ran.lines if each["file"] == "rules/own.yaml"}
    assert own["own.dead"] == ("dead", 5)
    assert "own.kits" not in own
    assert {each["kind"] for each in ran.lines if each["rule"].endswith(".zh")} >= {"nothing_to_match"}
    assert ran.status == 0


def test_a_pack_is_tried_on_the_archive_before_it_is_in_force(home: Path, policy: Site, tmp_path: Path) -> None:
    pack = tmp_path / "own.yaml"
    pack.write_text(PACK)
    ran = onrecord("rules", "backtest", pack, "--json")
    [tried] = ran.lines
    assert (tried["outcome"], tried["rules"]) == ("alerts", ["own.kits"])
    assert [[(rule["act"], rule["words"]) for rule in each["rules"]] for each in tried["alerts"]] == [
        [("reworded", ["sell", "kits"])],
        [("removed", ["sell", "kits"])],
    ]
    assert list(tried["by_company"].values()) == [2]
    assert list(tried["by_month"].values()) == [2]
    assert tried["sample"] == [each["change"] for each in tried["alerts"]]
    assert (tried["examined"]["documents"], tried["examined"]["changes"]) == (1, 2)
    assert tried["gaps"] == {"failed_captures": 0, "unread_documents": [], "changes": []}

    other = tmp_path / "other.yaml"
    other.write_text(PACK.replace("NEAR/3 kits", "NEAR/3 kits -knowingly"))
    [compared] = onrecord("rules", "backtest", pack, "--against", other, "--json").lines
    first, last = tried["sample"]
    assert (compared["only_here"], compared["only_against"]) == ([last], [])
    assert [each["change"] for each in compared["against"]["alerts"]] == [first]
    assert [each["act"] for each in compared["against"]["alerts"][0]["rules"]] == ["removed"]

    told = onrecord("rules", "backtest", pack)
    assert "Would have raised two alerts, 2.00 a week." in told.out
    assert "reworded “sell”" in told.out


def test_a_rule_that_does_not_exist_and_a_file_that_is_none(home: Path, policy: Site) -> None:
    ran = onrecord("rules", "backtest", "no.such")
    assert (ran.status, ran.out) == (2, "")
    assert "no rule and no pack is called 'no.such'" in ran.err
    ran = onrecord("rules", "backtest", home / "missing.yaml")
    assert ran.status == 2
    assert "cannot be read" in ran.err
    assert onrecord("rules", "backtest", "fl.core", "--since", "tomorrow").status == 2
