"""How commands speak: results on stdout, everything else on stderr, and nothing a page wrote reaches a terminal raw.

JSON is one object a line, UTF-8, times as ``2026-11-23T18:04:12Z``. A reader that went away (``| head``) is no fault.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

_CONTROLS: Final = re.compile("[\x7f-\x9f\u2028\u2029]")  # json.dumps leaves these; a terminal may obey them
_lock: Final = threading.Lock()


def say(text: str = "") -> None:
    """One or more lines of the result."""
    _write(sys.stdout, text)


def note(text: str) -> None:
    """Something the person should know that is not the result."""
    _write(sys.stderr, text)


def speak_any_locale() -> None:
    """Letters the locale does not have must not end a command: a pipe gets UTF-8, a terminal gets codes for them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in {"utf-8", "utf8"}:
            is_asked_for = "PYTHONIOENCODING" in os.environ
            stream.reconfigure(encoding=None if stream.isatty() or is_asked_for else "utf-8", errors="backslashreplace")


def emit(value: dict[str, Any]) -> None:
    """One JSON object on a line of its own."""
    _write(sys.stdout, as_json(value))


def as_json(value: object) -> str:
    """Compact JSON without a character that a terminal would obey."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "), default=_plain)
    return _CONTROLS.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        from core.wording import stamp

        return stamp(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _write(stream: Any, text: str) -> None:
    with _lock:
        _Progress.clear()
        stream.write(text + "\n")
        stream.flush()


def log_to_stderr(*, is_debug: bool) -> None:
    """What our modules log while a command runs: one line each; tracebacks only where they were asked for."""
    root = logging.getLogger()
    root.handlers = [_Lines(is_debug)]
    root.setLevel(logging.WARNING)


class _Lines(logging.Handler):
    def __init__(self, is_debug: bool) -> None:
        super().__init__()
        self.is_debug = is_debug
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        note(self.format(record) if self.is_debug else record.getMessage())


def table(rows: Sequence[tuple[str, ...]], *, gap: int = 2) -> list[str]:
    """Rows as lines, each column as wide as its widest cell; the last one is left as it is."""
    if not rows:
        return []
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        (" " * gap).join(cell.ljust(width) for cell, width in zip(row, [*widths[:-1], 0], strict=True)).rstrip()
        for row in rows
    ]


def mute_stdout() -> None:
    """Nobody reads us any more: what is still written goes nowhere, and the exit is quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())


class _Progress:
    """A line on the terminal while something takes longer than two seconds; nothing where stderr is no terminal."""

    shown: bool = False

    def __init__(self, text: str) -> None:
        self.text = text
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        with _lock:
            self.clear()

    def _run(self) -> None:
        began = time.monotonic()
        wait = 2.0
        while not self._end.wait(wait):
            wait = 0.5
            with _lock:
                sys.stderr.write(f"\r\x1b[K{self.text} … {time.monotonic() - began:.0f} s")
                sys.stderr.flush()
                type(self).shown = True

    @classmethod
    def clear(cls) -> None:
        if cls.shown:
            sys.stderr.write("\r\x1b[K")
            cls.shown = False


@contextlib.contextmanager
def progress(text: str) -> Iterator[_Progress]:
    """Show ``text`` (it may be changed on the way) with the seconds gone, while the block runs."""
    with _Progress(text) as shown:
        yield shown
