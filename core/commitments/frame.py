"""One sentence taken apart: who is bound, how firmly, to do or leave what, where, for whom, until when, with what ifs.

Surface cues only, from the lexicon; no parser and no model. A frame never says that a sentence *is* a promise, only
which words of it would make one, so that two frames can be compared and the words shown.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

from core.commitments.acts import Act
from core.commitments.vocabulary import SILENCES
from core.commitments.wording import shown

Stance = Literal["restrains", "permits", "both", "none"]

_EVEN_SO = ("regardless of ", "irrespective of ", "even if ", "even when ", "even where ", "no matter ")


class Mark(NamedTuple):
    """A cue found in a sentence: words ``first`` to ``last`` (excluded). ``clause`` is -1 in the main clause.

    A tuple, as acts are: a page makes thousands.
    """

    dimension: str
    value: str
    tier: int
    first: int
    last: int
    text: str
    clause: int = -1
    numbers: tuple[tuple[str, str], ...] = ()


class Clause(NamedTuple):
    """A condition, exception or relative clause: its kind, its words (``first`` to ``last`` excluded), its text."""

    kind: str
    first: int
    last: int
    text: str

    @property
    def leaves_nothing_out(self) -> bool:
        """ "Whether by us or by our dealers", "even where the law allows it": it holds in every case named."""
        return self.text.startswith(_EVEN_SO) or (self.text.startswith("whether ") and " or " in self.text)


class Frame(NamedTuple):
    """What a sentence says, dimension by dimension. Read-outs give the words as captured."""

    sentence: str
    prepared: str
    lang: str
    words: tuple[str, ...]
    actor: str
    stance: Stance
    tier: int | None  # of the leading modality; None where nothing is promised, denied or even considered
    modality: str
    acts: tuple[Act, ...]
    marks: tuple[Mark, ...]
    clauses: tuple[Clause, ...]
    negations: tuple[int, ...]  # words of the main clause
    is_passive: bool = False

    def of(self, dimension: str, *, main_only: bool = True) -> tuple[Mark, ...]:
        """The cues of one dimension; those in conditions and relative clauses only when asked for."""
        return tuple(mark for mark in self.marks if mark.dimension == dimension and (mark.clause < 0 or not main_only))

    def quote(self, mark: Mark | Clause) -> str:
        """The words of a mark as captured."""
        return shown(mark.text, self.sentence)

    @property
    def firmness(self) -> int | None:
        """The highest tier of the main clause, where several modal words stand."""
        tiers = [mark.tier for mark in self.of("modality")]
        return max(tiers) if tiers else self.tier

    @property
    def is_commitment(self) -> bool:
        """A plan, a promise, a duty, a ban or a denial (tier 3 and above) that restrains somebody."""
        return self.tier is not None and self.tier >= 3 and self.stance in ("restrains", "both")

    @property
    def knowledge(self) -> bool:
        """Whether the promise ends where the speaker does not know."""
        return any(mark.value == "knowledge" for mark in self.of("hedges", main_only=False))

    @property
    def remedy(self) -> bool:
        """Whether making good is promised."""
        return any(act.group == "remediate" and act.stance == "restrains" for act in self.acts)

    def _speaks_of(self, name: str) -> bool:
        return self.remedy if name == "remedy" else bool(self.of(name, main_only=False))

    def read_out(self) -> tuple[tuple[str, str], ...]:
        """(dimension, words) of everything found, for people, in the order of the sentence's anatomy."""
        said: list[tuple[str, str]] = [("actor", self.actor), ("stance", self.stance)]
        if self.tier is not None:
            said.append(("modality", self.modality))
        said += [("action", act.lemma) for act in self.acts]
        for dimension in (
            "places", "customers", "channel", "breadth", "duration", "deadline", "frequency", "hedges", "evidence",
            "standards",
        ):  # fmt: skip
            said += [(dimension, self.quote(mark)) for mark in self.of(dimension, main_only=False)]
        said += [(clause.kind, self.quote(clause)) for clause in self.clauses if clause.kind in _LIMITS]
        return tuple(said)

    def not_said(self, asked: Collection[str] = SILENCES) -> tuple[str, ...]:
        """What a reader may ask next, because the sentence is silent about it; ``asked`` are the dimensions that matter."""
        found = [words for name, words in SILENCES.items() if name in asked and not self._speaks_of(name)]
        if self.actor == "nobody":
            found.insert(0, "nobody is named who is bound")
        return tuple(found)


_LIMITS = ("condition", "exception", "unmet", "relative")
