"""Citations, to the letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core.citing import Cited, bibtex, chicago, plain, where_it_stands

CITED = Cited(
    company="Halden Biosystems",
    title="Responsible sales",
    lang="en",
    address="haldenbio[.]example/sales_policy",
    captured_at=datetime(2026, 11, 23, 23, 9, 12, tzinfo=UTC),
    last_seen_at=datetime(2026, 11, 24, 5, 13, 40, tzinfo=UTC),
    digest="9f2c41d0" + "0" * 56,
    link="https://onrecord.example.org/v/halden/sales/4",
    quote="Halden does not  knowingly sell.",
)


def test_plain_text() -> None:
    assert plain(CITED) == (
        '“Halden does not knowingly sell.” Halden Biosystems, "Responsible sales" (English), '
        "haldenbio[.]example/sales_policy, captured 2026-11-23T23:09:12Z, last seen unchanged 2026-11-24T05:13:40Z, "
        f"snapshot SHA-256 9f2c41d0{'0' * 56}, https://onrecord.example.org/v/halden/sales/4"
    )


def test_chicago() -> None:
    assert chicago(replace(CITED, quote="")) == (
        "Halden Biosystems. “Responsible sales.” English. Captured November 23, 2026, 23:09 UTC; last seen unchanged "
        "November 24, 2026, 05:13 UTC. haldenbio[.]example/sales_policy. Archived at "
        f"https://onrecord.example.org/v/halden/sales/4. SHA-256 9f2c41d0{'0' * 56}."
    )


def test_bibtex() -> None:
    assert bibtex(CITED) == "\n".join(
        [
            "@online{haldenbiosystems-2026-9f2c41d0,",
            "  author = {{Halden Biosystems}},",
            "  title = {{Responsible sales}},",
            "  date = {2026-11-23},",
            "  urldate = {2026-11-24},",
            "  url = {https://onrecord.example.org/v/halden/sales/4},",
            "  language = {English},",
            r"  howpublished = {haldenbio[.]example/sales\_policy},",
            "  note = {captured 2026-11-23T23:09:12Z, last seen unchanged 2026-11-24T05:13:40Z, SHA-256 9f2c41d0"
            + "0" * 56
            + "},",
            "  annotation = {Halden does not knowingly sell.},",
            "}",
        ]
    )


def test_a_statement_entered_by_hand_is_cited_by_who_published_it() -> None:
    entered = replace(CITED, quote="", published="published by The Gazette, made public 2024-01-03")
    assert plain(entered) == (
        'Halden Biosystems, "Responsible sales" (English), published by The Gazette, made public 2024-01-03, '
        "haldenbio[.]example/sales_policy, entered by hand 2026-11-23T23:09:12Z, "
        f"snapshot SHA-256 9f2c41d0{'0' * 56}, https://onrecord.example.org/v/halden/sales/4"
    )
    assert (
        " English. Published by The Gazette, made public 2024-01-03. Entered by hand November 23, 2026, 23:09 UTC. "
        in chicago(entered)
    )
    assert "note = {published by The Gazette, made public 2024-01-03, entered by hand 2026" in bibtex(entered)


def test_what_tex_would_run_is_escaped() -> None:
    hostile = replace(CITED, company=r"\input{/etc/passwd} & Söhne", title="100% $x$ #1 {a}~^", quote="")
    made = bibtex(hostile)
    assert r"author = {{\textbackslash{}input\{/etc/passwd\} \& Söhne}}" in made
    assert r"title = {{100\% \$x\$ \#1 \{a\}\textasciitilde{}\textasciicircum{}}}" in made


def test_what_stands_around_the_text_says_so_beside_its_own_heading() -> None:
    assert where_it_stands("Acceptable use › Scope", "main") == "Acceptable use › Scope"
    assert where_it_stands("Related stories", "surroundings") == "Related stories · outside the text of the page"
    assert where_it_stands("", "surroundings") == "outside the text of the page"
    assert where_it_stands("", "main") == ""
