"""Killed with SIGKILL between any two of its effects, the agent loses nothing and repeats only what nobody can know.

The list of kill points is what the product really did in a run without a kill; see ``tests/crash``. Here every sixth of
them is tried, and each sort at least once; ``bench/crash.py`` tries all, twice over and at random instants.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests import far_side
from tests.command import write_home
from tests.crash.image import rows_of
from tests.crash.matrix import ASKABLE, SENT, Matrix, Point, Survived, Told
from tests.crash.stores import InPostgres
from tests.crash.stories import STORIES, Story
from tests.postgres import NoPostgres, postgres
from tests.repository import ROOT
from tests.slack_standin import TOKEN, SlackStandIn

STRIDE = 6
LEAST = {  # kill points a story must give: the matrix cannot shrink unnoticed
    "two pages are hedged": 205,
    "there and back": 45,
    "a list gets longer": 85,
    "most of it goes": 85,
    "a page is gone, and returns": 225,
    "people act": 23,
    "nobody acts": 105,
    "what can wait": 48,
    "out of order for a day": 120,
}
KINDS = frozenset((
    "answered: 200",
    "answered: 304",
    "blob: file made",
    "blob: half written",
    "blob: written",
    "blob: synced",
    "blob: named",
    "blob: folder synced",
    "committed: events, fetches, requests, snapshots",
    "committed: alerts, deliveries, events, sources, tellings",
    "sent: console",
    "sent: email",
    "sent: jsonl",
    "sent: slack",
    "sent: slack-webhook",
    "sent: webhook",
    "committed: events, handlings",
    "committed: events, handlings, silences",
    "answered a person: press acknowledge",
    "answered a person: stranger confirm",
    "answered a person: link confirm",
    "told in Slack: press acknowledge",
    "committed: deliveries, events",
    "committed: alerts, deliveries, events, tellings",
))  # fmt: skip


@pytest.fixture(scope="module")
def matrix() -> Iterator[Matrix]:
    """Lives in memory where the machine has such a folder: a killed process loses nothing that it handed to the kernel."""
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(prefix="crash-", dir=memory if os.access(memory, os.W_OK) else None) as ground,
        Matrix(Path(ground)) as matrix,
    ):
        yield matrix


def chosen(told: Told) -> list[Point]:
    """Every sixth kill point, and those of a kind that fell between."""
    taken = told.points[::STRIDE]
    kinds = {point.kind for point in taken}
    for point in told.points:
        if point.kind not in kinds:
            kinds.add(point.kind)
            taken.append(point)
    return taken


def lost(survived: dict[object, Survived]) -> dict[object, tuple[str, ...]]:
    return {at: each.faults for at, each in survived.items() if each.faults}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_killed_at_any_effect_nothing_is_lost(matrix: Matrix, story: Story) -> None:
    told = matrix.tell(story)
    assert (told.archive.changes, told.archive.alerts) == (story.changes, story.alerts)
    assert len(told.points) >= LEAST[story.name]
    points = chosen(told)
    assert len(points) >= LEAST[story.name] // STRIDE
    assert {point.kind for point in points} == {point.kind for point in told.points}

    survived: dict[object, Survived] = {point: matrix.kill(told, point) for point in points}
    assert lost(survived) == {}
    in_window = {point for point in points if point.effect.startswith(SENT)}
    askable = {point for point in in_window if point.kind.removeprefix(SENT) in ASKABLE}
    repeated = {point for point, each in survived.items() if each.repeats}
    assert in_window - askable <= repeated, "a message without a receipt must be sent again"
    assert not askable & repeated, "where the far side can be asked nothing comes twice"
    assert all(each.repeats <= 1 for each in survived.values())


def test_every_sort_of_effect_is_a_kill_point(matrix: Matrix) -> None:
    assert len(STORIES) == len(LEAST) == 9
    told = [matrix.tell(story) for story in STORIES]
    kinds = {point.kind for each in told for point in each.points}
    assert kinds >= KINDS
    assert any("alembic_version" in kind for kind in kinds)
    assert sum(len(each.points) for each in told) >= sum(LEAST.values())


def test_bytes_are_on_disk_under_their_name_before_a_row_speaks_of_them(matrix: Matrix) -> None:
    told = matrix.tell(STORIES[0])
    effects = [name for moment in told.effects for name in moment]
    fetched = [at for at, name in enumerate(effects) if name == "about to commit: events, fetches, requests, snapshots"]
    assert len(fetched) == 4
    for at in fetched:
        answered = max(before for before in range(at) if effects[before].startswith("answered"))
        steps = [name for name in effects[answered + 1 : at] if "folder made" not in name]
        assert steps[-6:] == [
            "blob: file made",
            "blob: half written",
            "blob: written",
            "blob: synced",
            "blob: named",
            "blob: folder synced",
        ]


@pytest.mark.parametrize("story", [STORIES[0], STORIES[3]], ids=lambda story: story.name)
def test_killed_on_another_machine_its_leases_run_out(matrix: Matrix, story: Story) -> None:
    """Nobody can know whether that process lives: what it held is taken up when its time is over."""
    told = matrix.tell(story)
    points = told.points[4::14]
    assert len(points) >= 6
    assert lost({point: matrix.kill(told, point, is_known=False) for point in points}) == {}


@pytest.mark.postgres
@pytest.mark.parametrize("story", [STORIES[0], STORIES[3]], ids=lambda story: story.name)
def test_killed_at_any_effect_on_postgresql(story: Story) -> None:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres())
        except NoPostgres as error:
            pytest.skip(f"NOT RUN on PostgreSQL: {error}")
        ground = stack.enter_context(tempfile.TemporaryDirectory(prefix="crash-"))
        matrix = stack.enter_context(Matrix(Path(ground), InPostgres(server)))
        told = matrix.tell(story)
        assert (told.archive.changes, told.archive.alerts) == (story.changes, story.alerts)
        points = told.points[1::20]
        assert len(points) >= 4
        assert lost({point: matrix.kill(told, point) for point in points}) == {}


@pytest.mark.parametrize("story", [STORIES[0], STORIES[4]], ids=lambda story: story.name)
def test_killed_again_and_again(matrix: Matrix, story: Story) -> None:
    """The lives after the first kill are killed too, each a little later."""
    told = matrix.tell(story)
    points = told.points[2::19]
    assert len(points) >= 8
    assert lost({point: matrix.kill(told, point, 3, 8, 13) for point in points}) == {}


def test_killed_at_any_instant(matrix: Matrix) -> None:
    """Not between effects but whenever: inside a commit, half-way through a message.

    Where the machine was busier while the story was told, an instant may lie after the end of the life: then another.
    """
    told = matrix.tell(STORIES[0])
    chance = random.Random(20190220)
    survived: dict[object, Survived] = {}
    while len(survived) < 48 and sum(len(each.kills) for each in survived.values()) < 12:
        instant = chance.uniform(0.02, 1) * told.seconds[1]
        survived[instant] = matrix.kill_after(told, 1, [instant])
    assert lost(survived) == {}
    assert sum(len(each.kills) for each in survived.values()) == 12


def test_the_command_itself_killed_at_any_instant(home: Path) -> None:
    """The whole program as it is started by hand, with its readers and threads; the far side answers 304 afterwards."""
    chance = random.Random(20190220)
    rounds = 4
    with far_side.Site() as site, SlackStandIn() as slack:
        site.pages["/policy"] = far_side.page("We will not sell it to anybody in year 0.")
        write_home(
            home,
            site.authority,
            f'{{id: policy, url: "{site.url("/policy")}"}}',
            settings=f"slack: {{base_url: {slack.api!r}}}\n",
        )
        (home / "routes.yaml").write_text('receivers: {desk: {slack: {channel: "#rights"}}}\ndefault: desk\n')
        environ = {**os.environ, "ONRECORD_SLACK_TOKEN": TOKEN}

        def start() -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "monitor", "check"]
            return subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

        assert start().wait(120) == 0
        for number in range(1, rounds + 1):
            site.pages["/policy"] = far_side.page(f"We do not knowingly sell it to anybody in year {number}.")
            killed = start()
            with suppress(subprocess.TimeoutExpired):
                killed.wait(chance.uniform(0.3, 2.0))
            killed.kill()
            killed.wait(10)
            assert start().wait(120) == 0
        received = Counter(post.delivery for post in slack.posts)
    rows = rows_of(home / "data" / "onrecord.db")
    assert rows("SELECT count(*) FROM changes") == [(rounds,)]
    assert rows("SELECT count(*) FROM alerts WHERE kind = 'change'") == [(rounds,)]
    assert {id_ for (id_,) in rows("SELECT id FROM deliveries WHERE state = 'sent'")} == set(received)
    assert len(received) == rounds + 1
    assert all(count <= 2 for count in received.values())


def test_the_judge_sees_what_is_lost_and_what_is_repeated(matrix: Matrix) -> None:
    """A matrix that finds nothing must be able to find something."""
    told = matrix.tell(STORIES[0])
    point = next(point for point in told.points if point.moment == 1 and point.kind == "sent: slack")
    real = matrix.far.received

    def without_the_last(folder: Path) -> object:
        received = real(folder)
        del received[max(received)]
        return received

    def with_one_more(folder: Path) -> object:
        received = real(folder)
        received[max(received)] += 1
        return received

    for received, fault in ((without_the_last, "never arrived"), (with_one_more, "repeated without need")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(matrix.far, "received", received)
            survived = matrix.kill(told, point)
        assert [each.partition(":")[0] for each in survived.faults] == [fault]


def test_the_judge_sees_an_archive_that_differs(matrix: Matrix) -> None:
    told, other = matrix.tell(STORIES[0]), matrix.tell(STORIES[1])
    assert any(line.startswith("changes: ") for line in told.archive.image.differences(other.archive.image))
    assert told.archive.image.differences(told.archive.image) == []
