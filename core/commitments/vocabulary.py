"""The words of promises: from the text of ``lexicon/commitments.yaml`` to patterns ready to use.

Read strictly: every fault of the file at once, with its line and a suggestion. The lexicon is data; what follows
from it is decided in ``frame``, ``dimensions`` and ``verdict``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from core.commitments.acts import BREAKS
from core.commitments.inflection import forms_of, roots_of, word_id
from core.commitments.patterns import Cue, Sieve, folded_pattern
from core.config.yamlfile import YamlFile, nearest, read_yaml

LANGUAGES = ("en", "zh", "fr", "de", "es")
TIERED = ("modality", "duration", "frequency", "breadth", "channel", "actors", "evidence")
SECTIONS = (
    "schema", "version", *TIERED, "hedges", "conditions", "deadline", "places", "customers", "standards", "groups",
    "irregular", "foreign_groups", "negation", "person_data", "protective_objects", "watch_objects", "harmful_objects", "anaphora", "gates", "kinds", "owed_abroad", "synonyms",
    "antonyms", "ladders", "silences", "stop_words", "tongue", "classes", "weights",
)  # fmt: skip
REQUIRED = ("schema", "modality", "hedges", "conditions", "places", "customers", "groups", "negation", "stop_words")
MOST_TIERS = 10
ROLES = ("protect", "sever", "harm")
DEADLINES = ("by", "within", "now", "soon", "from")
GATES = ("topics", "subjects", "plain", "firm", "ban", "done", "practice", "people", "habits")
KINDS = ("gift", "harm", "product", "people", "benefit", "checked", "private", "personal", "proof", "rule", "power")
CONDITIONS = ("condition", "exception", "unmet", "relative", "time", "how")


SILENCES = {
    "places": "no place is named",
    "customers": "no customer is named",
    "channel": "distributors and resellers are not named",
    "deadline": "no deadline",
    "duration": "no duration",
    "evidence": "nobody is named who checks",
    "standards": "no standard is named",
    "remedy": "no remedy",
}
"""What a promise may be silent about, by dimension, in the words people read."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a word does to a promise: it protects, it holds back what follows (sever), or it is harm unless denied."""

    name: str
    role: str
    tier: int
    is_noun: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The data behind every verdict. Made by :func:`read_vocabulary`; never changed."""

    version: str
    sieves: dict[str, Sieve]
    actions: dict[str, tuple[str, Group]]  # inflected English word -> (its verb or noun, group)
    act_words: frozenset[str]  # the words at which reading acts has to stop: first words of acts, and breaks
    parents: dict[str, dict[str, str | None]]  # "places" and "customers": name -> the name that holds it
    synonyms: dict[str, str]
    same_names: dict[str, str]  # name of a word's forms -> the name of the word it stands for
    opposites: dict[str, tuple[str, ...]]  # root of a word -> roots of its antonyms
    rungs: dict[str, tuple[tuple[int, int], ...]]  # root of a word -> (ladder, rung) of each ladder it stands on
    stop_words: dict[str, frozenset[str]]
    tongue: dict[str, frozenset[str]]
    tongue_words: dict[str, tuple[str, ...]]  # function word -> the languages that use it
    after_said: frozenset[str]
    protective_objects: frozenset[str]
    watch_objects: frozenset[str]
    harmful_objects: frozenset[str]
    kinds: dict[str, frozenset[str]]  # a noun or two that go together -> what they name (harm, people, benefit …)
    owed_abroad: tuple[str, ...]  # beginnings of words, in other languages, for what people are owed
    silences: dict[str, tuple[str, ...]]  # topic -> what a promise about it may be asked
    window: int
    weights: dict[str, int]
    classes: dict[str, Any] = field(default_factory=dict)
    gates: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # name -> language -> patterns


def read_vocabulary(text: str, file: str) -> Vocabulary:
    """The vocabulary a lexicon file holds. Raises ConfigError with every problem of the file."""
    read = read_yaml(text, file)
    _Check(read).all()
    read.refuse_if_faulty()
    return _build(read.data)


class _Check:
    """Walks the file once and notes every fault."""

    def __init__(self, read: YamlFile) -> None:
        self.read = read
        self.data = read.data

    def all(self) -> None:
        for key in self.data:
            if key not in SECTIONS:
                self.read.fault((key,), f"unknown key {key!r}", nearest(str(key), SECTIONS))
        for key in REQUIRED:
            if key not in self.data:
                self.read.fault((), f"the section {key!r} is missing")
        if self.data.get("schema") != 1:
            self.read.fault(("schema",), "schema must be 1")
        for section in (*TIERED, "hedges"):
            self._entries(section, "class" if section == "hedges" else "name", tiered=section != "hedges")
        self._entries("foreign_groups", "name", tiered=True, extra=("role",))
        for section in ("places", "customers", "standards"):
            self._lattice(section)
        self._kinds("conditions", CONDITIONS, words=("said",))
        self._kinds("deadline", DEADLINES)
        self._groups()
        self._pairs()
        self._ladders()
        self._silences()
        self._named_kinds()
        for section in ("person_data", "anaphora"):
            self._patterns((section,), self.data.get(section, {}))
        for at in (("negation", "cues"), ("negation", "pseudo")):
            self._patterns(at, (self._mapping(at[0])).get(at[1], {}))
        self._kinds("gates", GATES)
        for section in ("stop_words", "tongue"):
            for lang, words in self._mapping(section).items():
                self._language((section,), lang)
                self._words((section, lang), words)

    def _mapping(self, section: str) -> dict[str, Any]:
        value = self.data.get(section, {})
        if isinstance(value, dict):
            return value
        self.read.fault((section,), "must hold keys and values")
        return {}

    def _entries(self, section: str, name: str, *, tiered: bool, extra: tuple[str, ...] = ()) -> None:
        entries = self.data.get(section, [])
        if not isinstance(entries, list):
            self.read.fault((section,), "must be a list")
            return
        for at, entry in enumerate(entries):
            here = (section, at)
            if not isinstance(entry, dict):
                self.read.fault(here, "must hold keys and values")
                continue
            allowed = (name, *(("tier",) if tiered else ()), *extra)
            for key in allowed:
                if key not in entry:
                    self.read.fault(here, f"{key!r} is missing")
            if tiered and (not isinstance(entry.get("tier"), int) or not 0 <= entry["tier"] <= MOST_TIERS):
                self.read.fault((*here, "tier"), f"tier must be a number from 0 to {MOST_TIERS}")
            if "role" in extra and entry.get("role") not in ROLES:
                self.read.fault((*here, "role"), f"role must be one of {', '.join(ROLES)}")
            self._patterns(here, {key: value for key, value in entry.items() if key not in allowed})

    def _lattice(self, section: str) -> None:
        names = self._mapping(section)
        for name, entry in names.items():
            if not isinstance(entry, dict):
                self.read.fault((section, name), "must hold keys and values")
                continue
            parent = entry.get("parent")
            if parent is not None and parent not in names:
                close = nearest(str(parent), list(names))
                self.read.fault((section, name, "parent"), f"no entry is called {parent!r}", close)
            self._patterns((section, name), {key: value for key, value in entry.items() if key != "parent"})
        for name in names:
            if _is_own_ancestor(name, names):
                self.read.fault((section, name, "parent"), f"{name!r} holds itself")

    def _kinds(self, section: str, kinds: tuple[str, ...], words: tuple[str, ...] = ()) -> None:
        for kind, patterns in self._mapping(section).items():
            if kind in words:
                self._words((section, kind), patterns)
            elif kind not in kinds:
                self.read.fault((section, kind), f"unknown key {kind!r}", nearest(str(kind), kinds))
            else:
                self._patterns((section, kind), patterns)

    def _groups(self) -> None:
        groups = self.data.get("groups", [])
        if not isinstance(groups, list):
            self.read.fault(("groups",), "must be a list")
            return
        for at, group in enumerate(groups):
            here = ("groups", at)
            if not isinstance(group, dict) or set(group) != {"name", "role", "tier", "verbs", "nouns"}:
                self.read.fault(here, "a group holds name, role, tier, verbs and nouns")
                continue
            if group["role"] not in ROLES:
                self.read.fault((*here, "role"), f"role must be one of {', '.join(ROLES)}")
            if not isinstance(group["tier"], int):
                self.read.fault((*here, "tier"), "tier must be a number")
            self._words((*here, "verbs"), group["verbs"])
            self._words((*here, "nouns"), group["nouns"])

    def _pairs(self) -> None:
        for section, least, most in (("antonyms", 2, 2), ("synonyms", 2, 99)):
            pairs = self.data.get(section, [])
            for at, pair in enumerate(pairs if isinstance(pairs, list) else [pairs]):
                if not isinstance(pair, list) or not least <= len(pair) <= most:
                    self.read.fault((section, at), "must be a list of words that belong together")
                else:
                    self._words((section, at), pair)

    def _named_kinds(self) -> None:
        self._words(("owed_abroad",), self.data.get("owed_abroad", []))
        for kind, words in self._mapping("kinds").items():
            if kind not in KINDS:
                self.read.fault(("kinds", kind), f"unknown key {kind!r}", nearest(str(kind), KINDS))
            self._words(("kinds", kind), words)

    def _silences(self) -> None:
        for topic, names in self._mapping("silences").items():
            self._words(("silences", topic), names)
            for at, name in enumerate(names if isinstance(names, list) else ()):
                if name not in SILENCES:
                    self.read.fault(
                        ("silences", topic, at), f"unknown key {name!r}", nearest(str(name), tuple(SILENCES))
                    )

    def _ladders(self) -> None:
        ladders = self.data.get("ladders", [])
        for at, ladder in enumerate(ladders if isinstance(ladders, list) else [ladders]):
            if not isinstance(ladder, list) or len(ladder) < 2:
                self.read.fault(("ladders", at), "must be a list of at least two rungs, the firmest first")
                continue
            for height, words in enumerate(ladder):
                self._words(("ladders", at, height), words)

    def _words(self, at: tuple[str | int, ...], words: object) -> None:
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            self.read.fault(at, "must be a list of words")

    def _language(self, at: tuple[str | int, ...], lang: object) -> None:
        if lang not in LANGUAGES:
            self.read.fault((*at, str(lang)), f"unknown key {lang!r}", nearest(str(lang), LANGUAGES))

    def _patterns(self, at: tuple[str | int, ...], by_language: object) -> None:
        if not isinstance(by_language, dict):
            self.read.fault(at, "must hold a list of patterns for each language")
            return
        for lang, patterns in by_language.items():
            self._language(at, lang)
            if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
                self.read.fault((*at, lang), "must be a list of patterns")
                continue
            for index, pattern in enumerate(patterns):
                try:
                    compiled = re.compile(folded_pattern(pattern))
                except re.error as error:
                    self.read.fault((*at, lang, index), f"the pattern {pattern!r} does not compile: {error}")
                    continue
                if compiled.match(""):
                    self.read.fault((*at, lang, index), f"the pattern {pattern!r} matches the empty text")


def _is_own_ancestor(name: str, names: dict[str, Any]) -> bool:
    seen, at = {name}, names[name].get("parent") if isinstance(names[name], dict) else None
    while at is not None and at in names and isinstance(names[at], dict):
        if at in seen:
            return bool(at == name)
        seen.add(at)
        at = names[at].get("parent")
    return False


# --- from checked data to a lexicon ------------------------------------------------------------------------------


def _build(data: dict[str, Any]) -> Vocabulary:
    """The vocabulary of checked data."""
    return Vocabulary(
        version=str(data.get("version", "")),
        sieves={lang: Sieve(_patterns_of(data, lang)) for lang in LANGUAGES},
        actions=(actions := _actions(data)),
        act_words=frozenset(word.split()[0] for word in actions) | BREAKS | {"and", "or"},
        parents={
            section: {name: entry.get("parent") for name, entry in data.get(section, {}).items()}
            for section in ("places", "customers", "standards")
        },
        synonyms={word: group[0] for group in data.get("synonyms", []) for word in group},
        same_names={
            word_id(word)[0]: word_id(group[0])[0]
            for group in data.get("synonyms", [])
            for word in group
            if word.isalpha()
        },
        opposites=_opposites(data.get("antonyms", [])),
        rungs=_rungs(data.get("ladders", [])),
        stop_words={lang: _folded(words) for lang, words in data["stop_words"].items()},
        tongue={lang: _folded(words) for lang, words in data.get("tongue", {}).items()},
        tongue_words=_tongue_words(data.get("tongue", {})),
        after_said=frozenset(data["conditions"].get("said", ())),
        protective_objects=frozenset(data.get("protective_objects", ())),
        watch_objects=frozenset(data.get("watch_objects", ())),
        harmful_objects=frozenset(data.get("harmful_objects", ())),
        kinds=_kinds_of(data.get("kinds", {})),
        owed_abroad=tuple(sorted(_folded(data.get("owed_abroad", [])))),
        silences={topic: tuple(names) for topic, names in data.get("silences", {}).items()},
        window=int(data["negation"].get("window", 6)),
        weights=dict(data.get("weights", {})),
        classes=dict(data.get("classes", {})),
        gates=dict(data.get("gates", {})),
    )


def _folded(words: list[str]) -> frozenset[str]:
    return frozenset(folded_pattern(word.lower()) for word in words)


def _patterns_of(data: dict[str, Any], lang: str) -> list[tuple[str, Cue]]:
    """Every pattern that applies to sentences of one language, in the order in which they are tried."""
    found: list[tuple[str, Cue]] = []

    def add(by_language: dict[str, Any], cue: Cue, *, everywhere: bool = False) -> None:
        for each in LANGUAGES if everywhere else (lang,):
            patterns = by_language.get(each)
            if isinstance(patterns, list):
                found.extend((pattern, cue) for pattern in patterns)

    for section in TIERED:
        for entry in data.get(section, ()):
            add(entry, Cue(section, entry["name"], entry["tier"]))
    for entry in data["hedges"]:
        add(entry, Cue("hedges", entry["class"], 0))
    for kind in CONDITIONS:
        add(data["conditions"].get(kind, {}), Cue("conditions", kind, 0))
    for kind in DEADLINES:
        add(data.get("deadline", {}).get(kind, {}), Cue("deadline", kind, 0))
    for section in ("places", "customers", "standards"):
        for name, entry in data.get(section, {}).items():
            add(entry, Cue(section, name, 0), everywhere=section == "places")
    for entry in data.get("foreign_groups", ()):
        add(entry, Cue("group", f"{entry['name']}/{entry['role']}", entry["tier"]))
    add(data["negation"].get("cues", {}), Cue("negation", "not", 0))
    add(data["negation"].get("pseudo", {}), Cue("negation", "pseudo", 0))
    add(data.get("person_data", {}), Cue("person_data", "person_data", 0))
    add(data.get("anaphora", {}), Cue("anaphora", "anaphora", 0))
    return found


def _kinds_of(data: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    """What each noun names, in the singular and the plural."""
    found: dict[str, set[str]] = {}
    for kind, words in data.items():
        for word in words:
            for form in (word, *_plurals(word)):
                found.setdefault(form, set()).add(kind)
    return {word: frozenset(kinds) for word, kinds in found.items()}


def _plurals(word: str) -> tuple[str, ...]:
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    return (word + "es",) if word.endswith(("s", "x", "ch", "sh")) else (word + "s",)


def _opposites(pairs: list[list[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for left, right in pairs:
        for one, other in ((left, right), (right, left)):
            for root in roots_of(one):
                found.setdefault(root, set()).update(roots_of(other))
    return {root: tuple(sorted(others)) for root, others in found.items()}


def _rungs(ladders: list[list[list[str]]]) -> dict[str, tuple[tuple[int, int], ...]]:
    found: dict[str, set[tuple[int, int]]] = {}
    for number, ladder in enumerate(ladders):
        for height, words in enumerate(ladder):
            for word in words:
                for root in roots_of(word):
                    found.setdefault(root, set()).add((number, height))
    return {root: tuple(sorted(places)) for root, places in found.items()}


def _tongue_words(tongue: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    langs: dict[str, list[str]] = {}
    for lang, words in tongue.items():
        for word in _folded(words):
            langs.setdefault(word, []).append(lang)
    return {word: tuple(found) for word, found in langs.items()}


def _actions(data: dict[str, Any]) -> dict[str, tuple[str, Group]]:
    """Every form of every English word of the groups. A word that is both verb and noun is kept as a verb."""
    irregular = data.get("irregular", {})
    actions: dict[str, tuple[str, Group]] = {}
    for group in data["groups"]:
        verb = Group(group["name"], group["role"], group["tier"])
        noun = Group(group["name"], group["role"], group["tier"], is_noun=True)
        for word in group["nouns"]:
            actions.setdefault(word, (word, noun))
        for word in group["verbs"]:
            for form in forms_of(word, tuple(irregular.get(word, ()))):
                actions[form] = (word, verb)
    return actions
