"""The text of routes.yaml -> Routes: who should hear of what.

Routes are tried from the top. One that matches sends the alert to its receivers and ends the search, unless it says
``continue: true``. Inside a route its own ``routes`` are tried first; where none of them matches, the route itself
sends. What no route takes goes to ``default``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from types import MappingProxyType
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from core.config.entries import Entry, Lang, OneOrMore, Text, check, choice, choice_schema, refusal
from core.config.people import People, Person, read_people
from core.config.receivers import (
    DAYS,
    Receiver,
    ReceiverEntry,
    Schedule,
    SeverityWord,
    Target,
    TimeOfDay,
    Weekday,
    Zone,
    options_of,
    targets_of,
)
from core.config.shapes import Kind
from core.config.yamlfile import Path, YamlFile, nearest, read_yaml, shown
from core.errors import Problem
from core.model import SEVERITIES, ChangeClass, DocumentEvent, Severity, Verdict

FIELDS = ("company", "topic", "severity", "class", "event", "verdict", "rule", "kind", "lang")
MAX_ROUTES = 1_000
MOST_COMPARED: Final = 10_000  # values held against routes; beyond it a route is taken for one that can be reached
DRILL: Final = Schedule(time(10), "UTC", DAYS.index("wednesday"))


# --- the values --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to whom.

    ``match`` maps a field of ``FIELDS`` to the values that fit; every field named must fit, an empty mapping fits
    everything. A severity given as one word stands here as that one and all worse ones. ``to`` is never empty: a route
    without ``to`` has its parent's, at the top ``default``.
    """

    name: str
    match: Mapping[str, frozenset[str]]
    to: tuple[str, ...]
    goes_on: bool = False
    routes: tuple[Route, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Routes:
    """Receivers by name, the tree, who hears what no route takes, and the people who act on alerts.

    ``operator`` hears of messages that cannot be delivered and of drills that failed (``default`` where none is named);
    ``drill`` is when the weekly drill runs, None: never.
    """

    receivers: Mapping[str, Receiver]
    default: tuple[str, ...]
    routes: tuple[Route, ...] = ()
    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    operator: tuple[str, ...] = ()
    drill: Schedule | None = DRILL

    def targets(self) -> Iterator[tuple[Receiver, Target]]:
        """Every target of every receiver, in file order."""
        return ((receiver, target) for receiver in self.receivers.values() for target in receiver.targets)


def console_routes() -> Routes:
    """What counts where there is no routes.yaml: everything goes to the console."""
    console = Receiver("console", (Target("console", ""),))
    return Routes(MappingProxyType({"console": console}), default=("console",))


# --- the shape of the file ---------------------------------------------------------------------------------------


def _or_worse(word: str) -> list[str]:
    """That severity and every worse one."""
    if word not in list(SEVERITIES):
        raise refusal(f"must be one of {', '.join(SEVERITIES)}, not {shown(word)}", nearest(word, SEVERITIES))
    return [str(severity) for severity in SEVERITIES[SEVERITIES.index(Severity(word)) :]]


_SEVERITY = {"type": "string", "enum": [str(severity) for severity in SEVERITIES]}
Severities = Annotated[
    list[SeverityWord],
    Field(min_length=1),
    BeforeValidator(lambda value: _or_worse(value) if isinstance(value, str) else value),
    WithJsonSchema({"anyOf": [_SEVERITY, {"type": "array", "items": _SEVERITY, "minItems": 1}]}),
]
ClassWord = Annotated[str, choice(*ChangeClass), choice_schema(*ChangeClass)]
EventWord = Annotated[str, choice(*DocumentEvent), choice_schema(*DocumentEvent)]
VerdictWord = Annotated[
    str,
    BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
    choice(*Verdict),
    choice_schema(*Verdict),
]
Texts = Annotated[list[Text], Field(min_length=1), OneOrMore()]


class MatchEntry(Entry):
    """What an alert must have, all of it. One value or a list of which one must fit."""

    WHAT: ClassVar[str] = '"match"'
    company: Texts | None = Field(None, description="Ids of companies.")
    topic: Texts | None = Field(None, description="Topics of the company.")
    severity: Severities | None = Field(None, description="One word: that severity or worse. A list: exactly these.")
    class_: Annotated[list[ClassWord], Field(min_length=1), OneOrMore()] | None = Field(
        None, alias="class", description="Class of the change."
    )
    event: Annotated[list[EventWord], Field(min_length=1), OneOrMore()] | None = Field(
        None, description="What happened to the document as a whole."
    )
    verdict: Annotated[list[VerdictWord], Field(min_length=1), OneOrMore()] | None = Field(
        None, description="Direction of a change of commitment."
    )
    rule: Texts | None = Field(None, description="Ids of rules that matched.")
    kind: Annotated[list[Kind], Field(min_length=1), OneOrMore()] | None = Field(
        None, description="Kind of the source."
    )
    lang: Annotated[list[Lang], Field(min_length=1), OneOrMore()] | None = Field(
        None, description="Language of the document."
    )


class RouteEntry(Entry):
    """Which alerts go to whom."""

    WHAT: ClassVar[str] = "a route"
    name: Text | None = Field(None, description="Its name in explanations.")
    match: MatchEntry = Field(default_factory=MatchEntry, description="What an alert must have; everything if empty.")
    to: Texts | None = Field(None, description="Receivers; those of the route above where not given.")
    continue_: bool = Field(False, alias="continue", description="Whether the search goes on after a match.")
    routes: list[RouteEntry] = Field(default_factory=list, description="Finer routes, tried first.")


class DrillEntry(Entry):
    """When the weekly drill runs."""

    WHAT: ClassVar[str] = '"drill"'
    every: Weekday = Field("wednesday", description="Day of the week.")
    at: TimeOfDay = Field(time(10), description="Local time of day.")
    zone: Zone = Field("UTC", description="Time zone of that time.")


class RoutesFile(Entry):
    """Who should hear: receivers, and a tree that chooses among them."""

    receivers: dict[str, ReceiverEntry] = Field(description="Receivers by name.")
    default: Texts = Field(description="Receivers of everything no route takes.")
    routes: list[RouteEntry] = Field(default_factory=list, description="Tried from the top; the first match decides.")
    people: People = Field(default_factory=dict)
    operator: Texts | None = Field(
        None, description="Receivers told of messages that cannot be delivered; the default ones where not given."
    )
    drill: Annotated[
        DrillEntry | None,
        BeforeValidator(lambda value: None if value is False else value),
        WithJsonSchema({"anyOf": [DrillEntry.model_json_schema(), {"const": False}]}),
    ] = Field(
        default_factory=DrillEntry,
        description="When a pretend alert goes through every receiver's channel; false: never.",
    )


# --- parsing -----------------------------------------------------------------------------------------------------


def parse_routes(
    text: str,
    *,
    file: str = "routes.yaml",
    companies: Collection[str] | None,
    topics: Collection[str] | None,
    rules: Collection[str] | None = None,
) -> Routes:
    """Who should hear. ``companies``, ``topics`` and ``rules`` are those there are; None leaves them unchecked.

    Raises ConfigError with every problem, in file order.
    """
    known = {"company": companies, "topic": topics, "rule": rules}
    return _Reading(
        read_yaml(text, file), {key: sorted(words) for key, words in known.items() if words is not None}
    ).routes()


@dataclass(slots=True)
class _Reading:
    found: YamlFile
    known: Mapping[str, list[str]]
    receivers: dict[str, Receiver] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    count: int = 0

    def routes(self) -> Routes:
        raw = self.found.data
        empty: dict[str, object] = {"receivers": {}} if isinstance(raw.get("receivers"), dict) else {}
        if isinstance(raw.get("routes"), list):
            empty["routes"] = []
        if isinstance(raw.get("people"), dict):
            empty["people"] = {name: {} for name in raw["people"]}  # their names are checked here, what they hold below
        head = check(RoutesFile, {**raw, **empty}, (), self.found)
        self._receivers()
        default = tuple(head.default) if head else _words(raw.get("default"))
        self._check_receivers(default, ("default",))
        operator = tuple(head.operator or ()) if head else ()
        self._check_receivers(operator, ("operator",))
        tree = self._level(raw.get("routes"), (), default)
        self._note_unreachable(tree, {})
        people = read_people(self.found)
        self.found.refuse_if_faulty()
        drill = _drill(head.drill) if head else None
        everybody = MappingProxyType(people)
        return Routes(MappingProxyType(self.receivers), default, tuple(tree), everybody, operator, drill)

    def _receivers(self) -> None:
        raw = self.found.data.get("receivers")
        if not isinstance(raw, dict):
            return
        if not 0 < len(raw) <= MAX_ROUTES:
            self.found.fault(("receivers",), f'"receivers" must name one receiver or more, at most {MAX_ROUTES:,}')
            return
        self.names = sorted(raw)
        for name, value in raw.items():
            at: Path = ("receivers", name)
            entry = check(ReceiverEntry, value, at, self.found)
            if entry is None:
                continue
            targets = targets_of(entry)
            if not targets:
                self.found.fault(at, f"the receiver {shown(name)} has no target: give it slack, email or console")
            if entry.escalate == name:
                self.found.fault((*at, "escalate"), f"the receiver {shown(name)} cannot escalate to itself")
            elif entry.escalate:
                self._check_receivers((entry.escalate,), (*at, "escalate"))
            line = self.found.line(at) or 0
            self.receivers[name] = Receiver(name, targets, line, entry.escalate or "", options_of(entry))

    def _level(self, raw: object, above: Path, inherited: tuple[str, ...]) -> list[Route]:
        placed: list[Route] = []
        for position, value in enumerate(raw if isinstance(raw, list) else []):
            at: Path = (*above, "routes", position)
            self.count += 1
            if self.count > MAX_ROUTES:
                self.found.fault(at, f"there are more than {MAX_ROUTES:,} routes")
                break
            inner = value.get("routes") if isinstance(value, dict) else None
            head = {**value, "routes": []} if isinstance(value, dict) and isinstance(inner, list) else value
            entry = check(RouteEntry, head, at, self.found)
            to = tuple(entry.to) if entry and entry.to else inherited
            children = self._level(inner, at, to)
            if entry is None:
                continue
            self._check_receivers(entry.to or (), (*at, "to"))
            match = self._match(entry.match, (*at, "match"))
            line = self.found.line(at) or 0
            name = entry.name or f"route at line {line}"
            placed.append(Route(name, match, to, entry.continue_, tuple(children), line))
        return placed

    def _match(self, entry: MatchEntry, at: Path) -> Mapping[str, frozenset[str]]:
        match: dict[str, frozenset[str]] = {}
        for key in FIELDS:
            given = getattr(entry, f"{key}_" if key == "class" else key)
            if given is None:
                continue
            match[key] = frozenset(given)
            for value in given if key in self.known else ():
                if value not in self.known[key]:
                    self.found.fault((*at, key), f"{_NOBODY_HAS[key]} {shown(value)}", nearest(value, self.known[key]))
        return MappingProxyType(match)

    def _check_receivers(self, names: Iterable[str], at: Path) -> None:
        for name in names:
            if self.names and name not in self.names:
                self.found.fault(at, f"there is no receiver {shown(name)}", nearest(name, self.names))

    def _note_unreachable(self, level: Iterable[Route], above: Mapping[str, frozenset[str]]) -> None:
        """Note every route that no alert can come to: shadowed by an earlier one, or at odds with the one above."""
        takers: list[Route] = []
        for route in level:
            narrowed = _both(above, route.match)
            at_odds = [key for key, values in narrowed.items() if not values]
            before = _covering(takers, route.match)
            if at_odds:
                self._note(route, f'can never match: the route above it asks for another "{at_odds[0]}"')
            elif before:
                self._note(
                    route,
                    f"can never be reached: {_taking(before)} all it could match "
                    "(put this one first, or write continue: true there)",
                )
            else:
                self._note_unreachable(route.routes, narrowed)
            if not route.goes_on:
                takers.append(route)

    def _note(self, route: Route, message: str) -> None:
        self.found.problems.append(Problem(self.found.file, route.line, f"this route {message}"))


_NOBODY_HAS: Final = {
    "company": "no company in sources.yaml has the id",
    "topic": "no company in sources.yaml has the topic",
    "rule": "no pack in rules/ has the rule",
}


def _drill(entry: DrillEntry | None) -> Schedule | None:
    return Schedule(entry.at, entry.zone, DAYS.index(entry.every)) if entry else None


def _words(value: object) -> tuple[str, ...]:
    """What ``default`` names where the head of the file is not sound."""
    return tuple(word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str))


def _both(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """What must hold where both must hold. Only fields with one value per alert can be at odds."""
    single = {key: values for key, values in one.items() if key not in _SEVERAL}
    merged = {key: single[key] & values if key in single else values for key, values in other.items()}
    return {**single, **{key: values for key, values in merged.items() if key not in _SEVERAL}}


_SEVERAL = frozenset({"topic", "rule", "verdict", "kind", "lang"})  # an alert may have several of these at once


def _taking(routes: Sequence[Route]) -> str:
    """``the routes at lines 7 and 9 take``."""
    lines = [str(line) for line in dict.fromkeys(route.line for route in routes)]
    if len(lines) == 1:
        return f"the route at line {lines[0]} takes"
    return f"the routes at lines {', '.join(lines[:-1])} and {lines[-1]} take"


def _covering(takers: Sequence[Route], match: Mapping[str, frozenset[str]]) -> list[Route]:
    """Those that together take everything this matches: one of them all of it, or for each value of a field one."""
    one = next((taker for taker in takers if _covers(taker.match, match)), None)
    if one is not None:
        return [one]
    for key, values in match.items():
        if not 1 < len(values) <= MOST_COMPARED // (len(takers) or 1):
            continue
        alone = [{**match, key: frozenset({value})} for value in sorted(values)]
        found = [next((taker for taker in takers if _covers(taker.match, each)), None) for each in alone]
        every = [taker for taker in found if taker is not None]
        if len(every) == len(found):
            return sorted(every, key=lambda taker: taker.line)
    return []


def _covers(earlier: Mapping[str, frozenset[str]], later: Mapping[str, frozenset[str]]) -> bool:
    """Whether everything the later one matches is matched by the earlier one too."""
    return all(key in later and later[key] <= values for key, values in earlier.items())
