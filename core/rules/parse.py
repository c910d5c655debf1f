"""The text of packs to a RuleSet, or every fault in them at once with file, line and what was probably meant.

The fields are described in rules/README.md. Nothing wrong is skipped: a pack that cannot be read whole is refused, so
that no rule is ever silently missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.config.yamlfile import Path, YamlFile, nearest, read_yaml, shown
from core.errors import ConfigError, Problem
from core.model import Severity
from core.rules import values
from core.rules.joined import side_by_side
from core.rules.model import RULE_ACTS, RULE_LANGS, Near, Pack, PackTest, Pin, Rule
from core.rules.overrides import Override, faults, overridden, weighed
from core.rules.pins import broken
from core.rules.ruleset import RuleSet, digest_of
from core.rules.values import Severities
from core.rules.when import ABSENT
from core.text.fold import fold
from core.text.pattern import Pattern, PatternError, translate

MAX_WITHIN = 200
_PACK_KEYS = ("schema", "pack", "version", "title", "label", "purpose", "severity", "context_only", "rules",
              "overrides", "tests", "pins")  # fmt: skip
_RULE_KEYS = ("id", "title", "lang", "any", "regex", "near", "unless", "cased", "query", "when", "severity")
_NEAR_KEYS = ("a", "b", "within", "order")
_PIN_KEYS = ("rule", "must", "t", "lead_in", "act", "from", "snapshot")
_TEST_KEYS = ("t", "lang", "hit", "not", "none", "only")
_DEFAULT_SEVERITIES = {"present": Severity.LOW, "added": Severity.MEDIUM, "removed": Severity.MEDIUM}
_ID = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_LANG_TITLES = {"zh": "Chinese terms", "fr": "French terms", "de": "German terms", "es": "Spanish terms"}


def parse_packs(files: Mapping[str, str]) -> RuleSet:
    """Rules from packs, file name → YAML text. Raises ConfigError with every problem of every file."""
    reader = _Reader()
    for file in sorted(files):
        reader.pack(file, files[file])
    reader.check_names()
    if reader.problems:
        raise ConfigError(list(dict.fromkeys(reader.problems)))
    rules = RuleSet(tuple(overridden(reader.packs, reader.overrides)), digest_of(files))
    if problems := list(broken(rules)):
        raise ConfigError(problems)
    return rules


@dataclass(slots=True)
class _Reader:
    """Packs read so far, and what is wrong with them."""

    problems: list[Problem] = field(default_factory=list)
    packs: list[Pack] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    pack_files: dict[str, str] = field(default_factory=dict)
    rule_places: dict[str, tuple[str, int | None, str]] = field(default_factory=dict)
    test_places: list[tuple[YamlFile, Path, str]] = field(default_factory=list)
    patterns: dict[str, Pattern] = field(default_factory=dict)

    def pack(self, file: str, text: str) -> None:
        """Read one file; faults are kept, not raised."""
        try:
            doc = read_yaml(text, file)
        except ConfigError as error:
            self.problems += error.problems
            for line, first, last in side_by_side(text):
                message = f"“{first}” and “{last}” stand side by side: a comma is missing between them"
                self.problems.append(Problem(file, line, message))
            return
        before = len(doc.problems)
        pack = self._pack(doc)
        self.problems += sorted(doc.problems, key=lambda problem: problem.line or 0)
        if pack is not None and len(doc.problems) == before:
            self.packs.append(pack)

    def check_names(self) -> None:
        """Names that one pack takes from another: overrides, and the rules its test sentences name."""
        known = tuple(self.rule_places)
        self.problems += faults(self.overrides, {rule: pack for rule, (_, _, pack) in self.rule_places.items()})
        for doc, at, rule in self.test_places:
            if rule not in self.rule_places:
                what = "a pin" if at[0] == "pins" else "a test"
                message = f"{what} names a rule that does not exist: {shown(rule)}."
                self.problems.append(Problem(doc.file, doc.line(at), message, nearest(rule, known)))

    # --- one pack ------------------------------------------------------------------------------------------------

    def _pack(self, doc: YamlFile) -> Pack | None:
        data = doc.data
        values.refuse_unknown(doc, (), data, _PACK_KEYS, "a pack")
        if data.get("schema", 1) != 1:
            doc.fault(("schema",), f"schema {shown(data['schema'])} is not known; this version reads schema 1")
        pack_id = self._id(doc, (), data.get("pack"), "pack")
        if pack_id in self.pack_files:
            other = self.pack_files[pack_id]
            what = "give this one another name (a file of yours takes the place of a shipped one by its file name)"
            doc.fault(("pack",), f"the pack {shown(pack_id)} already stands in {other}: {what}")
        self.pack_files.setdefault(pack_id, doc.file)
        title = values.text(doc, ("title",), data.get("title"), default=pack_id.replace("-", " "))
        label = values.text(doc, ("label",), data.get("label"), default=pack_id.replace("-", " "))
        severities = {**_DEFAULT_SEVERITIES, **values.severity(doc, ("severity",), data.get("severity"))}
        self._overrides(doc, data.get("overrides"), pack_id)
        rules = [
            rule
            for at, entry in values.entries(doc, ("rules",), data.get("rules"))
            if (rule := self._rule(doc, at, entry, pack_id, severities)) is not None
        ]
        if not rules and not ("overrides" in data or "pins" in data) and not doc.problems:
            doc.fault((), "this pack holds no rules")
        return Pack(
            id=pack_id,
            file=doc.file,
            version=values.text(doc, ("version",), data.get("version"), default="0"),
            title=title,
            label=label,
            purpose=values.text(doc, ("purpose",), data.get("purpose"), default=""),
            context_only=values.flag(doc, ("context_only",), data.get("context_only")),
            rules=tuple(rules),
            tests=tuple(self._test(doc, at, entry) for at, entry in values.entries(doc, ("tests",), data.get("tests"))),
            pins=tuple(self._pin(doc, at, entry) for at, entry in values.entries(doc, ("pins",), data.get("pins"))),
        )

    def _overrides(self, doc: YamlFile, value: Any, pack: str) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            doc.fault(("overrides",), "overrides must map a rule to its severities")
            return
        for rule, entry in value.items():
            at: Path = ("overrides", rule)
            if not isinstance(entry, dict) or not entry:
                doc.fault(at, f"overrides of {rule} must hold severities, unless or off, such as {{added: critical}}")
                continue
            values.refuse_unknown(doc, at, entry, (*RULE_ACTS, "unless", "off"), "an override")
            severities = values.severity(doc, at, {key: entry[key] for key in entry if key in RULE_ACTS})
            unless = self._patterns(doc, (*at, "unless"), entry.get("unless"), rule)
            off = values.flag(doc, (*at, "off"), entry.get("off"))
            self.overrides.append(Override(rule, pack, doc.file, doc.line(at), severities, unless, off))

    def _id(self, doc: YamlFile, at: Path, value: Any, key: str) -> str:
        if not isinstance(value, str) or not _ID.fullmatch(value):
            what = "is missing" if value is None else f"{shown(value)} is not a name (small letters, digits, . and -)"
            doc.fault((*at, key), f"{key} {what}")
            return ""
        return value

    # --- one rule ------------------------------------------------------------------------------------------------

    def _rule(self, doc: YamlFile, at: Path, entry: dict[str, Any], pack: str, severities: Severities) -> Rule | None:
        values.refuse_unknown(doc, at, entry, _RULE_KEYS, "a rule")
        rule_id = self._id(doc, at, entry.get("id"), "id")
        if not rule_id:
            return None
        if rule_id in self.rule_places:
            file, line, _ = self.rule_places[rule_id]
            doc.fault(at, f"the rule {rule_id} stands twice: first in {file}:{line}")
        self.rule_places.setdefault(rule_id, (doc.file, doc.line(at), pack))
        lang = entry.get("lang", "any")
        if lang not in RULE_LANGS:
            guess = nearest(str(lang), RULE_LANGS)
            advice = "" if guess else "; write any: phrases work in every script"
            message = f"rule {rule_id}: lang {shown(lang)} is not one of {', '.join(RULE_LANGS)}{advice}"
            doc.fault((*at, "lang"), message, guess)
        own = values.severity(doc, (*at, "severity"), entry.get("severity"))
        when = values.read_when(doc, (*at, "when"), entry.get("when"), rule_id)
        rule = Rule(
            id=rule_id,
            pack=pack,
            title=values.text(doc, (*at, "title"), entry.get("title"), default=_title_from(rule_id)),
            lang=str(lang),
            severities=weighed({**severities, **own}),
            phrases=self._phrases(doc, (*at, "any"), entry.get("any"), rule_id),
            regexes=self._patterns(doc, (*at, "regex"), entry.get("regex"), rule_id),
            nears=self._nears(doc, (*at, "near"), entry.get("near"), rule_id),
            unless=self._patterns(doc, (*at, "unless"), entry.get("unless"), rule_id),
            cased=self._phrases(doc, (*at, "cased"), entry.get("cased"), rule_id),
            query=values.read_query(doc, (*at, "query"), entry.get("query"), rule_id),
            line=doc.line(at) or 0,
            when=when,
            seeks_absence=bool(when.gone_from) or ABSENT in when.act or ABSENT in own,
        )
        if not any(entry.get(key) for key in ("any", "regex", "near", "query")) and not when.is_enough_alone:
            doc.fault(at, f"rule {rule_id} can never fire: it has none of any, regex, near and query")
        return rule

    def _phrases(self, doc: YamlFile, at: Path, value: Any, rule: str) -> tuple[str, ...]:
        phrases = values.words(doc, at, value, rule)
        for number, phrase in enumerate(phrases):
            if not any(char.isalnum() for char in fold(phrase).text):
                doc.fault((*at, number), f"rule {rule}: the phrase {shown(phrase)} holds no letter and no digit")
        return phrases

    def _patterns(self, doc: YamlFile, at: Path, value: Any, rule: str) -> tuple[Pattern, ...]:
        found: list[Pattern] = []
        for number, source in enumerate(values.words(doc, at, value, rule)):
            try:
                if source not in self.patterns:
                    self.patterns[source] = translate(source)
                found.append(self.patterns[source])
            except PatternError as error:
                advice = f"; {error.advice}" if error.advice else ""
                doc.fault((*at, number), f"rule {rule}: the pattern {shown(source)} {error}{advice}")
        return tuple(found)

    def _nears(self, doc: YamlFile, at: Path, value: Any, rule: str) -> tuple[Near, ...]:
        if value is None:
            return ()
        several = isinstance(value, list)
        found = []
        for number, entry in enumerate(value if several else [value]):
            here: Path = (*at, number) if several else at
            if not isinstance(entry, dict):
                doc.fault(here, f"rule {rule}: near must hold a, b and within")
                continue
            values.refuse_unknown(doc, here, entry, _NEAR_KEYS, "near")
            within, order = entry.get("within"), entry.get("order", "any")
            if not isinstance(within, int) or isinstance(within, bool) or not 1 <= within <= MAX_WITHIN:
                doc.fault((*here, "within"), f"rule {rule}: within must be a number of words from 1 to {MAX_WITHIN}")
                within = 1
            if order not in ("any", "ab"):
                doc.fault((*here, "order"), f"rule {rule}: order {shown(order)} is neither any nor ab")
            for side in ("a", "b"):
                if not entry.get(side):
                    doc.fault(here, f"rule {rule}: near has no {side}")
            a = self._patterns(doc, (*here, "a"), entry.get("a"), rule)
            b = self._patterns(doc, (*here, "b"), entry.get("b"), rule)
            found.append(Near(a, b, within, ordered=order == "ab"))
        return tuple(found)

    def _test(self, doc: YamlFile, at: Path, entry: dict[str, Any]) -> PackTest:
        values.refuse_unknown(doc, at, entry, _TEST_KEYS, "a test")
        text = values.text(doc, (*at, "t"), entry.get("t"), default="")
        hit = values.words(doc, (*at, "hit"), entry.get("hit"), "of a test")
        silent = values.words(doc, (*at, "not"), entry.get("not"), "of a test")
        none = values.flag(doc, (*at, "none"), entry.get("none"))
        if not text:
            doc.fault(at, "a test needs a sentence (t)")
        if none == bool(hit or silent):
            doc.fault(at, "a test says either which rules fire (hit, not) or that none does (none: true)")
        self.test_places += [(doc, at, rule) for rule in (*hit, *silent)]
        lang = str(entry.get("lang", "en"))
        return PackTest(
            text, lang, hit, silent, none, values.flag(doc, (*at, "only"), entry.get("only")), doc.line(at) or 0
        )

    def _pin(self, doc: YamlFile, at: Path, entry: dict[str, Any]) -> Pin:
        values.refuse_unknown(doc, at, entry, _PIN_KEYS, "a pin")
        quote, rule = entry.get("t"), str(entry.get("rule", ""))
        must = entry.get("must")
        if must not in ("fire", "stay silent"):
            doc.fault((*at, "must"), f"a pin says must: fire or must: stay silent, not {shown(must)}")
        if not isinstance(quote, str) or not quote.strip():
            doc.fault(at, "a pin needs the words as captured (t)")
        self.test_places.append((doc, at, rule))
        return Pin(
            rule=rule,
            fires=must == "fire",
            text=str(quote or ""),
            lead_in=str(entry.get("lead_in") or ""),
            act=str(entry.get("act") or ""),
            origin=values.text(doc, (*at, "from"), entry.get("from"), default=""),
            snapshot=values.text(doc, (*at, "snapshot"), entry.get("snapshot"), default=""),
            line=doc.line(at) or 0,
        )


def _title_from(rule_id: str) -> str:
    """Words for a rule without a title: the last part of its id."""
    tail = rule_id.rpartition(".")[2]
    return _LANG_TITLES.get(tail, tail.replace("-", " ").replace("_", " "))
