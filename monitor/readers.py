"""Reading hostile bytes somewhere else: a pool of processes that can be killed, and the same without a pool.

Parsers written in C ignore signals and time-outs, so a page that makes one spin or swell must cost a process, never the
daemon. Each worker is a fresh interpreter (no fork of a process with threads) with an empty environment and one socket.
See docs/design/0009-readers.md.
"""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Final, NamedTuple, cast

import core
from core.errors import ReadError
from core.model import Reading
from core.parts import Chosen
from core.text.feed import Feed
from core.text.site import SitePage
from monitor.reader_process import ANSWER, FAILED, LEAVING, REQUEST, perform, send
from monitor.reader_wire import MAX_ANSWER, TASKS, BadAnswer, ReaderTask, from_json

WALL_FACTOR: Final = 3.0  # a busy machine may give a process a third of the time it asks for
START_SECONDS: Final = 10.0  # for a fresh interpreter to load its libraries

_OUT_OF_TIME: Final = frozenset((-signal.SIGPROF, -signal.SIGXCPU))
_CHILD: Final = (
    "import json, sys; given = json.loads(sys.argv[1]); sys.path[:] = given['path'];"
    "from monitor.reader_process import serve; serve(given['memory_mb'], given['seconds'])"
)


class _Tasks:
    """The tasks by name; who carries them out is :meth:`run`."""

    def read(  # noqa: PLR0913 (what a kind's read takes)
        self,
        body: bytes,
        *,
        content_type: str | None,
        url: str,
        select: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        parts: tuple[Chosen, ...] = (),
        kind: str = "page",
    ) -> Reading:
        """Places of a page, PDF or text, as the kind of its source reads them."""
        options: dict[str, Any] = {"content_type": content_type, "url": url, "select": select, "remove": remove}
        if parts:
            options["parts"] = parts
        return cast(Reading, self.run(kind, body, options))

    def read_list(  # noqa: PLR0913 (what a kind's read takes)
        self,
        kind: str,
        body: bytes,
        *,
        content_type: str | None,
        url: str,
        select: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        options: tuple[tuple[str, str], ...] = (),
    ) -> Feed:
        """What a list holds, as the kind of its source reads it: a feed, a newsroom page, a site map."""
        given = {"content_type": content_type, "url": url, "select": select, "remove": remove, "options": options}
        return cast(Feed, self.run(kind, body, given))

    def read_site(self, body: bytes, *, content_type: str | None, url: str) -> SitePage:
        """Where a page leads, for finding sources."""
        return cast(SitePage, self.run("site", body, {"content_type": content_type, "url": url}))

    def run(self, task: str, body: bytes, options: dict[str, Any]) -> object:
        """Carry out one task of ``monitor.reader_wire.TASKS``. Raises ReadError."""
        raise NotImplementedError


class InlineReader(_Tasks):
    """Reads in this process: for tests, and for imports of bytes one trusts. No limit protects it."""

    def __init__(self, tasks: Mapping[str, ReaderTask] = TASKS) -> None:
        self._tasks = tasks

    def run(self, task: str, body: bytes, options: dict[str, Any]) -> object:
        return perform(self._tasks[task].function, body, options)


class ReaderPool(_Tasks):
    """Up to ``processes`` readers, each limited to ``memory_mb`` and to ``seconds`` of CPU for one task.

    Safe to use from any number of threads; a thread waits while all readers are busy. Processes start at the first need
    (or at :meth:`warm`) and are replaced when they die. ReadError kinds of the pool's own: ``timeout``, ``memory``,
    ``crash``, ``reader`` (a fault of ours, or nonsense on the wire).
    """

    def __init__(
        self, processes: int, memory_mb: int, seconds: float, *, tasks: Mapping[str, ReaderTask] = TASKS
    ) -> None:
        self._memory_mb = memory_mb
        self._seconds = seconds
        self._tasks = tasks
        self._processes = processes
        self._closed = threading.Event()
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(processes):
            self._slots.put(None)

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm(self) -> None:
        """Start all processes now; returns at once, they load while the caller goes on."""
        slots = [self._slots.get() for _ in range(self._processes)]
        for slot in slots:
            self._slots.put(slot or self._start())

    def pids(self) -> list[int]:
        """Process numbers of the readers that are idle now, for the operator and for measuring."""
        return [worker.pid for worker in list(self._slots.queue) if worker is not None]

    def close(self) -> None:
        """End all readers; tasks still running are waited for, new ones are refused."""
        self._closed.set()
        slots = [self._slots.get() for _ in range(self._processes)]
        for worker in slots:
            if worker is not None:
                worker.end()
            self._slots.put(None)  # wakes a thread that still waits, so that it is refused too

    def run(self, task: str, body: bytes, options: dict[str, Any]) -> object:
        asked = self._tasks[task]
        header = json.dumps({"function": asked.function, "pack": asked.pack, "options": options}).encode()
        worker = self._slots.get()
        outcome = _Outcome()
        try:
            if self._closed.is_set():
                raise ReadError("reader", "the readers have been closed")
            worker = worker or self._start()
            is_used = worker.has_worked
            outcome = self._ask(worker, header, body, asked)
            if is_used and outcome.error is not None and outcome.error.kind in ("crash", "memory"):
                # What an earlier page left behind must not decide over this one: ask a fresh process once.
                outcome = self._ask(self._start(), header, body, asked)
        finally:
            self._slots.put(outcome.worker)
        if outcome.error is not None:
            raise outcome.error
        return outcome.result

    def _start(self) -> _Worker:
        return _Worker(self._memory_mb, self._seconds)

    def _ask(self, worker: _Worker, header: bytes, body: bytes, task: ReaderTask) -> _Outcome:
        try:
            flags, payload = worker.ask(header, body, self._seconds * WALL_FACTOR)
            result = from_json(payload) if flags & FAILED else task.unpack(payload)
        except TimeoutError:
            worker.kill()
            return _Outcome(error=ReadError("timeout", f"reading took more than {self._seconds * WALL_FACTOR:g} s"))
        except BadAnswer as error:
            worker.kill()
            return _Outcome(error=ReadError("reader", f"a reader process answered nonsense: {error}"))
        except OSError:
            return _Outcome(error=self._why_it_died(worker.kill()))
        if flags & LEAVING:
            worker.end()
        survivor = None if flags & LEAVING else worker
        if not flags & FAILED:
            return _Outcome(result, worker=survivor)
        kind, detail = result if isinstance(result, list) and len(result) == 2 else ("reader", "no reason was given")
        return _Outcome(error=ReadError(str(kind), str(detail)), worker=survivor)

    def _why_it_died(self, status: int) -> ReadError:
        if status in _OUT_OF_TIME:
            return ReadError("timeout", f"reading took more than {self._seconds:g} s of CPU")
        if status == -signal.SIGKILL:
            return ReadError("memory", "the system ended the reader process, most likely for want of memory")
        name = signal.Signals(-status).name if status < 0 else f"status {status}"
        return ReadError("crash", f"the reader process died ({name})")


class _Outcome(NamedTuple):
    """What became of one request, and the process if it may go on working."""

    result: object = None
    error: ReadError | None = None
    worker: _Worker | None = None


class _Worker:
    """One reader process and the line to it. Used by one thread at a time."""

    def __init__(self, memory_mb: int, seconds: float) -> None:
        ours, theirs = socket.socketpair()
        path = [str(Path(core.__file__).resolve().parent.parent), *filter(None, sys.path)]
        given = json.dumps({"path": path, "memory_mb": memory_mb, "seconds": seconds})
        with theirs:
            # -I -S: no environment, no user folder, no start-up files; -B: nothing is written.
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter, no shell)
                [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _CHILD, given],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                close_fds=True,
                start_new_session=True,  # Ctrl-C at the terminal is for the daemon
            )
        self._line = ours
        self.has_worked = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, header: bytes, body: bytes, seconds: float) -> tuple[int, bytearray]:
        """(flags, payload) of the answer. Raises TimeoutError, OSError when the process died, BadAnswer."""
        deadline = monotonic() + seconds + (0 if self.has_worked else START_SECONDS)
        try:
            if not self.has_worked:
                self._wait_at_most(seconds + START_SECONDS)
            send(self._line, REQUEST.pack(len(header), len(body)) + header, body)
            flags, size = ANSWER.unpack(self._receive(ANSWER.size, deadline))
            if size > MAX_ANSWER:
                raise BadAnswer(f"{size} bytes, limit {MAX_ANSWER}")
            payload = self._receive(size, deadline)
            if not self.has_worked:
                self._wait_at_most(seconds)
        except BlockingIOError as error:  # what the kernel says when SO_RCVTIMEO or SO_SNDTIMEO is over
            raise TimeoutError from error
        self.has_worked = True
        return flags, payload

    def _wait_at_most(self, seconds: float) -> None:
        """Time limits kept by the kernel: Python's own cost two system calls more for each of ours."""
        limit = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self._line.setsockopt(socket.SOL_SOCKET, option, limit)

    def _receive(self, size: int, deadline: float) -> bytearray:
        """Exactly that many bytes, whole before the deadline even if they come one by one."""
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            count = self._line.recv_into(view)
            if not count:
                raise ConnectionResetError("the reader process hung up")
            view = view[count:]
            if view and monotonic() > deadline:
                raise TimeoutError
        return buffer

    def end(self) -> None:
        """Hang up; a reader that waits for work ends by itself."""
        self._line.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> int:
        """End it at once; the status it ended with, its own if it was dead already."""
        self._line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=0.2)
        self._process.kill()
        return self._process.wait()
