"""How a query was understood, in words. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.query.tree import And, Field, Near, Not, Or, Query, Regex, Sentence, Term, fields_of
from core.text.visible import one_line
from core.wording import counted

FIELD_WORDS: Final = {
    "company": "of the company",
    "topic": "of companies with the topic",
    "kind": "in a document of the kind",
    "role": "in a document with the role",
    "lang": "in the language",
    "heading": "under a heading with",
    "still": "still there:",
    "verdict": "in a promise that was",
    "seen": "seen in",
    "added": "first seen in",
    "removed": "first absent in",
}


def asks_ahead(query: Query, now: datetime) -> bool:
    """Whether a time is asked for that has not come yet, so that nothing can answer."""
    return any(field.start is not None and field.start > now for field in fields_of(query))


def in_words(tree: Query) -> str:
    """How a query was understood: ``“fact-specific assessments” or “case by case”, in acme``."""
    match tree:
        case Term():
            return _term_in_words(tree)
        case Regex(pattern):
            return f"what the expression {one_line(pattern.source, 120)} matches"
        case Near(a, b, within, ordered):
            order = "before" if ordered else "near"
            return f"{_inner(a)} {order} {_inner(b)}, at most {counted(within, 'word')} on"
        case Sentence(part):
            return f"in one sentence {_inner(part)}"
        case Field(name, value):
            return f"{FIELD_WORDS[name]} {one_line(value, 60)}"
        case Not(part):
            return f"not {_inner(part)}"
        case And(parts):
            return " and ".join(f"({in_words(part)})" if isinstance(part, Or) else in_words(part) for part in parts)
        case Or(parts):
            return " or ".join(in_words(part) for part in parts)


def _inner(part: Query) -> str:
    return f"({in_words(part)})" if isinstance(part, And | Or | Near) else in_words(part)


def _term_in_words(term: Term) -> str:
    words = term.written or tuple(
        f"{unit.text}…" if number in term.prefixes else unit.text for number, unit in enumerate(term.units)
    )
    gaps = ("" if unit.glued else " " for unit in term.units[1:])  # characters of one run stand as they were written
    quoted = f"“{words[0]}{''.join(map(''.join, zip(gaps, words[1:], strict=True)))}”"
    if term.family:
        return f"any form of {quoted}"
    return f"exactly {quoted}" if term.written else quoted
