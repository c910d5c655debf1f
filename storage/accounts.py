"""Accounts, sessions and one-time links. Tokens are random, handed out once, and kept only as their SHA-256.

A session ends at a fixed time, so that reading changes nothing; it ends at once when the password or role changes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from core.access import LINK, MEMORY, ROLES, SESSION, Attempt, Role
from core.errors import NotFound, OnRecordError
from storage.schema import entry_links, login_attempts, sessions, users

FIRST_START: Final = "the first start"


class AccountProblem(OnRecordError):
    """An account cannot be made or changed so: the name is taken, the link is used, the last operator would go."""


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``ended_at``: it was closed."""

    id: int
    name: str
    role: Role
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryLink:
    """A one-time link: for a new account of a role, or for the password of one there is."""

    role: Role
    user: User | None
    made_by: str
    expires_at: datetime


def key_of(token: str) -> str:
    """What stands in the database for a token."""
    return sha256(token.encode()).hexdigest()


# --- accounts ------------------------------------------------------------------------------------------------------


def has_users(conn: Connection) -> bool:
    """Has anybody an account that is not closed?"""
    return conn.execute(select(users.c.id).where(users.c.ended_at.is_(None)).limit(1)).first() is not None


def list_users(conn: Connection) -> list[User]:
    """All accounts, the closed ones last."""
    found = select(users).order_by(users.c.ended_at.is_not(None), users.c.name)
    return [_user(row) for row in conn.execute(found)]


def user_by_id(conn: Connection, user_id: int) -> User:
    """Raises NotFound."""
    row = conn.execute(select(users).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no account {user_id}")
    return _user(row)


def user_by_name(conn: Connection, name: str) -> tuple[User, str] | None:
    """An account that is not closed, with its password as kept."""
    row = conn.execute(select(users).where(users.c.name == name, users.c.ended_at.is_(None))).one_or_none()
    return (_user(row), row.password) if row else None


def set_password(conn: Connection, user_id: int, password: str) -> None:
    """A new password (as argon2): every session of the account ends."""
    conn.execute(update(users).where(users.c.id == user_id).values(password=password))
    conn.execute(delete(sessions).where(sessions.c.user_id == user_id))


def renew_hash(conn: Connection, user_id: int, password: str) -> None:
    """The same password, kept with today's cost."""
    conn.execute(update(users).where(users.c.id == user_id).values(password=password))


def set_role(conn: Connection, user_id: int, role: Role) -> User:
    """Another role; its sessions end. Raises AccountProblem for the last operator."""
    if role != ROLES[-1]:
        _keep_an_operator(conn, user_id)
    conn.execute(update(users).where(users.c.id == user_id, users.c.ended_at.is_(None)).values(role=role))
    conn.execute(delete(sessions).where(sessions.c.user_id == user_id))
    return user_by_id(conn, user_id)


def end_user(conn: Connection, user_id: int, now: datetime) -> User:
    """Close an account; what it did keeps its name. Raises AccountProblem for the last operator."""
    _keep_an_operator(conn, user_id)
    conn.execute(update(users).where(users.c.id == user_id, users.c.ended_at.is_(None)).values(ended_at=now))
    conn.execute(delete(sessions).where(sessions.c.user_id == user_id))
    return user_by_id(conn, user_id)


def _keep_an_operator(conn: Connection, without: int) -> None:
    others = select(func.count()).where(users.c.role == ROLES[-1], users.c.ended_at.is_(None), users.c.id != without)
    if not conn.execute(others).scalar_one():
        raise AccountProblem("this is the last operator: make another one first")


def _user(row: Any) -> User:
    return User(row.id, row.name, row.role, row.created_at, row.ended_at)


# --- one-time links --------------------------------------------------------------------------------------------------


def make_link(
    conn: Connection, role: Role, *, made_by: str, now: datetime, user_id: int | None = None, lasts: timedelta = LINK
) -> str:
    """The token of a new link. One for the first start, or for the same account, ends those made before."""
    before = delete(entry_links).where(entry_links.c.used_at.is_(None))
    if user_id is not None:
        conn.execute(before.where(entry_links.c.user_id == user_id))
    elif made_by == FIRST_START:
        conn.execute(before.where(entry_links.c.made_by == FIRST_START))
    token = secrets.token_urlsafe(24)
    row = {"key": key_of(token), "role": role, "user_id": user_id, "made_by": made_by, "created_at": now}
    conn.execute(insert(entry_links).values(**row, expires_at=now + lasts))
    return token


def link_of(conn: Connection, token: str, now: datetime) -> EntryLink | None:
    """What a token opens; None where it was used, has run out, or never was."""
    wanted = select(entry_links).where(
        entry_links.c.key == key_of(token), entry_links.c.used_at.is_(None), entry_links.c.expires_at > now
    )
    row = conn.execute(wanted).one_or_none()
    if row is None:
        return None
    user = user_by_id(conn, row.user_id) if row.user_id is not None else None
    return EntryLink(row.role, user, row.made_by, row.expires_at) if user is None or user.ended_at is None else None


def use_link(conn: Connection, token: str, name: str, password: str, now: datetime) -> User:
    """Make the account, or set the password, that the link is for. Raises AccountProblem; the link then stays."""
    link = link_of(conn, token, now)
    taken = update(entry_links).where(entry_links.c.key == key_of(token), entry_links.c.used_at.is_(None))
    if link is None or conn.execute(taken.values(used_at=now)).rowcount != 1:
        raise AccountProblem("this link was used already, or has run out: ask for another one")
    if link.user is not None:
        set_password(conn, link.user.id, password)
        return link.user
    if conn.execute(select(users.c.id).where(users.c.name == name)).first() is not None:
        raise AccountProblem(f"there is, or was, an account {name}: choose another name")
    row = {"name": name, "role": link.role, "password": password, "created_at": now}
    user_id = conn.execute(insert(users).values(**row).returning(users.c.id)).scalar_one()
    return user_by_id(conn, int(user_id))


# --- sessions --------------------------------------------------------------------------------------------------------


def open_session(conn: Connection, user_id: int, now: datetime) -> str:
    """The token of a new session; sessions that have run out are forgotten."""
    conn.execute(delete(sessions).where(sessions.c.expires_at <= now))
    token = secrets.token_urlsafe(32)
    row = {"key": key_of(token), "user_id": user_id, "created_at": now, "expires_at": now + SESSION}
    conn.execute(insert(sessions).values(**row))
    return token


def session_user(conn: Connection, token: str, now: datetime) -> User | None:
    """Whose session it is, while it lasts."""
    wanted = (
        select(users)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(sessions.c.key == key_of(token), sessions.c.expires_at > now, users.c.ended_at.is_(None))
    )
    row = conn.execute(wanted).one_or_none()
    return _user(row) if row else None


def close_session(conn: Connection, token: str) -> None:
    """Sign out."""
    conn.execute(delete(sessions).where(sessions.c.key == key_of(token)))


# --- tries -----------------------------------------------------------------------------------------------------------


def note_attempt(conn: Connection, name: str, address: str, now: datetime, *, succeeded: bool) -> None:
    """Keep a try to sign in; those long past are forgotten."""
    conn.execute(delete(login_attempts).where(login_attempts.c.at < now - 4 * MEMORY))
    row = {"name": name, "address": address, "at": now, "succeeded": succeeded}
    conn.execute(insert(login_attempts).values(**row))


def failed_attempts(conn: Connection, name: str, address: str, now: datetime) -> list[Attempt]:
    """Wrong tries of late for that name or from that address, since the last right one of both together."""
    of = (login_attempts.c.name == name) | (login_attempts.c.address == address)
    recent = select(login_attempts).where(of, login_attempts.c.at > now - MEMORY).order_by(login_attempts.c.id)
    found: list[Attempt] = []
    for row in conn.execute(recent):
        if row.succeeded:
            found = [one for one in found if (one.name, one.address) != (row.name, row.address)]
        else:
            found.append(Attempt(row.name, row.address, row.at))
    return found
