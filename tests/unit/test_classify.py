"""The class of a change: what quiets an edit, and that nothing quiets a promise (P8)."""

from __future__ import annotations

import pytest

from core.classify import FormLife, Returned, classify
from core.model import ChangeClass, Place, Reading, Stream
from core.text.diff import compare

PROSE = "We publish what we find in every assessment, and answer every question within thirty days."
PROMISE = "We will not sell these instruments to the police."
SOFTER = "We will not knowingly sell these instruments to the police."


class StandIn:
    """For rules and lexicon: a promise is a text, or a list, that says "will not"; the police are watched."""

    def __call__(self, text: str, lead_in: str) -> bool:
        return "will not" in f"{lead_in} {text}".lower() or self.insists(text)

    def watches(self, text: str) -> bool:
        return "police" in text.lower() or self.insists(text)

    def insists(self, text: str) -> bool:
        return "vienna" in text.lower()


guard = StandIn()


def reading_of(*texts: str | tuple[str, Stream]) -> Reading:
    pairs = [text if isinstance(text, tuple) else (text, "main") for text in texts]
    return Reading(tuple(Place(text, "paragraph", stream) for text, stream in pairs))


def class_of(before: Reading, after: Reading, **about: object) -> ChangeClass:
    edits = compare(before, [hash(p.text) for p in before.places], after, [hash(p.text) for p in after.places])
    return classify(before, after, edits, guard, **about).change_class  # type: ignore[arg-type]  # named arguments only


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (PROSE, PROSE.replace("thirty", "sixty"), ChangeClass.SUBSTANTIVE),
        (PROSE, PROSE.replace("find", "find "), ChangeClass.FORMATTING),
        (PROSE, PROSE.replace("We", "WE"), ChangeClass.FORMATTING),
        (PROSE, PROSE.replace(" in ", " (opens in a new window) in "), ChangeClass.FORMATTING),
        ("Write to ethics@acme.example.", "Write to [email protected].", ChangeClass.FORMATTING),
        ("Write to ethics@acme.example.", "Write to legal@acme.example.", ChangeClass.SUBSTANTIVE),
        ("Last updated: 3 May 2024", "Last updated: 4 June 2024", ChangeClass.DATES_ONLY),
        ("Dernière mise à jour : 31.01.2023", "Dernière mise à jour : 19.09.2023", ChangeClass.DATES_ONLY),
        ("Effective: 3 May 2024", "Effective: 4 June 2024", ChangeClass.SUBSTANTIVE),
        (
            "Effective: 3 May 2024 (previous version)",
            "Effective: 4 June 2024 (previous version)",
            ChangeClass.SUBSTANTIVE,
        ),
        ("Page shown on 5 January 2026", "Page shown on 6 January 2026", ChangeClass.DATES_ONLY),
        ("Page displayed on Monday, 5 May 2025.", "Page displayed on Tuesday, 6 May 2025.", ChangeClass.DATES_ONLY),
        ("Last updated on Monday 5 May 2025", "Last updated on Friday 9 May 2025", ChangeClass.DATES_ONLY),
        ("Today is 5 January 2026", "Today is 6 January 2026", ChangeClass.DATES_ONLY),
        ("Seite abgerufen am 5. Mai 2025", "Seite abgerufen am 6. Mai 2025", ChangeClass.DATES_ONLY),
        ("The tracker was shown on 5 May 2025.", "The tracker was shown on 6 May 2025.", ChangeClass.SUBSTANTIVE),
        ("Page shown on 5 May 2025", "Site shown on 6 May 2025", ChangeClass.SUBSTANTIVE),
        ("Version: 09.12.2025", "Version: 10.12.2025", ChangeClass.DATES_ONLY),
        ("These terms apply from 3 May 2024", "These terms apply from 4 June 2024", ChangeClass.SUBSTANTIVE),
    ],
)
def test_one_passage_that_differs(before: str, after: str, expected: ChangeClass) -> None:
    assert class_of(reading_of(PROSE + " Again.", before), reading_of(PROSE + " Again.", after)) is expected


def test_menus_and_footers_are_surroundings() -> None:
    assert class_of(reading_of(PROSE, ("Careers", "surroundings")), reading_of(PROSE, ("Jobs", "surroundings"))) is (
        ChangeClass.SURROUNDINGS
    )


def test_the_same_words_in_another_place_are_reordered() -> None:
    other = "Suppliers give our auditors access to every production site."
    assert class_of(reading_of(PROSE, other), reading_of(other, PROSE)) is ChangeClass.REORDERED


def test_a_label_that_moved_is_no_change_of_order() -> None:
    assert class_of(reading_of(PROSE, "Share"), reading_of("Share", PROSE)) is ChangeClass.SURROUNDINGS


# --- promise P8: planted where a quieting rule would look away ------------------------------------------------------


def test_a_promise_planted_in_a_footer_arrives() -> None:
    assert class_of(reading_of(PROSE), reading_of(PROSE, (PROMISE, "surroundings"))) is ChangeClass.SUBSTANTIVE


def test_a_promise_softened_in_a_footer_arrives() -> None:
    before, after = reading_of(PROSE, (PROMISE, "surroundings")), reading_of(PROSE, (SOFTER, "surroundings"))
    assert class_of(before, after) is ChangeClass.SUBSTANTIVE


def test_a_promise_in_a_dated_line_arrives() -> None:
    before = "Updated: we will not sell after 1 May 2024"
    assert class_of(reading_of(PROSE, before), reading_of(PROSE, before.replace("2024", "2029"))) is (
        ChangeClass.SUBSTANTIVE
    )


def test_a_comma_in_a_promise_counts_and_its_spacing_does_not() -> None:
    before = "We will not sell to police, or to prisons."
    assert class_of(reading_of(before), reading_of(before.replace(",", ""))) is ChangeClass.SUBSTANTIVE
    assert class_of(reading_of(before), reading_of(before.replace("police,", "police ,"))) is ChangeClass.FORMATTING


def test_a_promise_in_a_flapping_variant_arrives_at_the_first_return() -> None:
    returned = Returned(number=1, times_left_before=0, stayed_seconds=3600)
    assert class_of(reading_of(PROSE, SOFTER), reading_of(PROSE, PROMISE), returned=returned) is ChangeClass.SUBSTANTIVE


def test_a_new_promise_inside_a_known_variant_arrives() -> None:
    """The text is not that of an earlier version: no flap, whatever flapped before."""
    lives = {PROMISE: FormLife(), PROSE: FormLife(times_seen=4, times_gone=4)}
    assert class_of(reading_of(PROSE), reading_of(PROSE, PROMISE), lives=lives) is ChangeClass.SUBSTANTIVE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We will not set cookies without your consent.", ChangeClass.SURROUNDINGS),
        ("We will not set cookies. We will not sell your name.", ChangeClass.SUBSTANTIVE),
        ("We will not show cookies to the police.", ChangeClass.SUBSTANTIVE),
        ("We will not sell.", ChangeClass.SUBSTANTIVE),
        ("Will not", ChangeClass.SURROUNDINGS),
    ],
)
def test_of_a_consent_window_only_what_it_says_of_cookies_is_no_promise(text: str, expected: ChangeClass) -> None:
    assert class_of(reading_of(PROSE), reading_of(PROSE, (text, "surroundings"))) is expected
    main = class_of(reading_of(PROSE), reading_of(PROSE, f"{text} Again and again."))
    assert main is ChangeClass.SUBSTANTIVE


def test_the_title_of_a_link_is_no_promise_and_the_same_words_without_one_are() -> None:
    entry = Place("What Will Not Change", "item", "surroundings", 1)
    before, plain = reading_of(PROSE), Reading((*reading_of(PROSE).places, entry))
    linked = Reading(plain.places, links=((1, "/book"),))
    assert class_of(before, linked) is ChangeClass.SURROUNDINGS
    assert class_of(before, plain) is ChangeClass.SUBSTANTIVE


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("3. We will not sell to prisons.", "4. We will not sell to prisons.", ChangeClass.REORDERED),
        ("2.1 We will not sell to prisons.", "2.2 We will not sell to prisons.", ChangeClass.REORDERED),
        ("3. We will not sell to prisons.", "4. We will not rent to prisons.", ChangeClass.SUBSTANTIVE),
        ("3 prisons will not be served.", "4 prisons will not be served.", ChangeClass.SUBSTANTIVE),
    ],
)
def test_an_item_under_another_number_is_reordered(before: str, after: str, expected: ChangeClass) -> None:
    above = [
        f"{number} Suppliers pay nobody's passage, and ask nobody for a deposit."
        for number in ("2.", "3.", "2.0", "2.1")
    ]
    assert class_of(reading_of(PROSE, *above, before), reading_of(PROSE, *above, after)) is expected


def test_a_promise_in_a_list_whose_lead_in_went_arrives() -> None:
    lead = Place("We will not build:", "paragraph", "main")
    before = Reading((lead, Place("weapons", "item", "main", 1, lead_in=0)))
    after = Reading((Place("weapons", "item", "main", 1),))
    assert class_of(before, after) is ChangeClass.SUBSTANTIVE


# --- flaps ---------------------------------------------------------------------------------------------------------

OTHER_PLACE = "Members in the region may write to the office in Vienna with their questions about the service."
OTHER = OTHER_PLACE.replace("Vienna", "Graz")


def test_a_soon_return_to_the_earlier_text_is_a_leg_of_a_flap() -> None:
    returned = Returned(number=1, times_left_before=0, stayed_seconds=12 * 3600)
    assert class_of(reading_of(PROSE, OTHER), reading_of(PROSE), returned=returned) is ChangeClass.VARIANT


def test_a_return_after_months_is_a_change() -> None:
    returned = Returned(number=1, times_left_before=0, stayed_seconds=90 * 86_400)
    assert class_of(reading_of(PROSE, OTHER), reading_of(PROSE), returned=returned) is ChangeClass.SUBSTANTIVE


@pytest.mark.parametrize("stayed", [3600, 400 * 86_400])
@pytest.mark.parametrize("times", [0, 1, 5])
def test_a_promise_that_went_before_is_told_each_time(times: int, stayed: float) -> None:
    """The leg that takes it away may be the last one: one short absence must not buy silence for the next."""
    returned = Returned(number=1, times_left_before=times, stayed_seconds=stayed)
    lives = {PROMISE: FormLife(times_seen=times + 1, times_gone=times + 1)}
    before, after = reading_of(PROSE, PROMISE), reading_of(PROSE)
    assert class_of(before, after, returned=returned, lives=lives) is ChangeClass.SUBSTANTIVE
    assert class_of(after, before, returned=returned, lives=lives) is ChangeClass.SUBSTANTIVE


def test_another_text_that_flips_for_the_third_time_is_folded() -> None:
    returned = Returned(number=1, times_left_before=2, stayed_seconds=3600)
    assert class_of(reading_of(PROSE, OTHER), reading_of(PROSE), returned=returned) is ChangeClass.VARIANT


def test_a_return_in_the_surroundings_alone_stays_in_the_surroundings() -> None:
    returned = Returned(number=1, times_left_before=5, stayed_seconds=3600)
    before, after = reading_of(PROSE, ("Jobs", "surroundings")), reading_of(PROSE, ("Careers", "surroundings"))
    assert class_of(before, after, returned=returned) is ChangeClass.SURROUNDINGS


def test_what_the_operator_always_wants_to_hear_is_no_variant() -> None:
    lives = {OTHER_PLACE: FormLife(times_seen=3, times_gone=3)}
    assert class_of(reading_of(PROSE), reading_of(PROSE, OTHER_PLACE), lives=lives) is ChangeClass.SUBSTANTIVE
    returned = Returned(number=1, times_left_before=5, stayed_seconds=3600)
    before, after = reading_of(PROSE, OTHER_PLACE), reading_of(PROSE)
    assert class_of(before, after, returned=returned) is ChangeClass.SUBSTANTIVE


def test_a_passage_that_comes_and_goes_is_a_variant() -> None:
    lives = {OTHER: FormLife(times_seen=3, times_gone=3)}
    assert class_of(reading_of(PROSE), reading_of(PROSE, OTHER), lives=lives) is ChangeClass.VARIANT


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('We will not sell. See "Our policy".', "We will not sell. See Our policy."),
        ("We will not sell to anyone.. Write to us.", "We will not sell to anyone. Write to us."),
        ("We will not answer (a@b.example](mailto:a@b.example) .", "We will not answer a@b.example."),
        ("We will not: (a) sell; (b) lease; (c) lend.", "We will not: (a) sell (b) lease (c) lend."),
    ],
)
def test_signs_that_say_nothing_do_not_count_even_in_a_promise(before: str, after: str) -> None:
    assert class_of(reading_of(PROSE, before), reading_of(PROSE, after)) is ChangeClass.FORMATTING


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Such fees are nowhere paid back.", "Such fees are now here paid back.", ChangeClass.SUBSTANTIVE),
        ("Fees will not be paid nowhere here.", "Fees will not be paid now here here.", ChangeClass.SUBSTANTIVE),
        ("We will not take a part in it.", "We will not take apart in it.", ChangeClass.SUBSTANTIVE),
        ("We will not pay for 1 5 days.", "We will not pay for 15 days.", ChangeClass.SUBSTANTIVE),
        ("We will not pay over 1 500 euro.", "We will not pay over 1500 euro.", ChangeClass.FORMATTING),
        ("We can not and will not sell it.", "We cannot and will not sell it.", ChangeClass.FORMATTING),
        ("We can not only sell it: we will not.", "We cannot only sell it: we will not.", ChangeClass.SUBSTANTIVE),
        ("We will not wait 24hours for it.", "We will not wait 24 hours for it.", ChangeClass.FORMATTING),
        ("We will not sell it.Not to them.", "We will not sell it. Not to them.", ChangeClass.FORMATTING),
        ("Note:We will not sellTo anybody.", "Note: We will not sell To anybody.", ChangeClass.FORMATTING),
        ("We will not sell it to dis­tri­bu​tors.", "We will not sell it to distributors.", ChangeClass.FORMATTING),
        ("We will not sell it.", "We will not sell it.", ChangeClass.FORMATTING),
        ("We will not 出售 这些 仪器。", "We will not 出售这些仪器。", ChangeClass.FORMATTING),
        ("We will not จำหน่าย เครื่องมือ", "We will not จำหน่ายเครื่องมือ", ChangeClass.FORMATTING),
        ("Write an email to the desk in Graz.", "Write an e-mail to the desk in Graz.", ChangeClass.FORMATTING),
        ("A long term plan for the desk in Graz.", "A long-term plan for the desk in Graz.", ChangeClass.FORMATTING),
    ],
)
def test_white_space_that_makes_other_words_is_a_change_of_words(
    before: str, after: str, expected: ChangeClass
) -> None:
    for was, now in ((before, after), (after, before)):
        assert class_of(reading_of(PROSE, was), reading_of(PROSE, now)) is expected


STAMPS = (
    "Last updated: {}",
    "This policy was last updated on {}",
    "Version 3.1, last revised {}",
    "Stand: {}",
    "Letzte Aktualisierung dieser Seite am {}",
    "Dernière mise à jour de cette page : {}",
    "Última actualización de esta política: {}",
    "最后更新日期：{}",
    "This Privacy Policy was last updated on {}",
    "Terms of Service – last revised {}",
    "Our Supplier Code of Conduct was last reviewed on {}",
    "Modern Slavery and Human Trafficking Statement | Last updated: {}",
    "Diese Datenschutzerklärung wurde zuletzt aktualisiert am {}",
    "Politique de confidentialité : dernière mise à jour le {}",
    "本隐私政策最近更新：{}",
    "The website was updated on {} at 14:03",
)
NO_STAMPS = (
    "Revised closing date of the mine: {}",
    "Updated target date: {}",
    "Revised date for paying the families: {}",
    "Modified deadline for farms: {}",
    "Stand der Entschädigung: Zahlung bis {}",
    "Mise à jour du plan de sortie : {}",
    "Last revised minimum pay: {}",
    "Site last reviewed by inspectors on {}",
    "The stand of the miners will be open on {}",
    "Accessed at the latest by {}",
    "Policy for families revised: paid from {}",
    "Mines of the agreement in Peru updated {}",
)


def test_a_stamp_says_when_the_page_was_touched_and_nothing_else() -> None:
    for line in STAMPS:
        was, now = line.format("3 May 2024"), line.format("4 May 2024")
        assert class_of(reading_of(PROSE, was), reading_of(PROSE, now)) is ChangeClass.DATES_ONLY, line
    for line in NO_STAMPS:
        was, now = line.format("3 May 2024"), line.format("4 June 2025")
        assert class_of(reading_of(PROSE, was), reading_of(PROSE, now)) is ChangeClass.SUBSTANTIVE, line


FIGURES = (
    ("2.5 days of leave will not be taken from anybody.", "0.5 days of leave will not be taken from anybody."),
    ("18. birthday: we will not hire before it.", "14. birthday: we will not hire before it."),
    ("1.5 litres of water for each miner", "0.5 litres of water for each miner"),
    ("12.4 deaths per 100,000 hours", "2.4 deaths per 100,000 hours"),
    ("0.5 % for the villages", "0.1 % for the villages"),
    ("1. Mai ist ein freier Tag", "2. Mai ist ein freier Tag"),
    ("4.5 / 5", "1.5 / 5"),
)


@pytest.mark.parametrize(("was", "now"), FIGURES)
def test_a_figure_at_the_head_of_a_line_is_no_number_of_a_list(was: str, now: str) -> None:
    assert class_of(reading_of(PROSE, was), reading_of(PROSE, now)) is ChangeClass.SUBSTANTIVE


@pytest.mark.parametrize("mark", ["{}.", "{})", "({})", "4.{}", "4.2.{}"])
@pytest.mark.parametrize("said", ["We will not sell it.", "The results are read by the board of the company."])
def test_an_item_whose_number_moves_with_its_list_is_reordered(mark: str, said: str) -> None:
    other = "Nobody is asked to pay for a place in the plant."
    before = reading_of(PROSE, f"{mark.format(1)} {other}", f"{mark.format(2)} {said}")
    after = reading_of(PROSE, f"{mark.format(2)} {other}", f"{mark.format(3)} {said}")
    assert class_of(before, after) is ChangeClass.REORDERED


@pytest.mark.parametrize(
    ("first", "second", "third"), [("a)", "b)", "c)"), ("I.", "II.", "III."), ("iii)", "iv)", "v)")]
)
def test_letters_and_roman_figures_count_as_well(first: str, second: str, third: str) -> None:
    said, other = "We will not sell it.", "Nobody is asked to pay for a place in the plant."
    before, after = (reading_of(PROSE, f"{a} {other}", f"{b} {said}") for a, b in ((first, second), (second, third)))
    assert class_of(before, after) is ChangeClass.REORDERED
