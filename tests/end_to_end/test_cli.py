"""The command line on a real home folder and a real server on loopback: what it prints, keeps and returns."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor import checking
from monitor.lockfile import Holder
from storage import leases, sources
from storage.counts import counts
from storage.engine import open_database
from tests.command import onrecord, write_home
from tests.far_side import FILLING, Answer, Site, Stuck, feed, page
from tests.repository import ROOT
from tests.slack_standin import TOKEN, SlackStandIn

PROMISE = "We will not sell DNA kits to the police in any region where they are used against people."
HEDGED = "We do not knowingly sell DNA kits to the police in any region where they are used against people."


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def policy(site: Site, home: Path) -> Site:
    """A home that watches one page."""
    site.pages["/policy.html"] = page(PROMISE)
    write_home(home, site.authority, f'{{url: "{site.url("/policy.html")}", role: policy}}')
    return site


def rows(home: Path) -> dict[str, int]:
    database = open_database(home / "data" / "onrecord.db")
    try:
        with database.read() as conn:
            return counts(conn)
    finally:
        database.close()


def test_it_says_which_version_it_is() -> None:
    ran = onrecord("--version")
    assert (ran.status, ran.err) == (0, "")
    assert re.fullmatch(r"onrecord \d+\.\d+\.\d+\S*( \([0-9a-f]+\))?\n", ran.out)


def test_a_form_that_no_filing_bears_is_remarked_on_with_its_line(home: Path) -> None:
    write_home(home, "127.0.0.1:1", '{kind: sec, cik: "0000097745", forms: [10-K, 10-Z, DEF14A], enabled: false}')
    ran = onrecord("validate", "--json")
    assert ran.lines[0]["ok"]
    assert [(each["line"], each["message"][:47], each["suggestion"]) for each in ran.lines[0]["warnings"]] == [
        (5, "no filing with the SEC bears the form '10-Z', a", "10-Q"),
        (5, "no filing with the SEC bears the form 'DEF14A',", "DEF 14A"),
    ]
    assert "sources.yaml:5: no filing with the SEC bears the form '10-Z'" in onrecord("validate").err


def test_a_document_of_several_pages_is_tried_and_checked_as_one(site: Site, home: Path) -> None:
    site.pages["/1"] = page(PROMISE)
    site.pages["/2"] = "<html><body><nav>Menu</nav><main><h2>Customers</h2><p>We ask who buys.</p></main></body></html>"
    ranged = "{start_before: h2, end_after: main}"
    parts = f'[{{url: "{site.url("/2")}", select: {ranged}}}, {{url: "{site.url("/3")}"}}]'
    write_home(home, site.authority, f'{{url: "{site.url("/1")}", role: policy, parts: {parts}}}')
    (tried,) = onrecord("sources", "test", "--json").lines
    assert tried["health"] == "bad"
    assert tried["notes"][0].endswith("/3: the server says there is no such page (404)")
    assert [line["reasons"] for line in onrecord("check", "--json").lines] == [
        [f"a part of the document could not be read, {site.url('/3')}: the server says there is no such page (404)"]
    ]
    site.pages["/3"] = (
        "<html><body><p>The third page says who answers for all of this in the company.</p></body></html>"
    )
    (tried,) = onrecord("sources", "test", "--json").lines
    assert (tried["health"], tried["selectors"]) == ("good", [])
    assert [line["status"] for line in onrecord("check", "--json").lines] == ["new"]
    words = ("dna kits", "who buys", "answers for all of this", "menu")
    assert [len(onrecord("search", f'"{each}"', "--json").lines) for each in words] == [1, 1, 1, 0]
    assert [line["status"] for line in onrecord("check", "--dry-run", "--json").lines] == ["unchanged"]
    assert [line["status"] for line in onrecord("check", "--json").lines] == ["unchanged"]


# --- check -----------------------------------------------------------------------------------------------------------


def test_a_page_that_is_new_then_unchanged_then_changed(policy: Site) -> None:
    url = policy.url("/policy.html")
    about = {"source": "halden-biosystems/policy", "document": "halden-biosystems/policy", "url": url, "at": "NOW"}

    first = onrecord("check", "--json")
    assert first.told == [{**about, "status": "new", "class": None, "grade": "good", "alerts": 0, "reasons": []}]
    assert first.status == 0
    assert "ALREADY THERE · Halden Biosystems" in first.err  # the console's messages never mix with JSON

    again = onrecord("check", "--json")
    assert again.told == [{**about, "status": "unchanged", "class": None, "grade": "good", "alerts": 0, "reasons": []}]
    assert (again.status, again.err) == (0, "")

    policy.pages["/policy.html"] = page(HEDGED)
    changed = onrecord("check", "--json")
    [line] = changed.told
    assert {key: line[key] for key in ("status", "class", "grade", "alerts")} == {
        "status": "changed",
        "class": "substantive",
        "grade": "good",
        "alerts": 1,
    }
    assert all(isinstance(reason, str) for reason in line["reasons"])
    assert "knowingly" in changed.err
    assert policy.asked == [("/policy.html", 200), ("/policy.html", 304), ("/policy.html", 200)]
    assert policy.agents == {"OnRecord/0.1 (+policy archive)"}


def test_for_people_a_check_is_a_line_an_address_and_a_sum(policy: Site) -> None:
    ran = onrecord("check")
    assert ran.out.splitlines()[0].startswith("• new       halden-biosystems/policy")
    assert ran.err == "one address asked: 1 new; one message sent.\n"


def test_a_dry_run_leaves_its_fetch_row_and_nothing_else(policy: Site, home: Path) -> None:
    onrecord("check")
    before = rows(home)
    policy.pages["/policy.html"] = page(HEDGED)
    ran = onrecord("check", "--dry-run", "--json")
    assert [line["status"] for line in ran.lines] == ["changed"]
    after = rows(home)
    more = {name: count - before[name] for name, count in after.items() if count != before[name]}
    # The bytes are evidence of having asked, and the event is the row's own; nothing was compared, matched or told.
    assert set(more) == {"fetches", "snapshots", "bytes_received", "events"}
    assert (more["fetches"], more["events"]) == (1, 1)
    assert [line["status"] for line in onrecord("check", "--json").lines] == ["changed"]


def test_a_dry_run_on_a_new_home_is_no_first_look(policy: Site, home: Path) -> None:
    onrecord("check", "--dry-run")
    assert rows(home)["alerts"] == 0
    assert "ALREADY THERE" in onrecord("check").out


def test_failures_of_the_far_side_are_results(site: Site, home: Path) -> None:
    site.pages["/error"] = Answer(500, b"<html><body>oops</body></html>")
    write_home(
        home,
        site.authority,
        f'{{url: "{site.url("/error")}", role: a}}',
        f'{{url: "{site.url("/missing")}", role: b}}',
        '{url: "http://127.0.0.1:1/", role: c}',
    )
    ran = onrecord("check", "--json")
    assert ran.status == 0
    assert sorted((line["source"], line["status"], line["grade"]) for line in ran.lines) == [
        ("halden-biosystems/a", "failed", "bad"),
        ("halden-biosystems/b", "failed", "bad"),
        ("halden-biosystems/c", "failed", "bad"),
    ]
    reasons = {line["source"]: line["reasons"] for line in ran.lines}
    assert reasons["halden-biosystems/a"] == ["the server reports its own error (500)"]
    assert reasons["halden-biosystems/b"] == ["the server says there is no such page (404)"]
    assert "private" in reasons["halden-biosystems/c"][0]


def test_a_feed_is_a_line_and_each_of_its_pages_another(site: Site, home: Path) -> None:
    site.pages["/one.html"], site.pages["/two.html"] = page("One.", title="One"), page("Two.", title="Two")
    site.pages["/feed.xml"] = feed(("One", site.url("/one.html")), ("Two", site.url("/two.html")))
    write_home(home, site.authority, f'{{kind: feed, url: "{site.url("/feed.xml")}"}}')
    ran = onrecord("check", "--json")
    assert [(line["document"], line["url"], line["status"]) for line in ran.lines] == [
        (None, site.url("/feed.xml"), "new"),
        ("halden-biosystems/one", site.url("/one.html"), "new"),
        ("halden-biosystems/two", site.url("/two.html"), "new"),
    ]
    assert ran.err.count("ALREADY THERE · Halden Biosystems · First look") == 1

    site.pages["/three.html"] = page(PROMISE, title="Three")
    site.pages["/feed.xml"] = feed(("Three", site.url("/three.html")), ("One", site.url("/one.html")))
    later = onrecord("check", "--json")
    assert [(line["document"], line["status"], line["alerts"]) for line in later.lines] == [
        (None, "changed", 0),
        ("halden-biosystems/three", "new", 1),
    ]
    assert "NEW · Halden Biosystems · Three" in later.err


def test_several_new_sources_are_one_summary(site: Site, home: Path) -> None:
    site.pages["/a"], site.pages["/b"] = page(PROMISE, title="A"), page(HEDGED, title="B")
    write_home(home, site.authority, *(f'{{url: "{site.url(path)}", role: r{path[1]}}}' for path in ("/a", "/b", "/c")))
    ran = onrecord("check")
    assert ran.out.count("ALREADY THERE · Halden Biosystems · First look") == 1
    assert "Archived two documents at two sources; one source could not be seen" in ran.out
    assert onrecord("alerts", "list", "--json").lines[0]["kind"] == "first_look"
    assert len(onrecord("alerts", "list", "--json").lines) == 1
    onrecord("check")
    assert len(onrecord("alerts", "list", "--json").lines) == 1


def test_a_source_first_seen_after_the_first_look_is_told_too_once(site: Site, home: Path) -> None:
    site.pages["/a"] = page(PROMISE, title="A")
    feed_url = site.url("/feed.xml")
    write_home(home, site.authority, f'{{url: "{site.url("/a")}", role: a}}', f'{{kind: feed, url: "{feed_url}"}}')
    assert "one source could not be seen" in onrecord("check").out
    site.pages["/feed.xml"] = feed(("B", site.url("/b")), ("C", site.url("/c")))
    site.pages["/b"], site.pages["/c"] = page(HEDGED, title="B"), page(PROMISE, title="C")
    ran = onrecord("check")
    assert "Archived two documents at one source; " in ran.out
    onrecord("check")
    assert [line["kind"] for line in onrecord("alerts", "list", "--json").lines] == ["first_look", "first_look"]


def test_a_source_that_cannot_be_seen_is_told_after_its_second_failure_and_when_it_is_back(policy: Site) -> None:
    onrecord("check")
    shown, policy.pages["/policy.html"] = policy.pages["/policy.html"], Answer(403, b"no")
    assert "CANNOT BE SEEN" not in onrecord("check").out
    assert onrecord("check").out.count("CANNOT BE SEEN · Halden Biosystems") == 1
    assert "CANNOT BE SEEN" not in onrecord("check").out
    policy.pages["/policy.html"] = shown
    assert onrecord("check").out.count("SEEN AGAIN · Halden Biosystems") == 1
    assert "SEEN AGAIN" not in onrecord("check").out
    assert [line["kind"] for line in onrecord("alerts", "list", "--json").lines] == [
        "incident",
        "incident",
        "first_look",
    ]


def test_one_failure_that_passes_is_told_to_nobody(policy: Site) -> None:
    onrecord("check")
    shown, policy.pages["/policy.html"] = policy.pages["/policy.html"], Answer(503, b"later")
    onrecord("check")
    policy.pages["/policy.html"] = shown
    onrecord("check")
    assert [line["kind"] for line in onrecord("alerts", "list", "--json").lines] == ["first_look"]


def test_between_two_requests_to_a_host_lies_the_gap_and_people_are_told_why_they_wait(site: Site, home: Path) -> None:
    site.pages["/a"], site.pages["/b"] = page(PROMISE, title="A"), page(HEDGED, title="B")
    write_home(home, site.authority, *(f'{{url: "{site.url(path)}", role: r{path[1]}}}' for path in ("/a", "/b")))
    settings = (home / "settings.yaml").read_text()
    (home / "settings.yaml").write_text(settings.replace("host_gap_seconds: 0", "host_gap_seconds: 0.5"))
    ran = onrecord("check", "--json")
    assert [line["status"] for line in ran.lines] == ["new", "new"]
    assert ran.err.startswith(f"{site.authority}: 0.5 seconds between two requests, two addresses to go\n")


def test_a_host_that_another_process_is_asking_is_left_to_it(
    policy: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onrecord("check")
    monkeypatch.setattr(checking, "PATIENCE", timedelta(0))
    database = open_database(home / "data" / "onrecord.db")
    with Holder(home / "data") as other:
        with database.write() as conn:
            [request_id] = sources.start_requests(conn, ["halden-biosystems/policy"]).values()
            now, lease = datetime.now(UTC), timedelta(minutes=15)
            [held] = leases.claim_due(conn, now, lease=lease, limit_hosts=1, only=[request_id], owner=other.name)
        ran = onrecord("check", "--json")
        assert (ran.status, ran.out) == (0, "")
        assert ran.err.splitlines() == [
            f"{policy.authority} is being asked by another process: waiting",
            f"{policy.authority} is being asked by another process, which will go on with it; one address not asked now",
        ]
        with database.write() as conn:
            assert leases.release(conn, held, None)
    database.close()
    assert [line["status"] for line in onrecord("check", "--json").lines] == ["unchanged"]


# --- bad usage, bad configuration, faults of ours --------------------------------------------------------------------


def test_a_source_that_is_none_is_bad_usage(policy: Site, home: Path) -> None:
    ran = onrecord("check", "halden-biosystems/polisy")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "sources.yaml: there is no source or company 'halden-biosystems/polisy' "
        "Did you mean 'halden-biosystems/policy'?\n"
    )


def test_a_source_that_is_off_is_not_asked(site: Site, home: Path) -> None:
    write_home(home, site.authority, f'{{url: "{site.url("/x")}", role: off, enabled: false}}')
    ran = onrecord("check", "halden-biosystems/off")
    assert ran.status == 2
    assert ran.err == "sources.yaml:5: the source 'halden-biosystems/off' is switched off (enabled: false)\n"


def test_a_company_stands_for_its_sources(policy: Site) -> None:
    assert [line["source"] for line in onrecord("check", "halden-biosystems", "--json").lines] == [
        "halden-biosystems/policy"
    ]


def test_every_problem_of_the_configuration_at_once(policy: Site, home: Path) -> None:
    (home / "sources.yaml").write_text("companies:\n  - nam: Halden\n    sources:\n      - {kind: page}\n")
    (home / "settings.yaml").write_text("fetch: {gap: 1}\n")
    for verb in (["check"], ["validate"], ["run"]):
        ran = onrecord(*verb)
        assert ran.status == 2
        lines = ran.err.splitlines()
        assert len(lines) >= 3
        assert lines[0].startswith("sources.yaml:2: ")
        assert lines[-1].startswith("settings.yaml:1: ")


@pytest.mark.parametrize(
    "words", [["chekc"], ["check", "--jsno"], ["search"], ["diff", "x", "one"], ["search", "a", "--limit", "0"]]
)
def test_bad_usage_is_status_2(home: Path, words: list[str]) -> None:
    ran = onrecord(*words)
    assert ran.status == 2
    assert "Usage: onrecord" in ran.err


def test_no_word_at_all_shows_help(home: Path) -> None:
    assert "Commands:" in onrecord().out + onrecord().err


def test_a_fault_of_ours_is_status_1_and_a_line(policy: Site, home: Path) -> None:
    (home / "data").mkdir(mode=0o700)
    (home / "data" / "blobs").write_text("a file where the folder of bytes should be")
    ran = onrecord("check")
    assert ran.status == 1
    assert "Traceback" not in ran.err
    assert policy.url("/policy.html") in ran.err
    assert "one fault in On Record itself" in ran.err


def test_a_database_that_is_none_is_status_1_and_one_line(policy: Site, home: Path) -> None:
    (home / "data").mkdir(mode=0o700)
    (home / "data" / "onrecord.db").write_text("this is no database, and long enough to be seen as one" * 100)
    ran = onrecord("check")
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == "onrecord: database: file is not a database"
    assert "Traceback" in onrecord("check", "--debug").err


def test_the_data_folder_is_for_its_owner_alone(policy: Site, home: Path) -> None:
    onrecord("check")
    assert (home / "data").stat().st_mode & 0o777 == 0o700


def test_home_is_understood_before_and_after_the_verb(
    policy: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ONRECORD_HOME")
    assert onrecord("--home", home, "validate").status == 0
    assert onrecord("validate", f"--home={home}").status == 0
    assert onrecord("validate", "--home", home / "nowhere").status == 2


def test_looking_makes_no_archive(home: Path) -> None:
    ran = onrecord("search", "anything")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"onrecord: there is no archive in {home} yet: `onrecord check` or `onrecord run` begins one\n"
    assert not (home / "data").exists()


# --- sending ---------------------------------------------------------------------------------------------------------


def test_a_wrong_token_leaves_the_alert_in_the_outbox_until_it_is_mended(
    policy: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "routes.yaml").write_text("receivers: {desk: {slack: {channel: '#rights'}}}\ndefault: desk\n")
    with SlackStandIn() as slack:
        monkeypatch.setenv("ONRECORD_SLACK_BASE_URL", slack.api)
        monkeypatch.setenv("ONRECORD_SLACK_TOKEN", "xoxb-wrong")
        ran = onrecord("check")
        assert ran.status == 0
        assert "one message could not be sent: onrecord outbox" in ran.err
        [waiting] = onrecord("outbox", "--json").lines
        assert (waiting["state"], waiting["receiver"], waiting["target"]) == ("dead", "desk", "#rights")
        assert "ONRECORD_SLACK_TOKEN" in waiting["error"]
        assert "xoxb-wrong" not in onrecord("outbox").out

        monkeypatch.setenv("ONRECORD_SLACK_TOKEN", TOKEN)
        assert onrecord("outbox", "retry", waiting["delivery"]).status == 0
        assert "one message sent" in onrecord("check").err
        assert [post.delivery for post in slack.posts] == [waiting["delivery"]]
        assert onrecord("outbox", "--json").lines == []


def test_a_delivery_can_be_dropped_with_a_reason(policy: Site, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "routes.yaml").write_text("receivers: {desk: {slack: {channel: '#rights'}}}\ndefault: desk\n")
    with SlackStandIn() as slack:
        monkeypatch.setenv("ONRECORD_SLACK_BASE_URL", slack.api)
        monkeypatch.setenv("ONRECORD_SLACK_TOKEN", "xoxb-wrong")
        onrecord("check")
    [waiting] = onrecord("outbox", "--json").lines
    assert onrecord("outbox", "drop", waiting["delivery"]).status == 2  # a reason is needed
    assert onrecord("outbox", "drop", waiting["delivery"], "--reason", "channel closed").status == 0
    assert onrecord("outbox", "--json").lines == []
    assert "1 dropped" in onrecord("outbox").err
    assert onrecord("events", "--json").lines[-1]["data"]["reason"] == "channel closed"
    assert onrecord("outbox", "retry", "NOSUCH").status == 2


def test_without_a_token_a_check_still_watches_and_says_what_is_missing(policy: Site, home: Path) -> None:
    (home / "routes.yaml").write_text("receivers: {desk: {slack: {channel: '#rights'}}}\ndefault: desk\n")
    ran = onrecord("check", "--json")
    assert [line["status"] for line in ran.lines] == ["new"]
    assert "routes.yaml:1: " in ran.err
    assert "ONRECORD_SLACK_TOKEN" in ran.err
    assert onrecord("run").status == 2


# --- looking ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path]]:
    """A home that has seen a promise, and then its hedged form: made once, only looked at."""
    folder = tmp_path_factory.mktemp("watched")
    with Site() as running:
        running.pages["/policy.html"] = page(PROMISE)
        write_home(folder, running.authority, f'{{url: "{running.url("/policy.html")}", role: policy}}')
        assert onrecord("check", "--home", folder).status == 0
        running.pages["/policy.html"] = page(HEDGED)
        assert onrecord("check", "--home", folder).status == 0
        yield running, folder


@pytest.fixture
def two_versions(watched: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("ONRECORD_HOME", str(watched[1]))
    return watched[0]


def test_search_says_who_where_since_when_and_until_when(two_versions: Site) -> None:
    ran = onrecord("search", "knowingly", "--json")
    [found] = ran.told
    assert found.pop("passage").isdigit()
    assert found == {
        "text": HEDGED,
        "company": "halden-biosystems",
        "document": "halden-biosystems/policy",
        "url": two_versions.url("/policy.html"),
        "heading": "Policy",
        "first_seen": "NOW",
        "last_seen": "NOW",
        "gone_since": None,
        "match": ["knowingly"],
    }
    [gone] = onrecord("search", '"will not sell"', "--json").told
    assert (gone["text"], gone["gone_since"], gone["match"]) == (PROMISE, "NOW", ["will not sell"])
    assert onrecord("search", "nothingofthekind", "--json").lines == []
    ahead = onrecord("search", "sell added:2999")
    assert (ahead.status, ahead.out) == (0, "")
    assert ahead.err.endswith("no passages; the time that is asked for has not come yet\n")


def test_search_counts_and_names_who_never_said_it(two_versions: Site) -> None:
    [counts] = onrecord("search", "sell", "--count", "--json").told
    assert (counts["total"], counts["is_least"], counts["still"]) == (2, False, 1)
    assert counts["companies"] == [{"company": "halden-biosystems", "name": "Halden Biosystems", "passages": 2}]
    assert "two passages in one document of one company" in onrecord("search", "sell", "--count").out
    assert onrecord("search", "sell", "--never", "--json").told == []
    [silent] = onrecord("search", "unicorn", "--never", "--company", "halden-biosystems", "--json").told
    assert (silent["company"], silent["documents"]) == ("halden-biosystems", 1)
    refused = onrecord("search", "unicorn", "--never", "--company", "nobody")
    assert (refused.status, refused.err) == (2, "onrecord: no company 'nobody' is in the archive\n")


def test_a_query_that_cannot_be_understood_says_where(two_versions: Site) -> None:
    ran = onrecord("search", "(police")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "onrecord: at character 1: this bracket is not closed\n"


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("company:nosuch police", "at character 1: no company 'nosuch' is watched or in the archive; known: halden-biosystems"),
        ("police company:halden-biosystem", "at character 8: no company 'halden-biosystem' is watched or in the archive; "
         "did you mean company:halden-biosystems?"),
        ("police company:halden", "at character 8: no company 'halden' is watched or in the archive; "
         "did you mean company:halden-biosystems?"),
        ("police -topic:spying", "at character 9: no company has the topic 'spying'; known: dna"),
        ("police kind:pege", "at character 8: there is no kind 'pege'; did you mean kind:page?"),
        ("lang:de police", "at character 1: no document of the language 'de' is in the archive"),
        ("role:ethic police", "at character 1: no document has the role 'ethic'; did you mean role:ethics?"),
    ],
)  # fmt: skip
def test_what_the_archive_knows_nothing_of_is_not_answered_with_nobody_said_it(
    two_versions: Site, query: str, why: str
) -> None:
    for how in ([], ["--count"], ["--never"]):
        ran = onrecord("search", query, *how)
        assert (ran.status, ran.out) == (2, "")
        assert why in ran.err
    assert onrecord("search", "kind:pdf role:privacy -company:halden-biosystems police").status == 0


def test_search_for_people_marks_the_words(two_versions: Site) -> None:
    ran = onrecord("search", "knowingly")
    assert ran.out.splitlines()[:2] == [
        "Halden Biosystems · halden-biosystems/policy · Policy",
        "  " + HEDGED.replace("knowingly", "»knowingly«"),
    ]


def test_history_holds_versions_and_changes(two_versions: Site) -> None:
    [told] = onrecord("history", "halden-biosystems/policy", "--json").lines
    assert [version["number"] for version in told["versions"]] == [1, 2]
    assert [version["gone_since"] is None for version in told["versions"]] == [False, True]
    [change] = told["changes"]
    assert (change["before"], change["after"], change["class"], change["verdict"]) == (1, 2, "substantive", "WEAKENED")
    assert change["edits"] == {"reworded": 1}
    lines = onrecord("history", "policy").out.splitlines()
    assert [line.strip().split(" (")[0].split("  ")[0] for line in lines[2:]] == ["version 1", "change 1", "version 2"]


def test_diff_marks_words_without_colour(two_versions: Site) -> None:
    ran = onrecord("diff", "halden-biosystems/policy")
    assert HEDGED.replace("do", "[-will-] {+do+}", 1).replace("not knowingly", "not {+knowingly+}") in ran.out
    [told] = onrecord("diff", "halden-biosystems/policy", "1", "2", "--json").lines
    [edit] = told["edits"]
    assert (edit["act"], edit["before"], edit["after"], edit["heading"]) == ("reworded", PROMISE, HEDGED, ["Policy"])
    assert "".join(text for op, text in edit["words"] if op != "in") == PROMISE
    assert "".join(text for op, text in edit["words"] if op != "out") == HEDGED
    assert onrecord("diff", "policy", "2", "2").err == "The words are the same in both.\n"
    assert onrecord("diff", "policy", "1", "9").status == 2


def test_diff_shows_a_move_as_a_move(policy: Site) -> None:
    onrecord("check")
    policy.pages["/policy.html"] = page(*FILLING, PROMISE).replace(
        page().split("<h1>Policy</h1>")[1], "</main></body></html>"
    )
    onrecord("check")
    [told] = onrecord("diff", "policy", "--json").lines
    assert {edit["act"] for edit in told["edits"]} == {"moved"}
    assert "→ moved within its section" in onrecord("diff", "policy").out


def test_a_link_that_leads_elsewhere_is_a_version_that_diff_shows_as_what_it_is(policy: Site) -> None:
    said = "Our <a href='/rules-2024'>rules on customers</a> say more."
    policy.pages["/policy.html"] = page(PROMISE, said)
    onrecord("check")
    policy.pages["/policy.html"] = page(PROMISE, said.replace("2024", "2026"))
    onrecord("check")
    host = policy.authority.replace(".", "[.]")
    sentence = f"the link “rules on customers” led to {host}/rules-2024 and leads to {host}/rules-2026 now"
    passage = sentence.replace("rules on customers", "Our rules on customers say more.")
    assert f"⇢ {passage}" in onrecord("diff", "policy").out
    [told] = onrecord("diff", "policy", "1", "2", "--json").lines
    assert (told["class"], told["reasons"], told["edits"]) == ("formatting", [sentence], [])
    assert [each["after"] for each in told["links"]] == [policy.url("/rules-2026")]


def test_a_source_that_came_to_bear_the_name_of_another_document_is_shown_with_that_said(
    policy: Site, home: Path
) -> None:
    policy.pages["/other.html"] = page(PROMISE)
    older = f"{{url: '{policy.url('/policy.html')}', id: halden-biosystems/first}}"
    write_home(home, policy.authority, older)
    onrecord("check")
    newer = f"{{url: '{policy.url('/other.html')}', id: halden-biosystems/policy}}"
    write_home(home, policy.authority, older, newer)
    onrecord("check")
    host = policy.authority.replace(".", "[.]")
    said = f"The document halden-biosystems/policy is not of this source but {host}/policy.html: history and diff take"
    assert said in onrecord("show", "halden-biosystems/policy").err


def test_show_a_source_and_a_document(two_versions: Site) -> None:
    [told] = onrecord("show", "halden-biosystems/policy", "--json").lines
    assert (told["source"], told["grade"], told["status"], told["watched"]) == (
        "halden-biosystems/policy",
        "good",
        200,
        True,
    )
    assert told["documents"] == [{"document": "halden-biosystems/policy", "state": "live", "versions": 2}]
    assert [capture["version"] for capture in told["captures"]] == [2, 1]
    assert "last seen well" in onrecord("show", "halden-biosystems/policy").out
    [document] = onrecord("show", two_versions.url("/policy.html"), "--json").lines
    assert (document["document"], document["state"], document["version"]) == ("halden-biosystems/policy", "live", 2)
    ran = onrecord("show", "halden-biosystems/polizy")
    assert ran.status == 2
    assert "did you mean halden-biosystems/policy?" in ran.err


def test_sources_list_knows_the_file_before_anything_was_asked(policy: Site, home: Path) -> None:
    [row] = onrecord("sources", "list", "--json").lines
    assert (row["source"], row["last_asked"], row["watched"]) == ("halden-biosystems/policy", None, True)
    assert not (home / "data").exists()
    assert "not asked yet" in onrecord("sources", "list").out
    onrecord("check")
    assert "good, 200" in onrecord("sources", "list").out


def test_routes_explain_an_alert_and_a_change(two_versions: Site) -> None:
    [told] = onrecord("routes", "explain", "2", "--json").lines
    assert (told["alert"], told["change"], told["why_not"]) == (2, 1, "")
    assert [(each["receiver"], each["state"]) for each in told["told"]] == [("console", "sent")]
    assert told["now"] == ["no route took it, so the default receivers get it", "goes to console: console"]
    assert onrecord("routes", "explain", "c1", "--json").lines[0]["alert"] == 2
    assert onrecord("routes", "explain", "99").status == 2
    assert onrecord("routes", "explain", "what").status == 2


def test_rules_test_says_what_fires(policy: Site) -> None:
    [told] = onrecord("rules", "test", HEDGED, "--json").lines
    fired = {rule["rule"]: rule["words"] for rule in told["rules"]}
    assert fired["hedge.knowingly"] == ["do not knowingly"]
    assert told["commitment"] is True
    assert "hedge.knowingly" in onrecord("rules", "test", "-", stdin=HEDGED).out
    assert onrecord("rules", "test", "Good morning.", "--json").lines[0]["rules"] == []


def test_events_tell_the_story_in_order(two_versions: Site) -> None:
    found = onrecord("events", "--json").lines
    assert [event["type"] for event in found] == [
        "fetched",
        "version.recorded",
        "alert.raised",
        "delivery.sent",
        "fetched",
        "version.recorded",
        "change.detected",
        "alert.raised",
        "delivery.sent",
    ]
    assert [event["id"] for event in onrecord("events", "--json", "--since", "7").lines] == [8, 9]
    assert "halden-biosystems/policy: change 1: substantive, weakened" in onrecord("events").out


# --- the other files and the archive ---------------------------------------------------------------------------------


def test_init_writes_a_sound_home_and_never_overwrites(home: Path) -> None:
    [told] = onrecord("init", "--json").lines
    assert told["written"] == ["sources.yaml", "routes.yaml", "settings.yaml"]
    assert onrecord("validate").status == 0
    (home / "sources.yaml").write_text("companies: []\n")
    [again] = onrecord("init", "--json").lines
    assert (again["written"], again["kept"]) == ([], ["sources.yaml", "routes.yaml", "settings.yaml"])
    assert (home / "sources.yaml").read_text() == "companies: []\n"


def test_validate_for_programs(policy: Site, home: Path) -> None:
    [told] = onrecord("validate", "--json").lines
    assert (told["ok"], told["companies"], told["sources"], told["enabled"]) == (True, 1, 1, 1)
    (home / "sources.yaml").write_text("companies:\n  - {name: A, sorces: []}\n")
    ran = onrecord("validate", "--json")
    assert ran.status == 2
    [told] = ran.lines
    assert told["ok"] is False
    assert told["problems"] == [
        {"file": "sources.yaml", "line": 2, "message": told["problems"][0]["message"], "suggestion": "sources"}
    ]


def test_schema_prints_json_schemas(home: Path) -> None:
    assert json.loads(onrecord("schema", "sources").out)["$schema"].startswith("https://json-schema.org/")
    assert sorted(json.loads(onrecord("schema").out)) == ["routes", "settings", "sources"]


def test_a_worker_is_not_pretended(home: Path) -> None:
    ran = onrecord("worker")
    assert ran.status == 2
    assert "PostgreSQL" in ran.err


def captured(folder: Path, *captures: tuple[str, str, str]) -> Path:
    """A WARC file of (time, address, HTML)."""
    path = folder / "past.warc.gz"
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for at, url, body in captures:
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url, "response", payload=BytesIO(body.encode()), http_headers=http, warc_headers_dict={"WARC-Date": at}
            )
            writer.write_record(record)
            record.raw_stream.close()
    return path


def test_past_captures_come_in_as_of_their_time_and_only_once(policy: Site, home: Path, tmp_path: Path) -> None:
    url = "https://past.example/policy.html"
    path = captured(tmp_path, ("2019-02-20T10:00:00Z", url, page(PROMISE)), ("2019-06-01T10:00:00Z", url, page(HEDGED)))
    ran = onrecord("archive", "import", path, "--json")
    assert ran.status == 0
    assert [(line["at"], line["status"], line["class"], line["alerts"]) for line in ran.lines] == [
        ("2019-02-20T10:00:00Z", "new", None, 0),
        ("2019-06-01T10:00:00Z", "changed", "substantive", 0),
    ]
    assert [line["document"] for line in ran.lines] == ["past-example/policy", "past-example/policy"]
    assert rows(home)["alerts"] == 0
    [found] = onrecord("search", "knowingly", "--json").lines
    assert found["first_seen"] == "2019-06-01T10:00:00Z"
    stats = onrecord("archive", "stats", "--json").lines[0]
    assert (stats["versions"], stats["fetches"], stats["changes"]) == (2, 2, 1)


def test_past_captures_of_what_is_watched_are_its_own_though_nothing_was_checked_yet(
    policy: Site, home: Path, tmp_path: Path
) -> None:
    path = captured(tmp_path, ("2019-02-20T10:00:00Z", policy.url("/policy.html"), page(PROMISE)))
    [taken] = onrecord("archive", "import", path, "--json").lines
    assert (taken["status"], taken["document"]) == ("new", "halden-biosystems/policy")
    assert onrecord("search", "police", "--json").lines[0]["company"] == "halden-biosystems"


def test_past_changes_are_told_where_that_was_asked(policy: Site, tmp_path: Path) -> None:
    url = "https://past.example/policy.html"
    path = captured(tmp_path, ("2019-02-20T10:00:00Z", url, page(PROMISE)), ("2019-06-01T10:00:00Z", url, page(HEDGED)))
    ran = onrecord("archive", "import", path, "--tell", "--json")
    assert [line["alerts"] for line in ran.lines] == [0, 1]
    assert "WEAKENED" in ran.err


def test_a_file_that_is_no_warc_is_named(policy: Site, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a WARC")
    ran = onrecord("archive", "import", path)
    assert ran.status == 1
    assert "notes.txt" in ran.err
    assert onrecord("archive", "import", tmp_path / "nowhere.warc").status == 2


# --- as a process ------------------------------------------------------------------------------------------------------


def program(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "monitor", *words]


def test_help_comes_at_once() -> None:
    """Nothing heavy is loaded before a verb needs it."""
    heavy = ("sqlalchemy", "aiohttp", "lxml", "pydantic", "ruamel", "fastapi", "apscheduler", "structlog", "jinja2")
    code = f"import sys, monitor.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_reader_that_goes_away_is_no_fault(two_versions: Site) -> None:
    with subprocess.Popen(program("search", "DNA"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ran:
        assert ran.stdout is not None
        ran.stdout.close()
        assert ran.stderr is not None
        assert "Traceback" not in ran.stderr.read()
        assert ran.wait() == 0


def test_a_check_that_was_killed_holds_nobody_up(policy: Site) -> None:
    onrecord("check")
    stuck = Stuck(Answer(200, page(HEDGED).encode()))

    policy.pages["/policy.html"] = stuck
    with subprocess.Popen(program("check"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as ran:
        assert stuck.begun.wait(60)
        ran.send_signal(signal.SIGKILL)
        ran.wait()
    stuck.end()
    policy.pages["/policy.html"] = page(HEDGED)
    ran_again = onrecord("check", "--json")
    assert [line["status"] for line in ran_again.lines] == ["changed"]


def test_interrupted_is_130(policy: Site) -> None:
    stuck = Stuck(Answer(200, page(HEDGED).encode()))

    policy.pages["/policy.html"] = stuck
    with subprocess.Popen(program("check"), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ran:
        assert stuck.begun.wait(60)
        ran.send_signal(signal.SIGINT)
        begin = time.monotonic()
        _, err = ran.communicate(timeout=30)
        stuck.end()
        assert ran.returncode == 130
        assert time.monotonic() - begin < 10
        assert err.splitlines()[-1] == "interrupted"
        assert "Traceback" not in err
    policy.pages["/policy.html"] = page(HEDGED)
    assert [line["status"] for line in onrecord("check", "--json").lines] == ["new"]


def test_init_asks_five_questions_on_a_terminal(home: Path) -> None:
    """A person types; what they typed watches."""
    person, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "monitor", "init"], stdin=terminal, stdout=terminal, stderr=terminal, cwd=ROOT
    )
    os.close(terminal)
    os.write(person, b"Halden\nhalden.example/ethics\n\n\n\n")
    shown = b""
    try:
        while True:
            try:
                part = os.read(person, 4096)
            except OSError:  # Linux says EIO when the other side has left
                break
            if not part:
                break
            shown += part
    finally:
        os.close(person)
    assert process.wait(30) == 0, shown.decode()
    assert b"5/5 Alerts will be printed" in shown
    [told] = onrecord("validate", "--json").lines
    assert (told["ok"], told["sources"]) == (True, 1)
    assert "Halden" in (home / "sources.yaml").read_text()
