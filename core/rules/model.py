"""The values a pack is made of once it has been checked: rules with their compiled-down patterns, and test sentences.

Everything here turns to plain data and back (``to_plain``, ``from_plain``), so a start need not parse YAML again.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, Literal, cast

from core.model import Severity
from core.rules.when import ALWAYS, When, from_plain, to_plain
from core.text.pattern import Pattern

RuleAct = Literal["present", "added", "removed", "reworded", "moved", "restored", "absent"]
RULE_ACTS: tuple[RuleAct, ...] = ("present", "added", "removed", "reworded", "moved", "restored", "absent")
WEIGHED_AS: dict[RuleAct, RuleAct] = {"reworded": "added", "moved": "present", "restored": "added", "absent": "removed"}
"""What happened that has no severity of its own weighs as something that has."""
RULE_LANGS = ("any", "en", "zh", "fr", "de", "es")

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Near:
    """Two groups of patterns that stand within ``within`` words (ideographs) of each other; ``ordered``: a before b."""

    a: tuple[Pattern, ...]
    b: tuple[Pattern, ...]
    within: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``query`` is an expression of ``core.query``, checked when the pack was read. ``severities`` are those of
    ``RULE_ACTS``, in that order; ``line`` is where it stands in its file. ``seeks_absence``: it matters to the rule
    whether words that went were the last."""

    id: str
    pack: str
    title: str
    lang: str
    severities: tuple[Severity, ...]
    phrases: tuple[str, ...] = ()
    regexes: tuple[Pattern, ...] = ()
    nears: tuple[Near, ...] = ()
    unless: tuple[Pattern, ...] = ()
    cased: tuple[str, ...] = ()
    query: str = ""
    line: int = 0
    when: When = ALWAYS
    seeks_absence: bool = False

    @property
    def has_words(self) -> bool:
        """Whether it looks for words; else its conditions alone make it speak."""
        return bool(self.phrases or self.regexes or self.nears or self.query)


@dataclass(frozen=True, slots=True)
class PackTest:
    """One example sentence and what must become of it."""

    text: str
    lang: str
    hit: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    none: bool = False
    only: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """A find of the archive as captured, and whether the rule must fire on it. ``act`` is what happened to the words."""

    rule: str
    fires: bool
    text: str
    lead_in: str = ""
    act: str = ""
    origin: str = ""
    snapshot: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of rules. ``context_only``: its rules speak only beside a topic rule or on a policy."""

    id: str
    file: str
    version: str
    title: str
    label: str
    purpose: str
    context_only: bool
    rules: tuple[Rule, ...]
    tests: tuple[PackTest, ...]
    pins: tuple[Pin, ...] = ()


def pack_to_plain(pack: Pack) -> Plain:
    """A pack as JSON-ready data."""
    return {
        "id": pack.id,
        "file": pack.file,
        "version": pack.version,
        "title": pack.title,
        "label": pack.label,
        "purpose": pack.purpose,
        "context_only": pack.context_only,
        "rules": [_rule_to_plain(rule) for rule in pack.rules],
        "pins": [list(astuple(pin)) for pin in pack.pins],
        "tests": [[t.text, t.lang, list(t.hit), list(t.silent), t.none, t.only, t.line] for t in pack.tests],
    }


def pack_from_plain(plain: Plain) -> Pack:
    """The pack that ``pack_to_plain`` wrote down. Raises KeyError, TypeError or ValueError on anything else."""
    tests = cast("list[list[object]]", plain["tests"])
    return Pack(
        id=str(plain["id"]),
        file=str(plain["file"]),
        version=str(plain["version"]),
        title=str(plain["title"]),
        label=str(plain["label"]),
        purpose=str(plain["purpose"]),
        context_only=bool(plain["context_only"]),
        rules=tuple(_rule_from_plain(rule, str(plain["id"])) for rule in cast("list[Plain]", plain["rules"])),
        tests=tuple(
            PackTest(str(text), str(lang), _words(hit), _words(silent), bool(none), bool(only), int(cast("int", line)))
            for text, lang, hit, silent, none, only, line in tests
        ),
        pins=tuple(Pin(*pin) for pin in cast("list[Any]", plain["pins"])),
    )


def _rule_to_plain(rule: Rule) -> Plain:
    return {
        "id": rule.id,
        "title": rule.title,
        "lang": rule.lang,
        "severities": [str(each) for each in rule.severities],
        "phrases": list(rule.phrases),
        "regexes": [_pattern_to_plain(each) for each in rule.regexes],
        "nears": [
            [
                [_pattern_to_plain(each) for each in near.a],
                [_pattern_to_plain(each) for each in near.b],
                near.within,
                near.ordered,
            ]
            for near in rule.nears
        ],
        "unless": [_pattern_to_plain(each) for each in rule.unless],
        "cased": list(rule.cased),
        "query": rule.query,
        "line": rule.line,
        "when": to_plain(rule.when),
        "absence": rule.seeks_absence,
    }


def _rule_from_plain(plain: Plain, pack: str) -> Rule:
    nears = cast("list[tuple[object, object, int, bool]]", plain["nears"])
    return Rule(
        id=str(plain["id"]),
        pack=pack,
        title=str(plain["title"]),
        lang=str(plain["lang"]),
        severities=tuple(map(Severity, cast("list[str]", plain["severities"]))),
        phrases=_words(plain["phrases"]),
        regexes=_patterns(plain["regexes"]),
        nears=tuple(Near(_patterns(a), _patterns(b), int(within), bool(ordered)) for a, b, within, ordered in nears),
        unless=_patterns(plain["unless"]),
        cased=_words(plain["cased"]),
        query=str(plain["query"]),
        line=int(cast("int", plain["line"])),
        when=from_plain(cast("Plain", plain["when"])),
        seeks_absence=bool(plain["absence"]),
    )


def _pattern_to_plain(pattern: Pattern) -> list[object]:
    return [pattern.source, pattern.re2, list(pattern.exact), list(pattern.needs)]


def _patterns(plain: object) -> tuple[Pattern, ...]:
    rows = cast("list[tuple[str, str, list[str], list[str]]]", plain)
    return tuple(Pattern(source, text, tuple(exact), tuple(needs)) for source, text, exact, needs in rows)


def _words(plain: object) -> tuple[str, ...]:
    return tuple(cast("list[str]", plain))
