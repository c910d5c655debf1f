"""Rules that ask what happened, where and when, in force on a watched site; and tried on its archive afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.model import Source
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from monitor.app import lexicon
from monitor.backtesting import backtest
from storage import backtest as archive
from storage import changes
from tests.site import START, World, page, world

DAY = timedelta(days=1)
POLICY = Source("acme-policy", "acme", "page", "https://acme.example/policy.html", role="human-rights")
NEWS = Source("acme-news", "acme", "page", "https://acme.example/news.html", role="news")
DNA = "We sell DNA kits to the police."
NEVER = "We will never sell gait analysis to prisons."

OWN = """\
pack: own
rules:
  - {id: own.gone, any: [DNA kits], when: {act: absent, gone_from: company}, severity: {absent: critical}}
  - {id: own.page, any: [DNA kits], when: {act: absent}}
  - {id: own.news, query: "police role:news"}
  - {id: own.old, query: "DNA added:2026-03-01"}
  - {id: own.back, any: [DNA kits], when: {act: restored}}
  - {id: own.moved, any: [canteen], when: {act: moved}}
  - {id: own.dates, any: [updated], when: {class: dates_only}}
  - {id: own.weaker, when: {verdict: [WEAKENED, REVERSED], role: human-rights}}
  - {id: own.reworded, any: [prisons], when: {was: never, now: -never}}
  - {id: own.heading, query: "police heading:policy"}
  - {id: own.elsewhere, any: [police], when: {company: halden}}
"""

# What each page says, day by day; every page also has its standing text.
SAID = {
    POLICY.url: [
        [DNA, NEVER, "Our canteen is open on every day of the week but Sunday.", "Page updated 1 March 2026."],
        [NEVER, "Our canteen is open on every day of the week but Sunday.", "Page updated 1 March 2026."],
        [NEVER, "Our canteen is open on every day of the week but Sunday.", "Page updated 3 March 2026."],
        ["We do not knowingly sell gait analysis to prisons.", "Our canteen is open on every day of the week but Sunday."],
        ["Our canteen is open on every day of the week but Sunday.", "We do not knowingly sell gait analysis to prisons."],
        [DNA, "Our canteen is open on every day of the week but Sunday.", "We do not knowingly sell gait analysis to prisons."],
    ],
    NEWS.url: [
        [DNA], [DNA], [DNA], ["The police came."], ["The police came."], ["The police came."],
    ],
}  # fmt: skip


def own() -> RuleSet:
    return parse_packs({"own.yaml": OWN})


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two pages, six days, with these rules in force."""
    with world(tmp_path_factory.mktemp("operands")) as made:
        made.tools = replace(made.tools, rules=own())
        made.watch(POLICY, NEWS)
        for day in range(6):
            for url, said in SAID.items():
                made.site.shows(url, page(*said[day]))
            made.check(DAY if day else timedelta())
        yield made


def spoken(made: World) -> dict[str, list[tuple[int, str, str]]]:
    """Rule → (day, document, what happened), of every change on record."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    with made.database.read() as conn:
        for change_id in archive.change_ids(conn):
            change = changes.by_id(conn, change_id).change
            day = (change.window.first_changed_at - START) // DAY
            for match in change.matches:
                what = f"{match.act} {match.gone_from}".strip()
                found.setdefault(match.rule, []).append((day, change.document.slug.partition("/")[2], what))
    return found


def test_each_rule_speaks_when_it_asked_to_and_only_then(watched: World) -> None:
    assert spoken(watched) == {
        "own.page": [(1, "policy", "removed document"), (3, "news", "removed document")],
        "own.gone": [(3, "news", "removed company")],
        "own.old": [(1, "policy", "removed"), (3, "news", "removed"), (5, "policy", "restored")],
        "own.news": [(3, "news", "reworded")],
        "own.dates": [(2, "policy", "reworded")],
        "own.weaker": [(3, "policy", "reworded")],
        "own.reworded": [(3, "policy", "reworded")],
        "own.moved": [(4, "policy", "moved")],
        "own.back": [(5, "policy", "restored")],
        "own.heading": [(1, "policy", "removed"), (3, "news", "reworded"), (5, "policy", "restored")],
    }


def test_people_were_told_of_the_quiet_changes_a_rule_asked_for_with_their_severities(watched: World) -> None:
    with watched.database.read() as conn:
        told = {rule: archive.told(conn, rule) for rule in ("own.dates", "own.moved", "own.gone")}
        assert {rule: len(of) for rule, of in told.items()} == {"own.dates": 1, "own.moved": 1, "own.gone": 1}
        assert [str(changes.by_id(conn, of).severity) for of in told["own.gone"]] == ["critical"]


def test_a_backtest_of_each_rule_lists_exactly_the_alerts_that_were_raised(watched: World) -> None:
    raised = {}
    with watched.database.read() as conn:
        for rule in own().rules:
            raised[rule.id] = archive.told(conn, rule.id)
            tried = backtest(conn, own(), [rule.id], lexicon())
            assert [each.change_id for each in tried.alerts] == raised[rule.id], rule.id
    assert sum(map(bool, raised.values())) == 10
