"""Facts kept beside captures that a browser made: the page as a picture, and as one file."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint

from storage.schema.base import UtcTime, id_column, metadata, ref

pictures = Table(
    "pictures",
    metadata,
    id_column(),
    ref("fetch_id", "fetches.id", null=False, index=True),
    Column("what", Text, nullable=False),  # picture | single_file
    Column("digest", Text, ForeignKey("snapshots.digest"), nullable=False, index=True),
    Column("kept_at", UtcTime, nullable=False),
    UniqueConstraint("fetch_id", "what"),
)
