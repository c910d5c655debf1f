"""The story of a check over days: first looks, changes, doubts, absences, returns, feeds; a controlled clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.model import Ask, ChangeClass, DocumentEvent, Fetch, FetchReason, Purpose, Source
from monitor.tools import Clock
from storage import changes, documents, incidents, versions
from storage.schema import alerts, deliveries, events, fetches
from storage.schema import changes as change_rows
from tests.site import Answer, Got, World, page, world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "https://acme.example/legal/policy"
OTHER = "https://acme.example/legal/other"
FEED = "https://acme.example/feed.xml"
SELL = "We will not sell human identification instruments to the police in Xinjiang."
SOFTER = "We do not knowingly sell human identification instruments to the police in Xinjiang."


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def watched(url: str = URL, kind: str = "page", role: str | None = "human-rights") -> Source:
    return Source(f"acme/{url.rsplit('/', 1)[-1]}", "acme", kind, url, role=role, every=6 * HOUR)


def told(acme: World) -> list[str]:
    with acme.database.read() as conn:
        return [row.title for row in conn.execute(select(alerts.c.title).order_by(alerts.c.id))]


def count(acme: World, table: object) -> int:
    with acme.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]  # a table


def last_change(acme: World) -> changes.StoredChange:
    with acme.database.read() as conn:
        newest = conn.execute(select(func.max(change_rows.c.id))).scalar_one()
        return changes.by_id(conn, newest)


def test_a_first_look_is_archived_and_alerts_nobody(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    assert acme.statuses() == ["new"]
    assert told(acme) == []


def test_an_unchanged_page_costs_a_conditional_request_and_one_row(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.check()
    rows = count(acme, fetches)
    assert acme.statuses(7 * HOUR) == ["unchanged"]
    assert acme.site.asked[-1].etag is not None
    assert count(acme, fetches) == rows + 1
    with acme.database.read() as conn:
        assert conn.execute(select(fetches.c.status).order_by(fetches.c.id.desc()).limit(1)).scalar() == 304


def test_a_weakened_promise_is_told_with_both_captures(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.check()
    acme.check(7 * HOUR)
    acme.site.shows(URL, page(SOFTER))
    (line,) = acme.check(7 * HOUR)
    assert (line.taken.status, line.taken.change_class, line.taken.alerts) == ("changed", ChangeClass.SUBSTANTIVE, 1)
    assert told(acme) == ["WEAKENED: Acme, Policy (critical)"]
    change = last_change(acme).change
    assert change.window.last_seen_at is not None
    assert change.window.first_changed_at - change.window.last_seen_at == 7 * HOUR
    assert count(acme, deliveries) == 1


def test_a_promise_that_changes_again_is_told_with_what_it_said_before(acme: World) -> None:
    acme.watch(watched())
    softest = SOFTER.replace("to the police in Xinjiang", "to certain police units in Xinjiang")
    for text in (SELL, SELL, SOFTER, softest):
        acme.site.shows(URL, page(text))
        acme.check(7 * HOUR)
    with acme.database.read() as conn:
        first, second = (row.report["earlier"] for row in conn.execute(select(alerts.c.report).order_by(alerts.c.id)))
    assert [each["text"] for each in first] == [SELL]
    assert [each["text"] for each in second] == [SELL, SOFTER]
    began, ended = (datetime.fromisoformat(second[0][name]) for name in ("first_at", "last_at"))
    assert ended - began == 7 * HOUR
    assert count(acme, alerts) == 2


def test_a_change_and_its_return_are_two_changes_the_second_restored(acme: World) -> None:
    acme.watch(watched())
    for paragraphs in ((SELL,), (), (SELL,)):
        acme.site.shows(URL, page(*paragraphs))
        acme.check(7 * HOUR)
    change = last_change(acme).change
    assert [edit.act.value for edit in change.edits] == ["restored"]
    assert change.after_version is not None
    assert change.after_version.number == 1
    assert len(told(acme)) == 2


# --- bad captures --------------------------------------------------------------------------------------------------

WALL = page("Please verify you are human to continue", standing="", title="One moment")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(WALL),
        Answer(b"<html><body>Forbidden</body></html>", 403),
        Answer(b"<html><body>Error</body></html>", 503),
        Answer(reason=FetchReason.TIMEOUT),
        Answer(b""),
        Answer(page("Page not found", standing="")),
        Answer(b"\x89PNG\r\n\x1a\n" + b"\0" * 500, content_type="image/png"),
    ],
    ids=["wall", "403", "503", "timeout", "empty", "soft-404", "picture"],
)
def test_a_bad_capture_is_an_incident_never_content(acme: World, answer: Answer) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.check()
    acme.site.answers[URL] = answer
    for _ in range(4):
        assert set(acme.statuses(2 * DAY)) <= {"failed"}
    with acme.database.read() as conn:
        assert len(incidents.list_open(conn)) == 1
    assert count(acme, change_rows) == 0
    acme.site.shows(URL, page(SELL))
    assert acme.statuses(2 * DAY) == ["unchanged"]
    with acme.database.read() as conn:
        assert incidents.list_open(conn) == []
    assert count(acme, change_rows) == 0


STRANGER = page(
    *(
        f"Meet couple {at} who found love through personality tests, premium weekends and unlimited messages."
        for at in range(16)
    ),
    standing="",
    title="Dating",
)


def test_a_wholly_different_text_waits_for_a_second_capture(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.check()
    acme.site.shows(URL, STRANGER)
    assert acme.statuses(7 * HOUR) == ["suspect"]
    (line,) = acme.check(11 * timedelta(minutes=1))
    assert acme.site.asked[-1].purpose is Purpose.CONFIRM
    assert acme.site.asked[-1].etag is None
    assert (line.taken.status, line.taken.change_class) == ("changed", ChangeClass.VARIANT)
    assert last_change(acme).change.event is DocumentEvent.SWAPPED
    acme.site.shows(URL, page(SELL))
    (line,) = acme.check(7 * HOUR)
    assert (line.taken.status, line.taken.change_class) == ("changed", ChangeClass.VARIANT)


def test_a_different_text_for_one_capture_is_on_record_and_not_believed(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.check()
    acme.site.shows(URL, STRANGER)
    acme.check(7 * HOUR)
    acme.site.shows(URL, page(SELL))
    (line,) = acme.check(HOUR)
    assert (line.taken.status, line.taken.change_class) == ("changed", ChangeClass.VARIANT)
    assert count(acme, change_rows) == 2
    with acme.database.read() as conn:
        document = documents.list_documents(conn)[0]
        assert [seen.number for seen in versions.numbers(conn, document.id)] == [1, 2]
        assert document.current_version_id == versions.by_number(conn, document.id, 1).id


def test_a_promise_planted_in_a_known_variant_arrives(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.check()
    for body in (STRANGER, STRANGER, page(SELL), STRANGER):
        acme.site.shows(URL, body)
        acme.check(7 * HOUR)
    before = len(told(acme))
    planted = STRANGER.replace(b"</body>", b"<p>We will not sell to the police in Tibet.</p></body>")
    acme.site.shows(URL, planted)
    (line,) = acme.check(7 * HOUR)
    assert (line.taken.change_class, line.taken.alerts) == (ChangeClass.SUBSTANTIVE, 1)
    assert len(told(acme)) == before + 1


# --- absence -------------------------------------------------------------------------------------------------------


def test_a_page_is_gone_only_after_captures_over_a_day_while_a_sibling_answers(acme: World) -> None:
    acme.watch(watched(), watched(OTHER))
    acme.site.shows(URL, page(SELL))
    acme.site.shows(OTHER, page("Another policy of the company altogether, with a text of its own."))
    acme.check()
    del acme.site.answers[URL]
    seen = [status for _ in range(5) for status in acme.statuses(8 * HOUR)]
    assert seen.count("gone") == 1
    assert seen.index("gone") > 4
    change = last_change(acme).change
    assert change.event is DocumentEvent.GONE
    assert told(acme) == ["GONE: Acme, Policy (critical)"]
    with acme.database.read() as conn:
        assert incidents.list_open(conn) == [], "gone is known: nothing is left to be seen"
    assert acme.statuses(2 * DAY).count("failed") == 1
    with acme.database.read() as conn:
        assert incidents.list_open(conn) == []
    acme.site.shows(URL, page(SELL))
    assert "returned" in acme.statuses(10 * HOUR)
    assert last_change(acme).change.event is DocumentEvent.RETURNED


def test_nothing_is_gone_while_the_whole_site_is_away(acme: World) -> None:
    acme.watch(watched(), watched(OTHER))
    acme.site.shows(URL, page(SELL))
    acme.site.shows(OTHER, page("Another policy of the company altogether, with a text of its own."))
    acme.check()
    acme.site.answers.clear()
    assert "gone" not in [status for _ in range(9) for status in acme.statuses(8 * HOUR)]


INSTEAD = {
    "a_file": b"<html><body><h1>Policy</h1><p>Our policy can be had as a file.</p><a href=/p.pdf>Download it (PDF)</a></body></html>",
    "works": b"<html><body><h1>Maintenance</h1><p>This page is under maintenance, please come back later.</p></body></html>",
    "a_door": b"<html><body><h1>Sign in</h1><form><input name=n><input type=password name=p></form><p>Sign in to go on with your account.</p></body></html>",
}


@pytest.mark.parametrize("name", INSTEAD)
def test_a_text_that_something_else_has_replaced_for_good_is_gone_after_two_weeks(acme: World, name: str) -> None:
    acme.watch(watched(), watched(OTHER))
    acme.site.shows(URL, page(SELL))
    acme.site.shows(OTHER, page("Another policy of the company altogether, with a text of its own."))
    acme.check()
    acme.site.shows(URL, INSTEAD[name])
    days = [acme.statuses(DAY) for _ in range(17)]
    assert ["gone" in seen for seen in days].index(True) == 14
    assert last_change(acme).change.event is DocumentEvent.GONE
    assert told(acme)[-1] == "GONE: Acme, Policy (critical)"


def test_a_wall_before_the_whole_site_takes_no_document_away(acme: World) -> None:
    acme.watch(watched(), watched(OTHER))
    acme.site.shows(URL, page(SELL))
    acme.site.shows(OTHER, page("Another policy of the company altogether, with a text of its own."))
    acme.check()
    for url in (URL, OTHER, "https://acme.example/"):
        acme.site.shows(url, INSTEAD["a_door"])
    assert "gone" not in [status for _ in range(30) for status in acme.statuses(DAY)]


def test_a_page_sent_to_the_home_page_is_redirected_away(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.site.shows("https://acme.example/", page("Welcome to the home page of the company and its many products."))
    acme.check()
    acme.site.answers[URL] = Answer(to="https://acme.example/")
    seen = [status for _ in range(5) for status in acme.statuses(10 * HOUR)]
    assert seen.count("gone") == 1
    assert last_change(acme).change.event is DocumentEvent.REDIRECTED


def test_a_page_whose_text_stands_elsewhere_has_moved(acme: World) -> None:
    acme.watch(watched(), watched(OTHER))
    acme.site.shows(URL, page(SELL))
    acme.check()
    acme.site.answers[OTHER] = acme.site.answers.pop(URL)
    for _ in range(5):
        acme.check(10 * HOUR)
    assert last_change(acme).change.event is DocumentEvent.MOVED
    assert any(
        "the same text stands at https://acme.example/legal/other" in r for r in last_change(acme).change.reasons
    )


# --- feeds ---------------------------------------------------------------------------------------------------------


def feed(*paths: str) -> bytes:
    items = "".join(
        f"<item><guid>{path}</guid><title>{path}</title><link>https://acme.example/news/{path}</link></item>"
        for path in paths
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def test_a_new_item_of_a_known_feed_alerts_and_what_stood_there_does_not(acme: World) -> None:
    acme.watch(watched(FEED, kind="feed", role=None))
    acme.site.shows(FEED, feed("one", "two"), content_type="application/rss+xml")
    for path in ("one", "two"):
        acme.site.shows(
            f"https://acme.example/news/{path}", page(f"Release {path} about sales to the police.", title=path)
        )
    assert acme.statuses() == ["new", "new", "new"]
    assert told(acme) == []
    release = "After fact-specific assessments we will stop selling human identification instruments in Xinjiang."
    acme.site.shows(FEED, feed("three", "one", "two"), content_type="application/rss+xml")
    acme.site.shows("https://acme.example/news/three", page(release, title="Statement"))
    lines = acme.check(7 * HOUR)
    assert [line.taken.status for line in lines][:2] == ["changed", "new"]
    assert told(acme) == ["NEW: Acme, Statement (high)"]


def test_a_feed_that_breaks_keeps_its_items(acme: World) -> None:
    acme.watch(watched(FEED, kind="feed", role=None))
    acme.site.shows(FEED, feed("one"), content_type="application/rss+xml")
    acme.site.shows("https://acme.example/news/one", page("Release one.", title="one"))
    acme.check()
    acme.site.shows(FEED, b"<html><body>We are down for maintenance</body></html>")
    assert "failed" in acme.statuses(7 * HOUR)
    with acme.database.read() as conn:
        assert {document.state for document in documents.list_documents(conn)} == {"live"}


# --- what a rehearsal leaves ---------------------------------------------------------------------------------------


def test_a_rehearsal_leaves_its_fetch_row_and_nothing_else(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    (line,) = acme.check(purpose=Purpose.REHEARSAL)
    assert line.taken.status == "new"
    assert (count(acme, fetches), count(acme, change_rows)) == (1, 0)
    with acme.database.read() as conn:
        assert not documents.list_documents(conn)
        assert conn.execute(select(fetches.c.purpose)).scalar() == "rehearsal"


def test_every_step_leaves_its_event(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.check()
    acme.site.shows(URL, page(SOFTER))
    acme.check(7 * HOUR)
    with acme.database.read() as conn:
        types = [row.type for row in conn.execute(select(events.c.type).order_by(events.c.id))]
    assert types == [
        "fetched",
        "version.recorded",
        "fetched",
        "version.recorded",
        "change.detected",
        "alert.raised",
    ]


# --- observation, not fingerprint (promise P5) ---------------------------------------------------------------------

WORDINGS = (SELL, SOFTER, "We sell to anyone who asks, anywhere in the world, and keep no record of it.")


@settings(max_examples=15)
@given(st.lists(st.sampled_from(range(len(WORDINGS))), min_size=2, max_size=7))
def test_every_step_of_any_sequence_is_a_change_on_record(
    tmp_path_factory: pytest.TempPathFactory, sequence: list[int]
) -> None:
    with world(tmp_path_factory.mktemp("sequence")) as acme:
        acme.watch(watched())
        for step in sequence:
            acme.site.shows(URL, page(WORDINGS[step]))
            acme.check(8 * DAY)
        steps = sum(1 for before, after in pairwise(sequence) if before != after)
        assert count(acme, change_rows) == steps
        with acme.database.read() as conn:
            document = documents.list_documents(conn)[0]
            assert len(versions.numbers(conn, document.id)) == len(set(sequence))
            told_changes = changes.of_document(conn, document.id)
        assert {stored.change.change_class for stored in told_changes} <= {ChangeClass.SUBSTANTIVE, ChangeClass.VARIANT}
        assert sum(1 for stored in told_changes if stored.change.change_class is ChangeClass.SUBSTANTIVE) >= min(
            steps, 2
        )


def test_a_page_that_only_scripts_show_is_archived_and_compared(acme: World) -> None:
    def shell(said: str) -> bytes:
        texts = ", ".join(
            f'"<p>Passage {at} says what the company does about audits in its plants.</p>"' for at in range(9)
        )
        return (
            "<html><head><title>Policy</title></head><body><div id='app'></div><script></script><script></script>"
            f'<script type=\'application/json\'>{{"parts": [{texts}, "<p>{said}</p>"]}}</script></body></html>'
        ).encode()

    acme.watch(watched())
    acme.site.shows(URL, shell(SELL))
    assert acme.statuses() == ["new"]
    acme.site.shows(URL, shell(SOFTER))
    (line,) = acme.check(7 * HOUR)
    assert (line.taken.status, line.taken.change_class) == ("changed", ChangeClass.SUBSTANTIVE)


def test_the_home_page_asked_as_a_witness_leaves_its_row_and_bytes(acme: World) -> None:
    """Every fetch leaves a row (P2), and that of the witness is evidence for the claim."""
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    home = page("Welcome to the home page of the company and its many products.")
    acme.site.shows("https://acme.example/", home)
    acme.check()
    del acme.site.answers[URL]
    seen = [status for _ in range(5) for status in acme.statuses(10 * HOUR)]
    assert seen.count("gone") == 1
    with acme.database.read() as conn:
        rows = conn.execute(select(fetches.c.url, fetches.c.digest).where(fetches.c.purpose == "discovery")).all()
    assert [row.url for row in rows] == ["https://acme.example/"]
    assert acme.tools.blobs.get(rows[0].digest) == home
    assert len(acme.site.asked) == count(acme, fetches)


def test_how_often_a_page_must_be_missed_is_the_operator_s_word(acme: World) -> None:
    acme.tools = dataclasses.replace(acme.tools, gone_after_captures=6, gone_after=3 * DAY)
    acme.watch(watched(), watched(OTHER))
    acme.site.shows(URL, page(SELL))
    acme.site.shows(OTHER, page("Another policy of the company altogether, with a text of its own."))
    acme.check()
    del acme.site.answers[URL]
    assert "gone" not in [status for _ in range(7) for status in acme.statuses(9 * HOUR)]
    assert "gone" in [status for _ in range(3) for status in acme.statuses(9 * HOUR)]


def test_a_server_that_says_not_modified_for_ever_is_asked_for_the_whole_text_in_time(acme: World) -> None:
    acme.watch(watched())
    acme.site.shows(URL, page(SELL))
    acme.check()
    acme.site.shows(URL, page(SOFTER))
    truly, asked = acme.site.fetch, []

    def lies(ask: Ask, now: Clock) -> Got:
        asked.append(ask.etag)
        if ask.etag is None:
            return truly(ask, now)
        return Got(Fetch(ask.url, ask.purpose, now(), now(), 304, final_url=ask.url), b"")

    acme.site.fetch = lies  # type: ignore[method-assign]  # the far side, as it must not be
    found = [acme.statuses(12 * HOUR) for _ in range(16)]
    assert found.index(["changed"]) == 13  # on the seventh day
    assert asked.count(None) == 1
    assert len(told(acme)) == 1
