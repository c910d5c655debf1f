"""Who may say "look now": hooks of the operator's own making, and hubs that were asked to tell of a feed (WebSub).

No secret stands here: each is made from the key of the installation and the name in the address.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from storage.schema.base import UtcTime, metadata

hooks = Table(
    "hooks",
    metadata,
    Column("name", Text, primary_key=True),  # random; the last part of its address
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False, index=True),
    Column("made_at", UtcTime, nullable=False),
    Column("called_at", UtcTime),  # the newest call that counted
    Column("ended_at", UtcTime),
)

subscriptions = Table(  # of feeds to their hubs, where the operator agreed
    "subscriptions",
    metadata,
    Column("name", Text, primary_key=True),  # random; the last part of the address a hub calls
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False),
    Column("state", Text, nullable=False),  # waiting | asked | pushed | none | failed | ending | ended
    Column("hub", Text, nullable=False, default=""),
    Column("topic", Text, nullable=False, default=""),
    Column("is_asked", Boolean, nullable=False, default=False),  # its hub is to come back and make sure
    Column("until", UtcTime),  # when the hub stops pushing
    Column("next_at", UtcTime),  # when to do something about it; None: never again
    Column("failures", Integer, nullable=False, default=0),
    Column("said", Text, nullable=False, default=""),  # what is wrong, in words
    Column("called_at", UtcTime),  # the newest push that counted
    Index("ix_subscriptions_source_id", "source_id"),
    Index("ix_subscriptions_next_at", "next_at"),
)
