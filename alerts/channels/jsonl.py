"""A file of JSON lines in the data folder, one alert a line: for programs of your own that read along.

A line is there whole or not at all: it is synced before its receipt is kept, half a line left by a crash is taken away
before the next is written, and after an attempt without an end the file itself says whether the line is there.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from typing import Final

from alerts.channels import ChannelKind, Means, Receipt
from alerts.channels._objects import as_line, as_object
from alerts.message import Message
from core.errors import DeliveryError

_TAIL: Final = 1_000_000  # longer than any line


@dataclass(frozen=True, slots=True)
class JsonLinesChannel:
    """Appends under a lock on the file, so that daemon and commands may write beside each other."""

    means: Means

    def send(self, message: Message) -> Receipt:
        """Append the alert; nothing where it stands there already. Raises DeliveryError."""
        if self.means.folder is None:
            raise DeliveryError(f"{message.target}: there is no data folder to write to", permanent=False)
        path = self.means.folder / message.target
        line = as_line(as_object(message)).encode() + b"\n"
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            file = os.open(path, flags, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                size = _without_torn_end(file)
                if message.is_repeat and _holds(file, size, message.delivery_id):
                    return {"line": "was there"}
                _write_all(file, line)
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            reason = f"{message.target} in the data folder: {(error.strerror or 'not written').lower()}"
            raise DeliveryError(reason, permanent=False) from None
        return {"bytes": len(line)}


def _write_all(file: int, line: bytes) -> None:
    while line:
        line = line[os.write(file, line) :]


def _without_torn_end(file: int) -> int:
    """Take away what a crash left of a line that was never finished; the size of the file then."""
    size = os.fstat(file).st_size
    start = max(0, size - _TAIL)
    tail = os.pread(file, size - start, start)
    whole = tail.rfind(b"\n") + 1
    if whole == len(tail):
        return size
    try:
        json.loads(tail[whole:])
    except ValueError:
        os.ftruncate(file, start + whole)
        return start + whole
    _write_all(file, b"\n")  # all of it but the end
    return size + 1


def _holds(file: int, size: int, delivery_id: str) -> bool:
    """Whether a line with that id is there."""
    wanted = f'"id":"{delivery_id}"'.encode()
    end = size
    while end > 0:
        start = max(0, end - _TAIL)
        if wanted in os.pread(file, end - start + len(wanted), start):
            return True
        end = start
    return False


CHANNEL = ChannelKind(names=("jsonl",), needs="nothing", open=JsonLinesChannel)
