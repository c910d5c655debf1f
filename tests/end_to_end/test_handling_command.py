"""`onrecord alerts ack` and its kin, run as a person runs them on an archive with one alert."""

from __future__ import annotations

import re
from dataclasses import replace
from getpass import getuser
from pathlib import Path

import pytest

from alerts.decide import decide
from core.model import Intent
from monitor.app import open_archive
from monitor.home import Home
from storage import outbox
from tests.changes import FIRST_CHANGED, hedge_added
from tests.command import onrecord, write_home

ROUTES = """\
receivers:
  desk: {console: true}
  night: {email: A.Osei@example.org}
  both: {email: [a.osei@example.org, m@example.org]}
default: desk
people:
  osei: {name: A. Osei, slack: U012AB3CD, email: a.osei@example.org}
  marchetti:
"""


MAIL = "mail: {host: 127.0.0.1, port: 9, security: none, from: onrecord@example.org}\n"
DESK = Intent("desk", "console", "", ("default",))
NIGHT = Intent("night", "email", "A.Osei@example.org", ("night: everything",))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_home(tmp_path, "127.0.0.1:9", "{id: sales, url: 'http://127.0.0.1:9/sales'}", settings=MAIL)
    (tmp_path / "routes.yaml").write_text(ROUTES)
    alert = decide(hedge_added(), base_url=None)
    assert alert is not None
    with open_archive(Home(tmp_path), {}) as archive, archive.database.write() as conn:
        plain = replace(alert, company_id=None, document_id=None, change_id=None)
        alert_id = outbox.record_alert(conn, plain, FIRST_CHANGED)
        assert alert_id == 1
        outbox.enqueue(conn, alert_id, [DESK, NIGHT], FIRST_CHANGED)
    return tmp_path


def test_acknowledged_by_whom_it_says(home: Path) -> None:
    ran = onrecord("alerts", "ack", "1", "--as", "osei", "--note", "read it", "--home", home)
    assert (ran.status, ran.out.splitlines()[1]) == (0, "    Acknowledged.")
    again = onrecord("alerts", "ack", "#1", "--json", "--home", home)
    (line,) = again.lines
    assert (line["changed"], line["says"][:36]) == (False, "Already acknowledged by A. Osei, 28 N"[:36])
    shown = onrecord("alerts", "show", "1", "--home", home)
    assert "Acknowledged by A. Osei (read it)" in shown.out
    assert "{+knowingly+}" in shown.out
    listed = onrecord("alerts", "list", "--json", "--home", home)
    assert listed.lines[0]["standing"] == "acknowledged by A. Osei"


def test_every_verb_once(home: Path) -> None:
    for words, says in (
        (("assign", "1", "osei"), "Assigned to osei."),
        (
            ("dismiss", "1", "--reason", "off_topic"),
            "Not relevant: off topic. What exception would have spared such alerts: onrecord rules precision.",
        ),
        (("confirm", "1"), "Confirmed."),
        (("note", "1", "asked their press office"), "Noted."),
        (("reopen", "1"), "Open again."),
    ):
        ran = onrecord("alerts", *words, "--as", "osei", "--home", home)
        assert (ran.status, ran.out.splitlines()[1].strip()) == (0, says)
    shown = onrecord("alerts", "show", "1", "--json", "--home", home)
    assert [each["what"] for each in shown.lines[0]["log"]] == ["assign", "not_relevant", "confirm", "note", "reopen"]
    assert shown.lines[0]["standing"] == "open"


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("ack", "7"), 2, "onrecord: alert 7 is not in the archive"),
        (("ack", "seven"), 2, "onrecord: 'seven' is no alert: write its number, such as 12 (`onrecord alerts list`)"),
        (("ack", "1", "--as", "nobody"), 2, "onrecord: there is no person 'nobody' in routes.yaml (people: marchetti, osei)"),
        (("assign", "1", "nobody"), 2, "onrecord: there is no person “nobody” in routes.yaml (people: marchetti, osei)"),
        (("snooze", "1", "--until", "soon"), 2, "onrecord: 'soon' is no time: write 7d, 12h, 2026-12-24 or 2026-12-24T08:"),
        (("snooze", "1", "--until", "2020-01-01"), 2, "onrecord: a snooze ends after now and within a year, not on 2 Jan"),
        (("note", "1", " "), 2, "onrecord: a note needs words"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(home: Path, words: tuple[str, ...], status: int, says: str) -> None:
    ran = onrecord("alerts", *words, "--home", home)
    assert (ran.status, ran.out, ran.err.strip()[: len(says)]) == (status, "", says)


def test_an_alert_that_is_missing_leaves_the_others_untouched(home: Path) -> None:
    assert onrecord("alerts", "ack", "1", "7", "--home", home).status == 2
    assert "Acknowledged" not in onrecord("alerts", "show", "1", "--home", home).out


def test_one_alert_as_a_page_to_pass_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    ran = onrecord("alerts", "export", "1", "--home", home)
    assert (ran.status, ran.out) == (0, "alert-1.html\n")
    page = (home / "alert-1.html").read_text()
    assert (home / "alert-1.html").stat().st_mode & 0o777 == 0o600
    assert "<ins" in page
    assert "knowingly" in page
    assert "SHA-256" in page
    assert not re.search(r"<a |src=|href=|Sent to|desk", page)
    again = onrecord("alerts", "export", "1", "--home", home)
    assert (again.status, again.err) == (
        2,
        "onrecord: alert-1.html is there already: name another file with --out\n",
    )
    ran = onrecord("alerts", "export", "1", "--out", home / "missing" / "x.html", "--home", home)
    assert ran.err.endswith("x.html cannot be written: no such file or directory\n")


# --- people ----------------------------------------------------------------------------------------------------------


def test_one_command_lists_a_persons_alerts_and_switches_them_off(home: Path) -> None:
    onrecord("alerts", "assign", "1", "osei", "--home", home)
    ran = onrecord("people", "off", "osei", "--reason", "left the desk", "--to", "marchetti", "--home", home)
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "osei  A. Osei",
        "  email A.Osei@example.org: no messages arrived; 1 waiting",
        "  email a.osei@example.org: no messages arrived; 0 waiting",
        "  receivers: night, both",
        "  assigned: 1",
        "  1  23 Nov 2026, 23:09 UTC  WEAKENED: Halden Biosystems, Responsible sales (critical)",
        "osei is switched off: left the desk.",
        "one alert assigned to marchetti now.",
    ]
    assert "These receivers reach nobody else, and the default hears in their place: night." in ran.err
    refused = onrecord("alerts", "ack", "1", "--as", "osei", "--home", home)
    assert (refused.status, refused.err) == (2, f"onrecord: A. Osei was switched off by {getuser()} (left the desk)\n")
    assert onrecord("people", "show", "marchetti", "--json", "--home", home).lines[0]["assigned"] == [1]
    waiting = onrecord("outbox", "--json", "--home", home).lines
    assert [each["target"] for each in waiting] == [""]


def test_people_are_listed_and_switched_on_again(home: Path) -> None:
    assert [line["person"] for line in onrecord("people", "list", "--json", "--home", home).lines] == [
        "osei",
        "marchetti",
    ]
    onrecord("people", "off", "a.osei@example.org", "--home", home)
    shown = onrecord("people", "list", "--home", home)
    assert f"off: email A.Osei@example.org, switched off by {getuser()}" in shown.out
    assert onrecord("people", "on", "osei", "--home", home).status == 0
    assert "off:" not in onrecord("people", "list", "--home", home).out
    again = onrecord("people", "on", "osei", "--home", home)
    assert (again.status, again.err) == (2, "onrecord: osei is not switched off\n")
    nobody = onrecord("people", "show", "nobody", "--home", home)
    assert (nobody.status, nobody.err) == (
        2,
        "onrecord: nobody is called 'nobody': no person (people: marchetti, osei) and no target of a receiver\n",
    )


def test_the_address_of_a_feed_is_printed_where_there_are_pages(home: Path) -> None:
    without = onrecord("alerts", "feed", "--home", home)
    assert (without.status, without.err) == (
        2,
        "onrecord: the address of a feed is signed with the one people reach the pages at, and web.base_url in settings.yaml "
        "says none: set it; http://127.0.0.1:8765 will do for programs on this machine\n",
    )
    text = (home / "settings.yaml").read_text()
    (home / "settings.yaml").write_text(
        text.replace("web: {port: 8765}", "web: {port: 8765, base_url: 'https://or.example.org'}")
    )
    ran = onrecord("alerts", "feed", "--company", "halden-biosystems", "--home", home)
    assert (ran.status, ran.out.startswith("https://or.example.org/feed/")) == (0, True)
    assert (
        "no company in sources.yaml has the id 'x'" in onrecord("alerts", "feed", "--company", "x", "--home", home).err
    )
    again = onrecord("alerts", "feed", "--company", "halden-biosystems", "--home", home)
    ended = onrecord("alerts", "feed", "--company", "halden-biosystems", "--end", "--home", home)
    assert again.out == ran.out, "the same until it is ended"
    assert ended.out.startswith("https://or.example.org/feed/")
    assert ended.out != ran.out
    assert "given out before lead nowhere any more" in ended.err
    assert onrecord("alerts", "feed", "--company", "halden-biosystems", "--home", home).out == ended.out
