"""Which errors end the watch: told from codes, whatever their words."""

from __future__ import annotations

import errno
import sqlite3

import pytest

from core.errors import StorageError
from storage.faults import cannot_go_on


def sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("some words")
    error.sqlite_errorcode = code
    return error


def wrapped(cause: Exception) -> StorageError:
    error = StorageError("database: some words")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "ends"),
    [
        (sqlite(sqlite3.SQLITE_FULL), True),
        (sqlite(sqlite3.SQLITE_IOERR | (3 << 8)), True),  # an extended code
        (sqlite(sqlite3.SQLITE_READONLY), True),
        (sqlite(sqlite3.SQLITE_NOTADB), True),
        (sqlite(sqlite3.SQLITE_BUSY), False),
        (sqlite(sqlite3.SQLITE_LOCKED), False),
        (OSError(errno.ENOSPC, "some words"), True),
        (OSError(errno.EROFS, "some words"), True),
        (OSError(errno.EACCES, "some words"), False),
        (ValueError("database or disk is full"), False),
    ],
)
def test_codes_decide(cause: Exception, ends: bool) -> None:
    assert cannot_go_on(cause) is ends
    assert cannot_go_on(wrapped(cause)) is ends
