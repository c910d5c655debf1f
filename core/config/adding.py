"""Sources written into the text of sources.yaml: lines are put in, and every line that was there stays as it was. Pure.

A company of that id gets them at the end of its list; another is put at the end of the file's. Comments, order, quotes and
indentation of what people wrote are never touched, so nothing is parsed and written anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml.nodes import MappingNode, SequenceNode

from core.config.addresses import same_address
from core.config.entries import slug
from core.config.yamlfile import YamlFile, read_yaml
from core.errors import ConfigError, Problem

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOT_PLAIN: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True)
class Addition:
    """One source to add: whose (id and name), and its keys in the order in which they are to stand."""

    company: str
    name: str
    entry: tuple[tuple[str, Any], ...]

    @property
    def url(self) -> str:
        return str(dict(self.entry).get("url", ""))


@dataclass(frozen=True, slots=True)
class Added:
    """The new text, what went in, and what stood there already (the address, and the company it stands under)."""

    text: str
    put: tuple[Addition, ...] = ()
    known: tuple[tuple[Addition, str], ...] = field(default=())


def company_id(name: str) -> str:
    """The id a company is given from its name: that of sources.yaml."""
    return slug(name) or "company"


def add_sources(text: str, additions: Sequence[Addition], *, file: str = "sources.yaml") -> Added:
    """The text with these sources in it. Raises ConfigError where the file is unsound, or written so that no line can be
    put into it."""
    known: list[tuple[Addition, str]] = []
    put: dict[str, list[Addition]] = {}
    found = read_yaml(text, file)
    there = _addresses(found.data)
    for addition in additions:
        address = same_address(addition.url)
        if address in there:
            known.append((addition, there[address]))
            continue
        there[address] = addition.company
        put.setdefault(addition.company, []).append(addition)
    text = _with(text, list(put.values()), found) if put else text
    return Added(text, tuple(each for some in put.values() for each in some), tuple(known))


def _addresses(data: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for company in _list(data.get("companies")):
        if isinstance(company, dict):
            for source in _list(company.get("sources")):
                url = source.get("url") if isinstance(source, dict) else None
                if isinstance(url, str):
                    found.setdefault(same_address(url), str(company.get("id") or company.get("name") or ""))
    return found


@dataclass(frozen=True, slots=True)
class _Patch:
    """Lines that take the place of those from ``start`` on, ``end`` not included."""

    start: int
    end: int
    lines: list[str]


def _with(text: str, groups: Sequence[Sequence[Addition]], found: YamlFile) -> str:
    """The text with the sources of each company put in; the file is read once, however many they are."""
    lines = text.split("\n")
    companies = _value(found.root, "companies")
    if not isinstance(companies, SequenceNode) or not companies.value:
        if isinstance(companies, SequenceNode) or found.data.get("companies") is None:
            return _begin(lines, groups)
        raise _unfit(found.file, "companies")
    if companies.flow_style:
        raise _unfit(found.file, "companies")
    listed = {_id_of(each): node for each, node in zip(found.data["companies"], companies.value, strict=True)}
    last = companies.value[-1].start_mark
    end, pad = _end_of(lines, last.line, last.column - 2), " " * (last.column - 2)
    patches = [
        _under(lines, listed[group[0].company], group, found.file) for group in groups if group[0].company in listed
    ]
    new = [group for group in groups if group[0].company not in listed]
    patches.append(_Patch(end, end, [line for group in new for line in _company(group, pad)]))
    for patch in sorted(patches, key=lambda each: each.start)[
        ::-1
    ]:  # from below, so that no line moves before its turn
        lines[patch.start : patch.end] = patch.lines
    return "\n".join(lines)


def _under(lines: list[str], company: Any, group: Sequence[Addition], file: str) -> _Patch:
    """Behind the last source of a company, or as its first."""
    if company.flow_style:
        raise _unfit(file, group[0].company)
    start = company.start_mark
    pad = " " * start.column
    sources = _value(company, "sources")
    entries = [f"- {_flow(addition)}" for addition in group]
    if isinstance(sources, SequenceNode) and sources.value:
        if sources.flow_style:
            raise _unfit(file, group[0].company)
        last = sources.value[-1].start_mark
        end = _end_of(lines, last.line, last.column - 2)
        return _Patch(end, end, [f"{' ' * (last.column - 2)}{entry}" for entry in entries])
    indented = [f"{pad}  {entry}" for entry in entries]
    if sources is not None:
        line = sources.start_mark.line
        return _Patch(line, line + 1, [f"{lines[line].partition('sources:')[0]}sources:", *indented])
    end = _end_of(lines, start.line, start.column - 2)
    return _Patch(end, end, [f"{pad}sources:", *indented])


def _begin(lines: list[str], groups: Sequence[Sequence[Addition]]) -> str:
    kept = [line for line in lines if not re.match(r"companies\s*:", line)]
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join([*kept, "companies:", *(line for group in groups for line in _company(group, "  ")), ""])


def _company(group: Sequence[Addition], pad: str) -> list[str]:
    """The lines of a company that was not there."""
    entries = [f"{pad}    - {_flow(addition)}" for addition in group]
    return [*_named(group[0], pad), f"{pad}  sources:", *entries]


def _named(addition: Addition, pad: str) -> list[str]:
    """The first lines of a company: its id only where its name would give another."""
    name = f"name: {_scalar(addition.name)}"
    if slug(addition.name) == addition.company:
        return [f"{pad}- {name}"]
    return [f"{pad}- id: {addition.company}", f"{pad}  {name}"]


def _value(node: Any, key: str) -> Any:
    """The node under a key of a mapping, None where there is none."""
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _id_of(company: Any) -> str:
    return str(company.get("id") or slug(str(company.get("name") or ""))) if isinstance(company, dict) else ""


def _end_of(lines: list[str], start: int, column: int) -> int:
    """The line behind an item that begins at ``start`` with its dash at ``column``; what trails it as remarks stays behind."""
    end = start + 1
    for at in range(start + 1, len(lines)):
        text = lines[at]
        if text.strip() and not text.lstrip().startswith("#"):
            if len(text) - len(text.lstrip()) <= column:
                break
            end = at + 1
    return end


def _flow(addition: Addition) -> str:
    pairs = ", ".join(f"{key}: {_scalar(value)}" for key, value in addition.entry if value not in (None, "", (), []))
    return f"{{{pairs}}}"


def _scalar(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_scalar(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_scalar(each) for each in value)}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_PLAIN:
        return value
    return json.dumps(value, ensure_ascii=False)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _unfit(file: str, what: str) -> ConfigError:
    why = (
        f"{what} is written on one line, in brackets: give it lines of its own, and what is added can be put among them"
    )
    return ConfigError([Problem(file, None, why)])
