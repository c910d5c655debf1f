"""What a reader process may say, and what is not believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ReadError
from core.model import Place, Reading
from core.text.feed import Feed, FeedEntry
from monitor.reader_process import FAILED, LEAVING, answer
from monitor.reader_wire import BadAnswer, from_json, pack_feed, pack_reading, to_json, unpack_feed, unpack_reading
from monitor.readers import InlineReader

READING = Reading(
    places=(
        Place("Policy", "heading", "main", 1),
        Place("Nous n’avons pas cessé. 人权", "item", "main", 2, 0, 0, 7),
        Place("Cookies", "row", "surroundings"),
    ),
    title="T",
    lang="fr",
    page_date="3 mai 2024",
    links=((1, "https://example.org/a"), (2, "b")),
    facts={"words": 9, "reader": "html"},
    incomplete="not all",
)
FEED = Feed("T", (FeedEntry("1", "https://example.org/", "A", datetime(2024, 1, 1, tzinfo=UTC), "s"),), "en", "")


def test_there_and_back() -> None:
    assert unpack_reading(pack_reading(READING)) == READING
    assert unpack_reading(pack_reading(Reading(places=()))) == Reading(places=())
    assert unpack_feed(pack_feed(FEED)) == FEED
    assert unpack_feed(pack_feed(Feed("", ()))) == Feed("", ())


def test_line_breaks_in_a_text_or_an_address_shift_nothing() -> None:
    odd = Reading(places=(Place("a\nb", "paragraph", "main"), Place("c", "paragraph", "main")), links=((0, "x\ny"),))
    back = unpack_reading(pack_reading(odd))
    assert ([place.text for place in back.places], back.links) == (["a b", "c"], ((0, "x y"),))


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n")), max_size=8))
def test_any_texts_there_and_back(texts: list[str]) -> None:
    reading = Reading(places=tuple(Place(text, "paragraph", "main") for text in texts))
    assert unpack_reading(pack_reading(reading)) == reading


@pytest.mark.parametrize(
    "place",
    [
        Place("a", "paragraph", "main", heading=1),
        Place("a", "paragraph", "main", lead_in=-2),
        Place("a", "paragraph", "main", level=-1),
        Place("a", "paragraph", "main", page=-1),
        Place("a", "paragraph", "main", page=1 << 21),
    ],
)
def test_numbers_out_of_range(place: Place) -> None:
    with pytest.raises(BadAnswer, match="out of its range"):
        unpack_reading(pack_reading(Reading(places=(place,))))


def test_links_to_no_place() -> None:
    with pytest.raises(BadAnswer):
        unpack_reading(pack_reading(Reading(places=(), links=((0, "a"),))))


@given(st.integers(min_value=0, max_value=400), st.integers(min_value=1, max_value=255))
def test_a_byte_changed_anywhere_gives_a_reading_or_a_refusal(at: int, change: int) -> None:
    payload = bytearray(pack_reading(READING))
    payload[at % len(payload)] ^= change
    try:
        back = unpack_reading(payload)
    except BadAnswer:
        return
    assert len(back.places) == 3
    assert all(-1 <= place.heading < 3 and -1 <= place.lead_in < 3 for place in back.places)


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(BadAnswer):
        unpack_reading(noise)
    with pytest.raises(BadAnswer):
        unpack_feed(noise)


@pytest.mark.parametrize("cut", [0, 5, 40, -1])
def test_an_answer_cut_off(cut: int) -> None:
    with pytest.raises(BadAnswer):
        unpack_reading(pack_reading(READING)[:cut])


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"title": "T"},
        {"title": "T", "lang": None, "incomplete": "", "entries": [["1", "u"]]},
        {"title": "T", "lang": None, "incomplete": "", "entries": [["1", "u", "t", "yesterday", "s"]]},
        {"title": "T", "lang": None, "incomplete": "", "entries": [["1", "u", "t", 1e300, "s"]]},
        {"title": "T", "lang": None, "incomplete": "", "entries": [[1, "u", "t", None, "s"]]},
        {"title": 3, "lang": None, "incomplete": "", "entries": []},
    ],
)
def test_feeds_of_the_wrong_shape(data: object) -> None:
    with pytest.raises(BadAnswer):
        unpack_feed(to_json(data))


def test_no_json() -> None:
    for payload in (b"", b"{", b"[" * 100_000, b"9" * 10_000, b"\xff"):
        with pytest.raises(BadAnswer):
            from_json(payload)


# --- the reader's own side -----------------------------------------------------------------------------------------


def ask(function: str, body: bytes = b"", pack: str = "builtins:bytes", **options: object) -> tuple[int, bytes]:
    return answer(to_json({"function": function, "pack": pack, "options": options}), body)


def test_a_result_goes_as_bytes() -> None:
    assert ask("builtins:bytes", b"abc") == (0, b"abc")


def test_a_refusal_names_its_kind() -> None:
    options = {"content_type": None, "url": "https://example.org/"}
    flags, payload = ask("core.text.read:read", b'{"a":{}}', "monitor.reader_wire:pack_reading", **options)
    refusal = from_json(payload)
    assert isinstance(refusal, list)
    assert (flags, refusal[0]) == (FAILED, "json")


def test_a_fault_of_ours_says_where() -> None:
    flags, payload = ask("json:loads", b"nonsense")
    refusal = from_json(payload)
    assert isinstance(refusal, list)
    assert (flags, refusal[0]) == (FAILED, "reader")
    assert refusal[1].startswith("JSONDecodeError in decoder.py:")


def test_a_process_out_of_memory_leaves_after_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def swell(_body: bytes) -> bytes:
        raise MemoryError

    monkeypatch.setattr("monitor.reader_process._functions", {"x:swell": swell, "builtins:bytes": bytes})
    flags, payload = ask("x:swell")
    assert flags == FAILED | LEAVING
    assert b"memory" in payload


def test_reading_in_this_process_raises_the_same_errors() -> None:
    reader = InlineReader()
    assert reader.read(b"<p>Words", content_type=None, url="https://example.org/").places[0].text == "Words"
    assert (
        reader.read_list(
            "feed", b"<rss><channel></channel></rss>", content_type=None, url="https://example.org/"
        ).entries
        == ()
    )
    with pytest.raises(ReadError, match="broken"):
        reader.read(b"%PDF-1.4", content_type=None, url="https://example.org/")
