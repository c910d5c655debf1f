"""What people type to search the archive, as a tree; and whether a passage answers it.

``words beside each other`` must all stand in one passage; ``"a phrase"``; ``OR``; ``NOT word`` or ``-word``; brackets;
``company:id``. Parsing is apart from everything else here, so that a richer grammar can take its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.errors import QueryError
from core.text.tokens import Unit, find, units

MOST_TERMS = 64
DEEPEST = 20
LONGEST = 4000
FIELDS = ("company",)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase: its units stand one after another."""

    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A property of where the passage stands."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Query


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Query, ...]


Query = Term | Field | Not | And | Or


def answers(query: Query, passage: Sequence[Unit], *, company: str) -> bool:
    """Does a passage (as units) of a company's document answer the query?"""
    match query:
        case Term(wanted):
            return bool(find(wanted, passage))
        case Field(_, value):
            return value == company
        case Not(part):
            return not answers(part, passage, company=company)
        case And(parts):
            return all(answers(part, passage, company=company) for part in parts)
        case Or(parts):
            return any(answers(part, passage, company=company) for part in parts)


def marks(query: Query, passage: Sequence[Unit]) -> list[tuple[int, int]]:
    """Where the words asked for stand in the passage, [start, end), in order, overlaps joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for wanted in _wanted(query) for span in find(wanted.units, passage)):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def needs_words(query: Query) -> bool:
    """Can it only be answered by passages that hold some asked word, so that an index can propose them?"""
    match query:
        case Term():
            return True
        case And(parts):
            return any(needs_words(part) for part in parts)
        case Or(parts):
            return all(needs_words(part) for part in parts)
        case _:
            return False


def only_company(query: Query) -> str | None:
    """The one company every answer must be of, where the query names one."""
    match query:
        case Field("company", value):
            return value
        case And(parts):
            return next((company for part in parts if (company := only_company(part))), None)
        case _:
            return None


def _wanted(query: Query) -> Iterator[Term]:
    match query:
        case Term():
            yield query
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part)
        case _:
            return


# --- parsing -----------------------------------------------------------------------------------------------------


class _Token(NamedTuple):
    kind: str  # ( ) - word phrase field or and not
    text: str
    at: int


_OPEN, _CLOSE = '"“„', '"”“'
_WORD = re.compile(r'[^\s()"“”„]+')
_FIELD = re.compile(r"([A-Za-z_]+):(?!//)")


def parse(text: str) -> Query:
    """The tree of a query. Raises QueryError, which says where and why."""
    if len(text) > LONGEST:
        raise QueryError(
            text[:80] + "…", LONGEST, f"a query may have {LONGEST:,} characters, this one has {len(text):,}"
        )
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._lex())
        self.at = 0
        self.terms = 0

    def wrong(self, at: int, why: str) -> QueryError:
        return QueryError(self.text, at + 1, why)

    def whole(self) -> Query:
        if not self.tokens:
            raise self.wrong(0, "nothing to search for: write one or more words")
        query = self._either(0)
        if self.at < len(self.tokens):
            raise self.wrong(self.tokens[self.at].at, "this closing bracket was never opened")
        if not needs_words(query):
            raise self.wrong(
                0, "at least one word or phrase must be asked for; this would also be answered by passages without any"
            )
        return query

    def _lex(self) -> Iterator[_Token]:
        at = 0
        while at < len(self.text):
            char = self.text[at]
            if char.isspace():
                at += 1
            elif char in "()":
                yield _Token(char, char, at)
                at += 1
            elif char in _OPEN:
                end = self._closing(at)
                yield _Token("phrase", self.text[at + 1 : end], at)
                at = end + 1
            elif char == "”":
                raise self.wrong(at, "a quotation ends here that never began")
            elif char in "-−" and at + 1 < len(self.text) and not self.text[at + 1].isspace():
                yield _Token("not", char, at)
                at += 1
            else:
                token, at = self._word(at)
                yield token

    def _word(self, at: int) -> tuple[_Token, int]:
        field = _FIELD.match(self.text, at)
        if field:
            if field[1].lower() not in FIELDS:
                known = ", ".join(f"{name}:" for name in FIELDS)
                raise self.wrong(
                    at,
                    f"{field[0]} is not known here (known: {known}); put it in quotation marks to search for the words",
                )
            return self._field(field)
        match = _WORD.match(self.text, at)
        assert match is not None  # every other character was handled by the caller
        word = match.group()
        kind = {"OR": "or", "AND": "and", "NOT": "not"}.get(word, "word")
        if kind == "word" and "*" in word:
            raise self.wrong(at + word.index("*"), "word endings (*) cannot be searched for")
        return _Token(kind, word, at), match.end()

    def _field(self, field: re.Match[str]) -> tuple[_Token, int]:
        start = field.end()
        if start < len(self.text) and self.text[start] in _OPEN:
            end = self._closing(start)
            value, after = self.text[start + 1 : end], end + 1
        else:
            word = _WORD.match(self.text, start)
            value, after = (word.group(), word.end()) if word else ("", start)
        if not value.strip():
            raise self.wrong(field.start(), f"{field[0]} needs a value right after the colon")
        return _Token("field", f"{field[1].lower()}:{value.strip()}", field.start()), after

    def _closing(self, at: int) -> int:
        ends = [end for end in (self.text.find(close, at + 1) for close in _CLOSE) if end > 0]
        if not ends:
            raise self.wrong(at, "the quotation that begins here has no end")
        return min(ends)

    def _next(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else "end"

    def _either(self, depth: int) -> Query:
        parts = [self._all(depth)]
        while self._next() == "or":
            self.at += 1
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, depth: int) -> Query:
        parts = [self._one(depth)]
        while self._next() not in ("or", ")", "end"):
            if self._next() == "and":
                self.at += 1
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Query:
        if self.at == len(self.tokens):
            last = self.tokens[-1]
            raise self.wrong(last.at, f"something must follow {last.text!r}")
        token = self.tokens[self.at]
        self.at += 1
        if depth > DEEPEST:
            raise self.wrong(token.at, f"brackets and negations more than {DEEPEST} deep")
        match token.kind:
            case "not":
                return Not(self._one(depth + 1))
            case "(":
                inside = self._either(depth + 1)
                if self._next() != ")":
                    raise self.wrong(token.at, "this bracket is not closed")
                self.at += 1
                return inside
            case "word" | "phrase":
                return self._term(token)
            case "field":
                name, _, value = token.text.partition(":")
                return Field(name, value.lower())
            case _:
                raise self.wrong(token.at, f"a word or phrase is missing before {token.text!r}")

    def _term(self, token: _Token) -> Term:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self.wrong(token.at, f"a query may have {MOST_TERMS} words and phrases")
        wanted = tuple(units(token.text))
        if not wanted:
            raise self.wrong(token.at, f"no letter or digit to search for in {token.text!r}")
        if len(wanted) > MOST_TERMS * 4:
            raise self.wrong(token.at, f"a phrase may have {MOST_TERMS * 4} words")
        return Term(wanted)
