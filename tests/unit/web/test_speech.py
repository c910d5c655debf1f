"""How pages speak: quotes on one line, nothing of the archive as markup, times, addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.quotes import Side
from core.text.words import Segment, word_diff
from core.wording import CHANGED, REMOVED
from web import speech
from web.speech import Sign


def test_a_verdict_has_a_sign_and_a_word_in_ordinary_letters() -> None:
    assert speech.sign_of(CHANGED) == Sign("?", "Changed, please read", "unsure")
    assert speech.sign_of(REMOVED) == Sign("×", "Removed", "loss")


def test_two_sides_become_one_line_with_what_went_before_what_came() -> None:
    before: list[Segment] = [
        ("same", "We will not sell "),
        ("out", "or support"),
        ("same", " it"),
        ("out", " anywhere"),
        ("same", "."),
    ]
    after: list[Segment] = [("same", "We will not "), ("in", "knowingly "), ("same", "sell  it.")]
    assert speech.together(before, after) == [
        ("same", "We will not "),
        ("in", "knowingly "),
        ("same", "sell "),
        ("out", "or support"),
        ("same", " it"),
        ("out", " anywhere"),
        ("same", "."),
    ]


def test_sides_that_do_not_agree_stand_one_after_the_other() -> None:
    before: list[Segment] = [("same", "abc […]"), ("out", "x")]
    after: list[Segment] = [("same", "abd […]"), ("in", "y")]
    assert speech.together(before, after) == [*before, *after]


@pytest.mark.parametrize(
    "pair", [("a b c d", "a x c d e"), ("", "new"), ("old", ""), ("我们不出售", "我们不向新疆出售")]
)
def test_one_line_holds_both_sides(pair: tuple[str, str]) -> None:
    diff = word_diff(*pair)
    joined = speech.together([s for s in diff if s[0] != "in"], [s for s in diff if s[0] != "out"])
    assert "".join(text for op, text in joined if op != "in") == pair[0]
    assert "".join(text for op, text in joined if op != "out") == pair[1]


def test_what_introduces_an_item_stands_apart_from_it() -> None:
    side = Side((("same", "collecting DNA;"),), lead_in=(("out", "We will not supply our instruments for:"),))
    assert str(speech.words(speech.spoken(side))) == (
        "<del>We will not supply our instruments for:</del> collecting DNA;"
    )
    assert speech.spoken(Side((("same", "Alone."),))) == [("same", "Alone.")]
    assert speech.spoken(None) == []


def test_marks_stand_around_words_and_not_around_spaces() -> None:
    shown = speech.words([("same", "does not"), ("in", " knowingly"), ("same", " sell "), ("out", "or support ")])
    assert shown == "does not <ins>knowingly</ins> sell <del>or support</del> "


def test_archived_words_never_become_markup() -> None:
    assert speech.words([("in", "<script>alert(1)</script>"), ("same", ' " onmouseover="x')]) == (
        "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins> &#34; onmouseover=&#34;x"
    )
    assert speech.marked("<b>fact</b>", [(3, 7)]) == "&lt;b&gt;<mark>fact</mark>&lt;/b&gt;"


def test_what_cannot_be_seen_is_drawn() -> None:
    assert speech.words([("out", "sell \u202eecilop")]) == "<del>sell ⟨U+202E⟩ecilop</del>"
    assert speech.marked("zero\u200bwidth", [(0, 4)]) == "<mark>zero</mark>⟨U+200B⟩width"


@pytest.mark.parametrize(
    ("code", "shown"),
    [("en-us", "en-us"), ("zh_Hans", "zh-Hans"), ("", ""), (None, ""), ('en" onclick="x', ""), ("x" * 40, "")],
)
def test_a_language_is_an_attribute_only_where_it_is_one(code: str | None, shown: str) -> None:
    assert speech.lang_code(code) == shown


def test_the_year_goes_when_it_is_this_one() -> None:
    at = datetime(2026, 11, 23, 17, 4, 31, tzinfo=UTC)
    assert speech.moment(at, at) == (
        '<time datetime="2026-11-23T17:04:31Z" title="2026-11-23 17:04 UTC" data-utc="moment" data-year="2026">'
        "23 Nov, 17:04</time>"
    )
    assert ">23 Nov 2026, 17:04<" in speech.moment(at, datetime(2027, 1, 1, tzinfo=UTC))
    assert ">23 Nov 2026<" in speech.day(at)
    assert speech.weekday(at) == "Monday 23 Nov 2026"


def test_a_passage_is_found_by_its_first_words() -> None:
    assert speech.finding_address("halden/sales-2019", "We will-not sell, ever & ever") == (
        "/d/halden/sales-2019#:~:text=We%20will%2Dnot%20sell%2C%20ever%20%26%20ever"
    )
    assert speech.compare_address("halden/sales", 6, 7) == "/c/halden/sales/6..7"


def test_what_is_quoted_from_right_to_left_keeps_its_order() -> None:
    assert (
        speech.quoting("Found: “عن علم”, “<b>” came in.")
        == "Found: <bdi>“عن علم”</bdi>, <bdi>“&lt;b&gt;”</bdi> came in."
    )
    assert speech.quoting("Found: “knowingly” & more") == "Found: “knowingly” &amp; more"
    assert speech.quoting("新疆 “人权”") == "新疆 “人权”"
    assert speech.apart("راصد <b>") == "<bdi>راصد &lt;b&gt;</bdi>"
