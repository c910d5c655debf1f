"""The neutral text of an alert: the four lines, the quotes, the honest interval, and the way to read on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.model import (
    Act,
    Change,
    DocumentEvent,
    Edit,
    Finding,
    Match,
    Place,
    Reading,
    Severity,
    Verdict,
    Window,
)
from core.occasions import CompanyLook, IncidentFacts, SourceLook, Standing, build_first_look, build_incident
from core.quotes import MAX_QUOTES, MAX_SIDE, capped, narrowed, sentences
from core.report import Report, alert_title, build_report, four_lines, from_plain, to_plain
from core.text.visible import flat, one_line, visible
from core.text.words import word_diff
from core.wording import defang, label, language, listed, number, short_date
from tests import changes
from tests.changes import BASE_URL, FIRST_CHANGED, HALDEN, LAST_SEEN, change_of, hedge_added, reading

SITUATIONS = [
    changes.hedge_added,
    changes.fact_specific_added,
    changes.words_without_rule,
    changes.promise_removed,
    changes.promise_moved,
    changes.page_is_gone,
    changes.document_is_new,
    changes.lead_in_lost,
    changes.twenty_passages_change,
]


def report_of(change: Change) -> Report:
    return build_report(change, base_url=BASE_URL)


def test_the_four_lines_of_a_hedge() -> None:
    assert four_lines(report_of(hedge_added())) == (
        "− WEAKENED · Halden Biosystems · Responsible sales",
        "High · Genetic surveillance, Xinjiang",
        "Found: “knowingly”, “directly to police customers” came in; "
        "“or support”, “whether directly or through distributors” went out.",
        "Changed between 23 Nov, 17:04 and 23 Nov, 23:09 UTC. The page still says “Last updated December 2023”.",
    )


HEADLINES = {
    "hedge_added": "− WEAKENED · Halden Biosystems · Responsible sales",
    "fact_specific_added": "• NEW · Halden Biosystems · Responsible sales",
    "words_without_rule": "? CHANGED, PLEASE READ · Halden Biosystems · Responsible sales",
    "promise_removed": "× REMOVED · Halden Biosystems · Responsible sales",
    "promise_moved": "→ MOVED · Halden Biosystems · Responsible sales",
    "page_is_gone": "× GONE · Halden Biosystems · Responsible sales",
    "document_is_new": "• NEW · Halden Biosystems · Responsible sales",
    "lead_in_lost": "⇄ REVERSED · Halden Biosystems · Responsible sales",
    "twenty_passages_change": "? CHANGED, PLEASE READ · Halden Biosystems · Responsible sales",
}

FOUND = {
    "fact_specific_added": "Found: “fact-specific assessments” came in.",
    "words_without_rule": "Found: “tools” came in; “instruments” went out.",
    "promise_removed": "Found: “does not sell” went out.",
    "promise_moved": "Found: the passage moved within its section.",
    "page_is_gone": "Found: the document no longer stands at its address; it held “does not sell”.",
    "document_is_new": "Found: a new document; it holds “does not sell”.",
    "lead_in_lost": "Found: “Applications we look at with care” came in; “We will not work on” went out.",
    "twenty_passages_change": "Found: “new” came in; “old” went out.",
}


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
def test_each_situation_has_its_word_its_finding_and_survives_json(situation: Callable[[], Change]) -> None:
    report = report_of(situation())
    assert four_lines(report)[0] == HEADLINES[situation.__name__]
    assert report.found == FOUND.get(situation.__name__, report.found)
    assert from_plain(json.loads(json.dumps(to_plain(report)))) == report


def test_all_nine_situations_have_a_headline() -> None:
    assert len(SITUATIONS) == len(HEADLINES) == 9


@pytest.mark.parametrize(
    ("verdict", "headline"),
    [
        (Verdict.STRENGTHENED, "+ STRENGTHENED"),
        (Verdict.WEAKENED, "− WEAKENED"),
        (Verdict.MIXED, "± MIXED"),
        (Verdict.REVERSED, "⇄ REVERSED"),
        (Verdict.REWORDED, "≈ REWORDED"),
        (Verdict.UNCLASSIFIED, "? CHANGED, PLEASE READ"),
        (Verdict.NEW, "• NEW"),
        (Verdict.REMOVED, "× REMOVED"),
    ],
)
def test_every_verdict_has_its_sign_and_word(verdict: Verdict, headline: str) -> None:
    report = report_of(replace(hedge_added(), verdict=verdict))
    assert f"{report.mark.sign} {report.mark.word}" == headline


def test_a_restored_passage_says_so() -> None:
    change = change_of(reading("A."), reading("A.", "B."), Edit(Act.RESTORED, after=(2,)))
    assert four_lines(report_of(change))[0].startswith("↩ RESTORED")


def test_the_words_before_and_after_are_marked_and_stand_in_their_context() -> None:
    quote = report_of(hedge_added()).quotes[0]
    assert quote.before is not None
    assert quote.after is not None
    assert quote.before.segments == (
        ("same", "Halden does not sell"),
        ("out", " or support"),
        ("same", " human identification instruments in Xinjiang or Tibet"),
        ("out", ", whether directly or through distributors"),
        ("same", "."),
    )
    assert quote.after.segments == (
        ("same", "Halden does not"),
        ("in", " knowingly"),
        ("same", " sell human identification instruments"),
        ("in", " directly to police customers"),
        ("same", " in Xinjiang or Tibet."),
    )
    assert quote.before.context == (changes.RISK, changes.FINDINGS)
    assert quote.after.context == (changes.RISK, changes.CASE_BY_CASE)
    assert quote.heading_path == ("1. Where we do not sell",)


def test_the_reasons_are_rules_in_words_and_what_moved() -> None:
    assert report_of(hedge_added()).why == (
        "A hedge: knowingly: “not knowingly” came in (hedge.knowingly)",
        "a hedge (“knowingly”) came in",
        "hedge: none → knowingly",
        "action: sell, support → sell",
    )


def test_no_rule_is_said_too() -> None:
    assert report_of(changes.words_without_rule()).why == ("Words changed and no rule matched them.",)


def test_a_lost_lead_in_is_told_with_each_item_under_it() -> None:
    first, second, third = report_of(changes.lead_in_lost()).quotes
    assert first.before is not None
    assert first.after is not None
    assert first.before.lead_in == (("out", "We will not work on"), ("same", ":"))
    assert first.after.lead_in == (("in", "Applications we look at with care"), ("same", ":"))
    assert (first.before.segments, second.mark.word) == ((("same", "weapons"),), "REVERSED")
    assert third.mark.word == "CHANGED, PLEASE READ"


def test_the_worst_passage_comes_first_and_the_rest_is_counted() -> None:
    report = report_of(changes.twenty_passages_change())
    assert report.quotes[0].rules == ("A watched word: “number 18” in a passage that changed (r.one)",)
    assert (len(report.quotes), report.more) == (3, 17)


def test_at_most_six_passages_are_quoted() -> None:
    change = changes.twenty_passages_change()
    matches = tuple(Match("r", "p", Act.REWORDED, Severity.LOW, ("Sentence",), at) for at in range(20))
    report = report_of(replace(change, matches=matches))
    assert (len(report.quotes), report.more) == (MAX_QUOTES, 14)


def test_the_window_has_no_beginning_for_what_is_new() -> None:
    assert report_of(changes.document_is_new()).when == "First seen 23 Nov 2026, 23:09 UTC."


def test_the_window_of_what_is_gone_says_absent() -> None:
    assert report_of(changes.page_is_gone()).when == "Last seen 23 Nov, 17:04; first absent 23 Nov, 23:09 UTC."


def test_two_years_are_both_named() -> None:
    window = Window(LAST_SEEN - timedelta(days=400), FIRST_CHANGED)
    change = replace(changes.words_without_rule(), window=window)
    assert report_of(change).when == "Changed between 19 Oct 2025, 17:04 and 23 Nov 2026, 23:09 UTC."


def test_a_page_date_that_moved_is_told_with_both() -> None:
    change = changes.words_without_rule()
    assert change.before is not None
    assert change.after is not None
    dated = replace(
        change, before=replace(change.before, page_date="May 2024"), after=replace(change.after, page_date="June 2024")
    )
    assert report_of(dated).when.endswith("The page’s own date went from “May 2024” to “June 2024”.")


def test_where_it_stands_is_defanged_and_carries_both_digests() -> None:
    where = report_of(hedge_added()).where
    assert where is not None
    assert where.before is not None
    assert where.after is not None
    assert (where.address, where.slug, where.language) == (
        "haldenbio[.]example/responsible-sales",
        "halden-sales",
        "English",
    )
    assert (where.before.number, where.before.digest) == (6, changes.SIX.digest)
    assert (where.after.number, where.after.digest) == (7, changes.SEVEN.digest)


def test_the_link_leads_to_our_compare_page_or_the_command_says_the_same() -> None:
    assert report_of(hedge_added()).link == "https://onrecord.example.org/c/halden-sales/6..7"
    bare = build_report(hedge_added(), base_url=None)
    assert (bare.link, bare.command) == ("", "onrecord diff halden-sales 6 7")
    assert build_report(changes.page_is_gone(), base_url=None).command == "onrecord history halden-sales"


def test_the_subject_names_severity() -> None:
    assert alert_title(report_of(hedge_added())) == "WEAKENED: Halden Biosystems, Responsible sales (high)"


def test_a_document_without_a_title_is_called_by_its_role_or_address() -> None:
    nameless = replace(hedge_added(), document=replace(HALDEN, title=""))
    assert report_of(nameless).title == "Policy"
    bare = replace(nameless, document=replace(HALDEN, title="", role=None))
    assert report_of(bare).title == "haldenbio[.]example/responsible-sales"


def test_a_page_of_a_pdf_is_named() -> None:
    change = changes.fact_specific_added()
    assert change.after is not None
    places = tuple(place._replace(page=4) for place in change.after.places)
    quote = report_of(replace(change, after=replace(change.after, places=places))).quotes[0]
    assert quote.after is not None
    assert quote.after.page == 4


def test_a_moved_passage_says_from_where() -> None:
    change = changes.promise_moved()
    assert change.after is not None
    places = (change.after.places[0]._replace(text="2. Other"), *change.after.places[1:])
    quote = report_of(replace(change, after=replace(change.after, places=places))).quotes[0]
    assert quote.reasons == ("the passage moved from “1. Where we do not sell” to “2. Other”",)
    assert quote.before is None


def test_an_event_beside_edits_tells_both() -> None:
    change = replace(hedge_added(), event=DocumentEvent.SWAPPED)
    found = report_of(change).found
    assert found.startswith("Found: another file where the document stood; “knowingly”")


def test_words_that_changed_under_a_date_that_did_not_are_told_once() -> None:
    report = report_of(replace(hedge_added(), event=DocumentEvent.UNDECLARED))
    assert report.found.startswith("Found: “knowingly”")
    assert "The page still says “" in report.when


# --- narrowing -------------------------------------------------------------------------------------------------------


def test_a_long_passage_is_narrowed_to_the_sentences_that_changed() -> None:
    before = "One stands. Two stands. We will not sell. Four stands. Five stands."
    after = "One stands. Two stands. We will not knowingly sell. Four stands. Five stands."
    left, segments, right = narrowed(word_diff(before, after))
    assert (left, right) == ("Two stands.", "Four stands.")
    assert segments == [("same", "We will not"), ("in", " knowingly"), ("same", " sell.")]


def test_a_sentence_that_went_leaves_its_neighbours_as_context() -> None:
    left, segments, right = narrowed(word_diff("One. We will not sell. Three.", "One. Three."))
    assert (left, segments, right) == ("One.", [("out", " We will not sell.")], "Three.")


def test_a_number_is_quoted_with_what_it_numbers() -> None:
    _, segments, right = narrowed(word_diff("7. General prohibitions. More.", "8. General prohibitions. More."))
    assert segments == [("out", "7"), ("in", "8"), ("same", ". General prohibitions.")]
    assert right == "More."


def test_a_stretch_that_stayed_between_two_edits_is_cut_visibly() -> None:
    middle = " ".join(f"Sentence {n} stays as it was." for n in range(9))
    _, segments, _ = narrowed(word_diff(f"Old start. {middle} Old end.", f"New start. {middle} New end."))
    assert any("[…]" in text for op, text in segments if op == "same")


def test_sentences_rebuild_their_text() -> None:
    for text in ("", "One. Two.", "  One.  Two ", "我们不卖。我们停止。", "Thermo Fisher Inc. sells."):
        assert "".join(sentences(text)) == text


def test_a_side_is_capped_with_a_mark() -> None:
    (segment,) = capped([("out", "x" * 50_000)], MAX_SIDE)
    assert (segment[0], len(segment[1]), segment[1].endswith(" […]")) == ("out", MAX_SIDE, True)


def test_a_long_new_passage_is_narrowed_to_the_words_a_rule_found() -> None:
    text = (
        " ".join(f"Sentence {n} is about instruments." for n in range(60))
        + " We rely on fact-specific assessments. End."
    )
    change = change_of(reading(), reading(text), Edit(Act.ADDED, after=(1,)))
    match = Match("h", "hedging", Act.ADDED, Severity.HIGH, ("fact-specific assessments",), 0)
    quote = report_of(replace(change, matches=(match,))).quotes[0]
    assert quote.after is not None
    assert quote.after.segments == (
        ("in", "[…] Sentence 59 is about instruments. We rely on fact-specific assessments. End."),
    )


# --- first looks and incidents ---------------------------------------------------------------------------------------


def a_first_look() -> CompanyLook:
    match = Match("firm.will-not", "firm", "present", Severity.MEDIUM, ("does not sell",), title="A firm refusal")
    return CompanyLook(
        company_id="halden",
        company="Halden Biosystems",
        topics=("xinjiang",),
        sources=(
            SourceLook("halden-sales", "https://haldenbio.example/sales", documents=3),
            SourceLook("halden-news", "https://haldenbio.example/news", refused="HTTP 403, a block page"),
        ),
        standing=(
            Standing(match, "Halden does not sell to police.", HALDEN, ("1. Where we do not sell",)),
            Standing(match, "Halden does not sell to prisons.", HALDEN),
        ),
    )


def test_a_first_look_is_one_summary() -> None:
    report = build_first_look([a_first_look()], at=FIRST_CHANGED, base_url=None)
    assert four_lines(report) == (
        "= ALREADY THERE · Halden Biosystems · First look",
        "Info · Xinjiang",
        "Archived three documents at one source; one source could not be seen; one rule found words that stand there.",
        "Seen for the first time, up to 23 Nov 2026, 23:09 UTC. From now on you hear of what changes.",
    )
    (quote,) = report.quotes
    assert quote.rules == ("A firm refusal: “does not sell” stands there (firm.will-not), and in one more passage",)
    assert quote.origin == "Halden Biosystems, Responsible sales"
    assert report.facts == (
        ("Halden Biosystems", "three documents at one source, one source could not be seen"),
        ("Not seen: halden-news", "HTTP 403, a block page · haldenbio[.]example/news"),
    )
    assert from_plain(json.loads(json.dumps(to_plain(report)))) == report


def an_incident(closed_at: datetime | None = None) -> IncidentFacts:
    return IncidentFacts(
        source_id="halden-news",
        company="Halden Biosystems",
        url="https://haldenbio.example/news",
        code="block_page",
        reasons=("the page is a block page", "status 403"),
        opened_at=LAST_SEEN,
        last_good_at=LAST_SEEN - timedelta(hours=6),
        closed_at=closed_at,
        captures=4,
    )


def test_not_seeing_is_never_told_as_gone() -> None:
    assert four_lines(build_incident(an_incident(), base_url=None)) == (
        "▨ CANNOT BE SEEN · Halden Biosystems · halden-news",
        "Low",
        "Found: the page is a block page, status 403.",
        "Since 23 Nov 2026, 17:04 UTC. Last good capture 23 Nov 2026, 11:04 UTC. "
        "Not seen is not gone: nothing is reported as removed.",
    )


def test_recovery_is_told() -> None:
    report = build_incident(an_incident(closed_at=FIRST_CHANGED), base_url=None)
    assert four_lines(report)[0] == "↩ SEEN AGAIN · Halden Biosystems · halden-news"
    assert report.when == "Not seen from 23 Nov, 17:04 to 23 Nov, 23:09 UTC."


# --- small words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://haldenbio.example/responsible-sales", "haldenbio[.]example/responsible-sales"),
        ("https://www.haldenbio.example/", "www[.]haldenbio[.]example"),
        ("http://127.0.0.1:8099/a?b=c", "127[.]0[.]0[.]1:8099/a?b=c"),
        ("https://user:secret@haldenbio.example/x#y", "haldenbio[.]example/x"),
        ("http://[::1]:80/x", "[:][:]1:80/x"),
        ("http://[broken", "http[:]//[broken"),
        ("not an address.", "not an address[.]"),
    ],
)
def test_addresses_are_defanged(url: str, shown: str) -> None:
    assert defang(url) == shown


def test_words_for_people() -> None:
    assert short_date(datetime(2026, 11, 3, 4, 5, tzinfo=UTC)) == "3 Nov, 04:05"
    assert [number(n) for n in (0, 1, 9, 10, 1234)] == ["no", "one", "nine", "10", "1,234"]
    assert listed(["a", "b", "c", "d"]) == "a, b, c and 1 more"
    assert label("forced_labour") == "Forced labour"
    assert [language(code) for code in ("zh-Hant", "en", "xx", None)] == ["Chinese", "English", "xx", ""]


def test_what_cannot_be_seen_is_drawn() -> None:
    assert visible("we do \u202enot\u202c sell\u200b") == "we do ⟨U+202E⟩not⟨U+202C⟩ sell⟨U+200B⟩"
    assert visible("Men\u00adschen") == "Men‧schen"
    assert visible("a\x00b\x1b[31m") == "a⟨U+0000⟩b⟨U+001B⟩[31m"
    assert visible("我们 naïve é") == "我们 naïve é"
    assert flat(" a\r\n b ") == " a b "
    assert one_line(" a\u2028b\nc ") == "a b c"
    assert one_line("a" * 50, 20) == "a" * 16 + " […]"


def test_the_gravest_passage_comes_first_and_the_third_line_speaks_of_it() -> None:
    letter = "Stay in the know! We will not share your address."
    refusal = "We {} sell our instruments to police in Xinjiang."
    before = Reading(
        (Place(letter, "paragraph", "surroundings"), Place(refusal.format("will not"), "paragraph", "main")),
    )
    after = Reading((Place(refusal.format("aim not to"), "paragraph", "main"),))
    change = changes.change_of(before, after, Edit(Act.REMOVED, (0,), ()), Edit(Act.REWORDED, (1,), (0,)))
    found = (
        Finding(Verdict.REMOVED, (), ("nothing stands in its place",), 0),
        Finding(Verdict.WEAKENED, (), ("modality: will not → aim not to",), 1),
    )
    without_rule = build_report(replace(change, findings=found, verdict=Verdict.WEAKENED), base_url=None)
    assert [quote.mark.word for quote in without_rule.quotes] == ["WEAKENED", "REMOVED"]
    assert without_rule.found == "Found: “aim”, “to” came in; “will” went out."
    rule = Match("firm.will-not", "firm", Act.REMOVED, Severity.HIGH, ("will not sell",), 1)
    report = build_report(replace(change, findings=found, verdict=Verdict.WEAKENED, matches=(rule,)), base_url=None)
    assert [quote.mark.word for quote in report.quotes] == ["WEAKENED", "REMOVED"]
    assert report.found == "Found: “aim”, “to” came in; “will” went out."


def test_two_captures_within_a_minute_are_told_as_one_moment() -> None:
    seen = FIRST_CHANGED.replace(second=5)
    change = replace(hedge_added(), window=Window(seen, seen.replace(second=11)))
    assert report_of(change).when == (
        "Changed within the minute of 23 Nov, 23:09 UTC. The page still says “Last updated December 2023”."
    )
    gone = replace(changes.page_is_gone(), window=Window(seen, seen.replace(second=11)))
    assert report_of(gone).when == "Last seen and first absent within the minute of 23 Nov, 23:09 UTC."


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2024-01-03", "entered by hand; made public 2024-01-03, as the person who entered it says"),
        (None, "entered by hand; no day was given on which it was made public"),
    ],
)
def test_the_date_of_a_statement_is_the_word_of_whoever_entered_it(day: str | None, said: str) -> None:
    change = change_of(None, reading("We will not sell kits.", date=day), document=replace(HALDEN, kind="statement"))
    report = build_report(change, base_url=None)
    assert said in report.sure
    assert "The page" not in report.when


def test_a_link_that_leads_to_another_file_shows_one_capture_not_the_same_one_twice() -> None:
    stands = reading("We audit every supplier.")
    change = replace(changes.change_of(stands, stands), event=DocumentEvent.SWAPPED, after_version=changes.SIX)
    where = report_of(change).where
    assert where is not None
    assert (where.before and where.before.number, where.after) == (6, None)


def test_a_first_look_quotes_as_much_as_there_is_room_for_and_sentences_before_labels() -> None:
    def stood(number: int, text: str, severity: Severity = Severity.MEDIUM) -> Standing:
        return Standing(Match(f"r{number}", "p", "present", severity, ("sell",)), text, HALDEN)

    shared = [stood(number, "We do not sell to police.") for number in range(20)]
    label = [stood(50, "Biometric data", Severity.HIGH), stood(50, "We keep no biometric data.", Severity.HIGH)]
    others = [stood(100 + number, f"We do not sell to prison {number}.") for number in range(9)]
    look = CompanyLook("halden", "Halden", standing=(*shared, *label, *others))
    report = build_first_look([look], at=FIRST_CHANGED, base_url=None)
    assert "30 rules found words that stand there" in report.found
    texts = ["".join(text for _, text in quote.after.segments) for quote in report.quotes if quote.after]
    assert texts == [
        "We keep no biometric data.",
        "We do not sell to police.",
        *(f"We do not sell to prison {number}." for number in range(6)),
    ]
    assert len(report.quotes[1].rules) == 20
    assert report.more == 3
