"""Work a person asks for, as rows: pages and commands ask and read, the daemon claims, reports and finishes.

A claim is a lease with a token: one whose daemon died is claimed again, so what a task does must bear being done twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from core.errors import NotFound
from storage.schema import tasks

State = Literal["queued", "running", "done", "failed", "cancelled"]
LEASE: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work. ``done`` of ``total`` (None: not known) and ``said`` are its progress."""

    id: int
    kind: str
    arguments: dict[str, Any]
    asked_by: str
    asked_at: datetime
    state: State
    done: int = 0
    total: int | None = None
    said: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    token: str | None = field(default=None, repr=False)

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


def ask(conn: Connection, kind: str, arguments: Mapping[str, Any], *, asked_by: str, now: datetime) -> int:
    """Write the task down; the same work that already waits or runs for anybody is not asked twice."""
    waiting = select(tasks.c.id, tasks.c.arguments).where(
        tasks.c.kind == kind, tasks.c.state.in_(("queued", "running"))
    )
    for row in conn.execute(waiting):
        if row.arguments == dict(arguments):
            return int(row.id)
    asked: dict[str, Any] = {
        "kind": kind,
        "arguments": dict(arguments),
        "asked_by": asked_by,
        "asked_at": now,
        "state": "queued",
    }
    return int(conn.execute(insert(tasks).values(asked).returning(tasks.c.id)).scalar_one())


def is_waiting(conn: Connection, now: datetime) -> bool:
    """Is there something to claim? A look that needs no lock."""
    return conn.execute(select(tasks.c.id).where(_free(now)).limit(1)).first() is not None


def claim(conn: Connection, now: datetime) -> Task | None:
    """The longest waiting task, yours until the lease ends; a report prolongs it."""
    first = select(tasks.c.id).where(_free(now)).order_by(tasks.c.id).limit(1)
    if conn.dialect.name == "postgresql":
        first = first.with_for_update(skip_locked=True)
    id_ = conn.execute(first).scalar()
    if id_ is None:
        return None
    values = {"state": "running", "token": secrets.token_hex(16), "leased_until": now + LEASE, "started_at": now}
    conn.execute(update(tasks).where(tasks.c.id == id_).values(**values, done=0, total=None, said=""))
    return by_id(conn, id_)


def _free(now: datetime) -> Any:
    return or_(tasks.c.state == "queued", and_(tasks.c.state == "running", tasks.c.leased_until < now))


def report(conn: Connection, task: Task, done: int, total: int | None, said: str, *, now: datetime) -> bool:
    """Say how far it is. False where it was cancelled or is no longer yours: stop then."""
    values = {"done": done, "total": total, "said": said, "leased_until": now + LEASE}
    return conn.execute(_mine(task).values(**values)).rowcount == 1


def finish(conn: Connection, task: Task, result: Mapping[str, Any], *, now: datetime) -> bool:
    """Keep the result."""
    values = {"state": "done", "result": dict(result), "finished_at": now, "token": None, "leased_until": None}
    return conn.execute(_mine(task).values(**values)).rowcount == 1


def fail(conn: Connection, task: Task, error: str, *, now: datetime) -> bool:
    """Keep the reason."""
    values = {"state": "failed", "error": error, "finished_at": now, "token": None, "leased_until": None}
    return conn.execute(_mine(task).values(**values)).rowcount == 1


def give_back(conn: Connection, task: Task) -> None:
    """The daemon stops: the next start does it from the beginning."""
    conn.execute(_mine(task).values(state="queued", token=None, leased_until=None, done=0, total=None, said=""))


def cancel(conn: Connection, id_: int, *, now: datetime) -> bool:
    """A person no longer wants it. False where it is over already."""
    values = {"state": "cancelled", "finished_at": now, "token": None, "leased_until": None}
    still = update(tasks).where(tasks.c.id == id_, tasks.c.state.in_(("queued", "running")))
    return conn.execute(still.values(**values)).rowcount == 1


def by_id(conn: Connection, id_: int) -> Task:
    """Raises NotFound."""
    row = conn.execute(select(tasks).where(tasks.c.id == id_)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no task {id_}")
    return _task(row)


def newest(conn: Connection, limit: int = 50, *, kind: str | None = None) -> list[Task]:
    """The newest tasks first; results are read with :func:`by_id`."""
    found = select(tasks).order_by(tasks.c.id.desc()).limit(limit)
    if kind is not None:
        found = found.where(tasks.c.kind == kind)
    return [_task(row) for row in conn.execute(found).mappings()]


def tidy(conn: Connection, now: datetime) -> None:
    """Forget what has been over for a month."""
    conn.execute(delete(tasks).where(tasks.c.finished_at < now - KEPT))


def _mine(task: Task) -> Any:
    return update(tasks).where(tasks.c.id == task.id, tasks.c.token == task.token, tasks.c.state == "running")


def _task(row: Any) -> Task:
    names = Task.__dataclass_fields__
    return Task(**{name: row[name] for name in names})
