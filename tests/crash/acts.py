"""What people do in a story, as the product hears of it: presses as Slack sends them, links of mails as their page takes them.

A want stays until its answer arrived: Slack sends a press again that was not acknowledged, and whoever followed a link and
got no answer sends the form again. What a killed process wrote is there the second time, and is done once.
"""

from __future__ import annotations

from typing import Any

from alerts.channels.slack import web_client
from core.links import LinkAct
from monitor.home import Loaded
from monitor.keys import links_of
from monitor.presses import PressDesk, take
from monitor.tools import Tools
from storage import outbox
from tests.crash.effects import Effects
from web.acting import perform
from web.app import environment
from web.site import Site

OSEI, STRANGER = "U012AB3CD", "U0STRANGE"
DONE = "answered a person: "


def carry_out(tools: Tools, loaded: Loaded, want: str, effects: Effects) -> None:
    """Do what somebody wants: ``press acknowledge``, ``stranger confirm``, ``press snooze=7d``, ``link confirm``."""
    door, what = want.split(" ")
    if door == "link":
        _follow(tools, loaded, what)
        effects.happened(DONE + want)
        return
    slack = loaded.settings.slack
    assert slack.token is not None
    desk = PressDesk(tools.database, web_client(slack.token, slack.base_url), lambda: loaded.routes.people, tools.now)
    payload = _payload(_delivery(tools, "slack"), OSEI if door == "press" else STRANGER, what)
    take(desk, payload, lambda _answer: effects.happened(DONE + want))
    effects.happened(f"told in Slack: {want}")


def _delivery(tools: Tools, channel: str) -> str:
    """The first message of that channel in this archive about a change."""
    with tools.database.read() as conn:
        sent = outbox.pending(conn, states=("sent",))
    return next(each.id for each in sent if each.channel == channel and each.kind == "change")


def _payload(delivery_id: str, member: str, what: str) -> dict[str, Any]:
    name, _, option = what.partition("=")
    action: dict[str, Any] = {
        "action_id": f"onrecord.{name}",
        "block_id": f"onrecord.{delivery_id}",
        "action_ts": f"1795475400.{what}",
    }
    if option:
        action["selected_option"] = {"value": option}
    return {
        "type": "block_actions",
        "user": {"id": member},
        "channel": {"id": "C0RIGHTS"},
        "container": {"message_ts": "1795475352.000001"},
        "message": {"text": "an alert", "blocks": []},
        "actions": [action],
    }


def _follow(tools: Tools, loaded: Loaded, what: str) -> None:
    """The form behind a link of a mail, sent."""
    links = links_of(loaded.home.data(loaded.settings), loaded.settings.web.base_url)
    assert links is not None
    delivery_id = _delivery(tools, "email")
    token = links.address(delivery_id, LinkAct(what), tools.now()).rpartition("/")[2]
    site = Site(tools.database, tools.blobs, tools.now, links.base_url, environment())
    perform(site, links.read(token, tools.now()), {}, loaded.routes.people)
