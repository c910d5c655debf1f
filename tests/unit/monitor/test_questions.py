"""The five questions of ``onrecord init``: what may be answered, and that the files they make are sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.config.routes import parse_routes
from core.config.settings import SLACK_TOKEN, parse_settings
from core.config.sources import parse_sources
from monitor.commands import questions
from monitor.commands.questions import Answers
from monitor.home import Home, starter_files
from monitor.kinds import built_kinds


def answering(*answers: str) -> tuple[Callable[[str], str], list[str]]:
    """Someone who answers in this order, and what they were asked."""
    left: Iterator[str] = iter(answers)
    asked: list[str] = []

    def read(question: str) -> str:
        asked.append(question.strip())
        return next(left)

    return read, asked


def test_enter_is_enough_wherever_something_stands_in_brackets() -> None:
    read, asked = answering("Halden Biosystems", "halden.example/ethics", "", "", "")
    assert questions.ask(read, read) == Answers("Halden Biosystems", "https://halden.example/ethics", "6h", "console")
    assert asked == [
        "1/5 Which company do you want to watch first?",
        "2/5 On which page does Halden Biosystems speak? (address)",
        "3/5 How often shall it be looked at? [6h]",
        "4/5 Who is told? (a Slack #channel, a mail address, or Enter for this terminal) [terminal]",
        "5/5 Alerts will be printed where `onrecord run` runs. All right? [yes]",
    ]


def test_what_cannot_be_used_is_asked_for_again_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    read, asked = answering(
        "", 'Acme "Labs": 株式会社', "nowhere", "ftp://a.example/x", "https://acme.example/a?b=c#d", "soon", "5s", "12h",
        "the desk", "#rights", "hunter2", "xoxb-1",
    )  # fmt: skip
    answers = questions.ask(read, read)
    assert len(asked) == 12
    assert (answers.company, answers.every, answers.target, answers.secret) == (
        'Acme "Labs": 株式会社', "12h", "#rights", "xoxb-1",
    )  # fmt: skip
    said = capsys.readouterr().err
    assert "a name is needed" in said
    assert "that is no address of a page" in said
    assert "a Slack channel begins with #" in said
    assert "a bot token begins with xoxb-" in said


EVERY = [
    Answers("Halden", "https://halden.example/ethics", "6h", "console"),
    Answers('Acme "Labs": 株式会社', "https://acme.example/a?b=c#d", "90m", "slack", "#rights", secret="xoxb-1"),
    Answers("- a: [b]", "https://acme.example/", "1d", "email", "desk@example.org", mail_host="smtp.example.org"),
]


@pytest.mark.parametrize("answers", EVERY, ids=lambda answers: answers.means)
def test_the_files_are_sound_and_say_what_was_said(answers: Answers) -> None:
    made = questions.files(answers, starter_files())
    watched = parse_sources(made["sources.yaml"], built_kinds=built_kinds())
    assert [company.name for company in watched.companies] == [answers.company]
    [source] = watched.enabled
    assert source.url == answers.url.partition("#")[0] or source.url == answers.url
    routes = parse_routes(made["routes.yaml"], companies=watched.company_ids, topics=watched.topics)
    assert [target.channel for _, target in routes.targets()] == [answers.means]
    settings = parse_settings(made["settings.yaml"], environ={})
    assert (settings.mail.host if settings.mail else "") == answers.mail_host
    assert "xoxb" not in "".join(made.values())
    assert "# routes:" in made["routes.yaml"]
    assert "# - name: Acme" in made["sources.yaml"]


def test_the_token_goes_into_a_file_of_ones_own(tmp_path: Path) -> None:
    home = Home(tmp_path)
    [(name, text)] = questions.secrets(EVERY[1]).items()
    path = home.keep_secret(name, text)
    assert path == tmp_path / "secrets" / SLACK_TOKEN.variable
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert path.read_text() == "xoxb-1\n"
