"""Grades from structure and history, and what one readable capture means for a document."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.course import Course, Shown, Step, chart
from core.grade import grade_page, grade_transport
from core.model import Fetch, FetchReason, GradeLevel, Place, Purpose, Reading, Redirect, VersionRef

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENTENCES = [
    "We will not sell human identification instruments to police customers anywhere in that region.",
    "Our suppliers give auditors access to every production site without prior notice given.",
    "We publish the findings of our assessments each year together with the remedies that followed.",
    "Workers may raise grievances in any language and hear from our office within thirty days.",
    "Distributors sign an end-use declaration before any instrument leaves our warehouse for customers.",
    "Independent experts review the programme and their report appears unabridged beside our answer.",
]
OTHERS = [
    "Find love near you tonight among thousands of members waiting to hear from somebody special.",
    "Download the application free of charge and discover profiles matched by personality tests.",
    "Subscribe today for unlimited messages, premium visibility and weekly suggestions chosen daily.",
    "Our couples tell their stories of meeting, moving together and celebrating weddings abroad.",
]


def fetch_of(status: int | None = 200, **about: object) -> Fetch:
    return Fetch("https://a.example/legal/policy", Purpose.WATCH, AT, AT, status, **about)  # type: ignore[arg-type]  # test shorthand


def reading_of(sentences: list[str], repeat: int = 1, **facts: int | str) -> Reading:
    texts = [f"{text} Part {at}." for at in range(repeat) for text in sentences]
    words = sum(len(text.split()) for text in texts)
    return Reading(
        tuple(Place(text, "paragraph", "main") for text in texts),
        facts={"words": words, "prose_words": words, "scripts": 0, "passwords": 0, **facts},
    )


def forms_of(reading: Reading) -> tuple[int, ...]:
    return tuple(hash(place.text) for place in reading.places)


def shown(reading: Reading, variant: int = 0) -> Shown:
    return Shown(VersionRef(variant + 1, variant + 1, "d", AT, 1), reading, forms_of(reading), variant)


def charted(
    reading: Reading, current: Reading, others: tuple[Shown, ...] = (), doubted: Reading | None = None
) -> Course:
    waiting = (doubted, forms_of(doubted)) if doubted else None
    return chart(reading, forms_of(reading), fetch_of(), shown(current), others, waiting)


POLICY = reading_of(SENTENCES, 20)


@pytest.mark.parametrize(
    ("fetch", "code"),
    [
        (fetch_of(404), "absent"),
        (fetch_of(410), "absent"),
        (fetch_of(403), "refused"),
        (fetch_of(429), "refused"),
        (fetch_of(503), "server_error"),
        (fetch_of(204), "no_page"),
        (fetch_of(None, reason=FetchReason.TIMEOUT, detail="no answer within 30 s"), "timeout"),
        (
            fetch_of(redirects=(Redirect("https://a.example/legal/policy", 302, "/"),), final_url="https://a.example/"),
            "redirected_home",
        ),
    ],
)
def test_status_and_transport_decide_alone(fetch: Fetch, code: str) -> None:
    grade = grade_transport(fetch, b"<p>body</p>")
    assert grade is not None
    assert (grade.level, grade.code) == (GradeLevel.BAD, code)


def test_an_empty_answer_is_bad() -> None:
    grade = grade_transport(fetch_of(), b"")
    assert grade is not None
    assert grade.code == "empty"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Please verify you are human to continue to the page you asked for, this takes a second", "bot_wall"),
        ("Page not found. The page may have been moved, try the search or the site map below", "soft_404"),
        ("We are down for maintenance and will be back in a few hours, thank you for your patience", "maintenance"),
        ("Something went wrong on our side, please try again in a few minutes or write to us", "application_error"),
        ("请完成验证 请完成验证 请 完 成 验 证 以 继 续 访 问 本 网 站 页 面", "bot_wall"),
        ("Seite nicht gefunden. Die gesuchte Seite gibt es hier leider nicht mehr, bitte suchen Sie", "soft_404"),
    ],
)
def test_a_short_page_is_named_by_its_phrase(text: str, code: str) -> None:
    grade = grade_page(reading_of([text]))
    assert (grade.level, grade.code) == (GradeLevel.BAD, code)


def test_a_policy_that_speaks_of_robots_is_no_wall() -> None:
    assert grade_page(reading_of([*SENTENCES, "Verify you are human before you apply."], 20)).level is GradeLevel.GOOD


def test_a_shell_is_bad() -> None:
    assert grade_page(reading_of(["Loading"], 20, scripts=5, prose_words=0, words=20)).code == "empty_shell"


def test_a_scan_without_a_text_layer_is_graded_not_empty() -> None:
    assert grade_page(Reading((), facts={"words": 0, "no_text_layer": 1})).code == "no_text_layer"


# --- held against history ------------------------------------------------------------------------------------------


def test_the_same_forms_agree() -> None:
    assert charted(POLICY, POLICY).step is Step.AGREES


def test_an_edited_page_is_accepted() -> None:
    edited = reading_of(
        [*SENTENCES[:-1], "A new sentence stands here now instead of the experts and their review."], 20
    )
    assert charted(edited, POLICY).step is Step.ACCEPT


def test_a_rewritten_policy_is_accepted_for_its_vocabulary() -> None:
    words = " ".join(SENTENCES).split()
    rewritten = reading_of([" ".join(words[at : at + 14]) for at in range(1, 70, 14)], 22)
    course = charted(rewritten, POLICY)
    assert (course.step, course.grade.level) == (Step.ACCEPT, GradeLevel.GOOD)


def test_a_short_stranger_is_not_the_page() -> None:
    assert charted(reading_of(OTHERS, 5), POLICY).step is Step.BAD


def test_a_long_stranger_is_suspect_then_believed_as_a_variant_when_a_second_agrees() -> None:
    stranger = reading_of(OTHERS, 28)
    first = charted(stranger, POLICY)
    assert (first.step, first.grade.code) == (Step.SUSPECT, "other_text")
    second = charted(stranger, POLICY, doubted=stranger)
    assert (second.step, second.is_new_variant, second.variant) == (Step.ACCEPT, True, 1)


def test_a_stranger_that_differs_from_the_suspect_one_stays_suspect() -> None:
    assert charted(reading_of(OTHERS, 28), POLICY, doubted=reading_of(OTHERS[::-1][:2], 60)).step is Step.SUSPECT


def test_most_of_the_text_missing_at_once_is_suspect() -> None:
    course = charted(reading_of(SENTENCES, 5), POLICY)
    assert (course.step, course.grade.code) == (Step.SUSPECT, "collapsed")


def test_a_capture_of_a_known_variant_is_held_against_it() -> None:
    variant = reading_of(OTHERS, 28)
    course = charted(variant, POLICY, others=(shown(variant, 1),))
    assert (course.step, course.variant, course.base.variant) == (Step.ACCEPT, 1, 1)


def test_with_every_phrase_list_emptied_a_short_stranger_still_is_not_the_page() -> None:
    wall = reading_of(["Please verify you are human to continue to the page you asked for in your browser."], 3)
    assert grade_page(wall, phrases={}).level is GradeLevel.GOOD
    assert charted(wall, POLICY).step is Step.BAD
