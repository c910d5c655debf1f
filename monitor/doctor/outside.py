"""What On Record speaks to: names, proxies, certificates, Slack, the mail server. Watched companies are asked nothing."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from alerts import probe
from core.config.addresses import is_own_machine
from core.config.secret import Secret
from core.config.settings import SLACK_TOKEN, SMTP_PASSWORD, webhook_fault, where_it_belongs
from core.errors import DeliveryError
from core.wording import counted, listed
from monitor.doctor.values import Finding, Patient, bad, ok, warning
from monitor.statement import hosts_of

SLACK: Final = "slack.com"
SECONDS: Final = 10.0
MOST_NAMES: Final = 20
SOON: Final = timedelta(days=14)
PROXY_VARIABLES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


# --- names -------------------------------------------------------------------------------------------------------


def dns(patient: Patient) -> Iterator[Finding]:
    """Can names be looked up: of our own services, and of the hosts watched?"""
    names = [*_services(patient), *(_bare(host) for host in (hosts_of(patient.loaded) if patient.loaded else ()))]
    names = [name for name in dict.fromkeys(names) if name and not _is_number(name)][:MOST_NAMES]
    if not names:
        yield ok("no name to look up")
        return
    lost = [name for name in names if not _is_found(name)]
    if len(lost) == len(names) and len(names) > 1:
        yield bad(
            f"none of {counted(len(names), 'name')} can be looked up",
            "look at /etc/resolv.conf and the network: resolvectl status",
        )
    elif lost:
        yield warning(
            f"cannot be looked up: {listed(lost, 10)}",
            "correct a name that is misspelt in sources.yaml or settings.yaml; a host that is gone may be switched off "
            "there (enabled: false)",
        )
    else:
        yield ok(f"{counted(len(names), 'name')} looked up")


def _services(patient: Patient) -> list[str]:
    found = []
    if "slack" in patient.channels:
        found.append(urlsplit(patient.settings.slack.base_url or f"https://{SLACK}/").hostname or SLACK)
    if "email" in patient.channels and patient.settings.mail:
        found.append(patient.settings.mail.host)
    return found


def _bare(host: str) -> str:
    """A host without its port."""
    return urlsplit(f"//{host}").hostname or host


def _is_number(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()


def _is_found(name: str) -> bool:
    try:
        socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return True


# --- proxies -----------------------------------------------------------------------------------------------------


def proxies(patient: Patient) -> Iterator[Finding]:
    """A proxy in the environment counts for Slack alone; companies are asked as the files say."""
    named = {name: patient.environ[name] for name in PROXY_VARIABLES if patient.environ.get(name)}
    if not named:
        yield ok("none in the environment")
        return
    for name, address in named.items():
        try:
            parts = urlsplit(address if "://" in address else f"http://{address}")
            host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            host, port = "", 0
        if not host:
            yield bad(f"{name} is no address of a proxy", f"set {name} to http://host:port, or unset it")
        elif not _answers(host, port):
            yield bad(
                f"the proxy {host}:{port} of {name} does not answer: Slack cannot be reached through it",
                f"start the proxy, correct {name}, or unset it",
            )
        else:
            yield warning(
                f"{name} names the proxy {host}:{port}: messages to Slack go through it, companies are not asked "
                "through it because of this variable",
                f"unset {name} if that is not what you want",
            )


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), SECONDS).close()
    except (OSError, OverflowError):
        return False
    return True


# --- certificates ------------------------------------------------------------------------------------------------


def certificates(patient: Patient) -> Iterator[Finding]:
    """Are there roots to trust, and do our own services show certificates that hold?"""
    count = 0
    for name, is_there in (("SSL_CERT_FILE", os.path.isfile), ("SSL_CERT_DIR", os.path.isdir)):
        value = patient.environ.get(name)
        if value and not is_there(value):
            count += 1
            yield bad(f"{name} names {value}, which is not there", f"unset {name}, or sudo apt install ca-certificates")
    try:
        context = ssl.create_default_context()
    except (OSError, ssl.SSLError) as error:
        yield bad(f"the trusted certificates cannot be read: {error}", "sudo apt install --reinstall ca-certificates")
        return
    if not context.get_ca_certs() and not _folder_of_roots():
        count += 1
        yield warning(
            "this machine has no trusted certificates of its own; those that come with On Record are used for "
            "companies, and Slack and mail cannot be verified",
            "sudo apt install ca-certificates",
        )
    for host, port, what in _encrypted(patient):
        found = _certificate(host, port, what, context, patient.now)
        if found is not None:
            count += 1
            yield found
    if not count:
        yield ok("trusted ones are there, and those shown to us hold")


def _folder_of_roots() -> bool:
    folder = ssl.get_default_verify_paths().capath
    return bool(folder) and any(Path(folder).iterdir())


def _encrypted(patient: Patient) -> list[tuple[str, int, str]]:
    """Services whose certificate concerns us; the mail server's is looked at where we log in."""
    found = []
    slack = urlsplit(patient.settings.slack.base_url or f"https://{SLACK}/api/")
    if "slack" in patient.channels and slack.scheme == "https" and slack.hostname:
        found.append((slack.hostname, slack.port or 443, "Slack"))
    ours = urlsplit(patient.settings.web.base_url or "")
    if ours.scheme == "https" and ours.hostname:
        found.append((ours.hostname, ours.port or 443, "the pages' own address (web.base_url)"))
    return found


def _certificate(host: str, port: int, what: str, context: ssl.SSLContext, now: datetime) -> Finding | None:
    try:
        with (
            closing(socket.create_connection((host, port), SECONDS)) as line,
            context.wrap_socket(line, server_hostname=host) as tls,
        ):
            shown = tls.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return bad(
            f"{what}: the certificate of {host} is not accepted ({error.verify_message})",
            "correct this machine's clock, renew the certificate, or sudo apt install ca-certificates",
        )
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        return warning(f"{what}: {host}:{port} could not be reached ({why})", "look at the network and its firewall")
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    if until - now < SOON:
        return warning(f"{what}: the certificate of {host} ends on {until:%d %b %Y}", "renew it before then")
    return None


# --- tokens and mail ---------------------------------------------------------------------------------------------


def tokens(patient: Patient) -> Iterator[Finding]:
    """Does Slack accept the token, and may it post? Webhooks cannot be tried without a message."""
    found: list[Finding] = []
    if "slack" in patient.channels:
        found.append(_token(patient))
    if "slack-webhook" in patient.channels and patient.loaded:
        found += _webhooks(patient)
    ping = patient.settings.ping
    if ping is not None and not _is_reachable(ping):
        host = urlsplit(ping.reveal()).hostname
        found.append(bad(f"the dead-man's switch at {host} does not answer", "look at ONRECORD_PING_URL"))
    yield from found or [ok("none is needed: no receiver is in Slack")]


def _token(patient: Patient) -> Finding:
    slack = patient.settings.slack
    if slack.token is None:
        return bad("a receiver is in a Slack channel, and there is no token", where_it_belongs(SLACK_TOKEN))
    try:
        team, scopes = probe.slack(slack)
    except DeliveryError as error:
        return bad(str(error), f"take a new token from the app's page “OAuth & Permissions”, and {where_it_belongs(SLACK_TOKEN)}")  # fmt: skip
    if scopes and "chat:write" not in scopes:
        return bad(
            f"the token of {team} may not post (it has {listed(scopes, 6)})",
            "add the scope chat:write to the app, and install it in the workspace again",
        )
    return ok(f"Slack accepts the token ({team})")


def _webhooks(patient: Patient) -> Iterator[Finding]:
    assert patient.loaded is not None
    names = {target.address for _, target in patient.loaded.routes.targets() if target.channel == "slack-webhook"}
    for name in sorted(names):
        address = patient.loaded.webhooks.get(name)
        fault = webhook_fault(address.reveal()) if address else "is not set"
        if fault:
            yield bad(f"{name} {fault}", f"set {name}, or {name}_FILE to a file that holds the webhook's address")
        elif address is not None and not _is_reachable(address):
            yield bad(
                f"the host of {name} does not answer", "look at the network and its firewall, or make a new webhook"
            )
        else:
            yield ok(f"{name} is set (onrecord routes test sends a message through it)")


def _is_reachable(address: Secret) -> bool:
    parts = urlsplit(address.reveal())
    return _answers(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


def smtp(patient: Patient) -> Iterator[Finding]:
    """Connect, log in and leave, as for a letter."""
    mail = patient.settings.mail
    if mail is None:
        if "email" in patient.channels:
            yield bad("a receiver is written to by mail, and there is no mail server", "add mail: with host and from to settings.yaml")  # fmt: skip
        else:
            yield ok("no mail server is named")
        return
    if mail.user and mail.password is None:
        yield bad(f"mail.user is {mail.user}, and there is no password", where_it_belongs(SMTP_PASSWORD))
        return
    try:
        probe.mail(mail)
    except DeliveryError as error:
        yield bad(str(error), _mail_advice(error, is_local=is_own_machine(f"http://{mail.host}")))
        return
    yield ok(f"{mail.host}:{mail.port} takes mail" + (f" from {mail.user}" if mail.user else ""))


def _mail_advice(error: DeliveryError, *, is_local: bool) -> str:
    if error.permanent:
        return f"correct mail.user or the password ({where_it_belongs(SMTP_PASSWORD)}), or mail.security"
    if is_local:
        return "start the mail server of this machine, or correct mail.host and mail.port"
    return "correct mail.host, mail.port and mail.security (starttls on 587, tls on 465); many networks close port 25"
