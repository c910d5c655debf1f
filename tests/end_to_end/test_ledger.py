"""The ledger from a real page over loopback: each promise through its versions, as printed, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.model import Intent
from core.report import Entry
from monitor import deadlines
from monitor.app import build
from monitor.home import Home
from tests.command import onrecord, write_home
from tests.far_side import Site, page

SALES = "We will not sell DNA kits to the police in China."
AUDITS = "We will audit all our suppliers every year and publish the results."
FEES = "Suppliers must repay recruitment fees to workers by the end of 2031."
OTHER = "The company was founded in a small workshop near the harbour, and its shares trade on two exchanges."


@pytest.fixture
def site(home: Path) -> Iterator[Site]:
    with Site() as running:
        running.pages["/policy.html"] = page(SALES, AUDITS, FEES, OTHER, title="Human rights policy")
        write_home(home, running.authority, f'{{url: "{running.url("/policy.html")}", role: policy}}')
        check()
        yield running


def check() -> None:
    ran = onrecord("check", "--json")
    assert ran.status == 0, ran.err


def show(site: Site, *sentences: str) -> None:
    site.pages["/policy.html"] = page(*sentences, OTHER, title="Human rights policy")
    check()


def ledger(*options: str) -> list[dict[str, Any]]:
    ran = onrecord("commitments", *options, "--json")
    assert ran.status == 0, ran.err
    return ran.lines


def life(promise: dict[str, Any]) -> list[str]:
    return [event["event"] for event in promise["events"]]


def named(words: str, *options: str) -> dict[str, Any]:
    [found] = [promise for promise in ledger(*options) if words in promise["first"]]
    return found


def test_each_promise_has_its_own_life(site: Site) -> None:
    show(site, "We will not sell DNA kits to the police in Xinjiang.", AUDITS, FEES)
    show(site, "We will not knowingly sell DNA kits to the police in Xinjiang.", AUDITS, FEES)
    show(site, "We will not knowingly sell DNA kits to the police in Xinjiang.", FEES)

    sales, audits, fees = named("DNA"), named("audit"), named("repay")
    assert life(sales) == ["introduced", "narrowed", "conditioned"]
    assert [event["reasons"] for event in sales["events"][1:]] == [
        ["place: China → Xinjiang"],
        ["hedge added: knowingly"],
    ]
    assert sales["first"] == SALES
    assert sales["now"] == "We will not knowingly sell DNA kits to the police in Xinjiang."
    assert (sales["stands"], sales["weakened"], sales["status"]) == (True, True, "suggested")
    assert life(audits) == ["introduced", "removed"]
    assert (audits["stands"], audits["now"]) == (False, AUDITS)
    assert life(fees) == ["introduced"]
    assert fees["due"] == "2031-12-31"
    assert len(ledger()) == 3


def test_every_event_names_both_its_captures(site: Site) -> None:
    check()  # a capture that only agrees: it is the last that showed the old words
    show(site, "We will not sell DNA kits to the police in Xinjiang.", AUDITS, FEES)
    introduced, narrowed = named("DNA")["events"]
    assert introduced["last_seen_capture"] is None
    first = introduced["first_changed_capture"]
    assert (narrowed["last_seen_capture"], narrowed["first_changed_capture"]) == (first + 1, first + 2)
    assert narrowed["last_seen"] < narrowed["first_changed"] or narrowed["last_seen"] == narrowed["first_changed"]
    assert (narrowed["before"], narrowed["after"]) == (SALES, "We will not sell DNA kits to the police in Xinjiang.")


def test_a_promise_that_comes_back_is_the_same_promise(site: Site) -> None:
    show(site, AUDITS, FEES)
    show(site, AUDITS, FEES, SALES)
    assert life(named("DNA")) == ["introduced", "removed", "restored"]
    assert named("DNA")["stands"]


def test_what_was_ever_weakened_is_found(site: Site) -> None:
    show(site, "We will not knowingly sell DNA kits to the police in China.", AUDITS, FEES)
    show(site, SALES, AUDITS, FEES)
    assert [promise["first"] for promise in ledger("--weakened")] == [SALES]
    assert life(named("DNA")) == ["introduced", "conditioned", "strengthened"]
    assert ledger("--gone") == []
    assert [promise["first"] for promise in ledger("--due", "36500")] == [FEES]


def test_the_ledger_as_it_was_known(site: Site) -> None:
    show(site, AUDITS, FEES)
    assert ledger("--as-of", "2020-01-01") == []
    assert len(ledger("--as-of", "2099-01-01")) == 3
    wrong = onrecord("commitments", "--as-of", "last year")
    assert wrong.status == 2
    assert "'last year' is no date; write it as 2026-01-31" in wrong.err


def test_a_company_is_named_as_people_name_it(site: Site) -> None:
    assert len(ledger("--company", "Halden Biosystems")) == 3
    assert len(ledger("--company", "halden")) == 3
    nobody = onrecord("commitments", "--company", "Nobody Inc")
    assert nobody.status == 2
    assert "no company with documents is called 'Nobody Inc'; there are halden-biosystems" in nobody.err


def test_topics_are_the_packs_that_find_it(site: Site) -> None:
    assert "migrant-recruitment" in named("repay")["topics"]
    assert FEES in [promise["first"] for promise in ledger("--topic", "migrant-recruitment")]
    unknown = onrecord("commitments", "--topic", "chess")
    assert "no promise is about 'chess'; topics are " in unknown.err


def test_what_a_person_says_of_a_promise_stays_with_it(site: Site) -> None:
    key = named("DNA")["commitment"]
    assert onrecord("commitments", "confirm", key[:8], "--by", "Ada", "--note", "read twice").status == 0
    dismissed = named("audit")["commitment"]
    assert onrecord("commitments", "dismiss", dismissed, "--by", "Ada").status == 0
    show(site, "We will not knowingly sell DNA kits to the police in China.", AUDITS, FEES)

    assert named("DNA")["status"] == "confirmed"
    assert named("DNA")["commitment"] == key
    assert dismissed not in [promise["commitment"] for promise in ledger()]
    assert dismissed in [promise["commitment"] for promise in ledger("--all")]
    [told] = onrecord("commitments", "show", key, "--json").lines
    assert [(act["act"], act["by"], act["note"]) for act in told["acts"]] == [("confirmed", "Ada", "read twice")]
    assert onrecord("commitments", "suggest", dismissed).status == 0
    assert dismissed in [promise["commitment"] for promise in ledger()]


def test_it_survives_a_new_reading(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    show(site, "We will not knowingly sell DNA kits to the police in China.", AUDITS, FEES)
    onrecord("commitments", "confirm", named("DNA")["commitment"])
    before = ledger()
    monkeypatch.setattr("storage.ledger.MAKER", 99)  # the whole ledger is made anew
    assert ledger() == before


def test_it_prints_for_people(site: Site) -> None:
    show(site, "We will not knowingly sell DNA kits to the police in China.", AUDITS, FEES)
    told = onrecord("commitments", "--weakened")
    lines = told.out.splitlines()
    assert lines[0].endswith("Halden Biosystems · halden-biosystems/policy · stands · suggested")
    assert lines[1] == "  We will not knowingly sell DNA kits to the police in China."
    assert lines[2] == f"  first: {SALES}"
    assert "    − conditioned, last seen otherwise " in told.out
    assert "        hedge added: knowingly" in told.out
    assert told.err.strip() == "one promise by one company; 1 weakened or removed at some time"


def test_as_csv_nothing_becomes_a_formula(site: Site) -> None:
    show(site, AUDITS, FEES, "=HYPERLINK(1) Our code prohibits child labour in mica mines.")
    rows = list(csv.DictReader(io.StringIO(onrecord("commitments", "--csv").out)))
    assert len(rows) == 4
    assert min(row["now"][:20] for row in rows) == "'=HYPERLINK(1) Our c"
    assert {row["stands"] for row in rows} == {"yes", "no"}


def test_what_falls_due_is_told_once_ahead_and_once_after(site: Site, home: Path) -> None:
    assert len(ledger()) == 3
    told = [tell_on(home, day) for day in (
        datetime(2031, 11, 30, tzinfo=UTC),  # too early
        datetime(2031, 12, 5, tzinfo=UTC), datetime(2031, 12, 6, tzinfo=UTC),
        datetime(2032, 1, 5, tzinfo=UTC), datetime(2032, 1, 6, tzinfo=UTC),
        datetime(2032, 3, 1, tzinfo=UTC),  # long past
    )]  # fmt: skip
    assert told == [0, 1, 0, 1, 0, 0]
    past, soon = [alert for alert in onrecord("alerts", "list", "--json").lines if alert["kind"] == "due"]
    assert soon["title"].startswith("FALLS DUE: Halden Biosystems")
    assert past["title"].startswith("DUE DATE PASSED: Halden Biosystems")


def test_what_a_person_found_kept_is_not_told(site: Site, home: Path) -> None:
    onrecord("commitments", "kept", named("repay")["commitment"])
    assert tell_on(home, datetime(2031, 12, 5, tzinfo=UTC)) == 0


def test_digests_list_what_falls_due_to_those_whose_routes_take_it(site: Site, home: Path) -> None:
    (home / "routes.yaml").write_text(
        "receivers: {halden: {email: halden@example.org}, others: {email: others@example.org}}\n"
        "default: others\n"
        "routes: [{match: {company: halden-biosystems}, to: halden}]\n"
    )
    assert len(ledger()) == 3
    assert [len(falling_due(home, datetime(2031, 11, day, tzinfo=UTC), "halden")) for day in (20, 21)] == [0, 1]
    (entry,) = falling_due(home, datetime(2031, 12, 25, tzinfo=UTC), "halden")
    assert (entry.mark.word, entry.facts) == ("FALLS DUE", "In six days, on 31 December 2031")
    assert entry.headline.startswith("Halden Biosystems · ")
    assert "".join(text for _, text in entry.words) == FEES
    assert entry.command.startswith("onrecord commitments show ")
    assert falling_due(home, datetime(2031, 12, 25, tzinfo=UTC), "others") == ()


def falling_due(home: Path, day: datetime, receiver: str) -> tuple[Entry, ...]:
    with build(Home(home), {}, now=lambda: day) as agent, agent.tools.database.read() as conn:
        return deadlines.falling_due(conn, agent.tools, Intent(receiver, "email", f"{receiver}@example.org", ()))


def tell_on(home: Path, day: datetime) -> int:
    with build(Home(home), {}, now=lambda: day) as agent:
        return deadlines.tell(agent.tools)


def test_an_empty_ledger_says_how_it_fills(home: Path) -> None:
    with Site() as running:
        running.pages["/policy.html"] = page(OTHER)
        write_home(home, running.authority, f'{{url: "{running.url("/policy.html")}", role: policy}}')
        check()
        told = onrecord("commitments")
    assert (told.status, told.out) == (0, "")
    assert "No promise is on record yet. The ledger fills as documents are checked: onrecord check" in told.err
