"""Values of a pack as they stand in YAML: each function reads one, and notes what is wrong with it in the file."""

from __future__ import annotations

from typing import Any

from core.config.yamlfile import Path, YamlFile, nearest, shown
from core.errors import QueryError
from core.model import SEVERITIES, Severity
from core.query.grammar import parse as parse_query
from core.rules.model import RULE_ACTS
from core.rules.when import ABSENT, ALWAYS, CLOSED, KEYS, SCOPES, TEXTS, When

Severities = dict[str, Severity]
_SEVERITY_NAMES = tuple(map(str, SEVERITIES))


def refuse_unknown(doc: YamlFile, at: Path, data: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    for key in data:
        if key not in known:
            doc.fault((*at, key), f"{what} has no key {shown(key)}", nearest(key, known))


def entries(doc: YamlFile, at: Path, value: Any) -> list[tuple[Path, dict[str, Any]]]:
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


def words(doc: YamlFile, at: Path, value: Any, rule: str) -> tuple[str, ...]:
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


def read_query(doc: YamlFile, at: Path, value: Any, rule: str) -> str:
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
    refuse_unknown(doc, at, value, KEYS, "when")
    found: dict[str, Any] = {}
    for key, given in value.items():
        if key in TEXTS:
            found[key] = condition(doc, (*at, key), given, rule)
        elif key in KEYS:
            names = words(doc, (*at, key), given, rule)
            known = CLOSED.get(key, ())
            if known:
                names = tuple(name.lower() for name in names)
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


def condition(doc: YamlFile, at: Path, value: Any, rule: str) -> str:
    """An expression for the words before or after a change; it may consist of a refusal alone (``-never``)."""
    if not isinstance(value, str):
        doc.fault(at, f"rule {rule}: {at[-1]} must be an expression, not {shown(value)}; put it in quotes")
        return ""
    try:
        parse_query(value, fields=(), may_only_refuse=True)
    except QueryError as error:
        doc.fault(at, f"rule {rule}: {at[-1]}, {error}")
    return value


def severity(doc: YamlFile, at: Path, value: Any) -> Severities:
    if value is None:
        return {}
    if not isinstance(value, dict):
        doc.fault(at, f"severity must say one or more of {', '.join(RULE_ACTS)}")
        return {}
    refuse_unknown(doc, at, value, RULE_ACTS, "severity")
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


def text(doc: YamlFile, at: Path, value: Any, *, default: str) -> str:
    if value is None:
        return default
    if not isinstance(value, str):
        doc.fault(at, f"{at[-1]} must be a text, not {shown(value)}; put it in quotes")
        return default
    return " ".join(value.split())


def flag(doc: YamlFile, at: Path, value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        doc.fault(at, f"{at[-1]} must be true or false, not {shown(value)}")
    return value is True
