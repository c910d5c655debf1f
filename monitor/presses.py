"""Presses of Slack's buttons, over a connection this program opens (Socket Mode): no public address is needed.

A press is written down first and acknowledged to Slack then, so that one whose writing failed is sent again; the same
press twice is done once. What is told back in Slack (how the alert stands, a refusal) is a courtesy: where it fails the
log says so, and nothing is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from alerts.channels.slack import web_client
from alerts.presses import Press, note_form, read_press, with_standing
from core.config.people import Person
from core.config.settings import Slack
from core.errors import NotFound, StorageError
from core.handling import told
from core.text.visible import one_line
from core.wording import short_date
from monitor.tools import Clock
from storage import handlings
from storage.engine import Database
from storage.handlings import Asked, Outcome

log = logging.getLogger(__name__)

TIMEOUT_SECONDS: Final = 10
PING_SECONDS: Final = 5.0

_quiet = logging.getLogger("monitor.presses.sdk")  # slack-sdk's own lines hold tickets of connections
_quiet.setLevel(logging.CRITICAL)
_quiet.propagate = False


@dataclass(frozen=True, slots=True)
class PressDesk:
    """What taking a press needs. ``people`` is asked anew each time: a reload may have changed them."""

    database: Database
    client: WebClient
    people: Callable[[], Mapping[str, Person]]
    now: Clock


def take(desk: PressDesk, payload: Mapping[str, Any], acknowledge: Callable[[dict[str, Any] | None], None]) -> None:
    """One press: written down, acknowledged, told. Raises StorageError, then it is not acknowledged."""
    people = desk.people()
    press = read_press(payload, people, desk.now())
    if press is None:
        acknowledge(None)
        return
    if press.asks_note:
        acknowledge(None)
        _courtesy("open the form for a note", lambda: desk.client.views_open(
            trigger_id=press.trigger_id, view=note_form(press)
        ))  # fmt: skip
        return
    outcome = _written(desk, press, people)
    acknowledge(None)
    if outcome is not None:
        _tell(desk, press, outcome)


def _written(desk: PressDesk, press: Press, people: Mapping[str, Person]) -> Outcome | None:
    """The row of a press; None for a message that is not of this archive."""
    assert press.wish is not None
    try:
        with desk.database.write() as conn:
            alert_id = handlings.alert_of(conn, press.delivery_id)
            asked = Asked(alert_id, press.wish, press.actor, press.delivery_id, press.once)
            return handlings.handle(conn, asked, desk.now(), people=list(people))
    except NotFound:
        log.warning("somebody pressed a button under a message that this archive never sent")
        return None


def _tell(desk: PressDesk, press: Press, outcome: Outcome) -> None:
    """How the alert stands, above its buttons; a refusal, for the eyes of whoever pressed."""
    if not press.channel:
        return
    if outcome.refused:
        _courtesy("say why a press changed nothing", lambda: desk.client.chat_postEphemeral(
            channel=press.channel, user=press.actor.known_as, text=_plain(outcome.says), mrkdwn=False
        ))  # fmt: skip
        return
    if press.message is None:
        line = f"Note by {press.actor.name}: {press.wish.text if press.wish else ''}"
        _courtesy("show a note", lambda: desk.client.chat_postMessage(
            channel=press.channel, thread_ts=press.ts, text=_plain(one_line(line, 3_000)),
            unfurl_links=False, unfurl_media=False, link_names=False, mrkdwn=False,
        ))  # fmt: skip
        return
    message, line = press.message, standing_line(desk, outcome)
    _courtesy("show how an alert stands", lambda: desk.client.chat_update(
        channel=press.channel,
        ts=press.ts,
        text=str(message.get("text") or line),
        blocks=with_standing(message, press.delivery_id, line),
        link_names=False,
    ))  # fmt: skip


def standing_line(desk: PressDesk, outcome: Outcome) -> str:
    """Everything that was done with the alert and counts: ``Acknowledged by A. Osei, 24 Nov, 08:12 UTC``."""
    stands = outcome.stands
    parts = (stands.acknowledged, stands.assigned, stands.snoozed, stands.not_relevant, stands.confirmed)
    lines = [f"{told(each)}, {short_date(each.at)} UTC" for each in parts if each is not None]
    return " · ".join(lines) or f"Open again, {short_date(desk.now())} UTC"


def _plain(text: str) -> str:
    """Text for a field that Slack parses."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "＠")


def _courtesy(what: str, call: Callable[[], Any]) -> None:
    try:
        call()
    except (OSError, HTTPException, SlackClientError, ValueError) as error:
        response = getattr(error, "response", None)
        code = response.get("error") if response is not None and hasattr(response, "get") else type(error).__name__
        log.warning("Slack would not %s: %s", what, one_line(str(code), 60))


def desk_of(slack: Slack, database: Database, people: Callable[[], Mapping[str, Person]], now: Clock) -> PressDesk:
    """The desk of an installation that has a bot token."""
    assert slack.token is not None
    return PressDesk(database, web_client(slack.token, slack.base_url), people, now)


# --- the connection --------------------------------------------------------------------------------------------------


class Presses:
    """The connection to Slack while the daemon runs. Opened and kept open by slack-sdk, in threads of its own."""

    def __init__(self, slack: Slack, desk: PressDesk, *, ping_seconds: float = PING_SECONDS) -> None:
        assert slack.app_token is not None
        self._desk = desk
        self._socket = SocketModeClient(
            app_token=slack.app_token.reveal(),
            web_client=desk.client,
            logger=_quiet,
            ping_interval=ping_seconds,  # four of them without an answer end a connection
            concurrency=2,
        )
        self._socket.socket_mode_request_listeners.append(self._heard)

    def open(self) -> bool:
        """Connect; False where Slack would not have it now (:meth:`open` again later). The log says why."""
        if self._socket.is_connected():
            return True
        try:
            self._socket.connect_to_new_endpoint()
        except (OSError, HTTPException, SlackClientError, ValueError) as error:
            response = getattr(error, "response", None)
            code = response.get("error") if response is not None and hasattr(response, "get") else type(error).__name__
            log.warning("Slack's buttons are not heard: %s (ONRECORD_SLACK_APP_TOKEN)", one_line(str(code), 60))
            return False
        return self._socket.is_connected()

    def close(self) -> None:
        """End the connection; a press in hand is finished."""
        # slack-sdk asks for its socket, waits for a lock, and finds None where its own thread has just closed it; the
        # second call then ends the threads. The third ends a connection that was being opened meanwhile.
        for end in (self._socket.close, self._socket.close, self._socket.disconnect):
            with suppress(AttributeError):
                end()

    def _heard(self, socket: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """The edge of a press: what goes wrong is logged, and Slack, without our word, sends it again."""

        def acknowledge(payload: dict[str, Any] | None) -> None:
            socket.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=payload))

        if request.type != "interactive":
            acknowledge(None)
            return
        try:
            take(self._desk, request.payload, acknowledge)
        except StorageError as error:
            log.warning("a press in Slack was not written down: %s; Slack sends it again", error)
        except Exception:  # the edge of slack-sdk's thread: it would only swallow it
            log.exception("a press in Slack met a fault in On Record")


class PressLine:
    """Keeps the connection that the configuration asks for, and no other. Called by a tick of the daemon."""

    def __init__(self, database: Database, now: Clock) -> None:
        self._database, self._now = database, now
        self._people: Mapping[str, Person] = {}
        self._slack: Slack | None = None
        self._presses: Presses | None = None

    def keep(self, slack: Slack, people: Mapping[str, Person]) -> None:
        """Open it where it is wanted and not there, end it where it is not wanted any more."""
        self._people = people
        if slack != self._slack:
            self.close()
            self._slack = slack
        if slack.token is None or slack.app_token is None:
            return
        if self._presses is None:
            desk = desk_of(slack, self._database, lambda: self._people, self._now)
            self._presses = Presses(slack, desk)
        self._presses.open()

    def close(self) -> None:
        """End it."""
        presses, self._presses = self._presses, None
        if presses is not None:
            presses.close()
