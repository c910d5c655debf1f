"""The daemon's log on stderr: a line a person can read at three in the morning on a terminal, JSON anywhere else.

Everything goes through structlog, what libraries log with the standard library's logging included.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import structlog

from monitor.commands.output import as_json

LEVELS: Final = {"debug": "·", "info": " ", "warning": "!", "error": "✗", "critical": "✗"}
OURS: Final = ("core", "storage", "alerts", "web", "monitor")
QUIET: Final = ("apscheduler", "uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "aiohttp")

Fields = MutableMapping[str, Any]


def configure(stream: TextIO | None = None, *, is_debug: bool = False) -> None:
    """Set the log up for this process."""
    out: TextIO = stream or sys.stderr
    is_terminal = out.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,  # source, request and fetch, while a worker is at one
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            human if is_terminal else machine,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if is_debug else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Forward()]
    root.setLevel(logging.DEBUG if is_debug else logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if is_debug else logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.INFO if is_debug else logging.ERROR)


def human(_logger: object, _name: str, fields: Fields) -> str:
    """``18:04:12Z   text``, in UTC; a traceback follows on lines of its own."""
    sign = LEVELS.get(str(fields.get("level")), " ")
    lines = str(fields.get("event", "")).splitlines() or [""]
    trace = str(fields.get("exception") or "")
    at = datetime.now(UTC)
    head = f"{at:%H:%M:%S}Z {sign} {lines[0]}"
    return "\n".join([head, *(f"            {line}" for line in lines[1:]), *([trace] if trace else [])])


def machine(_logger: object, _name: str, fields: Fields) -> str:
    """One JSON object: ``at``, ``level``, ``text``, then what the line is about."""
    fields = dict(fields)
    level, text = fields.pop("level", "info"), fields.pop("event", "")
    said = {name: value for name, value in fields.items() if value is not None}
    return as_json({"at": datetime.now(UTC), "level": level, "text": text, **said})


class _Forward(logging.Handler):
    """What the standard library's loggers say, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
            log = structlog.get_logger()
            given = {"exc_info": record.exc_info} if record.exc_info else {}
            log.log(max(record.levelno, logging.DEBUG), text, logger=record.name, **given)
        except Exception:  # noqa: BLE001 (a log line that cannot be written must not stop what it tells of)
            self.handleError(record)
