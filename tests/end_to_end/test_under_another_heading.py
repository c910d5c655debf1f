"""The same words under another heading, question, term or introduction: nothing is added and nothing went, and much is said."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core import matching
from core.classify import classify
from core.model import ChangeClass, Source, Verdict
from core.text.diff import compare
from monitor.app import lexicon
from storage.schema import alerts
from tests.end_to_end.test_lines_in_the_text import BUILDS, class_between, page
from tests.end_to_end.test_noise_and_change import guard, shown
from tests.site import world

PROMISE = "<p>We will not sell drones to the army of any country.</p>"
OTHER = "<p>It was written in Graz by the board.</p>"
# name: (before, after)
TOLD = {
    "answers": (
        "<h3>Do you sell to police?</h3><p>No.</p><h3>Do you sell to schools?</h3><p>Yes.</p>",
        "<h3>Do you sell to police?</h3><p>Yes.</p><h3>Do you sell to schools?</h3><p>No.</p>",
    ),
    "folded_answers": (
        "<details><summary>Is it shared?</summary>Never.</details><details><summary>Is it sold?</summary>Always.</details>",
        "<details><summary>Is it shared?</summary>Always.</details><details><summary>Is it sold?</summary>Never.</details>",
    ),
    "terms": (
        "<dl><dt>Police</dt><dd>refused</dd><dt>Schools</dt><dd>served</dd></dl>",
        "<dl><dt>Police</dt><dd>served</dd><dt>Schools</dt><dd>refused</dd></dl>",
    ),
    "an_item_to_another_list": (
        "<h3>Banned uses</h3><ul><li>Face matching</li><li>Phone taps</li></ul><h3>Allowed uses</h3><ul><li>Door keys</li></ul>",
        "<h3>Banned uses</h3><ul><li>Phone taps</li></ul><h3>Allowed uses</h3><ul><li>Door keys</li><li>Face matching</li></ul>",
    ),
    "headings_exchanged": (
        "<h3>Banned</h3><p>The farms of Chad and Mali.</p><h3>Allowed</h3><p>The farms of Peru.</p>",
        "<h3>Allowed</h3><p>The farms of Chad and Mali.</p><h3>Banned</h3><p>The farms of Peru.</p>",
    ),
    "introduced_by_a_sentence": (
        "<p>We do not mine in:</p><ul><li>Chad</li><li>Mali</li></ul><p>We mine in:</p><ul><li>Peru</li></ul>",
        "<p>We do not mine in:</p><ul><li>Mali</li></ul><p>We mine in:</p><ul><li>Peru</li><li>Chad</li></ul>",
    ),
    "a_promise_among_old_texts": (
        f"<h2>In force</h2>{PROMISE}{OTHER}<h2>Old texts</h2><p>These are here for readers of history only.</p>",
        f"<h2>In force</h2>{OTHER}<h2>Old texts</h2><p>These are here for readers of history only.</p>{PROMISE}",
    ),
}
QUIET = {
    "sections_by_turns": (
        "<h3>Water</h3><p>We test the water of the river.</p><h3>Air</h3><p>We test the air over the plant.</p>",
        "<h3>Air</h3><p>We test the air over the plant.</p><h3>Water</h3><p>We test the water of the river.</p>",
    ),
    "a_list_sorted": (
        "<ul><li>Chad</li><li>Mali</li><li>Peru</li></ul>",
        "<ul><li>Peru</li><li>Mali</li><li>Chad</li></ul>",
    ),
    "cards_under_another_heading": (
        "<h3>New</h3><ul><li><a href=/a>The fair in Lyon</a></li><li><a href=/b>Our small wood</a></li></ul><h3>Older</h3><ul><li><a href=/c>Our bees</a></li></ul>",
        "<h3>New</h3><ul><li><a href=/b>Our small wood</a></li></ul><h3>Older</h3><ul><li><a href=/c>Our bees</a></li><li><a href=/a>The fair in Lyon</a></li></ul>",
    ),
    "one_of_many_equal_answers": (
        "<h3>In Rome?</h3><p>Yes.</p><h3>In Oslo?</h3><p>No.</p><h3>In Bern?</h3><p>Yes.</p>",
        "<h3>In Bern?</h3><p>Yes.</p><h3>In Rome?</h3><p>Yes.</p><h3>In Oslo?</h3><p>No.</p>",
    ),
}


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("name", TOLD)
def test_words_under_another_heading_are_told(name: str, build: str) -> None:
    found, why = class_between(build, "mid", *TOLD[name])
    assert found is ChangeClass.SUBSTANTIVE, why
    assert any("stands under another heading or introduction" in reason for reason in why)


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("name", QUIET)
def test_sections_and_lists_in_another_order_wake_nobody(name: str, build: str) -> None:
    found, why = class_between(build, "mid", *QUIET[name])
    assert found is not ChangeClass.SUBSTANTIVE, why


def test_an_item_that_went_from_refused_to_done_is_reversed() -> None:
    was = "<p>We will not sell to:</p><ul><li>police in Xinjiang</li><li>armies</li></ul><p>We will sell to:</p><ul><li>schools</li></ul>"
    now = "<p>We will not sell to:</p><ul><li>armies</li></ul><p>We will sell to:</p><ul><li>schools</li><li>police in Xinjiang</li></ul>"
    before, after = shown(page("named", "mid", was)), shown(page("named", "mid", now))
    edits = compare(before.reading, before.forms, after.reading, after.forms)
    found = classify(before.reading, after.reading, edits, guard())
    assert found.change_class is ChangeClass.SUBSTANTIVE
    verdicts = [each.verdict for each in matching.find_verdicts(before.reading, after.reading, edits, lexicon())]
    assert verdicts == [Verdict.REVERSED]


def test_the_message_says_what_it_stood_under_and_stands_under_now(tmp_path: Path) -> None:
    url = "https://acme.example/policies/uses"
    was = "<h3>Banned uses</h3><ul><li>Face recognition</li><li>Phone taps</li></ul><h3>Allowed uses</h3><ul><li>Door keys</li></ul>"
    now = "<h3>Banned uses</h3><ul><li>Phone taps</li></ul><h3>Allowed uses</h3><ul><li>Door keys</li><li>Face recognition</li></ul>"
    with world(tmp_path) as acme:
        acme.watch(Source("acme/uses", "acme", "page", url, role="human-rights"))
        for lists in (was, now):
            acme.site.shows(url, page("named", "mid", lists).encode())
            acme.check(timedelta(days=1))
        with acme.database.read() as conn:
            report = conn.execute(select(alerts.c.report)).scalar_one()
    assert report["found"] == "Found: it stood under “Banned uses”, and stands under “Allowed uses” now."
    (quote,) = report["quotes"]
    assert [quote[side]["lead_in"] for side in ("before", "after")] == [
        [["same", "Banned uses:"]],
        [["same", "Allowed uses:"]],
    ]


BOXES = {
    "window": '<div class="cookie-banner" role="dialog"><p>We use cookies.</p>{}<button>Accept</button></div>',
    "menu": "<nav><a href=/a>Home</a>{}<a href=/b>Jobs</a></nav>",
}


@pytest.mark.parametrize("box", BOXES)
def test_a_promise_put_into_a_window_or_a_menu_is_told(box: str) -> None:
    found, why = class_between("named", "mid", PROMISE + OTHER, BOXES[box].format(PROMISE) + OTHER)
    assert found is ChangeClass.SUBSTANTIVE, why
    assert why == ("a passage with a promise or a watched term was put among windows, menus or footers",)
    found, why = class_between("named", "mid", PROMISE + OTHER, PROMISE + BOXES[box].format(OTHER))
    assert found is not ChangeClass.SUBSTANTIVE, why
