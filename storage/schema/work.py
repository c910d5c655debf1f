"""Work a person asked for: the asker writes the row, the daemon does it, progress and result stand on it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Table, Text

from storage.schema.base import UtcTime, id_column, metadata

tasks = Table(
    "tasks",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),  # check | backtest | search …: monitor/tasks.py knows what to do
    Column("arguments", JSON, nullable=False),
    Column("asked_by", Text, nullable=False, default=""),
    Column("asked_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),  # queued | running | done | failed | cancelled
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer),
    Column("said", Text, nullable=False, default=""),  # what it is doing, in words
    Column("token", Text),
    Column("leased_until", UtcTime),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("result", JSON),
    Column("error", Text),
    Index("ix_tasks_state", "state", "id"),
)
