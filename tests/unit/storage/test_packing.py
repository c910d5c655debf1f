"""A version's places as bytes and back."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StorageError
from core.model import PLACE_KINDS, Place, Reading
from storage.packing import (
    MAGIC,
    columns_of,
    forms_of,
    pack,
    passage_id,
    places_of,
    text_digest,
    unpack,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
index = st.integers(-1, 5000)
place = st.builds(
    Place,
    texts,
    st.sampled_from(PLACE_KINDS),
    st.sampled_from(["main", "surroundings"]),
    st.integers(0, 5000),
    index,
    index,
    st.integers(0, 20000),
)
readings = st.builds(
    Reading,
    st.lists(place, max_size=30).map(tuple),
    links=st.lists(st.tuples(st.integers(0, 30), texts), max_size=5).map(tuple),
)


def mask_digits(text: str) -> str:
    return "".join("0" if char.isdigit() else char for char in text)


@given(readings)
def test_what_is_packed_comes_back(read: Reading) -> None:
    columns = columns_of(read, forms_of(read, mask_digits))
    assert unpack(pack(columns)) == columns
    assert places_of(columns, {passage_id(one.text): one.text for one in read.places}) == read.places


def test_the_id_of_a_text_never_changes() -> None:
    assert passage_id("We will not sell in Xinjiang.") == 1330552321339105410
    assert passage_id("我们不会出售。") == 6929692674050677020
    assert 0 <= passage_id("") < 2**63


def test_a_form_is_the_passage_where_nothing_is_masked() -> None:
    read = Reading((Place("Plain words.", "paragraph", "main"), Place("Version 7 of 9", "paragraph", "main")))
    forms = forms_of(read, mask_digits)
    assert forms == [passage_id("Plain words."), passage_id("Version 0 of 0")]


def test_the_digest_sees_words_and_structure_and_neither_links_nor_forms() -> None:
    words = Reading((Place("Plain words.", "paragraph", "main"),))
    linked = Reading((Place("Plain words.", "paragraph", "main"),), links=((0, "https://acme.example/"),))
    as_item = Reading((Place("Plain words.", "item", "main"),))
    elsewhere = Reading((Place("Plain words.", "paragraph", "surroundings"),))
    digests = [text_digest(columns_of(one, forms_of(one, str))) for one in (words, linked, as_item, elsewhere)]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    assert text_digest(columns_of(words, [1])) == digests[0]


def test_a_place_costs_about_its_id() -> None:
    read = Reading(tuple(Place(f"Sentence number {n} of a long policy.", "paragraph", "main") for n in range(1000)))
    assert len(pack(columns_of(read, forms_of(read, str)))) < 1000 * 10


@pytest.mark.parametrize("damaged", [b"", b"OR", b"XX\x01abc", MAGIC, MAGIC + b"\x00" * 20, b"OR\x02" + b"a" * 20])
def test_damage_is_named(damaged: bytes) -> None:
    with pytest.raises(StorageError, match="packed places"):
        unpack(damaged)


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_never_gives_other_places(at: int, value: int) -> None:
    read = Reading(tuple(Place(f"Sentence {n}.", "item", "main", level=n % 3) for n in range(20)))
    columns = columns_of(read, forms_of(read, str))
    packed = bytearray(pack(columns))
    packed[at % len(packed)] = value
    with contextlib.suppress(StorageError):
        assert unpack(bytes(packed)) == columns
