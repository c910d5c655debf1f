"""Was a promise weakened? Frames of sentences, verdicts between two wordings, and the words that moved."""

from core.commitments.frame import Clause, Frame, Mark
from core.commitments.lexicon import Lexicon, parse_lexicon
from core.commitments.verdict import gravest

__all__ = ["Clause", "Frame", "Lexicon", "Mark", "gravest", "parse_lexicon"]
