"""Distinct texts, each once, never mistaken for another."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select

from core.errors import NotFound, StorageError
from storage import passages
from storage.engine import Database
from storage.packing import passage_id
from storage.schema import passages as passages_table

SAID = ["We will not sell.", "我们尊重人权。", "", "x" * 100_000, "emoji 🧬 'quotes' \"two\""]


def by_id(texts: list[str]) -> dict[int, str]:
    return {passage_id(text): text for text in texts}


def test_texts_come_back_by_id(database: Database) -> None:
    with database.write() as conn:
        assert passages.store(conn, by_id(SAID), {passage_id(text): 7 for text in SAID}) == 5
    with database.read() as conn:
        assert passages.texts(conn, list(by_id(SAID))) == by_id(SAID)
        assert passages.texts(conn, []) == {}


def test_a_text_is_stored_once(database: Database) -> None:
    forms = {passage_id(text): 7 for text in SAID}
    with database.write() as conn:
        passages.store(conn, by_id(SAID[:2]), forms)
    with database.write() as conn:
        assert passages.store(conn, by_id(SAID), forms) == 3
        assert passages.store(conn, by_id(SAID), forms) == 0
        assert len(conn.execute(select(passages_table)).all()) == 5


def test_more_than_one_statement_takes(database: Database) -> None:
    many = by_id([f"Sentence {number}." for number in range(1300)])
    with database.write() as conn:
        assert passages.store(conn, many, dict.fromkeys(many, 1)) == 1300
        assert passages.texts(conn, list(many)) == many


def test_another_text_under_the_same_id_is_an_error_and_never_an_answer(database: Database) -> None:
    known = passage_id("We will not sell.")
    with database.write() as conn:
        conn.execute(insert(passages_table).values(id=known, form=1, text="We will sell."))
    both = "two texts under one id, 'We will sell.' and 'We will not sell.'"
    with pytest.raises(StorageError, match=re.escape(both)), database.write() as conn:
        passages.store(conn, by_id(["We will not sell.", "Another."]), {known: 1, passage_id("Another."): 1})
    with database.read() as conn:
        assert conn.execute(select(passages_table.c.text)).scalars().all() == ["We will sell."]


def test_a_missing_text_is_damage_and_not_emptiness(database: Database) -> None:
    with database.read() as conn, pytest.raises(NotFound, match="passage 5 is not in the archive \\(2 missing\\)"):
        passages.texts(conn, [5, 6, 5])
