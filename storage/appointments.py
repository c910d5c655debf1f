"""What is due by schedule: reports, drills, reminders of what cannot be seen. Each is kept once, whoever looks first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage.schema import appointments
from storage.upsert import insert_or_ignore


def due_at(conn: Connection, key: str) -> datetime | None:
    """When it is due; None where it was never made."""
    found: datetime | None = conn.execute(select(appointments.c.due_at).where(appointments.c.key == key)).scalar()
    return found


def all_due(conn: Connection) -> dict[str, datetime]:
    """Every appointment with its time: few rows, read at once."""
    return {row.key: row.due_at for row in conn.execute(select(appointments.c.key, appointments.c.due_at))}


def make(conn: Connection, key: str, at: datetime) -> bool:
    """Make an appointment. False where it is there already, and stays as it is."""
    return bool(insert_or_ignore(conn, appointments, [{"key": key, "due_at": at}], returning=[appointments.c.key]))


def keep(conn: Connection, key: str, was_due_at: datetime, next_at: datetime, now: datetime) -> bool:
    """Keep an appointment and make the next one. False where somebody else has kept it."""
    kept = (
        update(appointments)
        .where(appointments.c.key == key, appointments.c.due_at == was_due_at)
        .values(due_at=next_at, kept_at=now)
    )
    return conn.execute(kept).rowcount == 1


def cancel(conn: Connection, key: str) -> bool:
    """There is no such appointment any more. False where there was none."""
    return conn.execute(delete(appointments).where(appointments.c.key == key)).rowcount == 1
