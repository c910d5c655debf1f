"""What one readable capture means for a document whose text is known: agreement, a change, a doubt, or not the page.

A document may show several texts by turns (languages, regions, logged-in pages): each is a variant, and a capture is
held against the one it resembles. A doubtful capture waits for a second one; only two that agree are believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.grade import grade_against
from core.model import Fetch, Grade, GradeLevel, Reading, VersionRef
from core.text.likeness import likeness

SAME_TEXT: Final = 0.8  # kept share at which a capture belongs to a variant, or a second capture confirms the first
REWRITTEN: Final = 0.5  # kept share under which other variants are looked at first


@dataclass(frozen=True, slots=True)
class Shown:
    """A text the document shows or has shown: its newest version, with its reading and forms."""

    version: VersionRef
    reading: Reading
    forms: tuple[int, ...]
    variant: int = 0


class Step(StrEnum):
    """What to do with a capture."""

    AGREES = "agrees"  # the text that stands
    ACCEPT = "accept"  # another text, believed
    SUSPECT = "suspect"  # another text, not believed yet
    BAD = "bad"  # not the page


@dataclass(frozen=True, slots=True)
class Course:
    """The step, the grade behind it, what to compare with, and the variant the capture belongs to.

    ``is_new_variant``: believed to be a wholly other text at the same address, shown for the first time.
    ``is_confirmed``: a suspect capture showed it first, and this one agrees with that.
    """

    step: Step
    grade: Grade
    base: Shown
    variant: int
    is_new_variant: bool = False
    is_confirmed: bool = False


def chart(
    reading: Reading,
    forms: Sequence[int],
    fetch: Fetch,
    current: Shown,
    others: Sequence[Shown] = (),
    doubted: tuple[Reading, Sequence[int]] | None = None,
) -> Course:
    """Decide. ``others`` are the newest versions of the document's other variants; ``doubted`` is the suspect
    capture that waits, if one does."""
    if tuple(forms) == tuple(current.forms):
        return Course(Step.AGREES, Grade(GradeLevel.GOOD), current, current.variant)
    alike = likeness(current.reading, current.forms, reading, forms)
    if alike.kept < REWRITTEN:
        for other in others:
            if likeness(other.reading, other.forms, reading, forms).kept >= SAME_TEXT:
                good = Grade(GradeLevel.GOOD, (f"resembles variant {other.variant}, seen before",))
                return Course(Step.ACCEPT, good, other, other.variant)
    grade = grade_against(current.reading, reading, alike, fetch)
    if grade.level is GradeLevel.GOOD:
        return Course(Step.ACCEPT, grade, current, current.variant)
    if grade.level is GradeLevel.SUSPECT and doubted is not None and _confirms(doubted, reading, forms):
        believed = Grade(GradeLevel.GOOD, ("a second capture agrees", *grade.reasons), grade.code)
        is_other = grade.code in ("other_text", "other_language")
        variant = max((current.variant, *(other.variant for other in others))) + 1 if is_other else current.variant
        return Course(Step.ACCEPT, believed, current, variant, is_new_variant=is_other, is_confirmed=True)
    step = Step.SUSPECT if grade.level is GradeLevel.SUSPECT else Step.BAD
    return Course(step, grade, current, current.variant)


def _confirms(doubted: tuple[Reading, Sequence[int]], reading: Reading, forms: Sequence[int]) -> bool:
    return likeness(doubted[0], doubted[1], reading, forms).kept >= SAME_TEXT
