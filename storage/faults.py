"""Which storage errors mean that nothing more can be kept here: a full or read-only disk, a broken database file.

Decided from the drivers' and the system's own codes, never from the text of a message.
"""

from __future__ import annotations

import errno
import sqlite3
from typing import Final

FATAL_SQLITE: Final = frozenset(
    (
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
    )
)
FATAL_SYSTEM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO))
FATAL_POSTGRES: Final = frozenset(("53100", "58030", "XX001", "XX002"))  # disk_full, io_error, data and index corrupted


def cannot_go_on(error: BaseException) -> bool:
    """Whether the error, or one that caused it, says that the database or the disk takes nothing more."""
    at: BaseException | None = error
    while at is not None:
        code = getattr(at, "sqlite_errorcode", None)
        if isinstance(code, int) and code & 0xFF in FATAL_SQLITE:
            return True
        if getattr(at, "sqlstate", None) in FATAL_POSTGRES:
            return True
        if isinstance(at, OSError) and at.errno in FATAL_SYSTEM:
            return True
        at = getattr(at, "orig", None) or at.__cause__
    return False
