"""Which passage of a change is told first, and what introduced an item."""

from __future__ import annotations

from dataclasses import replace

from core.model import Act, Edit, Finding, Match, Place, Reading, Severity, Verdict
from core.occasions import CompanyLook, Standing, build_first_look
from core.quotes import in_words, quotes_of
from core.report import build_report
from tests.changes import BASE_URL, FIRST_CHANGED, HALDEN, change_of

ITEMS = ("collecting DNA because of ethnicity", "checks in places of worship")
LEAD_IN = "We will not supply our instruments for:"


def listing(*, lead_in: str = "", heading: str = "Uses and limits") -> Reading:
    """A heading and two items under it, with or without the sentence that rules them out."""
    lead = [Place(lead_in, "paragraph", "main", heading=0)] if lead_in else []
    items = [Place(text, "item", "main", level=1, heading=0, lead_in=len(lead)) for text in ITEMS]
    return Reading(places=(Place(heading, "heading", "main", level=2), *lead, *items), lang="en")


def test_of_two_passages_that_weigh_the_same_the_sentence_comes_before_its_title() -> None:
    page = Reading(
        places=(
            Place("Statement on sales in Xinjiang", "heading", "main", level=1),
            Place("We have decided to stop selling in Xinjiang.", "paragraph", "main", heading=0),
        )
    )
    change = change_of(None, page, Edit(Act.ADDED, after=(0,)), Edit(Act.ADDED, after=(1,)))
    place = Match("region.xinjiang", "regions", Act.ADDED, Severity.HIGH, ("Xinjiang",), 0)
    quotes, _ = quotes_of(replace(change, matches=(place, replace(place, edit=1))))
    assert [quote.after.segments[0][1] for quote in quotes if quote.after] == [
        "We have decided to stop selling in Xinjiang.",
        "Statement on sales in Xinjiang",
    ]


def test_a_heading_that_stood_there_all_the_time_did_not_come_in_as_lead_in() -> None:
    edit = Edit(Act.REWORDED, (2,), (1,), lost_lead_in=True)
    (quote,), _ = quotes_of(change_of(listing(lead_in=LEAD_IN), listing(), edit))
    assert quote.before is not None
    assert quote.after is not None
    assert quote.before.lead_in == (("out", LEAD_IN),)
    assert quote.after.lead_in == ()


def test_a_heading_that_is_new_and_introduces_a_list_is_told() -> None:
    edit = Edit(Act.REWORDED, (1,), (1,), lost_lead_in=True)
    before, after = listing(heading="Uses we rule out"), listing(heading="Uses we discuss")
    (quote,), _ = quotes_of(change_of(before, after, edit))
    assert quote.before is not None
    assert quote.after is not None
    assert [text.strip() for op, text in quote.before.lead_in if op == "out"] == ["rule out"]
    assert [text.strip() for op, text in quote.after.lead_in if op == "in"] == ["discuss"]


def test_a_dimension_given_by_its_sign_alone_is_not_told_beside_reasons() -> None:
    dimensions = (("modality", "?"), ("hedges", "-"), ("place", "China -> Xinjiang"))
    told = in_words(Finding(Verdict.WEAKENED, dimensions, ("hedge added: knowingly",)))
    assert told == ("hedge added: knowingly", "place: China → Xinjiang")
    assert in_words(Finding(Verdict.WEAKENED, (("hedges", "-"),))) == ("hedges: -",)


def test_a_passage_that_two_rules_found_is_quoted_once_in_a_first_look() -> None:
    said = "Halden respects the UN Guiding Principles."
    matches = [Match(rule, "p", "present", Severity.LOW, ("UN Guiding Principles",)) for rule in ("r.one", "r.two")]
    standing = tuple(Standing(match, said, HALDEN) for match in matches)
    report = build_first_look([CompanyLook("halden", "Halden", standing=standing)], at=FIRST_CHANGED, base_url=BASE_URL)
    (quote,) = report.quotes
    assert quote.rules == (
        "r.one: “UN Guiding Principles” stands there",
        "r.two: “UN Guiding Principles” stands there",
    )


def test_words_that_are_part_of_others_that_went_are_not_told_twice() -> None:
    edits = (Edit(Act.REMOVED, (1,), ()), Edit(Act.REWORDED, (2,), (1,), lost_lead_in=True))
    refusal = Match("firm.will-not", "firm", Act.REMOVED, Severity.HIGH, ("will not supply",), 0)
    change = replace(
        change_of(listing(lead_in=LEAD_IN), listing(), *edits), matches=(refusal, replace(refusal, edit=1))
    )
    found = build_report(change, base_url=BASE_URL).found
    assert found == "Found: “We will not supply our instruments for” went out."
