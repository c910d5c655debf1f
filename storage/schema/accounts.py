"""Who may read the pages: users, their sessions, one-time links, failed log-ins, and what was done by whom.

No secret stands here as it is: passwords as argon2, sessions and links as SHA-256 of a random token.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Table, Text

from storage.schema.base import UtcTime, id_column, metadata, ref

users = Table(
    "users",
    metadata,
    id_column(),
    Column("name", Text, nullable=False, unique=True),  # as folded by core/access.py
    Column("role", Text, nullable=False),  # reader | analyst | operator
    Column("password", Text, nullable=False),  # argon2id
    Column("created_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),  # the account was closed; its deeds keep its name
)

sessions = Table(
    "sessions",
    metadata,
    Column("key", Text, primary_key=True),  # SHA-256 of the token in the cookie
    ref("user_id", "users.id", null=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

entry_links = Table(  # one-time links: the first start, an invitation, a lost password
    "entry_links",
    metadata,
    Column("key", Text, primary_key=True),
    Column("role", Text, nullable=False),
    ref("user_id", "users.id"),  # whose password it sets; None: it makes an account
    Column("made_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Index("ix_login_attempts_at", "at"),
)

audit = Table(  # append-only: changes people made through the pages, and exports
    "audit",
    metadata,
    id_column(),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("about", Text, nullable=False, default=""),
    Column("data", JSON, nullable=False),
)
