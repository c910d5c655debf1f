"""Tells a story once without a kill, and then again with one (or several) at any of its effects: what was lost?

with Matrix(ground) as matrix:
    told = matrix.tell(story)
    for point in told.points:
        assert matrix.kill(told, point).faults == ()
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.crash.acts import DONE
from tests.crash.farside import RECEIVED, START, FarSide
from tests.crash.image import Archive, look
from tests.crash.nursery import Ended, Nursery, Run
from tests.crash.stores import Files, Store
from tests.crash.stories import Story

PATIENCE = timedelta(minutes=16)  # longer than the lease of a host (15 min) and of a delivery (5 min)
MOST_LIVES = 12
SENT = "sent: "
ASKABLE = frozenset(("slack", "jsonl"))  # where the far side itself says whether a message arrived: none comes twice
RECEIPT = "committed: deliveries, events"


@dataclass(frozen=True, slots=True)
class Point:
    """Kill after the ``number``-th effect (from 1) of a moment; ``effect`` is its name."""

    moment: int
    number: int
    effect: str

    @property
    def kind(self) -> str:
        """The name of the effect without what differs from run to run."""
        return " ".join(self.effect.split(" ")[:2]) if self.effect.startswith(SENT) else self.effect


@dataclass(frozen=True, slots=True)
class Told:
    """A story told without a kill: its effects, moment by moment, the archive before each, and what it was after.

    ``seconds`` is how long each moment took.
    """

    story: Story
    effects: tuple[tuple[str, ...], ...]
    seconds: tuple[float, ...]
    before: tuple[Path, ...]
    after: tuple[Archive, ...]

    @property
    def archive(self) -> Archive:
        """What the story ends as."""
        return self.after[-1]

    @property
    def points(self) -> list[Point]:
        """Every effect of every moment that is killed in."""
        return [
            Point(moment, number, name)
            for moment in range(self.story.kills_from, len(self.effects))
            for number, name in enumerate(self.effects[moment], start=1)
        ]


@dataclass(frozen=True, slots=True)
class Survived:
    """What became of a story that was killed: ``faults`` in words, and messages that arrived more than once."""

    kills: tuple[str, ...]
    faults: tuple[str, ...]
    repeats: int
    lives: int


@dataclass
class _Life:
    """A killed story on its way to its end."""

    kills: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    in_window: Counter[tuple[str, str]] = field(default_factory=Counter)
    lost_answers: int = 0
    delay: timedelta = timedelta(0)
    lives: int = 0


class Matrix:
    """Far side, nursery and a folder to live in; one life at a time. A context manager."""

    def __init__(self, ground: Path, store: Store | None = None) -> None:
        self.ground = ground
        self.store: Store = store or Files()
        self.home = ground
        self._homes: dict[str, Path] = {}
        self._told: dict[str, Told] = {}
        self.far = FarSide()
        self._nursery = Nursery()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.far)
        self._stack.enter_context(self._nursery)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._stack.close()

    # --- without a kill ----------------------------------------------------------------------------------------------

    def tell(self, story: Story) -> Told:
        """The dry pass, once for each story. What it does is what every other life must end as."""
        self._enter_home(story)
        if story.name not in self._told:
            self._told[story.name] = self._tell(story)
        return self._told[story.name]

    def _tell(self, story: Story) -> Told:
        self._rehearse(story)
        self._restore(None)
        self._set_scene(story, -1)
        effects: list[tuple[str, ...]] = []
        seconds: list[float] = []
        before: list[Path] = []
        after: list[Archive] = []
        for number, moment in enumerate(story.moments):
            before.append(self._keep(story, number))
            moment.deed(self.far.site)
            ended = self._live(story, number, timedelta(0))
            assert ended.is_quiet, f"{story.name}, moment {number}: {ended.fault or 'something was left to do'}"
            effects.append(ended.effects)
            seconds.append(ended.seconds)
            after.append(look(self.store.rows(self.home)))
        received = self.far.received(self.home)
        assert set(received.values()) == {1}, f"{story.name}: sent twice without a kill: {received}"
        assert set(received) == after[-1].delivered
        return Told(story, tuple(effects), tuple(seconds), tuple(before), tuple(after))

    def _rehearse(self, story: Story) -> None:
        """The whole story in the warm process itself, so that no life after it pays for what is needed once."""
        self._restore(None)
        self._set_scene(story, -1)
        for number, moment in enumerate(story.moments):
            moment.deed(self.far.site)
            self._nursery.rehearse(self._run(story, number, timedelta(0)))
            self.far.site.wants.clear()

    def _enter_home(self, story: Story) -> None:
        """The home of the story's sources, made and warmed where it is new."""
        if story.sources not in self._homes:
            self.home = self.ground / f"home-{len(self._homes)}"
            self.home.mkdir()
            for name, text in self.far.home_files(story.sources).items():
                (self.home / name).write_text(text, encoding="utf-8")
            self._nursery.warm(self.home, self.far.environ | self.store.environ, START)
            self._homes[story.sources] = self.home
        self.home = self._homes[story.sources]

    # --- with kills --------------------------------------------------------------------------------------------------

    def kill(self, told: Told, point: Point, *more: int, is_known: bool = True) -> Survived:
        """Kill at the point, in the lives after it after ``more`` effects each, then let it go on to the end."""
        life = self._begin(told, point.moment)
        ended = self._live(told.story, point.moment, life.delay, kill_at=point.number, is_known=is_known)
        if not ended.is_killed or ended.effects[-1:] != (point.effect,):
            life.faults.append(f"not killed where it should have been: {ended.effects[-1:]} {ended.fault}")
        self._note_kill(life, ended)
        for number in more:
            ended = self._live(told.story, point.moment, life.delay, kill_at=number, is_known=is_known)
            if ended.is_killed:
                self._note_kill(life, ended)
        return self._go_on(told, point.moment, life, is_known=is_known)

    def kill_after(self, told: Told, moment: int, seconds: Sequence[float], *, is_known: bool = True) -> Survived:
        """Kill one life after another so many seconds after its birth, wherever it is, then let it go on to the end."""
        life = self._begin(told, moment)
        for each in seconds:
            ended = self._live(told.story, moment, life.delay, kill_after=each, is_known=is_known)
            if ended.is_killed:
                self._note_kill(life, ended, is_exact=False)
        return self._go_on(told, moment, life, is_known=is_known)

    def _begin(self, told: Told, moment: int) -> _Life:
        self._enter_home(told.story)
        self._restore(told.before[moment])
        self._set_scene(told.story, moment)
        return _Life()

    def _note_kill(self, life: _Life, ended: Ended, *, is_exact: bool = True) -> None:
        """What the far side has given or taken and nothing is written of: the only things a kill may lose or repeat."""
        life.kills.append(ended.effects[-1] if ended.effects else "nothing yet")
        life.lives += 1
        open_answers, in_window = 0, None
        for effect in ended.effects:
            if effect.startswith("answered"):
                open_answers += 1
            elif effect.startswith(SENT):
                _, channel, id_ = effect.split(" ")
                in_window = channel, id_
            elif effect.startswith("committed") and "fetches" in effect:
                open_answers = 0
            elif effect == RECEIPT:
                in_window = None
        life.lost_answers += open_answers or (not is_exact)
        if in_window is not None:
            life.in_window[in_window] += 1
        elif not is_exact:
            life.in_window["any", "any"] += 1  # between the far side's answer and the line that tells of it

    def _go_on(self, told: Told, moment: int, life: _Life, *, is_known: bool) -> Survived:
        """Moment after moment, until the archive is what it was without a kill: then the rest is the same as well."""
        story = told.story
        known_before = told.after[moment - 1].delivered if moment else frozenset()
        differences: list[str] = []
        for number in range(moment, len(story.moments)):
            if number > moment:
                story.moments[number].deed(self.far.site)
            self._settle(story, number, life, is_known=is_known)
            archive = look(self.store.rows(self.home))
            differences = told.after[number].image.differences(archive.image)
            if not differences or life.faults:
                break
        faults = [*life.faults, *differences, *self._judge(life, archive, known_before)]
        repeats = sum(count - 1 for count in self.far.received(self.home).values())
        return Survived(tuple(life.kills), tuple(faults), repeats, life.lives)

    def _settle(self, story: Story, number: int, life: _Life, *, is_known: bool) -> None:
        """Live on until nothing is left to do; where somebody dead still holds something, time passes."""
        for _ in range(MOST_LIVES):
            ended = self._live(story, number, life.delay, is_known=is_known)
            life.lives += 1
            if ended.fault:
                life.faults.append(f"moment {number}: {ended.fault}")
            if ended.is_quiet:
                return
            life.delay += PATIENCE
        life.faults.append(f"moment {number}: never at rest")

    def _judge(self, life: _Life, archive: Archive, known_before: frozenset[tuple[str, str]]) -> list[str]:
        """What the archive and the far side disagree about."""
        faults = [f"undelivered: {row}" for row in archive.undelivered]
        faults += [f"a fault of ours: {fault}" for fault in archive.faults]
        received = self.far.received(self.home)
        faults += [f"never arrived: {each}" for each in archive.delivered - known_before - set(received)]
        faults += [f"arrived under an unknown id: {each}" for each in set(received) - archive.delivered]
        unasked = life.in_window["any", "any"]
        for each, count in received.items():
            spare = count - 1 - (0 if each[0] in ASKABLE else life.in_window[each])
            if spare > 0:
                unasked -= spare
                if unasked < 0 or each[0] in ASKABLE:
                    faults.append(f"repeated without need: {each}, {count} times")
        if archive.ungraded:
            faults.append(f"{archive.ungraded} versions without a grade")
        faults += [f"a person got no answer: {want}" for want in self.far.site.wants]
        answers = len(self.far.site.answers)
        fetched = archive.fetches - self._fetches_before
        if fetched < answers - life.lost_answers:
            faults.append(f"{answers} answers, {fetched} fetch rows")
        return faults

    # --- one life ----------------------------------------------------------------------------------------------------

    def _live(
        self,
        story: Story,
        number: int,
        delay: timedelta,
        *,
        kill_at: int | None = None,
        kill_after: float | None = None,
        is_known: bool = True,
    ) -> Ended:
        run = replace(self._run(story, number, delay), kill_at=kill_at, kill_after=kill_after, is_known=is_known)
        ended = self._nursery.run(run)
        answered = {effect.removeprefix(DONE) for effect in ended.effects if effect.startswith(DONE)}
        self.far.site.wants[:] = [want for want in run.wants if want not in answered]
        return ended

    def _run(self, story: Story, number: int, delay: timedelta) -> Run:
        now = START + story.at(number) + delay
        return Run(str(self.home), now.isoformat(), wants=tuple(self.far.site.wants))

    def _set_scene(self, story: Story, moment: int) -> None:
        """The far side as it is once the deeds up to that moment are done, with nothing received."""
        self.far.clear()
        for number in range(moment + 1):
            story.moments[number].deed(self.far.site)

    def _keep(self, story: Story, number: int) -> Path:
        kept = self.ground / f"{story.name.replace(' ', '-')}-{number}"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        self.store.keep(self.home, kept)
        return kept

    def _restore(self, kept: Path | None) -> None:
        self.store.restore(self.home, kept)
        (self.home / RECEIVED).unlink(missing_ok=True)
        found = self.store.rows(self.home)("SELECT count(*) FROM fetches")
        self._fetches_before = int(found[0][0]) if found else 0
