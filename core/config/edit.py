"""Edits of sources.yaml in place: every byte that is not meant stays as it is, comments, order and quotes included.

The text is composed into nodes for their positions only; what is written is put between them. Each edit is parsed again
by whoever asked for it before it is kept. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from core.config.entries import slug
from core.errors import ConfigError, Problem

FILE: Final = "sources.yaml"
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _./()&-]*")
_WORDS: Final = frozenset(("true", "false", "null", "yes", "no", "on", "off"))

Value = str | bool | int | Sequence[Mapping[str, str]] | Sequence[str]
Entry = Mapping[str, Value]


def add_sources(text: str, company_id: str, entries: Sequence[Entry], *, name: str = "") -> str:
    """The file with sources added at the end of a company, which is added at the end of the file where it is missing.

    Raises ConfigError where the file has no list of companies to add to.
    """
    root = _root(text)
    companies = _value(root, "companies") if root is not None else None
    if companies is None and not text.strip():
        return "companies:\n" + _company(company_id, name, entries, "  ")
    if companies is not None and _is_empty(companies):
        return _begin(text, companies, _company(company_id, name, entries, "  "))
    if not isinstance(companies, SequenceNode):
        raise ConfigError([Problem(FILE, None, 'there is no list "companies" to add to')])
    company = next((each for each in companies.value if _id(each) == company_id), None)
    if company is None:
        indent = "  " if companies.flow_style else _dash_indent(text, companies)
        return _insert(text, _end_of(text, companies), _company(company_id, name, entries, indent))
    listed = _value(company, "sources")
    if isinstance(listed, SequenceNode) and listed.value and not listed.flow_style:
        return _insert(text, _end_of(text, listed), _listed(entries, _dash_indent(text, listed)))
    if isinstance(listed, SequenceNode) and listed.flow_style:
        inner = ", ".join(_flow(entry) for entry in entries)
        at = listed.end_mark.index - 1
        comma = ", " if listed.value else ""
        return text[:at].rstrip() + comma + inner + text[at:]
    indent = " " * company.start_mark.column
    return _insert(text, _end_of(text, company), f"{indent}sources:\n" + _listed(entries, indent + "  "))


def set_key(text: str, line: int, key: str, value: Value | None) -> str:
    """The file with one key of the source that begins at a line set, or taken out (None). Raises ConfigError."""
    node = _source_at(text, line)
    pair = next(((k, v) for k, v in node.value if k.value == key), None)
    if value is None:
        return _without(text, node, pair) if pair else text
    written = _scalar(value)
    if pair is not None:
        start, end = pair[1].start_mark.index, pair[1].end_mark.index
        return text[:start] + written + text[end:]
    first_key = node.value[0][0]
    if node.flow_style:
        at = first_key.start_mark.index
        kind = next(((k, v) for k, v in node.value if k.value == "kind"), None)
        if kind is not None:
            at = kind[1].end_mark.index
            return f"{text[:at]}, {key}: {written}{text[at:]}"
        return f"{text[:at]}{key}: {written}, {text[at:]}"
    at = text.index("\n", first_key.start_mark.index) + 1 if "\n" in text[first_key.start_mark.index :] else len(text)
    at = _after(text, node.value[0][1], at)
    return _insert(text, at, f"{' ' * first_key.start_mark.column}{key}: {written}\n")


# --- nodes ---------------------------------------------------------------------------------------------------------


def _root(text: str) -> MappingNode | None:
    found: Any = YAML(typ="safe", pure=True).compose(text)
    return found if isinstance(found, MappingNode) else None


def _value(node: Node, key: str) -> Node | None:
    pairs: list[tuple[Node, Node]] = node.value if isinstance(node, MappingNode) else []
    return next((value for name, value in pairs if isinstance(name, ScalarNode) and name.value == key), None)


def _id(company: Node) -> str:
    given, name = _value(company, "id"), _value(company, "name")
    return str(given.value) if given is not None else slug(str(name.value)) if name is not None else ""


def _is_empty(listed: Node) -> bool:
    """A list that was not begun: ``companies:`` or ``companies: []``."""
    if isinstance(listed, SequenceNode):
        return not listed.value
    return isinstance(listed, ScalarNode) and str(listed.tag).endswith(":null")


def _begin(text: str, empty: Node, block: str) -> str:
    """The first entry of an empty list, below its key; a remark on that line stays there."""
    start, end = empty.start_mark.index, empty.end_mark.index
    kept = text[:start].rstrip(" ") + text[end:] if isinstance(empty, SequenceNode) else text
    at = kept.find("\n", text.rfind(":", 0, start + 1))
    return _insert(kept, len(kept) if at < 0 else at + 1, block)


def _source_at(text: str, line: int) -> MappingNode:
    companies = _value(_root(text) or MappingNode("", []), "companies")
    for company in companies.value if isinstance(companies, SequenceNode) else ():
        listed = _value(company, "sources")
        for source in listed.value if isinstance(listed, SequenceNode) else ():
            if isinstance(source, MappingNode) and source.start_mark.line + 1 == line:
                return source
    raise ConfigError([Problem(FILE, line, "no source begins here any more: the file was edited meanwhile")])


def _end_of(text: str, node: Node) -> int:
    """Behind the last line that belongs to a block node: its last value, with the comment on that line."""
    last = node
    while isinstance(last, SequenceNode | MappingNode) and last.value and not last.flow_style:
        last = last.value[-1][1] if isinstance(last, MappingNode) else last.value[-1]
    return _after(text, last, last.start_mark.index)


def _after(text: str, node: Node, at: int) -> int:
    end = max(node.end_mark.index, at)
    end = len(text[:end].rstrip()) if end > node.start_mark.index else end
    newline = text.find("\n", end)
    return len(text) if newline < 0 else newline + 1


def _dash_indent(text: str, listed: SequenceNode) -> str:
    """The white space before the dashes of a block list."""
    start = listed.value[0].start_mark.index
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return line[: line.index("-")] if "-" in line else " " * listed.start_mark.column


def _without(text: str, node: MappingNode, pair: tuple[Node, Node]) -> str:
    key, value = pair
    if not node.flow_style:
        start = text.rfind("\n", 0, key.start_mark.index) + 1
        return text[:start] + text[_after(text, value, key.end_mark.index) :]
    start, end = key.start_mark.index, value.end_mark.index
    behind = re.match(r"\s*,\s*", text[end:])
    if behind:
        return text[:start] + text[end + behind.end() :]
    return re.sub(r"\s*,\s*$", "", text[:start]) + text[end:]


def _insert(text: str, at: int, block: str) -> str:
    before = text[:at]
    return (before if before.endswith("\n") or not before else before + "\n") + block + text[at:]


# --- text ----------------------------------------------------------------------------------------------------------


def _company(company_id: str, name: str, entries: Sequence[Entry], indent: str) -> str:
    head = f"{indent}- id: {company_id}\n{indent}  name: {_scalar(name or company_id)}\n{indent}  sources:\n"
    return head + _listed(entries, indent + "    ")


def _listed(entries: Sequence[Entry], indent: str) -> str:
    return "".join(f"{indent}- {_flow(entry)}\n" for entry in entries)


def _flow(entry: Entry) -> str:
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in entry.items()) + "}"


def _scalar(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        return "[" + ", ".join(_flow(each) if isinstance(each, Mapping) else _scalar(each) for each in value) + "]"
    if _PLAIN.fullmatch(value) and value == value.strip() and value.lower() not in _WORDS and "://" not in value:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
