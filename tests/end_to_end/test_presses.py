"""From a press under a message to a row and back, over a real WebSocket: who, what, once, and nothing for strangers."""

from __future__ import annotations

import gc
import logging
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import Means, open_channels
from alerts.decide import decide
from alerts.sender import Sent, send_due
from core.config.people import Person
from core.config.secret import Secret
from core.config.settings import Slack
from core.errors import StorageError
from core.handling import told
from core.model import Intent
from monitor.presses import Presses, desk_of
from storage import handlings, outbox
from storage.engine import Database, open_database
from storage.migrate import prepare
from storage.schema import companies
from tests.changes import BASE_URL, FIRST_CHANGED, hedge_added
from tests.slack_standin import APP_TOKEN, TOKEN, SlackStandIn

# slack-sdk lets go of the socket of a handshake that was cut short without closing it; it is collected with its test.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)

RIGHTS = Intent("rights", "slack", "#rights", ("rights desk: severity is high",))
PEOPLE = {
    "osei": Person("osei", "A. Osei", "U012AB3CD"),
    "marchetti": Person("marchetti", "L. Marchetti", "U0MARCH01"),
}
OSEI, STRANGER = "U012AB3CD", "U0STRANGE"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = open_database(tmp_path / "onrecord.db")
    prepare(found)
    with found.write() as conn:
        conn.execute(companies.insert().values(id="halden", name="Halden Biosystems", aliases=[], topics=[]))
    yield found
    found.close()


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    with SlackStandIn() as running:
        yield running


def settings(slack: SlackStandIn, app_token: str = APP_TOKEN) -> Slack:
    return Slack(token=Secret(TOKEN), app_token=Secret(app_token), base_url=slack.api)


def opened(given: Slack, database: Database) -> Presses:
    return Presses(given, desk_of(given, database, lambda: PEOPLE, lambda: FIRST_CHANGED), ping_seconds=0.2)


@contextmanager
def heard(slack: SlackStandIn, database: Database) -> Iterator[Presses]:
    presses = opened(settings(slack), database)
    try:
        assert presses.open()
        slack.wait_for_line()
        yield presses
    finally:
        presses.close()
        gc.collect()


def an_alert(database: Database, slack: SlackStandIn) -> None:
    alert = decide(hedge_added(), base_url=BASE_URL)
    assert alert is not None
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, replace(alert, document_id=None, change_id=None), FIRST_CHANGED)
        assert alert_id == 1
        outbox.enqueue(conn, alert_id, [RIGHTS], FIRST_CHANGED)
    channels = open_channels(Means(slack=settings(slack)))
    assert send_due(database, channels, lambda: FIRST_CHANGED) == Sent(sent=1)


def lines(database: Database) -> list[str]:
    with database.read() as conn:
        return [told(each) for each in handlings.of_alert(conn, 1)]


def standing_shown(slack: SlackStandIn) -> list[str]:
    blocks = slack.posts[0].payload["blocks"]
    found = [block for block in blocks if block.get("block_id") == "onrecord.standing"]
    return [element["text"] for block in found for element in block["elements"]]


def test_an_acknowledgement_is_written_told_and_shown(database: Database, slack: SlackStandIn) -> None:
    an_alert(database, slack)
    with heard(slack, database):
        answer = slack.wait_for(slack.press(OSEI, slack.posts[0], "onrecord.acknowledge"))
        assert "payload" not in answer
        assert lines(database) == ["Acknowledged by A. Osei"]
        slack.called("chat.update")
    assert standing_shown(slack) == ["Acknowledged by A. Osei, 23 Nov, 23:09 UTC"]
    kinds = [block.get("block_id", block["type"]).split(".")[-1][:8] for block in slack.posts[0].payload["blocks"][-3:]]
    assert kinds[0] == "standing"
    assert slack.posts[0].delivery == slack.posts[0].payload["blocks"][-2]["block_id"].removeprefix("onrecord.")


def test_every_button_and_menu_once(database: Database, slack: SlackStandIn) -> None:
    an_alert(database, slack)
    with heard(slack, database):
        for action, chosen in (
            ("onrecord.confirm", {}),
            ("onrecord.assign", {"member": "U0MARCH01"}),
            ("onrecord.not_relevant", {"option": "translation"}),
        ):
            slack.wait_for(slack.press(OSEI, slack.posts[0], action, **chosen))
        assert lines(database) == [
            "Confirmed by A. Osei",
            "Assigned to marchetti by A. Osei",
            "Called not relevant (translation) by A. Osei",
        ]
        slack.called("chat.update", 3)
        slack.wait_for(slack.press(OSEI, slack.posts[0], "onrecord.snooze", option="7d"))
        (refused,) = slack.called("chat.postEphemeral")
    assert refused["user"] == OSEI
    assert refused["text"] == "this alert is about no one document: there is nothing to snooze"


def test_a_note_is_asked_for_and_kept(database: Database, slack: SlackStandIn) -> None:
    an_alert(database, slack)
    with heard(slack, database):
        slack.wait_for(slack.press(OSEI, slack.posts[0], "onrecord.note"))
        (asked,) = slack.called("views.open")
        assert asked["trigger_id"] == "12466734323.1395872398"
        slack.wait_for(slack.submit(OSEI, asked["view"], "asked <!channel> their press office"))
        assert lines(database) == ["Note: asked <!channel> their press office by A. Osei"]
        slack.until(lambda: len(slack.posts) == 2)
    reply = slack.posts[1].payload
    assert reply["thread_ts"] == slack.stamps[0]
    assert reply["text"] == "Note by A. Osei: asked &lt;!channel&gt; their press office"


def test_a_stranger_is_written_down_told_and_changes_nothing(database: Database, slack: SlackStandIn) -> None:
    an_alert(database, slack)
    with heard(slack, database):
        slack.wait_for(slack.press(STRANGER, slack.posts[0], "onrecord.acknowledge"))
        (told_back,) = slack.called("chat.postEphemeral")
    (line,) = lines(database)
    assert line.startswith("Acknowledged: pressed by U0STRANGE, and changed nothing: only people listed")
    assert (told_back["user"], told_back["channel"]) == (STRANGER, "C0RIGHTS")
    assert standing_shown(slack) == []
    with database.read() as conn:
        assert handlings.of_alert(conn, 1)[0].refused != ""


def test_a_press_slack_sends_twice_is_done_once(database: Database, slack: SlackStandIn) -> None:
    an_alert(database, slack)
    envelope = slack.press(OSEI, slack.posts[0], "onrecord.acknowledge")
    payload = slack.presses[envelope]["payload"]
    with heard(slack, database):
        slack.wait_for(envelope)
        slack.wait_for(slack.tell("interactive", payload))
        slack.hang_up()
        slack.wait_for_line(2)
        slack.wait_for(slack.tell("interactive", payload))
    assert lines(database) == ["Acknowledged by A. Osei"]


def test_a_press_that_could_not_be_written_is_not_acknowledged_and_comes_again(
    database: Database, slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_alert(database, slack)
    really = handlings.handle
    tried: queue.Queue[str] = queue.Queue()
    outcomes = iter(["the disk is full", "written"])

    def once_full(*given: Any, **more: Any) -> Any:
        outcome = next(outcomes)
        tried.put(outcome)
        if outcome == "the disk is full":
            raise StorageError(outcome)
        return really(*given, **more)

    monkeypatch.setattr(handlings, "handle", once_full)
    with heard(slack, database):
        envelope = slack.press(OSEI, slack.posts[0], "onrecord.acknowledge")
        assert tried.get(timeout=20) == "the disk is full"
        # Presses are handled side by side, so another's receipt says nothing of this one's: it is unacknowledged because
        # Slack, asked to begin again, sends it again.
        slack.ask_to_reconnect()
        assert tried.get(timeout=20) == "written"
        slack.wait_for(envelope)
    assert lines(database) == ["Acknowledged by A. Osei"]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "user": {"id": OSEI}, "actions": [{"block_id": "other", "action_id": "other"}]},
        {"type": "block_actions", "user": {"id": OSEI}, "actions": [
            {"block_id": "onrecord.NOSUCHDELIVERY", "action_id": "onrecord.acknowledge", "action_ts": "1"}]},
        {"type": "block_actions", "user": {"id": OSEI}, "actions": [
            {"block_id": "onrecord.X", "action_id": "onrecord.drop_tables", "action_ts": "1"}]},
        {"type": "block_actions", "user": {"id": OSEI}, "actions": [
            {"block_id": "onrecord.X", "action_id": "onrecord.snooze", "action_ts": "1",
             "selected_option": {"value": "for ever"}}]},
        {"type": "view_submission", "user": {"id": OSEI}, "view": {"callback_id": "onrecord.note"}},
        {"type": "shortcut", "callback_id": "other"},
    ],
    ids=["nothing", "no actions", "empty", "not ours", "not of this archive", "no such act", "no such choice",
         "half a form", "shortcut"],
)  # fmt: skip
def test_what_is_not_one_of_our_presses_is_acknowledged_and_left(
    database: Database, slack: SlackStandIn, payload: dict[str, Any]
) -> None:
    an_alert(database, slack)
    with heard(slack, database):
        slack.wait_for(slack.tell("interactive", payload))
        slack.wait_for(slack.tell("events_api", {"event": {"type": "app_mention"}}))
    assert lines(database) == []


def test_a_token_slack_does_not_know_is_said_without_it(
    database: Database, slack: SlackStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    presses = opened(settings(slack, "xapp-very-s3cr3t"), database)
    try:
        assert presses.open() is False
    finally:
        presses.close()
    with heard(slack, database):
        slack.ask_to_reconnect()
        slack.wait_for_line(2)
    assert "Slack's buttons are not heard: invalid_auth (ONRECORD_SLACK_APP_TOKEN)" in caplog.text
    for secret in ("xapp-very-s3cr3t", "s3cr3t-ticket", APP_TOKEN, TOKEN):
        assert secret not in caplog.text
