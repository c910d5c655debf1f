"""``onrecord rules precision`` and ``rules pin``: what people's verdicts say of rules, and finds no edit may lose."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.errors import ConfigError, NotFound, Problem
from core.handling import NotRelevant, Standing
from core.rule_matches import side_of_match
from core.rules.learning import IMPORTANT, NOT_RELEVANT, Precision, Suggestion, Told, precision, suggest, weigh
from core.rules.ruleset import RuleSet
from core.text.pattern import PatternError, translate
from core.text.visible import one_line
from core.wording import counted, long_date
from monitor.cache import load_home
from monitor.commands.output import emit, note, progress, say
from monitor.commands.reading import archive_of
from monitor.home import Home
from storage import changes, rule_alerts

Json = dict[str, Any]
PINS: Final = "pins.yaml"


# --- verdicts --------------------------------------------------------------------------------------------------------


def show_precision(
    home: Home, environ: Mapping[str, str], name: str | None, unless: str | None, *, as_json: bool
) -> int:
    """How often rules were right by what people said, on which source; for one rule also what would spare false alarms."""
    rules = load_home(home, environ).rules
    wanted = _asked(rules, name)
    with archive_of(home, environ) as archive, archive.database.read() as conn, progress("reading verdicts"):
        told_rules = [rule for rule in rule_alerts.rules_told(conn) if rule in wanted]
        told = {
            rule: [_told(each) for each in rule_alerts.of_rule(conn, rule, with_texts=name is not None)]
            for rule in told_rules
        }
    of = {rule: precision(rule, each) for rule, each in told.items()}
    suggestions = [each for rule in told_rules if name for each in _tried(rules, rule, unless, told[rule])]
    if as_json:
        for rule in told_rules:
            emit({"rule": rule, "sources": [_as_json(each) for each in of[rule]]}
                 | ({"suggestions": [_suggestion(each) for each in suggestions if each.rule == rule]} if name else {}))  # fmt: skip
        return 0
    for rule in told_rules:
        for each in of[rule] if name else of[rule][:1]:
            say(_line(each))
    for offer in suggestions:
        say(_offer(offer))
    judged_alerts = sum(each.verdict != "" for of_rule in told.values() for each in of_rule)
    note(f"{counted(len(told_rules), 'rule')} raised alerts; {counted(judged_alerts, 'verdict')} of people."
         + ("" if name else " Name a rule for its sources and what would spare false alarms."))  # fmt: skip
    return 0


def _asked(rules: RuleSet, name: str | None) -> set[str]:
    wanted = {rule.id for rule in rules.rules if name in (None, rule.id, rule.pack)}
    if not wanted:
        raise NotFound(f"no rule and no pack is called {name!r}; `onrecord rules list` names them")
    return wanted


def _told(each: rule_alerts.Judged) -> Told:
    return Told(each.alert_id, each.source, each.texts, _verdict(each.stands))


def _verdict(stands: Standing) -> str:
    """What people said of an alert. A duplicate says nothing of the rule; of two words the later one counts."""
    false, right = stands.not_relevant, stands.confirmed
    if false is not None and false.wish.reason is NotRelevant.DUPLICATE:
        false = None
    if right is not None and (false is None or right.at >= false.at):
        return IMPORTANT
    return NOT_RELEVANT if false is not None else ""


def _tried(rules: RuleSet, rule: str, unless: str | None, told: Sequence[Told]) -> tuple[Suggestion, ...]:
    if unless is None:
        return suggest(rules, rule, told)
    try:
        return (weigh(rules, rule, translate(unless), told),)
    except PatternError as error:
        advice = f"; {error.advice}" if error.advice else ""
        raise ConfigError([Problem("--unless", None, f"the pattern /{unless}/ {error}{advice}")]) from error


def _line(each: Precision) -> str:
    share = "not judged" if each.share is None else f"{each.share:.0%} right"
    where = f"  {each.source}" if each.source else ""
    return (f"{each.rule}{where}: {counted(each.alerts, 'alert')}, {each.important} important, "
            f"{each.not_relevant} not relevant, {share}")  # fmt: skip


def _offer(each: Suggestion) -> str:
    alerts = ", ".join(f"a{id_}" for id_ in each.spared) or "none"
    others = f"; nobody has judged {', '.join(f'a{id_}' for id_ in each.unjudged)}" if each.unjudged else ""
    if each.blocked:
        marked = ", ".join(f"a{id_}" for id_ in each.blocked)
        return f"blocked: unless /{each.unless}/ would have silenced {marked}, marked important ({each.rule})"
    return (
        f"would have stayed silent on {alerts} (not relevant){others}. To take it, write in a pack of your own:\n"
        f"  overrides: {{{each.rule}: {{unless: [{json.dumps(each.unless, ensure_ascii=False)}]}}}}"
    )


def _as_json(each: Precision) -> Json:
    return {"source": each.source, "alerts": each.alerts, "important": each.important,
            "not_relevant": each.not_relevant, "precision": each.share}  # fmt: skip


def _suggestion(each: Suggestion) -> Json:
    return {"unless": each.unless, "spared": list(each.spared), "unjudged": list(each.unjudged),
            "blocked_by": list(each.blocked)}  # fmt: skip


# --- pins ------------------------------------------------------------------------------------------------------------


def pin(home: Home, environ: Mapping[str, str], change_id: int, rule: str, *, is_silent: bool, as_json: bool) -> int:
    """Hold a rule to a find of the archive: the words go into ``rules/pins.yaml``, which is refused if they do not hold."""
    rules = load_home(home, environ).rules
    if rule not in {each.id for each in rules.rules}:
        raise NotFound(f"there is no rule {rule!r}; `onrecord rules list` names them")
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        change = changes.by_id(conn, change_id).change
        texts = _texts_of(conn, change_id, rule, rules, is_silent=is_silent)
    version = change.after_version or change.before_version
    origin = f"c{change_id}, {change.document.slug}, {long_date(change.window.first_changed_at)}"
    must, snapshot = "stay silent" if is_silent else "fire", version.digest if version else ""
    entries = "".join(
        _entry(rule, must, text, lead_in, "" if is_silent else act, origin, snapshot) for text, lead_in, act in texts
    )
    file = home.rules / PINS
    before = file.read_text(encoding="utf-8") if file.exists() else None
    home.rules.mkdir(parents=True, exist_ok=True)
    file.write_text((before if before is not None else _HEAD) + entries, encoding="utf-8")
    try:
        load_home(home, environ)
    except ConfigError:
        if before is None:
            file.unlink()
        else:
            file.write_text(before, encoding="utf-8")
        raise
    if as_json:
        emit({"rule": rule, "must": must, "pinned": [text for text, _, _ in texts], "file": f"rules/{PINS}"})
        return 0
    for text, _, _ in texts:
        say(f"pinned: {rule} must {must} on “{one_line(text, 200)}”")
    note(f"In rules/{PINS}; an edit that breaks it is refused from now on.")
    return 0


_HEAD: Final = """\
# Finds of the archive that rules are held to, written by `onrecord rules pin`. An edit of a rule that breaks one is
# refused. To let a pin go, delete its entry.
pack: pins
title: Pinned finds
pins:
"""


def _entry(*values: str) -> str:
    keys = ("rule", "must", "t", "lead_in", "act", "from", "snapshot")
    told = [(key, value) for key, value in zip(keys, values, strict=True) if value]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in told]
    return "".join(f"  {'- ' if at == 0 else '  '}{line}\n" for at, line in enumerate(lines))


def _texts_of(conn: Any, change_id: int, rule: str, rules: RuleSet, *, is_silent: bool) -> list[tuple[str, str, str]]:
    """Passage, lead-in and act of each find of the rule in a change; of a silent one, what it must not find again."""
    change = changes.by_id(conn, change_id).change
    found = [(*side_of_match(change, match), str(match.act)) for match in change.matches if match.rule == rule]
    found = [each for each in dict.fromkeys(found) if each[0]]
    if not found:
        told = ", ".join(sorted({match.rule for match in change.matches})) or "none"
        raise NotFound(f"{rule} was found in no passage of c{change_id} (its rules: {told})")
    fires = {text for text, lead, _ in found for hit in rules.match(text, lead_in=lead, at=None) if hit.rule == rule}
    if is_silent and fires:
        raise NotFound(
            f"{rule} still fires on “{one_line(next(iter(fires)), 120)}”: change the rule first, or add an exception "
            f"(`onrecord rules precision {rule}` offers some), then pin that it stays silent"
        )
    return found
