"""Slack, through slack-sdk: a bot token and a channel, or an incoming webhook. Nothing is unfurled.

Slack's own error words decide between "later" and "never"; waiting is the sender's. slack-sdk's logger is kept quiet:
at debug level it would write a webhook's address, which is a secret.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http.client import HTTPException
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from alerts.channels import ChannelKind, Means, Receipt
from alerts.channels._blocks import Json, escaped, fallback_text, layout
from alerts.channels._history import EVENT, Found, find, thread_of
from alerts.message import Message
from core.config.secret import Secret
from core.errors import DeliveryError
from core.text.visible import cut, one_line

TIMEOUT_SECONDS: Final = 20
MAX_PLAIN: Final = 10_000
LONGEST_WAIT: Final = timedelta(seconds=5)  # for a part of a thread; longer waits are the sender's
WEBHOOK: Final = "slack-webhook"

quiet = logging.getLogger("alerts.channels.slack.sdk")
quiet.setLevel(logging.CRITICAL)

# Slack's words for what no second attempt mends, each with what the operator can do.
# https://docs.slack.dev/reference/methods/chat.postMessage#errors
PERMANENT: Final[dict[str, str]] = {
    "channel_not_found": "there is no such channel, or the app cannot see it",
    "not_in_channel": "invite the app to the channel",
    "is_archived": "the channel is archived",
    "channel_is_archived": "the channel is archived",
    "invalid_auth": "the token is not valid: look at ONRECORD_SLACK_TOKEN",
    "not_authed": "no token was sent: set ONRECORD_SLACK_TOKEN",
    "account_inactive": "the account of the token was switched off",
    "token_expired": "the token has expired",
    "token_revoked": "the token was revoked",
    "invalid_token": "the webhook was revoked or is not valid",
    "no_service": "the webhook was switched off",
    "no_service_id": "the webhook is not valid",
    "no_team": "the workspace of the webhook is gone",
    "team_disabled": "the workspace was switched off",
    "no_permission": "the token may not post there",
    "missing_scope": "the token lacks the scope chat:write",
    "not_allowed_token_type": "this kind of token may not post: use a bot token (xoxb-…)",
    "restricted_action": "the workspace does not let the app post there",
    "restricted_action_read_only_channel": "the channel is read-only",
    "restricted_action_thread_only_channel": "the channel takes threads only",
    "action_prohibited": "the workspace does not let the app post there",
    "posting_to_general_channel_denied": "the webhook may not post to the general channel",
    "ekm_access_denied": "the workspace's key management refuses",
    "team_access_not_granted": "the token has no access to that workspace",
    "user_not_found": "there is no such person",
    "messages_tab_disabled": "the app takes no direct messages",
    "cannot_reply_to_message": "the message cannot be answered",
    "invalid_arguments": "Slack did not understand the message",
    "no_text": "the message was empty",
    "invalid_payload": "Slack did not understand the message",
}
# Slack did not like the form of the message: the same words go once more, as plain text.
FORM: Final = frozenset({
    "invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "too_many_blocks",
    "invalid_arguments", "invalid_payload", "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema",
})  # fmt: skip


# Slack failed somewhere on its own way: the message may be there all the same.
UNCLEAR: Final = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


@dataclass(frozen=True, slots=True)
class _Posted:
    """What is posted: Block Kit with a line for notifications, or text alone; and what goes into its thread."""

    text: str
    blocks: list[Json] | None = None
    thread: tuple[list[Json], ...] = ()


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """Posts to a channel by token, or to the channel a webhook was made for."""

    means: Means

    def send(self, message: Message) -> Receipt:
        """Post the message once; in plain text where Slack refuses the blocks. Raises DeliveryError."""
        post = self._by_webhook if message.channel == WEBHOOK else self._by_token
        laid = layout(message, has_buttons=message.channel != WEBHOOK and self.means.slack.app_token is not None)
        try:
            return post(message, _Posted(fallback_text(message), laid.main, laid.thread))
        except _FormRefused as refused:
            try:
                return {**post(message, _Posted(escaped(cut(message.text, MAX_PLAIN)))), "plain": refused.code}
            except _FormRefused as again:
                raise DeliveryError(_sentence(message, again.code), permanent=True) from None

    def _by_token(self, message: Message, posted: _Posted) -> Receipt:
        token = self.means.slack.token
        if token is None:
            raise DeliveryError(
                "Slack: ONRECORD_SLACK_TOKEN is not set, so no channel can be posted to", permanent=False
            )
        client = web_client(token, self.means.slack.base_url)
        found = _asked(message, partial(find, client, message)) if message.is_repeat else None
        if found is None:
            answer = self._post(client, message, posted.text, posted.blocks, **_place_in_thread(message))
            found = Found(str(answer.get("channel")), str(answer.get("ts")))
        for part, blocks in enumerate(posted.thread, start=1):
            if part not in found.parts:
                self._in_thread(client, message, (found, part), blocks)
        return {"channel": found.channel, "ts": found.ts} | ({"found": True} if found.was_there else {})

    def _post(
        self, client: WebClient, message: Message, text: str, blocks: list[Json] | None, **thread: Any
    ) -> Mapping[str, Any]:
        """One post. Raises DeliveryError, _FormRefused."""
        part = thread.pop("part", 0)
        event: Json = {"delivery": message.delivery_id, "alert": message.alert_id} | ({"part": part} if part else {})
        post = partial(
            client.chat_postMessage,
            channel=thread.pop("channel", message.target),
            text=text,
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            mrkdwn=False,
            metadata={"event_type": EVENT, "event_payload": event},
            **thread,
        )
        answer: Mapping[str, Any] = _asked(message, post)
        return answer

    def _in_thread(self, client: WebClient, message: Message, at: tuple[Found, int], blocks: list[Json]) -> None:
        """A part of the message, under it. Slack takes one post a second: one refusal is waited out here.

        From here on the message itself has arrived, and whatever goes wrong must not send it again unasked.
        """
        found, part = at
        text = f"{escaped(cut(message.subject, 200))} ({part})"
        place = {"channel": found.channel, "thread_ts": thread_of(message) or found.ts, "part": part}
        try:
            try:
                self._post(client, message, text, blocks, **place)
            except DeliveryError as error:
                if error.retry_after is None or error.retry_after > LONGEST_WAIT:
                    raise
                self.means.pause(error.retry_after.total_seconds())
                self._post(client, message, text, blocks, **place)
        except (DeliveryError, _FormRefused) as error:
            wait = error.retry_after if isinstance(error, DeliveryError) else None
            reason = f"the message for {message.target} arrived, its part {part} for the thread did not: {error}"
            raise DeliveryError(reason, permanent=False, retry_after=wait, may_have_arrived=True) from None

    def _by_webhook(self, message: Message, posted: _Posted) -> Receipt:
        address = self._webhook(message.target)
        client = WebhookClient(address.reveal(), timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=quiet)
        try:
            answer = client.send(text=posted.text, blocks=posted.blocks, unfurl_links=False, unfurl_media=False)
        except (OSError, HTTPException, SlackClientError, ValueError) as error:
            raise _unreachable(message, error) from None
        if answer.status_code != 200:
            code = one_line(answer.body or "", 60)
            raise _refusal(message, code, answer.status_code, answer.headers) from None
        return {"answer": one_line(answer.body, 60)}

    def _webhook(self, name: str) -> Secret:
        known = self.means.slack.webhook if name == "ONRECORD_SLACK_WEBHOOK" else None
        found = known or self.means.secret(name)
        if found is None:
            raise DeliveryError(f"Slack: {name} is not set, so its webhook cannot be posted to", permanent=False)
        return found


def _place_in_thread(message: Message) -> dict[str, Any]:
    """A later part of a case answers its first message; one that is graver than all before is shown in the channel too."""
    ts = thread_of(message)
    return {"thread_ts": ts, "reply_broadcast": message.is_loud} if ts else {}


def web_client(token: Secret, base_url: str | None) -> WebClient:
    """slack-sdk's client, which tries nothing again by itself and logs nothing."""
    return WebClient(
        token=token.reveal(),
        base_url=base_url or WebClient.BASE_URL,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[],
        logger=quiet,
    )


def _asked(message: Message, call: Callable[[], Any]) -> Any:
    """One call of Slack's API, its failures as ours. Raises DeliveryError, _FormRefused."""
    try:
        return call()
    except SlackApiError as error:
        response = error.response
        code = str(response.get("error") or "")
        raise _refusal(message, code, response.status_code, response.headers) from None
    except (OSError, HTTPException, SlackClientError, ValueError) as error:
        raise _unreachable(message, error) from None


class _FormRefused(Exception):
    """Slack refused the form of a message, not the message."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def _refusal(message: Message, code: str, status: int, headers: Mapping[str, str]) -> Exception:
    if code in FORM:
        return _FormRefused(code)
    is_known = code in PERMANENT
    is_permanent = is_known or (message.channel == WEBHOOK and status in {403, 404, 410})
    named = code if is_known or code.replace("_", "").isalnum() else f"status {status}"
    return DeliveryError(
        _sentence(message, named),
        permanent=is_permanent and status != 429,
        retry_after=_retry_after(status, headers),
        may_have_arrived=status >= 500 or code in UNCLEAR,
    )


def _sentence(message: Message, code: str) -> str:
    hint = PERMANENT.get(code)
    return f"Slack refused a message for {message.target}: {one_line(code, 60)}" + (f" ({hint})" if hint else "")


def _retry_after(status: int, headers: Mapping[str, str]) -> timedelta | None:
    if status not in {429, 503}:
        return None
    text = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), "")
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() else timedelta(seconds=30)


def _unreachable(message: Message, error: Exception) -> DeliveryError:
    """Sockets, timeouts, answers that are none. Their texts may hold the address: only the sort of error is told.

    A connection that was refused, or a name that was not found, brought nothing across; anything else may have.
    """
    reason = getattr(error, "reason", None)
    told = reason if isinstance(reason, BaseException) else error
    may_have_arrived = not isinstance(told, ConnectionRefusedError | socket.gaierror | ssl.SSLError)
    sort = type(told).__name__
    if isinstance(told, ssl.SSLCertVerificationError):
        sort = f"its certificate is not accepted ({one_line(told.verify_message, 100)})"
    text = f"Slack could not be reached for {message.target}: {sort}"
    return DeliveryError(text, permanent=False, may_have_arrived=may_have_arrived)


CHANNEL = ChannelKind(
    names=("slack", WEBHOOK),
    needs="ONRECORD_SLACK_TOKEN for channels, or an environment variable with the address of an incoming webhook",
    open=SlackChannel,
)
