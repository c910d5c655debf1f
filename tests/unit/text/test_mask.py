"""Volatile tokens masked for comparison; nothing else."""

from __future__ import annotations

import pytest

from core.text.mask import mask


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Request 550e8400-e29b-41d4-a716-446655440000 done", "Request 123e4567-e89b-12d3-a456-426614174000 done"),
        ("Trace 0af7651916cd43dd8448eb211c80319c", "Trace 1bf7651916cd43dd8448eb211c80319d"),
        ("Visit 17e5ff2cd6ba6f2f", "Visit 09bd1c77aa23ef41"),
        ("Page made at 12:31:56 UTC", "Page made at 06:30 UTC"),
        ("Checked at 10:03 today", "Checked at 11:47 today"),
        ("As of 3 May 2026, 09:31", "As of 3 May 2026, 21:07"),
        ("© 2023 Acme Ltd", "© 2026 Acme Ltd"),
        ("Copyright 2019-2023 Acme", "Copyright 2019-2024 Acme"),
        ("Posted 3 hours ago", "Posted 2 days ago"),
        ("il y a 3 jours", "il y a 4 jours"),
        ("Build 1.280.0.219", "Build 1.281.0.278"),
        ("© Acme Widgets, Inc. 2023. All rights reserved", "© Acme Widgets, Inc. 2026. All rights reserved"),
        ("Copyright © 2019–2023 Acme | Terms", "Copyright © 2019–2024 Acme | Terms"),
        ("Last updated: Monday, 3 May 2026 at 9:31 PM (UTC)", "Last updated: Monday, 3 May 2026 at 10:04 PM (UTC)"),
        ("Zuletzt aktualisiert am 3. Mai 2026 um 09:31 Uhr", "Zuletzt aktualisiert am 3. Mai 2026 um 10:04 Uhr"),
        ("Mis à jour aujourd'hui à 10:03", "Mis à jour aujourd'hui à 11:47"),
        ("更新时间：2026-05-03 09:31", "更新时间：2026-05-03 21:07"),
        ("Updated 2 weeks ago", "Updated 3 months ago"),
        ("Jane Doe · 3 days ago", "Jane Doe · 4 days ago"),
        ("12 people are looking at this page", "31 people are looking at this page"),
        ("This page was viewed 1,204 times.", "This page was viewed 1,377 times."),
        ("Download (PDF, 214 KB)", "Download (PDF, 215 KB)"),
        ("Ray ID: 7f3e9c2ab4d15e60 • Your IP: 10.2.3.4", "Ray ID: 09bd1c77aa23ef41 • Your IP: 10.9.9.9"),
        ("soft\u00adware “here”", 'software "here"'),
    ],
)
def test_volatile_tokens_do_not_count(before: str, after: str) -> None:
    assert mask(before) == mask(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("By 2025 we will trace every tier.", "By 2030 we will trace every tier."),
        ("Effective 1 July 2024", "Effective 25 August 2024"),
        ("Section 1.2", "Section 1.3"),
        ("We keep data for 13 months.", "We keep data for 25 months."),
        ("Write to ethics@acme.example", "Write to legal@acme.example"),
        ("We do not sell.", "We do sell."),
        ("No night shifts: 22:00–06:00", "No night shifts: 02:00–04:00"),
        ("Gates close at 23:00.", "Gates close at 20:00."),
        ("Shifts now start at 06:00.", "Shifts now start at 04:30."),
        ("As of 1 May 2026 the gates are shut at 23:00", "As of 1 May 2026 the gates are shut at 20:00"),
        ("From today the bus leaves at 06:30", "From today the bus leaves at 05:00"),
        ("Curfew for residents is now 22:00 CET", "Curfew for residents is now 19:00 CET"),
        ("The last fatal accident was 3 years ago", "The last fatal accident was 2 weeks ago"),
        ("Die letzte Prüfung war vor 3 Monaten", "Die letzte Prüfung war vor 3 Jahren"),
        ("Last inspection: 3 days ago", "Last inspection: 300 days ago"),
        ("3 months ago", "4 years ago"),
        ("The plant follows section 4.1.2.3", "The plant follows section 4.1.2.8"),
        ("We build 12.5.2.1 and no other", "We build 12.5.2.9 and no other"),
        ("Our key: 9F86D081884C7D659A2FEAA0C55AD015", "Our key: 1111D081884C7D659A2FEAA0C55AD015"),
        ("The mailbox server is 10.2.3.4", "The mailbox server is 10.9.9.9"),
        ("412 users are watched by our tools", "4 users are watched by our tools"),
        ("1,200 people have visited the plant", "20 people have visited the plant"),
        ("412 visits", "2 visits"),
        ("412 comments", "3 comments"),
        ("The database holds 500 GB of face images", "The database holds 9000 GB of face images"),
        ("Copyright claims are answered until 2026", "Copyright claims are answered until 2024"),
        ("© Acme: seeds bred before 2030 are free", "© Acme: seeds bred before 2010 are free"),
        ("(c) 2026 target: 40 %", "(c) 2030 target: 40 %"),
    ],
)
def test_what_a_text_says_counts(before: str, after: str) -> None:
    assert mask(before) != mask(after)


def test_most_texts_come_back_as_they_are() -> None:
    text = "We do not sell these instruments to anyone who may use them against people."
    assert mask(text) is text
