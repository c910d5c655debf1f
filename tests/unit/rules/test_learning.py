"""What verdicts say of a rule: precision by source, and exceptions that would have spared false alarms, or are blocked."""

from __future__ import annotations

from core.rules.learning import IMPORTANT, NOT_RELEVANT, Told, precision, suggest, weigh
from core.rules.parse import parse_packs
from core.text.pattern import translate

RULES = parse_packs(
    {"own.yaml": "pack: own\nrules:\n  - {id: r, any: [police]}\n  - {id: zh, lang: zh, any: [后门]}\n"}
)


def told(alert_id: int, text: str, verdict: str = "", source: str = "acme-news") -> Told:
    return Told(alert_id, source, ((text, ""),), verdict)


PAST = [
    told(1, "The police closed the road during the marathon.", NOT_RELEVANT),
    told(2, "Runners thanked the police after the marathon.", NOT_RELEVANT),
    told(3, "Police horses joined the marathon in May.", source="acme-blog"),
    told(4, "We no longer sell cameras to the police.", IMPORTANT, source="acme-policy"),
    told(5, "The police may buy our cameras.", source="acme-policy"),
]


def test_precision_is_shown_for_the_rule_and_for_each_source() -> None:
    found = precision("r", PAST)
    assert [(each.source, each.alerts, each.important, each.not_relevant, each.share) for each in found] == [
        ("", 5, 1, 2, 1 / 3),
        ("acme-news", 2, 0, 2, 0.0),
        ("acme-blog", 1, 0, 0, None),
        ("acme-policy", 2, 1, 0, 1.0),
    ]


def test_an_exception_is_offered_with_every_past_alert_it_would_have_silenced() -> None:
    [best, *_] = suggest(RULES, "r", PAST)
    assert (best.unless, best.spared, best.unjudged, best.blocked) == (r"\bmarathon\b", (1, 2), (3,), ())


def test_an_exception_that_would_have_silenced_an_important_alert_is_blocked() -> None:
    cameras = [
        told(1, "Police bought cameras for the parade.", NOT_RELEVANT),
        told(2, "Cameras of the police were cleaned.", NOT_RELEVANT),
        told(4, "We no longer sell cameras to the police.", IMPORTANT),
    ]
    offered = suggest(RULES, "r", cameras)
    assert [(each.unless, each.blocked) for each in offered] == [(r"\bcameras\b", (4,))]
    tried = weigh(RULES, "r", translate(r"\bsell\b"), cameras)
    assert (tried.spared, tried.blocked) == ((), (4,))


def test_chinese_alarms_share_a_run_of_characters() -> None:
    past = [
        told(1, "仓库后门正在维修。", NOT_RELEVANT),
        told(2, "请走仓库后门。", NOT_RELEVANT),
        told(3, "产品中不存在任何后门。", IMPORTANT),
    ]
    assert [(each.unless, each.blocked) for each in suggest(RULES, "zh", past)] == [("仓库", ())]


def test_nothing_is_offered_for_one_false_alarm_or_where_nobody_judged() -> None:
    assert suggest(RULES, "r", PAST[1:]) == ()
    assert suggest(RULES, "r", [told(n, "The police came.") for n in range(9)]) == ()


def test_trying_changes_nothing() -> None:
    before = RULES.rules
    suggest(RULES, "r", PAST)
    assert RULES.rules == before
    assert [hit.rule for hit in RULES.match("The police ran the marathon.")] == ["r"]
