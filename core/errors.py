"""Every error On Record raises on purpose, as one tree.

OnRecordError
  ConfigError(problems)                       every problem of a file at once, each with its place
  FetchError(reason, transient, retry_after)  an address could not be read; kept on the Fetch row
  ReadError(kind, detail)                     bytes arrived, meaning did not
  StorageError                                the database or the archive of bytes failed
    NotFound                                  what was asked for is not in the archive
    Busy                                      another process holds what was asked for
  DeliveryError(permanent, retry_after)       a message could not be handed over
  QueryError(query, position, message)        a search expression cannot be understood

Expected outcomes (not modified, gone, refused by robots) are values, never exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


class OnRecordError(Exception):
    """Root of the tree: something On Record can explain to the person who runs it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file a person wrote: where it is, what is wrong, what was probably meant."""

    file: str
    line: int | None
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        hint = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{place}: {self.message}{hint}"


class ConfigError(OnRecordError):
    """A file of the configuration is wrong; ``problems`` holds every fault found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class FetchError(OnRecordError):
    """An address could not be read. ``reason`` is one word of ``core.model.FetchReason``."""

    def __init__(self, reason: str, detail: str, *, transient: bool, retry_after: timedelta | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.transient = transient
        self.retry_after = retry_after
        super().__init__(f"{reason}: {detail}")


class ReadError(OnRecordError):
    """Bytes arrived and could not be understood. ``kind`` is the reader that gave up."""

    def __init__(self, kind: str, detail: str) -> None:
        self.kind = kind
        self.detail = detail
        super().__init__(f"{kind}: {detail}")


class StorageError(OnRecordError):
    """The database or the archive of bytes failed; the driver's error is chained."""


class NotFound(StorageError):
    """What was asked for is not in the archive."""


class Busy(StorageError):
    """Another process holds what was asked for (a host lease, the daemon's place on this data folder)."""


class DeliveryError(OnRecordError):
    """A message was not handed over. Permanent: sending again cannot help.

    ``may_have_arrived``: the far side had all of it and gave no answer.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        retry_after: timedelta | None = None,
        may_have_arrived: bool = False,
    ) -> None:
        self.permanent = permanent
        self.may_have_arrived = may_have_arrived
        self.retry_after = retry_after
        super().__init__(message)


class Refused(OnRecordError):
    """What a person wanted cannot be done, with the reason in words for whoever asked."""


class QueryError(OnRecordError):
    """A search or rule expression cannot be understood. ``position`` counts characters from 1."""

    def __init__(self, query: str, position: int, message: str) -> None:
        self.query = query
        self.position = position
        self.message = message
        super().__init__(f"at character {position}: {message}")
