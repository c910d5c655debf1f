"""Volatile tokens masked for comparison; nothing else."""

from __future__ import annotations

import pytest

from core.text.mask import mask


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Request 550e8400-e29b-41d4-a716-446655440000 done", "Request 123e4567-e89b-12d3-a456-426614174000 done"),
        ("Trace 0af7651916cd43dd8448eb211c80319c", "Trace 1bf7651916cd43dd8448eb211c80319d"),
        ("Page made at 12:31:56 UTC", "Page made at 06:30 UTC"),
        ("Checked at 10:03 today", "Checked at 11:47 today"),
        ("As of 3 May 2026, 09:31", "As of 3 May 2026, 21:07"),
        ("© 2023 Acme Ltd", "© 2026 Acme Ltd"),
        ("Copyright 2019-2023 Acme", "Copyright 2019-2024 Acme"),
        ("Posted 3 hours ago", "Posted 2 days ago"),
        ("il y a 3 jours", "il y a 4 jours"),
        ("Build 1.280.0.219", "Build 1.281.0.278"),
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
    ],
)
def test_what_a_text_says_counts(before: str, after: str) -> None:
    assert mask(before) != mask(after)


def test_most_texts_come_back_as_they_are() -> None:
    text = "We do not sell these instruments to anyone who may use them against people."
    assert mask(text) is text
