"""One event or two: pages and their twins, editions, mirrors, a site's edit, a change undone; and what only looks alike."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from core.cases import Trace, from_text, incident_trace, same_event, to_plain, trace_of
from core.model import (
    Act,
    Change,
    ChangeClass,
    DocumentEvent,
    DocumentRef,
    Edit,
    Finding,
    Place,
    Reading,
    Verdict,
    Window,
)
from core.quotes import quotes_of
from tests.changes import AFTER, BEFORE, FIRST_CHANGED, HALDEN, LAST_SEEN, SEVEN, SIX

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KNOWINGLY = "We do not knowingly sell instruments to police customers in the region of Ostmark."
PLAINLY = "We do not sell instruments to police customers in the region of Ostmark."
REST = ("We make instruments for laboratories.", "Every distributor signs our terms.", "A committee reads each report.")


def page(promise: str, *, title: str = "Sales", rest: tuple[str, ...] = REST, lang: str = "en") -> Reading:
    places = (
        Place(title, "heading", "main", 1),
        *(Place(text, "paragraph", "main", heading=0) for text in (promise, *rest)),
    )
    return Reading(places, title=title, lang=lang)


def trace(before: Reading, after: Reading, document: DocumentRef = HALDEN) -> Trace:
    edits = tuple(
        Edit(Act.REWORDED, (at,), (at,))
        for at in range(len(before.places))
        if before.places[at].text != after.places[at].text
    )
    change = Change(document, before, after, SIX, SEVEN, Window(LAST_SEEN, FIRST_CHANGED), edits, _SUBSTANTIVE)
    return trace_of(change, quotes_of(change)[0])


_SUBSTANTIVE = ChangeClass.SUBSTANTIVE
PAGE = trace(page(PLAINLY), page(KNOWINGLY))


def other(number: int, url: str, *, source: str = "other", lang: str = "en") -> DocumentRef:
    return replace(HALDEN, id=number, url=url, source=source, lang=lang)


def test_a_page_and_its_pdf_twin_are_one_event() -> None:
    pdf = other(8, "https://haldenbio.example/files/responsible-sales.pdf")
    twin = trace(page(PLAINLY, rest=("Page 1 of 2",)), page(KNOWINGLY, rest=("Page 1 of 2",)), pdf)
    assert same_event(twin, PAGE, HOUR) == "the same words changed in another document"
    assert same_event(twin, PAGE, 8 * DAY) is None


def test_fourteen_mirrors_are_one_event_whatever_their_hosts() -> None:
    found = []
    for number in range(14):
        mirror = other(20 + number, f"https://haldenbio-{number}.example/x/{number}")
        found.append(same_event(trace(page(PLAINLY), page(KNOWINGLY), mirror), PAGE, 3 * DAY))
    assert found == ["the same words changed in another document"] * 14


EDITIONS = {
    "fr": (
        "Nous ne vendons pas nos instruments à la police.",
        "Nous ne vendons pas sciemment nos instruments à la police.",
    ),
    "de": ("Wir verkaufen keine Geräte an die Polizei.", "Wir verkaufen wissentlich keine Geräte an die Polizei."),
    "es": ("No vendemos instrumentos a la policía.", "No vendemos a sabiendas instrumentos a la policía."),
    "zh": ("我们不向警方出售仪器。", "我们不会明知而向警方出售仪器。"),
    "it": ("Non vendiamo strumenti alla polizia.", "Non vendiamo consapevolmente strumenti alla polizia."),
    "pt": ("Não vendemos instrumentos à polícia.", "Não vendemos conscientemente instrumentos à polícia."),
}


@pytest.mark.parametrize("lang", EDITIONS)
def test_six_language_editions_are_one_event(lang: str) -> None:
    before, after = (page(text, lang=lang) for text in EDITIONS[lang])
    by_path = other(9, f"https://haldenbio.example/{lang}/responsible-sales", lang=lang)
    declared = other(10, f"https://haldenbio.example/{lang}/autre-chose", source=f"halden-sales@{lang}", lang=lang)
    by_shape = other(11, "https://haldenbio.example/autre-chose", lang=lang)
    reasons = {same_event(trace(before, after, ref), PAGE, HOUR) for ref in (by_path, declared, by_shape)}
    assert reasons == {"another edition of the same document changed"}
    assert same_event(trace(before, after, by_path), PAGE, 4 * DAY) is None


def test_another_language_at_another_place_is_an_event_of_its_own() -> None:
    before, after = page(EDITIONS["fr"][0], rest=REST[:1], lang="fr"), page(EDITIONS["fr"][1], rest=REST[:1], lang="fr")
    ref = other(12, "https://haldenbio.example/nouvelles/2026/avis", lang="fr")
    assert same_event(trace(before, after, ref), PAGE, HOUR) is None


def test_the_same_edit_across_a_site_is_one_event() -> None:
    was, now = "Halden Biosystems Limited makes instruments.", "Halden Biosystems Holdings plc makes instruments."
    first = trace(page(was), page(now))
    about = other(13, "https://haldenbio.example/about")
    before, after = (page(text.replace("makes instruments", "was founded in a barn")) for text in (was, now))
    assert same_event(trace(before, after, about), first, HOUR) == "the same words changed in another document"


def test_a_short_word_that_came_in_elsewhere_is_no_sign_of_one_event() -> None:
    first = trace(page("We will visit suppliers."), page("We may visit suppliers."))
    elsewhere = other(14, "https://haldenbio.example/visitors")
    second = trace(page("Guests will park behind the hall."), page("Guests may park behind the hall."), elsewhere)
    assert same_event(second, first, HOUR) is None


def test_more_than_the_same_edit_is_an_event_of_its_own() -> None:
    more = trace(
        page(PLAINLY, rest=("We publish every report we receive about misuse of our products.", *REST[1:])),
        page(KNOWINGLY, rest=("A summary may be shared with regulators where the board sees fit.", *REST[1:])),
        other(15, "https://haldenbio.example/elsewhere"),
    )
    assert same_event(more, PAGE, HOUR) is None


def test_a_change_and_its_restoration_are_one_event_and_the_next_change_is_not() -> None:
    back = trace(page(KNOWINGLY), page(PLAINLY))
    assert same_event(back, PAGE, 20 * DAY) == "it undoes an earlier change of the same document"
    assert same_event(back, PAGE, 31 * DAY) is None
    further = trace(page(BEFORE), page(AFTER))
    assert same_event(further, PAGE, HOUR) is None
    assert same_event(PAGE, PAGE, HOUR) is None


def whole(event: DocumentEvent, document: DocumentRef, text: str = PLAINLY) -> Trace:
    here = page(text)
    before, after = (here, None) if event is DocumentEvent.GONE else (None, here)
    change = Change(
        document,
        before,
        after,
        SIX,
        None if after is None else SEVEN,
        Window(LAST_SEEN, FIRST_CHANGED),
        (),
        _SUBSTANTIVE,
        event=event,
    )
    return trace_of(change, ())


def test_documents_that_leave_one_site_on_one_day_are_one_event() -> None:
    first = whole(DocumentEvent.GONE, HALDEN)
    second = whole(DocumentEvent.GONE, other(16, "https://www.haldenbio.example/code"), "Suppliers sign a code.")
    assert same_event(second, first, HOUR) == "another document left the same site"
    assert same_event(second, first, 2 * DAY) is None
    assert same_event(replace(second, host="halden.example"), first, HOUR) is None


def test_gone_and_returned_are_one_event_and_two_new_documents_are_two() -> None:
    gone, back = whole(DocumentEvent.GONE, HALDEN), whole(DocumentEvent.RETURNED, HALDEN)
    assert same_event(back, gone, DAY) == "it undoes an earlier change of the same document"
    new = whole(DocumentEvent.NEW, other(17, "https://haldenbio.example/news/1"))
    another = whole(
        DocumentEvent.NEW, other(18, "https://haldenbio.example/news/2"), "A wholly other note on another thing."
    )
    assert same_event(another, new, HOUR) is None
    copy = whole(DocumentEvent.NEW, other(19, "https://halden.example/news/1"))
    assert same_event(copy, new, HOUR) == "another copy of the same document"
    assert same_event(new, gone, HOUR) is None


def test_incidents_at_one_site_are_one_event_for_an_hour() -> None:
    first, second = incident_trace("a", "halden.example"), incident_trace("b", "halden.example")
    assert same_event(second, first, HOUR) == "another source at the same site"
    assert same_event(second, first, 2 * HOUR) is None
    assert same_event(incident_trace("b", "other.example"), first, HOUR) is None
    assert same_event(second, PAGE, HOUR) is None


def test_a_trace_survives_its_row_and_an_earlier_version_of_itself() -> None:
    assert from_text(json.dumps(to_plain(PAGE))) == PAGE
    assert from_text('{"kind": "change", "document": 3}') == Trace("change", 3)


LETTER = "Stay in the know! You can unsubscribe at any time. We will not share your address."
TEASERS = ("Meet the people behind our support desk", "Five ways to prepare a library", "Join us at the fair in March")


def noisy(number: int, *promises: str, lead_in: str = "") -> Trace:
    """A page on which passages came in that a verdict points at, beside a teaser that is another on every page."""
    text = tuple(Place(words, "item", "surroundings", lead_in=0 if lead_in else -1) for words in promises)
    lead = (Place(lead_in, "paragraph", "surroundings"),) if lead_in else ()
    before = Reading((*lead, Place(TEASERS[number % 3], "paragraph", "surroundings")))
    after = Reading((*lead, Place(TEASERS[(number + 1) % 3], "paragraph", "surroundings"), *text))
    at = len(lead)
    edits = (Edit(Act.REWORDED, (at,), (at,)), *(Edit(Act.ADDED, (), (at + 1 + n,)) for n in range(len(text))))
    document = other(30 + number, f"https://haldenbio.example/p/{number}", source=f"p{number}")
    change = Change(document, before, after, SIX, SEVEN, Window(LAST_SEEN, FIRST_CHANGED), edits, _SUBSTANTIVE)
    found = tuple(Finding(Verdict.NEW, (), ("nothing stood here before",), 1 + n) for n in range(len(text)))
    change = replace(change, findings=found, verdict=Verdict.NEW)
    return trace_of(change, quotes_of(change)[0])


def test_one_sentence_that_comes_in_on_ten_pages_is_one_event_whatever_teasers_change_beside_it() -> None:
    told = [same_event(noisy(number, LETTER), noisy(0, LETTER), HOUR) for number in range(1, 10)]
    assert told == ["the same words changed in another document"] * 9


def test_a_page_that_says_more_than_the_event_is_an_event_of_its_own_and_one_that_says_less_is_part_of_it() -> None:
    alone, both = noisy(1, LETTER), noisy(2, LETTER, PLAINLY)
    assert same_event(both, alone, HOUR) is None
    assert same_event(alone, both, HOUR) == "the same words changed in another document"
    assert same_event(alone, both, 8 * DAY) is None


def test_the_same_item_under_another_lead_in_is_another_event() -> None:
    forbidden = noisy(1, "police, armies and prisons", lead_in="We do not sell to:")
    allowed = noisy(2, "police, armies and prisons", lead_in="We sell to:")
    assert forbidden.pieces != allowed.pieces


def test_another_file_behind_a_link_and_what_it_says_are_one_event() -> None:
    swapped = whole(DocumentEvent.SWAPPED, HALDEN)
    assert same_event(PAGE, swapped, HOUR) == "what the other file says"
    assert same_event(PAGE, swapped, 2 * DAY) is None
    assert same_event(PAGE, trace(page(KNOWINGLY), page(KNOWINGLY, rest=("Other.", *REST[1:]))), HOUR) is None
