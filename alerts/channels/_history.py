"""Slack's own memory, asked after an attempt that ended without an answer: did the message arrive, and which of its parts?

Needs the scopes channels:read and channels:history (groups:read, groups:history for private channels). Without them the
question cannot be asked, and the message is sent again under its id: better twice than never.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from alerts.message import Message

log = logging.getLogger(__name__)

EVENT: Final = "onrecord_alert"
PAGE: Final = 200
MOST_PAGES: Final = 10
LOOK_BACK: Final = timedelta(minutes=5)  # clocks differ
# What means "you may not ask", not "it is not there".
UNASKABLE: Final = frozenset({
    "missing_scope", "not_in_channel", "channel_not_found", "not_allowed_token_type", "no_permission",
    "method_not_supported_for_channel_type", "unknown_method",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A message in Slack: its channel, its time stamp, and which parts stand in its thread."""

    channel: str
    ts: str
    parts: frozenset[int] = frozenset()
    was_there: bool = False


def thread_of(message: Message) -> str:
    """The time stamp of the message whose thread this one belongs to, "" for one that begins its own."""
    return str(message.thread.receipt.get("ts") or "") if message.thread else ""


def find(client: WebClient, message: Message) -> Found | None:
    """The message where it arrived, None where it did not or cannot be asked for. Raises what slack-sdk raises."""
    try:
        channel = _channel_id(client, message.target)
        if not channel:
            return None
        root = thread_of(message)
        if not root:
            oldest = str((message.created_at - LOOK_BACK).timestamp())
            posts = _pages(client.conversations_history, "messages", channel=channel, oldest=oldest)
            root = next((str(post["ts"]) for post in posts if _delivery(post) == message.delivery_id), "")
        if not root:
            return None
        replies = _pages(client.conversations_replies, "messages", channel=channel, ts=root)
        ours = {_part(reply): str(reply["ts"]) for reply in replies if _delivery(reply) == message.delivery_id}
        return Found(channel, ours.pop(0), frozenset(ours), was_there=True) if 0 in ours else None
    except SlackApiError as error:
        code = str(error.response.get("error") or "")
        if code not in UNASKABLE:
            raise
        log.warning(
            "Slack does not say whether a message for %s arrived (%s): give the app channels:read and channels:history "
            "(groups:… for private channels); it is sent again",
            message.target,
            code,
        )
    return None


def _channel_id(client: WebClient, target: str) -> str:
    """The id of a channel that is named, "" where none such can be seen; ids are what they are."""
    if not target.startswith("#"):
        return target
    kinds = "public_channel,private_channel"
    for channel in _pages(client.conversations_list, "channels", types=kinds, exclude_archived=True):
        if channel.get("name") == target[1:]:
            return str(channel["id"])
    return ""


def _pages(call: Any, key: str, **given: Any) -> Iterator[Mapping[str, Any]]:
    cursor = ""
    for _ in range(MOST_PAGES):
        metadata = {"include_all_metadata": True} if key == "messages" else {}
        answer = call(limit=PAGE, **given, **metadata, **({"cursor": cursor} if cursor else {}))
        yield from answer.get(key) or ()
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return


def _payload(post: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = post.get("metadata") or {}
    payload = metadata.get("event_payload") if metadata.get("event_type") == EVENT else None
    return payload if isinstance(payload, dict) else {}


def _delivery(post: Mapping[str, Any]) -> str:
    return str(_payload(post).get("delivery") or "")


def _part(post: Mapping[str, Any]) -> int:
    part = _payload(post).get("part")
    return part if isinstance(part, int) else 0
