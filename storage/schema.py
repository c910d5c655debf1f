"""The tables. Facts are never rewritten; what is derived from them is rebuilt for one document at a time.

Facts: fetches, snapshots, grades, versions, changes, matches, alerts, deliveries, events.
Derived: spans, the search index, and the "current" columns of documents and requests.
Decision 0002 in docs/design says why a passage's id is made from its text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime on either database; SQLite keeps no zone, so it is taken off and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, null: bool = True, index: bool = False) -> Column[int]:
    return Column(name, Id, ForeignKey(target), nullable=null, index=index)


# --- what is watched (kept in step with sources.yaml; ended, never deleted) -----------------------------------------

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
)

requests = Table(
    "requests",
    metadata,
    _id(),
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
    Index("ix_requests_due", "next_due_at"),
    Index("ix_requests_host", "host"),
)

request_sources = Table(
    "request_sources",
    metadata,
    _ref("request_id", "requests.id", null=False),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False, index=True),
    Column("part", Text, nullable=False),  # start | item
    UniqueConstraint("request_id", "source_id"),
)

# --- facts: attempts and bytes ------------------------------------------------------------------------------------

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
    _id(),
    _ref("request_id", "requests.id", null=False),
    Column("url", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime, nullable=False),
    Column("status", Integer),
    Column("reason", Text),
    Column("detail", Text, nullable=False, default=""),
    Column("transient", Boolean, nullable=False, default=False),
    Column("final_url", Text),
    Column("record", JSON),  # headers both ways, redirects, remote address; None for a 304 that says nothing new
    Column("digest", Text, ForeignKey("snapshots.digest")),
    Index("ix_fetches_request", "request_id", "id"),
)

grades = Table(
    "grades",
    metadata,
    _id(),
    _ref("fetch_id", "fetches.id", null=False, index=True),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("grader", Text, nullable=False),
)

# --- documents, versions, passages --------------------------------------------------------------------------------

documents = Table(
    "documents",
    metadata,
    _id(),
    Column("slug", Text, nullable=False, unique=True),
    Column("company_id", Text, ForeignKey("companies.id"), nullable=False, index=True),
    _ref("request_id", "requests.id", index=True),
    Column("url", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("role", Text),
    Column("title", Text, nullable=False, default=""),
    Column("lang", Text),
    Column("state", Text, nullable=False, default="live"),  # live | gone
    Column("appeared_at", UtcTime, nullable=False),
    Column("current_version_id", Id),
    Column("last_good_fetch_id", Id),
    Column("version_count", Integer, nullable=False, default=0),
)

document_sources = Table(
    "document_sources",
    metadata,
    _ref("document_id", "documents.id", null=False),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False, index=True),
    UniqueConstraint("document_id", "source_id"),
)

feed_items = Table(
    "feed_items",
    metadata,
    _id(),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False),
    Column("guid", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published_at", UtcTime),
    _ref("request_id", "requests.id"),
    _ref("first_fetch_id", "fetches.id"),
    _ref("last_fetch_id", "fetches.id"),
    UniqueConstraint("source_id", "guid"),
)

versions = Table(
    "versions",
    metadata,
    _id(),
    _ref("document_id", "documents.id", null=False),
    Column("number", Integer, nullable=False),  # 1, 2, 3 … within the document; stands in permanent addresses
    Column("extractor", Text, nullable=False),
    _ref("fetch_id", "fetches.id", null=False),  # the capture it was first read from
    Column("digest", Text, nullable=False),  # the snapshot
    Column("text_digest", Text, nullable=False),  # of all places in order
    Column("form_digest", Text, nullable=False),  # of their forms in order: equal where only volatile tokens differ
    Column("places", LargeBinary, nullable=False),  # packed: storage/packing.py
    Column("title", Text, nullable=False, default=""),
    Column("lang", Text),
    Column("page_date", Text),
    Column("words", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
    UniqueConstraint("document_id", "number", "extractor"),
    Index("ix_versions_text", "document_id", "text_digest"),
    Index("ix_versions_forms", "document_id", "form_digest"),
)

readings = Table(  # which accepted capture showed which version; captures that only agree leave no row here
    "readings",
    metadata,
    Column("fetch_id", Id, ForeignKey("fetches.id"), primary_key=True),
    _ref("document_id", "documents.id", null=False),
    _ref("version_id", "versions.id", null=False),
    Column("variant", Integer, nullable=False, default=0),
    Index("ix_readings_document", "document_id", "fetch_id"),
)

passages = Table(
    "passages",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=True),  # in order of arrival; what the search index holds
    Column("id", BigInteger, nullable=False, unique=True),  # 63 bits of BLAKE2b over the text
    Column("form", BigInteger, nullable=False),  # the same over the masked text
    Column("text", Text, nullable=False),
)

spans = Table(
    "spans",
    metadata,
    _id(),
    _ref("document_id", "documents.id", null=False),
    Column("variant", Integer, nullable=False, default=0),
    Column("form", BigInteger, nullable=False),
    Column("passage_id", BigInteger, nullable=False, index=True),
    Column("stream", Text, nullable=False),
    Column("heading", Text, nullable=False, default=""),
    Column("first_fetch_id", Id, nullable=False),
    Column("last_fetch_id", Id),  # None while open: then it is the document's last good capture
    Column("gone_fetch_id", Id),  # the first capture that no longer showed it
    Column("lineage", Id, nullable=False, default=0),  # id of the first span of this promise's life
    Index("ix_spans_form", "document_id", "form"),
    Index("ix_spans_open", "document_id", "last_fetch_id"),
)

span_texts = (
    Table(  # other texts of a span's form that the document showed (a masked token differed); search finds them
        "span_texts",
        metadata,
        Column("passage_id", BigInteger, nullable=False),
        _ref("span_id", "spans.id", null=False, index=True),
        UniqueConstraint("passage_id", "span_id"),
    )
)

# --- changes, alerts, deliveries ----------------------------------------------------------------------------------

changes = Table(
    "changes",
    metadata,
    _id(),
    _ref("document_id", "documents.id", null=False, index=True),
    _ref("before_version_id", "versions.id"),
    _ref("after_version_id", "versions.id"),
    _ref("before_fetch_id", "fetches.id"),  # last seen
    _ref("after_fetch_id", "fetches.id", null=False),  # first seen changed
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
    _id(),
    _ref("change_id", "changes.id", index=True),
    _ref("version_id", "versions.id", index=True),  # of a first look, where there is no change
    Column("rule", Text, nullable=False, index=True),
    Column("pack", Text, nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("act", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("words", JSON, nullable=False),
    Column("passage_id", BigInteger),
    Column("edit", Integer, nullable=False, default=-1),
)

alerts = Table(
    "alerts",
    metadata,
    _id(),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # change | first_look | incident
    _ref("change_id", "changes.id", index=True),
    _ref("document_id", "documents.id"),
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
    _ref("alert_id", "alerts.id", null=False, index=True),
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
    Index("ix_deliveries_due", "state", "next_attempt_at"),
)

incidents = Table(
    "incidents",
    metadata,
    _id(),
    _ref("request_id", "requests.id", null=False, index=True),
    Column("source_id", Text),
    Column("code", Text, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    _ref("opened_fetch_id", "fetches.id"),
    Column("closed_at", UtcTime),
    _ref("closed_fetch_id", "fetches.id"),
    Column("count", Integer, nullable=False, default=1),
)

events = Table(
    "events",
    metadata,
    _id(),
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
