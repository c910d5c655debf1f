"""The text of settings.yaml and the environment -> Settings: where things are kept, as whom we ask, through whom we speak.

Everything has a default, so the file may be missing or empty. Secrets come only from the environment handed in
(``monitor/home.py`` has put the content of ``*_FILE`` there); one written into the file is refused, and never quoted.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Final, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from core.config.addresses import WebAddress, is_own_machine
from core.config.entries import Duration, Entry, Text, check, choice, choice_schema, refusal
from core.config.reaching import BrowserSettings, FetchSettings, MailAddress
from core.config.secret import Secret
from core.config.yamlfile import Path, YamlFile, read_yaml, shown
from core.errors import Problem


class SecretName(NamedTuple):
    """A secret's name in the environment (``<variable>_FILE`` names a file that holds it) and what it is."""

    variable: str
    meaning: str


SLACK_TOKEN = SecretName("ONRECORD_SLACK_TOKEN", "the bot token of your Slack app (xoxb-…)")
SLACK_APP_TOKEN = SecretName("ONRECORD_SLACK_APP_TOKEN", "the app-level token of your Slack app (xapp-…), for buttons")
SLACK_WEBHOOK = SecretName("ONRECORD_SLACK_WEBHOOK", "the address of a Slack incoming webhook")
SMTP_PASSWORD = SecretName("ONRECORD_SMTP_PASSWORD", "the password of the mail account")
DATABASE_URL = SecretName("ONRECORD_DATABASE_URL", "the address of a PostgreSQL database")
PING_URL = SecretName("ONRECORD_PING_URL", "the address of a dead-man's switch that expects to hear from us")
SECRETS = (SLACK_TOKEN, SLACK_APP_TOKEN, SLACK_WEBHOOK, SMTP_PASSWORD, DATABASE_URL, PING_URL)
SLACK_BASE_URL = "ONRECORD_SLACK_BASE_URL"  # no secret: a stand-in or a proxy for Slack's own address

ENVIRONMENT = "environment"  # where a Problem stands that stands in no file


# --- the shape of the file ---------------------------------------------------------------------------------------


def _database_address(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise refusal("must begin with sqlite:/// or postgresql://")
    return text


Security = Annotated[str, choice("starttls", "tls", "none"), choice_schema("starttls", "tls", "none")]
Port = Annotated[int, Field(ge=1, le=65535)]


class WebSettings(Entry):
    """The pages: on this machine unless you say otherwise; who reads them signs in."""

    WHAT: ClassVar[str] = '"web"'
    host: Text = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8765, description="Port to listen on.")
    base_url: WebAddress | None = Field(None, description="Address people reach the pages at; used in messages.")
    public_url: WebAddress | None = Field(
        None, description="Address at which hooks and hubs reach the pages; base_url where not given."
    )

    @property
    def called_at(self) -> str | None:
        """Where others can call us, None where they cannot."""
        return self.public_url or self.base_url


class SlackSettings(Entry):
    """Slack. The token or webhook comes from ONRECORD_SLACK_TOKEN or ONRECORD_SLACK_WEBHOOK."""

    WHAT: ClassVar[str] = '"slack"'
    base_url: WebAddress | None = Field(None, description="Another address for Slack's API: a stand-in or a proxy.")


class MailSettings(Entry):
    """The mail server. The password comes from ONRECORD_SMTP_PASSWORD."""

    WHAT: ClassVar[str] = '"mail"'
    host: Text = Field(description="Name of the SMTP server.")
    port: Port | None = Field(None, description="Its port; 587 for starttls, 465 for tls, 25 for none.")
    security: Security = Field("starttls", description="How the connection is encrypted: starttls, tls or none.")
    user: Text | None = Field(None, description="Account to log in with; no login where not given.")
    sender: MailAddress = Field(alias="from", description="Address messages come from.")
    timeout_seconds: float = Field(30, ge=1, le=600, description="Seconds to wait for the server.")


class ReaderSettings(Entry):
    """The processes that read what companies sent: killed where they pass a limit."""

    WHAT: ClassVar[str] = '"readers"'
    processes: int = Field(2, ge=1, le=64, description="Processes that read at the same time.")
    memory_mb: int = Field(1024, ge=128, le=65536, description="Megabytes one of them may use.")
    seconds: float = Field(20, ge=1, le=600, description="Seconds one document may take.")


class AlertSettings(Entry):
    """When a document counts as gone, and how long a message is tried."""

    WHAT: ClassVar[str] = '"alerts"'
    gone_after_captures: int = Field(3, ge=2, le=100, description="Captures that must agree that a document is gone.")
    gone_after: Duration = Field(
        timedelta(hours=24), description="Time they must span.", json_schema_extra={"default": "24h"}
    )
    repeat_after: Duration = Field(
        timedelta(hours=48),
        description="After how long a critical alert that nobody took up is told again, and then escalated.",
        json_schema_extra={"default": "48h"},
    )
    retry_for: Duration = Field(
        timedelta(days=3),
        description="How long an undelivered message is tried again.",
        json_schema_extra={"default": "3d"},
    )


class DiskSettings(Entry):
    """How much room is left to the machine."""

    WHAT: ClassVar[str] = '"disk"'
    floor_mb: int = Field(
        500, ge=0, le=10_000_000, description="Megabytes that stay free: below, nothing is fetched until there is room."
    )


class SettingsFile(Entry):
    """Where things are kept, as whom we ask, through whom we speak. Secrets never stand here."""

    database: Annotated[str, AfterValidator(_database_address)] | None = Field(
        None, description="Database address; an SQLite file in the data folder where not given."
    )
    data: Text = Field("data", description="Folder for database, bytes and logs, seen from the home folder.")
    fetch: FetchSettings = Field(default_factory=FetchSettings, description="How companies' servers are asked.")
    browser: BrowserSettings = Field(
        default_factory=BrowserSettings, description="The browser for pages that need one."
    )
    web: WebSettings = Field(default_factory=WebSettings, description="The pages.")
    slack: SlackSettings = Field(default_factory=SlackSettings, description="Slack.")
    mail: MailSettings | None = Field(None, description="The mail server; no mail is sent where not given.")
    readers: ReaderSettings = Field(default_factory=ReaderSettings, description="The processes that read documents.")
    alerts: AlertSettings = Field(default_factory=AlertSettings, description="Absence and retries.")
    disk: DiskSettings = Field(default_factory=DiskSettings, description="How much room is left to the machine.")


# --- the values --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slack:
    """``token`` posts to any channel the app is in, ``webhook`` to the one it was made for. With ``app_token`` messages
    have buttons, and what is pressed comes back over a connection this program opens (Socket Mode)."""

    token: Secret | None = None
    webhook: Secret | None = None
    base_url: str | None = None
    app_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """An SMTP server with everything needed to log in. ``security`` is starttls, tls or none."""

    host: str
    port: int
    security: str
    sender: str
    user: str | None = None
    password: Secret | None = None
    timeout_seconds: float = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything settings.yaml and the environment say. ``database`` None: SQLite in the data folder."""

    data: str = "data"
    database: Secret | None = None
    fetch: FetchSettings = field(default_factory=FetchSettings)
    proxies: Mapping[str, Secret] = field(default_factory=dict)
    browser: BrowserSettings = field(default_factory=BrowserSettings)
    web: WebSettings = field(default_factory=WebSettings)
    slack: Slack = field(default_factory=Slack)
    mail: Mail | None = None
    readers: ReaderSettings = field(default_factory=ReaderSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    disk: DiskSettings = field(default_factory=DiskSettings)
    ping: Secret | None = None


def parse_settings(text: str, *, file: str = "settings.yaml", environ: Mapping[str, str]) -> Settings:
    """Settings from the text (may be empty) and the environment, which wins.

    Raises ConfigError with every problem of the file and of the variables; no message holds a secret.
    """
    found = read_yaml(text, file)
    _set_aside_secrets(found)
    entry = check(SettingsFile, found.data, (), found)
    secrets = {name: _secret(name, environ, found) for name in SECRETS}
    base_url = _base_url(environ, found)
    mail = _mail(entry.mail, secrets[SMTP_PASSWORD], found) if entry and entry.mail else None
    proxies = entry.fetch.with_logins(environ, found) if entry else {}
    found.refuse_if_faulty()
    assert entry is not None
    return Settings(
        data=entry.data,
        database=secrets[DATABASE_URL] or (Secret(entry.database) if entry.database else None),
        fetch=entry.fetch,
        proxies=proxies,
        browser=entry.browser,
        web=entry.web,
        slack=Slack(
            secrets[SLACK_TOKEN],
            secrets[SLACK_WEBHOOK],
            _with_slash(base_url or entry.slack.base_url),
            secrets[SLACK_APP_TOKEN],
        ),
        mail=mail,
        readers=entry.readers,
        alerts=entry.alerts,
        disk=entry.disk,
        ping=secrets[PING_URL],
    )


def _with_slash(address: str | None) -> str | None:
    return address if address is None or address.endswith("/") else f"{address}/"  # slack-sdk joins by it


def _mail(entry: MailSettings, password: Secret | None, found: YamlFile) -> Mail:
    if entry.security == "none" and entry.user and not is_own_machine(f"http://{entry.host}"):
        found.fault(("mail", "security"), '"mail.security" none would send the password in the clear', "starttls")
    port = entry.port or {"starttls": 587, "tls": 465, "none": 25}[entry.security]
    return Mail(entry.host, port, entry.security, entry.sender, entry.user, password, entry.timeout_seconds)


# --- secrets -----------------------------------------------------------------------------------------------------

_SECRET_KEY = re.compile(r"token|pass?w|secret|webhook|api_?key|credential|signing", re.IGNORECASE)
_DATABASE_PASSWORD = re.compile(r"://[^/@]*:[^@]*@|[?&;]\s*pass(word|file)?=", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"xox[a-z]-|xapp-|https?://hooks\.slack\.com/|https?://[^/\s]*@")


def looks_secret(value: object) -> bool:
    """Whether a text has the form of a Slack token, a webhook address, or an address with a password."""
    return isinstance(value, str) and bool(_SECRET_VALUE.match(value.strip()))


def _set_aside_secrets(found: YamlFile) -> None:
    """Note every secret in the file and take it out, so that no other message can quote it."""

    def clean(value: Any, at: Path) -> Any:
        if isinstance(value, dict):
            return {key: clean(entry, (*at, key)) for key, entry in value.items() if not is_secret(key, entry, at)}
        if isinstance(value, list):
            return [clean(entry, (*at, number)) for number, entry in enumerate(value) if not is_secret("", entry, at)]
        return value

    def is_secret(key: str, value: object, at: Path) -> bool:
        name = _secret_at((*at, key), value)
        if name is None:
            return False
        place = (*at, key) if key else at
        found.fault(
            place, f"{shown(str(place[-1]))} holds a secret, which never belongs in this file: {where_it_belongs(name)}"
        )
        return True

    found.data = clean(found.data, ())


def _secret_at(place: Path, value: object) -> SecretName | None:
    """Which secret stands here, None for what is none."""
    key, words = str(place[-1]), " ".join(str(step) for step in place).casefold()
    if key == "database":
        return DATABASE_URL if isinstance(value, str) and _DATABASE_PASSWORD.search(value) else None
    if isinstance(value, dict | list) or not (_SECRET_KEY.search(key) or looks_secret(value)):
        return None
    if "mail" in words or "smtp" in words:
        return SMTP_PASSWORD
    is_webhook = "webhook" in key or (isinstance(value, str) and value.startswith("http"))
    return SLACK_WEBHOOK if is_webhook else SLACK_TOKEN


def where_it_belongs(name: SecretName) -> str:
    """How a person hands that secret in."""
    return f"set {name.variable} in the environment, or {name.variable}_FILE to a file that holds it"


def _secret(name: SecretName, environ: Mapping[str, str], found: YamlFile) -> Secret | None:
    text = environ.get(name.variable, "").strip()
    if not text:
        return None
    fault = _secret_fault(name, text)
    if fault:
        found.problems.append(Problem(ENVIRONMENT, None, f"{name.variable} {fault}"))
    return Secret(text)


OTHER_TOKENS: Final = ("xapp-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxc-", "xoxd-", "xoxe", "http")  # not a bot's


def _secret_fault(name: SecretName, text: str) -> str | None:
    """What is wrong with a secret, in words that do not hold it."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        return "holds line breaks or control characters"
    if name is SLACK_TOKEN and text.startswith(OTHER_TOKENS):
        return "is not a bot token: those begin with xoxb-"
    if name is SLACK_APP_TOKEN and not text.startswith("xapp-"):
        return "is not an app-level token: those begin with xapp-"
    if name is SLACK_WEBHOOK:
        return webhook_fault(text)
    if name is PING_URL and webhook_fault(text):
        return "is not an address to call: it must begin with https://"
    if name is DATABASE_URL and not text.startswith(("sqlite:///", "postgresql://", "postgres://")):
        return "must begin with sqlite:/// or postgresql://"
    return None


def webhook_fault(text: str) -> str | None:
    """What is wrong with the address of an incoming webhook; None where it can be used."""
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme == "https" or (parts.scheme == "http" and is_own_machine(text))
        is_usable = is_usable and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        is_usable = False
    return None if is_usable else "is not the address of a webhook: it must begin with https://"


def webhook_key_fault(text: str) -> str | None:
    """What is wrong with a key that signs requests (https://www.standardwebhooks.com); None where it can be used."""
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if 24 <= len(key) <= 64:
        return None
    return "is no key for signing: it is whsec_ and 24 to 64 random bytes in base 64 (openssl rand -base64 32)"


def _base_url(environ: Mapping[str, str], found: YamlFile) -> str | None:
    text = environ.get(SLACK_BASE_URL, "").strip()
    if text and not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", text):
        found.problems.append(Problem(ENVIRONMENT, None, f"{SLACK_BASE_URL} must begin with https:// or http://"))
        return None
    return text or None
