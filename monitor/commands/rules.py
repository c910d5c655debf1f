"""``onrecord rules``: try rules on a text, look for their faults, and try them on the whole archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from core.config.yamlfile import read_yaml
from core.errors import ConfigError, NotFound, Problem
from core.matching import find_verdicts
from core.model import Act, Edit, Place, Reading
from core.query.passage import Standing
from core.quotes import match_in_words
from core.rule_matches import About, match_edits
from core.rules.explain import silences
from core.rules.lint import Remark
from core.rules.lint import lint as lint_rules
from core.rules.model import RULE_ACTS
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from core.text.visible import one_line
from core.wording import counted, long_date
from monitor.app import lexicon
from monitor.backtesting import Backtest, WouldAlert, backtest, count
from monitor.cache import load_home
from monitor.commands.output import emit, note, progress, say
from monitor.commands.reading import archive_of
from monitor.home import Home, rule_files
from monitor.linting import names_of

SAMPLE: Final = 10
MOST_WORDS: Final = 8  # of one rule that a line shows
ORDINARY: Final = "none of its terms stands here"

Json = dict[str, Any]


# --- rules test ------------------------------------------------------------------------------------------------------


def test_rules(home: Home, environ: Mapping[str, str], text: str, at: Standing, *, as_json: bool) -> int:
    """Which rules fire on a text, with the words they found and how grave they are; and why the others do not."""
    rules = load_home(home, environ).rules
    hits = rules.match(text, at=at)
    told = {hit.rule for hit in rules.in_context(hits, role=at.role, neighbours=False)}
    found: list[Json] = [
        {
            "rule": hit.rule,
            "pack": hit.pack,
            "title": hit.title,
            "words": [text[start:end] for start, end in hit.spans],
            "spans": [list(span) for span in hit.spans],
            "severity": {act: rules.severity(hit.rule, act).value for act in RULE_ACTS},
            "alone": hit.rule in told,
            "when": rules.rule(hit.rule).when.in_words(),
        }
        for hit in hits
    ]
    silent = silences(rules, text, at)
    holds = lexicon().holds_commitment(text)
    if as_json:
        emit({"text": text, "rules": found, "silent": silent, "commitment": holds})
        return 0
    for each in found:
        words = _quoted(each["words"])
        grave = ", ".join(f"{act} {each['severity'][act]}" for act in ("present", "added", "removed"))
        needs = "" if each["alone"] else " (only beside a topic, or on a policy)"
        when = f"; only when {each['when']}" if each["when"] else ""
        say(f"{each['rule']}  {each['title']}: {words}\n    {grave}{needs}{when}")
    for rule, why in silent.items():
        if why != ORDINARY:
            say(f"silent: {rule}  {one_line(why, 300)}")
    note(f"{counted(len(found), 'rule')} fire{'s' if len(found) == 1 else ''}; "
         f"it {'holds a' if holds else 'holds no'} commitment.")  # fmt: skip
    return 0


def _quoted(words: Sequence[str]) -> str:
    """Each of the words once, in their order; of many the first."""
    once = list(dict.fromkeys(one_line(word, 200) for word in words))
    more = f" and {len(once) - MOST_WORDS} more" if len(once) > MOST_WORDS else ""
    often = f" ({len(words)} times)" if len(words) > len(once) else ""
    return ", ".join(f"“{word}”" for word in once[:MOST_WORDS]) + more + often


def test_change(home: Home, environ: Mapping[str, str], texts: tuple[str, str], at: Standing, *, as_json: bool) -> int:
    """What the rules say of a sentence that was reworded: old and new words, the verdict, how grave it would be."""
    rules, (was, now) = load_home(home, environ).rules, texts
    before, after = (Reading((Place(text, "paragraph", "main"),)) for text in texts)
    edit = Edit(Act.REWORDED, (0,), (0,))
    findings = find_verdicts(before, after, (edit,), lexicon())
    matches = match_edits(before, after, (edit,), rules, About(at, findings=findings))
    verdict = findings[0].verdict.value if findings else None
    if as_json:
        found = [
            {"rule": m.rule, "act": str(m.act), "severity": m.severity.value, "words": list(m.words)} for m in matches
        ]
        emit({"before": was, "after": now, "verdict": verdict, "rules": found})
        return 0
    for match in matches:
        say(f"{match.severity.value:<9}{match_in_words(match)}")
    note(f"{counted(len(matches), 'rule')} would speak; verdict: {verdict or 'none, no commitment is touched'}.")
    return 0


# --- rules list ------------------------------------------------------------------------------------------------------


def list_rules(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Every pack in force with its version and whose it is, and its rules with their severities."""
    rules = load_home(home, environ).rules
    for pack in rules.packs:
        is_own = (home.path / pack.file).exists()
        about: Json = {"pack": pack.id, "version": pack.version, "file": pack.file, "own": is_own, "title": pack.title,
                       "sentences": len(pack.tests), "pins": len(pack.pins)}  # fmt: skip
        found: list[Json] = [
            {"rule": rule.id, "title": rules.title(rule.id), "lang": rule.lang, "when": rule.when.in_words(),
             "severity": {act: rules.severity(rule.id, act).value for act in RULE_ACTS}}
            for rule in pack.rules
        ]  # fmt: skip
        if as_json:
            emit(about | {"rules": found})
            continue
        say(f"{pack.id} {pack.version}  {pack.title} ({'yours' if is_own else 'shipped'}, {pack.file})")
        for each in found:
            say(_in_a_line(each))
    note(f"{counted(len(rules.rules), 'rule')} in {counted(len(rules.packs), 'pack')}.")
    return 0


def _in_a_line(rule: Json) -> str:
    grave = ", ".join(f"{act} {rule['severity'][act]}" for act in ("present", "added", "removed"))
    return f"  {rule['rule']}  {rule['lang']}  {grave}" + (f"  when {rule['when']}" if rule["when"] else "")


# --- rules lint ------------------------------------------------------------------------------------------------------


def lint(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """What is probably wrong with the rules, alone and against the archive where there is one."""
    loaded = load_home(home, environ)
    rules = loaded.rules
    try:
        with archive_of(home, environ) as archive, archive.database.read() as conn, progress("reading the archive"):
            counts = count(conn, rules)
    except NotFound:
        counts = None
    remarks = lint_rules(rules, counts, names_of(loaded.watchlist))
    for remark in remarks:
        emit(_remark(remark)) if as_json else say(
            f"{remark.file}:{remark.line}: {remark.rule}: {remark.kind.replace('_', ' ')}: {one_line(remark.message, 600)}"
        )
    if not as_json:
        looked = f"{counts.passages:,} passages of the archive" if counts else "no archive yet"
        note(f"{counted(len(rules.rules), 'rule')}, {looked}: {counted(len(remarks), 'remark')}.")
    return 0


def _remark(remark: Remark) -> Json:
    return {"kind": remark.kind, "rule": remark.rule, "file": remark.file, "line": remark.line,
            "message": remark.message}  # fmt: skip


# --- rules backtest --------------------------------------------------------------------------------------------------


def run_backtest(
    home: Home, environ: Mapping[str, str], name: str, *, since: datetime | None, against: Path | None, as_json: bool
) -> int:
    """A rule, a pack, ``all``, or a file with a pack that is not in force yet, tried on the whole archive."""
    in_force = load_home(home, environ).rules
    file = Path(name) if name.endswith((".yaml", ".yml")) else None
    rules, wanted = _asked(home, in_force, name, file)
    with archive_of(home, environ) as archive, archive.database.read() as conn, progress("trying the rules"):
        tried = backtest(conn, rules, wanted, lexicon(), since)
        other = None
        if against is not None:
            changed = _with_file(home, in_force, against)
            names = wanted & {rule.id for rule in changed.rules}
            other = backtest(conn, changed, names, lexicon(), since)
    if as_json:
        emit(_as_json(tried) | ({"against": _as_json(other), **_differences(tried, other)} if other else {}))
    else:
        _print(tried)
        if other is not None:
            _print_difference(tried, other, against)
    return 0


def _asked(home: Home, in_force: RuleSet, name: str, file: Path | None) -> tuple[RuleSet, set[str]]:
    if file is not None:
        changed = _with_file(home, in_force, file)
        return changed, {rule.id for pack in changed.packs if pack.file == f"rules/{file.name}" for rule in pack.rules}
    wanted = {rule.id for rule in in_force.rules if name in ("all", rule.id, rule.pack)}
    if not wanted:
        raise NotFound(f"no rule and no pack is called {name!r}; `onrecord rules test` names those that fire")
    return in_force, wanted


def _with_file(home: Home, in_force: RuleSet, file: Path) -> RuleSet:
    """The rules in force with the pack of this file beside them, or in place of the pack of the same name."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(str(file), None, f"this file cannot be read: {error}")]) from error
    pack = read_yaml(text, file.name).data.get("pack")
    replaced = {each.file for each in in_force.packs if each.id == pack}
    texts = {name: path.read_text(encoding="utf-8-sig") for path, name in rule_files(home) if name not in replaced}
    return parse_packs({**texts, f"rules/{file.name}": text})


def _as_json(tried: Backtest) -> Json:
    reach = tried.examined
    return {
        "rules": list(tried.rules),
        "outcome": tried.outcome,
        "alerts": [_alert(each) for each in tried.alerts],
        "by_month": dict(sorted(Counter(f"{each.at:%Y-%m}" for each in tried.alerts).items())),
        "by_company": dict(Counter(each.company for each in tried.alerts).most_common()),
        "per_week": round(tried.per_week, 3),
        "weeks": round(tried.weeks, 1),
        "standing": {"passages": tried.standing, "documents": tried.standing_in},
        "examined": {
            "documents": reach.documents,
            "versions": reach.versions,
            "passages": reach.passages,
            "changes": tried.changes,
            "captures": reach.captures,
            "since": reach.first_at,
            "until": reach.last_at,
        },
        "gaps": {"failed_captures": reach.failed, "unread_documents": list(reach.unread), "changes": list(tried.gaps)},
        "sample": [each.change_id for each in _sample(tried.alerts)],
    }


def _alert(each: WouldAlert) -> Json:
    return {
        "change": each.change_id,
        "at": each.at,
        "company": each.company,
        "document": each.document,
        "severity": each.severity.value,
        "rules": [{"rule": match.rule, "act": str(match.act), "words": list(match.words)} for match in each.matches],
    }


def _sample(alerts: Sequence[WouldAlert]) -> Sequence[WouldAlert]:
    """Up to ten, spread evenly over the time looked at."""
    if len(alerts) <= SAMPLE:
        return alerts
    return [alerts[at * (len(alerts) - 1) // (SAMPLE - 1)] for at in range(SAMPLE)]


_NOTHING: Final = {
    "alerts": "",
    "stands": "It stands in the archive and never came, went or was reworded: nothing would have been told.",
    "nothing_changed": "No change falls into that time: there was nothing that could have been told.",
    "matched_nothing": "It matched nothing of what there was to match.",
    "nothing_to_match": "There was nothing to match: no captures, or no passage in its language.",
}


def _print(tried: Backtest) -> None:
    reach = tried.examined
    when = f"{long_date(reach.first_at)} – {long_date(reach.last_at)}" if reach.first_at and reach.last_at else "never"
    say(
        f"Examined {counted(reach.documents, 'document')}, {counted(tried.changes, 'change')}, "
        f"{counted(reach.passages, 'passage')}, {counted(reach.captures, 'capture')}, {when}."
    )
    say(
        f"Gaps: {counted(reach.failed, 'capture')} brought nothing, {counted(len(reach.unread), 'document')} never read"
        + (f", {counted(len(tried.gaps), 'change')} cannot be read back" if tried.gaps else "")
        + "."
    )
    say(f"Stands or stood in {counted(tried.standing, 'passage')} of {counted(tried.standing_in, 'document')}.")
    if not tried.alerts:
        say(_NOTHING[tried.outcome])
        return
    say(f"Would have raised {counted(len(tried.alerts), 'alert')}, {tried.per_week:.2f} a week.")
    for month, number in sorted(Counter(f"{each.at:%Y-%m}" for each in tried.alerts).items()):
        say(f"  {month}  {number}")
    for company, number in Counter(each.company for each in tried.alerts).most_common():
        say(f"  {company}  {number}")
    shown = _sample(tried.alerts)
    say(f"To judge ({len(shown)} of {len(tried.alerts)}; onrecord routes explain c… says more):")
    for each in shown:
        say(_line(each))


def _line(each: WouldAlert) -> str:
    words = dict.fromkeys(f"{match.act} “{one_line(word, 80)}”" for match in each.matches for word in match.words[:2])
    return f"  c{each.change_id}  {long_date(each.at)}  {each.document}  {each.severity.value}: {', '.join(list(words)[:4])}"


def _differences(tried: Backtest, other: Backtest) -> Json:
    here, there = ({each.change_id for each in one.alerts} for one in (tried, other))
    return {"only_here": sorted(here - there), "only_against": sorted(there - here)}


def _print_difference(tried: Backtest, other: Backtest, against: Path | None) -> None:
    found = _differences(tried, other)
    say(f"\nThe version in {against} would have raised {counted(len(other.alerts), 'alert')}.")
    for title, key, one in (("Lost with it", "only_here", tried), ("New with it", "only_against", other)):
        say(f"{title}: {len(found[key]) or 'none'}")
        for each in one.alerts:
            if each.change_id in found[key]:
                say(_line(each))
