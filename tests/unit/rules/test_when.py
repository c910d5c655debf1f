"""What a rule asks besides its words: each operand, alone and with words, on changes written out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from core.errors import ConfigError
from core.model import (
    Act,
    ChangeClass,
    DocumentEvent,
    Edit,
    Finding,
    Hit,
    Match,
    Place,
    Reading,
    Severity,
    Verdict,
    Window,
)
from core.query.passage import Life, Standing
from core.rule_matches import About, match_edits, match_present
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from monitor.app import lexicon

BEFORE, AFTER = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC)
HERE = Standing("acme", ("surveillance",), "page", "en", "human-rights", source="acme-policy")
NEVER = "We will never sell kits to the police."
KNOWINGLY = "We will not knowingly sell kits to the police."


def rules(*written: str) -> RuleSet:
    return parse_packs({"own.yaml": "pack: own\nrules:\n" + "".join(f"  - {{{each}}}\n" for each in written)})


def reading(*texts: str, heading: str = "Sales") -> Reading:
    """Paragraphs under one heading; the heading is place 0."""
    places = [Place(heading, "heading", "main", level=2)]
    return Reading((*places, *(Place(text, "paragraph", "main", heading=0) for text in texts)))


ADDED = (reading("Our canteen."), reading("Our canteen.", NEVER), Edit(Act.ADDED, after=(2,)))
REMOVED = (reading("Our canteen.", NEVER), reading("Our canteen."), Edit(Act.REMOVED, before=(2,)))
REWORDED = (reading(NEVER), reading(KNOWINGLY), Edit(Act.REWORDED, (1,), (1,)))
MOVED = (reading(NEVER, "Our canteen."), reading("Our canteen.", NEVER), Edit(Act.MOVED, (1,), (2,)))
RESTORED = (reading("Our canteen."), reading("Our canteen.", NEVER), Edit(Act.RESTORED, after=(2,)))

Case = tuple[Reading | None, Reading | None, Edit]
CASES: dict[str, Case] = {
    "added": ADDED, "removed": REMOVED, "reworded": REWORDED, "moved": MOVED, "restored": RESTORED,
}  # fmt: skip


@dataclass
class Past:
    """What a rule may ask the archive."""

    elsewhere: bool = False
    lives_of: dict[str, tuple[Life, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def lives(self, texts: Sequence[str]) -> Mapping[str, tuple[Life, ...]]:
        self.asked.append("lives")
        return {text: lives for text, lives in self.lives_of.items() if text in texts}

    def stands_elsewhere(self, rule: str, scope: str) -> bool:
        self.asked.append(f"{rule} {scope}")
        return self.elsewhere


def found(case: Case, rule_set: RuleSet, **about: object) -> tuple[Match, ...]:
    before, after, edit = case
    known = About(**{"at": HERE, "window": Window(BEFORE, AFTER), **about})  # type: ignore[arg-type]  # keywords of About
    return match_edits(before, after, (edit,), rule_set, known)


def acts(rule_set: RuleSet, **about: object) -> list[str]:
    """In which of the cases the one rule speaks."""
    return [name for name, case in CASES.items() if found(case, rule_set, **about)]


# --- what happened -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", list(CASES))
def test_a_rule_hears_only_of_what_it_asks_for(act: str) -> None:
    asked = rules(f"id: r, any: [police], when: {{act: {act}}}")
    assert acts(asked) == [act]
    [match] = found(CASES[act], asked)
    assert (match.act, match.words) == (Act(act), ("police",))


def test_alert_only_when_this_text_disappears() -> None:
    asked = rules("id: r, query: '~sell NEAR/3 kits', when: {act: [removed]}")
    assert acts(asked) == ["removed"]


def test_without_conditions_a_rule_hears_of_everything() -> None:
    assert acts(rules("id: r, any: [police]")) == list(CASES)


def test_each_act_has_its_severity_and_what_has_none_weighs_as_its_like() -> None:
    own = rules(
        "id: r, any: [police], severity: {present: info, added: low, removed: high, reworded: medium, moved: low}",
        "id: s, any: [police], severity: {present: info, added: low, removed: high}",
    )
    told = {name: [str(match.severity) for match in found(case, own)] for name, case in CASES.items()}
    assert told == {
        "added": ["low", "low"],
        "removed": ["high", "high"],
        "reworded": ["medium", "low"],
        "moved": ["low", "info"],
        "restored": ["low", "low"],
    }


def test_old_words_and_new_words() -> None:
    asked = rules("id: r, any: [police], when: {was: never, now: knowingly -never}")
    [match] = found(REWORDED, asked)
    assert match.act is Act.REWORDED
    assert acts(asked) == ["reworded"]
    back = (REWORDED[1], REWORDED[0], REWORDED[2])
    assert found(back, asked) == ()


def test_a_rule_may_consist_of_old_and_new_words_alone() -> None:
    [match] = found(REWORDED, rules("id: r, when: {was: '\"will never\"', now: '-never'}"))
    assert (match.rule, match.act, match.words, match.edit) == ("r", Act.REWORDED, (), 0)


# --- the last mention --------------------------------------------------------------------------------------------


def test_absent_is_the_last_mention_in_the_document() -> None:
    asked = rules("id: r, any: [police], when: {act: absent}, severity: {removed: medium, absent: critical}")
    [match] = found(REMOVED, asked)
    assert (match.act, match.gone_from, match.severity) == (Act.REMOVED, "document", Severity.CRITICAL)
    still = (REMOVED[0], reading("Our canteen.", "The police came."), REMOVED[2])
    assert found(still, asked) == ()


def test_absent_has_its_own_severity_beside_removed() -> None:
    asked = rules("id: r, any: [police], severity: {removed: medium, absent: critical}")
    assert [(m.gone_from, str(m.severity)) for m in found(REMOVED, asked)] == [("document", "critical")]
    still = (REMOVED[0], reading("Our canteen.", "The police came."), REMOVED[2])
    assert [(m.gone_from, str(m.severity)) for m in found(still, asked)] == [("", "medium")]


@pytest.mark.parametrize("scope", ["source", "company"])
def test_absent_from_source_or_company_asks_the_archive(scope: str) -> None:
    asked = rules(f"id: r, any: [police], when: {{act: absent, gone_from: {scope}}}")
    gone, stands = Past(elsewhere=False), Past(elsewhere=True)
    [match] = found(REMOVED, asked, archive=gone)
    assert (match.gone_from, gone.asked) == (scope, [f"r {scope}"])
    assert found(REMOVED, asked, archive=stands) == ()
    assert found(REMOVED, asked) == ()  # nobody knows: no claim


def test_a_document_that_is_gone_takes_its_last_mention_with_it() -> None:
    asked = rules("id: r, any: [police], when: {act: absent, event: gone}")
    whole = (REMOVED[0], None, REMOVED[2])
    assert [m.gone_from for m in found(whole, asked, event=DocumentEvent.GONE)] == ["document"]
    assert found(REMOVED, asked) == ()


# --- the change --------------------------------------------------------------------------------------------------


def test_verdicts_are_operands() -> None:
    asked = rules("id: r, any: [police], when: {verdict: [WEAKENED, REVERSED]}")
    assert len(found(REWORDED, asked, findings=(Finding(Verdict.WEAKENED, edit=0),))) == 1
    assert found(REWORDED, asked, findings=(Finding(Verdict.STRENGTHENED, edit=0),)) == ()
    assert found(REWORDED, asked, findings=(Finding(Verdict.WEAKENED, edit=3),)) == ()
    assert found(REWORDED, asked) == ()


def test_a_saved_search_for_a_verdict_is_a_rule() -> None:
    alone = rules("id: r, query: 'verdict:weakened company:acme'")
    assert [m.words for m in found(REWORDED, alone, findings=(Finding(Verdict.WEAKENED, edit=0),))] == [(KNOWINGLY,)]
    assert found(REWORDED, alone) == ()
    asked = rules("id: r, query: 'police verdict:weakened'")
    assert len(found(REWORDED, asked, findings=(Finding(Verdict.WEAKENED, edit=0),))) == 1
    assert found(REWORDED, asked, findings=(Finding(Verdict.STRENGTHENED, edit=0),)) == ()
    assert found(REWORDED, asked) == ()


def test_a_rule_may_consist_of_a_verdict_and_a_place() -> None:
    asked = rules("id: r, when: {verdict: WEAKENED, topic: surveillance}")
    [match] = found(REWORDED, asked, findings=(Finding(Verdict.WEAKENED, edit=0),))
    assert (match.rule, match.words) == ("r", ())
    elsewhere = Standing("acme", ("forests",), "page", "en")
    assert found(REWORDED, asked, at=elsewhere, findings=(Finding(Verdict.WEAKENED, edit=0),)) == ()


@pytest.mark.parametrize(
    ("asked", "finding"),
    [
        ("conditioned", Finding(Verdict.WEAKENED, (("hedges", "-"),), edit=0)),
        ("narrowed", Finding(Verdict.WEAKENED, (("places", "-"),), edit=0)),
        ("widened", Finding(Verdict.STRENGTHENED, (("places", "+"),), edit=0)),
        ("introduced", Finding(Verdict.NEW, edit=0)),
        ("REVERSED", Finding(Verdict.REVERSED, edit=0)),  # a verdict counts in either spelling
    ],
)
def test_what_became_of_a_promise_is_an_operand_too(asked: str, finding: Finding) -> None:
    other = Finding(Verdict.WEAKENED, (("modality", "-"),), edit=0)
    for rule in (f"id: r, any: [police], when: {{verdict: {asked}}}", f"id: r, query: 'police verdict:{asked}'"):
        assert len(found(REWORDED, rules(rule), findings=(finding,))) == 1
        assert found(REWORDED, rules(rule), findings=(other,)) == ()


def test_a_promise_that_moved_or_came_back_is_told_to_who_asks_for_it() -> None:
    asks = rules("id: r, when: {verdict: moved}")
    told = match_edits(MOVED[0], MOVED[1], (MOVED[2],), asks, About(HERE, loud=(), commitments=lexicon()))
    assert [(match.rule, match.act) for match in told] == [("r", Act.MOVED)]
    canteen = Edit(Act.MOVED, (2,), (1,))
    assert match_edits(MOVED[0], MOVED[1], (canteen,), asks, About(HERE, commitments=lexicon())) == ()
    asks = rules("id: r, when: {verdict: restored}")
    assert len(found(RESTORED, asks, findings=(Finding(Verdict.NEW, edit=0),))) == 1
    assert found(RESTORED, asks) == ()


def test_a_quiet_class_or_a_move_is_told_to_a_rule_that_asks_for_it_and_to_no_other() -> None:
    asked = rules(
        "id: dates, any: [police], when: {class: [dates_only]}",
        "id: moves, any: [police], when: {act: [moved]}",
        "id: other, any: [police]",
    )
    quiet = {"loud": (), "change_class": ChangeClass.DATES_ONLY}
    assert [(m.rule, m.asked) for m in found(REWORDED, asked, **quiet)] == [("dates", True)]
    moved = {"loud": (), "change_class": ChangeClass.REORDERED}
    assert [(m.rule, m.asked) for m in found(MOVED, asked, **moved)] == [("moves", True)]


def test_events_are_operands_with_words_and_without() -> None:
    asked = rules(
        "id: words, any: [police], when: {event: gone}",
        "id: alone, when: {event: [gone, redirected]}, severity: {removed: critical}",
        "id: returned, when: {event: returned}",
    )
    whole = (REMOVED[0], None, REMOVED[2])
    told = [(m.rule, m.act, str(m.severity), m.edit) for m in found(whole, asked, event=DocumentEvent.GONE)]
    assert told == [("words", Act.REMOVED, "medium", 0), ("alone", Act.REMOVED, "critical", -1)]
    assert found(REMOVED, asked) == ()


# --- the place ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("company: acme", True), ("company: [halden, acme]", True), ("company: halden", False),
        ("topic: Surveillance", True), ("topic: forests", False),
        ("role: human-rights", True), ("role: ethics", False),
        ("source: acme-policy", True), ("source: other", False),
        ("kind: page", True), ("kind: feed", False),
        ("lang: en", True), ("lang: zh", False),
        ("heading: sales", True), ("heading: canteen", False),
        ("company: acme, heading: sales", True), ("company: acme, heading: canteen", False),
    ],
)  # fmt: skip
def test_places_are_operands(condition: str, holds: bool) -> None:
    assert bool(found(ADDED, rules(f"id: r, any: [police], when: {{{condition}}}"))) is holds


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("police company:acme", True), ("police company:halden", False), ("police -company:acme", False),
        ("police topic:surveillance role:human-rights kind:page lang:en", True),
        ("police heading:sales", True), ("police heading:canteen", False),
        ("police (company:halden OR sell)", True), ("police still:yes", True), ("police still:no", False),
        ("police added:2024-03", True), ("police added:2023", False),
        ("police seen:2024", True), ("police removed:2024", False),
    ],
)  # fmt: skip
def test_a_saved_search_is_a_rule_fields_and_all(query: str, holds: bool) -> None:
    assert bool(found(ADDED, rules(f"id: r, query: '{query}'"))) is holds


def test_what_went_is_known_to_be_gone_since_and_to_have_begun_when_it_did() -> None:
    asked = rules(
        "id: old, query: 'police added:2021'",
        "id: gone, query: 'police removed:2024-03-02 still:no'",
        "id: stands, query: 'police still:yes'",
    )
    begun = Life(datetime(2021, 5, 1, tzinfo=UTC), datetime(2021, 5, 1, tzinfo=UTC), None, True, "Sales")
    past = Past(lives_of={NEVER: (begun,)})
    assert [m.rule for m in found(REMOVED, asked, archive=past)] == ["old", "gone"]
    assert past.asked == ["lives"]  # once for the whole change


def test_the_archive_is_not_asked_where_no_rule_wants_to_know() -> None:
    past = Past()
    found(REMOVED, rules("id: r, any: [police]", "id: s, query: 'police company:acme'"), archive=past)
    assert past.asked == []


def test_a_guard_takes_what_it_cannot_know_as_met() -> None:
    own = rules(
        "id: r, any: [kits], when: {heading: sales, act: removed}",
        "id: s, query: 'canteen company:acme still:no'",
    )
    elsewhere = Standing("halden")
    assert own.watched(NEVER, at=HERE)
    assert own.watched("Our canteen.", at=HERE)
    assert own.watched("Our canteen.")
    assert not own.watched("Our canteen.", at=elsewhere)


# --- first looks, newcomers ----------------------------------------------------------------------------------------


def test_what_already_stands_there_is_present_and_in_a_new_document_it_is_added() -> None:
    own = rules(
        "id: any, any: [police], severity: {present: info, added: high}",
        "id: present, any: [police], when: {act: present}",
        "id: added, any: [police], when: {act: added}",
        "id: new, any: [police], when: {event: new}",
        "id: gone, any: [police], when: {event: gone}",
        "id: elsewhere, any: [police], when: {company: halden}",
    )
    first = match_present(reading(NEVER), own, HERE, AFTER)
    assert [(m.rule, str(m.act), str(m.severity)) for _, m in first] == [
        ("any", "present", "info"), ("present", "present", "low"),
    ]  # fmt: skip
    new = match_present(reading(NEVER), own, HERE, AFTER, event=DocumentEvent.NEW)
    assert [(m.rule, str(m.act), str(m.severity)) for _, m in new] == [
        ("any", "added", "high"), ("added", "added", "medium"), ("new", "added", "medium"),
    ]  # fmt: skip


# --- as written ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("any: [x], when: {act: remvoed}", "act \"remvoed\" is not one of added, removed, reworded, moved, restored, present, absent. Did you mean 'removed'?"),
        ("any: [x], when: {clas: dates_only}", "when has no key \"clas\". Did you mean 'class'?"),
        ("any: [x], when: {event: vanished}", 'event "vanished" is not one of new, gone,'),
        ("any: [x], when: {verdict: weakend}", "verdict \"weakend\" is not one of strengthened, weakened,"),
        ("any: [x], when: {gone_from: [source, company]}", "gone_from is one of document, source, company"),
        ("any: [x], when: {act: removed, gone_from: company}", "gone_from says how far `absent` reaches, which act does not name"),
        ("any: [x], when: {was: '('}", "was, at character 1: something must follow '('"),
        ("any: [x], when: {was: 'still:no'}", "was, at character 1: still: is not known here"),
        ("any: [x], when: removed", "when must hold conditions, such as {act: removed}"),
        ("when: {company: acme}", "can never fire: it has none of any, regex, near and query"),
        ("any: [x], severity: {gone: high}", 'severity has no key "gone"'),
    ],
)  # fmt: skip
def test_conditions_that_cannot_be_read_are_named(rule: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        rules(f"id: r, {rule}")
    assert any(says in str(problem) for problem in caught.value.problems), caught.value.problems


def test_conditions_come_back_from_the_cache() -> None:
    own = rules("id: r, any: [police], when: {act: [absent], gone_from: company, class: substantive, was: never}")
    assert RuleSet.from_plain(own.to_plain()).rules == own.rules
    assert own.rules[0].when.in_words() == "act absent; gone from company; class substantive; was never"


# --- the context of hedges and promises ------------------------------------------------------------------------------

HEDGES = "pack: hedges\ncontext_only: true\nrules: [{id: hedge, any: [where appropriate]}]\n"
TOPIC = "pack: topics\nrules: [{id: topic, any: [police]}]\n"


def sections(*said: tuple[str, str]) -> Reading:
    """Heading and paragraph, again and again."""
    places: list[Place] = []
    for heading, text in said:
        places += [Place(heading, "heading", "main", level=2), Place(text, "paragraph", "main", heading=len(places))]
    return Reading(tuple(places))


@pytest.mark.parametrize(
    ("said", "role", "hears"),
    [
        ((("Sales", "We sell to the police."), ("Sales", "We act where appropriate.")), "", True),
        ((("Sales", "We sell to the police."), ("Canteen", "We act where appropriate.")), "", False),
        ((("Sales to the police", "We act where appropriate."), ("Canteen", "Soup.")), "", True),
        ((("Sales", "Soup."), ("Canteen", "We act where appropriate.")), "human-rights", True),
        ((("Sales", "Soup."), ("Canteen", "We act where appropriate.")), "newsroom", False),
    ],
)
def test_hedges_speak_beside_a_topic_of_their_section_or_on_a_policy(
    said: tuple[tuple[str, str], ...], role: str, hears: bool
) -> None:
    both = parse_packs({"hedges.yaml": HEDGES, "topics.yaml": TOPIC})
    at, after = Standing("acme", role=role), sections(*said)
    edits = tuple(Edit(Act.ADDED, after=(number,)) for number in range(len(after.places)))
    came = match_edits(Reading(()), after, edits, both, About(at, window=Window(BEFORE, AFTER)))
    stands = match_present(after, both, at, AFTER)
    assert ("hedge" in {match.rule for match in came}) is hears
    assert ("hedge" in {match.rule for _, match in stands}) is hears


class Counting(RuleSet):
    """Rules that write down which texts they looked at."""

    def __init__(self, of: RuleSet) -> None:
        super().__init__(of.packs, of.digest)
        self.seen: list[str] = []

    def match(self, text: str, **about: object) -> tuple[Hit, ...]:
        self.seen.append(text)
        return super().match(text, **about)  # type: ignore[arg-type]  # the same


def test_only_what_is_new_on_a_page_is_matched() -> None:
    counting = Counting(rules("id: r, any: [police]", "id: s, any: [kits], when: {act: absent}"))
    standing = [f"Passage {number} says something of audits." for number in range(300)]
    before, after = reading(*standing), reading(*standing, NEVER)
    found = match_edits(
        before, after, (Edit(Act.ADDED, after=(301,)),), counting, About(HERE, window=Window(BEFORE, AFTER))
    )
    assert [match.rule for match in found] == ["r"]
    assert set(counting.seen) <= {NEVER, "Sales"}
