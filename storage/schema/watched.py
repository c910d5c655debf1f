"""What is watched: kept in step with sources.yaml; ended, never deleted."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.schema.base import Id, UtcTime, id_column, metadata, ref

companies = Table(
    "companies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("aliases", JSON, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("country", Text),
)

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("company_id", Text, ForeignKey("companies.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("role", Text),
    Column("lang", Text),
    Column("every_seconds", Integer, nullable=False),
    Column("options", JSON, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("first_look_at", UtcTime),  # when what already stood there was told; None until then
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("leased_until", UtcTime),
    Column("token", Text),
    Column("next_allowed_at", UtcTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("day", Text),  # in UTC, of the count that follows
    Column("asked", Integer),  # requests that day, redirects included
)

requests = Table(
    "requests",
    metadata,
    id_column(),
    Column("url", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),
    Column("next_due_at", UtcTime),  # None: nobody asks for it any more
    Column("every_seconds", Integer, nullable=False),
    Column("etag", Text),  # of the last accepted capture only
    Column("last_modified", Text),
    Column("last_digest", Text),  # bytes of the last accepted capture
    Column("last_fetch_id", Id),  # the newest attempt of any outcome
    Column("last_good_fetch_id", Id),  # the newest capture that agreed with the current version
    Column("unread_fetch_id", Id),  # bytes kept and not yet read: read first, before asking again
    Column("suspect_fetch_id", Id),  # a suspect capture that waits for a second one
    Column("failures", Integer, nullable=False, default=0),
    Column("absences", Integer, nullable=False, default=0),  # consecutive captures that said "no such page"
    Column("absent_since", UtcTime),
    Column("whole_at", UtcTime),  # when an accepted capture last came with its body; a 304 has none
    Index("ix_requests_due", "next_due_at"),
    Index("ix_requests_host", "host"),
)

request_sources = Table(
    "request_sources",
    metadata,
    ref("request_id", "requests.id", null=False),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False, index=True),
    Column("part", Text, nullable=False),  # start | item
    UniqueConstraint("request_id", "source_id"),
)
