"""What a receiver may choose, and every fault of it with its line."""

from __future__ import annotations

from datetime import time

import pytest

from core.config.receivers import Options, Quiet, Schedule
from core.config.routes import DRILL, Routes, parse_routes
from core.errors import ConfigError
from core.model import Severity


def parsed(text: str) -> Routes:
    return parse_routes(text, companies=None, topics=None, rules=("hedge.knowingly", "hedge.exception"))


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return [str(problem) for problem in caught.value.problems]


def receiver(*lines: str) -> str:
    """One receiver whose options begin on line 4."""
    options = "".join(f"    {line}\n" for line in lines)
    return f"receivers:\n  ana:\n    console: true\n{options}default: ana\n"


def test_all_that_a_receiver_may_choose() -> None:
    routes = parsed(
        receiver(
            "zone: Europe/Brussels",
            "at_once: high",
            'digest: {every: mon, at: "7:30"}',
            'quiet: {from: "22:00", to: "07:00", through: nothing}',
            "budget: 5",
            "detail: {slack: none, email: title}",
            'report: {every: friday, at: "17:00"}',
            "drill: false",
        )
    )
    zone = "Europe/Brussels"
    assert routes.receivers["ana"].options == Options(
        zone=zone,
        at_once=Severity.HIGH,
        digest=Schedule(time(7, 30), zone, 0),
        quiet=Quiet(time(22), time(7), zone, None),
        budget=5,
        detail={"slack": "none", "slack-webhook": "none", "email": "title"},
        report=Schedule(time(17), zone, 4),
        drill=False,
    )


def test_what_counts_where_nothing_is_chosen() -> None:
    routes = parsed(receiver())
    assert routes.receivers["ana"].options == Options()
    assert (Options().at_once, Options().digest, Options().budget) == (Severity.INFO, Schedule(time(8), "UTC"), 20)
    assert (routes.operator, routes.drill) == ((), DRILL)


def test_one_word_of_detail_stands_for_every_channel_and_no_budget_is_any_number() -> None:
    options = parsed(receiver("detail: title", "budget: false")).receivers["ana"].options
    assert set(options.detail.values()) == {"title"}
    assert {"slack", "slack-webhook", "email", "console"} <= set(options.detail)
    assert options.budget is None


def test_operator_and_drill() -> None:
    routes = parsed(receiver() + 'operator: ana\ndrill: {every: sunday, at: "03:00", zone: Asia/Tokyo}\n')
    assert (routes.operator, routes.drill) == (("ana",), Schedule(time(3), "Asia/Tokyo", 6))
    assert parsed(receiver() + "drill: false\n").drill is None


FAULTS = {
    "a time zone that does not exist": (
        receiver("zone: Europe/Bruselles"),
        'routes.yaml:4: "zone" must be a time zone such as Europe/Brussels or UTC, and there is no "Europe/Bruselles". '
        "Did you mean 'Europe/Brussels'?",
    ),
    "a city without its continent": (
        receiver("zone: brussels"),
        'routes.yaml:4: "zone" must be a time zone such as Europe/Brussels or UTC, and there is no "brussels". '
        "Did you mean 'Europe/Brussels'?",
    ),
    "a time of day that is none": (
        receiver('digest: {at: "24:00"}'),
        'routes.yaml:4: "digest.at" must be a time of day such as "08:00", not "24:00"',
    ),
    "a day nobody knows": (
        receiver("digest: {every: moonday}"),
        'routes.yaml:4: "digest.every" must be one of day, monday, tuesday, wednesday, thursday, friday, saturday, sunday, '
        "not \"moonday\". Did you mean 'monday'?",
    ),
    "quiet hours without an end": (receiver('quiet: {from: "22:00"}'), 'routes.yaml:4: "quiet" needs "to"'),
    "a severity nobody knows": (
        receiver("at_once: urgent"),
        'routes.yaml:4: "at_once" must be one of info, low, medium, high, critical, not "urgent"',
    ),
    "a budget of none": (
        receiver("budget: 0"),
        'routes.yaml:4: "budget" must be a whole number from 1 to 10,000, or false for any number',
    ),
    "a detail nobody knows": (
        receiver("detail: {email: all}"),
        'routes.yaml:4: "detail.email" must be one of none, title, quotes, not "all"',
    ),
    "an operator nobody knows": (
        receiver() + "operator: anna\n",
        "routes.yaml:5: there is no receiver \"anna\". Did you mean 'ana'?",
    ),
    "a day of the drill nobody knows": (
        receiver() + "drill: {every: wensday}\n",
        'routes.yaml:5: "drill.every" must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday, '
        "not \"wensday\". Did you mean 'wednesday'?",
    ),
    "a drill that is a word": (
        receiver() + "drill: never\n",
        'routes.yaml:5: "drill" must be keys and values (key: value), not "never"',
    ),
    "a rule nobody knows": (
        receiver() + "routes:\n  - {match: {rule: hedge.knowing}, to: ana}\n",
        "routes.yaml:6: no pack in rules/ has the rule \"hedge.knowing\". Did you mean 'hedge.knowingly'?",
    ),
    "a matcher nobody knows": (
        receiver() + "routes:\n  - {match: {severty: high}, to: ana}\n",
        'routes.yaml:6: unknown key "severty" in "match". Did you mean \'severity\'?',
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_line(name: str) -> None:
    text, problem = FAULTS[name]
    assert problem in problems_of(text)
