"""Links in mails: one delivery, one act, thirty days, and nothing for whoever changes a letter of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Refused
from core.links import Link, LinkAct, Links
from tests.changes import FIRST_CHANGED as NOW

LINKS = Links(b"k" * 32, "https://onrecord.example.org/")
ADDRESS = LINKS.address("01JD7Q4T0C5R8V2N6K9M3X7A1B", LinkAct.ACKNOWLEDGE, NOW)
TOKEN = ADDRESS.rpartition("/")[2]


def test_a_link_says_what_it_was_made_for() -> None:
    assert ADDRESS.startswith("https://onrecord.example.org/a/")
    until = (NOW + timedelta(days=30)).replace(microsecond=0)
    assert LINKS.read(TOKEN, NOW) == Link("01JD7Q4T0C5R8V2N6K9M3X7A1B", LinkAct.ACKNOWLEDGE, until)
    assert LINKS.address("01JD7Q4T0C5R8V2N6K9M3X7A1B", LinkAct.ACKNOWLEDGE, NOW) == ADDRESS
    assert LINKS.address("01JD7Q4T0C5R8V2N6K9M3X7A1B", LinkAct.OFF, NOW).startswith("https://onrecord.example.org/u/")
    assert len(ADDRESS) < 200


def test_it_is_good_for_thirty_days() -> None:
    assert LINKS.read(TOKEN, NOW + timedelta(days=30)).act is LinkAct.ACKNOWLEDGE
    with pytest.raises(Refused, match="good for 30 days and has run out"):
        LINKS.read(TOKEN, NOW + timedelta(days=30, seconds=1))


@pytest.mark.parametrize(
    "token",
    [
        "", "x", TOKEN[:-1], TOKEN + "x", TOKEN.replace(".", "", 1), "." * 30, "x" * 10_000, "\x00", "é",
        Links(b"o" * 32, "https://onrecord.example.org").address("01JD", LinkAct.ACKNOWLEDGE, NOW).rpartition("/")[2],
    ],
    ids=["empty", "short", "cut off", "longer", "no dot", "dots", "huge", "nul", "letter", "another key"],
)  # fmt: skip
def test_what_is_not_ours_is_refused_in_words(token: str) -> None:
    with pytest.raises(Refused, match="not one of ours, or a mail program cut it off"):
        LINKS.read(token, NOW)


def test_every_letter_of_a_token_counts() -> None:
    body, _, signature = TOKEN.partition(".")
    tried = 0
    for at in range(len(body)):
        changed = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1 :]
        with pytest.raises(Refused):
            LINKS.read(f"{changed}.{signature}", NOW)
        tried += 1
    assert tried > 60
