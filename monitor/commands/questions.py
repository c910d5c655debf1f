"""The five questions of ``onrecord init``, and the files their answers make. Each has an answer to press Enter for."""

from __future__ import annotations

import getpass
import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from core.config.routes import parse_routes
from core.config.settings import SLACK_TOKEN, SMTP_PASSWORD, parse_settings
from core.config.sources import parse_sources
from core.errors import ConfigError
from monitor.commands.output import note
from monitor.kinds import built_kinds

Means = Literal["console", "slack", "email"]

TOPICS: Final = "human-rights"
_MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said. ``secret`` is a Slack token or a mail password, empty where it comes later."""

    company: str
    url: str
    every: str
    means: Means
    target: str = ""
    mail_host: str = ""
    secret: str = ""


def ask(read: Callable[[str], str] | None = None, read_hidden: Callable[[str], str] | None = None) -> Answers:
    """Ask the five questions; an answer that cannot be used is asked for again, with the reason."""
    read, hidden = read or _read, read_hidden or getpass.getpass
    note("Five questions; Enter takes what stands in brackets. Everything can be changed in the files later.")
    company = _asked(read, "1/5 Which company do you want to watch first?", "", _company)
    url = _asked(read, f"2/5 On which page does {company} speak? (address)", "", _url)
    every = _asked(read, "3/5 How often shall it be looked at?", "6h", _every)
    told = _asked(
        read, "4/5 Who is told? (a Slack #channel, a mail address, or Enter for this terminal)", "terminal", _told
    )
    if told.startswith("#"):
        token = _asked(hidden, "5/5 The app's bot token, xoxb-… (not shown; Enter to give it later)", "", _token)
        return Answers(company, url, every, "slack", told, secret=token)
    if "@" in told:
        guess = f"smtp.{told.rpartition('@')[2]}"
        host = _asked(read, "5/5 Through which mail server?", guess, _host)
        return Answers(company, url, every, "email", told, mail_host=host)
    _asked(read, "5/5 Alerts will be printed where `onrecord run` runs. All right?", "yes", lambda answer: answer)
    return Answers(company, url, every, "console")


def _read(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()


def _asked(read: Callable[[str], str], question: str, default: str, check: Callable[[str], str]) -> str:
    while True:
        answer = read(f"{question}{f' [{default}]' if default else ''} ").strip() or default
        try:
            return check(answer)
        except ValueError as error:
            note(f"    {error}")


# --- which answers can be used ---------------------------------------------------------------------------------------


def _company(answer: str) -> str:
    if not answer:
        raise ValueError("a name is needed: how people call the company")
    return answer


def _url(answer: str) -> str:
    address = answer if "://" in answer else f"https://{answer}"
    if "." not in (urlsplit(address).hostname or ""):
        raise ValueError("that is no address of a page: https://www.example.com/human-rights, for instance")
    return _sound(lambda: sources_yaml(Answers("Example", address, "6h", "console")), "sources") and address


def _every(answer: str) -> str:
    return (
        _sound(lambda: sources_yaml(Answers("Example", "https://example.org/", answer, "console")), "sources")
        and answer
    )


def _told(answer: str) -> str:
    if answer == "terminal":
        return answer
    if not (answer.startswith("#") or _MAIL.fullmatch(answer)):
        raise ValueError("a Slack channel begins with #, a mail address holds an @; Enter for this terminal")
    means: Means = "slack" if answer.startswith("#") else "email"
    return _sound(lambda: routes_yaml(Answers("Example", "", "6h", means, answer)), "routes") and answer


def _token(answer: str) -> str:
    if answer and not answer.startswith("xoxb-"):
        raise ValueError("a bot token begins with xoxb-; the app's page “OAuth & Permissions” shows it")
    return answer


def _host(answer: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+", answer):
        raise ValueError("the name of a server, smtp.example.org for instance")
    return answer


def _sound(text: Callable[[], str], which: Literal["sources", "routes"]) -> str:
    """The files' own checks decide what may stand in them. Raises ValueError with their first objection."""
    try:
        if which == "sources":
            parse_sources(text(), built_kinds=built_kinds())
        else:
            parse_routes(text(), companies=None, topics=None)
    except ConfigError as error:
        raise ValueError(error.problems[0].message) from None
    return "sound"


# --- files -----------------------------------------------------------------------------------------------------------


def files(answers: Answers, starter: Mapping[str, str]) -> dict[str, str]:
    """The files of a home: the starter ones, speaking of what the person said."""
    made = {
        "sources.yaml": sources_yaml(answers) + _examples(starter["sources.yaml"]),
        "routes.yaml": routes_yaml(answers) + _examples(starter["routes.yaml"]),
        "settings.yaml": _mail(answers) + starter["settings.yaml"],
    }
    parse_settings(made["settings.yaml"], environ={})
    return made


def _examples(starter: str) -> str:
    """What the starter file shows behind a # after its first entries."""
    lines = starter.splitlines()
    last = max(at for at, line in enumerate(lines) if line and not line.lstrip().startswith("#"))
    return "".join(f"{line}\n" for line in lines[last + 1 :])


def sources_yaml(answers: Answers) -> str:
    said = json.dumps  # every JSON text is a YAML one
    return (
        "# What On Record watches: companies, and where each of them speaks. `onrecord validate` checks this file.\n"
        "companies:\n"
        f"  - name: {said(answers.company, ensure_ascii=False)}\n"
        f"    topics: [{TOPICS}]                # free words; routes.yaml can choose alerts by them\n"
        "    sources:\n"
        f"      - url: {said(answers.url)}\n"
        f"        every: {said(answers.every)}\n"
    )


def routes_yaml(answers: Answers) -> str:
    how = {
        "console": "{console: true}",
        "slack": f"{{slack: {{channel: {json.dumps(answers.target)}}}}}",
        "email": f"{{email: [{json.dumps(answers.target)}]}}",
    }[answers.means]
    name = "console" if answers.means == "console" else "desk"
    return f"# Who should hear. `onrecord routes explain` says who heard what, and why.\nreceivers:\n  {name}: {how}\n\ndefault: {name}\n"


def _mail(answers: Answers) -> str:
    if answers.means != "email":
        return ""
    sender = f"onrecord@{answers.target.rpartition('@')[2]}"
    return (
        f"mail:\n  host: {answers.mail_host}\n  from: {sender}\n"
        f"  # user: {sender}   # where the server wants a login; its password comes from {SMTP_PASSWORD.variable}\n\n"
    )


def secrets(answers: Answers) -> dict[str, str]:
    """What belongs into the folder of secrets, by variable."""
    return {SLACK_TOKEN.variable: answers.secret} if answers.secret else {}
