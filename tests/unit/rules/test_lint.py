"""Lint: what reads well and cannot be meant; and why a rule stays silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.rules.explain import silences
from core.rules.lint import Counted, Remark, exploded, lint
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet

_RULES = Path(__file__).resolve().parents[3] / "rules"


def _rules(*rules: str) -> RuleSet:
    return parse_packs({"own.yaml": "pack: own\nrules:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)})


def _found(remarks: tuple[Remark, ...]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.rule, each.message) for each in remarks]


def test_three_pairs_joined_by_missing_commas_are_all_named() -> None:
    pack = """\
pack: climate
rules:
  - id: terms
    any:
      - greenhouse gas
      - carbon budgetfossil fuel
      - forced labour
        child labour
      - "facial recognition, gait analysis"
      - carbon footprint
      - fossil record
      - low budget
      - forced labour
      - child labour
"""
    joined = [each for each in lint(parse_packs({"climate.yaml": pack})) if each.kind == "joined"]
    assert [(each.rule, each.file, each.line) for each in joined] == [("terms", "climate.yaml", 3)] * 3
    assert [each.message.partition(": ")[2] for each in joined] == [
        "“carbon budget” and “fossil fuel”",
        "“forced labour” and “child labour”",
        "“facial recognition” and “gait analysis”",
    ]


def test_terms_that_repeat_one_another() -> None:
    remarks = lint(
        _rules("id: r, any: [case-by-case, Case by case, on a case by case basis, 实体清单, 不可靠实体清单]")
    )
    assert _found(remarks) == [
        ("duplicate", "r", "“Case by case” stands twice in the rule (as “case-by-case”)"),
        (
            "shadowed",
            "r",
            "“on a case by case basis” adds nothing: “case-by-case” already finds every passage that holds it",
        ),
        ("shadowed", "r", "“不可靠实体清单” adds nothing: “实体清单” already finds every passage that holds it"),
    ]


def test_terms_that_can_never_fire() -> None:
    remarks = lint(
        _rules(
            "id: r, any: [police academy, police], unless: ['academ(y|ies)']",
            "id: s, any: [sanctions], cased: [ICE]",
            "id: t, query: 'sell -sell'",
        )
    )
    assert [message for kind, _, message in _found(remarks) if kind == "impossible"] == [
        "“police academy” can never fire: the rule's own unless, /academ(y|ies)/, stands in it",
        "cased names “ICE”, which no term of the rule holds",
        "its query asks for words and refuses the same words: no passage answers it",
    ]


def test_patterns_without_letters_are_slow() -> None:
    remarks = lint(_rules("id: r, regex: ['\\d+']", "id: s, query: '/[0-9]+/'", "id: t, regex: ['\\d+ prisons']"))
    assert [(kind, rule) for kind, rule, _ in _found(remarks)] == [("slow", "r"), ("slow", "s")]


def test_what_only_an_archive_can_tell() -> None:
    rules = _rules(
        "id: broad, any: [we]",
        "id: half, any: [dna, rare word], lang: en",
        "id: dead, any: [nobody says this]",
        "id: zh, any: [新疆], lang: zh",
    )
    hits = {"broad": 40, "half": 3}
    counted = Counted(100, {"en": 90, "": 10}, hits, {"broad#we": 40, "half#dna": 3})
    assert _found(lint(rules, counted)) == [
        ("broad", "broad", "hits 40 of 100 passages (40%) of the archive"),
        ("dead", "half", "“rare word” never hit in 90 passages of the archive"),
        ("dead", "dead", "matched nothing in 100 passages of the archive"),
        ("nothing_to_match", "zh", "the archive holds no passages in zh: nothing can be said about this rule"),
    ]


def test_the_shipped_packs_have_no_grave_fault() -> None:
    shipped = parse_packs({path.name: path.read_text(encoding="utf-8") for path in sorted(_RULES.glob("*.yaml"))})
    remarks = lint(shipped)
    assert {each.kind for each in remarks} == set()
    assert len(exploded(shipped)) > 800


@pytest.mark.parametrize(
    ("rule", "text", "why"),
    [
        ("any: [police], unless: ['academ(y|ies)']", "the police academy", "“police” stands here, and so does its unless, /academ(y|ies)/"),
        ("any: [ice], cased: [ICE]", "on ice", "“ice” stands here, and not written as ICE"),
        ("near: {a: ['\\bsell'], b: ['police'], within: 2}", "sell all of it to police", "“sell”, “police” stand here, not within 2 words"),
        ("near: {a: ['\\bsell'], b: ['police'], within: 3, order: ab}", "police sell", "“police”, “sell” stand here, not within 3 words in this order"),
        ("near: {a: ['\\bsell'], b: ['police'], within: 3}", "We sell. Police came.", "“sell” and “Police” stand here, in different sentences"),
        ("near: {a: ['\\bsell'], b: ['police'], within: 3}", "We sell.", "“sell” stands here, and nothing of what must stand near it"),
        ("query: 'sell -police'", "sell to police", "no passage answers its query"),
        ("any: [weapons]", "sell to police", "none of its terms stands here"),
    ],
)  # fmt: skip
def test_why_a_rule_stays_silent(rule: str, text: str, why: str) -> None:
    assert silences(_rules(f"id: r, {rule}", "id: other, any: [came, sell, ice, academy]"), text)["r"] == why
