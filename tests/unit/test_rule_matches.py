"""Rules against edits: what came, what went, and which words are the evidence when a list loses its first line."""

from __future__ import annotations

from core.model import Act, Edit, Match, Place, Reading
from core.query.passage import NOWHERE
from core.rule_matches import About, match_edits
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet

PACK = """\
schema: 1
pack: {pack}
version: 0.1.0
title: For this test
label: test
purpose: A refusal or a topic.
context_only: {context_only}
severity: {{present: info, added: medium, removed: high}}
rules:
  - {rule}
tests: []
"""
REFUSAL = PACK.format(
    pack="refusal", context_only="true", rule="{id: try.will-not, lang: en, regex: ['\\bwill not supply\\b']}"
)
TOPIC = PACK.format(pack="topic", context_only="false", rule='{id: try.dna, lang: en, any: ["DNA databases"]}')
LEAD_IN = "We will not supply our instruments for:"


def rules() -> RuleSet:
    return parse_packs({"refusal.yaml": REFUSAL, "topic.yaml": TOPIC})


def uses(lead_in: str) -> Reading:
    """A sentence, then a list of one item."""
    return Reading(
        places=(
            Place(lead_in, "paragraph", "main"),
            Place("building DNA databases of everyone", "item", "main", level=1, lead_in=0),
        )
    )


def told(matches: tuple[Match, ...]) -> list[tuple[str, Act | str, tuple[str, ...]]]:
    return [(match.rule, match.act, match.words) for match in matches]


def test_a_lost_lead_in_is_the_evidence_and_the_words_of_the_item_did_not_go() -> None:
    edit = Edit(Act.REWORDED, (1,), (1,), lost_lead_in=True)
    found = match_edits(uses(LEAD_IN), uses("Our instruments are used for:"), (edit,), rules(), About(NOWHERE))
    assert told(found) == [
        ("try.dna", Act.REWORDED, ("DNA databases",)),
        ("try.will-not", Act.REMOVED, (LEAD_IN,)),
    ]


def test_a_refusal_that_comes_to_stand_above_an_item_is_added_to_it() -> None:
    edit = Edit(Act.REWORDED, (1,), (1,), lost_lead_in=True)
    found = match_edits(uses("Our instruments are used for:"), uses(LEAD_IN), (edit,), rules(), About(NOWHERE))
    assert told(found) == [
        ("try.will-not", Act.ADDED, (LEAD_IN,)),
        ("try.dna", Act.REWORDED, ("DNA databases",)),
    ]
