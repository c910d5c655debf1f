"""``routes test``, ``routes explain`` and ``silences`` as an operator types them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import onrecord, write_home
from tests.far_side import Site, page
from tests.slack_standin import TOKEN, SlackStandIn

PROMISE = "We will not sell our instruments to police forces in the region."
HEDGED = "We do not knowingly sell our instruments to police forces in the region."
ROUTES = """\
receivers:
  desk: {slack: {channel: "#rights"}}
  lost: {slack: {channel: "#nowhere"}}
  later: {console: true, at_once: critical}
default: [desk, later]
"""


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SlackStandIn]:
    monkeypatch.setenv("ONRECORD_HOME", str(tmp_path))
    monkeypatch.setenv("ONRECORD_SLACK_TOKEN", TOKEN)
    with SlackStandIn() as made:
        monkeypatch.setenv("ONRECORD_SLACK_BASE_URL", made.api)
        yield made


@pytest.fixture
def home(slack: SlackStandIn, tmp_path: Path) -> Iterator[Site]:
    """A home that watches one page, and whose desk is told in Slack."""
    with Site() as site:
        site.pages["/policy.html"] = page(PROMISE)
        write_home(tmp_path, site.authority, f'{{url: "{site.url("/policy.html")}", role: policy}}')
        (tmp_path / "routes.yaml").write_text(ROUTES)
        yield site


def test_a_test_is_real_and_says_that_it_is_one(home: Site, slack: SlackStandIn) -> None:
    ran = onrecord("routes", "test", "desk")
    assert (ran.status, ran.out) == (0, "slack #rights: sent. Look there for “This is a test”.\n")
    (post,) = slack.posts
    assert post.payload["channel"] == "#rights"
    assert post.payload["blocks"][0]["text"]["text"] == "✓ This is a test of On Record for desk"
    assert "Nothing has happened" in post.words
    (line,) = onrecord("routes", "test", "desk", "--json").lines
    assert line == {"receiver": "desk", "channel": "slack", "target": "#rights", "outcome": "sent", "is_sent": True}


def test_a_test_that_does_not_arrive_says_why_and_ends_with_1(home: Site) -> None:
    ran = onrecord("routes", "test", "lost")
    assert ran.status == 1
    assert "slack #nowhere: NOT sent: Slack refused a message for #nowhere: channel_not_found" in ran.out
    unknown = onrecord("routes", "test", "desc")
    assert unknown.status == 2
    assert "there is no receiver 'desc': there are desk, lost, later" in unknown.err


def test_explain_says_of_each_target_what_was_decided_and_why(home: Site) -> None:
    onrecord("check")
    home.pages["/policy.html"] = page(HEDGED)
    onrecord("check")
    (told,) = onrecord("routes", "explain", "c1", "--json").lines
    assert (told["class"], told["verdict"], told["case"]["alerts"]) == ("substantive", "WEAKENED", 1)
    assert "hedge.knowingly (high)" in told["rules"]
    assert [(each["receiver"], each["how"], each["state"]) for each in told["told"]] == [
        ("desk", "at_once", "sent"),
        ("later", "at_once", "sent"),
    ]
    assert "class: substantive; rules: " in onrecord("routes", "explain", "c1").out


def test_explain_says_why_nobody_heard(home: Site) -> None:
    onrecord("check")
    begun = onrecord(
        "silences",
        "add",
        "--match",
        "source=halden-biosystems/policy",
        "--until",
        "7d",
        "--reason",
        "rebuilt",
        "--as",
        "Ana",
    )
    assert begun.status == 0
    assert begun.out.startswith("silence 1 until ")
    home.pages["/policy.html"] = page(HEDGED)
    onrecord("check")
    said = onrecord("routes", "explain", "c1").out
    assert said.count("  silenced: ") == 2
    assert "halden-biosystems/policy; desk silenced, later silenced; open" in onrecord("alerts", "list").out
    assert "silence 1 by Ana (rebuilt)" in said
    (listed,) = onrecord("silences", "list", "--json").lines
    assert (listed["author"], listed["reason"], listed["swallowed"]) == ("Ana", "rebuilt", 1)
    (shown,) = onrecord("silences", "show", "1", "--json").lines
    assert [each["receiver"] for each in shown["alerts"]] == ["desk", "later"]


def test_a_silence_that_is_ended_tells_what_it_swallowed(home: Site, slack: SlackStandIn) -> None:
    onrecord("check")
    onrecord("silences", "add", "--match", "company=halden-biosystems", "--until", "7d", "--reason", "rebuilt")
    home.pages["/policy.html"] = page(HEDGED)
    onrecord("check")
    before = len(slack.posts)
    assert onrecord("silences", "end", "1", "--as", "Ana").status == 0
    onrecord("check")
    assert len(slack.posts) == before + 1
    assert "a silence ended, one alert kept back" in slack.posts[-1].words
    assert "knowingly" in slack.posts[-1].words
    assert onrecord("silences", "end", "1").status == 2
    assert onrecord("silences", "show", "9").status == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--match", "sorce=x", "--until", "7d", "--reason", "r"), "'sorce=x': write field=value"),
        (("--match", "source=x", "--until", "yesterday", "--reason", "r"), "is neither a date such as 2026-12-24"),
        (
            ("--match", "source=x", "--until", "2020-01-01", "--reason", "r"),
            "a silence ends after now and within a year",
        ),
        (("--match", "source=x", "--reason", "r"), "say how long"),
        (("--match", "source=x", "--until", "7d", "--reason", " "), "say why"),
        (
            ("--match", "source=x", "--until", "7d", "--reason", "r", "--receiver", "nobody"),
            "there is no receiver 'nobody'",
        ),
    ],
)
def test_a_silence_that_cannot_be_understood_is_refused(home: Site, words: tuple[str, ...], said: str) -> None:
    ran = onrecord("silences", "add", *words)
    assert ran.status == 2
    assert said in ran.err


def test_alerts_of_one_event_that_one_check_found_are_one_message(
    home: Site, slack: SlackStandIn, tmp_path: Path
) -> None:
    paths = [f"/{name}.html" for name in ("policy", "fr", "mirror-1", "mirror-2", "mirror-3")]
    for path in paths:
        home.pages[path] = page(PROMISE)
    write_home(tmp_path, home.authority, *(f'{{url: "{home.url(path)}", role: policy}}' for path in paths))
    onrecord("check")
    before = len(slack.posts)
    for path in paths:
        home.pages[path] = page(HEDGED)
    onrecord("check")
    (post,) = slack.posts[before:]
    assert post.words.count("the same words changed in another document") == 4
