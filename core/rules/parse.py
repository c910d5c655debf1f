"""The text of packs to a RuleSet, or every fault in them at once with file, line and what was probably meant.

The fields are described in rules/README.md. Nothing wrong is skipped: a pack that cannot be read whole is refused, so
that no rule is ever silently missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.config.yamlfile import Path, YamlFile, nearest, read_yaml, shown
from core.errors import ConfigError, Problem, QueryError
from core.model import SEVERITIES, Severity
from core.query.grammar import parse as parse_query
from core.rules.model import RULE_ACTS, RULE_LANGS, WEIGHED_AS, Near, Pack, PackTest, Rule
from core.rules.ruleset import RuleSet, digest_of
from core.rules.when import ABSENT, ALWAYS, CLOSED, KEYS, SCOPES, TEXTS, When
from core.text.fold import fold
from core.text.pattern import Pattern, PatternError, translate

MAX_WITHIN = 200
_PACK_KEYS = ("schema", "pack", "version", "title", "label", "purpose", "severity", "context_only", "rules",
              "overrides", "tests")  # fmt: skip
_RULE_KEYS = ("id", "title", "lang", "any", "regex", "near", "unless", "cased", "query", "when", "severity")
_NEAR_KEYS = ("a", "b", "within", "order")
_TEST_KEYS = ("t", "lang", "hit", "not", "none", "only")
_SEVERITY_NAMES = tuple(map(str, SEVERITIES))
_DEFAULT_SEVERITIES = {"present": Severity.LOW, "added": Severity.MEDIUM, "removed": Severity.MEDIUM}
_ID = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_LANG_TITLES = {"zh": "Chinese terms", "fr": "French terms", "de": "German terms", "es": "Spanish terms"}

Severities = dict[str, Severity]


def parse_packs(files: Mapping[str, str]) -> RuleSet:
    """Rules from packs, file name → YAML text. Raises ConfigError with every problem of every file."""
    reader = _Reader()
    for file in sorted(files):
        reader.pack(file, files[file])
    reader.check_names()
    if reader.problems:
        raise ConfigError(list(dict.fromkeys(reader.problems)))
    return RuleSet(tuple(reader.overridden()), digest_of(files))


@dataclass(slots=True)
class _Override:
    """One override as written: which rule, which severities, and where it stands."""

    rule: str
    severities: Severities
    file: str
    line: int | None


@dataclass(slots=True)
class _Reader:
    """Packs read so far, and what is wrong with them."""

    problems: list[Problem] = field(default_factory=list)
    packs: list[Pack] = field(default_factory=list)
    overrides: list[_Override] = field(default_factory=list)
    pack_files: dict[str, str] = field(default_factory=dict)
    rule_places: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    test_places: list[tuple[YamlFile, Path, str]] = field(default_factory=list)
    patterns: dict[str, Pattern] = field(default_factory=dict)

    def pack(self, file: str, text: str) -> None:
        """Read one file; faults are kept, not raised."""
        try:
            doc = read_yaml(text, file)
        except ConfigError as error:
            self.problems += error.problems
            return
        before = len(doc.problems)
        pack = self._pack(doc)
        self.problems += sorted(doc.problems, key=lambda problem: problem.line or 0)
        if pack is not None and len(doc.problems) == before:
            self.packs.append(pack)

    def check_names(self) -> None:
        """Names that one pack takes from another: overrides, and the rules its test sentences name."""
        known = tuple(self.rule_places)
        taken: dict[tuple[str, str], _Override] = {}
        for override in self.overrides:
            if override.rule not in self.rule_places:
                message = f"overrides names a rule that does not exist: {shown(override.rule)}."
                self.problems.append(Problem(override.file, override.line, message, nearest(override.rule, known)))
            for act in override.severities:
                first = taken.setdefault((override.rule, act), override)
                if first is not override:
                    message = f"{override.rule} is overridden twice for {act}: first in {first.file}:{first.line}"
                    self.problems.append(Problem(override.file, override.line, message))
        for doc, at, rule in self.test_places:
            if rule not in self.rule_places:
                message = f"a test names a rule that does not exist: {shown(rule)}."
                self.problems.append(Problem(doc.file, doc.line(at), message, nearest(rule, known)))

    def overridden(self) -> list[Pack]:
        """The packs with the overrides of all files applied."""
        chosen: dict[str, Severities] = {}
        for override in self.overrides:
            chosen.setdefault(override.rule, {}).update(override.severities)
        if not chosen:
            return self.packs
        return [
            replace(
                pack, rules=tuple(_with(rule, chosen[rule.id]) if rule.id in chosen else rule for rule in pack.rules)
            )
            for pack in self.packs
        ]

    # --- one pack ------------------------------------------------------------------------------------------------

    def _pack(self, doc: YamlFile) -> Pack | None:
        data = doc.data
        _refuse_unknown(doc, (), data, _PACK_KEYS, "a pack")
        if data.get("schema", 1) != 1:
            doc.fault(("schema",), f"schema {shown(data['schema'])} is not known; this version reads schema 1")
        pack_id = self._id(doc, (), data.get("pack"), "pack")
        if pack_id in self.pack_files:
            doc.fault(("pack",), f"the pack {shown(pack_id)} already stands in {self.pack_files[pack_id]}")
        self.pack_files.setdefault(pack_id, doc.file)
        title = _text(doc, ("title",), data.get("title"), default=pack_id.replace("-", " "))
        label = _text(doc, ("label",), data.get("label"), default=pack_id.replace("-", " "))
        severities = {**_DEFAULT_SEVERITIES, **_severity(doc, ("severity",), data.get("severity"))}
        self._overrides(doc, data.get("overrides"))
        rules = [
            rule
            for at, entry in _entries(doc, ("rules",), data.get("rules"))
            if (rule := self._rule(doc, at, entry, pack_id, severities)) is not None
        ]
        if not rules and "overrides" not in data and not doc.problems:
            doc.fault((), "this pack holds no rules")
        return Pack(
            id=pack_id,
            file=doc.file,
            version=_text(doc, ("version",), data.get("version"), default="0"),
            title=title,
            label=label,
            purpose=_text(doc, ("purpose",), data.get("purpose"), default=""),
            context_only=_flag(doc, ("context_only",), data.get("context_only")),
            rules=tuple(rules),
            tests=tuple(self._test(doc, at, entry) for at, entry in _entries(doc, ("tests",), data.get("tests"))),
        )

    def _overrides(self, doc: YamlFile, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            doc.fault(("overrides",), "overrides must map a rule to its severities")
            return
        for rule, severities in value.items():
            at: Path = ("overrides", rule)
            self.overrides.append(_Override(rule, _severity(doc, at, severities), doc.file, doc.line(at)))

    def _id(self, doc: YamlFile, at: Path, value: Any, key: str) -> str:
        if not isinstance(value, str) or not _ID.fullmatch(value):
            what = "is missing" if value is None else f"{shown(value)} is not a name (small letters, digits, . and -)"
            doc.fault((*at, key), f"{key} {what}")
            return ""
        return value

    # --- one rule ------------------------------------------------------------------------------------------------

    def _rule(self, doc: YamlFile, at: Path, entry: dict[str, Any], pack: str, severities: Severities) -> Rule | None:
        _refuse_unknown(doc, at, entry, _RULE_KEYS, "a rule")
        rule_id = self._id(doc, at, entry.get("id"), "id")
        if not rule_id:
            return None
        if rule_id in self.rule_places:
            file, line = self.rule_places[rule_id]
            doc.fault(at, f"the rule {rule_id} stands twice: first in {file}:{line}")
        self.rule_places.setdefault(rule_id, (doc.file, doc.line(at)))
        lang = entry.get("lang", "any")
        if lang not in RULE_LANGS:
            guess = nearest(str(lang), RULE_LANGS)
            doc.fault((*at, "lang"), f"rule {rule_id}: lang {shown(lang)} is not one of {', '.join(RULE_LANGS)}", guess)
        own = _severity(doc, (*at, "severity"), entry.get("severity"))
        when = read_when(doc, (*at, "when"), entry.get("when"), rule_id)
        rule = Rule(
            id=rule_id,
            pack=pack,
            title=_text(doc, (*at, "title"), entry.get("title"), default=_title_from(rule_id)),
            lang=str(lang),
            severities=weighed({**severities, **own}),
            phrases=self._phrases(doc, (*at, "any"), entry.get("any"), rule_id),
            regexes=self._patterns(doc, (*at, "regex"), entry.get("regex"), rule_id),
            nears=self._nears(doc, (*at, "near"), entry.get("near"), rule_id),
            unless=self._patterns(doc, (*at, "unless"), entry.get("unless"), rule_id),
            cased=self._phrases(doc, (*at, "cased"), entry.get("cased"), rule_id),
            query=_query(doc, (*at, "query"), entry.get("query"), rule_id),
            line=doc.line(at) or 0,
            when=when,
            seeks_absence=bool(when.gone_from) or ABSENT in when.act or ABSENT in own,
        )
        if not any(entry.get(key) for key in ("any", "regex", "near", "query")) and not when.is_enough_alone:
            doc.fault(at, f"rule {rule_id} can never fire: it has none of any, regex, near and query")
        return rule

    def _phrases(self, doc: YamlFile, at: Path, value: Any, rule: str) -> tuple[str, ...]:
        phrases = _words(doc, at, value, rule)
        for number, phrase in enumerate(phrases):
            if not any(char.isalnum() for char in fold(phrase).text):
                doc.fault((*at, number), f"rule {rule}: the phrase {shown(phrase)} holds no letter and no digit")
        return phrases

    def _patterns(self, doc: YamlFile, at: Path, value: Any, rule: str) -> tuple[Pattern, ...]:
        found: list[Pattern] = []
        for number, source in enumerate(_words(doc, at, value, rule)):
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
            _refuse_unknown(doc, here, entry, _NEAR_KEYS, "near")
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
        _refuse_unknown(doc, at, entry, _TEST_KEYS, "a test")
        text = _text(doc, (*at, "t"), entry.get("t"), default="")
        hit = _words(doc, (*at, "hit"), entry.get("hit"), "of a test")
        silent = _words(doc, (*at, "not"), entry.get("not"), "of a test")
        none = _flag(doc, (*at, "none"), entry.get("none"))
        if not text:
            doc.fault(at, "a test needs a sentence (t)")
        if none == bool(hit or silent):
            doc.fault(at, "a test says either which rules fire (hit, not) or that none does (none: true)")
        self.test_places += [(doc, at, rule) for rule in (*hit, *silent)]
        lang = str(entry.get("lang", "en"))
        return PackTest(text, lang, hit, silent, none, _flag(doc, (*at, "only"), entry.get("only")))


# --- values ------------------------------------------------------------------------------------------------------


def weighed(chosen: Severities) -> tuple[Severity, ...]:
    """The severities of ``RULE_ACTS``; what has none of its own weighs as its like (``WEIGHED_AS``)."""
    return tuple(chosen.get(act) or chosen[WEIGHED_AS[act]] for act in RULE_ACTS)


def _with(rule: Rule, chosen: Severities) -> Rule:
    """The rule with severities of an override; what follows another (reworded: added) follows it here too."""
    was: Severities = {str(act): severity for act, severity in zip(RULE_ACTS, rule.severities, strict=True)}
    follows: Severities = {
        act: chosen[like] for act, like in WEIGHED_AS.items() if like in chosen and was[act] == was[like]
    }
    becomes: Severities = was | follows | chosen
    return replace(
        rule,
        severities=tuple(becomes[act] for act in RULE_ACTS),
        seeks_absence=rule.seeks_absence or ABSENT in chosen,
    )


def _title_from(rule_id: str) -> str:
    """Words for a rule without a title: the last part of its id."""
    tail = rule_id.rpartition(".")[2]
    return _LANG_TITLES.get(tail, tail.replace("-", " ").replace("_", " "))


def _refuse_unknown(doc: YamlFile, at: Path, data: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    for key in data:
        if key not in known:
            doc.fault((*at, key), f"{what} has no key {shown(key)}", nearest(key, known))


def _entries(doc: YamlFile, at: Path, value: Any) -> list[tuple[Path, dict[str, Any]]]:
    """The mappings of a list, each with its path."""
    if value is None:
        return []
    if not isinstance(value, list):
        doc.fault(at, f"{at[-1]} must be a list")
        return []
    found: list[tuple[Path, dict[str, Any]]] = []
    for number, entry in enumerate(value):
        if isinstance(entry, dict):
            found.append(((*at, number), entry))
        else:
            doc.fault((*at, number), f"each of {at[-1]} must hold keys and values, not {shown(entry)}")
    return found


def _words(doc: YamlFile, at: Path, value: Any, rule: str) -> tuple[str, ...]:
    """One text or a list of texts."""
    if value is None:
        return ()
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list) or not entries:
        doc.fault(at, f"rule {rule}: {at[-1]} must be a list of texts")
        return ()
    for number, entry in enumerate(entries):
        if not isinstance(entry, str) or not entry.strip():
            doc.fault((*at, number), f"rule {rule}: {at[-1]} holds {shown(entry)}; put it in quotes if it is meant")
    return tuple(entry for entry in entries if isinstance(entry, str) and entry.strip())


def _query(doc: YamlFile, at: Path, value: Any, rule: str) -> str:
    """An expression of the search grammar: a saved search is a rule."""
    if value is None:
        return ""
    if not isinstance(value, str):
        doc.fault(at, f"rule {rule}: query must be a text, not {shown(value)}; put it in quotes")
        return ""
    try:
        parse_query(value)
    except QueryError as error:
        doc.fault(at, f"rule {rule}: query, {error}")
    return value


def read_when(doc: YamlFile, at: Path, value: Any, rule: str) -> When:
    """The conditions of a rule (core.rules.when)."""
    if value is None:
        return ALWAYS
    if not isinstance(value, dict) or not value:
        doc.fault(at, f"rule {rule}: when must hold conditions, such as {{act: removed}}")
        return ALWAYS
    _refuse_unknown(doc, at, value, KEYS, "when")
    found: dict[str, Any] = {}
    for key, given in value.items():
        if key in TEXTS:
            found[key] = _condition(doc, (*at, key), given, rule)
        elif key in KEYS:
            names = _words(doc, (*at, key), given, rule)
            known = CLOSED.get(key, ())
            for number, name in enumerate(names):
                if known and name not in known:
                    message = f"rule {rule}: {key} {shown(name)} is not one of {', '.join(known)}"
                    doc.fault((*at, key, number), message, nearest(name, known))
            found["class_" if key == "class" else key] = names
    if len(found.get("gone_from", ())) > 1:
        doc.fault((*at, "gone_from"), f"rule {rule}: gone_from is one of {', '.join(SCOPES)}")
    if found.get("gone_from") and ABSENT not in found.get("act", (ABSENT,)):
        doc.fault((*at, "gone_from"), f"rule {rule}: gone_from says how far `absent` reaches, which act does not name")
    return When(**found)


def _condition(doc: YamlFile, at: Path, value: Any, rule: str) -> str:
    """An expression for the words before or after a change; it may consist of a refusal alone (``-never``)."""
    if not isinstance(value, str):
        doc.fault(at, f"rule {rule}: {at[-1]} must be an expression, not {shown(value)}; put it in quotes")
        return ""
    try:
        parse_query(value, fields=(), may_only_refuse=True)
    except QueryError as error:
        doc.fault(at, f"rule {rule}: {at[-1]}, {error}")
    return value


def _severity(doc: YamlFile, at: Path, value: Any) -> Severities:
    if value is None:
        return {}
    if not isinstance(value, dict):
        doc.fault(at, f"severity must say one or more of {', '.join(RULE_ACTS)}")
        return {}
    _refuse_unknown(doc, at, value, RULE_ACTS, "severity")
    found: Severities = {}
    for act in RULE_ACTS:
        level = value.get(act)
        if level is None:
            continue
        if level not in _SEVERITY_NAMES:
            guess = nearest(str(level), _SEVERITY_NAMES)
            doc.fault((*at, act), f"severity {shown(level)} is not one of {', '.join(_SEVERITY_NAMES)}", guess)
            continue
        found[act] = Severity(level)
    return found


def _text(doc: YamlFile, at: Path, value: Any, *, default: str) -> str:
    if value is None:
        return default
    if not isinstance(value, str):
        doc.fault(at, f"{at[-1]} must be a text, not {shown(value)}; put it in quotes")
        return default
    return " ".join(value.split())


def _flag(doc: YamlFile, at: Path, value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        doc.fault(at, f"{at[-1]} must be true or false, not {shown(value)}")
    return value is True
