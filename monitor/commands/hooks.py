"""``onrecord sources hook``: the address by which others say "look at this source now"."""

from __future__ import annotations

from collections.abc import Mapping

from core.config.settings import WebSettings
from core.errors import NotFound
from core.hooks import secret_of
from core.wording import long_date
from monitor.app import open_archive, utc_now
from monitor.cache import load_home
from monitor.commands.output import emit, note, say, table
from monitor.commands.reading import archive_of
from monitor.commands.sources import one_source
from monitor.home import Home
from monitor.keys import link_key
from storage import audit, pushed, watchlist

HERE = "the terminal"


def make(home: Home, environ: Mapping[str, str], source_id: str, *, as_json: bool) -> int:
    """Make a hook and show its secret, once; the one the source had before ends. Raises ConfigError, NotFound."""
    loaded = load_home(home, environ)
    source, _ = one_source(loaded, source_id)
    if not source.enabled:
        raise NotFound(f"{source_id} is switched off: a hook would call in vain")
    now = utc_now()
    with open_archive(home, environ, loaded.settings) as archive:
        key = link_key(home.data(loaded.settings))
        with archive.database.write() as conn:
            watchlist.sync(conn, loaded.watchlist.companies, loaded.watchlist.sources, now)
            hook = pushed.make(conn, source_id, now)
            audit.note(conn, HERE, "hook made", at=now, about=source_id)
    address, secret = f"{base_of(loaded.settings.web)}/hooks/{hook.name}", secret_of(key, hook.name)
    if as_json:
        emit({"source": source_id, "address": address, "secret": secret})
        return 0
    say(f"Address: {address}")
    say(f"Secret:  {secret}")
    note("The secret is shown this once. Whoever holds it has the source looked at, at most once a minute:")
    note(f'  curl -X POST -H "Authorization: Bearer $SECRET" {address}')
    note("or signs each call with it: https://www.standardwebhooks.com")
    if loaded.settings.web.called_at is None:
        note("Only this machine can call it: web.public_url in settings.yaml says where others reach the pages.")
    return 0


def revoke(home: Home, environ: Mapping[str, str], source_id: str, *, as_json: bool) -> int:
    """End the hook of a source. Raises NotFound."""
    now = utc_now()
    with archive_of(home, environ) as archive, archive.database.write() as conn:
        if not pushed.end(conn, source_id, now):
            raise NotFound(f"{source_id} has no hook")
        audit.note(conn, HERE, "hook revoked", at=now, about=source_id)
    emit({"source": source_id, "revoked": True}) if as_json else say(f"The hook of {source_id} answers no more.")
    return 0


def show(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Which sources have a hook, and when each was called."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        found = pushed.all_hooks(conn)
    if as_json:
        for one in found:
            emit({"source": one.source_id, "made_at": one.made_at, "called_at": one.called_at})
        return 0
    rows = [(one.source_id, f"made {long_date(one.made_at)}", _called(one)) for one in found]
    for line in table(rows):
        say(line)
    if not found:
        note("No hooks yet: `onrecord sources hook SOURCE` makes one, for a program that knows when to look.")
    return 0


def _called(hook: pushed.Hook) -> str:
    return f"called {hook.called_at:%Y-%m-%d %H:%M} UTC" if hook.called_at else "never called"


def base_of(web: WebSettings) -> str:
    """Where the pages are reached: from outside where that is said, else on this machine."""
    host = "127.0.0.1" if web.host in ("0.0.0.0", "::") else web.host  # noqa: S104 (named, not bound)
    return (web.called_at or f"http://{host}:{web.port}").rstrip("/")
