"""The date a page gives itself, in its own words, and what is none."""

from __future__ import annotations

import pytest

from core.model import Place
from core.text.pagedate import DATE, STAMP, page_date


@pytest.mark.parametrize(
    "date",
    [
        "3 May 2024",
        "May 3, 2024",
        "December 2023",
        "1er juillet 2021",
        "31.01.2023",
        "2024-05-03",
        "3. März 2020",
        "15 de septiembre de 2022",
        "2024年5月3日",
        "Sept. 5, 2019",
        "12th of August 2020",
    ],
)
def test_dates_as_pages_write_them(date: str) -> None:
    found = DATE.search(f"Last updated: {date}.")
    assert found is not None
    assert found.group() == date


@pytest.mark.parametrize("text", ["updated 2024", "Section 12 2024", "version 2.1", "in 2019 we sold", "ISO 27001"])
def test_what_is_no_date(text: str) -> None:
    assert DATE.search(text) is None


@pytest.mark.parametrize(
    "line", ["Last updated: 3 May 2024", "Stand: 3.5.2024", "Mise à jour : 3 mai 2024", "更新日期：2024年5月3日"]
)
def test_a_stamp_says_when_the_page_was_touched(line: str) -> None:
    assert STAMP.search(line)


@pytest.mark.parametrize("line", ["Effective: 3 May 2024", "Gültig ab 3.5.2024", "These terms apply from 3 May 2024"])
def test_a_line_that_says_from_when_it_binds_is_no_stamp(line: str) -> None:
    assert not STAMP.search(line)


@pytest.mark.parametrize(
    ("texts", "date"),
    [
        ([], None),
        (["No date here", "Stand: unbekannt"], None),
        (["Section 4", "Last updated: 3 May 2024", "Last updated: 4 May 2024"], "3 May 2024"),
        (["Last updated: ٣.٥.٢٠٢٤"], "٣.٥.٢٠٢٤"),  # digits of another script are digits
        (["two lines\nin one place", "Stand: 3.5.2024"], "3.5.2024"),
        (["Last updated 3 May 2024. " + "We will not sell these instruments. " * 5], None),  # prose speaks of dates too
    ],
)
def test_the_first_short_passage_that_stamps_the_page_gives_its_date(texts: list[str], date: str | None) -> None:
    places = [Place(text, "paragraph", "main") for text in texts]
    assert page_date(places) == date
