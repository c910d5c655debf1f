"""Facts: attempts, bytes, grades. Never rewritten."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from storage.schema.base import UtcTime, id_column, metadata, ref

snapshots = Table(
    "snapshots",
    metadata,
    Column("digest", Text, primary_key=True),  # SHA-256 (hex) of the decoded body
    Column("size", Integer, nullable=False),
    Column("media_type", Text),
    Column("stored_at", UtcTime, nullable=False),
)

fetches = Table(
    "fetches",
    metadata,
    id_column(),
    ref("request_id", "requests.id", null=False),
    Column("url", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime, nullable=False),
    Column("status", Integer),
    Column("reason", Text),
    Column("detail", Text, nullable=False, default=""),
    Column("transient", Boolean, nullable=False, default=False),
    Column("final_url", Text),
    Column("record", JSON),  # headers both ways, redirects, addresses, certificate, timings; no headers of a 304
    Column("digest", Text, ForeignKey("snapshots.digest")),
    Index("ix_fetches_request", "request_id", "id"),
    Index("ix_fetches_started_at", "started_at"),
)

grades = Table(
    "grades",
    metadata,
    id_column(),
    ref("fetch_id", "fetches.id", null=False, index=True),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("grader", Text, nullable=False),
)
