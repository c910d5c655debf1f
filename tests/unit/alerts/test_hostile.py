"""Sixty hostile strings through every channel: no ping, no header, no markup, no live link, nothing invisible, no flood."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser
from typing import Any

import pytest

from alerts.channels import Means, kinds
from alerts.channels._blocks import MAX_BLOCKS, MAX_HEADER, MAX_TEXT, _length, blocks, fallback_text, layout
from alerts.channels._objects import as_line, as_object
from alerts.channels.console import CHANNEL as CONSOLE
from alerts.channels.email import letter_of
from alerts.message import Message, compose
from alerts.standalone import page_to_pass_on
from core.config.receivers import Schedule
from core.config.settings import Mail
from core.deadlines import Due, due_entry
from core.links import Links
from core.lists import DigestFacts, NotSeen, build_digest
from core.model import Change, Severity
from core.report import to_plain
from core.week import Unseen, WeekFacts, build_week
from storage.deliveries import Told
from tests.changes import BASE_URL, FIRST_CHANGED
from tests.deliveries import delivery_of, message_of, written_everywhere
from tests.hostile import ALL, BULK
from tests.slack_standin import fault_of

MAIL = Mail("localhost", 25, "none", "onrecord@example.org")
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)
CASES = [pytest.param(text, id=f"{number:02}") for number, text in enumerate(ALL)]
OWN_LINK = f"{BASE_URL}/c/halden-sales/6..7"
OWN = re.escape(BASE_URL) + r"/(c/halden-sales/6\.\.7|v/halden-sales/[67]|[au]/[\w.-]+)"
OWN_LINKS = [OWN_LINK, f"{BASE_URL}/v/halden-sales/6", f"{BASE_URL}/v/halden-sales/7"]
LINKS = Links(b"k" * 32, BASE_URL)


def test_there_are_sixty_strings_and_five_channels() -> None:
    assert len(set(ALL)) == 60
    assert sorted(kinds()) == ["console", "email", "jsonl", "slack", "webhook"]


def hostile_message(text: str) -> Message:
    change: Change = written_everywhere(text)
    return message_of(change)


def walked(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for entry in value.values():
            yield from walked(entry)
    if isinstance(value, list):
        for entry in value:
            yield from walked(entry)


@pytest.mark.parametrize("text", CASES)
def test_slack_reads_no_mention_and_no_link_in_what_a_page_wrote(text: str) -> None:
    message = hostile_message(text)
    laid = layout(message, has_buttons=True)
    found = [block for post in (laid.main, *laid.thread) for block in post]
    kinds_used = {node["type"] for node in walked(found) if "type" in node}
    assert kinds_used <= {
        "header", "plain_text", "rich_text", "rich_text_section", "rich_text_quote", "rich_text_list",
        "text", "date", "link", "context", "actions", "button", "static_select", "users_select",
    }  # fmt: skip
    assert "mrkdwn" not in json.dumps(found)
    assert [node["url"] for node in walked(found) if node.get("type") == "link"] == OWN_LINKS
    assert all(node["text"] for node in walked(found) if node.get("type") in {"text", "plain_text"})
    assert not UNSEEN.search("".join(str(node["text"]) for node in walked(found) if isinstance(node.get("text"), str)))
    line = fallback_text(message)
    assert not re.search(r"[<>@]|&(?!amp;|lt;|gt;)", line)
    assert not UNSEEN.search(line)


@pytest.mark.parametrize("text", CASES)
def test_slack_limits_hold(text: str) -> None:
    laid = layout(hostile_message(text), has_buttons=True)
    for post in (laid.main, *laid.thread):
        assert len(post) <= MAX_BLOCKS
        assert _length(post) <= MAX_TEXT
        assert fault_of({"blocks": json.loads(json.dumps(post))}) == ""
    assert len(laid.main[0]["text"]["text"]) <= MAX_HEADER


@pytest.mark.parametrize("text", CASES)
def test_a_letter_has_our_headers_and_no_others(text: str) -> None:
    letter = letter_of(hostile_message(text), MAIL, LINKS)
    read = message_from_bytes(letter.as_bytes(), policy=SMTP)
    assert [name for name, _ in read.items()] == [
        "From", "To", "Subject", "Date", "Message-ID", "References", "List-Id", "List-Unsubscribe",
        "List-Unsubscribe-Post", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert read["To"] == "#rights"
    assert len(read["Subject"]) <= 200
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]


ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "h1", "h2", "b", "p",
    "br", "span", "del", "ins", "a", "ul", "li",
}  # fmt: skip


class Tags(HTMLParser):
    """Which elements and addresses a page holds."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.addresses: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "background", "action"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("text", CASES)
def test_html_holds_our_elements_and_one_address(text: str) -> None:
    letter = letter_of(hostile_message(text), MAIL, LINKS)
    part = letter.get_body(("html",))
    assert part is not None
    page = Tags()
    page.feed(part.get_content())
    assert page.names <= ELEMENTS
    assert page.addresses[0] == OWN_LINK
    assert len(page.addresses) == 8
    assert all(re.fullmatch(OWN, address) for address in page.addresses)
    assert page.handlers == []
    assert not UNSEEN.search(part.get_content())


@pytest.mark.parametrize("text", CASES)
def test_plain_text_holds_nothing_live_and_nothing_invisible(text: str) -> None:
    message = hostile_message(text)
    live = [found for found in re.findall(r"(?i)(?:https?://|www\.)\S+", message.text) if not re.fullmatch(OWN, found)]
    assert live == []
    assert not UNSEEN.search(message.text)
    assert message.text.count("\nHOW SURE, AND WHERE\n") == 1
    assert len(message.text) < 60_000


@pytest.mark.parametrize("text", CASES)
def test_the_console_prints_text_and_no_commands(text: str) -> None:
    written: list[str] = []
    CONSOLE.open(Means(write=written.append)).send(hostile_message(text))
    assert "\x1b" not in "".join(written)
    assert not UNSEEN.search("".join(written))
    assert "WHY YOU ARE TOLD" in "".join(written)


@pytest.mark.parametrize("text", CASES)
def test_a_program_reads_one_line_of_json_with_our_keys(text: str) -> None:
    line = as_line(as_object(hostile_message(text)))
    assert len(line.splitlines()) == 1
    read = json.loads(line)
    assert sorted(read) == sorted(KEYS)
    assert (read["type"], read["id"], read["link"]) == ("alert", "01JD7Q4T0C5R8V2N6K9M3X7A1B", OWN_LINK)
    assert not UNSEEN.search(line)
    assert all(re.fullmatch(OWN, found) for found in re.findall(r"(?i)(?:https?://|www\.)[^\s\"]+", line))


KEYS = (
    "type", "id", "alert", "at", "kind", "notice", "receiver", "why_you", "mark", "severity", "company", "title", "topics",
    "lines", "last_seen_at", "first_changed_at", "page_date", "page_date_stands", "document", "address", "language",
    "quotes", "more_passages", "reasons", "how_sure", "facts", "earlier", "captures", "link", "command", "case", "sections",
)  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_a_page_to_pass_on_holds_our_elements_and_loads_nothing(text: str) -> None:
    message = hostile_message(text)
    found = page_to_pass_on(message.report, message.subject, FIRST_CHANGED)
    page = Tags()
    page.feed(found)
    assert page.names <= ELEMENTS
    assert page.addresses == []
    assert page.handlers == []
    assert not UNSEEN.search(found)


# --- lists: the digest and the weekly report ----------------------------------------------------------------------


def hostile_lists(text: str) -> tuple[Message, Message]:
    """A digest that tells such an alert, a source that cannot be seen and a promise; a week in which every name is that."""
    one = delivery_of(written_everywhere(text))
    due = Due("k1", text, date(2026, 12, 1), FIRST_CHANGED, written_everywhere(text).document)
    facts = DigestFacts(
        alerts=1,
        worst=Severity.HIGH,
        not_seen=(NotSeen(text, text, "refused", FIRST_CHANGED),),
        falling_due=(due_entry(due, today=FIRST_CHANGED.date(), base_url=BASE_URL),),
    )
    week = WeekFacts(
        FIRST_CHANGED,
        FIRST_CHANGED,
        not_seen=(text,),
        gaps=(Unseen(text, text, timedelta(days=2), is_open=True),),
        noisiest=((text, 3),),
        stale=((text, None),),
        silent_rules=(text,),
    )
    schedule = Schedule()
    digest = build_digest(facts, schedule, at=FIRST_CHANGED, base_url=BASE_URL)
    weekly = build_week(week, schedule, base_url=BASE_URL)
    told = Told(118, one.kind, one.severity, one.title, one.report)
    return (
        compose(replace(one, kind="digest", title=digest.title, report=to_plain(digest), also=(told,))),
        compose(replace(one, kind="report", title=weekly.title, report=to_plain(weekly))),
    )


OWN_PAGES = re.escape(BASE_URL) + r"/(c/halden-sales/6\.\.7|commitments/k1|[au]/[\w.-]+)?"


@pytest.mark.parametrize("text", CASES)
def test_lists_of_alerts_are_as_safe_in_every_channel(text: str) -> None:
    for message in hostile_lists(text):
        found = blocks(message)
        assert fault_of({"blocks": json.loads(json.dumps(found))}) == ""
        assert {element.get("type") for element in walked(found)} & {
            "user",
            "usergroup",
            "broadcast",
            "channel",
        } == set()
        assert all(re.fullmatch(OWN_PAGES, element["url"]) for element in walked(found) if "url" in element)
        letter = letter_of(message, MAIL, LINKS)
        assert len(letter.items()) == len(dict(letter.items())), "no header twice"
        html, plain = letter.get_body(("html",)), letter.get_body(("plain",))
        assert html is not None
        assert plain is not None
        page = Tags()
        page.feed(html.get_content())
        assert page.names <= ELEMENTS
        assert page.handlers == []
        assert all(re.fullmatch(OWN_PAGES, address) for address in page.addresses)
        line = as_line(as_object(message))
        assert len(line.splitlines()) == 1
        written: list[str] = []
        CONSOLE.open(Means(write=written.append)).send(message)
        for said in (plain.get_content(), html.get_content(), line, message.text, *written, fallback_text(message)):
            assert not UNSEEN.search(said.replace("\r\n", "\n"))
            live = re.findall(r"(?i)(?:https?://|www\.)[^\s\"<]+", said)
            assert [each for each in live if not re.fullmatch(OWN_PAGES, each)] == []


@pytest.mark.parametrize("text", BULK, ids=["words", "one word", "ideographs"])
def test_what_is_cut_carries_a_mark(text: str) -> None:
    message = hostile_message(text)
    assert "[…]" in message.text
    assert "[…]" in json.dumps(blocks(message), ensure_ascii=False)
