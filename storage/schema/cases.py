"""How alerts become messages: cases, what was decided for each target, silences, and what is due by schedule."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from storage.schema.base import Id, UtcTime, id_column, metadata, ref

cases = Table(
    "cases",
    metadata,
    id_column(),
    Column("company_id", Text, ForeignKey("companies.id"), index=True),
    Column("title", Text, nullable=False),  # of its first alert
    Column("severity", Text, nullable=False),  # the gravest of its alerts
    Column("opened_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),  # when its last alert was raised
)

case_alerts = Table(
    "case_alerts",
    metadata,
    Column("alert_id", Id, ForeignKey("alerts.id"), primary_key=True),
    ref("case_id", "cases.id", null=False, index=True),
    Column("because", Text, nullable=False),  # why it is the same event, in words; empty for the first
    Column("trace", JSON, nullable=False),  # core.cases.Trace: what later alerts are held against
)

silences = Table(
    "silences",
    metadata,
    id_column(),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("match", JSON, nullable=False),  # field -> values, as in routes.yaml, and source, document, case
    Column("receiver", Text),  # None: for everybody
    Column("until_change", Boolean, nullable=False),  # ends with the next change it would swallow
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("ended_at", UtcTime, index=True),
    Column("ended_because", Text),
)

tellings = Table(
    "tellings",
    metadata,
    id_column(),
    ref("alert_id", "alerts.id", null=False),
    ref("case_id", "cases.id", index=True),
    Column("receiver", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("how", Text, nullable=False),  # core.telling.How
    Column("severity", Text, nullable=False),
    Column("why", JSON, nullable=False),  # the routes, and what else decided, in words
    Column("decided_at", UtcTime, nullable=False),
    Column("due_at", UtcTime),  # when what waits is gathered into a digest
    Column("delivery_id", Text, index=True),  # the message that tells it; None while it waits, or where none does
    ref("silence_id", "silences.id", index=True),
    UniqueConstraint("alert_id", "channel", "target"),
    Index("ix_tellings_waiting", "delivery_id", "due_at"),
    Index("ix_tellings_today", "channel", "target", "decided_at"),
)

appointments = Table(
    "appointments",
    metadata,
    Column("key", Text, primary_key=True),  # report:… | drill | drill:… | nag:…
    Column("due_at", UtcTime, nullable=False),
    Column("kept_at", UtcTime),  # when it was last kept
)
