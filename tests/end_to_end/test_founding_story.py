"""The founding story, from a source to Slack, a mailbox and the compare page: real check, real HTTP, real SMTP.

A company says that it will stop selling in one region after "fact-specific assessments"; a policy of its then turns
"will not" into "does not knowingly".
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi.testclient import TestClient

from monitor.app import open_archive
from monitor.home import Home
from tests.command import onrecord, write_home
from tests.far_side import Site, feed, page
from tests.slack_standin import TOKEN, Post, SlackStandIn
from web.app import create_app

PAGES = "http://127.0.0.1:8765"
FIRM = "Halden will not sell human identification instruments to police authorities in Xinjiang."
HEDGED = "Halden does not knowingly sell human identification instruments to police authorities in Xinjiang."
STATEMENT = (
    "Halden has decided to stop selling its human identification instruments in Xinjiang. "
    "The decision follows fact-specific assessments."
)
ROUTES = """\
receivers:
  desk:
    slack: {channel: "#rights"}
    email: [desk@example.org]
default: desk
"""


@dataclass
class Mailbox:
    """What a real mail server took."""

    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the name is the library's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@dataclass
class Story:
    """A company's site, a desk that is told, and a home that watches the one for the other."""

    home: Path
    site: Site
    slack: SlackStandIn
    mailbox: Mailbox

    def check(self) -> list[dict[str, Any]]:
        """One ``onrecord check`` of everything; its lines."""
        ran = onrecord("check", "--json")
        assert ran.status == 0, ran.err
        return ran.lines

    def arrived(self) -> tuple[Post, EmailMessage]:
        """The one message that arrived at both since the last look."""
        (post,), (letter,) = self.slack.posts, self.mailbox.letters
        self.slack.posts.clear()
        self.mailbox.letters.clear()
        return post, letter

    def page(self, address: str) -> str:
        """One of the product's own pages, by the address a message gave."""
        with open_archive(Home(self.home), {}) as archive:
            app = create_app(
                archive.database,
                archive.blobs,
                now=lambda: datetime.now(UTC),
                base_url=PAGES,
                allowed_hosts=frozenset({"127.0.0.1"}),
                guest="reader",
            )
            answer = TestClient(app, base_url=PAGES).get(urlsplit(address).path)
        assert answer.status_code == 200, answer.text
        return str(answer.text)


@contextmanager
def mail_server(mailbox: Mailbox) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def story(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """Everything stands there as it did before the story, and the first look has been told."""
    mailbox = Mailbox()
    monkeypatch.setenv("ONRECORD_SLACK_TOKEN", TOKEN)
    with Site() as site, SlackStandIn() as slack, mail_server(mailbox) as mail_port:
        site.pages["/sales.html"] = page(FIRM, title="Responsible sales")
        site.pages["/laboratory.html"] = page("A laboratory opens its doors to students.", title="A laboratory")
        site.pages["/feed.xml"] = feed(("A laboratory", site.url("/laboratory.html")))
        write_home(
            home,
            site.authority,
            f'{{role: sales, url: "{site.url("/sales.html")}"}}',
            f'{{kind: feed, id: news, url: "{site.url("/feed.xml")}"}}',
            settings=(
                f'slack: {{base_url: "{slack.api}"}}\n'
                f"mail: {{host: 127.0.0.1, port: {mail_port}, security: none, from: onrecord@example.org}}\n"
            ),
        )
        settings = home / "settings.yaml"
        settings.write_text(settings.read_text().replace("port: 8765", f'port: 8765, base_url: "{PAGES}"'))
        (home / "routes.yaml").write_text(ROUTES)
        told = Story(home, site, slack, mailbox)
        assert {line["status"] for line in told.check()} == {"new"}
        post, letter = told.arrived()
        assert "First look" in post.words
        assert letter["Subject"] == "ALREADY THERE: Halden Biosystems, First look (info)"
        yield told


def styled(post: Post, style: str) -> list[str]:
    """The words of a message's quotes that carry a style."""
    return [
        run["text"]
        for block in post.payload["blocks"]
        for quote in block.get("elements", [])
        if quote["type"] == "rich_text_quote"
        for run in quote["elements"]
        if run.get("style", {}).get(style)
    ]


def link_of(post: Post) -> str:
    """The address of our own page that a message gives first; those of the captures follow."""
    runs = [run for block in post.payload["blocks"] for part in block.get("elements", []) for run in _runs(part)]
    link, *captures = [str(run["url"]) for run in runs if run["type"] == "link"]
    assert all("/v/" in capture for capture in captures)
    return link


def _runs(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [run for run in part.get("elements", []) if isinstance(run, dict)]


def plain(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def test_a_statement_with_fact_specific_assessments_reaches_the_desk(story: Story) -> None:
    site = story.site
    site.pages["/statement.html"] = page(STATEMENT, title="Statement on Xinjiang")
    site.pages["/feed.xml"] = feed(
        ("Statement on Xinjiang", site.url("/statement.html")), ("A laboratory", site.url("/laboratory.html"))
    )
    statuses = {urlsplit(line["url"]).path: (line["status"], line["alerts"]) for line in story.check()}
    assert statuses == {
        "/feed.xml": ("changed", 0),
        "/sales.html": ("unchanged", 0),
        "/statement.html": ("new", 1),
    }

    post, letter = story.arrived()
    assert post.payload["channel"] == "#rights"
    assert post.payload["blocks"][0]["text"]["text"] == "• NEW · Halden Biosystems · Statement on Xinjiang"
    assert "High · " in post.words
    assert STATEMENT in post.words
    assert letter["Subject"] == "NEW: Halden Biosystems, Statement on Xinjiang (high)"
    assert letter["Message-ID"].startswith("<")
    assert STATEMENT in plain(letter)
    assert "“fact-specific assessments” came in (hedge.fact-specific)" in plain(letter)

    (found,) = onrecord("search", '"fact-specific assessments"', "--json").lines
    assert (found["text"], found["gone_since"]) == (STATEMENT, None)
    assert link_of(post) == f"{PAGES}/d/{found['document']}"
    assert "fact-specific assessments" in story.page(link_of(post))


def test_will_not_becomes_does_not_knowingly(story: Story) -> None:
    story.site.pages["/sales.html"] = page(HEDGED, title="Responsible sales")
    (line,) = [line for line in story.check() if line["status"] != "unchanged"]
    assert (line["status"], line["class"], line["alerts"]) == ("changed", "substantive", 1)

    post, letter = story.arrived()
    assert post.payload["blocks"][0]["text"]["text"] == "− WEAKENED · Halden Biosystems · Responsible sales"
    assert "Critical · " in post.words
    assert styled(post, "strike") == ["will"]
    assert styled(post, "bold") == ["does", "knowingly"]
    assert (post.payload["unfurl_links"], post.payload["unfurl_media"]) == (False, False)
    assert letter["Subject"] == "WEAKENED: Halden Biosystems, Responsible sales (critical)"
    said = plain(letter)
    assert "> Halden [-will-] not sell human identification instruments" in said
    assert "> Halden {+does+} not {+knowingly+} sell human identification instruments" in said
    assert f"Side by side: {link_of(post)}" in said

    compared = story.page(link_of(post))
    assert urlsplit(link_of(post)).path == f"/c/{line['document']}/1..2"
    assert "<del" in compared
    assert "knowingly" in compared
    assert "Weakened" in compared


def test_asked_again_nothing_is_told_twice(story: Story) -> None:
    story.site.pages["/sales.html"] = page(HEDGED, title="Responsible sales")
    story.check()
    story.arrived()
    assert {line["status"] for line in story.check()} == {"unchanged"}
    assert (story.slack.posts, story.mailbox.letters) == ([], [])
