"""settings.yaml and the environment: defaults, every fault with its line, and no secret in any message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.reaching import DEFAULT_IDENTITY
from core.config.secret import Secret
from core.config.settings import Mail, Settings, Slack, parse_settings
from core.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]


def parsed(text: str, **environ: str) -> Settings:
    return parse_settings(text, environ=environ)


def problems_of(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, environ=environ or {})
    return [str(problem) for problem in caught.value.problems]


def test_without_a_file_everything_has_a_default() -> None:
    settings = parsed("")
    assert (settings.data, settings.database, settings.mail, settings.slack) == ("data", None, None, Slack())
    assert settings.fetch.model_dump() == {
        "identity": "OnRecord/0.1 (+policy archive)",
        "contact": None,
        "allow_private": [],
        "timeout_seconds": 30,
        "max_bytes": 25_000_000,
        "max_redirects": 8,
        "host_gap_seconds": 5,
        "hosts_at_once": 20,
        "sec_per_second": 2,
        "regulator_identity": None,
        "host_requests_per_day": 2_000,
        "proxies": {},
        "host_proxies": {},
    }
    assert settings.web.model_dump() == {"host": "127.0.0.1", "port": 8765, "base_url": None, "public_url": None}
    assert settings.readers.model_dump() == {"processes": 2, "memory_mb": 1024, "seconds": 20}
    assert settings.alerts.gone_after_captures == 3
    assert settings.alerts.gone_after == timedelta(hours=24)
    assert settings.alerts.retry_for == timedelta(days=3)


def test_the_default_identity_names_this_version() -> None:
    version = re.search(r'^version = "(\d+\.\d+)', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert DEFAULT_IDENTITY.startswith(f"OnRecord/{version[1]} ")


def test_everything_a_file_can_say_arrives() -> None:
    text = """\
data: /srv/onrecord
database: sqlite:///archive.db
fetch:
  identity: Reader/1
  contact: desk@example.org
  allow_private: ["127.0.0.1:8099", "Intranet.:80", "[::1]:8443"]
  timeout_seconds: 10.5
  max_bytes: 20000
  max_redirects: 0
  host_gap_seconds: 0
  hosts_at_once: 2
web: {host: 0.0.0.0, port: 80, base_url: "https://onrecord.example.org/x"}
slack: {base_url: "http://127.0.0.1:9/api"}
mail: {host: smtp.example.org, security: tls, user: me, from: me@example.org, timeout_seconds: 5}
readers: {processes: 1, memory_mb: 256, seconds: 5}
alerts: {gone_after_captures: 2, gone_after: 6h, retry_for: 1d}
"""
    settings = parsed(text, ONRECORD_SMTP_PASSWORD="hunter2")
    assert settings.data == "/srv/onrecord"
    assert settings.database == Secret("sqlite:///archive.db")
    assert settings.fetch.allow_private == ["127.0.0.1:8099", "intranet:80", "[::1]:8443"]
    assert (settings.fetch.identity, settings.fetch.contact) == ("Reader/1", "desk@example.org")
    assert (settings.fetch.timeout_seconds, settings.fetch.max_bytes) == (10.5, 20_000)
    assert (settings.web.host, settings.web.port, settings.web.base_url) == (
        "0.0.0.0",
        80,
        "https://onrecord.example.org/x",
    )
    assert settings.slack == Slack(base_url="http://127.0.0.1:9/api/")
    assert settings.mail == Mail("smtp.example.org", 465, "tls", "me@example.org", "me", Secret("hunter2"), 5)
    assert (settings.readers.processes, settings.alerts.retry_for) == (1, timedelta(days=1))


def test_secrets_come_from_the_environment() -> None:
    settings = parsed(
        "slack: {base_url: https://slack.example/api/}",
        ONRECORD_SLACK_TOKEN=" xoxb-1\n",
        ONRECORD_SLACK_WEBHOOK="https://hooks.slack.com/services/T/B/x",
        ONRECORD_DATABASE_URL="postgresql://me:hunter2@db/onrecord",
        ONRECORD_SLACK_BASE_URL="http://127.0.0.1:4000/api/",
    )
    assert settings.slack == Slack(
        Secret("xoxb-1"), Secret("https://hooks.slack.com/services/T/B/x"), "http://127.0.0.1:4000/api/"
    )
    assert settings.database == Secret("postgresql://me:hunter2@db/onrecord")
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_mail_port_follows_from_the_encryption(security: str, port: int) -> None:
    mail = parsed(f"mail: {{host: localhost, from: a@b.example, security: {security}}}").mail
    assert mail is not None
    assert mail.port == port


TOKEN = "set ONRECORD_SLACK_TOKEN in the environment, or ONRECORD_SLACK_TOKEN_FILE to a file that holds it"
WEBHOOK = "set ONRECORD_SLACK_WEBHOOK in the environment, or ONRECORD_SLACK_WEBHOOK_FILE to a file that holds it"
PASSWORD = "set ONRECORD_SMTP_PASSWORD in the environment, or ONRECORD_SMTP_PASSWORD_FILE to a file that holds it"
DATABASE = "set ONRECORD_DATABASE_URL in the environment, or ONRECORD_DATABASE_URL_FILE to a file that holds it"
NEVER = "holds a secret, which never belongs in this file:"

SECRETS_IN_THE_FILE = {
    "a token": ("slack:\n  token: xoxb-hunter2\n", [f'settings.yaml:2: "token" {NEVER} {TOKEN}']),
    "a token under any key": ("slack:\n  base_url: xoxp-hunter2\n", [f'settings.yaml:2: "base_url" {NEVER} {TOKEN}']),
    "an app token": ("xapp: xapp-1-hunter2\n", [f'settings.yaml:1: "xapp" {NEVER} {TOKEN}']),
    "a signing secret": ("slack: {signing_secret: hunter2}\n", [f'settings.yaml:1: "signing_secret" {NEVER} {TOKEN}']),
    "a webhook": ("slack: {webhook: hunter2}\n", [f'settings.yaml:1: "webhook" {NEVER} {WEBHOOK}']),
    "a webhook's address": (
        "web: {base_url: https://hooks.slack.com/services/hunter2}\n",
        [f'settings.yaml:1: "base_url" {NEVER} {WEBHOOK}'],
    ),
    "a password": (
        "mail: {host: a.example, from: a@b.example, password: hunter2}\n",
        [f'settings.yaml:1: "password" {NEVER} {PASSWORD}'],
    ),
    "a password misspelt": (
        "mail: {host: a.example, from: a@b.example, pasword: hunter2}\n",
        [f'settings.yaml:1: "pasword" {NEVER} {PASSWORD}'],
    ),
    "a database with a password": (
        "database: postgresql://me:hunter2@db/x\n",
        [f'settings.yaml:1: "database" {NEVER} {DATABASE}'],
    ),
    "a database with a password behind it": (
        "database: postgresql://db/x?password=hunter2\n",
        [f'settings.yaml:1: "database" {NEVER} {DATABASE}'],
    ),
    "a token in a list": (
        "fetch:\n  allow_private:\n    - a:1\n    - xoxb-hunter2\n",
        [f'settings.yaml:2: "allow_private" {NEVER} {TOKEN}'],
    ),
}

FAULTS = {
    "an unknown key": ("fetsh: {}\n", ["settings.yaml:1: unknown key \"fetsh\" in this file. Did you mean 'fetch'?"]),
    "an unknown key inside": (
        "fetch:\n  identiy: x\n",
        ['settings.yaml:2: unknown key "identiy" in "fetch". Did you mean \'identity\'?'],
    ),
    "a key twice": (
        "data: a\nweb: {}\ndata: b\n",
        ['settings.yaml:3: the key "data" stands twice: first at line 1'],
    ),
    "a section that is a word": (
        "fetch: fast\n",
        ['settings.yaml:1: "fetch" must be keys and values (key: value), not "fast"'],
    ),
    "a number in words": (
        "fetch: {max_redirects: eight}\n",
        ['settings.yaml:1: "fetch.max_redirects" must be a whole number, not "eight"'],
    ),
    "half a redirect": (
        "fetch: {max_redirects: 1.5}\n",
        ['settings.yaml:1: "fetch.max_redirects" must be a whole number, not the number 1.5'],
    ),
    "a time without end": (
        "fetch: {timeout_seconds: .inf}\n",
        ['settings.yaml:1: "fetch.timeout_seconds" must be a number with an end, not the number inf'],
    ),
    "a port out of range": (
        "web:\n  port: 99999\n",
        ['settings.yaml:2: "web.port" must be at most 65535, not the number 99999'],
    ),
    "a limit too small": (
        "fetch: {max_bytes: 10}\n",
        ['settings.yaml:1: "fetch.max_bytes" must be at least 10000, not the number 10'],
    ),
    "an identity of two lines": (
        'fetch: {identity: "a\\r\\nX-Evil: b"}\n',
        [
            'settings.yaml:1: "fetch.identity" must be plain ASCII on one line, at most 200 characters: '
            "it is sent as a header"
        ],
    ),
    "a private place by its address": (
        "fetch: {allow_private: ['http://127.0.0.1/x']}\n",
        [
            'settings.yaml:1: an entry of "fetch.allow_private" must be host:port, such as 127.0.0.1:8099, '
            "not \"http://127.0.0.1/x\". Did you mean '127.0.0.1:80'?"
        ],
    ),
    "a private network": (
        "fetch: {allow_private: [10.0.0.0/8]}\n",
        [
            'settings.yaml:1: an entry of "fetch.allow_private" must be host:port, such as 127.0.0.1:8099, '
            'not "10.0.0.0/8"'
        ],
    ),
    "a private place that is no list": (
        "fetch: {allow_private: '127.0.0.1:1'}\n",
        ['settings.yaml:1: "fetch.allow_private" must be a list, not "127.0.0.1:1". Did you mean \'[127.0.0.1:1]\'?'],
    ),
    "mail without a sender": ("mail: {host: a.example}\n", ['settings.yaml:1: "mail" needs "from"']),
    "a sender with a name": (
        "mail: {host: a.example, from: 'Desk <desk@example.org>'}\n",
        [
            'settings.yaml:1: "mail.from" must be one mail address such as desk@example.org, '
            'not "Desk <desk@example.org>"'
        ],
    ),
    "an unknown encryption": (
        "mail: {host: a.example, from: a@b.example, security: startls}\n",
        [
            'settings.yaml:1: "mail.security" must be one of starttls, tls, none, not "startls". '
            "Did you mean 'starttls'?"
        ],
    ),
    "a password in the clear": (
        "mail: {host: a.example, from: a@b.example, security: none, user: me}\n",
        ["settings.yaml:1: \"mail.security\" none would send the password in the clear. Did you mean 'starttls'?"],
    ),
    "a database of another make": (
        "database: mysql://db/x\n",
        ['settings.yaml:1: "database" must begin with sqlite:/// or postgresql://'],
    ),
    "a duration without a unit": (
        "alerts: {retry_for: 3}\n",
        ['settings.yaml:1: "alerts.retry_for" must be a time such as 30m, 6h or 7d, not the number 3'],
    ),
    "one capture is no agreement": (
        "alerts: {gone_after_captures: 1}\n",
        ['settings.yaml:1: "alerts.gone_after_captures" must be at least 2, not the number 1'],
    ),
}

ENVIRONMENTS = {
    "an app token for a bot token": (
        {"ONRECORD_SLACK_TOKEN": "xapp-hunter2"},
        ["environment: ONRECORD_SLACK_TOKEN is not a bot token: those begin with xoxb-"],
    ),
    "a bot token for an app token": (
        {"ONRECORD_SLACK_APP_TOKEN": "xoxb-hunter2"},
        ["environment: ONRECORD_SLACK_APP_TOKEN is not an app-level token: those begin with xapp-"],
    ),
    "a webhook for a bot token": (
        {"ONRECORD_SLACK_TOKEN": "https://hooks.slack.com/services/hunter2"},
        ["environment: ONRECORD_SLACK_TOKEN is not a bot token: those begin with xoxb-"],
    ),
    "a token of two lines": (
        {"ONRECORD_SLACK_TOKEN": "xoxb-hunter2\nX: y"},
        ["environment: ONRECORD_SLACK_TOKEN holds line breaks or control characters"],
    ),
    "a webhook without encryption": (
        {"ONRECORD_SLACK_WEBHOOK": "http://hooks.slack.com/services/hunter2"},
        ["environment: ONRECORD_SLACK_WEBHOOK is not the address of a webhook: it must begin with https://"],
    ),
    "a webhook that is no address": (
        {"ONRECORD_SLACK_WEBHOOK": "hunter2"},
        ["environment: ONRECORD_SLACK_WEBHOOK is not the address of a webhook: it must begin with https://"],
    ),
    "a database of another make": (
        {"ONRECORD_DATABASE_URL": "mysql://me:hunter2@db/x"},
        ["environment: ONRECORD_DATABASE_URL must begin with sqlite:/// or postgresql://"],
    ),
    "a stand-in that is no address": (
        {"ONRECORD_SLACK_BASE_URL": "slack.example"},
        ["environment: ONRECORD_SLACK_BASE_URL must begin with https:// or http://"],
    ),
}


def test_every_case_is_tried() -> None:
    assert (len(SECRETS_IN_THE_FILE), len(FAULTS), len(ENVIRONMENTS)) == (11, 20, 8)


@pytest.mark.parametrize("name", SECRETS_IN_THE_FILE)
def test_a_secret_in_the_file_is_told_where_it_belongs_and_never_repeated(name: str) -> None:
    text, expected = SECRETS_IN_THE_FILE[name]
    assert problems_of(text) == expected
    assert "hunter2" in text
    assert not any("hunter2" in problem for problem in problems_of(text))


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_message_and_line(name: str) -> None:
    text, expected = FAULTS[name]
    assert problems_of(text) == expected


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_each_fault_of_the_environment_names_its_variable_and_no_value(name: str) -> None:
    environ, expected = ENVIRONMENTS[name]
    assert problems_of("", environ) == expected


def test_a_stand_in_on_this_machine_needs_no_encryption() -> None:
    assert parsed("", ONRECORD_SLACK_WEBHOOK="http://127.0.0.1:4000/hook").slack.webhook


def told_of(text: str, environ: Mapping[str, str]) -> list[str]:
    """The problems of any text and environment at all; none where they are fine."""
    try:
        parse_settings(text, environ=environ)
    except ConfigError as error:
        return [str(problem) for problem in error.problems] or ["an error without a problem helps nobody"]
    return []


@given(st.text(max_size=200))
def test_any_text_is_settings_or_a_list_of_problems(text: str) -> None:
    assert all(problem.startswith("settings.yaml") for problem in told_of(text, {}))


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_environment_is_settings_or_problems_that_hold_no_secret(before: str, after: str) -> None:
    secret = f"{before}hunter2{after}"
    names = ("ONRECORD_SLACK_TOKEN", "ONRECORD_SLACK_WEBHOOK", "ONRECORD_SMTP_PASSWORD", "ONRECORD_DATABASE_URL")
    told = told_of("", dict.fromkeys(names, secret))
    assert all(problem.startswith("environment: ") and "hunter2" not in problem for problem in told)


@pytest.mark.parametrize("kind", ["xapp-", "xoxp-", "xoxa-2-", "xoxs-", "xoxc-", "xoxe.xoxb-", "https://"])
def test_a_token_of_another_kind_is_refused_without_being_shown(kind: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings("", environ={"ONRECORD_SLACK_TOKEN": f"{kind}hunter2"})
    (problem,) = caught.value.problems
    assert str(problem) == "environment: ONRECORD_SLACK_TOKEN is not a bot token: those begin with xoxb-"
