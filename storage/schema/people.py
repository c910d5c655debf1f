"""What people did with alerts, which targets no longer get any, and which addresses of feeds have ended."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, Table, Text, UniqueConstraint

from storage.schema.base import UtcTime, id_column, metadata, ref

handlings = Table(
    "handlings",
    metadata,
    id_column(),
    ref("alert_id", "alerts.id", null=False, index=True),
    Column("delivery_id", Text),  # the message it came from, where it came from one
    Column("at", UtcTime, nullable=False),
    Column("what", Text, nullable=False),  # acknowledge | assign | snooze | not_relevant | confirm | note | reopen
    Column("door", Text, nullable=False),  # slack | mail | command | page
    Column("person", Text, nullable=False),  # id in routes.yaml, "" for somebody who is not listed
    Column("name", Text, nullable=False),
    Column("known_as", Text, nullable=False),  # what the door knew: a member id, an address, an account
    Column("wish", JSON, nullable=False),
    Column("refused", Text, nullable=False, default=""),  # why it changed nothing
    Column("once", Text, nullable=False, unique=True),  # what a far side that sends twice sends twice
)

switched_off = Table(
    "switched_off",
    metadata,
    id_column(),
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("door", Text, nullable=False),
    Column("name", Text, nullable=False),  # who switched it off
    Column("reason", Text, nullable=False),
    UniqueConstraint("channel", "target"),
)

feed_endings = Table(
    "feed_endings",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),  # all | company | topic
    Column("name", Text, nullable=False),
    Column("serial", Integer, nullable=False),  # of the addresses that ended, from 0
    Column("at", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
    UniqueConstraint("kind", "name", "serial"),
)
