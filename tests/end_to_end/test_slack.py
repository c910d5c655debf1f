"""From an alert's row to a message at Slack and a receipt: a real HTTP server, slack-sdk, and a controlled clock."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from sqlalchemy import select

from alerts.channels import Means, open_channels
from alerts.decide import decide
from alerts.message import compose
from alerts.sender import Policy, Sent, send_due
from core.config.secret import Secret
from core.config.settings import Slack
from core.model import Change, Intent
from storage import outbox
from storage.engine import Database, open_database
from storage.migrate import prepare
from storage.schema import alerts, companies, deliveries, events
from tests.changes import BASE_URL, FIRST_CHANGED, hedge_added, six_long_passages_change, twenty_passages_change
from tests.deliveries import written_everywhere
from tests.hostile import ALL
from tests.slack_standin import HOOK, TOKEN, Answer, SlackStandIn

RIGHTS = Intent("rights", "slack", "#rights", ("rights desk: severity is high",))
HOOKED = Intent("hooked", "slack-webhook", "RIGHTS_WEBHOOK", ("hooked: everything",))


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = FIRST_CHANGED

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


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


@pytest.fixture
def clock() -> Clock:
    return Clock()


def means(slack: SlackStandIn, token: str | None = TOKEN, hook: str | None = None) -> Means:
    address = slack.hook if hook is None else hook
    return Means(
        slack=Slack(token=Secret(token) if token else None, base_url=slack.api),
        secret=lambda name: Secret(address) if name == "RIGHTS_WEBHOOK" else None,
    )


def raised(database: Database, *intents: Intent, change: Change | None = None, number: int = 0) -> list[str]:
    """An alert in the outbox, as the pipeline leaves it."""
    alert = decide(change or hedge_added(), base_url=BASE_URL)
    assert alert is not None
    alert = replace(alert, fingerprint=f"{alert.fingerprint}{number}", document_id=None, change_id=None)
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, alert, FIRST_CHANGED)
        assert alert_id is not None
        return outbox.enqueue(conn, alert_id, intents, FIRST_CHANGED)


def rows(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as conn:
        found = conn.execute(select(deliveries.c.state, deliveries.c.error).order_by(deliveries.c.id))
        return [(row.state, row.error) for row in found]


def test_an_alert_arrives_with_its_id_and_keeps_its_receipt(
    database: Database, slack: SlackStandIn, clock: Clock
) -> None:
    (id_,) = raised(database, RIGHTS)
    assert send_due(database, open_channels(means(slack)), clock) == Sent(sent=1)
    (post,) = slack.posts
    assert post.payload["channel"] == "#rights"
    assert post.payload["metadata"] == {"event_type": "onrecord_alert", "event_payload": {"delivery": id_, "alert": 1}}
    assert (post.payload["unfurl_links"], post.payload["unfurl_media"]) == (False, False)
    assert (post.payload["mrkdwn"], post.payload["link_names"]) == (False, False)
    assert post.payload["text"].startswith("WEAKENED · Halden Biosystems · Responsible sales · critical. Found: ")
    assert "knowingly" in post.words
    with database.read() as conn:
        row = conn.execute(select(deliveries)).one()
        told = [event.type for event in conn.execute(select(events).order_by(events.c.id))]
    assert (row.state, row.receipt) == ("sent", {"channel": "C0RIGHTS", "ts": "1795475352.000001"})
    assert told == ["alert.raised", "delivery.sent"]
    assert send_due(database, open_channels(means(slack)), clock) == Sent()


def test_a_webhook_gets_the_same_blocks(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    raised(database, HOOKED)
    assert send_due(database, open_channels(means(slack)), clock) == Sent(sent=1)
    (post,) = slack.posts
    assert (post.path, post.payload["unfurl_links"]) == (HOOK, False)
    assert "knowingly" in post.words


def test_too_many_requests_are_waited_out_as_asked(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    raised(database, RIGHTS)
    raised(database, RIGHTS, number=2)
    slack.limit_next(30)
    channels = open_channels(means(slack))
    assert send_due(database, channels, clock) == Sent(retried=1)
    assert slack.posts == []
    clock.forward(29)
    assert send_due(database, channels, clock) == Sent()
    clock.forward(1)
    assert send_due(database, channels, clock) == Sent(sent=2)
    assert len(slack.posts) == 2


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("channel_not_found", "there is no such channel, or the app cannot see it"),
        ("not_in_channel", "invite the app to the channel"),
        ("invalid_auth", "the token is not valid: look at ONRECORD_SLACK_TOKEN"),
        ("account_inactive", "the account of the token was switched off"),
        ("token_revoked", "the token was revoked"),
        ("missing_scope", "the token lacks the scope chat:write"),
        ("is_archived", "the channel is archived"),
    ],
)
def test_what_no_second_attempt_mends_is_a_dead_letter_with_its_reason(
    database: Database, slack: SlackStandIn, clock: Clock, error: str, hint: str
) -> None:
    raised(database, RIGHTS)
    slack.fail_next(error)
    assert send_due(database, open_channels(means(slack)), clock) == Sent(dead=1)
    assert rows(database) == [("dead", f"Slack refused a message for #rights: {error} ({hint})")]


@pytest.mark.parametrize("error", ["internal_error", "service_unavailable", "fatal_error", "a_word_slack_may_add"])
def test_other_errors_are_tried_again(database: Database, slack: SlackStandIn, clock: Clock, error: str) -> None:
    raised(database, RIGHTS)
    slack.fail_next(error)
    channels = open_channels(means(slack))
    assert send_due(database, channels, clock) == Sent(retried=1)
    assert rows(database) == [("queued", f"Slack refused a message for #rights: {error}")]
    clock.forward(16)
    assert send_due(database, channels, clock) == Sent(sent=1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, "oops"),
        Answer(502, "<html>bad gateway</html>"),
        Answer(200, "not json"),
        Answer(503, "{}", {"Retry-After": "soon"}),
    ],
    ids=["500", "502", "no json", "503"],
)
def test_a_broken_slack_is_tried_again(database: Database, slack: SlackStandIn, clock: Clock, answer: Answer) -> None:
    raised(database, RIGHTS)
    slack.script.append(answer)
    assert send_due(database, open_channels(means(slack)), clock) == Sent(retried=1)
    assert rows(database)[0][0] == "queued"


def cut_off_after_the_message(slack: SlackStandIn) -> None:
    slack.script.append(Answer(200, {}, drops=True))


def is_uncertain(database: Database) -> list[bool]:
    with database.read() as conn:
        return list(conn.execute(select(deliveries.c.is_uncertain)).scalars())


def test_after_a_connection_that_was_cut_slack_says_whether_the_message_arrived(
    database: Database, slack: SlackStandIn, clock: Clock
) -> None:
    (id_,) = raised(database, RIGHTS)
    cut_off_after_the_message(slack)
    channels = open_channels(means(slack))
    assert send_due(database, channels, clock) == Sent(retried=1)
    assert is_uncertain(database) == [True]
    clock.forward(16)
    assert send_due(database, channels, clock) == Sent(sent=1)
    assert [post.delivery for post in slack.posts] == [id_]
    with database.read() as conn:
        receipt = conn.execute(select(deliveries.c.receipt)).scalar_one()
    assert receipt == {"channel": "C0RIGHTS", "ts": "1795475352.000001", "found": True}


def test_a_message_that_did_not_arrive_is_sent(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    (id_,) = raised(database, RIGHTS)
    slack.script.append(Answer(502, "<html>bad gateway</html>"))
    channels = open_channels(means(slack))
    assert send_due(database, channels, clock) == Sent(retried=1)
    assert (is_uncertain(database), slack.posts) == ([True], [])
    clock.forward(16)
    assert send_due(database, channels, clock) == Sent(sent=1)
    assert [post.delivery for post in slack.posts] == [id_]


def test_where_slack_may_not_be_asked_the_message_is_sent_again_with_its_id(
    database: Database, slack: SlackStandIn, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (id_,) = raised(database, RIGHTS)
    slack.scopes = []
    cut_off_after_the_message(slack)
    channels = open_channels(means(slack))
    send_due(database, channels, clock)
    clock.forward(16)
    assert send_due(database, channels, clock) == Sent(sent=1)
    assert [post.delivery for post in slack.posts] == [id_, id_]
    assert "Slack does not say whether a message for #rights arrived (missing_scope)" in caplog.text


def test_a_claim_that_died_is_asked_after_too(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    (id_,) = raised(database, RIGHTS)
    with database.write() as conn:
        (delivery,) = outbox.claim(conn, clock(), 1, timedelta(minutes=5))
    open_channels(means(slack))["slack"].send(compose(delivery))  # and the process is killed here
    clock.forward(301)
    assert send_due(database, open_channels(means(slack)), clock) == Sent(sent=1)
    assert [post.delivery for post in slack.posts] == [id_]


def test_what_is_too_long_stands_in_the_thread_and_a_part_that_failed_comes_later(
    database: Database, slack: SlackStandIn, clock: Clock
) -> None:
    (id_,) = raised(database, RIGHTS, change=six_long_passages_change())
    slack.refuse_parts = 1
    channels = open_channels(means(slack))
    assert send_due(database, channels, clock) == Sent(retried=1)
    assert rows(database) == [
        (
            "queued",
            "the message for #rights arrived, its part 1 for the thread did not: "
            "Slack refused a message for #rights: internal_error",
        )
    ]
    clock.forward(16)
    assert send_due(database, channels, clock) == Sent(sent=1)
    assert [(post.delivery, post.part) for post in slack.posts] == [(id_, 0), (id_, 1)]
    assert slack.posts[1].payload["thread_ts"] == slack.stamps[0]
    assert "This is sentence 79 of passage 5." in slack.posts[1].words
    assert slack.posts[1].payload["unfurl_links"] is False


def test_a_part_waits_the_second_slack_asks_for(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    raised(database, RIGHTS, change=six_long_passages_change())
    slack.limit_parts = 1
    waited: list[float] = []
    channels = open_channels(replace(means(slack), pause=waited.append))
    assert send_due(database, channels, clock) == Sent(sent=1)
    assert ([post.part for post in slack.posts], waited) == ([0, 1], [1.0])


def test_a_slack_that_cannot_be_reached_is_tried_again(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    raised(database, RIGHTS, HOOKED)
    gone = means(slack)
    slack.server.shutdown()
    slack.server.server_close()
    assert send_due(database, open_channels(gone), clock) == Sent(retried=2)
    assert sorted(rows(database)) == [
        ("queued", "Slack could not be reached for #rights: ConnectionRefusedError"),
        ("queued", "Slack could not be reached for RIGHTS_WEBHOOK: ConnectionRefusedError"),
    ]


def test_an_expired_certificate_is_named_and_the_message_goes_out_when_it_is_renewed(
    database: Database, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    raised(database, RIGHTS, HOOKED)
    why = "its certificate is not accepted (certificate has expired)"
    with SlackStandIn(tls=certified(authority, datetime(2020, 1, 1, tzinfo=UTC))) as slack:
        assert send_due(database, open_channels(means(slack)), clock) == Sent(retried=2)
        assert slack.posts == []
    assert sorted(rows(database)) == [
        ("queued", f"Slack could not be reached for #rights: {why}"),
        ("queued", f"Slack could not be reached for RIGHTS_WEBHOOK: {why}"),
    ]
    clock.forward(120)
    with SlackStandIn(tls=certified(authority, None)) as slack:
        assert send_due(database, open_channels(means(slack)), clock) == Sent(sent=2)
        assert len(slack.posts) == 2


def certified(authority: trustme.CA, over_at: datetime | None) -> ssl.SSLContext:
    """A server's side with a certificate for this machine, over at that time."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=over_at).configure_cert(context)
    return context


def test_a_wrong_token_keeps_the_alert_in_sight(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    raised(database, RIGHTS)
    assert send_due(database, open_channels(means(slack, token="xoxb-wrong-token")), clock) == Sent(dead=1)
    with database.read() as conn:
        (letter,) = outbox.pending(conn)
        assert conn.execute(select(alerts.c.title)).scalar_one() == letter.title
    assert letter.error == (
        "Slack refused a message for #rights: invalid_auth (the token is not valid: look at ONRECORD_SLACK_TOKEN)"
    )


def test_no_token_yet_waits_for_one(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    raised(database, RIGHTS)
    assert send_due(database, open_channels(means(slack, token=None)), clock) == Sent(retried=1)
    assert rows(database) == [("queued", "Slack: ONRECORD_SLACK_TOKEN is not set, so no channel can be posted to")]
    clock.forward(16)
    assert send_due(database, open_channels(means(slack)), clock) == Sent(sent=1)


def test_a_revoked_webhook_is_a_dead_letter(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    raised(database, HOOKED)
    wrong = means(slack, hook=f"{slack.root}/services/T0/B0/revoked-s3cr3t")
    assert send_due(database, open_channels(wrong), clock) == Sent(dead=1)
    assert rows(database) == [
        ("dead", "Slack refused a message for RIGHTS_WEBHOOK: no_service (the webhook was switched off)")
    ]


def test_what_is_undelivered_for_three_days_is_given_up_with_the_last_reason(
    database: Database, slack: SlackStandIn, clock: Clock
) -> None:
    raised(database, RIGHTS)
    channels = open_channels(means(slack, token=None))
    rounds = 0
    while rows(database)[0][0] == "queued":
        send_due(database, channels, clock)
        clock.forward(2 * 3600)
        rounds += 1
    assert 30 < rounds < 40
    ((state, error),) = rows(database)
    assert state == "dead"
    assert error is not None
    assert error.startswith(
        "Slack: ONRECORD_SLACK_TOKEN is not set, so no channel can be posted to; given up after 37 att"
    )
    assert error.endswith("in three days")


def test_blocks_slack_does_not_like_go_once_more_as_plain_text(
    database: Database, slack: SlackStandIn, clock: Clock
) -> None:
    raised(database, RIGHTS)
    slack.fail_next("invalid_blocks")
    assert send_due(database, open_channels(means(slack)), clock) == Sent(sent=1)
    (post,) = slack.posts
    assert post.payload.get("blocks") is None
    assert "{+knowingly+}" in post.payload["text"]
    assert "HOW SURE, AND WHERE" in post.payload["text"]


def test_a_slow_channel_delays_nobody_else(database: Database, clock: Clock) -> None:
    biotech = replace(RIGHTS, target="#biotech")
    with SlackStandIn() as slack, ThreadPoolExecutor(4) as executor:
        raised(database, RIGHTS, HOOKED, biotech)
        release = slack.hold("#rights")
        done: list[Sent] = []
        policy = Policy(executor=executor)
        sending = threading.Thread(
            target=lambda: done.append(send_due(database, open_channels(means(slack)), clock, policy=policy))
        )
        sending.start()
        for _ in range(200):
            if len(slack.posts) == 2:
                break
            threading.Event().wait(0.05)
        assert sorted(post.payload.get("channel", "hook") for post in slack.posts) == ["#biotech", "hook"]
        assert done == []
        release.set()
        sending.join(20)
        assert done == [Sent(sent=3)]


def test_a_stop_leaves_the_rest_in_the_outbox(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    for number in range(3):
        raised(database, RIGHTS, number=number)
    channels = open_channels(means(slack))
    assert send_due(database, channels, clock, is_stopping=lambda: len(slack.posts) >= 1) == Sent(sent=1)
    assert sorted(state for state, _ in rows(database)) == ["queued", "queued", "sent"]
    assert send_due(database, channels, clock, limit=1) == Sent(sent=1)
    assert send_due(database, channels, clock) == Sent(sent=1)


def test_sixty_hostile_pages_are_taken_by_slack(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    for number, text in enumerate(ALL):
        raised(database, RIGHTS, change=written_everywhere(text), number=number)
    assert send_due(database, open_channels(means(slack)), clock) == Sent(sent=60)
    assert slack.refused == []
    assert all(post.payload.get("blocks") for post in slack.posts)


def test_a_change_of_twenty_passages_is_one_message(database: Database, slack: SlackStandIn, clock: Clock) -> None:
    raised(database, RIGHTS, change=twenty_passages_change())
    send_due(database, open_channels(means(slack)), clock)
    assert "and 17 more passages" in slack.posts[0].words


def test_no_secret_is_in_any_log_or_error(
    database: Database, slack: SlackStandIn, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "xoxb-very-secret-token"
    broken = means(slack, token=wrong, hook="ht!tp://broken-s3cr3t")
    slack.script.append(Answer(500, "oops"))
    for number, channels in enumerate(
        (means(slack, token=wrong), broken, means(slack, token=wrong, hook=slack.hook + "x"))
    ):
        raised(database, RIGHTS, HOOKED, number=number)
        send_due(database, open_channels(channels), clock)
        clock.forward(3600)
    with database.read() as conn:
        kept = [str(row) for table in (deliveries, events) for row in conn.execute(select(table))]
    everything = caplog.text + "\n".join(kept)
    assert len(kept) > 8
    for secret in (wrong, "s3cr3t", TOKEN, "very-secret"):
        assert secret not in everything
