"""routes.yaml: what it may say, and every fault with its line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.people import Person, by_mail, by_slack
from core.config.receivers import Receiver, Target
from core.config.routes import FIELDS, Route, Routes, console_routes, parse_routes
from core.errors import ConfigError

COMPANIES = ("acme", "thermo-fisher")
TOPICS = ("dna", "police-sales")


def parsed(text: str) -> Routes:
    return parse_routes(text, companies=COMPANIES, topics=TOPICS)


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return [str(problem) for problem in caught.value.problems]


def with_routes(*routes: str) -> str:
    """Three receivers and these routes; the first route stands on line 7."""
    head = "receivers:\n  desk: {console: true}\n  night: {console: true}\n  law: {console: true}\ndefault: desk\n"
    return head + "routes:\n" + "".join(f"  - {route}\n" for route in routes)


def with_receiver(receiver: str) -> str:
    """One receiver, on line 2."""
    return f"receivers:\n  desk: {receiver}\ndefault: desk\n"


def test_without_a_file_everything_goes_to_the_console() -> None:
    assert console_routes() == Routes({"console": Receiver("console", (Target("console", ""),))}, ("console",))


def test_the_shortest_file() -> None:
    routes = parsed("receivers:\n  me: {console: true}\ndefault: me\n")
    assert routes == Routes({"me": Receiver("me", (Target("console", ""),), line=2)}, ("me",))


def test_a_receiver_may_have_several_targets() -> None:
    text = """\
receivers:
  desk:
    slack: {channel: "#rights-alerts", webhook: ONRECORD_SLACK_WEBHOOK}
    email: [a@example.org, b@example.org, a@example.org]
    console: true
  night: {slack: {channel: C0123ABCD}, email: night@example.org}
default: [desk, night]
"""
    routes = parsed(text)
    assert [target for _, target in routes.targets()] == [
        Target("slack", "#rights-alerts"),
        Target("slack-webhook", "ONRECORD_SLACK_WEBHOOK"),
        Target("email", "a@example.org"),
        Target("email", "b@example.org"),
        Target("console", ""),
        Target("slack", "C0123ABCD"),
        Target("email", "night@example.org"),
    ]
    assert routes.default == ("desk", "night")
    assert routes.receivers["night"].line == 6


def test_the_tree_arrives_as_it_was_written() -> None:
    text = with_routes(
        "{name: worst, match: {severity: critical}, to: night, continue: true}",
        "{match: {company: [acme, thermo-fisher], topic: dna}, to: [desk, law], routes: ["
        "{match: {severity: [low, high], verdict: weakened}, to: night}, {match: {event: gone}}]}",
        "{match: {class: substantive, rule: hedging.weak, kind: [page, feed], lang: de}}",
    )
    assert parsed(text).routes == (
        Route("worst", {"severity": frozenset({"critical"})}, ("night",), goes_on=True, line=7),
        Route(
            "route at line 8",
            {"company": frozenset(COMPANIES), "topic": frozenset({"dna"})},
            ("desk", "law"),
            routes=(
                Route(
                    "route at line 8",
                    {"severity": frozenset({"low", "high"}), "verdict": frozenset({"WEAKENED"})},
                    ("night",),
                    line=8,
                ),
                Route("route at line 8", {"event": frozenset({"gone"})}, ("desk", "law"), line=8),
            ),
            line=8,
        ),
        Route(
            "route at line 9",
            {
                "class": frozenset({"substantive"}),
                "rule": frozenset({"hedging.weak"}),
                "kind": frozenset({"page", "feed"}),
                "lang": frozenset({"de"}),
            },
            ("desk",),
            line=9,
        ),
    )


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("info", {"info", "low", "medium", "high", "critical"}),
        ("high", {"high", "critical"}),
        ("critical", {"critical"}),
        ("[high]", {"high"}),
        ("[info, high]", {"info", "high"}),
    ],
)
def test_one_severity_means_that_or_worse_and_a_list_means_these(word: str, meant: set[str]) -> None:
    assert parsed(with_routes(f"{{match: {{severity: {word}}}, to: night}}")).routes[0].match == {"severity": meant}


FAULTS: dict[str, tuple[str, list[str]]] = {
    "an empty file": ("", ['routes.yaml: this file needs "receivers"', 'routes.yaml: this file needs "default"']),
    "no default": (
        "receivers:\n  desk: {console: true}\n",
        ['routes.yaml:1: this file needs "default"'],
    ),
    "a default nobody knows": (
        "receivers:\n  desk: {console: true}\ndefault: dsk\n",
        ["routes.yaml:3: there is no receiver \"dsk\". Did you mean 'desk'?"],
    ),
    "an empty default": (
        "receivers:\n  desk: {console: true}\ndefault: []\n",
        ['routes.yaml:3: "default" must not be empty'],
    ),
    "no receivers": (
        "receivers: {}\ndefault: desk\n",
        ['routes.yaml:1: "receivers" must name one receiver or more, at most 1,000'],
    ),
    "receivers that are a list": (
        "receivers: [desk]\ndefault: desk\n",
        ['routes.yaml:1: "receivers" must be keys and values (key: value), not a list'],
    ),
    "an unknown key at the top": (
        "receivers:\n  desk: {console: true}\ndefault: desk\nrotues: []\n",
        ["routes.yaml:4: unknown key \"rotues\" in this file. Did you mean 'routes'?"],
    ),
    "a receiver twice": (
        "receivers:\n  desk: {console: true}\n  desk: {console: true}\ndefault: desk\n",
        ['routes.yaml:3: the key "desk" stands twice: first at line 2'],
    ),
    "a receiver without a target": (
        with_receiver("{}"),
        ['routes.yaml:2: the receiver "desk" has no target: give it slack, email or console'],
    ),
    "a receiver that is empty": (
        with_receiver(""),
        ["routes.yaml:2: a receiver must be keys and values (key: value), not null"],
    ),
    "a receiver with slack and nothing in it": (
        with_receiver("{slack: {}}"),
        ['routes.yaml:2: the receiver "desk" has no target: give it slack, email or console'],
    ),
    "an unknown channel": (
        with_receiver("{slak: {channel: '#a'}}"),
        ["routes.yaml:2: unknown key \"slak\" in a receiver. Did you mean 'slack'?"],
    ),
    "a channel without its sign": (
        with_receiver("{slack: {channel: Rights Desk}}"),
        [
            'routes.yaml:2: "slack.channel" must be a channel such as #rights, or the id of one, '
            "not \"Rights Desk\". Did you mean '#rights-desk'?"
        ],
    ),
    "a channel that is a comment": (
        with_receiver("\n    slack: {channel: x}\n    email: a@example.org\n    console: no"),
        [
            'routes.yaml:3: "slack.channel" must be a channel such as #rights, or the id of one, '
            "not \"x\". Did you mean '#x'?",
            'routes.yaml:5: "console" must be true, not "no"',
        ],
    ),
    "a webhook's address for a channel": (
        with_receiver("{slack: {channel: 'https://hooks.slack.com/services/hunter2'}}"),
        [
            'routes.yaml:2: "slack.channel" holds a secret: use webhook: NAME, '
            'and put the address into the environment variable "NAME"'
        ],
    ),
    "a webhook's address for its variable": (
        with_receiver("{slack: {webhook: 'https://hooks.slack.com/services/hunter2'}}"),
        [
            'routes.yaml:2: "slack.webhook" holds an address, which is a secret: '
            "put it into an environment variable and write that variable's name"
        ],
    ),
    "a variable in small letters": (
        with_receiver("{slack: {webhook: my-hook}}"),
        [
            'routes.yaml:2: "slack.webhook" must be the name of an environment variable such as '
            'ONRECORD_SLACK_WEBHOOK, not "my-hook"'
        ],
    ),
    "a mail address with a header in it": (
        with_receiver('{email: ["a@example.org\\r\\nBcc: b@example.org"]}'),
        [
            'routes.yaml:2: an entry of "email" must be one mail address such as desk@example.org, '
            'not "a@example.org\\r\\nBcc: b@example.org"'
        ],
    ),
    "no mail addresses": (with_receiver("{email: []}"), ['routes.yaml:2: "email" must not be empty']),
    "routes that are no list": (
        "receivers:\n  desk: {console: true}\ndefault: desk\nroutes: desk\n",
        ['routes.yaml:4: "routes" must be a list, not "desk". Did you mean \'[desk]\'?'],
    ),
    "an unknown matcher": (
        with_routes("{match: {compny: acme}, to: desk}"),
        ['routes.yaml:7: unknown key "compny" in "match". Did you mean \'company\'?'],
    ),
    "an unknown key in a route": (
        with_routes("{mach: {company: acme}, to: night}"),
        ["routes.yaml:7: unknown key \"mach\" in a route. Did you mean 'match'?"],
    ),
    "an unknown receiver": (
        with_routes("{match: {company: acme}, to: [nigth, law]}"),
        ["routes.yaml:7: there is no receiver \"nigth\". Did you mean 'night'?"],
    ),
    "an unknown company": (
        with_routes("{match: {company: [acme, thermofisher]}, to: law}"),
        ["routes.yaml:7: no company in sources.yaml has the id \"thermofisher\". Did you mean 'thermo-fisher'?"],
    ),
    "an unknown topic": (
        with_routes("{match: {topic: dns}, to: law}"),
        ["routes.yaml:7: no company in sources.yaml has the topic \"dns\". Did you mean 'dna'?"],
    ),
    "an unknown severity": (
        with_routes("{match: {severity: hihg}, to: law}"),
        [
            'routes.yaml:7: "match.severity" must be one of info, low, medium, high, critical, not "hihg". '
            "Did you mean 'high'?"
        ],
    ),
    "an unknown severity in a list": (
        with_routes("{match: {severity: [high, wild]}, to: law}"),
        ['routes.yaml:7: an entry of "match.severity" must be one of info, low, medium, high, critical, not "wild"'],
    ),
    "an unknown event": (
        with_routes("{match: {event: goen}, to: law}"),
        [
            'routes.yaml:7: an entry of "match.event" must be one of new, gone, returned, moved, unlinked, redirected, '
            "swapped, relinked, restamped, undeclared, not \"goen\". Did you mean 'gone'?"
        ],
    ),
    "an unknown verdict": (
        with_routes("{match: {verdict: weakend}, to: law}"),
        [
            'routes.yaml:7: an entry of "match.verdict" must be one of STRENGTHENED, WEAKENED, MIXED, REVERSED, '
            "REWORDED, UNCLASSIFIED, NEW, REMOVED, not \"WEAKEND\". Did you mean 'WEAKENED'?"
        ],
    ),
    "an unknown kind": (
        with_routes("{match: {kind: pgae}, to: law}"),
        [
            'routes.yaml:7: an entry of "match.kind" must be one of page, feed, listing, pdf, sitemap, sec, hkex, '
            "cninfo, registry, not \"pgae\". Did you mean 'page'?"
        ],
    ),
    "a match of nothing": (
        with_routes("{match: {company: []}, to: law}"),
        ['routes.yaml:7: "match.company" must not be empty'],
    ),
    "a word for true": (
        with_routes("{match: {company: acme}, to: law, continue: yes}"),
        ['routes.yaml:7: "continue" must be true or false, not "yes". Did you mean \'true\'?'],
    ),
    "a route after one that takes everything": (
        with_routes("{to: law}", "{match: {company: acme}, to: night}"),
        [
            "routes.yaml:8: this route can never be reached: the route at line 7 takes all it could match "
            "(put this one first, or write continue: true there)"
        ],
    ),
    "a route after a wider one": (
        with_routes("{match: {severity: high}, to: law}", "{match: {severity: critical, topic: dna}, to: night}"),
        [
            "routes.yaml:8: this route can never be reached: the route at line 7 takes all it could match "
            "(put this one first, or write continue: true there)"
        ],
    ),
    "a route whose every value is taken by one before it": (
        with_routes(
            "{match: {company: acme}, to: law}",
            "{match: {company: thermo-fisher}, to: night}",
            "{match: {company: [acme, thermo-fisher], topic: dna}, to: law}",
        ),
        [
            "routes.yaml:9: this route can never be reached: the routes at lines 7 and 8 take all it could match "
            "(put this one first, or write continue: true there)"
        ],
    ),
    "a route at odds with the one above it": (
        with_routes("{match: {company: acme}, to: law, routes: [{match: {company: thermo-fisher}, to: night}]}"),
        ['routes.yaml:7: this route can never match: the route above it asks for another "company"'],
    ),
    "a fault deep in the tree": (
        with_routes("match: {company: acme}\n    routes:\n      - to: law\n        routes:\n          - {too: night}"),
        ["routes.yaml:11: unknown key \"too\" in a route. Did you mean 'to'?"],
    ),
}


def test_every_case_is_tried() -> None:
    assert len(FAULTS) == 37


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_message_and_line(name: str) -> None:
    text, expected = FAULTS[name]
    assert problems_of(text) == expected
    assert not any("hunter2" in problem for problem in expected)


@pytest.mark.parametrize(
    "routes",
    [
        ["{to: law, continue: true}", "{match: {company: acme}, to: night}"],
        ["{match: {severity: critical}, to: law}", "{match: {severity: high}, to: night}"],
        ["{match: {topic: dna}, to: law}", "{match: {company: acme}, to: night}"],
        ["{match: {company: acme}, to: law}", "{match: {company: [acme, thermo-fisher]}, to: night}"],
        ["{match: {topic: dna}, to: law, routes: [{match: {topic: police-sales}, to: night}]}"],
        ["{match: {company: acme}, to: law, routes: [{match: {company: acme, topic: dna}, to: night}]}", "{to: desk}"],
    ],
    ids=["it goes on", "narrower first", "two fields", "one of two values", "several topics at once", "finer inside"],
)
def test_routes_that_can_be_reached(routes: list[str]) -> None:
    assert len(parsed(with_routes(*routes)).routes) == len(routes)


def test_problems_of_every_part_are_told_at_once() -> None:
    text = """\
receivers:
  desk: {slack: {channel: general}}
default: dsk
routes:
  - {match: {company: acmee}, to: dsek}
"""
    assert [problem.partition(":")[2].split(":")[0] for problem in problems_of(text)] == ["2", "3", "5", "5"]


def test_companies_are_not_judged_where_sources_yaml_is_broken() -> None:
    text = with_routes("{match: {company: anyone, topic: anything}, to: law}")
    assert len(parse_routes(text, companies=None, topics=None).routes) == 1


def test_every_field_of_a_match_is_documented_in_the_shape() -> None:
    values = {
        "severity": "high",
        "class": "substantive",
        "event": "gone",
        "verdict": "NEW",
        "kind": "page",
        "lang": "en",
    }
    values |= {"company": "acme", "topic": "dna", "rule": "any.rule"}
    text = with_routes("{match: {" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}, to: law}")
    assert set(parsed(text).routes[0].match) == set(FIELDS) == set(values)


@given(st.text(max_size=200))
def test_any_text_is_routes_or_a_list_of_problems(text: str) -> None:
    problems = []
    try:
        routes = parsed(text)
    except ConfigError as error:
        problems = error.problems
        assert problems, "an error without a problem helps nobody"
    else:
        assert routes.default


PEOPLE = """
receivers:
  desk: {console: true, webhook: DESK_HOOK, jsonl: alerts.jsonl, escalate: duty}
  duty: {email: duty@example.org}
default: desk
people:
  osei: {name: A. Osei, slack: U012AB3CD, email: A.Osei@example.org}
  marchetti:
"""


def test_people_are_known_to_slack_and_to_mail() -> None:
    found = parse_routes(PEOPLE, companies=None, topics=None)
    assert found.people["osei"] == Person("osei", "A. Osei", "U012AB3CD", "a.osei@example.org", line=7)
    assert found.people["marchetti"].name == "marchetti"
    assert by_slack(found.people, "U012AB3CD") == by_mail(found.people, "a.osei@EXAMPLE.org") == found.people["osei"]
    assert by_slack(found.people, "") is by_mail(found.people, "") is None
    assert found.receivers["desk"].escalate == "duty"
    assert found.receivers["desk"].targets == (("console", ""), ("webhook", "DESK_HOOK"), ("jsonl", "alerts.jsonl"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("  b: {slack: '@bob'}", '"slack" must be a member id of Slack such as U012AB3CD'),
        ("  b: {emial: b@example.org}", "unknown key \"emial\" in a person. Did you mean 'email'?"),
        ("  b: {slack: U012AB3CD}", '"U012AB3CD" is already "osei": one person each'),
        ("  b: {email: a.osei@EXAMPLE.org}", '"a.osei@example.org" is already "osei": one person each'),
        ("  Bob: {}", '"people.Bob.[key]" must be small letters, digits and hyphens'),
    ],
    ids=["no member id", "unknown key", "slack twice", "mail twice", "no name"],
)
def test_people_that_cannot_be_are_refused_with_their_line(line: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_routes(f"{PEOPLE.rstrip()}\n{line}\n", companies=None, topics=None)
    (problem,) = error.value.problems
    assert (problem.file, str(problem).split(": ", 1)[1][: len(message)]) == ("routes.yaml", message)
    assert problem.line == 9


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("escalate: dusk", 'there is no receiver "dusk"'),
        ("escalate: desk", 'the receiver "desk" cannot escalate to itself'),
        ("jsonl: ../alerts.jsonl", '"jsonl" must be the name of a file such as alerts.jsonl, without folders'),
        ("webhook: https://example.org/hook", '"webhook" holds an address, which is a secret'),
    ],
)
def test_receivers_that_cannot_be_are_refused(written: str, message: str) -> None:
    text = f"receivers:\n  desk: {{console: true, {written}}}\n  duty: {{console: true}}\ndefault: duty\n"
    with pytest.raises(ConfigError, match=re.escape(f"routes.yaml:2: {message}")):
        parse_routes(text, companies=None, topics=None)
