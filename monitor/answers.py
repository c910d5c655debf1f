"""What an address answered, and the answers On Record gives itself: an ask that robots.txt forbids is not made."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.model import Ask, Fetch, Manner
from monitor.robots import agent_of
from monitor.tools import Tools


@dataclass(frozen=True, slots=True)
class Answer:
    """An attempt and the bytes it brought."""

    fetch: Fetch
    body: bytes = b""


def refused(tools: Tools, ask: Ask) -> Answer | None:
    """What robots.txt forbids is not asked; the attempt is a row all the same. None where it may be asked."""
    if tools.robots is None or ask.manner.ignore_robots:
        return None
    rules = tools.robots.rules(tools, ask.url)
    refusal = rules.refusal(ask.url, agent_of(ask.manner.identity or "")) if rules else None
    if refusal is None:
        return None
    now = tools.now()
    return Answer(Fetch(ask.url, ask.purpose, now, now, None, refusal.reason, refusal.detail, refusal.is_transient))


def with_exceptions(fetch: Fetch, manner: Manner) -> Fetch:
    """The attempt with the rule that was set aside for it, and a person's reason."""
    if not manner.ignore_robots:
        return fetch
    return replace(fetch, exceptions=(*fetch.exceptions, f"robots.txt was not asked: {manner.ignore_robots}"))
