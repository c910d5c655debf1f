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
    ran = onrecord("rules", "test", "siad.txt")
    assert (ran.status, "there is no file 'siad.txt'" in ran.err, ran.out) == (2, True, "")
    assert onrecord("rules", "test", "./rules").status == 2
    assert onrecord("rules", "test", "police.").status == 0


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


def test_verdicts_are_read_back_as_precision_and_an_important_alert_blocks_an_exception(
    home: Path, policy: Site
) -> None:
    alerts = [each for each in onrecord("alerts", "list", "--json").lines if each["kind"] == "change"]
    assert len(alerts) == 2
    first, last = (str(each["alert"]) for each in sorted(alerts, key=lambda each: each["alert"]))
    assert onrecord("alerts", "dismiss", last, "--reason", "off_topic").status == 0
    [told] = [each for each in onrecord("rules", "precision", "--json").lines if each["rule"] == "surv.dna"]
    assert told["sources"][0] == {"source": "", "alerts": 2, "important": 0, "not_relevant": 1, "precision": 0.0}
    assert [each["source"] for each in told["sources"][1:]] == ["halden-biosystems/policy"]

    assert onrecord("alerts", "confirm", first).status == 0
    [told] = onrecord("rules", "precision", "surv.dna", "--unless", "knowingly", "--json").lines
    assert told["suggestions"] == [
        {"unless": "knowingly", "spared": [int(last)], "unjudged": [], "blocked_by": [int(first)]}
    ]
    said = onrecord("rules", "precision", "surv.dna", "--unless", "knowingly").out
    assert f"blocked: unless /knowingly/ would have silenced a{first}, marked important (surv.dna)" in said
    assert "surv.dna: two alerts, 1 important, 1 not relevant, 50% right" in said
    assert onrecord("rules", "precision", "no.such").status == 2


def test_a_pinned_find_is_kept_and_an_edit_that_loses_it_is_refused(home: Path, policy: Site) -> None:
    [first, _] = sorted(each["change"] for each in onrecord("alerts", "list", "--json").lines if each["change"])
    pinned = onrecord("rules", "pin", f"c{first}", "surv.dna")
    assert pinned.status == 0
    assert f"pinned: surv.dna must fire on “{HEDGED}”" in pinned.out
    assert onrecord("validate").status == 0
    own = home / "rules" / "own.yaml"
    own.write_text("pack: own\noverrides: {surv.dna: {unless: [knowingly]}}\n")
    refused = onrecord("validate")
    assert refused.status == 2
    assert f"rules/pins.yaml:6: a pin is broken: surv.dna must fire on “{HEDGED}” (c{first}, " in refused.err
    assert onrecord("rules", "pin", f"c{first}", "surv.dna", "--silent").status == 2
    own.unlink()
    kept = (home / "rules" / "pins.yaml").read_text()
    assert "still fires on" in onrecord("rules", "pin", f"c{first}", "surv.dna", "--silent").err
    assert (home / "rules" / "pins.yaml").read_text() == kept
    assert onrecord("rules", "pin", "elephant", "surv.dna").status == 2
    assert "was found in no passage" in onrecord("rules", "pin", f"c{first}", "fl.core").err


def test_the_list_says_which_packs_are_ones_own_and_which_version_is_in_force(home: Path) -> None:
    write_home(home, "127.0.0.1:1", '{url: "https://halden.example/", role: policy}')
    (home / "rules").mkdir()
    (home / "rules" / "own.yaml").write_text(PACK + "    when: {act: removed}\n")
    packs = {each["pack"]: each for each in onrecord("rules", "list", "--json").lines}
    assert (packs["own"]["own"], packs["own"]["rules"][0]["when"]) == (True, "act removed")
    assert (packs["hedging"]["own"], packs["hedging"]["version"]) == (False, "0.3.0")
    assert len(packs) == 14
    assert "own.kits  any  present low, added medium, removed medium  when act removed" in onrecord("rules", "list").out


def test_names_nobody_bears_are_told_by_validate_and_lint(home: Path) -> None:
    write_home(home, "127.0.0.1:1", '{url: "https://halden.example/", role: policy}')
    (home / "rules").mkdir()
    (home / "rules" / "own.yaml").write_text(
        "pack: own\nrules:\n  - {id: own.r, any: [kits], when: {company: halden-biosystem}}\n"
    )
    says = "rules/own.yaml:3: own.r: no company is called “halden-biosystem”: did you mean “halden-biosystems”?"
    assert says in onrecord("validate").err
    [remark] = [each for each in onrecord("rules", "lint", "--json").lines if each["rule"] == "own.r"]
    assert (remark["kind"], remark["line"]) == ("unknown", 3)


def test_a_change_of_wording_can_be_tried(home: Path) -> None:
    write_home(home, "127.0.0.1:1", '{url: "https://halden.example/", role: policy}')
    [told] = onrecord("rules", "test", HEDGED, "--before", PROMISE, "--role", "human-rights", "--json").lines
    assert told["verdict"] == "WEAKENED"
    acts = {each["rule"]: (each["act"], each["severity"]) for each in told["rules"]}
    assert acts["hedge.knowingly"] == ("added", "high")
    assert acts["surv.dna"][0] == "reworded"
