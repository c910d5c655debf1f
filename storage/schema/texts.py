"""Documents, their versions, and the passages with their lives."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from storage.schema.base import Id, UtcTime, id_column, metadata, ref

documents = Table(
    "documents",
    metadata,
    id_column(),
    Column("slug", Text, nullable=False, unique=True),
    Column("company_id", Text, ForeignKey("companies.id"), nullable=False, index=True),
    ref("request_id", "requests.id", index=True),
    Column("url", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("role", Text),
    Column("title", Text, nullable=False, default=""),
    Column("lang", Text),
    Column("state", Text, nullable=False, default="live"),  # live | gone | merged | split: storage/joining.py
    Column("appeared_at", UtcTime, nullable=False),
    Column("current_version_id", Id),
    Column("last_good_fetch_id", Id),
    Column("version_count", Integer, nullable=False, default=0),
    Column("goes_on_as", Id),  # of a merged or split one: the document that goes on with its captures
)

document_sources = Table(
    "document_sources",
    metadata,
    ref("document_id", "documents.id", null=False),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False, index=True),
    UniqueConstraint("document_id", "source_id"),
)

feed_items = Table(
    "feed_items",
    metadata,
    id_column(),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False),
    Column("guid", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published_at", UtcTime),
    ref("request_id", "requests.id"),
    ref("first_fetch_id", "fetches.id"),
    ref("last_fetch_id", "fetches.id"),
    Column("position", Integer),  # its place in the list when it was listed last
    Column("list_request_id", Id),  # the page of the list that showed it last
    Column("missing_fetch_id", Id),  # the first capture of that page that no longer showed it; None while listed
    Column("misses", Integer),  # captures in a row that agreed
    Column("form", Text),  # of a filing: as what it was filed
    Column("series", Text),  # of a filing: the row of documents it is the next of; None for one that stands alone
    Column("unlinked_fetch_id", Id),  # the capture at which that was told
    UniqueConstraint("source_id", "guid"),
    Index("ix_feed_items_request_id", "request_id"),
)

versions = Table(
    "versions",
    metadata,
    id_column(),
    ref("document_id", "documents.id", null=False),
    Column("number", Integer, nullable=False),  # 1, 2, 3 … within the document; stands in permanent addresses
    Column("extractor", Text, nullable=False),
    ref("fetch_id", "fetches.id", null=False),  # the capture it was first read from
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
    ref("document_id", "documents.id", null=False),
    ref("version_id", "versions.id", null=False),
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
    id_column(),
    ref("document_id", "documents.id", null=False),
    Column("variant", Integer, nullable=False, default=0),
    Column("form", BigInteger, nullable=False),
    Column("passage_id", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("heading", Text, nullable=False, default=""),
    Column("first_fetch_id", Id, nullable=False),
    Column("last_fetch_id", Id),  # None while open: then it is the document's last good capture
    Column("gone_fetch_id", Id),  # the first capture that no longer showed it
    Column("lineage", Id, nullable=False, default=0),  # id of the first span of this promise's life
    Index("ix_spans_form", "document_id", "form"),
    # Whoever searches asks hundreds of thousands of passages where and when they stood: the index alone tells.
    Index("ix_spans_life", "passage_id", "document_id", "first_fetch_id", "last_fetch_id", "gone_fetch_id"),
    Index("ix_spans_open", "document_id", "last_fetch_id"),
    Index("ix_spans_first_fetch_id", "first_fetch_id"),
    Index("ix_spans_gone_fetch_id", "gone_fetch_id"),
)

span_texts = (
    Table(  # other texts of a span's form that the document showed (a masked token differed); search finds them
        "span_texts",
        metadata,
        Column("passage_id", BigInteger, nullable=False),
        ref("span_id", "spans.id", null=False, index=True),
        UniqueConstraint("passage_id", "span_id"),
    )
)
