"""What an answer to /robots.txt means (RFC 9309), and which addresses it closes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from protego import Protego

from core.model import Fetch, FetchReason, Purpose
from monitor.robots import Rules, agent_of, decide, origin_of
from storage.robots import Kept

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ORIGIN = "https://acme.example"


def answer(status: int | None, reason: FetchReason | None = None, digest: str | None = None) -> Fetch:
    return Fetch(
        f"{ORIGIN}/robots.txt", Purpose.DISCOVERY, NOW, NOW, status, reason, "it broke" if reason else "", digest=digest
    )


@pytest.mark.parametrize(
    ("fetch", "state", "fresh"),
    [
        (answer(200, digest="d"), "rules", timedelta(hours=24)),
        (answer(200), "none", timedelta(hours=24)),
        (answer(404), "none", timedelta(hours=24)),
        (answer(403), "none", timedelta(hours=24)),
        (answer(None, FetchReason.REDIRECTS), "none", timedelta(hours=24)),
        (answer(429), "unreachable", timedelta(hours=1)),
        (answer(503), "unreachable", timedelta(hours=1)),
        (answer(None, FetchReason.TIMEOUT), "unreachable", timedelta(hours=1)),
        (answer(None, FetchReason.REFUSED_ADDRESS), "unreachable", timedelta(hours=1)),
    ],
)
def test_what_an_answer_means(fetch: Fetch, state: str, fresh: timedelta) -> None:
    kept = decide(ORIGIN, 7, fetch, None, NOW)
    assert (kept.state, kept.fresh_until - NOW) == (state, fresh)


def test_older_rules_hold_while_newer_ones_cannot_be_read() -> None:
    before = Kept(ORIGIN, 1, NOW - timedelta(days=2), NOW - timedelta(days=1), 200, "rules", "old")
    kept = decide(ORIGIN, 7, answer(503), before, NOW)
    assert (kept.state, kept.digest) == ("rules", "old")


def test_what_cannot_be_read_for_a_month_counts_as_none() -> None:
    before = Kept(ORIGIN, 1, NOW - timedelta(days=31), NOW, 503, "unreachable", None, "robots: x")
    assert decide(ORIGIN, 7, answer(503), before, NOW).state == "none"


RULES = """\
User-agent: *
Disallow: /private
Allow: /private/policy
Disallow: /*.php$
Crawl-delay: 20

User-agent: onrecord
Disallow: /human-rights
"""


def rules(text: str) -> Rules:
    return Rules(Kept(ORIGIN, 1, NOW, NOW, 200, "rules", "d"), Protego.parse(text))


@pytest.mark.parametrize(
    ("path", "agent", "is_open"),
    [
        ("/human-rights", "OnRecord", False),
        ("/private", "OnRecord", True),  # the group that names us counts alone
        ("/private/x", "Neutral", False),
        ("/private/policy", "Neutral", True),
        ("/a.php", "Neutral", False),
        ("/a.php?x=1", "Neutral", True),
        ("/", "Neutral", True),
    ],
)
def test_which_addresses_are_closed(path: str, agent: str, is_open: bool) -> None:
    refusal = rules(RULES).refusal(ORIGIN + path, agent)
    assert (refusal is None) is is_open
    assert refusal is None or refusal.reason is FetchReason.ROBOTS


@pytest.mark.parametrize(
    "text",
    ["", "\0\xff", "User-agent", "Disallow: /", "<html><body>Not here</body></html>", "User-agent: *\n" * 50_000],
)
def test_odd_rules_close_nothing(text: str) -> None:
    assert rules(text).refusal(f"{ORIGIN}/x", "OnRecord") is None


def test_names() -> None:
    assert agent_of("OnRecord/0.1 (+policy archive)") == "OnRecord"
    assert agent_of("Policy-Watch 2") == "Policy-Watch"
    assert origin_of("HTTPS://Acme.example:8443/a?b") == "https://acme.example:8443"
