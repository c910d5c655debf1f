"""``onrecord users``: who may read the pages, from the terminal of whoever runs them."""

from __future__ import annotations

from collections.abc import Mapping

from core.access import ROLE_WORDS, Role, folded_name
from core.errors import NotFound
from core.wording import long_date
from monitor.app import utc_now
from monitor.commands.output import emit, note, say, table
from monitor.commands.reading import archive_of
from monitor.home import Home
from storage import accounts, audit

HERE = "the terminal"


def list_users(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Every account, with its role."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        users = accounts.list_users(conn)
    if as_json:
        for one in users:
            emit({"user": one.name, "role": one.role, "created_at": one.created_at, "closed_at": one.ended_at})
        return 0
    rows = [(one.name, one.role, "closed" if one.ended_at else f"since {long_date(one.created_at)}") for one in users]
    for line in table(rows):
        say(line)
    if not users:
        note("No accounts yet: `onrecord users link` makes a link for the first.")
    return 0


def link(home: Home, environ: Mapping[str, str], name: str | None, role: Role, *, as_json: bool) -> int:
    """A one-time link: for a new account, or for the password of the one named. Raises NotFound."""
    now = utc_now()
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        user_id = None
        if name is not None:
            known = accounts.user_by_name(conn, _folded(name))
            if known is None:
                raise NotFound(f"nobody is called {name!r} here")
            user_id, role = known[0].id, known[0].role
        elif not accounts.has_users(conn):
            role = "operator"  # the first one must be able to make others
        token = accounts.make_link(conn, role, made_by=HERE, now=now, user_id=user_id)
        audit.note(conn, HERE, "link made", at=now, about=name or f"a new {role}")
        web = archive.settings.web
    host = "127.0.0.1" if web.host in ("0.0.0.0", "::") else web.host  # noqa: S104 (named, not bound)
    base = (web.base_url or f"http://{host}:{web.port}").rstrip("/")
    address = f"{base}/welcome/{token}"
    if as_json:
        emit({"link": address, "user": name, "role": role})
    else:
        say(address)
        what = f"Sets the password of {name}" if name else f"Makes an account: {role}, who {ROLE_WORDS[role]}"
        note(f"Works once, for a day, while the pages run. {what}.")
    return 0


def close(home: Home, environ: Mapping[str, str], name: str, *, as_json: bool) -> int:
    """Close an account; its sessions end at once. Raises NotFound, AccountProblem for the last operator."""
    now = utc_now()
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        known = accounts.user_by_name(conn, _folded(name))
        if known is None:
            raise NotFound(f"nobody is called {name!r} here")
        accounts.end_user(conn, known[0].id, now)
        audit.note(conn, HERE, "account closed", at=now, about=known[0].name)
    emit({"user": known[0].name, "closed_at": now}) if as_json else note(f"{known[0].name} is closed.")
    return 0


def _folded(name: str) -> str:
    try:
        return folded_name(name)
    except ValueError as error:
        raise NotFound(f"{name!r} is no name: {error}") from error
