"""Lint: what reads well and cannot be meant; and why a rule stays silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigError
from core.rules.explain import silences
from core.rules.lint import Counted, Names, Remark, exploded, lint
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


# --- more of what reads well and cannot be meant -------------------------------------------------------------------


def test_three_pairs_of_words_nobody_knows_are_named_too() -> None:
    pack = """\
pack: climate
rules:
  - id: terms
    any: [green house gas green house gases, carbon tax, emissions trading wind power,
          oil spill, gas flaring, coal mine methane leak rate, ocean heat]
"""
    joined = [each.message for each in lint(parse_packs({"climate.yaml": pack})) if each.kind == "joined"]
    assert [message.partition(": ")[2] for message in joined] == [
        "“green house gas” and “green house gases”",
        "“emissions trading” and “wind power”",
        "“coal mine” and “methane leak rate”",
    ]


def test_quoted_terms_with_no_comma_between_them_are_each_named_where_the_list_is_no_yaml() -> None:
    pack = """\
pack: climate
rules:
  - id: terms
    any: ["green house gas" "green house gases", "carbon tax", 'emissions trading' 'wind power',
          "oil spill"
          "gas flaring"]
"""
    with pytest.raises(ConfigError) as caught:
        parse_packs({"climate.yaml": pack})
    assert [str(problem) for problem in caught.value.problems[1:]] == [
        "climate.yaml:4: “green house gas” and “green house gases” stand side by side: a comma is missing between them",
        "climate.yaml:4: “emissions trading” and “wind power” stand side by side: a comma is missing between them",
        "climate.yaml:5: “oil spill” and “gas flaring” stand side by side: a comma is missing between them",
    ]


def test_patterns_that_no_folded_text_holds_and_conditions_that_never_meet() -> None:
    remarks = lint(
        _rules(
            "id: r, regex: ['two  spaces']",
            "id: s, regex: ['新 疆']",
            "id: t, any: [x], when: {event: gone, act: added}",
            "id: u, any: [x], when: {act: present, verdict: WEAKENED}",
            "id: v, query: 'police company:acme company:halden'",
        )
    )
    assert [(kind, rule) for kind, rule, _ in _found(remarks)] == [
        ("impossible", "r"),
        ("impossible", "s"),
        ("impossible", "t"),
        ("impossible", "u"),
        ("impossible", "v"),
    ]


def test_a_phrase_that_a_pattern_finds_and_a_rule_that_another_finds_add_nothing() -> None:
    remarks = lint(
        _rules(
            "id: r, any: [export licence], regex: ['\\bexport \\w+']",
            "id: s, any: [secret police, police station, police]",
            "id: t, any: [police]",
        )
    )
    assert [(kind, rule) for kind, rule, _ in _found(remarks)] == [
        ("shadowed", "r"),
        ("shadowed", "s"),
        ("shadowed", "s"),
        ("shadowed", "t"),
    ]


def test_names_that_sources_yaml_does_not_know() -> None:
    names = Names({"company": frozenset({"acme", "halden"}), "role": frozenset({"human-rights"})})
    own = _rules(
        "id: r, any: [police], when: {company: acm, role: human-rights, topic: anything}",
        "id: s, query: 'police company:haldon'",
    )
    assert [(each.kind, each.rule, each.message) for each in lint(own, names=names)] == [
        ("unknown", "r", "no company is called “acm”: did you mean “acme”?"),
        ("unknown", "s", "no company is called “haldon”: did you mean “halden”?"),
    ]


def test_sentences_of_a_pack_that_do_not_hold() -> None:
    pack = """\
pack: own
rules:
  - {id: r, any: [police]}
tests:
  - {t: "The police came.", hit: [r]}
  - {t: "Nobody came.", hit: [r]}
  - {t: "The police went.", none: true}
"""
    remarks = lint(parse_packs({"own.yaml": pack}))
    assert [(each.kind, each.rule, each.line, each.message) for each in remarks] == [
        ("sentence", "r", 6, "its own sentence “Nobody came.”: r does not fire"),
        ("sentence", "r", 7, "its own sentence “The police went.”: r fires"),
    ]
