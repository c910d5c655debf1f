"""Where documents stood before, and what people did about which document is which: each act logged, and undoable."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table, Text, UniqueConstraint

from storage.schema.base import Id, UtcTime, id_column, metadata, ref

document_addresses = Table(  # requests a document was captured under before it moved to the one it has now
    "document_addresses",
    metadata,
    id_column(),
    ref("document_id", "documents.id", null=False, index=True),
    ref("request_id", "requests.id", null=False),
    Column("url", Text, nullable=False),
    Column("left_at", UtcTime, nullable=False),
    Column("until_fetch_id", Id),  # captures from this one on are another document's; None: all that were made show it
    UniqueConstraint("document_id", "request_id"),
)

acts = Table(
    "acts",
    metadata,
    id_column(),
    Column("at", UtcTime, nullable=False),
    Column("act", Text, nullable=False),  # move | merge | split | capture | pause | resume | add
    Column("what", Text, nullable=False),  # in words, for the log
    Column("data", JSON, nullable=False),  # what undoing it needs
    Column("undone_at", UtcTime),
)
