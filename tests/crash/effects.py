"""What a process does that outlives it, counted and named as it happens; after the n-th of them, SIGKILL.

Commits come from SQLAlchemy's own events, files from the functions of ``os`` under the folder of blobs, fetches and
messages from the seams of ``monitor.app.build`` and ``alerts.sender``. Installed in a child only; the product knows
nothing of it.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from alerts.channels import Channel, Receipt
from alerts.message import Message
from core.model import Ask
from monitor.tools import Clock, Fetches, Response

_WRITES = re.compile(r"\b(?:INSERT INTO|INSERT OR IGNORE INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
_really_write = os.write


class Effects:
    """Counts effects and says each into a pipe before it kills; ``kill_at`` None never kills."""

    def __init__(self, pipe: int, kill_at: int | None) -> None:
        self._pipe = pipe
        self._kill_at = kill_at
        self._count = 0

    def happened(self, name: str) -> None:
        self._count += 1
        self.say(name)
        if self._count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def say(self, line: str) -> None:
        """A line into the pipe that is no effect."""
        _really_write(self._pipe, f"{line}\n".encode())


# --- the database ----------------------------------------------------------------------------------------------------


def watch_commits(engine: Engine, effects: Effects) -> None:
    """Two effects a commit: all is written and nothing committed; it is committed."""
    written: list[str] = []
    pending: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _statement(_conn: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        found = _WRITES.search(statement)
        if found and found[1] not in written:
            written.append(found[1])

    @event.listens_for(engine, "rollback")
    def _rolled_back(_conn: Connection) -> None:
        written.clear()

    @event.listens_for(engine, "commit")
    def _commits(_conn: Connection) -> None:
        name = ", ".join(sorted(written)) or "nothing"
        written.clear()
        effects.happened(f"about to commit: {name}")
        pending.append(name)

    @event.listens_for(engine, "checkin")
    def _given_back(_connection: Any, _record: Any) -> None:
        if pending:
            effects.happened(f"committed: {pending.pop()}")


# --- the archive of bytes --------------------------------------------------------------------------------------------


def watch_blobs(folder: Path, effects: Effects) -> None:
    """Every step of a blob on its way to its name. The first write of a file is a short one, as a kernel may do it."""
    files: dict[int, str] = {}
    really_open, really_sync, really_rename, really_mkdir = os.open, os.fsync, os.rename, os.mkdir
    root = str(folder)

    def opened(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        number = really_open(path, flags, *rest, **options)
        files.pop(number, None)
        if str(path).startswith(root):
            files[number] = "new" if flags & os.O_CREAT else "folder"
            if flags & os.O_CREAT:
                effects.happened("blob: file made")
        return number

    def wrote(number: int, data: Any, /) -> int:
        if files.get(number) == "new" and len(data) > 1:
            files[number] = "begun"
            done = _really_write(number, data[: len(data) // 2])
            effects.happened("blob: half written")
            return done
        done = _really_write(number, data)
        if number in files:
            effects.happened("blob: written")
        return done

    def synced(number: int) -> None:
        really_sync(number)
        if number in files:
            effects.happened("blob: folder synced" if files[number] == "folder" else "blob: synced")

    def renamed(source: Any, target: Any, **options: Any) -> None:
        really_rename(source, target, **options)
        if str(target).startswith(root):
            effects.happened("blob: named")

    def made(path: Any, *rest: Any, **options: Any) -> None:
        really_mkdir(path, *rest, **options)
        if str(path).startswith(root):
            effects.happened("blob: folder made")

    replaced: dict[str, Callable[..., Any]] = {
        "open": opened,
        "write": wrote,
        "fsync": synced,
        "rename": renamed,
        "mkdir": made,
    }
    for name, function in replaced.items():
        setattr(os, name, function)


# --- the far side ----------------------------------------------------------------------------------------------------


class WatchedFetcher:
    """A fetcher whose answers are effects: the far side has answered, and nothing of it is kept yet."""

    def __init__(self, inner: Fetches, effects: Effects) -> None:
        self._inner, self._effects = inner, effects

    def fetch(self, ask: Ask, now: Clock) -> Response:
        response = self._inner.fetch(ask, now)
        self._effects.happened(f"answered: {response.fetch.status}")
        return response


class WatchedChannel:
    """A channel whose messages are effects: the far side has taken one, and no receipt is kept yet."""

    def __init__(self, inner: Channel, effects: Effects) -> None:
        self._inner, self._effects = inner, effects

    def send(self, message: Message) -> Receipt:
        receipt = self._inner.send(message)
        self._effects.happened(f"sent: {message.channel} {message.delivery_id}")
        return receipt
