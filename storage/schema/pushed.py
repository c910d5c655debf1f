"""Who may say "look now": hooks of the operator's own making, and hubs that were asked to tell of a feed (WebSub).

No secret stands here: each is made from the key of the installation and the name in the address.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

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
