"""The door to everything this package knows: frames, verdicts, and the quick question whether a passage matters.

Pure: made from the text of the lexicon file, answers are the same every time. Frames are remembered by their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from core.commitments.delta import is_disclaimer, is_restraint
from core.commitments.frame import Frame
from core.commitments.framing import build_frame
from core.commitments.gate import Gate
from core.commitments.notes import heed_notes
from core.commitments.passage import compare_passages
from core.commitments.vocabulary import Vocabulary, read_vocabulary
from core.model import Finding


class Lexicon:
    """A parsed lexicon. Thread-safe; keep one per configuration."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.version = vocabulary.version
        self._gate = Gate(vocabulary)
        self._frame = lru_cache(maxsize=8192)(self._build)
        self._holds = lru_cache(maxsize=8192)(self._gate.holds)

    def holds_commitment(self, text: str, *, lead_in: str = "") -> bool:
        """Whether a passage holds a sentence that binds somebody: see :mod:`core.commitments.gate` for what counts."""
        return self._holds(text, lead_in)

    def refuses(self, sentence: str, *, lead_in: str = "") -> bool:
        """Whether a sentence binds somebody by holding back: it forbids, denies, ends or does without something.

        A denial without an act the lexicon knows counts in the speaker's own mouth ("we do not track"), not of a shop
        that is not open; what a company will not answer for ("we are not liable") is none.
        """
        frame = self.frame(sentence, lead_in=lead_in)
        if is_disclaimer(frame):
            return False
        denies = bool(frame.negations) and (bool(frame.acts) or frame.actor == "we")
        return frame.is_commitment and (denies or is_restraint(frame))

    def names_topic(self, text: str) -> bool:
        """Whether a passage speaks of one of the topics of rights the lexicon knows."""
        return self._gate.names_topic(text)

    def frame(self, sentence: str, *, lead_in: str = "", company_names: tuple[str, ...] = (), lang: str = "") -> Frame:
        """One sentence taken apart, read with its lead-in; ``company_names`` are read as "we".

        ``lang`` (en, zh, fr, de, es) where the caller knows it; otherwise it is told by the words.
        """
        return self._frame(sentence, lead_in, company_names, lang)

    def not_said(self, frame: Frame, topics: Sequence[str]) -> tuple[str, ...]:
        """What a promise about these topics leaves unsaid: who a sale is withheld from is no question to a fee."""
        asked = {name for topic in topics for name in self.vocabulary.silences.get(topic, ())}
        return frame.not_said(asked) if asked else frame.not_said()

    def compare(
        self,
        before: str,
        after: str,
        *,
        lead_in_before: str = "",
        lead_in_after: str = "",
        company_names: tuple[str, ...] = (),
    ) -> Finding:
        """The verdict on two wordings of one passage, with the dimensions that moved and reasons in words.

        An empty ``before`` is NEW, an empty ``after`` REMOVED. Never raises for any text.
        """
        found = compare_passages(self, (before, lead_in_before), (after, lead_in_after), company_names)
        return heed_notes(found, before, after)

    def forget(self) -> None:
        """Drop what is remembered, for measuring."""
        self._frame.cache_clear()
        self._holds.cache_clear()

    def _build(self, sentence: str, lead_in: str, company_names: tuple[str, ...], lang: str) -> Frame:
        return build_frame(self.vocabulary, sentence, lead_in, company_names, lang)


def parse_lexicon(text: str, file: str) -> Lexicon:
    """The lexicon of a YAML text; ``file`` names it in problems. Raises ConfigError with every problem found."""
    return Lexicon(read_vocabulary(text, file))
