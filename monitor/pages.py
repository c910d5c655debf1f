"""The pages in a thread of their own, with their own loop. A port that is taken costs the pages, never the watch."""

from __future__ import annotations

import gc
import logging
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.access import Role
from core.config.people import Person
from core.vitals import Vitals
from monitor.app import Archive, lexicon
from monitor.keys import link_key, links_of
from monitor.tools import Clock
from storage import accounts

if TYPE_CHECKING:
    from uvicorn import Server

log = logging.getLogger(__name__)
STOP_SECONDS = 1.5
LONGEST_HEAD = 512 * 1024  # a query of ten thousand words is answered by us, who can say what is wrong with it


class Pages:
    """Serves ``web.app`` until it is closed."""

    def __init__(
        self,
        archive: Archive,
        now: Clock,
        people: Callable[[], Mapping[str, Person]],
        *,
        guest: Role | None = None,
        vitals: Callable[[], Vitals] | None = None,
        topics_of: Callable[[str, str], Sequence[str]] | None = None,
    ) -> None:
        """``people`` are those of routes.yaml, asked anew each time. ``guest``: what somebody who is not signed in may
        do; nothing, but in the rehearsal."""
        self._archive, self._now, self._people, self._guest, self._vitals = archive, now, people, guest, vitals
        self._topics_of = topics_of
        web = archive.settings.web
        self._host, self._port = web.host, web.port
        self._socket: socket.socket | None = None
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> str | None:
        """Take the port and begin; the address of the pages, None where there will be none (the log says why)."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            self._socket = socket.create_server((self._host, self._port), family=family)
        except OSError as error:
            where = f"{self._host}:{self._port}"
            log.warning(
                "no pages: %s is not free (%s); web.port in settings.yaml chooses another", where, error.strerror
            )
            return None
        self._thread = threading.Thread(target=self._serve, args=(self._socket,), name="pages", daemon=True)
        self._thread.start()
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._socket.getsockname()[1]}/"

    def _serve(self, taken: socket.socket) -> None:
        try:
            import uvicorn  # here: the pages' libraries take a second that the watch need not wait for

            from web.app import MailDoor, create_app

            archive = self._archive
            data, web = archive.home.data(archive.settings), archive.settings.web
            links = links_of(data, web.base_url)
            app: Any = create_app(
                archive.database,
                archive.blobs,
                now=self._now,
                base_url=web.base_url,
                allowed_hosts=names_of(self._host, web.base_url, web.public_url),
                commitments=lexicon(),
                guest=self._guest,
                vitals=self._vitals,
                topics_of=self._topics_of,
                mail=MailDoor(links, self._people) if links else None,
                caller_key=link_key(data),
            )
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                h11_max_incomplete_event_size=LONGEST_HEAD,
            )
            gc.collect()
            gc.freeze()  # what is loaded stays; walking through it again cost every tenth page a tenth of a second
            self._server = uvicorn.Server(config)
            self._server.run(sockets=[taken])
        except Exception:  # the pages' edge: the watch goes on without them
            log.exception("the pages stopped; the watch goes on")

    def close(self) -> None:
        """Stop serving; open connections get a moment."""
        if self._server is not None:
            self._server.should_exit = True
            self._server.force_exit = True
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        if self._socket is not None:
            self._socket.close()


def first_link(archive: Archive, address: str, now: datetime) -> str | None:
    """The address that makes the first account, where there is none; it works once, and a new one ends the one before."""
    with archive.database.read() as conn:
        if accounts.has_users(conn):
            return None
    with archive.database.write() as conn:
        token = accounts.make_link(conn, "operator", made_by=accounts.FIRST_START, now=now)
    return f"{(archive.settings.web.base_url or address).rstrip('/')}/welcome/{token}"


def names_of(host: str, *reached_at: str | None) -> frozenset[str]:
    """The names the pages answer to: this machine's own, the address listened on, and where people and hooks reach them."""
    names = {"localhost", "127.0.0.1", "[::1]", "::1", socket.gethostname(), host}
    names |= {urlsplit(address).hostname or "" for address in reached_at if address}
    return frozenset(name for name in names if name not in ("", "0.0.0.0", "::"))  # noqa: S104 (left out, not bound)
