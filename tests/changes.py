"""Named situations for alerts: changes of an invented company, as the pipeline would hand them over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core.model import (
    Act,
    Change,
    ChangeClass,
    DocumentEvent,
    DocumentRef,
    Edit,
    Finding,
    Match,
    Place,
    Reading,
    Severity,
    Verdict,
    VersionRef,
    Window,
)

LAST_SEEN = datetime(2026, 11, 23, 17, 4, 31, tzinfo=UTC)
FIRST_CHANGED = datetime(2026, 11, 23, 23, 9, 12, tzinfo=UTC)
BASE_URL = "https://onrecord.example.org"

HALDEN = DocumentRef(
    id=7,
    slug="halden-sales",
    url="https://haldenbio.example/responsible-sales",
    title="Responsible sales",
    kind="page",
    company_id="halden",
    company="Halden Biosystems",
    topics=("genetic_surveillance", "xinjiang"),
    lang="en",
    role="policy",
    source="halden-sales",
)
SIX = VersionRef(id=61, number=6, digest="51d0aa93e2f7" + "0" * 48 + "07c4", seen_at=LAST_SEEN, fetch_id=601)
SEVEN = VersionRef(id=71, number=7, digest="9f2c41d07be8" + "0" * 48 + "a16e", seen_at=FIRST_CHANGED, fetch_id=701)

RISK = "In the wrong hands they can be turned against the people they should serve."
FINDINGS = "We will publish the findings of our assessments every year by 30 June."
CASE_BY_CASE = "We comply with applicable law wherever we operate."
BEFORE = (
    "Halden does not sell or support human identification instruments in Xinjiang or Tibet, "
    "whether directly or through distributors."
)
AFTER = (
    "Halden does not knowingly sell human identification instruments directly to police customers in Xinjiang or Tibet."
)


def reading(*paragraphs: str, heading: str = "1. Where we do not sell", date: str | None = None) -> Reading:
    """A page with one heading and paragraphs under it."""
    places = [Place(heading, "heading", "main", level=2)]
    places += [Place(text, "paragraph", "main", heading=0) for text in paragraphs]
    return Reading(places=tuple(places), title="Responsible sales", lang="en", page_date=date)


def change_of(before: Reading | None, after: Reading | None, *edits: Edit, document: DocumentRef = HALDEN) -> Change:
    """A change between two readings, without rules or findings."""
    return Change(
        document=document,
        before=before,
        after=after,
        before_version=SIX if before else None,
        after_version=SEVEN if after else None,
        window=Window(LAST_SEEN if before else None, FIRST_CHANGED),
        edits=edits,
        change_class=ChangeClass.SUBSTANTIVE,
        reasons=("Three captures in six hours agree.",),
        id=118,
    )


def hedge_added() -> Change:
    """ "does not sell or support" becomes "does not knowingly sell"; the page's own date stands."""
    change = change_of(
        reading(RISK, BEFORE, FINDINGS, date="Last updated December 2023"),
        reading(RISK, AFTER, CASE_BY_CASE, date="Last updated December 2023"),
        Edit(Act.REWORDED, before=(2,), after=(2,)),
        Edit(Act.REWORDED, before=(3,), after=(3,)),
    )
    return replace(
        change,
        matches=(
            Match("hedge.knowingly", "hedging", Act.ADDED, Severity.HIGH, ("not knowingly",), 0, "A hedge: knowingly"),
        ),
        findings=(
            Finding(
                Verdict.WEAKENED,
                (("hedge", "none -> knowingly"), ("action", "sell, support -> sell")),
                ("a hedge (“knowingly”) came in",),
                edit=0,
            ),
        ),
        verdict=Verdict.WEAKENED,
    )


def fact_specific_added() -> Change:
    """A policy gains the words of the founding story; no commitment is touched."""
    text = "Decisions about sales follow fact-specific assessments."
    change = change_of(reading(RISK), reading(RISK, text), Edit(Act.ADDED, after=(2,)))
    match = Match(
        "hedge.fact-specific",
        "hedging",
        Act.ADDED,
        Severity.HIGH,
        ("fact-specific assessments",),
        0,
        "Fact-specific assessments",
    )
    return replace(change, matches=(match,))


def words_without_rule() -> Change:
    """A substantive change that no rule matched."""
    return change_of(reading("We make instruments."), reading("We make tools."), Edit(Act.REWORDED, (1,), (1,)))


def promise_removed() -> Change:
    """A red line goes out; the rest stands."""
    change = change_of(reading(RISK, BEFORE), reading(RISK), Edit(Act.REMOVED, before=(2,)))
    return replace(
        change,
        matches=(
            Match(
                "firm.will-not", "firm-commitments", Act.REMOVED, Severity.HIGH, ("does not sell",), 0, "A firm refusal"
            ),
        ),
        findings=(Finding(Verdict.REMOVED, (), ("a promise not to sell went out",), edit=0),),
        verdict=Verdict.REMOVED,
    )


def promise_moved() -> Change:
    """The same sentence in another place."""
    change = change_of(reading(BEFORE, RISK), reading(RISK, BEFORE), Edit(Act.MOVED, before=(1,), after=(2,)))
    match = Match(
        "firm.will-not", "firm-commitments", Act.MOVED, Severity.MEDIUM, ("does not sell",), 0, "A firm refusal"
    )
    return replace(change, matches=(match,))


def page_is_gone() -> Change:
    """A document that several captures no longer find."""
    change = change_of(reading(RISK, BEFORE), None, Edit(Act.REMOVED, before=(2,)))
    match = Match(
        "firm.will-not", "firm-commitments", Act.REMOVED, Severity.HIGH, ("does not sell",), 0, "A firm refusal"
    )
    return replace(
        change,
        event=DocumentEvent.GONE,
        matches=(match,),
        reasons=("Three captures in 25 hours say that there is no such page; the home page answers.",),
    )


def document_is_new() -> Change:
    """A document appears at a known source."""
    change = change_of(None, reading(RISK, BEFORE), Edit(Act.ADDED, after=(1,)), Edit(Act.ADDED, after=(2,)))
    match = Match(
        "firm.will-not", "firm-commitments", Act.ADDED, Severity.MEDIUM, ("does not sell",), 1, "A firm refusal"
    )
    return replace(change, event=DocumentEvent.NEW, matches=(match,))


def lead_in_lost() -> Change:
    """Two items stand, and the sentence that made refusals of them is gone."""

    def listing(lead: str) -> Reading:
        lead_places = [Place(lead, "paragraph", "main")] if lead else [Place("Applications", "paragraph", "main")]
        items = [Place(text, "item", "main", lead_in=0) for text in ("weapons", "surveillance")]
        return Reading(places=(*lead_places, *items), lang="en")

    change = change_of(
        listing("We will not work on:"),
        listing("Applications we look at with care:"),
        Edit(Act.REWORDED, (0,), (0,)),
        Edit(Act.REWORDED, (1,), (1,), lost_lead_in=True),
        Edit(Act.REWORDED, (2,), (2,), lost_lead_in=True),
    )
    findings = tuple(Finding(Verdict.REVERSED, (), ("the refusal before the item went out",), edit=at) for at in (1, 2))
    return replace(change, findings=findings, verdict=Verdict.REVERSED)


def twenty_passages_change() -> Change:
    """Twenty passages reworded; a rule finds something in the last but one."""
    olds, news = ([f"Sentence number {n} of the {word} text." for n in range(20)] for word in ("old", "new"))
    edits = [Edit(Act.REWORDED, (n,), (n,)) for n in range(1, 21)]
    change = change_of(reading(*olds), reading(*news), *edits)
    return replace(
        change, matches=(Match("r.one", "p", Act.REWORDED, Severity.MEDIUM, ("number 18",), 18, "A watched word"),)
    )


def six_long_passages_change() -> Change:
    """Six passages of eighty sentences came in, each with a watched word: more than one message of Slack holds."""
    news = ["".join(f"This is sentence {n} of passage {number}. " for n in range(80)).strip() for number in range(6)]
    change = change_of(reading(), reading(*news), *(Edit(Act.ADDED, after=(n,)) for n in range(1, 7)))
    words = tuple(f"sentence {n}" for n in range(80))
    matches = [Match(f"r.{n}", "p", Act.ADDED, Severity.MEDIUM, words, n, "A watched word") for n in range(6)]
    return replace(change, matches=tuple(matches))
