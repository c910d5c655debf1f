"""The first schema, as it landed; written out, so that schema changes never change what this step makes."""

import sqlalchemy as sa
from alembic import op

from storage.fulltext import create_index
from storage.schema.base import UtcTime as Time

revision = "0001"
down_revision = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """All tables, and the search index, which is not a table SQLAlchemy knows."""
    op.create_table(
        "companies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
    )
    op.create_table(
        "events",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("at", Time(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("document_id", Number, nullable=True),
        sa.Column("fetch_id", Number, nullable=True),
        sa.Column("change_id", Number, nullable=True),
        sa.Column("alert_id", Number, nullable=True),
        sa.Column("delivery_id", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("leased_until", Time(), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("next_allowed_at", Time(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "passages",
        sa.Column("number", Number, autoincrement=True, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_passages")),
        sa.UniqueConstraint("id", name=op.f("uq_passages_id")),
    )
    op.create_table(
        "requests",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("next_due_at", Time(), nullable=True),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("last_digest", sa.Text(), nullable=True),
        sa.Column("last_fetch_id", Number, nullable=True),
        sa.Column("last_good_fetch_id", Number, nullable=True),
        sa.Column("unread_fetch_id", Number, nullable=True),
        sa.Column("suspect_fetch_id", Number, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("absences", sa.Integer(), nullable=False),
        sa.Column("absent_since", Time(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("url", name=op.f("uq_requests_url")),
    )
    op.create_index("ix_requests_due", "requests", ["next_due_at"], unique=False)
    op.create_index("ix_requests_host", "requests", ["host"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("stored_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "documents",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("request_id", Number, nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("appeared_at", Time(), nullable=False),
        sa.Column("current_version_id", Number, nullable=True),
        sa.Column("last_good_fetch_id", Number, nullable=True),
        sa.Column("version_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_documents_company_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_documents_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("slug", name=op.f("uq_documents_slug")),
    )
    op.create_index(op.f("ix_documents_company_id"), "documents", ["company_id"], unique=False)
    op.create_index(op.f("ix_documents_request_id"), "documents", ["request_id"], unique=False)
    op.create_table(
        "fetches",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("request_id", Number, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("started_at", Time(), nullable=False),
        sa.Column("finished_at", Time(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("transient", sa.Boolean(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=True),
        sa.Column("record", sa.JSON(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["digest"], ["snapshots.digest"], name=op.f("fk_fetches_digest")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_fetches_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetches")),
    )
    op.create_index("ix_fetches_request", "fetches", ["request_id", "id"], unique=False)
    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("lang", sa.Text(), nullable=True),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("started_at", Time(), nullable=False),
        sa.Column("ended_at", Time(), nullable=True),
        sa.Column("first_look_at", Time(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_sources_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_table(
        "document_sources",
        sa.Column("document_id", Number, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_sources_document_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_document_sources_source_id")),
        sa.UniqueConstraint("document_id", "source_id", name=op.f("uq_document_sources_document_id_source_id")),
    )
    op.create_index(op.f("ix_document_sources_source_id"), "document_sources", ["source_id"], unique=False)
    op.create_table(
        "feed_items",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published_at", Time(), nullable=True),
        sa.Column("request_id", Number, nullable=True),
        sa.Column("first_fetch_id", Number, nullable=True),
        sa.Column("last_fetch_id", Number, nullable=True),
        sa.ForeignKeyConstraint(["first_fetch_id"], ["fetches.id"], name=op.f("fk_feed_items_first_fetch_id")),
        sa.ForeignKeyConstraint(["last_fetch_id"], ["fetches.id"], name=op.f("fk_feed_items_last_fetch_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_feed_items_request_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_feed_items_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_items")),
        sa.UniqueConstraint("source_id", "guid", name=op.f("uq_feed_items_source_id_guid")),
    )
    op.create_table(
        "grades",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("fetch_id", Number, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("grader", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["fetch_id"], ["fetches.id"], name=op.f("fk_grades_fetch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grades")),
    )
    op.create_index(op.f("ix_grades_fetch_id"), "grades", ["fetch_id"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("request_id", Number, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("opened_at", Time(), nullable=False),
        sa.Column("opened_fetch_id", Number, nullable=True),
        sa.Column("closed_at", Time(), nullable=True),
        sa.Column("closed_fetch_id", Number, nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["closed_fetch_id"], ["fetches.id"], name=op.f("fk_incidents_closed_fetch_id")),
        sa.ForeignKeyConstraint(["opened_fetch_id"], ["fetches.id"], name=op.f("fk_incidents_opened_fetch_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_incidents_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(op.f("ix_incidents_request_id"), "incidents", ["request_id"], unique=False)
    op.create_table(
        "request_sources",
        sa.Column("request_id", Number, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_request_sources_request_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_request_sources_source_id")),
        sa.UniqueConstraint("request_id", "source_id", name=op.f("uq_request_sources_request_id_source_id")),
    )
    op.create_index(op.f("ix_request_sources_source_id"), "request_sources", ["source_id"], unique=False)
    op.create_table(
        "spans",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("document_id", Number, nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("form", sa.BigInteger(), nullable=False),
        sa.Column("passage_id", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("first_fetch_id", Number, nullable=False),
        sa.Column("last_fetch_id", Number, nullable=True),
        sa.Column("gone_fetch_id", Number, nullable=True),
        sa.Column("lineage", Number, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_spans_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spans")),
    )
    op.create_index("ix_spans_form", "spans", ["document_id", "form"], unique=False)
    op.create_index("ix_spans_open", "spans", ["document_id", "last_fetch_id"], unique=False)
    op.create_index(op.f("ix_spans_passage_id"), "spans", ["passage_id"], unique=False)
    op.create_table(
        "versions",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("document_id", Number, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("fetch_id", Number, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("form_digest", sa.Text(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=True),
        sa.Column("page_date", sa.Text(), nullable=True),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_versions_document_id")),
        sa.ForeignKeyConstraint(["fetch_id"], ["fetches.id"], name=op.f("fk_versions_fetch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint(
            "document_id", "number", "extractor", name=op.f("uq_versions_document_id_number_extractor")
        ),
    )
    op.create_index("ix_versions_forms", "versions", ["document_id", "form_digest"], unique=False)
    op.create_index("ix_versions_text", "versions", ["document_id", "text_digest"], unique=False)
    op.create_table(
        "changes",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("document_id", Number, nullable=False),
        sa.Column("before_version_id", Number, nullable=True),
        sa.Column("after_version_id", Number, nullable=True),
        sa.Column("before_fetch_id", Number, nullable=True),
        sa.Column("after_fetch_id", Number, nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.Column("found_late", sa.Boolean(), nullable=False),
        sa.Column("detected_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(["after_fetch_id"], ["fetches.id"], name=op.f("fk_changes_after_fetch_id")),
        sa.ForeignKeyConstraint(["after_version_id"], ["versions.id"], name=op.f("fk_changes_after_version_id")),
        sa.ForeignKeyConstraint(["before_fetch_id"], ["fetches.id"], name=op.f("fk_changes_before_fetch_id")),
        sa.ForeignKeyConstraint(["before_version_id"], ["versions.id"], name=op.f("fk_changes_before_version_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_changes_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_detected_at"), "changes", ["detected_at"], unique=False)
    op.create_index(op.f("ix_changes_document_id"), "changes", ["document_id"], unique=False)
    op.create_table(
        "readings",
        sa.Column("fetch_id", Number, nullable=False),
        sa.Column("document_id", Number, nullable=False),
        sa.Column("version_id", Number, nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_readings_document_id")),
        sa.ForeignKeyConstraint(["fetch_id"], ["fetches.id"], name=op.f("fk_readings_fetch_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_readings_version_id")),
        sa.PrimaryKeyConstraint("fetch_id", name=op.f("pk_readings")),
    )
    op.create_index("ix_readings_document", "readings", ["document_id", "fetch_id"], unique=False)
    op.create_table(
        "span_texts",
        sa.Column("passage_id", sa.BigInteger(), nullable=False),
        sa.Column("span_id", Number, nullable=False),
        sa.ForeignKeyConstraint(["span_id"], ["spans.id"], name=op.f("fk_span_texts_span_id")),
        sa.UniqueConstraint("passage_id", "span_id", name=op.f("uq_span_texts_passage_id_span_id")),
    )
    op.create_index(op.f("ix_span_texts_span_id"), "span_texts", ["span_id"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("change_id", Number, nullable=True),
        sa.Column("document_id", Number, nullable=True),
        sa.Column("company_id", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_alerts_change_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_alerts_company_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_alerts_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_alerts_fingerprint")),
    )
    op.create_index(op.f("ix_alerts_change_id"), "alerts", ["change_id"], unique=False)
    op.create_index(op.f("ix_alerts_created_at"), "alerts", ["created_at"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("change_id", Number, nullable=True),
        sa.Column("version_id", Number, nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("passage_id", sa.BigInteger(), nullable=True),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_matches_change_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_matches_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_change_id"), "matches", ["change_id"], unique=False)
    op.create_index(op.f("ix_matches_rule"), "matches", ["rule"], unique=False)
    op.create_index(op.f("ix_matches_version_id"), "matches", ["version_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("alert_id", Number, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Time(), nullable=False),
        sa.Column("leased_until", Time(), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("sent_at", Time(), nullable=True),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_deliveries_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_alert_id"), "deliveries", ["alert_id"], unique=False)
    op.create_index("ix_deliveries_due", "deliveries", ["state", "next_attempt_at"], unique=False)
    create_index(op.get_bind())
