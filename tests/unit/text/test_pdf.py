"""PDFs to places: order, paragraphs, running lines, lists, and everything a PDF can withhold."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tarfile import open as open_tar

import pypdfium2
import pytest

from core.errors import ReadError
from core.model import Reading
from core.text.pdf import pdf_date, read_pdf
from tests.pdf_maker import Line, Page, make_pdf, one_page

PITCH = 14
WIDE = "The company respects human rights wherever it works and expects its suppliers to do so"


def texts(reading: Reading) -> list[str]:
    return [place.text for place in reading.places]


def kinds(reading: Reading) -> list[tuple[str, str]]:
    return [(place.kind, place.text) for place in reading.places]


def prose(x: float, top: float, *lines: str, size: float = 11, bold: bool = False) -> tuple[Line, ...]:
    return tuple(Line(x, top - PITCH * at, text, size, bold) for at, text in enumerate(lines))


# --- paragraphs ----------------------------------------------------------------------------------------------------


def test_lines_become_paragraphs_and_gaps_end_them() -> None:
    page = one_page(
        *prose(72, 700, WIDE + ", and says", "what it does every year."),
        *prose(72, 650, WIDE + " in every", "country without any exception."),
    )
    reading = read_pdf(page)
    assert kinds(reading) == [
        ("paragraph", WIDE + ", and says what it does every year."),
        ("paragraph", WIDE + " in every country without any exception."),
    ]
    assert [place.page for place in reading.places] == [1, 1]


def test_a_line_that_ends_early_ends_its_paragraph() -> None:
    reading = read_pdf(
        one_page(*prose(72, 700, WIDE + " in all", "its works.", "We promise to go on.", "Always.", "Gladly."))
    )
    assert texts(reading) == [WIDE + " in all its works.", "We promise to go on.", "Always.", "Gladly."]


def test_hyphenation_is_undone() -> None:
    reading = read_pdf(one_page(*prose(72, 700, WIDE + " in all opera-", "tions of the group.")))
    assert texts(reading) == [WIDE + " in all operations of the group."]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("our human-", "rights policy", "our human-rights policy"),  # stands whole elsewhere on the page
        ("since Covid-", "19 began", "since Covid-19 began"),
        ("the Asia-", "Pacific region", "the Asia-Pacific region"),
        ("all employ-", "ees know", "all employees know"),
    ],
)
def test_a_hyphen_of_the_word_itself_stays(first: str, second: str, joined: str) -> None:
    page = one_page(*prose(72, 700, f"{WIDE} {first}", f"{second} here."), *prose(72, 600, "A human-rights policy."))
    assert joined in texts(read_pdf(page))[0]


def test_a_sentence_cut_by_a_page_break_is_one_passage_on_its_first_page() -> None:
    first = Page(prose(72, 120, WIDE + " at home,", WIDE + " and that they"))
    second = Page(prose(72, 720, "tell their own suppliers too.") + prose(72, 650, "Next."))
    reading = read_pdf(make_pdf([first, second]))
    assert texts(reading) == [f"{WIDE} at home, {WIDE} and that they tell their own suppliers too.", "Next."]
    assert [place.page for place in reading.places] == [1, 2]


def test_a_note_in_small_letters_stands_between_and_is_kept() -> None:
    first = Page((*prose(72, 130, WIDE + " at home,", WIDE + " and that they"), Line(72, 80, "1 See the annex.", 8)))
    second = Page(prose(72, 720, "tell their own suppliers too."))
    reading = read_pdf(make_pdf([first, second]))
    assert texts(reading) == [
        f"{WIDE} at home, {WIDE} and that they tell their own suppliers too.",
        "1 See the annex.",
    ]


# --- headings, lists, tables ----------------------------------------------------------------------------------------


def test_headings_by_size_then_weight_then_number() -> None:
    page = one_page(
        Line(72, 740, "Human rights policy", 22),
        Line(72, 700, "Scope", 15),
        *prose(72, 670, WIDE + " too."),
        Line(72, 640, "Who it binds", 11, bold=True),
        *prose(72, 615, WIDE + " too."),
        Line(72, 580, "2. Remedy"),
        *prose(72, 555, WIDE + " as well."),
    )
    reading = read_pdf(page)
    found = [(place.level, place.text) for place in reading.places if place.kind == "heading"]
    assert found == [(1, "Human rights policy"), (2, "Scope"), (3, "Who it binds"), (4, "2. Remedy")]
    assert reading.heading_path(4) == ("Human rights policy", "Scope", "Who it binds")
    assert reading.title == "Human rights policy"


def test_list_items_with_their_lead_in_and_depth() -> None:
    page = one_page(
        *prose(72, 700, "We will not sell to:"),
        Line(90, 680, "• police forces;"),
        Line(90, 666, "• prisons, namely"),
        Line(120, 652, "– those for migrants;"),
        Line(120, 638, "– those for children;"),
        Line(90, 624, "• armies."),
        *prose(72, 596, WIDE + " too."),
    )
    reading = read_pdf(page)
    items = [(place.level, place.text, reading.lead_in(at)) for at, place in enumerate(reading.places[:-1]) if at]
    assert items == [
        (1, "police forces;", "We will not sell to:"),
        (1, "prisons, namely", "We will not sell to:"),
        (2, "those for migrants;", "We will not sell to prisons, namely"),
        (2, "those for children;", "We will not sell to prisons, namely"),
        (1, "armies.", "We will not sell to:"),
    ]
    assert reading.places[-1].kind == "paragraph"


def test_numbered_items_keep_their_numbers_and_hang() -> None:
    page = one_page(
        *prose(72, 700, "We commit to the following:"),
        Line(72, 680, "1. " + WIDE[4:] + ", in"),
        Line(90, 666, "every country"),
        Line(72, 652, "2. Remedy"),
        Line(72, 638, "3. Training"),
    )
    assert [text for kind, text in kinds(read_pdf(page)) if kind == "item"] == [
        "1. " + WIDE[4:] + ", in every country",
        "2. Remedy",
        "3. Training",
    ]


def test_a_table_row_is_one_place() -> None:
    page = one_page(
        *(Line(72, 700 - PITCH * at, name) for at, name in enumerate(("Country", "Peru", "Chad"))),
        *(Line(300, 700 - PITCH * at, number) for at, number in enumerate(("Audits", "12", "7"))),
    )
    by_row = one_page(
        Line(72, 700, "Country"), Line(300, 700, "Audits"), Line(72, 686, "Peru"), Line(300, 686, "12"),
        Line(72, 660, "Chad"), Line(300, 660, "7"),
    )  # fmt: skip
    assert kinds(read_pdf(by_row)) == [("row", "Country | Audits"), ("row", "Peru | 12"), ("row", "Chad | 7")]
    assert sorted(texts(read_pdf(page))) == ["12", "7", "Audits", "Chad", "Country", "Peru"]


# --- order ---------------------------------------------------------------------------------------------------------

LEFT = (
    "The left column tells what the",
    "company promised about rights",
    "and it goes on for some lines",
    "so that it is prose, and ends.",
)
RIGHT = (
    "The right column tells later",
    "what became of that promise,",
    "again over a number of lines,",
    "and there the story is over.",
)


@pytest.mark.parametrize("drawn", ["column by column", "line by line", "upside down"])
def test_two_columns_are_read_one_after_the_other(drawn: str) -> None:
    left = [Line(72, 700 - PITCH * at, text) for at, text in enumerate(LEFT)]
    right = [Line(330, 700 - PITCH * at, text) for at, text in enumerate(RIGHT)]
    lines = {
        "column by column": left + right,
        "line by line": [line for pair in zip(left, right, strict=True) for line in pair],
        "upside down": left[::-1] + right[::-1],
    }[drawn]
    assert texts(read_pdf(one_page(*lines))) == [" ".join(LEFT), " ".join(RIGHT)]


def test_a_turned_page_reads_as_it_is_looked_at() -> None:
    upright = Page(prose(72, 400, WIDE + " now", "and always."))
    assert texts(read_pdf(make_pdf([upright]))) == [WIDE + " now and always."]
    half_turned = Page(upright.lines, rotate=180)
    assert sorted(" ".join(texts(read_pdf(make_pdf([half_turned])))).split()) == sorted(
        f"{WIDE} now and always.".split()
    )


# --- running lines -------------------------------------------------------------------------------------------------


def report_of(pages: int) -> bytes:
    return make_pdf(
        [
            Page(
                (
                    Line(72, 770, "Example Ltd, Annual Report 2025"),
                    *prose(72, 700, f"Chapter {number} says that {WIDE.lower()}", "in its own way."),
                    Line(300, 30, str(number)),
                )
            )
            for number in range(1, pages + 1)
        ]
    )


@pytest.mark.parametrize("pages", [2, 3, 12])
def test_headers_and_page_numbers_go_to_the_surroundings(pages: int) -> None:
    reading = read_pdf(report_of(pages))
    main = [place.text for _, place in reading.in_stream("main")]
    assert main == [f"Chapter {n} says that {WIDE.lower()} in its own way." for n in range(1, pages + 1)]
    around = [(place.page, place.text) for _, place in reading.in_stream("surroundings")]
    assert around[:2] == [(1, "Example Ltd, Annual Report 2025"), (1, "1")]
    assert len(around) == 2 * pages


def test_a_single_page_has_no_running_lines() -> None:
    assert all(place.stream == "main" for place in read_pdf(report_of(1)).places)


def test_a_table_of_contents_goes_to_the_surroundings_without_its_dots() -> None:
    names = ("Scope", "Promise", "Remedy", "Review")
    contents = Page(
        tuple(Line(72, 700 - 20 * at, f"{name} ........................ {at + 2}") for at, name in enumerate(names))
    )
    chapters = [Page((Line(72, 740, name, 20), *prose(72, 700, WIDE + " too."))) for name in names]
    reading = read_pdf(make_pdf([contents, *chapters]))
    assert [place.text for place in reading.places if place.page == 1] == [
        "Scope 2",
        "Promise 3",
        "Remedy 4",
        "Review 5",
    ]
    assert {place.stream for place in reading.places if place.page == 1} == {"surroundings"}
    assert [place.text for _, place in reading.in_stream("main") if place.kind == "heading"] == list(names)


# --- facts ---------------------------------------------------------------------------------------------------------


def test_title_and_dates_of_the_file() -> None:
    body = make_pdf([Page(prose(72, 700, "Words."))], title="Human rights policy", modified="D:20230712101500+02'00'")
    reading = read_pdf(body)
    assert reading.title == "Human rights policy"
    assert reading.page_date == reading.facts["modified_at"] == "2023-07-12T08:15:00+00:00"
    assert (reading.facts["pages"], reading.facts["words"], reading.facts["no_text_layer"]) == (1, 1, 0)


def test_the_text_s_own_date_goes_before_the_file_s() -> None:
    body = make_pdf([Page(prose(72, 700, "Last updated 3 May 2024"))], title="A", modified="D:20230712")
    assert read_pdf(body).page_date == "3 May 2024"


def test_a_title_that_a_program_wrote_is_none() -> None:
    assert read_pdf(make_pdf([Page(prose(72, 700, "Words."))], title="Microsoft Word - policy.docx")).title == ""


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("D:20250219144450-06'00'", "2025-02-19T20:44:50+00:00"),
        ("D:20230818212007Z", "2023-08-18T21:20:07+00:00"),
        ("20230818", "2023-08-18T00:00:00+00:00"),
        ("D:2023", "2023-01-01T00:00:00+00:00"),
        ("D:20231399", None),
        ("D:00000000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_pdf_dates(text: str, date: str | None) -> None:
    assert pdf_date(text) == date


# --- what cannot be read -------------------------------------------------------------------------------------------


def test_pictures_without_text() -> None:
    reading = read_pdf(make_pdf([Page(picture=True), Page(picture=True)]))
    assert reading.places == ()
    assert (reading.facts["no_text_layer"], reading.facts["pages_without_text"]) == (1, 2)
    assert reading.incomplete.startswith("no text layer")


def test_some_pages_are_pictures() -> None:
    pages = [Page(prose(72, 700, f"Page {at} has words.")) for at in range(3)]
    reading = read_pdf(make_pdf([*pages, Page(picture=True)]))
    assert reading.incomplete == "1 of 4 pages hold pictures and no text"
    assert reading.facts["no_text_layer"] == 0


def test_an_empty_page_is_no_loss() -> None:
    reading = read_pdf(make_pdf([Page(prose(72, 700, "Words.")), Page()]))
    assert (reading.incomplete, reading.facts["pages_without_text"]) == ("", 0)


def test_a_font_without_a_map() -> None:
    lines = tuple(Line(72, 700 - PITCH * at, "Nobody can tell what this says", unmapped=True) for at in range(5))
    reading = read_pdf(make_pdf([Page(lines)]))
    assert reading.incomplete.startswith("a font without a character map")
    assert int(reading.facts["unmapped_chars"]) > 100


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (make_pdf([Page(prose(72, 700, "Secret."))], password="x"), "password"),
        (b"%PDF-1.7", "broken"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "broken"),
        (report_of(3)[:700], "broken"),
        (b"", "broken"),
    ],
)
def test_encrypted_and_broken_files_say_so(body: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        read_pdf(body)
    assert caught.value.kind == "pdf"


def test_a_thousand_pages() -> None:
    reading = read_pdf(report_of(1_000))
    assert reading.facts["pages"] == 1_000
    assert reading.incomplete == ""
    assert sum(place.stream == "main" for place in reading.places) == 1_000


# --- real ones -----------------------------------------------------------------------------------------------------


def words_of(text: str) -> Counter[str]:
    """Words, hyphens and the library's mark for an undone hyphen aside."""
    joined = re.sub(r"[\x02\ufffe\uffff]\s*", "", unicodedata.normalize("NFKC", text)).replace("-", "")
    return Counter(re.findall(r"\w+", joined))


def raw_text(body: bytes) -> str:
    document = pypdfium2.PdfDocument(body)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def real_files(shared: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted((shared / "corpus" / "pdf_series").glob("*.pdf")):
        yield file.name, file.read_bytes()
    with open_tar(shared / "corpus" / "histories" / "A064-doctolib-imprint.tar.xz") as archive:
        for name in sorted(name for name in archive.getnames() if name.endswith(".pdf")):
            member = archive.extractfile(name)
            assert member is not None
            yield name, member.read()


@pytest.mark.corpus
def test_every_word_of_real_files_is_kept(shared: Path) -> None:
    found = 0
    for name, body in real_files(shared):
        found += 1
        reading = read_pdf(body)
        lost = words_of(raw_text(body)) - words_of(" ".join(texts(reading)))
        del lost["o"]  # a bullet in some word processors, and left out as one
        assert not lost, f"{name}: {lost.most_common(5)}"
        assert reading.incomplete == "", name
        assert read_pdf(body).places == reading.places, name
    assert found == 8


@pytest.mark.corpus
def test_the_same_document_captured_twice_gives_the_same_places(shared: Path) -> None:
    bodies = dict(real_files(shared))
    second, fourth = (bodies[f"A064-doctolib-imprint/snapshots/{number}.pdf"] for number in ("0001", "0003"))
    assert read_pdf(second).places == read_pdf(fourth).places
    first = bodies["A064-doctolib-imprint/snapshots/0000.pdf"]
    before, after = Counter(texts(read_pdf(first))), Counter(texts(read_pdf(second)))
    assert len(before - after) == len(after - before) == 2  # one sentence, and the footer of both pages


@pytest.mark.corpus
def test_words_stand_in_the_order_that_people_extracted(shared: Path) -> None:
    """Runs of 40 letters of the Markdown beside the PDF (it glues words at line ends) stand in our main stream."""
    compared = 0
    for file in sorted((shared / "corpus" / "pdf_series").glob("*.md")):
        reading = read_pdf(file.with_suffix(".pdf").read_bytes())
        ours = re.sub(r"[\W\d_]", "", "".join(place.text for _, place in reading.in_stream("main"))).lower()
        theirs = re.sub(r"[\W\d_]", "", file.read_text()).lower()
        runs = [theirs[at : at + 40] for at in range(0, len(theirs) - 40, 40)]
        kept = sum(run in ours for run in runs)
        assert kept > 0.95 * len(runs), (file.name, kept, len(runs))
        compared += 1
    assert compared == 3
