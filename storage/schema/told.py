"""What changed and who was told: changes, matches, alerts, deliveries, incidents, events."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, false

from storage.schema.base import Id, UtcTime, id_column, metadata, ref

changes = Table(
    "changes",
    metadata,
    id_column(),
    ref("document_id", "documents.id", null=False, index=True),
    ref("before_version_id", "versions.id"),
    ref("after_version_id", "versions.id"),
    ref("before_fetch_id", "fetches.id"),  # last seen
    ref("after_fetch_id", "fetches.id", null=False),  # first seen changed
    Column("relation", Text, nullable=False),
    Column("cause", Text, nullable=False),  # source | extractor
    Column("class", Text, nullable=False),
    Column("event", Text),  # a document event: new, gone, returned …
    Column("verdict", Text),
    Column("severity", Text),  # the highest of its matches; None where no rule hit
    Column("reasons", JSON, nullable=False),
    Column("edits", JSON, nullable=False),
    Column("found_late", Boolean, nullable=False, default=False),
    Column("detected_at", UtcTime, nullable=False, index=True),
)

matches = Table(
    "matches",
    metadata,
    id_column(),
    ref("change_id", "changes.id", index=True),
    ref("version_id", "versions.id", index=True),  # of a first look, where there is no change
    Column("rule", Text, nullable=False, index=True),
    Column("pack", Text, nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("act", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("words", JSON, nullable=False),
    Column("passage_id", BigInteger),
    Column("edit", Integer, nullable=False, default=-1),
    Column("gone_from", Text),  # document | source | company: the last such words there went
    Column("asked", Boolean),  # the rule asks to hear of exactly this
)

alerts = Table(
    "alerts",
    metadata,
    id_column(),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # core.model.AlertKind
    ref("change_id", "changes.id", index=True),
    ref("document_id", "documents.id"),
    Column("company_id", Text, ForeignKey("companies.id")),
    Column("severity", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("report", JSON, nullable=False),  # core.report.Report as told: the message can be made from this alone
    Column("created_at", UtcTime, nullable=False, index=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),  # travels with the message, so a repeat can be recognised
    ref("alert_id", "alerts.id", null=False, index=True),
    Column("receiver", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),  # never a secret: a channel name, a mail address
    Column("state", Text, nullable=False),  # queued | sending | sent | dead | dropped
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("leased_until", UtcTime),
    Column("token", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("receipt", JSON),
    Column("error", Text),
    Column("why", JSON, nullable=False),  # the route that decided, in words
    Column("is_uncertain", Boolean, nullable=False, server_default=false()),  # an attempt ended without an answer
    Column("purpose", Text),  # reminder | escalation; NULL for the first message
    Column("case_id", Id),  # its messages to one target arrive in order, in one thread
    Column("detail", Text),  # none | title; None: with quotes
    Column("is_loud", Boolean, nullable=False, server_default="0"),  # graver than all before it in its thread
    Index("ix_deliveries_due", "state", "next_attempt_at"),
    Index("ix_deliveries_case", "case_id", "channel", "target"),
    Index("ix_deliveries_target", "channel", "target", "state"),
)

incidents = Table(
    "incidents",
    metadata,
    id_column(),
    ref("request_id", "requests.id", null=False, index=True),
    Column("source_id", Text),
    Column("code", Text, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    ref("opened_fetch_id", "fetches.id"),
    Column("closed_at", UtcTime),
    ref("closed_fetch_id", "fetches.id"),
    Column("count", Integer, nullable=False, default=1),
)

events = Table(
    "events",
    metadata,
    id_column(),
    Column("at", UtcTime, nullable=False),
    Column("type", Text, nullable=False),
    Column("company_id", Text),
    Column("source_id", Text),
    Column("document_id", Id),
    Column("fetch_id", Id),
    Column("change_id", Id),
    Column("alert_id", Id),
    Column("delivery_id", Text),
    Column("data", JSON, nullable=False),
)

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
