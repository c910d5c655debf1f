"""Locks of the data folder: one daemon at a time, and a name for every process that holds leases.

Both are ``flock``: the system lets go of them when the process ends, however it ends, so nothing is ever stale. What a
dead process held in the database (hosts, deliveries) is given back by whoever starts next.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from core.errors import Busy, StorageError
from storage import holders
from storage.engine import Database

LOCK: Final = "onrecord.lock"
HOLDERS: Final = "holders"
FOLDER_ID: Final = ".id"


class DaemonLock:
    """The daemon's place on a data folder. Entering raises Busy, naming who has it and since when."""

    def __init__(self, data: Path, now: datetime) -> None:
        self._path = data / LOCK
        self._now = now
        self._file = -1

    def __enter__(self) -> Self:
        self._file = _open(self._path)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.read(self._file, 1_000).decode("utf-8", "replace")
            os.close(self._file)
            raise Busy(f"another {_who(other)} already works on {self._path.parent}; stop it first") from None
        os.ftruncate(self._file, 0)
        about = {"pid": os.getpid(), "since": f"{self._now:%Y-%m-%d %H:%M:%S} UTC"}
        os.write(self._file, json.dumps(about).encode())
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        os.ftruncate(self._file, 0)
        os.close(self._file)


@dataclass(frozen=True, slots=True)
class Watch:
    """A daemon that works on a data folder or did last, as it wrote itself down; ``who`` is empty once it has stopped."""

    who: str
    is_alive: bool


def watch_of(data: Path) -> Watch | None:
    """The watch on a data folder; None where there has been none. Takes nothing, changes nothing."""
    try:
        file = os.open(data / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        text = os.read(file, 1_000).decode("utf-8", "replace")
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Watch(_who(text), is_alive=True)
    finally:
        os.close(file)
    return Watch(_who(text) if text else "", is_alive=False)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be opened ({error.strerror}); onrecord doctor says how to mend it"
        ) from error


def _who(text: str) -> str:
    try:
        about = json.loads(text)
        return f"`onrecord run` (process {about['pid']}, since {about['since']})"
    except (ValueError, KeyError, TypeError):
        return "`onrecord run`"


class Holder:
    """This process under a name that is alive exactly as long as the process is. A context manager.

    ``name`` goes into the tokens of leases. It begins with an id of the data folder: of processes that work on another
    folder (another machine on one PostgreSQL) nothing is known, and their leases run out by themselves.
    """

    def __init__(self, data: Path) -> None:
        self._folder = data / HOLDERS
        self._file = -1
        self.name = ""

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            while not self._take(f"{_folder_id(self._folder)}-{os.getpid()}-{secrets.token_hex(4)}"):
                pass
        except OSError as error:
            raise StorageError(f"{self._folder} cannot be written: {error.strerror}") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            (self._folder / self.name).unlink()
        os.close(self._file)

    def _take(self, name: str) -> bool:
        """Make and lock the file. False where somebody took it for a dead one's between the two, and removed it."""
        path = self._folder / name
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(file).st_ino:
                self._file, self.name = file, name
                return True
        os.close(file)
        return False


def _folder_id(folder: Path) -> str:
    path = folder / FOLDER_ID
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    with contextlib.suppress(FileExistsError):
        whole = folder / f"{FOLDER_ID}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(whole, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(6))
        try:
            os.link(whole, path)  # never seen half-written, and the first one wins
        finally:
            whole.unlink()
    return path.read_text(encoding="ascii")


def is_alive(folder: Path, name: str) -> bool:
    """Whether the process of that name still runs; True where that cannot be known from here."""
    if not name.startswith(_folder_id(folder) + "-"):
        return True
    path = folder / name
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(file)


def give_back(database: Database, data: Path, now: datetime) -> int:
    """Free what processes that died still hold in the database; how many leases that were."""
    folder = data / HOLDERS
    with database.read() as conn:
        named = holders.owners(conn)
    named |= {path.name for path in folder.glob("[0-9a-f]*-*-*")}
    dead = [name for name in sorted(named) if not is_alive(folder, name)]
    if not dead:
        return 0
    with database.write() as conn:
        return sum(holders.free(conn, name, now) for name in dead)
