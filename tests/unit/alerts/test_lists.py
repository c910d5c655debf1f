"""Digests and summaries as people get them: plain text as a literal, within Slack's limits, and no more than may be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from alerts.channels._blocks import blocks
from alerts.channels.email import html_of
from alerts.decide import decide
from alerts.message import Message, compose
from core.config.receivers import Detail, Schedule
from core.deadlines import Due, due_entry
from core.lists import DigestFacts, NotSeen, build_digest, entry_of, reduced
from core.model import Change, Severity, Window
from core.report import build_report, from_plain, to_plain
from core.wording import sources_seen
from storage.deliveries import Delivery, Told
from tests.changes import BASE_URL, FIRST_CHANGED, document_is_new, fact_specific_added, hedge_added, page_is_gone
from tests.deliveries import delivery_of
from tests.slack_standin import fault_of

AT = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DAILY = Schedule(time(8), "Europe/Brussels")
FACTS = DigestFacts(
    alerts=3,
    worst=Severity.MEDIUM,
    sources=418,
    seen=412,
    not_seen=(NotSeen("Kestrel Optics", "newsroom", "refused", datetime(2026, 11, 19, 5, tzinfo=UTC)),),
    quiet=9,
)


def told(number: int, change: Change, base_url: str | None = BASE_URL) -> Told:
    alert = decide(change, base_url=base_url)
    assert alert is not None
    return Told(number, "change", alert.severity.value, alert.title, alert.report)


def digest(
    *changes: Change, detail: Detail = "quotes", base_url: str | None = BASE_URL, facts: DigestFacts = FACTS
) -> Message:
    report = build_digest(replace(facts, alerts=len(changes)), DAILY, at=AT, base_url=base_url)
    delivery = Delivery(
        **{
            **{name: getattr(delivery_of(hedge_added()), name) for name in Delivery.__slots__},
            "kind": "digest",
            "severity": report.severity.value,
            "title": report.title,
            "report": to_plain(report),
            "detail": detail,
            "also": tuple(told(at, change, base_url) for at, change in enumerate(changes)),
        }
    )
    return compose(delivery)


def test_a_digest_in_plain_text() -> None:
    text = digest(document_is_new(), fact_specific_added(), base_url=None).text
    assert text.startswith(DIGEST), text


DIGEST = """\
On Record, 24 November: two alerts, none urgent
Tuesday 24 November: two alerts, none urgent. 412 of 418 sources were seen; one cannot be seen now.
Daily at 08:00, Europe/Brussels. Nine changes of date, layout or menu kept, not shown.

WORST FIRST
• NEW · Halden Biosystems · Responsible sales
  {+Decisions about sales follow fact-specific assessments.+}
  High · between 23 Nov, 17:04 and 23 Nov, 23:09 UTC · English · haldenbio[.]example/responsible-sales
  onrecord diff halden-sales 6 7

• NEW · Halden Biosystems · Responsible sales
  Halden does not sell or support human identification instruments in Xinjiang or Tibet, whether directly or through distributors.
  Medium · first seen 23 Nov, 23:09 UTC · English · haldenbio[.]example/responsible-sales
  onrecord history halden-sales


CANNOT BE SEEN
  Kestrel Optics, newsroom: refused, since 19 November
  Not seeing a page is not a removal.
"""


def test_a_digest_lists_what_falls_due_by_date() -> None:
    document = hedge_added().document
    promises = [
        Due(f"k{day}", f"We will publish report {day} by {day} December 2026.", date(2026, 12, day), AT, document)
        for day in range(1, 8)
    ]
    due = tuple(due_entry(each, today=AT.date(), base_url=None) for each in promises)
    message = digest(fact_specific_added(), base_url=None, facts=replace(FACTS, falling_due=due))
    assert FALLING_DUE in message.text
    assert message.text.count("FALLS DUE") == 5
    reductions: dict[Detail, str] = {"title": "In seven days, on 1 December 2026", "none": "one alert."}
    for detail, said in reductions.items():
        less = digest(fact_specific_added(), detail=detail, facts=replace(FACTS, falling_due=due)).text
        assert said in less
        assert "We will publish" not in less


FALLING_DUE = """\
◷ FALLS DUE · Halden Biosystems · Responsible sales
  We will publish report 5 by 5 December 2026.
  In 11 days, on 5 December 2026
  onrecord commitments show k5

  and two more promises: onrecord commitments --due 40
"""


def test_a_list_says_how_many_sources_were_seen_in_a_sentence_that_reads() -> None:
    assert [sources_seen(*each) for each in ((412, 418), (2, 2), (0, 5), (0, 0))] == [
        "412 of 418 sources were seen",
        "Two of two sources were seen",
        "None of five sources were seen",
        "No source is watched",
    ]


def test_the_worst_comes_first_whatever_came_first() -> None:
    found = digest(document_is_new(), hedge_added(), page_is_gone()).report.sections[0].entries
    assert [entry.facts.split(" · ")[0] for entry in found] == ["Critical", "High", "Medium"]


def test_an_entry_says_what_moved_in_one_run_of_words() -> None:
    alert = decide(hedge_added(), base_url=BASE_URL)
    assert alert is not None
    entry = entry_of(from_plain(alert.report))
    assert entry.headline == "Halden Biosystems · Responsible sales"
    assert "".join(text for op, text in entry.words if op != "in").startswith("Halden does not sell or support human")
    assert "".join(text for op, text in entry.words if op != "out").startswith("Halden does not knowingly sell human")
    assert entry.facts.startswith("Critical · between 23 Nov, 17:04 and 23 Nov, 23:09 UTC · English")


@pytest.mark.parametrize("count", [0, 1, 39, 400])
def test_a_digest_of_any_length_keeps_within_slacks_limits(count: int) -> None:
    message = digest(*[fact_specific_added()] * count)
    found = blocks(message)
    assert fault_of({"blocks": found, "text": "x"}) == ""
    shown = sum(block["type"] == "rich_text" and "rich_text_quote" in str(block) for block in found)
    assert shown == min(count, shown)
    if count == 400:
        assert shown > 5
        assert "more entries: onrecord alerts list" in str(found)


def test_a_digest_in_html_has_its_styles_and_links_to_our_own_pages_only() -> None:
    page = html_of(digest(hedge_added()), {"notice": "", "ways": (), "alert_id": 1, "off": ""})
    assert "<h1" in page
    assert "Worst first" in page
    assert "<del" in page
    assert "<ins" in page
    assert "Cannot be seen" in page
    assert "Kestrel Optics, newsroom" in page
    links = [part.split('"')[0] for part in page.split('href="')[1:]]
    assert links
    assert {link[: len(BASE_URL)] for link in links} == {BASE_URL}


SECRETS = ("Halden", "halden", "knowingly", "Kestrel", "Xinjiang", "police", "Tibet", "hedging")


@pytest.mark.parametrize("make", [lambda detail: digest(hedge_added(), detail=detail), lambda detail: alone(detail)])
def test_where_nothing_may_be_said_nothing_is_said(make: object) -> None:
    message = make("none")  # type: ignore[operator]  # two ways to make the same kind of message
    everything = "\n".join(
        (
            message.subject,
            message.text,
            str(blocks(message)),
            html_of(message, {"notice": "", "ways": (), "alert_id": 1, "off": ""}),
        )
    )
    assert [word for word in SECRETS if word in everything] == []
    assert "There is something for you in On Record." in message.text
    assert "(critical)" in message.subject or "(medium)" in message.subject


def test_a_title_names_the_document_and_quotes_nothing() -> None:
    message = alone("title")
    assert message.subject == "WEAKENED: Halden Biosystems, Responsible sales (critical)"
    everything = "\n".join((message.text, str(blocks(message))))
    assert [word for word in ("knowingly", "police", "Tibet", "hedging") if word in everything] == []
    listed = digest(hedge_added(), detail="title")
    assert "Halden Biosystems · Responsible sales" in listed.text
    assert "knowingly" not in listed.text


def alone(detail: Detail) -> Message:
    return compose(replace(delivery_of(hedge_added()), detail=detail, why=("halden: company is halden",)))


def test_quotes_leave_a_report_as_it_is() -> None:
    alert = decide(hedge_added(), base_url=BASE_URL)
    assert alert is not None
    report = from_plain(alert.report)
    assert reduced(report, "quotes") is report


def test_an_entry_of_two_captures_within_a_minute_names_one_moment() -> None:
    seen = FIRST_CHANGED.replace(second=5)
    change = replace(hedge_added(), window=Window(seen, seen.replace(second=11)))
    assert "· within the minute of 23 Nov, 23:09 UTC ·" in entry_of(build_report(change, base_url=None)).facts
