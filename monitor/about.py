"""Which version of the program this is: as it was installed, or as the folder it runs from says."""

from __future__ import annotations

import subprocess
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent.parent


def version_of_program() -> str:
    """The version of the installed package; of a folder, what it calls itself, and its commit where git knows one."""
    with suppress(PackageNotFoundError):
        return version("onrecord")
    named = "unreleased"
    with suppress(OSError, KeyError, tomllib.TOMLDecodeError):
        named = str(tomllib.loads((_FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    return f"{named} ({commit})" if (commit := _commit()) else named


def _commit() -> str:
    if not (_FOLDER / ".git").exists():
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        asked = ["git", "-C", str(_FOLDER), "rev-parse", "--short", "HEAD"]
        return subprocess.run(  # noqa: S603 (git, of its own folder)
            asked, capture_output=True, text=True, timeout=2, check=True
        ).stdout.strip()
    return ""
