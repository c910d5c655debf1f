"""E-mail over SMTP: plain text and HTML of the same message, encrypted, nothing loaded from elsewhere.

The Message-ID is the delivery's id, so a repeat can be recognised. Codes decide: 4xx later, 5xx never, a refused login
never, with the reason; a server that offers no encryption gets no message.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from functools import cache, partial
from typing import Final

import css_inline
from jinja2 import TemplateError

from alerts.channels import ChannelKind, Means, Receipt
from alerts.message import Beside, Message, Way, plain_text, templates
from core.config.settings import Mail
from core.errors import DeliveryError
from core.links import LinkAct, Links
from core.text.visible import one_line

log = logging.getLogger(__name__)

SENDER_NAME: Final = "On Record"


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """One connection per message: a mail server minds that less than a connection left open for hours."""

    means: Means

    def send(self, message: Message) -> Receipt:
        """Hand the message to the mail server. Raises DeliveryError."""
        mail = self.means.mail
        if mail is None:
            raise DeliveryError("e-mail: settings.yaml names no mail server", permanent=False)
        letter = letter_of(message, mail, self.means.links)
        with _troubles_told(mail, message.target):
            refused = _deliver(letter, mail)
        return {"message_id": letter["Message-ID"], "answer": refused}


def _why(error: Exception) -> str:
    """The system's own words for it, the name of the error where it has none."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({error.verify_message})"
    said = error.strerror if isinstance(error, OSError) else ""
    return one_line(said or type(error).__name__, 120).lower()


def letter_of(message: Message, mail: Mail, links: Links | None = None) -> EmailMessage:
    """The letter: headers on one line each, plain text first, HTML beside it; links to act on where there can be any."""
    host = mail.sender.rpartition("@")[2]
    letter = EmailMessage(policy=SMTP)
    letter["From"] = formataddr((SENDER_NAME, mail.sender))
    letter["To"] = message.target
    letter["Subject"] = _subject(message)
    letter["Date"] = format_datetime(message.created_at)
    letter["Message-ID"] = f"<{message.delivery_id}@{host}>"
    if message.thread:
        letter["In-Reply-To"] = f"<{message.thread.delivery_id}@{host}>"
    letter["References"] = _references(message, host)
    letter["List-Id"] = f"{_phrase(message.receiver)} <{_slug(message.receiver)}.onrecord.{host}>"
    beside = _beside(message, links)
    if beside["off"]:
        letter["List-Unsubscribe"] = f"<{beside['off']}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    text, page = _parts(message, beside)
    letter.set_content(text, cte="quoted-printable")
    if page:
        letter.add_alternative(page, subtype="html", cte="quoted-printable")
    return letter


def _parts(message: Message, beside: Beside) -> tuple[str, str]:
    """Plain text and HTML. Where a template fails the letter goes out without HTML, and the log says what is wrong."""
    try:
        text = plain_text(message.report, message.receiver, message.why, message.delivery_id, **beside)
        return text, html_of(message, beside)
    except (TemplateError, css_inline.InlineError):
        log.exception("a template failed for delivery %s; the letter goes out in plain text", message.delivery_id)
        return message.text, ""


def _beside(message: Message, links: Links | None) -> Beside:
    """What stands beside the report in a mail: the ways to act, each a link good for this delivery."""
    if links is None:
        return {"notice": message.notice, "ways": (), "alert_id": message.alert_id, "off": ""}
    make = partial(links.address, message.delivery_id, sent_at=message.created_at)
    acts = _WAYS if message.report.kind == "change" else ()
    ways = tuple(Way(label, make(act)) for act, label in acts)
    return {"notice": message.notice, "ways": ways, "alert_id": message.alert_id, "off": make(LinkAct.OFF)}


_WAYS: Final = (
    (LinkAct.ACKNOWLEDGE, "Acknowledge"),
    (LinkAct.CONFIRM, "Confirm"),
    (LinkAct.SNOOZE, "Snooze"),
    (LinkAct.NOT_RELEVANT, "Not relevant"),
)


def _references(message: Message, host: str) -> str:
    """One thread for what is told of one alert again, and for the parts of a case."""
    first = f" <{message.thread.delivery_id}@{host}>" if message.thread else ""
    return f"<{_thread(message)}@{host}>{first}"


def _thread(message: Message) -> str:
    return f"case-{message.case_id}" if message.case_id is not None else f"alert-{message.alert_id}"


def _subject(message: Message) -> str:
    """A later part of a case has the subject of the first, since some programs thread by nothing else."""
    if message.thread and message.subject_of_thread:
        return one_line(f"Re: {message.subject_of_thread}")
    return one_line(message.subject)


def html_of(message: Message, beside: Beside) -> str:
    """The HTML part, its styles inlined; what asks about the reader's screen stays in the head."""
    page = (
        templates()
        .get_template("alert.html")
        .render(
            report=message.report,
            subject=message.subject,
            receiver=message.receiver,
            why=message.why,
            delivery_id=message.delivery_id,
            made="",
            **beside,
        )
    )
    return inlined(page)


def inlined(page: str) -> str:
    """A page with its styles at its elements, as mail programs want them."""
    return _inliner().inline(page)


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, remove_inlined_selectors=True)


def _phrase(name: str) -> str:
    """A receiver's name as a header phrase: quoted, without what could end the quotes."""
    return '"' + re.sub(r'[^ -~]|["\\]', "", name).strip() + '"'


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "alerts"


# --- the wire ----------------------------------------------------------------------------------------------------


def _deliver(letter: EmailMessage, mail: Mail) -> str:
    """Log in, send, leave. A fault while leaving is none: the server has taken the letter."""
    server = _connected(mail)
    try:
        if mail.user:
            _log_in(server, mail.user, mail.password.reveal() if mail.password else "")
        server.send_message(letter, from_addr=mail.sender, to_addrs=[letter["To"].addresses[0].addr_spec])
    except BaseException:
        server.close()
        raise
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    return "accepted"


def greet(mail: Mail) -> None:
    """Connect, log in and leave, as for a letter, and send none. Raises DeliveryError."""
    with _troubles_told(mail):
        server = _connected(mail)
        try:
            if mail.user:
                _log_in(server, mail.user, mail.password.reveal() if mail.password else "")
            server.noop()
        finally:
            server.close()


@contextmanager
def _troubles_told(mail: Mail, target: str = "") -> Iterator[None]:
    """Whatever a mail server does to us, as a DeliveryError that says what, and whether sending again can help."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise _refusal(mail, error) from None
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise _refused(mail, f"refused {target}", code, answer) from None
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(f"mail server {mail.host}: {one_line(str(error), 120)}", permanent=True) from None
    except UnicodeError:
        reason = f"mail server {mail.host}: user name or password hold characters a login cannot carry"
        raise DeliveryError(reason, permanent=True) from None
    except smtplib.SMTPServerDisconnected:
        reason = f"mail server {mail.host} closed the connection"
        raise DeliveryError(reason, permanent=False, may_have_arrived=True) from None
    except (OSError, smtplib.SMTPException) as error:
        reason = f"mail server {mail.host} could not be reached: {_why(error)}"
        raise DeliveryError(reason, permanent=False) from None


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """One login by one mechanism. ``SMTP.login`` tries the next after a refusal, and servers hang up on that."""
    server.ehlo_or_helo_if_needed()
    server.user, server.password = user, password  # as SMTP.login hands them over
    offered = server.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        server.auth("PLAIN", server.auth_plain)
    elif "LOGIN" in offered:
        server.auth("LOGIN", server.auth_login)
    elif "CRAM-MD5" in offered:
        server.auth("CRAM-MD5", server.auth_cram_md5)
    else:
        raise smtplib.SMTPNotSupportedError("the server offers no login that can be used here")


def _connected(mail: Mail) -> smtplib.SMTP:
    """A connection as encrypted as the settings ask. ``local_hostname``: the machine's own name is nobody's business."""
    own_name = mail.sender.rpartition("@")[2]
    if mail.security == "tls":
        return smtplib.SMTP_SSL(
            mail.host, mail.port, own_name, timeout=mail.timeout_seconds, context=ssl.create_default_context()
        )
    server = smtplib.SMTP(mail.host, mail.port, own_name, timeout=mail.timeout_seconds)
    if mail.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _refusal(mail: Mail, error: smtplib.SMTPResponseException) -> DeliveryError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what = f"refused the login of {mail.user}; look at ONRECORD_SMTP_PASSWORD and mail.user"
    elif isinstance(error, smtplib.SMTPSenderRefused):
        what = f"refused the sender {mail.sender}"
    else:
        what = "refused the message"
    return _refused(mail, what, error.smtp_code, error.smtp_error)


def _refused(mail: Mail, what: str, code: int, answer: bytes | str) -> DeliveryError:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    if mail.password:
        text = text.replace(mail.password.reveal(), "***")
    reason = f"mail server {mail.host} {what}: {code} {one_line(text, 160)}".rstrip()
    return DeliveryError(reason, permanent=500 <= code < 600)


CHANNEL = ChannelKind(
    names=("email",),
    needs="mail in settings.yaml, and ONRECORD_SMTP_PASSWORD where the server wants a login",
    open=EmailChannel,
)
