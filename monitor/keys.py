"""The key that signs links in mails: 32 bytes in the data folder, made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.errors import ConfigError, Problem
from core.links import Links

NAME: Final = "link.key"
BYTES: Final = 32


def links_of(data: Path, base_url: str | None) -> Links | None:
    """What makes and reads links, None where people cannot reach our pages. Raises ConfigError for a key that is none."""
    return Links(link_key(data), base_url) if base_url else None


def link_key(data: Path) -> bytes:
    """The key of this installation. Two that start at once agree on it; whoever deletes it ends every link in the world."""
    path = data / NAME
    if not path.exists():
        _make(path)
    try:
        key = path.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(path), None, f"the key of links cannot be read: {error.strerror}")]) from error
    if len(key) != BYTES:
        message = "this is not the key of links any more: delete it, and a new one is made (links in old mails end)"
        raise ConfigError([Problem(str(path), None, message)])
    return key


def _make(path: Path) -> None:
    """Written aside and then linked to its name, so that nobody ever sees half a key, and the first of two wins."""
    aside = path.with_name(f".{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, secrets.token_bytes(BYTES))
        os.fsync(file)
    finally:
        os.close(file)
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
