"""Rules written as a query: what the automaton looks for on their behalf, and where they stand in a text.

The literals are a promise: every passage that answers holds one of them in its folded text. Words are folded a little
differently for search (footnote digits stay), so only plain letters and ideographs are promised; else the rule always
looks for itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.query.evaluate import answers, marks
from core.query.loosen import OF_DOCUMENT, loosened
from core.query.passage import NOWHERE, Passage, Span, Standing
from core.query.tree import And, Near, Or, Query, Regex, Sentence, Term
from core.text.fold import is_han
from core.text.literals import BORDER, cost

_MARKS_LEFT_OUT = ("tm", "sm")  # ™ and ℠ are letters to search and nothing to rules
Literals = frozenset[str]


class Asked:
    """One query of one rule, ready to run on a whole passage."""

    def __init__(self, tree: Query) -> None:
        self.tree = tree
        self.literals = literals(tree)
        self._of_document = loosened(tree, OF_DOCUMENT)
        self._words = loosened(tree)

    def spans(self, passage: Passage, at: Standing | None, *, guards: bool) -> list[Span]:
        """The words by which the passage answers, as offsets into the captured text.

        ``at`` None: nothing is known of the place, and the words alone decide. ``guards``: the document is known, and
        neither the section nor the time.
        """
        tree = self._words if at is None else self._of_document if guards else self.tree
        if tree is None:
            return []
        found = marks(tree, passage, at or NOWHERE)
        if not found and at is not None and not guards and answers(tree, passage, at):
            return [(0, len(passage.text))]  # a promise that was judged is its own quote
        return found


def literals(query: Query) -> Literals | None:
    """Folded strings of which every passage that answers holds one; None where there is no such set."""
    match query:
        case Term():
            return _of_term(query)
        case Regex(pattern):
            strings = frozenset(string.strip(BORDER) for string in pattern.exact or pattern.needs)
            return strings or None
        case Near(a, b):
            return _rarer((literals(a), literals(b)))
        case Sentence(part):
            return literals(part)
        case And(parts):
            return _rarer(literals(part) for part in parts)
        case Or(parts):
            found = [literals(part) for part in parts]
            if any(each is None for each in found):
                return None
            return frozenset(string for each in found if each is not None for string in each)
        case _:
            return None


def _of_term(term: Term) -> Literals | None:
    if term.family:
        return term.family if all(_is_plain(form) for form in term.family) else None
    runs: list[str] = []
    for number, unit in enumerate(term.units):
        if unit.glued and runs and number:
            runs[-1] += unit.text
        else:
            runs.append(unit.text)
    return _rarer(frozenset((run,)) if _is_plain(run) else None for run in runs)


def _is_plain(word: str) -> bool:
    if all(map(is_han, word)):
        return True
    return word.isascii() and word.isalpha() and not word.endswith(_MARKS_LEFT_OUT)


def _rarer(sets: Iterable[Literals | None]) -> Literals | None:
    return min((each for each in sets if each is not None), key=cost, default=None)
