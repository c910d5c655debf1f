"""Finds of the archive that a rule must go on finding, or must never find again. A pack that breaks one is refused.

A pin holds the words as captured and where they stood, so that it outlives the reading they came from. It goes by the
words of the rule and by what happened to them; where they stood is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import Problem
from core.rules.model import Pin
from core.rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Kept:
    """A pin and whether it holds."""

    pin: Pin
    holds: bool


def kept(rules: RuleSet) -> Iterator[Kept]:
    """Every pin of a rule set, in the order of the packs."""
    for pack in rules.packs:
        yield from (Kept(pin, holds(rules, pin)) for pin in pack.pins)


def holds(rules: RuleSet, pin: Pin) -> bool:
    """Whether the rule finds, or does not find, the pinned words."""
    fires = any(hit.rule == pin.rule for hit in rules.match(pin.text, lead_in=pin.lead_in, at=None))
    if fires and pin.act:
        asked = rules.rule(pin.rule).when.act
        fires = not asked or pin.act in asked or (pin.act == "removed" and "absent" in asked)
    return fires == pin.fires


def broken(rules: RuleSet) -> Iterator[Problem]:
    """A problem for each pin that does not hold, at its line."""
    files = {id(pin): pack.file for pack in rules.packs for pin in pack.pins}
    for each in kept(rules):
        if not each.holds:
            pin = each.pin
            must = "must fire on" if pin.fires else "must stay silent on"
            does = "and no longer does" if pin.fires else "and fires"
            source = f" ({pin.origin})" if pin.origin else ""
            words = pin.text if len(pin.text) <= 200 else pin.text[:199] + "…"
            message = f"a pin is broken: {pin.rule} {must} “{words}”{source}, {does}"
            yield Problem(files[id(pin)], pin.line or None, message)
