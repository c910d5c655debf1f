"""The ledger of commitments: entries and their events, made anew for one document at a time, and what people did."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.schema.base import Id, UtcTime, id_column, metadata, ref

commitments = Table(  # derived: storage/ledger.py makes them from the versions
    "commitments",
    metadata,
    id_column(),
    Column(
        "key", Text, nullable=False, unique=True
    ),  # made from the document and the first wording; stands in addresses
    ref("document_id", "documents.id", null=False, index=True),
    Column("company_id", Text, ForeignKey("companies.id"), nullable=False, index=True),
    Column("variant", Integer, nullable=False, default=0),
    Column("first", JSON, nullable=False),  # the original wording: text, lead_in, heading, place
    Column("now", JSON, nullable=False),  # the wording that stands, or stood last
    Column("words", Text, nullable=False),  # the same as one text, for lists
    Column("topics", JSON, nullable=False),
    Column("read_out", JSON, nullable=False),  # (dimension, words) of the wording that stands
    Column("not_said", JSON, nullable=False),
    Column("stands", Boolean, nullable=False),
    Column("softened", Boolean, nullable=False),  # any event of its life made it weaker
    Column("since", JSON, nullable=False),  # the sight it was introduced at
    Column("due", Text),  # YYYY-MM-DD
    Column("moved_at", UtcTime, nullable=False),  # its last event
    Column("status", Text, nullable=False, default="suggested"),  # suggested | confirmed | dismissed | kept | broken
)

commitment_events = Table(  # derived, with their entries
    "commitment_events",
    metadata,
    id_column(),
    ref("commitment_id", "commitments.id", null=False, index=True),
    ref("document_id", "documents.id", null=False, index=True),
    Column("became", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("dimensions", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    ref("last_fetch_id", "fetches.id"),  # last seen so
    ref("fetch_id", "fetches.id", null=False),  # first seen otherwise
    Column("last_at", UtcTime),
    Column("at", UtcTime, nullable=False),
    Column("version_id", Id),
    Column("number", Integer),
    Index("ix_commitment_events_at", "at"),
)

judged_passages = Table(  # derived, with the ledger: what ``verdict:`` of a query looks up; storage/judged.py
    "judged_passages",
    metadata,
    ref("document_id", "documents.id", null=False),
    Column("passage_id", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),  # a verdict in small letters, or what the promise became
    UniqueConstraint("document_id", "passage_id", "verdict"),
    Index("ix_judged_passages_verdict", "verdict", "passage_id"),
)

ledgers = Table(  # how far the ledger of a document has been made, and from what
    "ledgers",
    metadata,
    Column("document_id", Id, ForeignKey("documents.id"), primary_key=True, autoincrement=False),
    Column("fetch_id", Id, nullable=False),
    Column("stamp", Text, nullable=False),  # of lexicon and rules
    Column("steps", Text, nullable=False),  # digest of the showings it was made from
    Column("made_at", UtcTime, nullable=False),
)

commitment_acts = Table(  # facts: what people did, pointing at a quote, so that it survives re-reading
    "commitment_acts",
    metadata,
    id_column(),
    ref("document_id", "documents.id", null=False, index=True),
    Column("key", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("digest", Text, nullable=False),  # the snapshot it was read in
    Column("place", Integer, nullable=False),
    Column("act", Text, nullable=False),  # confirmed | dismissed | kept | broken | suggested (taken back)
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("at", UtcTime, nullable=False),
)
