"""What hosts ask of programs that read them."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, Table, Text

from storage.schema.base import Id, UtcTime, metadata

robots = Table(  # the newest robots.txt of an origin; each that was ever fetched is a fetch and a snapshot as any other
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),  # https://www.example.com
    Column("fetch_id", Id, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("fresh_until", UtcTime, nullable=False),
    Column("status", Integer),
    Column("state", Text, nullable=False),  # rules | none | unreachable
    Column("digest", Text),  # of the rules in force
    Column("detail", Text, nullable=False, default=""),  # why it could not be read
    Column("delay", Float),  # seconds between two requests that it asks for
)
