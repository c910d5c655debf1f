"""A backup: one tar file with the database of one moment, every snapshot, and the files people wrote.

Its last two members are a list of SHA-256 sums and what it is about; without them it was cut short. It can be unpacked
by hand (``tar xf``), and holds no secret. Made while the archive is in use: the database is copied first, and what it
speaks of was on disk before it spoke of it.
"""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final, Literal

from core.errors import StorageError
from storage.copying import copy_database, digests_of, newest_of, stamp_of, sync

FORMAT: Final = 1
DATABASE: Final = "onrecord.db"
SUMS: Final = "SHA256SUMS"
ABOUT: Final = "about.json"
README: Final = "README.txt"
HOME: Final = "home/"
_BLOB: Final = re.compile(r"blobs/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})\.zst")
_HOME_FILE: Final = re.compile(r"home/(?:rules/)?[A-Za-z0-9][\w. -]*\.ya?ml")
_CHUNK: Final = 1 << 20
_WORDS: Final = """\
A backup of On Record: what companies said, every version of it, and what was found in it.

    onrecord archive verify-backup THIS_FILE        is it whole?
    onrecord --home FOLDER archive restore THIS_FILE

Tokens and passwords are not in it: give them again, in the environment or as files. home/ holds the files that say what
is watched and who is told. A watch list is a target list: keep this file where nobody else can read it.
"""

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class About:
    """What a backup holds. ``newest_at`` is when the archive was last asked for something, empty where never."""

    made_at: str
    program: str
    database: Literal["sqlite", "postgresql"]
    schema: str
    newest_at: str
    fetches: int
    blobs: int
    missing: int = 0  # snapshots the database speaks of and the archive had lost already
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes in: the database's file (None: a PostgreSQL, whose copy pg_dump makes), snapshots, files by name."""

    database: Path | None
    blobs: Path
    texts: Mapping[str, bytes]


def make(target: Path, contents: Contents, *, made_at: str, program: str, told: Told = lambda _count: None) -> About:
    """Write a backup.

    Raises StorageError; what was begun is then removed.
    """
    database, blobs = contents.database, contents.blobs
    partial, copy = target.with_name(f".{target.name}.partial"), target.with_name(f".{target.name}.db")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            done = _Writing(tar)
            done.text(README, _WORDS.encode())
            known: set[str] = set()
            schema, newest_at, fetches = "", "", 0
            if database is not None:
                copy_database(database, copy)
                schema, (newest_at, fetches) = stamp_of(copy) or "", newest_of(copy)
                known = digests_of(copy)
                done.file(DATABASE, copy)
                copy.unlink()
            count = 0
            for path in _blobs(blobs):
                done.file(str(path.relative_to(blobs.parent)), path)
                known.discard(path.stem)
                count += 1
                told(count)
            for name, body in contents.texts.items():
                done.text(HOME + name, body)
            lost = len(known)
            kind: Literal["sqlite", "postgresql"] = "sqlite" if database is not None else "postgresql"
            made = About(made_at, program, kind, schema, newest_at, fetches, count, lost)
            done.end(made)
        sync(partial)
        partial.replace(target)
        sync(target.parent)
    except OSError as error:
        raise StorageError(
            f"the backup {target} could not be written: {error.strerror}; nothing of it was kept"
        ) from error
    finally:
        for left in (partial, copy):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    return made


def _blobs(folder: Path) -> Iterator[Path]:
    for outer in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        for inner in sorted(outer.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(inner.glob("*.zst"))


class _Writing:
    """A tar file on its way: what went in, with its sums."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.sums: list[str] = []

    def text(self, name: str, body: bytes, *, is_summed: bool = True) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(body), 0o600
        self.tar.addfile(entry, io.BytesIO(body))
        if is_summed:
            self.sums.append(f"{sha256(body).hexdigest()}  {name}\n")

    def file(self, name: str, path: Path) -> None:
        with path.open("rb") as body:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = os.fstat(body.fileno()).st_size, 0o600
            reading = _Summing(body)
            self.tar.addfile(entry, reading)
        self.sums.append(f"{reading.sum.hexdigest()}  {name}\n")

    def end(self, about: About) -> None:
        self.text(SUMS, "".join(self.sums).encode())
        listed = self.sums.pop().split(" ")[0]
        self.text(ABOUT, json.dumps(asdict(about) | {"sums": listed}, indent=1).encode(), is_summed=False)


class _Summing:
    """A file whose sum is taken as it is read."""

    def __init__(self, body: IO[bytes]) -> None:
        self.body, self.sum = body, sha256()

    def read(self, size: int = -1) -> bytes:
        part = self.body.read(size)
        self.sum.update(part)
        return part


# --- reading ---------------------------------------------------------------------------------------------------------


def verify(path: Path, told: Told = lambda _count: None) -> About:
    """Read all of a backup and hold it against its list. Raises StorageError, saying what is wrong with it."""
    with _read(path) as tar:
        return _through(path, tar, told, None)


def unpack(path: Path, folder: Path, told: Told = lambda _count: None) -> About:
    """The same, and lay its members down in a folder, synced. Raises StorageError; the folder is then incomplete."""
    with _read(path) as tar:
        about = _through(path, tar, told, folder)
    for inner, _, _ in os.walk(folder):
        sync(Path(inner))
    return about


@contextmanager
def _read(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise StorageError(f"{path} is empty: no backup")
            file.seek(0)
            with tarfile.open(fileobj=file, mode="r:") as tar:
                yield tar
    except tarfile.ReadError as error:
        raise StorageError(f"{path} is no backup of On Record, or was cut short: {error}") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error


def _through(path: Path, tar: tarfile.TarFile, told: Told, folder: Path | None) -> About:
    sums: dict[str, str] = {}
    listed: dict[str, str] | None = None
    about: dict[str, Any] | None = None
    for member in tar:
        if about is not None or not member.isfile() or not _may_stand(member.name):
            raise StorageError(f"{path} is no backup of On Record: it holds {member.name!r}")
        body = tar.extractfile(member)
        assert body is not None  # isfile() says so
        if member.name in (SUMS, ABOUT):
            text = _whole(path, member, body)
            if member.name == SUMS:
                sums[SUMS] = sha256(text).hexdigest()
                listed = {
                    name: digest for digest, _, name in (line.partition("  ") for line in text.decode().splitlines())
                }
            else:
                about = json.loads(text)
            continue
        sums[member.name] = _lay_down(path, member, body, folder)
        told(len(sums))
    if about is None or listed is None:
        raise StorageError(f"{path} was cut short: it ends after {len(sums)} files, without the list of what it holds")
    if about.pop("sums", None) != sums.pop(SUMS):
        raise StorageError(f"{path} is damaged: its list of sums is not the one it was closed with")
    wrong = [name for name in {**listed, **sums} if listed.get(name) != sums.get(name)]
    if wrong:
        raise StorageError(
            f"{path} is damaged: {wrong[0]} is not what was put in"
            + (f", and {len(wrong) - 1} more" if wrong[1:] else "")
        )
    if about.get("format", 0) > FORMAT:
        raise StorageError(f"{path} was made by a newer On Record; update On Record to read it")
    return About(**about)


def _may_stand(name: str) -> bool:
    return name in (README, DATABASE, SUMS, ABOUT) or bool(_BLOB.fullmatch(name) or _HOME_FILE.fullmatch(name))


def _whole(path: Path, member: tarfile.TarInfo, body: IO[bytes]) -> bytes:
    text = body.read()
    if len(text) != member.size:
        raise StorageError(f"{path} was cut short in the midst of {member.name}")
    return text


def _lay_down(path: Path, member: tarfile.TarInfo, body: IO[bytes], folder: Path | None) -> str:
    """The sum of a member, read to its end, and kept where a folder is given."""
    taken, size = sha256(), 0
    out: IO[bytes] | None = None
    if folder is not None:
        at = folder / member.name
        at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        out = os.fdopen(os.open(at, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    try:
        while part := body.read(_CHUNK):
            taken.update(part)
            size += len(part)
            if out is not None:
                out.write(part)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    finally:
        if out is not None:
            out.close()
    if size != member.size:
        raise StorageError(f"{path} was cut short in the midst of {member.name}")
    return taken.hexdigest()
