"""Who hears of what, and why; who does not, and why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.decide import decide, incident_alert
from alerts.routes import AlertFacts, explain, facts_of, facts_of_incident, route, share_first_look
from core.config.routes import Routes, console_routes, parse_routes
from core.model import Change, Company, Intent
from core.occasions import CompanyLook, IncidentFacts
from tests.changes import HALDEN, LAST_SEEN, document_is_new, hedge_added, words_without_rule

TREE = """
receivers:
  desk: {email: desk@example.org}
  pager: {slack: {channel: "#pager"}}
  biotech: {slack: {channel: "#biotech"}, email: [bio@example.org, desk@example.org]}
  hook: {slack: {webhook: RIGHTS_WEBHOOK}}
default: desk
routes:
  - name: critical
    match: {severity: critical}
    to: pager
    continue: true
  - name: biotech
    match: {topic: genetic_surveillance}
    to: biotech
    routes:
      - name: biotech new documents
        match: {event: new}
        to: hook
  - name: others weakened
    match: {verdict: [weakened, reversed]}
    to: pager
"""


def tree(text: str = TREE) -> Routes:
    return parse_routes(text, companies=None, topics=None)


def facts(change: Change) -> AlertFacts:
    alert = decide(change)
    assert alert is not None
    return facts_of(alert, change)


def places(intents: tuple[Intent, ...]) -> list[tuple[str, str, str]]:
    return [(intent.receiver, intent.channel, intent.target) for intent in intents]


def test_the_search_goes_on_after_continue_and_ends_at_the_next_match() -> None:
    assert places(route(facts(hedge_added()), tree())) == [
        ("pager", "slack", "#pager"),
        ("biotech", "slack", "#biotech"),
        ("biotech", "email", "bio@example.org"),
        ("biotech", "email", "desk@example.org"),
    ]


def test_every_intent_names_the_route_that_decided() -> None:
    first, second, *_ = route(facts(hedge_added()), tree())
    assert first.why == ("critical: severity is critical",)
    assert second.why == ("biotech: topic is genetic_surveillance",)


def test_a_finer_route_sends_instead_of_the_one_above() -> None:
    assert places(route(facts(document_is_new()), tree())) == [("hook", "slack-webhook", "RIGHTS_WEBHOOK")]


def test_what_no_route_takes_goes_to_the_default() -> None:
    other = replace(words_without_rule(), document=replace(HALDEN, topics=()))
    (intent,) = route(facts(other), tree())
    assert (intent.receiver, intent.target) == ("desk", "desk@example.org")
    assert intent.why == ("no route took it, so the default applies",)


def test_no_configuration_means_the_console() -> None:
    assert places(route(facts(words_without_rule()), console_routes())) == [("console", "console", "")]


def test_one_target_of_two_receivers_gets_one_message_with_both_reasons() -> None:
    text = TREE.replace("to: pager\n    continue", "to: [pager, desk]\n    continue")
    intents = route(facts(hedge_added()), tree(text))
    shared = [intent for intent in intents if intent.target == "desk@example.org"]
    assert [(intent.receiver, intent.why) for intent in shared] == [
        ("desk, biotech", ("critical: severity is critical", "biotech: topic is genetic_surveillance"))
    ]


@pytest.mark.parametrize(
    ("match", "takes"),
    [
        ("{company: halden}", True),
        ("{company: other}", False),
        ("{severity: high}", True),
        ("{severity: [high]}", False),
        ("{class: substantive}", True),
        ("{class: [formatting]}", False),
        ("{verdict: weakened}", True),
        ("{verdict: [removed]}", False),
        ("{rule: hedge.knowingly}", True),
        ("{rule: other}", False),
        ("{kind: page}", True),
        ("{kind: feed}", False),
        ("{lang: en}", True),
        ("{lang: zh}", False),
        ("{event: gone}", False),
        ("{topic: xinjiang, severity: low, kind: page}", True),
    ],
)
def test_each_matcher(match: str, takes: bool) -> None:
    text = f"receivers: {{a: {{email: a@example.org}}, b: {{email: b@example.org}}}}\ndefault: b\nroutes: [{{match: {match}, to: a}}]"
    (intent,) = route(facts(hedge_added()), tree(text))
    assert (intent.receiver == "a") is takes


def test_a_route_for_a_language_hears_of_its_regions() -> None:
    change = replace(hedge_added(), document=replace(HALDEN, lang="zh-Hant"))
    text = "receivers: {a: {email: a@example.org}, b: {email: b@example.org}}\ndefault: b\nroutes: [{match: {lang: zh}, to: a}]"
    assert route(facts(change), tree(text))[0].receiver == "a"


def test_explain_says_who_gets_it_and_why_the_others_do_not() -> None:
    assert explain(facts(document_is_new()), tree()) == (
        "route 'critical' (line 9) does not match: severity is medium, and it asks for critical",
        "route 'biotech' (line 13) matches, a finer route sends: topic is genetic_surveillance",
        "  route 'biotech new documents' (line 17) sends: event is new",
        "goes to hook: slack-webhook RIGHTS_WEBHOOK",
    )


def test_explain_says_that_the_default_applies() -> None:
    other = replace(words_without_rule(), document=replace(HALDEN, topics=()))
    lines = explain(facts(other), tree())
    assert lines[-2:] == (
        "no route took it, so the default receivers get it",
        "goes to desk: email desk@example.org",
    )
    assert "verdict is none, and it asks for REVERSED, WEAKENED" in lines[2]


def test_an_incident_reaches_the_default_when_routes_ask_for_words() -> None:
    found = IncidentFacts("s", "Halden", "https://haldenbio.example", "dns", ("no address",), LAST_SEEN)
    company = Company("acme", "Acme")
    intents = route(facts_of_incident(incident_alert(found), company=company, kind="page"), tree())
    assert places(intents) == [("desk", "email", "desk@example.org")]


def test_each_target_gets_one_first_look_of_the_companies_it_follows() -> None:
    halden = CompanyLook("halden", "Halden", ("genetic_surveillance",))
    acme = CompanyLook("acme", "Acme", ("minerals",))
    shared = share_first_look([halden, acme], tree())
    assert [
        ([look.company_id for look in looks], [intent.target for intent in intents]) for looks, intents in shared
    ] == [
        (["halden", "acme"], ["#pager", "desk@example.org"]),
        (["halden"], ["#biotech", "bio@example.org", "RIGHTS_WEBHOOK"]),
    ]
    assert shared[0][1][1].receiver == "biotech, desk"
