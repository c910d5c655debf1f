"""What one's own packs change in others without editing them; and finds that no edit may lose, or bring back."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from core.errors import ConfigError
from core.model import Severity
from core.rules.parse import parse_packs
from core.rules.pins import kept
from core.rules.ruleset import RuleSet

SHIPPED = "pack: theirs\nrules:\n  - {id: their.one, any: [police]}\n  - {id: their.two, any: [prison]}\n"


def _rules(**files: str) -> RuleSet:
    return parse_packs({"theirs.yaml": SHIPPED} | {f"{name}.yaml": dedent(text) for name, text in files.items()})


def _faults(**files: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _rules(**files)
    return [str(problem) for problem in caught.value.problems]


# --- overrides ---------------------------------------------------------------------------------------------------


def test_an_override_changes_severities_adds_an_exception_or_lets_a_rule_rest() -> None:
    rules = _rules(
        mine="""\
        pack: mine
        overrides:
          their.one: {added: critical, unless: ['\\bacademy\\b']}
          their.two: {off: true}
        """
    )
    assert [rule.id for rule in rules.rules] == ["their.one"]
    assert rules.severity("their.one", "added") is Severity.CRITICAL
    assert rules.severity("their.one", "reworded") is Severity.CRITICAL  # it follows: nothing else was said of it
    assert rules.severity("their.one", "removed") is Severity.MEDIUM
    assert [hit.rule for hit in rules.match("the police")] == ["their.one"]
    assert rules.match("the police academy") == ()


def test_two_packs_may_each_change_something_of_a_rule() -> None:
    rules = _rules(
        a="pack: a\noverrides: {their.one: {added: high}}\n",
        b="pack: b\noverrides: {their.one: {removed: low, unless: [academy]}}\n",
    )
    assert (rules.severity("their.one", "added"), rules.severity("their.one", "removed")) == ("high", "low")
    assert rules.match("police academy") == ()


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("{their.one: {added: hihg}}", "severity \"hihg\" is not one of info, low, medium, high, critical. Did you mean 'high'?"),
        ("{their.one: {unless: ['(?=x)']}}", "uses look-ahead"),
        ("{their.one: critical}", "overrides of their.one must hold severities, unless or off, such as {added: critical}"),
        ("{their.one: {title: x}}", 'an override has no key "title"'),
        ("{their.on: {off: true}}", "overrides names a rule that does not exist: \"their.on\". Did you mean 'their.one'?"),
        ("[their.one]", "overrides must map a rule to its severities"),
    ],
)  # fmt: skip
def test_an_override_that_cannot_be_read_is_named(override: str, says: str) -> None:
    assert any(says in fault for fault in _faults(mine=f"pack: mine\noverrides: {override}\n"))


def test_packs_that_override_each_other_in_a_circle_are_refused_and_the_whole_circle_is_named() -> None:
    assert _faults(
        a="pack: a\nrules: [{id: a.r, any: [x]}]\noverrides: {b.r: {added: low}}\n",
        b="pack: b\nrules: [{id: b.r, any: [y]}]\noverrides: {c.r: {added: low}, their.one: {added: low}}\n",
        c="pack: c\nrules: [{id: c.r, any: [z]}]\noverrides: {a.r: {added: low}}\n",
    ) == [
        "a.yaml:3: overrides go in a circle: a (a.yaml:3) overrides b.r; b (b.yaml:3) overrides c.r; "
        "c (c.yaml:3) overrides a.r"
    ]


def test_a_pack_does_not_override_itself() -> None:
    assert _faults(a="pack: a\nrules: [{id: a.r, any: [x]}]\noverrides: {a.r: {added: low}}\n") == [
        "a.yaml:3: the pack a overrides its own rule a.r: write it in the rule"
    ]


# --- pins --------------------------------------------------------------------------------------------------------

PINS = """\
pack: pins
pins:
  - rule: their.one
    must: fire
    t: "We do not sell to the police."
    from: "c12, acme/policy, 3 March 2024"
    snapshot: "0123abcd"
  - rule: their.one
    must: stay silent
    t: "The academy opens in May."
"""


def test_pins_that_hold_are_kept_and_come_back_from_the_cache() -> None:
    rules = _rules(pins=PINS)
    assert [(each.pin.rule, each.pin.fires, each.holds) for each in kept(rules)] == [
        ("their.one", True, True),
        ("their.one", False, True),
    ]
    again = RuleSet.from_plain(json.loads(json.dumps(rules.to_plain())))
    assert again.packs == rules.packs


def test_an_edit_that_breaks_a_pin_is_refused() -> None:
    narrower = PINS + 'overrides: {their.one: {unless: ["sell to"]}}\n'
    assert _faults(pins=narrower) == [
        "pins.yaml:3: a pin is broken: their.one must fire on “We do not sell to the police.” "
        "(c12, acme/policy, 3 March 2024), and no longer does"
    ]
    wider = SHIPPED.replace("[police]", "[police, academy]")
    with pytest.raises(ConfigError) as caught:
        parse_packs({"theirs.yaml": wider, "pins.yaml": PINS})
    assert [str(problem) for problem in caught.value.problems] == [
        "pins.yaml:8: a pin is broken: their.one must stay silent on “The academy opens in May.”, and fires"
    ]


def test_a_pin_holds_a_rule_to_what_happened() -> None:
    pin = "pack: pins\npins: [{rule: own.r, must: fire, t: 'the police', act: removed}]\n"
    own = "pack: own\nrules: [{id: own.r, any: [police], when: {act: ACT}}]\n"
    assert _rules(own=own.replace("ACT", "[removed, added]"), pins=pin).rules
    assert len(_faults(own=own.replace("ACT", "added"), pins=pin)) == 1


def test_a_list_item_is_pinned_with_its_lead_in_and_places_are_not_asked() -> None:
    own = "pack: own\nrules: [{id: own.r, query: 'sell police company:acme'}]\n"
    pin = "pack: pins\npins: [{rule: own.r, must: fire, t: 'the police', lead_in: 'We do not sell to:'}]\n"
    assert _rules(own=own, pins=pin).rules


@pytest.mark.parametrize(
    ("pin", "says"),
    [
        ("{rule: their.three, must: fire, t: x}", "a pin names a rule that does not exist: \"their.three\". Did you mean"),
        ("{rule: their.one, must: maybe, t: x}", "a pin says must: fire or must: stay silent, not \"maybe\""),
        ("{rule: their.one, must: fire}", "a pin needs the words as captured (t)"),
        ("{rule: their.one, must: fire, t: x, quote: y}", 'a pin has no key "quote"'),
    ],
)  # fmt: skip
def test_a_pin_that_cannot_be_read_is_named(pin: str, says: str) -> None:
    assert any(says in fault for fault in _faults(pins=f"pack: pins\npins: [{pin}]\n"))


def test_a_rule_that_was_switched_off_breaks_its_pins() -> None:
    assert len(_faults(pins=PINS + "overrides: {their.one: {off: true}}\n")) == 1
