"""Lines known by their form: what counts readers, turns pages or opens an office, and what only looks like it."""

from __future__ import annotations

import pytest

from core.site_lines import contact_line, goes_with, is_plain_figure, site_line, turns_the_page

OF_THE_SITE = [
    *(
        "4.6 out of 5 stars (12,401 reviews)",
        "Excellent 4.6 - 12,401 reviews on Trustpilot",
        "4.6 ★ (312)",
        "★★★★☆ 4.5",
    ),
    *("Rate this article: 4.2/5 (31 votes)", "12 out of 30 found this helpful", "214 people found this helpful"),
    *("12 von 30 fanden dies hilfreich", "4,5 von 5 Sternen", "4.6分（12,401条评价）", "4.6 من 5 (12,401 تقييم)"),
    *("3 comments", "♥ 214", "1,204 views", "1.2K shares", "Shared 312 times", "阅读 1204", "1,204 مشاهدة"),
    *(
        "Page 1 of 7",
        "Page 1 of 7 · Next",
        "Showing 1–10 of 212 results",
        "1 2 3 4",
        "第 1 页 / 共 7 页",
        "صفحة 1 من 7",
    ),
    *("5 min read", "Reading time: about 5 minutes", "阅读时间：5 分钟", "0:00 / 1:32"),
    *("NYSE: EXC $104.22 as of 4:00 PM ET", "EXC 104.22 +0.31%", "1 EUR = 1.0831 USD", "Berlin 14°C Cloudy"),
    *("Sale ends in 2 days 11 hours", "02 days 11 hrs 14 min 03 sec", "342 open positions worldwide"),
    *("Request ID: 7f3a-99b1-11", "Version 24.11.3 (build 8812)", "Updated 3 days ago"),
    *("By Jane Doe | 3 May 2025 | 5 min read", "Show more", "Alle anzeigen"),
    *("This page was translated automatically.", "Diese Seite wurde maschinell übersetzt."),
]
OF_THE_TEXT = [
    *("Requests refused: 412", "412 requests refused", "Complaints upheld: 31 of 40", "12,401 supplier reviews in 2025"),
    *("88 people were affected by our requests.", "12 of 30", "3/5", "4.6", "4.6 out of 5", "1.5", "412", "96 %", "CO2 45%"),
    *("Work stops at 35 °C", "Stored at 25 °C", "10 days", "2 days 3 hours", "48 hours", "30 hours a week", "USD 1.90"),
    *("Version 3.1", "ISO 14001", "SA8000 2014", "Page 7 bans sales", "3 May 2025", "Minimum age: 16", "Closed"),
    "This machine translation is for help only; the English text is binding.",
]  # fmt: skip


@pytest.mark.parametrize("line", OF_THE_SITE)
def test_a_line_of_the_site_is_known_by_its_form(line: str) -> None:
    assert site_line(line)


@pytest.mark.parametrize("line", OF_THE_TEXT)
def test_a_line_that_may_be_the_texts_own_is_none(line: str) -> None:
    assert site_line(line) == ""


@pytest.mark.parametrize(
    ("was", "now", "around", "expected"),
    [
        ("Mon–Fri 9:00–17:00", "Mon–Fri 8:00–18:00", (), "opening hours"),
        ("周一至周五 9:00–17:00", "周一至周六 9:00–17:00", (), "opening hours"),
        ("Sat: closed", "", ("Opening hours",), "opening hours"),
        ("Sat: closed", "", (), ""),
        ("Mon–Fri 9:00–17:00", "Mon 9:00–10:00", ("Ethics line",), ""),
        ("Mon–Fri 9:00–17:00", "Mon–Sun 6:00–22:00", ("Working time",), ""),
        ("Working hours: Mon–Fri 9–17", "Working hours: Mon–Sat 7–21", (), ""),
        ("Rest days: Saturday and Sunday", "Rest days: Sunday", (), ""),
        ("Call us: +1 800 555 0199", "Call us: +1 800 555 0100", (), "the telephone number of an office"),
        ("Call us: +1 800 555 0199", "", (), ""),
        ("Call us: +1 800 555 0199", "Fax: +1 800 555 0199", (), ""),
        ("Acme Corp, 12 Main Street, Springfield, IL 62701", "Acme Corp, 99 High Street, Springfield, IL 62704", (), "the address of an office"),
        ("Ethics Office, 12 Main Street, Springfield, IL 62701", "Sales Office, 12 Main Street, Springfield, IL 62701", (), ""),
        ("Acme Corp, 12 Main Street, Springfield, IL 62701", "Bolt Corp, 12 Main Street, Springfield, IL 62701", (), ""),
    ],
)  # fmt: skip
def test_hours_and_addresses_are_quiet_where_nobody_complains(
    was: str, now: str, around: tuple[str, ...], expected: str
) -> None:
    assert contact_line(was, now, around) == expected


@pytest.mark.parametrize(
    "line",
    [
        "412 visits",
        "38 reviews",
        "22:00",
        "7:00 / 19:00",
        "16-18 of 400",
        "BDT 113.00 +5.00",
        "Read 12 times",
        "2 open jobs",
    ],
)
def test_a_figure_that_a_text_may_count_as_well_says_so(line: str) -> None:
    assert site_line(line)
    assert is_plain_figure(line)


@pytest.mark.parametrize(
    "line", ["4.6 out of 5 stars (12,401 reviews)", "Page 1 of 7", "5 min read", "1.2K shares · 3 comments"]
)
def test_a_line_that_only_sites_write_is_no_plain_figure(line: str) -> None:
    assert site_line(line)
    assert not is_plain_figure(line)


@pytest.mark.parametrize(
    ("above", "line", "expected"),
    [
        ("Comments", "38 comments", True),
        ("Kundenbewertungen", "4,5 von 5 Sternen", True),
        ("Was this page helpful?", "12 of 30 found this helpful", True),
        ("Opening hours", "Mon–Fri 9:00–17:00", True),
        ("Mon–Fri 9:00–17:00", "Sat: closed", True),
        ("联系我们", "电话：044 111 22 33", True),
        ("", "412 visits", True),
        ("Due diligence", "212 reviews", False),
        ("Visits to prisons", "412 visits", False),
        ("What workers say of us", "4.5 out of 5 (12 reviews)", False),
        ("Gates of the dormitory", "22:00", False),
        ("Clinic", "Mon–Fri 9:00–17:00", False),
    ],
)
def test_what_stands_right_over_a_site_line_has_to_be_of_the_site(above: str, line: str, expected: bool) -> None:
    assert goes_with(line, above) is expected


def test_the_words_of_a_link_that_turns_the_page() -> None:
    assert all(map(turns_the_page, ["Previous: Terms", "← Terms of use", "Cookies →", "下一篇：版权信息", "1 2 3"]))
    assert not any(map(turns_the_page, ["Next steps for suppliers", "Annex 1: list of regions", "2025"]))


def test_a_long_run_of_digits_is_looked_at_in_no_time() -> None:
    for line in ("1" * 119 + "x", "1 " * 59 + "x", "Mon " * 29 + "!", "(" * 119, "9:00-" * 23 + "x"):
        assert site_line(line) == contact_line(line, line, ()) == ""
