"""A backup laid down in a home again. What it replaces is moved aside, never deleted.

Everything is unpacked and checked beside the data first; then names are changed, the database's last. A marker stands
while that happens, and nothing opens an archive beside it: half a restore must not be taken for an empty archive.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from core.errors import Busy, StorageError
from core.wording import counted
from monitor.home import Home, load_settings
from monitor.lockfile import HOLDERS, LOCK, DaemonLock, is_alive
from storage import backup
from storage.backup import About
from storage.copying import newest_of, stamp_of, sync
from storage.migrate import BEFORE, HEAD

MARK: Final = "restoring.json"
STAYS: Final = frozenset({LOCK, HOLDERS, BEFORE, MARK})
_LOGS: Final = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was laid down, where the archive before it went (None where there was none), and files left as they were."""

    about: About
    aside: Path | None
    written: tuple[str, ...]
    kept: tuple[str, ...]


def refuse_half_restored(data: Path) -> None:
    """Raise StorageError where a restore was cut short in this folder."""
    with contextlib.suppress(FileNotFoundError):
        about = json.loads((data / MARK).read_text(encoding="utf-8"))
        raise StorageError(
            f"a restore into {data} was cut short: run `onrecord archive restore {about['file']} --replace` again. "
            f"What stood there before is in {about['aside']}"
        )


def restore(
    home: Home,
    environ: Mapping[str, str],
    file: Path,
    now: datetime,
    *,
    replaces: bool,
    told: Callable[[int], None] = lambda _count: None,
) -> Restored:
    """Lay a backup down in a home. Raises StorageError or Busy; what stands there is then as it was.

    Refused without ``replaces`` where an archive stands there. Files people wrote are never overwritten.
    """
    settings = load_settings(home, environ)
    address = home.database(settings).reveal()
    database = Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:///") else None
    is_plain = _is_database(file)
    data = home.make_data(settings)
    with DaemonLock(data, now):
        _refuse_company(data)
        if database is not None and database.exists() and not replaces:
            raise StorageError(_stands(file, database, is_plain=is_plain))
        staging = data / f".restoring-{secrets.token_hex(4)}"
        staging.mkdir(mode=0o700)
        try:
            about = _stage(file, staging, now, is_plain=is_plain, told=told)
            _refuse_newer(file, about)
            aside = _change_over(file, staging, data, database, now, is_plain=is_plain)
            written, kept = _files(home, staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return Restored(about, aside, written, kept)


def _is_database(file: Path) -> bool:
    """A bare copy of the database, as an upgrade leaves one."""
    try:
        with file.open("rb") as body:
            return body.read(16) == b"SQLite format 3\x00"
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}") from error


def _refuse_company(data: Path) -> None:
    """Nobody may work on the archive meanwhile, commands neither."""
    folder = data / HOLDERS
    if any(is_alive(folder, path.name) for path in folder.glob("[0-9a-f]*-*-*")):
        raise Busy(f"another onrecord command works on {data}; wait for it or stop it first")


def _stands(file: Path, database: Path, *, is_plain: bool) -> str:
    """Why not, in numbers: an archive that knows more than the backup must not be lost by a slip."""
    theirs = newest_of(file) if is_plain else (lambda about: (about.newest_at, about.fetches))(backup.verify(file))
    with contextlib.suppress(StorageError):
        ours = newest_of(database)
        if ours[0] > theirs[0]:
            return (
                f"the archive in {database.parent} is newer than this backup: it was last asked on {ours[0][:16] or '-'}, "
                f"the backup ends on {theirs[0][:16] or '-'} ({counted(ours[1] - theirs[1], 'fetch', 'fetches')} fewer). "
                "Nothing was changed. --replace puts the backup there and moves what is there aside"
            )
    return (
        f"there is an archive in {database.parent} already. Nothing was changed. --replace puts the backup there and "
        "moves what is there aside"
    )


def _stage(file: Path, staging: Path, now: datetime, *, is_plain: bool, told: Callable[[int], None]) -> About:
    if not is_plain:
        about = backup.unpack(file, staging, told)
        if about.database == "sqlite":
            stamp_of(staging / backup.DATABASE)  # raises where it is damaged
        return about
    try:
        shutil.copyfile(file, staging / backup.DATABASE)
        (staging / backup.DATABASE).chmod(0o600)
        sync(staging / backup.DATABASE)
    except OSError as error:
        raise StorageError(f"{file} could not be copied: {error.strerror}") from error
    newest_at, fetches = newest_of(staging / backup.DATABASE)
    stamp = stamp_of(staging / backup.DATABASE) or ""
    return About(now.isoformat(), "", "sqlite", stamp, newest_at, fetches, 0)


def _refuse_newer(file: Path, about: About) -> None:
    if about.schema > HEAD:
        raise StorageError(
            f"{file} was made by a newer On Record (schema {about.schema}, this program knows {HEAD}): update On Record, "
            "then restore it. Nothing was changed"
        )


def _change_over(
    file: Path, staging: Path, data: Path, database: Path | None, now: datetime, *, is_plain: bool
) -> Path | None:
    """Names are changed, nothing is copied: what stands goes aside, what was staged takes its place."""
    aside = data / f"replaced-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    mark = data / MARK
    mark.write_text(json.dumps({"file": str(file), "aside": str(aside)}), encoding="utf-8")
    mark.chmod(0o600)
    sync(data)
    moved = False
    for path in _standing(data, database, is_plain=is_plain):
        aside.mkdir(mode=0o700, exist_ok=True)
        shutil.move(path, aside / path.name)  # a database may lie on another disk than the data
        moved = True
    if (staging / "blobs").exists():
        (staging / "blobs").rename(data / "blobs")
    if database is not None and (staging / backup.DATABASE).exists():
        shutil.move(staging / backup.DATABASE, database)
        sync(database)
        sync(database.parent)
    sync(data)
    mark.unlink()
    sync(data)
    return aside if moved else None


def _standing(data: Path, database: Path | None, *, is_plain: bool) -> list[Path]:
    """What goes aside, the database first: from then on the marker keeps everybody out."""
    files = [database, *(database.with_name(database.name + log) for log in _LOGS)] if database is not None else []
    found = [path for path in files if path.exists()]
    if is_plain:
        return found  # snapshots are never rewritten: those there serve the older database too
    others = (path for path in sorted(data.iterdir()) if path not in found and path.name not in STAYS)
    return found + [path for path in others if not path.name.startswith((".restoring-", "replaced-"))]


def _files(home: Home, staging: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files people wrote: those that are missing are written, those that are there stay."""
    written: list[str] = []
    kept: list[str] = []
    folder = staging / backup.HOME
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.is_dir():
            continue
        name = str(path.relative_to(folder))
        target = home.path / name
        if target.exists():
            if target.read_bytes() != path.read_bytes():
                kept.append(name)
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(path, target)
        written.append(name)
    return tuple(written), tuple(kept)
