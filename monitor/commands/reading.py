"""What commands that only read share: the archive, opened where there is one, and documents by whatever people call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection

from core.errors import NotFound
from core.text.visible import one_line
from monitor.app import Archive, open_archive
from monitor.home import Home, load_settings
from storage import documents, sources
from storage.documents import DocumentRow


@contextmanager
def archive_of(home: Home, environ: Mapping[str, str]) -> Iterator[Archive]:
    """The archive of a home. Raises NotFound where nothing was ever kept there: looking makes no archive."""
    settings = load_settings(home, environ)
    address = home.database(settings).reveal()
    if address.startswith("sqlite:///") and not Path(address.removeprefix("sqlite:///")).exists():
        raise NotFound(f"there is no archive in {home.path} yet: `onrecord check` or `onrecord run` begins one")
    with open_archive(home, environ, settings) as archive:
        yield archive


def document_called(conn: Connection, name: str) -> DocumentRow:
    """The one document that name means: its permanent name, a part of it, its number, its address or its source's id.

    Raises NotFound, naming what was probably meant.
    """
    every = documents.list_documents(conn)
    wanted = sources.address(name) if urlsplit(name).scheme in ("http", "https") else name
    for found in (
        [row for row in every if row.slug == name],
        [row for row in every if name.isdecimal() and row.id == int(name)],
        [row for row in every if row.url == wanted],
        list(documents.list_documents(conn, source_id=name)),
        [row for row in every if row.slug.endswith(f"/{name}")],
        [row for row in every if len(name) >= 3 and name.lower() in row.slug],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(f"{name!r} may be {_listed(row.slug for row in found)}")
    near = get_close_matches(name, [row.slug for row in every], 3, 0.4)
    meant = f"; did you mean {_listed(near)}?" if near else ""
    raise NotFound(f"no document is called {one_line(name, 100)!r}{meant}")


def _listed(slugs: Iterable[str]) -> str:
    names = list(slugs)
    return ", ".join(names[:8]) + (f" or one of {len(names) - 8} more" if len(names) > 8 else "")
