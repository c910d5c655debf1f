"""A rule tried on the whole archive: exactly what was raised for it, and what a new rule would have raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.model import Source
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from monitor.app import lexicon
from monitor.backtesting import Backtest, backtest, count
from storage import backtest as archive
from tests.site import RULES, START, World, page, rules, world

DAY = timedelta(days=1)
ETHICS = Source("acme-ethics", "acme", "page", "https://acme.example/ethics.html", role="ethics")
NEWS = Source("acme-news", "acme", "page", "https://acme.example/news.html")
OWN = """\
pack: own
rules:
  - id: own.reading
    query: "~read NEAR/3 reports"
  - id: own.canteen
    any: [canteen]
  - id: own.chinese
    lang: zh
    any: [食堂]
  - id: own.never
    any: [zeppelin]
"""

# What each page says, day by day; every page also has its standing text.
SAID = {
    ETHICS.url: [
        ["We do not tolerate forced labour in our supply chain.", "Our canteen is open."],
        ["We do not tolerate forced labour in our supply chain.", "Our canteen is open until five."],
        ["We do not knowingly tolerate forced labour in our supply chain.", "Our canteen is open until five."],
        ["Our canteen is open until five."],
        ["Our canteen is open until five.", "We aim, where practicable, to avoid forced labour."],
        ["Our canteen is open until five.", "We aim, where practicable, to avoid forced labour", "Sold in Xinjiang."],
        ["Our canteen is open until six.", "Sold in Xinjiang.", "We aim, where practicable, to avoid forced labour."],
        ["Sold in Xinjiang.", "We aim, where practicable, to avoid forced labour.", "Last updated 1 March 2026."],
    ],
    NEWS.url: [
        ["Facial recognition is sold to police forces."],
        ["Facial recognition is not sold to police forces."],
        ["Facial recognition is sold to police forces."],
        ["Facial recognition is not sold to police forces."],
        ["Facial recognition is sold to police forces."],
        ["Facial recognition is sold to police forces.", "We may, where appropriate, change this page."],
        ["Facial recognition is sold to police forces."],
        ["Nothing of this sort."],
    ],
}


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[World]:
    """Two pages, eight days of changes, checked as the agent checks."""
    with world(tmp_path) as made:
        made.watch(ETHICS, NEWS)
        for day in range(8):
            for url, said in SAID.items():
                made.site.shows(url, page(*said[day]))
            made.check(DAY if day else timedelta())
        yield made


def tried(made: World, rule_set: RuleSet, *wanted: str) -> Backtest:
    with made.database.read() as conn:
        return backtest(conn, rule_set, wanted, lexicon())


def with_own(text: str = OWN) -> RuleSet:
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.yaml"))}
    return parse_packs({**files, "own.yaml": text})


def test_an_unchanged_rule_gives_exactly_the_alerts_that_were_raised_for_it(watched: World) -> None:
    raised = {}
    with watched.database.read() as conn:
        for rule in rules().rules:
            raised[rule.id] = archive.told(conn, rule.id)
    hit = {rule: changes for rule, changes in raised.items() if changes}
    assert len(hit) >= 5
    assert max(map(len, hit.values())) >= 3
    for name, changes in raised.items():
        if changes or name.startswith(("fl.", "hedge.", "firm.", "surv.")):
            assert [each.change_id for each in tried(watched, rules(), name).alerts] == changes, name


def test_a_rule_that_was_never_in_force_finds_the_old_changes(watched: World) -> None:
    found = tried(watched, with_own(), "own.canteen")
    assert found.outcome == "alerts"
    assert [(each.at - START, each.document, [str(m.act) for m in each.matches]) for each in found.alerts] == [
        (1 * DAY, "acme/ethics", ["reworded"]),
        (6 * DAY, "acme/ethics", ["reworded"]),
        (7 * DAY, "acme/ethics", ["removed"]),
    ]
    assert {word for each in found.alerts for match in each.matches for word in match.words} == {"canteen"}
    assert (found.standing, found.standing_in, found.weeks) == (3, 1, 1.0)
    assert found.per_week == 3.0
    assert (found.examined.documents, found.examined.captures, found.examined.failed) == (2, 16, 0)
    assert found.gaps == ()


def test_nothing_found_is_not_the_same_as_nothing_to_find(watched: World, tmp_path: Path) -> None:
    assert tried(watched, with_own(), "own.never").outcome == "matched_nothing"
    assert tried(watched, with_own(), "own.chinese").outcome == "nothing_to_match"
    assert tried(watched, with_own(), "own.reading").outcome == "stands"
    folder = tmp_path / "empty"
    folder.mkdir()
    with world(folder) as empty:
        assert tried(empty, with_own(), "own.never").outcome == "nothing_to_match"


def test_since_a_day_only_what_came_after_is_looked_at(watched: World) -> None:
    with watched.database.read() as conn:
        found = backtest(conn, with_own(), {"own.canteen"}, lexicon(), START + 3 * DAY)
    assert [each.at - START for each in found.alerts] == [6 * DAY, 7 * DAY]
    assert found.examined.first_at == START + 3 * DAY
    with watched.database.read() as conn:
        later = backtest(conn, with_own(), {"own.canteen"}, lexicon(), START + 300 * DAY)
    assert (later.outcome, later.changes) == ("nothing_changed", 0)  # not "it never came or went"


def test_another_version_of_a_rule_can_be_compared(watched: World) -> None:
    narrower = OWN.replace("any: [canteen]", "query: 'canteen six'")
    before, after = (tried(watched, rule_set, "own.canteen").alerts for rule_set in (with_own(), with_own(narrower)))
    assert [each.at - START for each in before if each.change_id not in {one.change_id for one in after}] == [1 * DAY]


def test_backtesting_writes_nothing(watched: World) -> None:
    def rows() -> list[int]:
        with watched.database.read() as conn:
            return [len(archive.change_ids(conn)), archive.reach(conn).captures, len(archive.told(conn, "own.canteen"))]

    before = rows()
    tried(watched, with_own(), "own.canteen")
    assert rows() == before


def test_an_archive_counted_for_lint(watched: World) -> None:
    with watched.database.read() as conn:
        counted = count(conn, with_own())
    assert counted.rules["own.canteen"] == 3
    assert counted.terms["own.reading#query"] == 15  # the standing passages
    assert "own.never" not in counted.rules
    assert counted.passages == replace(counted).passages > 20
    assert set(counted.by_lang) == {"en"}


WAITING = (3, 8, 5, 7, 4, 6, 5.5, 7.5)


def test_what_was_quiet_on_its_day_is_quiet_in_a_backtest(tmp_path: Path) -> None:
    """A line that came to six pages at once was told on two of them, a figure that never stays five times."""
    pages = [Source(f"acme-{at}", "acme", "page", f"https://acme.example/{at}", role="policy") for at in range(6)]
    with world(tmp_path) as made:
        made.watch(*pages)
        for day, minutes in enumerate(WAITING):
            for at, source in enumerate(pages):
                came = ["See us in Lyon, where appropriate."] * (day >= 4)
                figure = [f"Wait, where appropriate: {minutes} minutes"] * (not at)
                made.site.shows(source.url, page(*came, f"Page {at} is about plant {at} alone.", *figure))
            made.check(DAY if day else timedelta())
        with made.database.read() as conn:
            raised = {rule.id: archive.told(conn, rule.id) for rule in rules().rules}
        (name,) = (rule for rule, changes in raised.items() if changes)
        assert len(raised[name]) == 6
        assert [each.change_id for each in tried(made, rules(), name).alerts] == raised[name]
