"""``onrecord run`` as a process of its own: what it says, what it picks up, how it stops, and what it survives."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from monitor.lockfile import LOCK
from tests.command import onrecord, write_home
from tests.far_side import Answer, Site, Stuck, page
from tests.slack_standin import TOKEN, SlackStandIn

PROMISE = "We will not sell DNA kits to the police in any region where they are used against people."
HEDGED = "We do not knowingly sell DNA kits to the police in any region where they are used against people."
PATIENCE = 60.0  # seconds until a test gives up; nothing is measured


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Daemon:
    """A running ``onrecord run`` with its log (JSON, as its stderr is no terminal)."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "monitor", "run", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[dict[str, Any]] = []
        self.said: list[str] = []
        self._lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read_log, daemon=True),
            threading.Thread(target=self._read_out, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            try:
                found = json.loads(line)
            except ValueError:
                found = {"text": line.rstrip("\n"), "level": "raw"}
            self.log.append(found)
            self._lines.put(found)

    def _read_out(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(self.process.stdout)

    def wait_for(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next line of the log that fits."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError("not said:\n" + "\n".join(str(line["text"]) for line in self.log)) from None
            if fits(line):
                return line

    def wait_for_event(self, type_: str) -> dict[str, Any]:
        return self.wait_for(lambda line: line.get("type") == type_)

    def wait_for_text(self, part: str) -> dict[str, Any]:
        return self.wait_for(lambda line: part in line["text"])

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Ask it to stop; how many seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=PATIENCE)
        return time.monotonic() - begun


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def policy(site: Site, home: Path) -> Site:
    """A home that watches one page every two seconds."""
    site.pages["/policy.html"] = page(PROMISE)
    watch(home, site)
    return site


def watch(home: Path, site: Site, *more: str, every: str = "2s") -> None:
    own = f'{{url: "{site.url("/policy.html")}", role: policy, every: {every}}}'
    write_home(home, site.authority, own, *more, port=free_port())


def test_it_says_whom_it_asks_first_then_what_it_reached_and_stops_when_told(policy: Site, home: Path) -> None:
    watch(home, policy, f'{{url: "{policy.url("/gone.html")}", role: gone, every: 1h}}')
    with Daemon("--no-web") as daemon:
        daemon.wait_for_text("Next check")
        said = [line["text"] for line in daemon.log]
        assert said[:4] == [
            "On Record watches two sources of one company.",
            f"It will ask one host: {policy.authority}",
            "It asks as “OnRecord/0.1 (+policy archive)”, with 0 seconds between two requests to one host.",
            "Who is told: console (console).",
        ]
        report = said.index("Reached 1 of 2 sources.")
        assert report > said.index(f"started, process {daemon.process.pid}")
        assert said[report + 1 : report + 3] == [
            "Could not see one source:",
            "  halden-biosystems/gone: absent (404)",
        ]
        daemon.wait_for_text("Pages: none.")
        assert daemon.stop() < 10
        assert daemon.process.returncode == 0
        daemon.wait_for_text("stopped: SIGTERM")
        told = [line["id"] for line in daemon.log if "id" in line]
        assert len(told) >= 4
        assert told == sorted(set(told))  # each event once, in order


def test_told_to_stop_while_it_starts_it_stops_as_well(policy: Site, home: Path) -> None:
    with Daemon("--no-web") as daemon:
        until = time.monotonic() + PATIENCE
        while not (home / "data" / LOCK).exists():  # it has read its files and makes the archive
            assert time.monotonic() < until
        assert daemon.stop() < 10
        assert daemon.process.returncode == 0
    with Daemon("--no-web") as daemon:
        daemon.wait_for_event("delivery.sent")  # the watch list is whole, and nothing was lost


def test_it_picks_a_change_up_tells_it_and_others_can_follow(policy: Site, home: Path) -> None:
    with Daemon("--no-web") as daemon:
        daemon.wait_for_event("delivery.sent")  # of the first look
        follower = subprocess.Popen(
            [sys.executable, "-P", "-m", "monitor", "events", "--follow", "--since", "0", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with follower:
            policy.pages["/policy.html"] = page(HEDGED)
            assert daemon.wait_for_event("change.detected")["text"] == (
                "halden-biosystems/policy: change 1: substantive, weakened, critical"
            )
            daemon.wait_for_event("delivery.sent")
            assert follower.stdout is not None
            seen: list[str] = []
            for line in follower.stdout:
                seen.append(json.loads(line)["type"])
                if seen.count("delivery.sent") == 2:
                    break
            assert "agent.started" in seen
            assert "change.detected" in seen
            follower.send_signal(signal.SIGINT)
            assert follower.wait(timeout=PATIENCE) == 130
        [found] = onrecord("search", "knowingly", "--json").lines  # commands beside it work
        assert found["text"] == HEDGED
        assert [line["status"] for line in onrecord("check", "--json").lines] == ["unchanged"]
        daemon.stop()
    assert any("WEAKENED · Halden Biosystems" in line for line in daemon.said)


def test_a_second_one_on_the_same_data_is_refused(policy: Site) -> None:
    with Daemon("--no-web") as daemon:
        daemon.wait_for_event("agent.started")
        with Daemon("--no-web") as second:
            assert second.process.wait(timeout=PATIENCE) == 1
        [line] = [line["text"] for line in second.log]
        assert line.startswith(f"onrecord: another `onrecord run` (process {daemon.process.pid}, since 20")
        assert line.endswith("stop it first")
        assert daemon.process.poll() is None
        daemon.stop()


def test_killed_at_once_it_starts_again_and_loses_nothing(policy: Site, home: Path) -> None:
    stuck = Stuck(Answer(200, page(HEDGED).encode()))

    with Daemon("--no-web") as daemon:
        daemon.wait_for_event("delivery.sent")
        policy.pages["/policy.html"] = stuck
        assert stuck.begun.wait(PATIENCE)
        daemon.process.kill()
        daemon.process.wait()
    stuck.end()
    policy.pages["/policy.html"] = page(HEDGED)
    with Daemon("--no-web") as again:
        again.wait_for_text("of a process that died")
        again.wait_for_event("change.detected")
        again.wait_for_event("delivery.sent")
        again.stop()
    changes = [event for event in onrecord("events", "--json").lines if event["type"] == "change.detected"]
    assert len(changes) == 1


def test_a_request_that_hangs_does_not_keep_it_from_stopping(policy: Site) -> None:
    stuck = Stuck(Answer(200, page(HEDGED).encode()))

    policy.pages["/policy.html"] = stuck
    with Daemon("--no-web") as daemon:
        assert stuck.begun.wait(PATIENCE)
        assert daemon.stop() < 12  # ten, and a little for a busy machine
        stuck.end()
        assert daemon.process.returncode == 0
    policy.pages["/policy.html"] = page(PROMISE)
    assert [line["status"] for line in onrecord("check", "--json").lines] == ["new"]


def test_an_edit_is_taken_over_and_a_bad_one_changes_nothing(policy: Site, home: Path) -> None:
    policy.pages["/second.html"] = page(HEDGED, title="Second")
    with Daemon("--no-web") as daemon:
        daemon.wait_for_text("Next check")
        good = (home / "sources.yaml").read_text()
        (home / "sources.yaml").write_text(good.replace("role: policy", "rolle: policy"))
        refused = daemon.wait_for_event("configuration.refused")
        assert refused["text"].startswith("the edited configuration is not used: sources.yaml:5: ")
        assert "role" in refused["text"]
        count = len(policy.asked)
        until = time.monotonic() + PATIENCE
        while len(policy.asked) <= count and time.monotonic() < until:
            time.sleep(0.1)
        assert len(policy.asked) > count  # the watch goes on as it was
        second = f'      - {{url: "{policy.url("/second.html")}", role: second, every: 1h}}\n'
        (home / "sources.yaml").write_text(good + second)
        assert daemon.wait_for_event("configuration.reloaded")["data"]["added"] == ["halden-biosystems/second"]
        daemon.wait_for(lambda line: line.get("type") == "version.recorded" and "second" in line["text"])
        daemon.stop()


def test_a_bad_edit_of_the_routes_leaves_those_that_run_and_nothing_queued_is_lost(
    policy: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_SLACK_TOKEN", TOKEN)
    good = 'receivers: {desk: {slack: {channel: "#rights"}}}\ndefault: desk\ndrill: false\n'
    (home / "routes.yaml").write_text(good)
    with SlackStandIn() as slack:
        settings = (home / "settings.yaml").read_text()
        (home / "settings.yaml").write_text(f"{settings}slack: {{base_url: {slack.api!r}}}\n")
        with Daemon("--no-web") as daemon:
            slack.until(lambda: len(slack.posts) == 1, PATIENCE)  # the first look
            slack.limit_next(3)
            policy.pages["/policy.html"] = page(HEDGED)
            slack.until(lambda: not slack.script, PATIENCE)  # the alert is in the outbox, and waits
            (home / "routes.yaml").write_text(good + "routes:\n  - {match: {severty: high}, to: nobody}\n")
            refused = daemon.wait_for_event("configuration.refused")
            slack.until(lambda: len(slack.posts) == 2, PATIENCE)
            policy.pages["/policy.html"] = page(HEDGED, "We will never use forced labour in our supply chain.")
            slack.until(lambda: len(slack.posts) == 3, PATIENCE)  # by the routes that run
            daemon.stop()
    assert 'routes.yaml:5: unknown key "severty" in "match". Did you mean \'severity\'?' in refused["text"]
    assert len({post.delivery for post in slack.posts}) == 3
    assert "WEAKENED" in slack.posts[1].words
    assert onrecord("outbox", "--json").lines == []


def test_it_serves_the_pages_and_goes_on_without_them_where_the_port_is_taken(policy: Site, home: Path) -> None:
    with Daemon() as daemon:
        line = daemon.wait_for(lambda line: "pages" in line)
        assert line["pages"].startswith("http://127.0.0.1:")
        daemon.wait_for_event("version.recorded")
        with urllib.request.urlopen(line["pages"], timeout=PATIENCE) as answer:
            assert answer.status == 200
            assert "On Record" in answer.read().decode()
        assert daemon.stop() < 12
        assert daemon.process.returncode == 0
    port = int(line["pages"].rsplit(":", 1)[1].strip("/"))
    with socket.create_server(("127.0.0.1", port)), Daemon() as without:
        without.wait_for_text(f"no pages: 127.0.0.1:{port} is not free")
        without.wait_for_text("Pages: none.")
        without.stop()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="NOT RUN: this system has no /dev/full")
def test_a_full_disk_ends_it_cleanly_with_the_reason(policy: Site, home: Path) -> None:
    """The bytes cannot be kept: the folder of bytes stands on a file system with no room left."""
    small = home / "data" / "blobs"
    small.mkdir(parents=True)
    (home / "data").chmod(0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("NOT RUN: a small file system cannot be mounted here (needs root)")
    try:
        (small / "filling").write_bytes(os.urandom(12_288))
        policy.pages["/policy.html"] = page(*(os.urandom(300).hex() for _ in range(40)))
        with Daemon("--no-web") as daemon:
            daemon.wait_for_text("On Record stops: ")
            assert daemon.process.wait(timeout=PATIENCE) == 1
        ran = onrecord("check")
        assert ran.status == 1
        assert "Traceback" not in ran.err
        (small / "filling").unlink()
        subprocess.run(["mount", "-o", "remount,size=4m", small], check=True)
        assert [line["status"] for line in onrecord("check", "--json").lines] == ["new"]
    finally:
        subprocess.run(["umount", "-l", small], check=False)
