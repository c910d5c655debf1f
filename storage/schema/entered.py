"""What people entered by hand: statements, with who published them and the four dates kept apart."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from storage.schema.base import UtcTime, id_column, metadata, ref

statements = Table(
    "statements",
    metadata,
    id_column(),
    ref("document_id", "documents.id", null=False, index=True),
    Column("company_id", Text, ForeignKey("companies.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("decided", Text, nullable=False),  # a day, a month or a year, as far as it is known; empty where it is not
    Column("effective", Text, nullable=False),
    Column("public", Text, nullable=False),
    Column("observed", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("evidence", Text, ForeignKey("snapshots.digest")),  # the file it was taken from, where the words were typed
    Column("entered_at", UtcTime, nullable=False),
    Column("withdrawn_at", UtcTime),  # entered in error; what was entered stays
    Column("withdrawn_why", Text),
)
