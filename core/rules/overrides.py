"""What a pack of one's own changes in rules of others without editing them: severities, exceptions, or that they rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.config.yamlfile import nearest, shown
from core.errors import Problem
from core.model import Severity
from core.rules.model import RULE_ACTS, WEIGHED_AS, Pack, Rule
from core.rules.values import Severities
from core.rules.when import ABSENT
from core.text.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Override:
    """One override as written: of which rule, by which pack, and where it stands. ``off``: the rule rests."""

    rule: str
    pack: str
    file: str
    line: int | None
    severities: Severities
    unless: tuple[Pattern, ...] = ()
    off: bool = False


def faults(overrides: Sequence[Override], pack_of: Mapping[str, str]) -> Iterator[Problem]:
    """Overrides that name nothing, contradict each other, or go in a circle. ``pack_of``: rule → its pack."""
    taken: dict[tuple[str, str], Override] = {}
    for override in overrides:
        if override.rule not in pack_of:
            message = f"overrides names a rule that does not exist: {shown(override.rule)}."
            yield Problem(override.file, override.line, message, nearest(override.rule, tuple(pack_of)))
        elif pack_of[override.rule] == override.pack:
            message = f"the pack {override.pack} overrides its own rule {override.rule}: write it in the rule"
            yield Problem(override.file, override.line, message)
        for act in (*override.severities, *(["off"] if override.off else [])):
            first = taken.setdefault((override.rule, act), override)
            if first is not override:
                message = f"{override.rule} is overridden twice for {act}: first in {first.file}:{first.line}"
                yield Problem(override.file, override.line, message)
    yield from _circles(overrides, pack_of)


def _circles(overrides: Sequence[Override], pack_of: Mapping[str, str]) -> Iterator[Problem]:
    """Packs that override each other in a circle, each circle named once with every override in it."""
    steps: dict[str, list[tuple[str, Override]]] = {}
    for override in overrides:
        whose = pack_of.get(override.rule)
        if whose is not None and whose != override.pack:
            steps.setdefault(override.pack, []).append((whose, override))
    told: set[frozenset[str]] = set()
    for start in steps:
        circle = _way_back(steps, start)
        if circle and (members := frozenset(each.pack for each in circle)) not in told:
            told.add(members)
            way = "; ".join(f"{each.pack} ({each.file}:{each.line}) overrides {each.rule}" for each in circle)
            yield Problem(circle[0].file, circle[0].line, f"overrides go in a circle: {way}")


def _way_back(steps: Mapping[str, list[tuple[str, Override]]], start: str) -> list[Override]:
    """The overrides that lead from a pack back to itself, the shortest way; empty where none does."""
    ways: list[tuple[str, list[Override]]] = [(start, [])]
    seen: set[str] = set()
    while ways:
        pack, way = ways.pop(0)
        for whose, override in steps.get(pack, ()):
            if whose == start:
                return [*way, override]
            if whose not in seen:
                seen.add(whose)
                ways.append((whose, [*way, override]))
    return []


def overridden(packs: Sequence[Pack], overrides: Sequence[Override]) -> list[Pack]:
    """The packs with every override applied."""
    of: dict[str, list[Override]] = {}
    for override in overrides:
        of.setdefault(override.rule, []).append(override)
    if not of:
        return list(packs)
    return [replace(pack, rules=tuple(_changed(pack.rules, of))) for pack in packs]


def _changed(rules: Sequence[Rule], of: Mapping[str, Sequence[Override]]) -> Iterator[Rule]:
    for rule in rules:
        mine = of.get(rule.id, ())
        if any(override.off for override in mine):
            continue
        for override in mine:
            rule = _with(rule, override)
        yield rule


def weighed(chosen: Severities) -> tuple[Severity, ...]:
    """The severities of ``RULE_ACTS``; what has none of its own weighs as its like (``WEIGHED_AS``)."""
    return tuple(chosen.get(act) or chosen[WEIGHED_AS[act]] for act in RULE_ACTS)


def _with(rule: Rule, override: Override) -> Rule:
    """The rule with one override; a severity that follows another (reworded: added) follows it here too."""
    chosen = override.severities
    was: Severities = {str(act): severity for act, severity in zip(RULE_ACTS, rule.severities, strict=True)}
    follows: Severities = {
        act: chosen[like] for act, like in WEIGHED_AS.items() if like in chosen and was[act] == was[like]
    }
    becomes: Severities = was | follows | chosen
    return replace(
        rule,
        severities=tuple(becomes[act] for act in RULE_ACTS),
        unless=(*rule.unless, *override.unless),
        seeks_absence=rule.seeks_absence or ABSENT in chosen,
    )
