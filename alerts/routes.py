"""Which alerts go to whom, and why: the tree of routes.yaml walked for one alert. Pure.

Routes are tried from the top; the first that matches decides, unless it says ``continue``. Inside a route its own routes
are tried first. What no route takes goes to the default receivers, so nothing is ever sent to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.config.routes import Route, Routes
from core.model import Alert, Change, Company, DocumentRef, Intent, Severity
from core.occasions import CompanyLook
from core.wording import listed, unique

NO_ROUTE = "no route took it, so the default applies"


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What routes can ask about one alert. Each field holds the alert's values; empty where it has none."""

    values: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """One route considered: whether it fits, the sentence that says why, and whether it sends."""

    route: Route
    depth: int
    fits: bool
    because: str
    sends: bool = False


def facts_of(alert: Alert, change: Change) -> AlertFacts:
    """The facts of an alert about a change."""
    document = change.document
    verdicts = {finding.verdict.value for finding in change.findings}
    return _facts(
        company=(document.company_id,),
        topic=document.topics,
        severity=(alert.severity.value,),
        class_=(change.change_class.value,),
        event=(change.event.value,) if change.event else (),
        verdict=verdicts | ({change.verdict.value} if change.verdict else set()),
        rule=(match.rule for match in change.matches),
        kind=(document.kind,),
        lang=_languages(document.lang, change.after.lang if change.after else None),
        source=(document.source,) if document.source else (),
        document=(document.slug,),
    )


def facts_of_incident(alert: Alert, *, company: Company, kind: str, source: str = "") -> AlertFacts:
    """The facts of an incident: it has a company, a severity and a source, and no words that changed."""
    return _facts(
        company=(company.id,),
        topic=company.topics,
        severity=(alert.severity.value,),
        kind=(kind,),
        source=(source,) if source else (),
    )


def facts_of_due(
    severity: Severity, *, company: Company, document: DocumentRef, topics: Iterable[str] = ()
) -> AlertFacts:
    """The facts of a promise that falls due: where it stands and what it is about."""
    return _facts(
        company=(company.id,),
        topic=(*company.topics, *topics),
        severity=(severity.value,),
        kind=(document.kind,),
        lang=_languages(document.lang),
        source=(document.source,) if document.source else (),
        document=(document.slug,),
    )


def facts_of_look(looks: Sequence[CompanyLook]) -> AlertFacts:
    """The facts of a first look: whose it is, and nothing that changed."""
    return _facts(company=(look.company_id for look in looks), topic=(topic for look in looks for topic in look.topics))


def facts_of_agent(alert: Alert) -> AlertFacts:
    """The facts of an alarm about On Record itself: a severity, and no company or source."""
    return _facts(severity=(alert.severity.value,))


def _facts(**values: Iterable[str]) -> AlertFacts:
    return AlertFacts({name.rstrip("_"): frozenset(found) for name, found in values.items()})


def _languages(*codes: str | None) -> set[str]:
    """Each language as given and without its region, so that a route for zh hears of zh-Hant."""
    given = {code for code in codes if code}
    return given | {code.split("-")[0].lower() for code in given}


# --- the walk ----------------------------------------------------------------------------------------------------


def considered(facts: AlertFacts, routes: Routes) -> tuple[Step, ...]:
    """Every route that was looked at, in order, with its reason."""
    steps: list[Step] = []
    _walk(facts, routes.routes, 0, steps)
    return tuple(steps)


def _walk(facts: AlertFacts, level: Sequence[Route], depth: int, steps: list[Step]) -> bool:
    """Walk one level; says whether any route of it took the alert."""
    taken = False
    for route in level:
        fits, because = _fit(facts, route)
        at = len(steps)
        steps.append(Step(route, depth, fits, because))
        if not fits:
            continue
        taken = True
        if not _walk(facts, route.routes, depth + 1, steps):
            steps[at] = Step(route, depth, fits, because, sends=True)
        if not route.goes_on:
            break
    return taken


def _fit(facts: AlertFacts, route: Route) -> tuple[bool, str]:
    if not route.match:
        return True, "it takes everything"
    fitting: list[str] = []
    for name, wanted in route.match.items():
        has = facts.values.get(name, frozenset())
        if not has & wanted:
            mine = listed(sorted(has)) or "none"
            return False, f"{name} is {mine}, and it asks for {listed(sorted(wanted), 6)}"
        fitting.append(f"{name} is {listed(sorted(has & wanted))}")
    return True, "; ".join(fitting)


def route(facts: AlertFacts, routes: Routes) -> tuple[Intent, ...]:
    """One intent per target that should hear, each with the routes that chose it. Never empty for a valid tree."""
    chosen: dict[str, list[str]] = {}
    for step in considered(facts, routes):
        if step.sends:
            for name in step.route.to:
                chosen.setdefault(name, []).append(f"{step.route.name}: {step.because}")
    if not chosen:
        chosen = {name: [NO_ROUTE] for name in routes.default}
    return _intents(chosen, routes)


def to_default(routes: Routes, why: str) -> tuple[Intent, ...]:
    """Everybody who hears of what nobody else does, with that reason."""
    return _intents({name: [why] for name in routes.default}, routes)


def _intents(chosen: Mapping[str, Sequence[str]], routes: Routes) -> tuple[Intent, ...]:
    """Targets of the chosen receivers. A target two receivers share gets one message, and both reasons."""
    found: dict[tuple[str, str], Intent] = {}
    for name, why in chosen.items():
        for target in routes.receivers[name].targets:
            key = (target.channel, target.address)
            known = found.get(key)
            names = unique((*(known.receivers if known else ()), name))
            reasons = unique((*(known.why if known else ()), *why))
            found[key] = Intent(", ".join(names), target.channel, target.address, reasons, names)
    return tuple(found.values())


def every_target(routes: Routes, why: str) -> tuple[Intent, ...]:
    """One intent for each target of every receiver that takes part in drills."""
    names = [name for name, receiver in routes.receivers.items() if receiver.options.drill]
    return _intents({name: [why] for name in names}, routes)


def ways_around(routes: Routes, failed: Collection[tuple[str, str]]) -> tuple[Intent, ...]:
    """Where the operator hears of places that cannot be reached: through channels that have not failed.

    Other places of the same channel where there is no other channel, and where there is neither, the console.
    """
    names = routes.operator or routes.default
    told = _intents({name: ["it tells of what cannot be delivered"] for name in names}, routes)
    places, channels = set(failed), {channel for channel, _ in failed}
    sound = tuple(intent for intent in told if intent.channel not in channels)
    near = tuple(intent for intent in told if (intent.channel, intent.target) not in places)
    console = Intent("operator", "console", "", ("no other channel is left",))
    return sound or near or (console,)


def explain(facts: AlertFacts, routes: Routes) -> tuple[str, ...]:
    """Who gets this and why, and who does not: a sentence per route considered, then one per target."""
    lines: list[str] = []
    for step in considered(facts, routes):
        verb = "sends" if step.sends else ("matches, a finer route sends" if step.fits else "does not match")
        line = f" (line {step.route.line})" if step.route.line else ""
        lines.append(f"{'  ' * step.depth}route {step.route.name!r}{line} {verb}: {step.because}")
        if step.sends and step.route.goes_on:
            lines.append(f"{'  ' * step.depth}  and the search goes on")
    intents = route(facts, routes)
    if any(NO_ROUTE in intent.why for intent in intents):
        lines.append("no route took it, so the default receivers get it")
    lines += [f"goes to {intent.receiver}: {intent.channel} {intent.target}".rstrip() for intent in intents]
    return tuple(lines)


# --- first looks -------------------------------------------------------------------------------------------------


def share_first_look(
    looks: Sequence[CompanyLook], routes: Routes
) -> tuple[tuple[tuple[CompanyLook, ...], tuple[Intent, ...]], ...]:
    """Who gets which summary: each target one, of every company it could ever hear of.

    Routes that ask for a severity, rule or verdict count here too: those words may come later. Targets with the same
    companies share one summary, and so one alert.
    """
    follows: dict[tuple[str, str], dict[str, CompanyLook]] = {}
    names: dict[tuple[str, str], list[str]] = {}
    for look in looks:
        known = _facts(company=(look.company_id,), topic=look.topics)
        for name in unique((*_could_hear(known, routes.routes), *routes.default)):
            for target in routes.receivers[name].targets:
                follows.setdefault((target.channel, target.address), {})[look.company_id] = look
                names.setdefault((target.channel, target.address), []).append(name)
    groups: dict[tuple[str, ...], list[Intent]] = {}
    for place, followed in follows.items():
        who = unique(names[place])
        intent = Intent(", ".join(who), *place, why=("first look",), receivers=who)
        groups.setdefault(tuple(followed), []).append(intent)
    by_id = {look.company_id: look for look in looks}
    return tuple((tuple(by_id[id_] for id_ in ids), tuple(intents)) for ids, intents in groups.items())


def _could_hear(known: AlertFacts, level: Sequence[Route]) -> Iterable[str]:
    for entry in level:
        asked = {name: wanted for name, wanted in entry.match.items() if name in known.values}
        if all(known.values[name] & wanted for name, wanted in asked.items()):
            yield from entry.to
            yield from _could_hear(known, entry.routes)
