"""One YAML text as plain values, with the line of every key and a list of what is wrong with it.

YAML 1.2 (``off`` and ``yes`` are words, ``007`` is a number), core types only. The text is composed into nodes and
walked once here instead of being loaded: so every duplicate key is found and not only the first, no tag can build an
object, and aliases are counted before they are spread out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from json import dumps
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from core.errors import ConfigError, Problem

MAX_CHARACTERS = 4_000_000  # ten times a list of 2,000 sources; reading one costs about 3 µs a character
MAX_VALUES = 500_000  # counted after aliases are spread out
MAX_DEPTH = 40

Path = tuple[str | int, ...]

_CORE = "tag:yaml.org,2002:"
_PLAIN_TYPES = ("null", "bool", "int", "float", "str", "timestamp", "merge", "value", "map", "seq")
_PLAIN_TAGS = frozenset(_CORE + name for name in _PLAIN_TYPES)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class YamlFile:
    """A text that is at least YAML. ``data`` is the mapping it holds; ``problems`` grows while it is checked."""

    file: str
    data: dict[str, Any]
    root: MappingNode | None
    problems: list[Problem] = field(default_factory=list)

    def line(self, at: Path) -> int | None:
        """The line (from 1) of the key or list entry at a path; of the nearest thing above where there is none."""
        node: Node | None = self.root
        if node is None:
            return None
        line: int = node.start_mark.line
        for step in at:
            if isinstance(node, MappingNode):
                pair = next(((key, value) for key, value in node.value if _text(key) == step), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line, pair[1]
            elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
            else:
                break
        return line + 1

    def fault(self, at: Path, message: str, suggestion: str | None = None) -> None:
        """Note one problem at a path."""
        full_stop = "." if suggestion else ""  # a question follows
        self.problems.append(Problem(self.file, self.line(at), message + full_stop, suggestion))

    def refuse_if_faulty(self) -> None:
        """Raise everything noted so far, in file order; return if there is nothing."""
        if self.problems:
            unique = dict.fromkeys(sorted(self.problems, key=lambda problem: problem.line or 0))
            raise ConfigError(list(unique))


def read_yaml(text: str, file: str) -> YamlFile:
    """A mapping from a text; an empty text is an empty mapping.

    Raises ConfigError at once where the text is no YAML at all; duplicate keys and unknown tags are noted in
    ``problems`` so that the rest can still be checked.
    """
    text = text.removeprefix("\ufeff")
    _refuse_unreadable(text, file)
    root = _compose(text, file)
    if root is None or (isinstance(root, ScalarNode) and root.tag == _CORE + "null"):
        return YamlFile(file, {}, None)
    if not isinstance(root, MappingNode):
        _refuse(file, root.start_mark.line + 1, "this file must hold keys and values (key: value), nothing else")
    found = YamlFile(file, {}, root)
    found.data = _Walk(found).mapping(root, depth=0)
    return found


def shown(value: object) -> str:
    """A value as it may be quoted in a message: short, and with every control character visible."""
    text = dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


def nearest(word: str, choices: list[str] | tuple[str, ...]) -> str | None:
    """The choice that was probably meant, or None."""
    folded = {choice.casefold(): str(choice) for choice in choices}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _refuse(file: str, line: int | None, message: str) -> NoReturn:
    raise ConfigError([Problem(file, line, message)])


def _refuse_unreadable(text: str, file: str) -> None:
    if len(text) > MAX_CHARACTERS:
        _refuse(file, None, f"this file is too long ({len(text):,} characters, limit {MAX_CHARACTERS:,})")
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), start=1) if _CONTROL.search(text) else ():
        hit = _CONTROL.search(line)
        if hit:
            message = f"a character that is not text stands here (U+{ord(hit.group()):04X}, column {hit.start() + 1})"
            problems.append(Problem(file, number, message))
    if problems:
        raise ConfigError(problems[:20])


def _compose(text: str, file: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = 2 * MAX_DEPTH  # stops early where the version of ruamel.yaml knows it; _Walk counts for all
    yaml.composer.warn_double_anchors = False  # a name given twice is legal; the later one counts
    try:
        node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _refuse(file, mark.line + 1 if mark else None, _syntax_message(error))
    except RecursionError:
        _refuse(file, None, f"this file is nested deeper than {MAX_DEPTH} levels")
    except YAMLError as error:
        _refuse(file, None, f"this is not valid YAML: {(str(error) or 'unreadable').splitlines()[0]}")
    except (ValueError, OverflowError):  # chr() of what an escape names
        _refuse(file, None, "this is not valid YAML: an escape (\\x, \\u or \\U) names no character")
    return node


def _syntax_message(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "unreadable").strip()
    if "'\\t'" in problem:
        return "a tab stands here: YAML wants spaces"
    if problem.startswith("maximum depth"):
        return f"this file is nested deeper than {MAX_DEPTH} levels"
    if "another document" in problem:
        return "a second document begins here (---): write everything in one"
    if problem.startswith("mapping values are not allowed"):
        return 'a second ": " on one line: put the value in quotes'
    if problem.startswith("found undefined alias"):
        return f"this is not valid YAML: {problem}; put a value that begins with * in quotes"
    while_ = f" ({error.context})" if error.context and error.context != problem else ""
    return f"this is not valid YAML: {problem}{while_}"


def _text(key: Node) -> str | None:
    return key.value if isinstance(key, ScalarNode) else None


@dataclass(slots=True)
class _Walk:
    """Nodes to plain values, with a budget: a text of a few lines can name a billion values through aliases."""

    found: YamlFile
    values: int = 0
    tagged: set[int] = field(default_factory=set)

    def value(self, node: Node, depth: int) -> Any:
        self.values += 1
        if self.values > MAX_VALUES:
            self._stop(node, f"this file holds more than {MAX_VALUES:,} values once its aliases (*name) are spread out")
        if depth > MAX_DEPTH:
            self._stop(node, f"this file is nested deeper than {MAX_DEPTH} levels")
        if _tag(node) not in _PLAIN_TAGS and id(node) not in self.tagged:
            self.tagged.add(id(node))
            self._note(node, f"the type {shown(_tag(node).replace(_CORE, '!!'))} is not understood here: remove it")
        if isinstance(node, MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, SequenceNode):
            return [self.value(entry, depth + 1) for entry in node.value]
        return _scalar(node)

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            name = _text(key)
            if name is None:
                self._note(key, "a key must be a plain word")
                continue
            if name in found:
                self._note(key, f"the key {shown(name)} stands twice: first at line {lines[name]}")
                continue
            lines[name] = key.start_mark.line + 1
            found[name] = self.value(value, depth + 1)
        return found

    def _note(self, node: Node, message: str) -> None:
        self.found.problems.append(Problem(self.found.file, node.start_mark.line + 1, message))

    def _stop(self, node: Node, message: str) -> NoReturn:
        _refuse(self.found.file, node.start_mark.line + 1, message)


def _tag(node: Node) -> str:
    return str(node.tag or "")


def _scalar(node: Node) -> str | int | float | bool | None:
    """The value of one word, by its YAML 1.2 type; its text where the type does not fit after all."""
    text = str(node.value)
    kind = _tag(node).removeprefix(_CORE)
    if kind == "null":
        return None
    if kind == "bool":
        return text.casefold() == "true"
    try:
        if kind == "int":
            return _integer(text)
        if kind == "float":
            return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    return text


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    try:
        return int(digits, 0)
    except ValueError:
        return int(digits, 10)  # 007: base 0 refuses the leading zeros
