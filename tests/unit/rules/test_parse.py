"""Packs that are wrong: every fault named at once, with file, line and what was probably meant."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from core.errors import ConfigError
from core.model import Severity
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet


def _faults(**files: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_packs({f"{name}.yaml": dedent(text) for name, text in files.items()})
    return [str(problem) for problem in caught.value.problems]


def _rule(body: str) -> str:
    return f"pack: own\nrules:\n  - {{id: own.one, {body}}}\n"


def test_every_problem_of_every_file_at_once() -> None:
    assert _faults(
        a="""\
        pack: a
        purpos: x
        severity: {added: hihg}
        rules:
          - {id: a.one, lang: frr, any: [one], regexp: ['x']}
          - {id: a.one, any: [two]}
          - {id: a.two, unless: ['x']}
        """,
        b="""\
        pack: a
        rules:
          - {id: a.one, any: ["..."]}
          - {id: b.near, near: {a: ['x'], within: 0, order: ba}}
          - {id: b.any, any: [12, ""]}
        tests:
          - {t: "one", hit: [b.naer]}
          - {t: "two"}
        """,
        c="pack: [\n",
    ) == [
        "a.yaml:2: a pack has no key \"purpos\". Did you mean 'purpose'?",
        "a.yaml:3: severity \"hihg\" is not one of info, low, medium, high, critical. Did you mean 'high'?",
        "a.yaml:5: a rule has no key \"regexp\". Did you mean 'regex'?",
        "a.yaml:5: rule a.one: lang \"frr\" is not one of any, en, zh, fr, de, es. Did you mean 'fr'?",
        "a.yaml:6: the rule a.one stands twice: first in a.yaml:5",
        "a.yaml:7: rule a.two can never fire: it has none of any, regex, near and query",
        'b.yaml:1: the pack "a" already stands in a.yaml: give this one another name (a file of yours takes the place of a '
        "shipped one by its file name)",
        "b.yaml:3: the rule a.one stands twice: first in a.yaml:5",
        'b.yaml:3: rule a.one: the phrase "..." holds no letter and no digit',
        "b.yaml:4: rule b.near: within must be a number of words from 1 to 200",
        'b.yaml:4: rule b.near: order "ba" is neither any nor ab',
        "b.yaml:4: rule b.near: near has no b",
        "b.yaml:5: rule b.any: any holds 12; put it in quotes if it is meant",
        'b.yaml:5: rule b.any: any holds ""; put it in quotes if it is meant',
        "b.yaml:8: a test says either which rules fire (hit, not) or that none does (none: true)",
        "c.yaml:2: this is not valid YAML: expected the node content, but found '<stream end>' (while parsing a flow node)",
        "b.yaml:7: a test names a rule that does not exist: \"b.naer\". Did you mean 'b.near'?",
    ]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("foo(?=bar)", "uses look-ahead (?=…), which the engine does not have; write the two parts as `near:"),
        ("foo(?!bar)", "uses negative look-ahead (?!…), which the engine does not have; write what must not"),
        ("(?<=foo)bar", "uses look-behind (?<=…), which the engine does not have; write the two parts as `near:"),
        ("(?<!foo)bar", "uses negative look-behind (?<!…), which the engine does not have; write what must not"),
        (r"(a|b)x\\1", "refers back to a group, which the engine cannot do; write the alternatives out"),
        ("(foo", "is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("x{5000}", "is too much for the engine: invalid repetition size: {5000,5000}; list plain words"),
        ("(?-i:ICE)", "asks for upper and lower case by (?-i:…); list the word under `cased`"),
        (r"\\b(?:新疆|xinjiang)\\b", "puts \\b beside alternatives of which some are not Latin"),
        (r"foo\\bbar", "can never match"),
    ],
)
def test_a_pattern_the_engine_cannot_take_is_named_with_a_way_out(pattern: str, says: str) -> None:
    (fault,) = _faults(own=_rule(f'regex: ["{pattern}"]'))

    assert fault.startswith("own.yaml:3: rule own.one: the pattern ")
    assert says in fault


def test_a_language_the_packs_have_no_cues_for_is_named_with_a_way_out() -> None:
    assert _faults(own=_rule("lang: ru, any: [принудительный труд]")) == [
        'own.yaml:3: rule own.one: lang "ru" is not one of any, en, zh, fr, de, es; write any: phrases work in every script'
    ]
    any_language = parse_packs({"own.yaml": _rule("lang: any, any: [принудительный труд]")})
    assert [hit.rule for hit in any_language.match("Мы не используем Принудительный труд.")] == ["own.one"]


def test_duplicate_keys_are_refused() -> None:
    assert _faults(own="pack: own\nrules:\n  - {id: own.one, any: [x], any: [y]}\n") == [
        'own.yaml:3: the key "any" stands twice: first at line 3'
    ]


def test_a_pack_without_rules_is_refused() -> None:
    assert _faults(own="pack: own\nrules: []\n") == ["own.yaml:1: this pack holds no rules"]
    assert _faults(own="") == ["own.yaml: pack is missing"]


def test_a_newer_schema_is_refused() -> None:
    assert _faults(own="schema: 2\n" + _rule("any: [x]")) == [
        "own.yaml:1: schema 2 is not known; this version reads schema 1"
    ]


def test_control_characters_in_a_pack_are_refused() -> None:
    assert _faults(own=_rule('any: ["a\0b"]')) == [
        "own.yaml:3: a character that is not text stands here (U+0000, column 27)"
    ]


# --- severities and overrides ------------------------------------------------------------------------------------


def test_severity_of_the_rule_goes_before_the_packs() -> None:
    rules = parse_packs(
        {"own.yaml": "severity: {present: info, added: low}\n" + _rule("any: [x], severity: {added: high}")}
    )

    assert rules.severity("own.one", "present") is Severity.INFO
    assert rules.severity("own.one", "added") is Severity.HIGH
    assert rules.severity("own.one", "removed") is Severity.MEDIUM


def test_a_pack_of_ones_own_overrides_severities_of_others() -> None:
    rules = parse_packs(
        {"own.yaml": _rule("any: [x]"), "mine.yaml": "pack: mine\noverrides: {own.one: {removed: critical}}\n"}
    )

    assert rules.severity("own.one", "removed") is Severity.CRITICAL
    assert rules.severity("own.one", "added") is Severity.MEDIUM


def test_overrides_that_contradict_or_name_nothing_are_refused() -> None:
    assert _faults(
        a=_rule("any: [x]"),
        b="pack: b\noverrides: {own.one: {added: low}}\n",
        c="pack: c\noverrides: {own.one: {added: high}, own.two: {added: low}}\n",
    ) == [
        "c.yaml:2: own.one is overridden twice for added: first in b.yaml:2",
        "c.yaml:2: overrides names a rule that does not exist: \"own.two\". Did you mean 'own.one'?",
    ]


# --- what a rule set says of itself ------------------------------------------------------------------------------


def test_the_digest_follows_the_content() -> None:
    one = parse_packs({"own.yaml": _rule("any: [x]")})
    same = parse_packs({"own.yaml": _rule("any: [x]")})
    other = parse_packs({"own.yaml": _rule("any: [y]")})

    assert one.digest == same.digest != other.digest
    assert len(one.digest) == 64


def test_plain_data_and_back_finds_the_same(shipped: RuleSet) -> None:
    again = RuleSet.from_plain(json.loads(json.dumps(shipped.to_plain())))

    assert again.digest == shipped.digest
    assert again.packs == shipped.packs
    text = "We will not knowingly sell facial recognition to the police in 新疆."
    assert again.match(text) == shipped.match(text) != ()


@pytest.mark.parametrize("plain", [{}, {"format": 99}, {"format": 1, "digest": "x", "packs": [{"id": "a"}]}])
def test_a_cache_of_another_version_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        RuleSet.from_plain(plain)
