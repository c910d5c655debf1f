"""From an alert's row to a letter in a mailbox: a real SMTP server with STARTTLS, TLS and login."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as LETTER
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from sqlalchemy import select

from alerts.channels import Means, email, open_channels
from alerts.decide import decide
from alerts.message import templates
from alerts.sender import Sent, send_due
from core.config.secret import Secret
from core.config.settings import Mail
from core.model import Change, Intent
from storage import outbox
from storage.engine import Database, open_database
from storage.migrate import prepare
from storage.schema import companies, deliveries, events
from tests.changes import BASE_URL, FIRST_CHANGED, hedge_added
from tests.deliveries import written_everywhere
from tests.hostile import ALL

PASSWORD = "right-s3cr3t-password"
DESK = Intent("desk", "email", "desk@example.org", ("rights desk: severity is high",))


@dataclass
class Mailbox:
    """What the server took, and what it answers instead of taking."""

    letters: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answer_rcpt: str = ""
    answer_data: str = ""

    async def handle_RCPT(  # noqa: N802 - the name is the library's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer_rcpt:
            return self.answer_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name is the library's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answer_data:
            return self.answer_data
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=LETTER)
        self.letters.append(letter)
        self.senders.append(str(envelope.mail_from))
        self.encrypted.append(bool(server.transport and server.transport.get_extra_info("sslcontext")))
        return "250 taken"


def check_login(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.login == b"onrecord" and data.password == PASSWORD.encode(), handled=False)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 whose authority this process trusts."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@contextmanager
def mail_server(mailbox: Mailbox, **options: Any) -> Iterator[Mail]:
    """A running SMTP server and the settings that reach it, without encryption unless asked."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield Mail("127.0.0.1", port, "none", "onrecord@example.org", timeout_seconds=5)
    finally:
        controller.stop()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = open_database(tmp_path / "onrecord.db")
    prepare(found)
    with found.write() as conn:
        conn.execute(companies.insert().values(id="halden", name="Halden Biosystems", aliases=[], topics=[]))
    yield found
    found.close()


def at(seconds: float = 0) -> Callable[[], datetime]:
    return lambda: FIRST_CHANGED + timedelta(seconds=seconds)


def raised(database: Database, *, change: Change | None = None, number: int = 0) -> str:
    alert = decide(change or hedge_added(), base_url=BASE_URL)
    assert alert is not None
    alert = replace(alert, fingerprint=f"{alert.fingerprint}{number}", document_id=None, change_id=None)
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, alert, FIRST_CHANGED)
        assert alert_id is not None
        return outbox.enqueue(conn, alert_id, [DESK], FIRST_CHANGED)[0]


def state(database: Database) -> tuple[str, str | None]:
    with database.read() as conn:
        row = conn.execute(select(deliveries.c.state, deliveries.c.error)).one()
        return row.state, row.error


def login(mail: Mail, security: str, password: str = PASSWORD) -> Mail:
    return replace(mail, security=security, user="onrecord", password=Secret(password))


def test_a_letter_over_starttls_with_login(database: Database, server_tls: ssl.SSLContext) -> None:
    id_ = raised(database)
    mailbox = Mailbox()
    options = {"tls_context": server_tls, "authenticator": check_login, "auth_required": True, "require_starttls": True}
    with mail_server(mailbox, **options) as mail:
        channels = open_channels(Means(mail=login(mail, "starttls")))
        assert send_due(database, channels, at()) == Sent(sent=1)
    (letter,) = mailbox.letters
    assert mailbox.encrypted == [True]
    assert letter["Message-ID"] == f"<{id_}@example.org>"
    assert letter["Subject"] == "WEAKENED: Halden Biosystems, Responsible sales (critical)"
    assert (letter["From"], letter["To"]) == ("On Record <onrecord@example.org>", "desk@example.org")
    assert letter["List-Id"] == '"desk" <desk.onrecord.example.org>'
    assert letter["Auto-Submitted"] == "auto-generated"
    plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "> Halden does not {+knowingly+} sell human identification instruments" in plain.get_content()
    assert '<ins class="i" style="' in page.get_content()
    assert "knowingly</ins>" in page.get_content()
    assert "or support</del>" in page.get_content()
    assert "@media (prefers-color-scheme: dark)" in page.get_content()
    with database.read() as conn:
        assert conn.execute(select(deliveries.c.receipt)).scalar_one()["message_id"] == f"<{id_}@example.org>"


def test_a_letter_over_tls(database: Database, server_tls: ssl.SSLContext) -> None:
    raised(database)
    mailbox = Mailbox()
    options = {"ssl_context": server_tls, "authenticator": check_login, "auth_require_tls": False}
    with mail_server(mailbox, **options) as mail:
        assert send_due(database, open_channels(Means(mail=login(mail, "tls"))), at()) == Sent(sent=1)
    assert mailbox.encrypted == [True]


def test_a_wrong_password_is_a_dead_letter_with_its_reason(database: Database, server_tls: ssl.SSLContext) -> None:
    raised(database)
    mailbox = Mailbox()
    with mail_server(mailbox, tls_context=server_tls, authenticator=check_login, auth_required=True) as mail:
        channels = open_channels(Means(mail=login(mail, "starttls", "wrong-s3cr3t")))
        assert send_due(database, channels, at()) == Sent(dead=1)
    assert state(database) == (
        "dead",
        "mail server 127.0.0.1 refused the login of onrecord; look at ONRECORD_SMTP_PASSWORD and mail.user: "
        "535 5.7.8 Authentication credentials invalid",
    )
    assert mailbox.letters == []


def test_a_login_that_cannot_be_written_down_says_so(database: Database, server_tls: ssl.SSLContext) -> None:
    raised(database)
    with mail_server(Mailbox(), tls_context=server_tls, authenticator=check_login) as mail:
        channels = open_channels(Means(mail=login(mail, "starttls", "pässwort-s3cr3t")))
        assert send_due(database, channels, at()) == Sent(dead=1)
    reason = "mail server 127.0.0.1: user name or password hold characters a login cannot carry"
    assert state(database) == ("dead", reason)


def test_a_server_without_a_login_gets_none(database: Database, server_tls: ssl.SSLContext) -> None:
    raised(database)
    with mail_server(Mailbox(), tls_context=server_tls, auth_exclude_mechanism=["LOGIN", "PLAIN"]) as mail:
        assert send_due(database, open_channels(Means(mail=login(mail, "starttls"))), at()) == Sent(dead=1)
    assert state(database) == ("dead", "mail server 127.0.0.1: the server offers no login that can be used here")


def test_no_encryption_offered_means_no_letter(database: Database) -> None:
    raised(database)
    mailbox = Mailbox()
    with mail_server(mailbox) as mail:
        assert send_due(database, open_channels(Means(mail=login(mail, "starttls"))), at()) == Sent(dead=1)
    found, reason = state(database)
    assert (found, mailbox.letters) == ("dead", [])
    assert reason == "mail server 127.0.0.1: STARTTLS extension not supported by server."


def test_an_expired_certificate_is_named_as_that_and_nothing_queued_is_lost(
    database: Database, authority: trustme.CA, server_tls: ssl.SSLContext
) -> None:
    assert server_tls.check_hostname is False, "a server's side: this process trusts the authority"
    raised(database)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    over = datetime(2020, 1, 1, tzinfo=UTC)
    authority.issue_cert("127.0.0.1", not_after=over).configure_cert(context)
    mailbox = Mailbox()
    with mail_server(mailbox, tls_context=context) as mail:
        sent = send_due(database, open_channels(Means(mail=replace(mail, security="starttls"))), at())
    assert sent == Sent(retried=1)
    assert state(database) == (
        "queued",
        "mail server 127.0.0.1 could not be reached: its certificate is not accepted (certificate has expired)",
    )


def test_where_a_template_fails_the_letter_goes_out_in_plain_text(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised(database)
    broken = templates().from_string("{{ nobody_knows_this }}")
    monkeypatch.setattr(email, "html_of", lambda _message, _beside: broken.render())
    mailbox = Mailbox()
    with mail_server(mailbox) as mail:
        assert send_due(database, open_channels(Means(mail=mail)), at()) == Sent(sent=1)
    (letter,) = mailbox.letters
    assert not letter.is_multipart()
    assert "WEAKENED" in letter.get_content()


def test_a_certificate_nobody_vouches_for_is_refused_and_tried_later(database: Database) -> None:
    raised(database)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    mailbox = Mailbox()
    with mail_server(mailbox, tls_context=context) as mail:
        assert send_due(database, open_channels(Means(mail=replace(mail, security="starttls"))), at()) == Sent(
            retried=1
        )
    assert state(database) == (
        "queued",
        "mail server 127.0.0.1 could not be reached: its certificate is not accepted "
        "(unable to get local issuer certificate)",
    )
    assert mailbox.letters == []


@pytest.mark.parametrize(
    ("mailbox", "sent", "kept"),
    [
        (
            Mailbox(answer_rcpt="550 5.1.1 no such mailbox"),
            Sent(dead=1),
            ("dead", "mail server 127.0.0.1 refused desk@example.org: 550 5.1.1 no such mailbox"),
        ),
        (
            Mailbox(answer_rcpt="450 4.2.0 greylisted, come back"),
            Sent(retried=1),
            ("queued", "mail server 127.0.0.1 refused desk@example.org: 450 4.2.0 greylisted, come back"),
        ),
        (
            Mailbox(answer_data="554 5.7.1 looks like spam"),
            Sent(dead=1),
            ("dead", "mail server 127.0.0.1 refused the message: 554 5.7.1 looks like spam"),
        ),
        (
            Mailbox(answer_data="452 4.3.1 disk full"),
            Sent(retried=1),
            ("queued", "mail server 127.0.0.1 refused the message: 452 4.3.1 disk full"),
        ),
    ],
    ids=["no mailbox", "greylisted", "spam", "disk full"],
)
def test_codes_decide_between_later_and_never(
    database: Database, mailbox: Mailbox, sent: Sent, kept: tuple[str, str]
) -> None:
    raised(database)
    with mail_server(mailbox) as mail:
        assert send_due(database, open_channels(Means(mail=mail)), at()) == sent
    assert state(database) == kept


def test_a_repeat_carries_the_same_message_id(database: Database) -> None:
    id_ = raised(database)
    mailbox = Mailbox(answer_data="451 4.3.0 try again")
    with mail_server(mailbox) as mail:
        channels = open_channels(Means(mail=mail))
        assert send_due(database, channels, at()) == Sent(retried=1)
        mailbox.answer_data = ""
        assert send_due(database, channels, at(10)) == Sent()
        assert send_due(database, channels, at(16)) == Sent(sent=1)
    assert [letter["Message-ID"] for letter in mailbox.letters] == [f"<{id_}@example.org>"]


def test_a_server_that_is_not_there_is_tried_again(database: Database) -> None:
    raised(database)
    with mail_server(Mailbox()) as mail:
        pass
    assert send_due(database, open_channels(Means(mail=mail)), at()) == Sent(retried=1)
    assert state(database) == ("queued", "mail server 127.0.0.1 could not be reached: connection refused")


def test_no_mail_server_configured_waits_for_one(database: Database) -> None:
    raised(database)
    assert send_due(database, open_channels(Means()), at()) == Sent(retried=1)
    assert state(database) == ("queued", "e-mail: settings.yaml names no mail server")


def test_sixty_hostile_pages_arrive_as_one_letter_each(database: Database) -> None:
    for number, text in enumerate(ALL):
        raised(database, change=written_everywhere(text), number=number)
    mailbox = Mailbox()
    with mail_server(mailbox) as mail:
        assert send_due(database, open_channels(Means(mail=mail)), at()) == Sent(sent=60)
    assert {str(letter["To"]) for letter in mailbox.letters} == {"desk@example.org"}
    assert all(letter["Bcc"] is None and "\n" not in letter["Subject"] for letter in mailbox.letters)
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == 60


def test_no_secret_is_in_any_log_or_error(
    database: Database, server_tls: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="alerts")
    raised(database)

    def echoing(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message=f"535 no login with {data.password.decode()}")

    with mail_server(Mailbox(), tls_context=server_tls, authenticator=echoing) as mail:
        send_due(database, open_channels(Means(mail=login(mail, "starttls", "wrong-s3cr3t"))), at())
    with database.read() as conn:
        kept = [str(row) for table in (deliveries, events) for row in conn.execute(select(table))]
    assert "535 no login with ***" in "\n".join(kept)
    assert "s3cr3t" not in caplog.text + "\n".join(kept)
