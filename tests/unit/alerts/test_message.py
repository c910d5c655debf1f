"""The message in plain words, what is made safe on the way, and that no string of ours speaks of motives."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from alerts.decide import decide, first_look_alert
from alerts.message import compose, marked, parted, plain_text
from core.model import Act, Edit
from core.occasions import CompanyLook, SourceLook
from core.report import Beside, Earlier
from core.shown import shown_report
from tests.changes import BASE_URL, FIRST_CHANGED, change_of, fact_specific_added, hedge_added, page_is_gone, reading
from tests.deliveries import DELIVERY_ID, delivery_of, message_of

ROOT = Path(__file__).resolve().parents[3]

FACT_SPECIFIC = """\
NEW · Halden Biosystems · Responsible sales
High · Genetic surveillance, Xinjiang
Found: “fact-specific assessments” came in.
Changed between 23 Nov, 17:04 and 23 Nov, 23:09 UTC.

AFTER, first seen 23 Nov 2026, 23:09 UTC
    In the wrong hands they can be turned against the people they should serve.
  > {+Decisions about sales follow fact-specific assessments.+}

  [-went out-]  {+came in+}

WHY YOU ARE TOLD
  - Fact-specific assessments: “fact-specific assessments” came in (hedge.fact-specific)

HOW SURE, AND WHERE
  - Three captures in six hours agree.
  Window: 2026-11-23T17:04:31Z to 2026-11-23T23:09:12Z
  Section: 1. Where we do not sell
  Language: English
  Address: haldenbio[.]example/responsible-sales
  Document: halden-sales
  Version 6, before: SHA-256 51d0aa93e2f700000000000000000000000000000000000000000000000007c4
    https://onrecord.example.org/v/halden-sales/6
  Version 7, after: SHA-256 9f2c41d07be8000000000000000000000000000000000000000000000000a16e
    https://onrecord.example.org/v/halden-sales/7

Side by side: https://onrecord.example.org/c/halden-sales/6..7
To acknowledge: onrecord alerts ack 118

--
Sent to Biotech team (rights desk: severity is high).
On Record says what was seen and when. It does not say why.
Delivery 01JD7Q4T0C5R8V2N6K9M3X7A1B
"""


def test_the_plain_text_is_the_whole_alert() -> None:
    assert message_of(fact_specific_added()).text == FACT_SPECIFIC


def test_before_and_after_are_marked_in_plain_characters() -> None:
    text = message_of(hedge_added()).text
    assert (
        "  > Halden does not sell [-or support-] human identification instruments in Xinjiang or Tibet"
        "[-, whether directly or through distributors-].\n"
    ) in text
    assert (
        "  > Halden does not {+knowingly+} sell human identification instruments {+directly to police customers+} "
        "in Xinjiang or Tibet.\n"
    ) in text


def test_without_an_address_of_our_own_the_command_is_given_and_nothing_else_is_missing() -> None:
    text = message_of(fact_specific_added(), base_url=None).text
    without = re.sub(r"    https://onrecord.example.org/v/\S+\n", "", FACT_SPECIFIC)
    assert text == without.replace(
        "Side by side: https://onrecord.example.org/c/halden-sales/6..7", "To read on: onrecord diff halden-sales 6 7"
    )


def test_what_the_promise_said_before_stands_with_its_dates() -> None:
    first, last = datetime(2019, 2, 20, 9, 0, tzinfo=UTC), datetime(2024, 1, 3, 12, 0, tzinfo=UTC)
    alert = decide(
        hedge_added(),
        base_url=BASE_URL,
        beside=Beside((Earlier("Halden will not\u200b sell in Xinjiang.", first, last),)),
    )
    assert alert is not None
    text = plain_text(shown_report(alert.report), "desk", ["x"], DELIVERY_ID)
    assert (
        "WHAT IT SAID BEFORE\n  20 Feb 2019 – 3 Jan 2024\n    > Halden will not⟨U+200B⟩ sell in Xinjiang.\n\n"
    ) in text


def test_where_only_titles_may_be_said_no_wording_is() -> None:
    at = datetime(2019, 2, 20, 9, 0, tzinfo=UTC)
    alert = decide(
        hedge_added(), base_url=BASE_URL, beside=Beside((Earlier("Halden will not sell in Xinjiang.", at, at),))
    )
    assert alert is not None
    delivery = replace(delivery_of(hedge_added()), report=alert.report)
    for detail in ("title", "none"):
        assert "will not sell" not in compose(replace(delivery, detail=detail)).text
    assert "will not sell" in compose(delivery).text


def test_an_alert_told_again_says_so_first() -> None:
    delivery = replace(delivery_of(hedge_added()), purpose="reminder", why=("nobody has taken it up in 48 hours",))
    message = compose(delivery)
    assert message.subject == "Reminder: WEAKENED: Halden Biosystems, Responsible sales (critical)"
    assert message.text.startswith("Nobody has taken it up in 48 hours.\n\nWEAKENED · Halden Biosystems")


def test_a_page_that_is_gone_keeps_its_last_words() -> None:
    text = message_of(page_is_gone()).text
    assert "BEFORE, last seen 23 Nov 2026, 17:04 UTC" in text
    assert "AFTER" not in text
    assert "[-went out-]" not in text


def test_a_first_look_reads_as_one_summary() -> None:
    sources = (SourceLook("news", "https://haldenbio.example/news", refused="status 403"),)
    alert = first_look_alert([CompanyLook("halden", "Halden", ("minerals",), sources)], at=FIRST_CHANGED)
    text = plain_text(shown_report(alert.report), "desk", ["first look"], DELIVERY_ID)
    assert text.startswith(
        "ALREADY THERE · Halden · First look\n"
        "Info · Minerals\n"
        "Archived no documents at no sources; one source could not be seen; no rules found words that stand there.\n"
    )
    assert "  Not seen: news: status 403 · haldenbio[.]example/news\n" in text
    assert "WHY YOU ARE TOLD" not in text


def test_marks_stand_close_to_their_words() -> None:
    assert marked([("same", "does not"), ("in", " knowingly"), ("same", " sell")]) == "does not {+knowingly+} sell"
    assert parted([("same", "a"), ("out", " b "), ("same", "c")]) == [("same", "a "), ("out", "b"), ("same", " c")]
    assert marked([("out", " "), ("in", "  ")]) == "[- -]{+  +}"


def test_live_addresses_in_a_quote_are_text() -> None:
    change = change_of(
        reading(),
        reading("Read https://haldenbio.example/policy and www.halden.example too."),
        Edit(Act.ADDED, after=(1,)),
    )
    assert "{+Read hxxps://haldenbio[.]example/policy and www[.]halden[.]example too.+}" in message_of(change).text


def test_the_same_delivery_gives_the_same_message() -> None:
    delivery = delivery_of(hedge_added())
    assert compose(delivery) == compose(delivery)


def test_a_report_of_an_earlier_version_can_still_be_told() -> None:
    alert = decide(hedge_added())
    assert alert is not None
    old = {key: value for key, value in alert.report.items() if key not in {"facts", "sure", "more"}}
    assert shown_report({**old, "a key of a later version": 1}).quotes


MOTIVES = re.compile(
    r"\b(quietly|silently|secretly|watered? down|backtrack\w*|because|in order to|deliberate\w*|intention\w*|tries to|"
    r"tried to|hid|hides|hiding|conceal\w*|backs? away|backed|reneg\w*|caved|sneak\w*|stealth\w*|apparently|presumably|"
    r"under pressure|to avoid|excuse\w*|whitewash\w*|admit\w*|blames?)\b",
    re.IGNORECASE,
)
CORE = (
    "core/report.py",
    "core/occasions.py",
    "core/quotes.py",
    "core/wording.py",
    "core/lists.py",
    "core/cases.py",
    "core/handling.py",
    "core/links.py",
)


def speaking() -> list[str]:
    """Every module whose strings reach people."""
    alerts = (str(path.relative_to(ROOT)) for path in (ROOT / "alerts").rglob("*.py"))
    return [*CORE, *sorted(name for name in alerts if not name.endswith("__init__.py"))]


def strings_of(path: Path) -> list[str]:
    """Every string of a module that is no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    ]


def test_no_string_of_ours_says_why_a_company_did_something() -> None:
    found = {name: strings_of(ROOT / name) for name in speaking()}
    templates = sorted((ROOT / "alerts" / "templates").iterdir())
    assert {"alert.html", "alert.txt", "sections.txt"} <= {path.name for path in templates}
    found |= {path.name: [path.read_text("utf-8")] for path in templates}
    assert sum(len(strings) for strings in found.values()) > 400
    assert [(name, text) for name, strings in found.items() for text in strings if MOTIVES.search(text)] == []
