"""``onrecord archive backup``, ``verify-backup``, ``restore`` and ``verify``: so that nothing is ever lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from core.errors import NotFound, StorageError
from core.wording import counted
from monitor.about import version_of_program
from monitor.commands.output import emit, note, progress, say
from monitor.commands.reading import archive_of
from monitor.disk import megabytes
from monitor.home import Home, load_settings
from monitor.restoring import restore as restore_into
from storage import backup as backups
from storage import soundness
from storage.backup import About

FOLDER: Final = "backups"
PATTERN: Final = "onrecord-*.tar"


def backup(
    home: Home, environ: Mapping[str, str], target: Path | None, now: datetime, *, keep: int | None, as_json: bool
) -> int:
    """Write a backup while everything goes on. 1 where the archive had lost snapshots already, which it then names."""
    settings = load_settings(home, environ)
    address = home.database(settings).reveal()
    database = Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:///") else None
    if database is not None and not database.exists():
        raise NotFound(f"there is no archive in {home.path} yet: nothing to back up")
    if target is not None and target.is_dir():
        target = target / f"onrecord-{now:%Y%m%dT%H%M%SZ}.tar"
    if target is None:
        target = home.path / FOLDER / f"onrecord-{now:%Y%m%dT%H%M%SZ}.tar"
        number = 2
        while target.exists():  # two in one second
            target = target.with_name(f"onrecord-{now:%Y%m%dT%H%M%SZ}-{number}.tar")
            number += 1
    if target.exists():
        raise StorageError(f"{target} is there already; nothing is overwritten")
    if database is None:
        note("The database is a PostgreSQL, which this file does not hold. Before it, and as often, run:\n"
             '    pg_dump --format=custom --file=onrecord.dump "$ONRECORD_DATABASE_URL"')  # fmt: skip
    with progress("copying the database") as shown:

        def told(count: int) -> None:
            shown.text = f"{count:,} snapshots copied"

        about = backups.make(
            target, backups.Contents(database, home.data(settings) / "blobs", _texts(home)),
            made_at=f"{now:%Y-%m-%dT%H:%M:%SZ}", program=version_of_program(), told=told,
        )  # fmt: skip
    removed = _thin(target.parent, keep) if keep else []
    size = target.stat().st_size
    if as_json:
        emit({"file": str(target), "bytes": size, "removed": [str(path) for path in removed], **asdict(about)})
    else:
        say(f"{target} ({megabytes(size)}): {_held(about)}.")
        for path in removed:
            say(f"removed {path}")
        note("Keep a copy on another machine, where nobody else can read it: onrecord archive verify-backup FILE.")
    if about.missing:
        note(f"{counted(about.missing, 'snapshot')} the database speaks of {'was' if about.missing == 1 else 'were'} "
             "already lost: onrecord archive verify names them.")  # fmt: skip
    return 1 if about.missing else 0


def _held(about: About) -> str:
    fetches = f"{counted(about.fetches, 'fetch', 'fetches')}, " if about.database == "sqlite" else ""
    until = f", the newest of {about.newest_at[:16]} UTC" if about.newest_at else ""
    return f"{fetches}{counted(about.blobs, 'snapshot')}{until}"


def _texts(home: Home) -> dict[str, bytes]:
    """The files people wrote, by their name in the home. Secrets are none of them."""
    paths = [home.sources, home.routes, home.settings, *sorted(home.rules.glob("*.y*ml"))]
    return {str(path.relative_to(home.path)): path.read_bytes() for path in paths if path.is_file()}


def _thin(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest of those made under our own names; which ones."""
    old = sorted(folder.glob(PATTERN))[:-keep]
    for path in old:
        path.unlink()
    return old


def verify_backup(file: Path, *, as_json: bool) -> int:
    """Read all of a backup; StorageError says what is wrong with it."""
    with progress("reading") as shown:

        def told(count: int) -> None:
            shown.text = f"{count:,} files read"

        about = backups.verify(file, told)
    if as_json:
        emit({"file": str(file), "ok": True, **asdict(about)})
        return 0
    say(f"{file} is whole: {_held(about)}, made on {about.made_at}.")
    if about.database == "postgresql":
        note("It holds snapshots and files; the database's own copy is what pg_dump made.")
    return 0


def restore(home: Home, environ: Mapping[str, str], file: Path, now: datetime, *, replaces: bool, as_json: bool) -> int:
    """Lay a backup down in a home."""
    with progress("reading") as shown:

        def told(count: int) -> None:
            shown.text = f"{count:,} files laid down"

        done = restore_into(home, environ, file, now, replaces=replaces, told=told)
    if as_json:
        emit({
            "home": str(home.path), "aside": str(done.aside) if done.aside else None,
            "written": list(done.written), "kept": list(done.kept), **asdict(done.about),
        })  # fmt: skip
        return 0
    say(f"Restored into {home.path}: {_held(done.about)}.")
    if done.aside:
        say(f"What stood there before is in {done.aside}; delete it when you no longer need it.")
    for name in done.written:
        say(f"wrote  {home.path / name}")
    for name in done.kept:
        note(f"kept   {home.path / name}, which differs from the one in the backup")
    if done.about.database == "postgresql":
        note("Now restore the database, into an empty one:\n    pg_restore --no-owner --dbname=\"$ONRECORD_DATABASE_URL\" onrecord.dump")  # fmt: skip
    note("Next: give the secrets again, then onrecord doctor, onrecord run.")
    return 0


def verify(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Hold everything kept against its digests. 1 where something is damaged, each with what mends it."""
    count = 0
    with archive_of(home, environ) as archive, progress("reading") as shown:
        total = soundness.snapshot_count(archive.database)

        def told(done: int) -> None:
            shown.text = f"{done:,} of {total:,} snapshots read"

        for damage in soundness.damages(archive.database, archive.blobs, told):
            count += 1
            emit(asdict(damage)) if as_json else say(f"{damage.what}\n    → {damage.mend}")
    if not as_json:
        note(f"{counted(count, 'damage')} found." if count else f"All is as it was kept: {counted(total, 'snapshot')}.")
    return 1 if count else 0
