"""``onrecord demo``: the whole story in a process of its own, and what it leaves behind."""

from __future__ import annotations

import ast
import json
import os
import smtplib
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from core.model import ChangeClass, DocumentEvent
from monitor.app import open_archive
from monitor.demo.rehearsal import prepared
from monitor.demo.stages import STAGES
from monitor.demo.stand_ins import ADDRESS, CHANNEL, TOKEN, PretendMailbox, PretendSlack
from monitor.demo.website import FEED, HOST, Website, page_text
from monitor.home import Home
from storage import changes, documents, events, promises
from storage.changes import StoredChange
from storage.promises import Wanted
from tests.command import onrecord
from tests.repository import ROOT, sources_of

COMPANY = "orrelund-instruments"
SUBJECTS = [
    "ALREADY THERE: Orrelund Instruments, First look (info)",
    "NEW: Orrelund Instruments, Statement on sales in Xinjiang (high)",
    "WEAKENED: Orrelund Instruments, Responsible sales (critical)",
    f"CANNOT BE SEEN: Orrelund Instruments, {COMPANY}/supplier-code (low)",
    f"SEEN AGAIN: Orrelund Instruments, {COMPANY}/supplier-code (low)",
    f"CANNOT BE SEEN: Orrelund Instruments, {COMPANY}/answers (low)",
    "GONE: Orrelund Instruments, Answers on sales in Xinjiang (critical)",
    "REMOVED: Orrelund Instruments, What our instruments are for (critical)",
]


@dataclass(frozen=True, slots=True)
class Played:
    """A rehearsal that has ended: what it printed, and its folder."""

    out: str
    folder: Path

    @property
    def posts(self) -> list[dict[str, Any]]:
        """What Slack received, in order."""
        return [json.loads(file.read_text()) for file in sorted((self.folder / "received/slack").iterdir())]

    @property
    def letters(self) -> list[EmailMessage]:
        """What lies in the mailbox, in order."""
        files = sorted((self.folder / "received/mailbox").iterdir())
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def stage(self, title: str) -> str:
        """What was printed of one stage."""
        (at,) = [at for at, stage in enumerate(STAGES, 1) if stage.title == title]
        begun = self.out.partition(f"── {at} of {len(STAGES)} · {title} ")[2]
        return begun.partition(f"── {at + 1} of {len(STAGES)}")[0].partition("── The archive is yours")[0]

    def changes_of(self, name: str) -> list[StoredChange]:
        """The changes on record of one document."""
        with open_archive(Home(self.folder), {}) as archive, archive.database.read() as conn:
            return changes.of_document(conn, documents.by_slug(conn, f"{COMPANY}/{name}").id)


def play(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "monitor", "--home", str(folder), "demo", "--exit", "--pace", "0", *options]
    environ = {**os.environ, "COLUMNS": "80"}
    return subprocess.run(command, cwd=folder.parent, env=environ, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Played once for all tests here; the guard of the tests is up in that process too."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    ran = play(folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    return Played(ran.stdout, folder)


# --- what arrives ----------------------------------------------------------------------------------------------------


def test_each_message_arrives_once_in_slack_and_once_in_the_mailbox(played: Played) -> None:
    assert [letter["Subject"].strip() for letter in played.letters] == SUBJECTS
    headers = [post["blocks"][0]["text"]["text"].partition(" ")[2] for post in played.posts]
    assert headers == [
        subject.rpartition(" (")[0].replace(": ", " · ", 1).replace(", ", " · ", 1) for subject in SUBJECTS
    ]
    deliveries = [post["metadata"]["event_payload"]["delivery"] for post in played.posts]
    assert len(set(deliveries)) == len(SUBJECTS)
    assert len({letter["Message-ID"] for letter in played.letters}) == len(SUBJECTS)
    assert {post["channel"] for post in played.posts} == {CHANNEL}
    assert {letter["To"] for letter in played.letters} == {ADDRESS}


def test_the_promises_stand_in_the_ledger_that_its_pages_show(played: Played) -> None:
    with open_archive(Home(played.folder), {}) as archive, archive.database.read() as conn:
        promised, by = promises.counts(conn)
        softer = promises.listed(conn, Wanted(softened=True))
    assert (promised >= 5, by) == (True, 1)
    assert any("knowingly" in one.entry.now.whole for one in softer)


def styled(post: dict[str, Any], style: str) -> list[str]:
    quotes = [
        part for block in post["blocks"] for part in block.get("elements", []) if part["type"] == "rich_text_quote"
    ]
    return [run["text"] for quote in quotes for run in quote["elements"] if run.get("style", {}).get(style)]


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def test_the_statement_is_quoted_with_its_hedge(played: Played) -> None:
    text = text_of(played.letters[1])
    assert (
        "> Orrelund Instruments has decided to stop selling its human identification instruments in Xinjiang." in text
    )
    assert "“fact-specific assessments” came in (hedge.fact-specific)" in text


def test_the_words_that_went_out_are_struck_and_those_that_came_in_bold(played: Played) -> None:
    post = played.posts[2]
    assert (styled(post, "strike"), styled(post, "bold")) == (["will"], ["does", "knowingly"])
    assert "> Orrelund [-will-] not sell human identification instruments" in text_of(played.letters[2])
    assert "> Orrelund {+does+} not {+knowingly+} sell human identification instruments" in text_of(played.letters[2])


def test_a_line_above_a_list_is_told_with_the_items_that_lost_it(played: Played) -> None:
    text = text_of(played.letters[7])
    assert "Found: “We will not supply our instruments for” went out." in text
    assert text.count("> [-We will not supply our instruments for:-]") == 4
    assert "{+" not in text.partition("[-went out-]")[0]


# --- what does not ---------------------------------------------------------------------------------------------------


def test_noise_is_archived_and_told_to_nobody(played: Played) -> None:
    told = played.stage("Noise")
    assert "seven pages (200): changed, surroundings" in told
    assert "No message in Slack, no letter in the mailbox." in told
    assert "Nobody was told, and that is the point" in told
    first, *_ = played.changes_of("human-rights")
    assert first.change.change_class is ChangeClass.SURROUNDINGS


def test_a_block_page_is_one_incident_and_no_change(played: Played) -> None:
    assert {each.change.change_class for each in played.changes_of("supplier-code")} == {ChangeClass.SURROUNDINGS}
    with open_archive(Home(played.folder), {}) as archive, archive.database.read() as conn:
        found = [event for event in events.since(conn, 0, 10_000) if event.type.startswith("incident.")]
        document = documents.by_slug(conn, f"{COMPANY}/supplier-code")
    supplier = [event.type for event in found if event.source_id == f"{COMPANY}/supplier-code"]
    assert supplier == ["incident.opened", "incident.closed"]
    assert document.state == "live"
    assert "Not seen is not gone: nothing is reported as removed." in text_of(played.letters[3])
    assert "no claim about the supplier code" in " ".join(played.stage("A page that refuses").split())


def test_a_page_is_gone_only_after_captures_over_more_than_a_day(played: Played) -> None:
    (gone,) = [each for each in played.changes_of("answers-on-xinjiang") if each.change.event is DocumentEvent.GONE]
    window = gone.change.window
    assert window.last_seen_at is not None
    assert timedelta(0) < window.first_changed_at - window.last_seen_at <= timedelta(hours=8)
    assert told_at(played, SUBJECTS[6]) - window.first_changed_at >= timedelta(hours=24)
    reasons = " ".join(gone.change.reasons)
    assert "captures since" in reasons
    assert "of the same site answers" in reasons


def told_at(played: Played, title: str) -> datetime:
    """When an alert was raised, in pretend time."""
    with open_archive(Home(played.folder), {}) as archive, archive.database.read() as conn:
        raised = [event for event in events.since(conn, 0, 10_000) if event.type == "alert.raised"]
    (one,) = [event for event in raised if event.data["title"] == title]
    return one.at


# --- what is shown and left ------------------------------------------------------------------------------------------


def test_every_stage_is_shown_in_eighty_columns(played: Played) -> None:
    for stage in STAGES:
        told = played.stage(stage.title)
        assert "COMPANY" in told, stage.title
        assert "ON RECORD" in told, stage.title
    lines = [line for line in played.out.splitlines() if "--home" not in line]
    assert len(lines) > 300
    assert [line for line in lines if len(line) > 80] == []


def test_why_somebody_did_it_is_never_said(played: Played) -> None:
    for word in ("quietly", "watered down", "backtrack", "hide", "secretly", "because of pressure", "in order to"):
        assert word not in played.out.lower()


def test_the_archive_that_is_left_answers(played: Played) -> None:
    home = ("--home", str(played.folder))
    (found,) = onrecord(*home, "search", '"fact-specific assessments"', "--json").lines
    assert (found["document"], found["gone_since"]) == (f"{COMPANY}/statement-on-sales", None)
    (firm,) = onrecord(*home, "search", '"Orrelund will not sell"', "--json").lines
    assert firm["gone_since"] is not None
    history = onrecord(*home, "history", "responsible-sales")
    assert (history.status, "version 3" in history.out) == (0, True)
    diff = onrecord(*home, "diff", "responsible-sales")
    assert (diff.status, "Orrelund [-will-] {+does+} not {+knowingly+} sell" in diff.out) == (0, True)
    assert f"--home {played.folder} search" in played.out


def test_the_pages_are_served_while_it_plays_and_the_messages_link_to_them(tmp_path: Path) -> None:
    with prepared(tmp_path / "home", with_pages=True) as rehearsal:
        list(rehearsal.watch(timedelta(hours=1)))
        assert rehearsal.pages is not None
        with urlopen(rehearsal.pages, timeout=20) as answer:
            today = answer.read().decode()
        (post,) = rehearsal.slack.posts()
    assert "Archived six documents at six sources" in today
    assert {"type": "link", "url": rehearsal.pages, "text": "In the archive"} in [
        run for block in post.blocks for part in block.get("elements", []) for run in part.get("elements", [])
    ]


def test_a_home_of_somebodys_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("companies: []\n")
    ran = onrecord("--home", str(tmp_path), "demo", "--exit", "--pace", "0")
    assert ran.status == 2
    assert "there is a home here already: give the rehearsal an empty folder, or none" in ran.err
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["sources.yaml"]
    assert (tmp_path / "sources.yaml").read_text() == "companies: []\n"


# --- what is pretended, and what is not --------------------------------------------------------------------------------

PRODUCTS_OWN = (
    "core.rules",
    "core.matching",
    "core.text",
    "core.commitments",
    "core.classify",
    "core.course",
    "core.grade",
    "core.quotes",
    "core.report",
    "core.occasions",
    "alerts",
)


def imported(path: Path) -> set[str]:
    """Every module and every name out of one that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_nothing_of_the_rehearsal_compares_judges_or_words() -> None:
    files = [path for path in sources_of("monitor") if path.parent.name == "demo"]
    assert len(files) >= 6
    for path in files:
        mine = {name for name in imported(path) if name.startswith(PRODUCTS_OWN)}
        assert mine == set(), f"{path.relative_to(ROOT)} does what the product should do"


def now() -> datetime:
    return datetime(2026, 11, 16, 9, tzinfo=UTC)


def asked_of(slack: PretendSlack, token: str, **message: object) -> dict[str, Any]:
    request = Request(f"{slack.base_url}chat.postMessage", json.dumps(message).encode(), method="POST")
    request.add_header("Authorization", f"Bearer {token}")
    with urlopen(request, timeout=5) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return told


def test_the_pretend_slack_refuses_as_slack_does(tmp_path: Path) -> None:
    with PretendSlack(now, tmp_path) as slack:
        assert asked_of(slack, "xoxb-other", channel=CHANNEL, text="a")["error"] == "invalid_auth"
        assert asked_of(slack, TOKEN, channel="#other", text="a")["error"] == "channel_not_found"
        assert asked_of(slack, TOKEN, channel=CHANNEL)["error"] == "no_text"
        assert asked_of(slack, TOKEN, channel=CHANNEL, text="a")["ok"] is True
        assert [post.text for post in slack.posts()] == ["a"]


def test_the_pretend_mailbox_is_a_mail_server(tmp_path: Path) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "a dot", "onrecord@rights-desk.example", ADDRESS
    letter.set_content("one\n.\n..two\n")
    with PretendMailbox(tmp_path) as mailbox, smtplib.SMTP("127.0.0.1", mailbox.port, timeout=5) as server:
        server.send_message(letter)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.send_message(letter, to_addrs=["someone@else.example"])
        (kept,) = mailbox.letters()
    assert (kept["Subject"], kept.get_content().splitlines()) == ("a dot", ["one", ".", "..two"])


def test_the_pretend_site_is_changed_only_where_the_words_stand() -> None:
    with Website(now) as site:
        with pytest.raises(ValueError, match="does not stand exactly once"):
            site.edit("/policies/uses", "no such words", "others")
        page = site.answer("/policies/uses", "")
        assert (page.status, b"We will not supply" in page.body) == (200, True)
        assert site.answer("/policies/uses", page.etag).status == 304
        assert site.answer("/nowhere", "").status == 404
        assert f"http://{HOST}/newsroom/training-laboratory".encode() in site.answer(FEED, "").body
        site.redress()
        assert site.answer("/policies/uses", page.etag).status == 200
        assert site.answer("/policies/uses", "").body != site.answer("/policies/uses", "").body
        with pytest.raises(OSError, match="knows no other host"):
            site.lookup("example.org", 80)


def test_the_pages_are_our_own_and_complete() -> None:
    names = sorted(path.stem for path in (ROOT / "monitor/demo/pages").glob("*.html"))
    assert len(names) == 11
    for name in names:
        assert "<h1>" in page_text(name) or name == "frame"
