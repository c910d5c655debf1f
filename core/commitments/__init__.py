"""Was a promise weakened? Frames of sentences, verdicts between two wordings, and the words that moved."""

from core.commitments.frame import Clause, Frame, Mark
from core.commitments.lexicon import Lexicon, parse_lexicon

__all__ = ["Clause", "Frame", "Lexicon", "Mark", "parse_lexicon"]
