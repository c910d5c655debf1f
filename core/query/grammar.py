"""The grammar of queries (lark), and the tree it gives. docs/design/0016-one-grammar.md explains every operator.

The lexer is our own (quotation marks of five kinds, places for errors); lark decides what may follow what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from lark import Lark, Transformer
from lark import Token as LarkToken
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError
from lark.lexer import Lexer as LarkLexer

from core.errors import QueryError
from core.query.evaluate import written
from core.query.family import family
from core.query.fields import FIELDS, read_field
from core.query.lexer import Lexer, Token, check_depth
from core.query.tree import And, Near, Not, Or, Query, Regex, Sentence, Term, needs_words
from core.text.pattern import PatternError, translate
from core.text.tokens import Unit, units

MOST_TERMS = 64
LONGEST = 4000
SHORTEST_PREFIX = 2

_GRAMMAR = """
?start: either
?either: all (_OR all)*
?all: one (_AND? one)*
?one: _NOT one -> negated
    | near
?near: atom
    | near (NEAR | ONEAR) atom -> apart
?atom: WORD | PHRASE | EXACT | FAMILY | REGEX | FIELD
    | _OPEN either _CLOSE
    | SENTENCE _OPEN either _CLOSE -> sentence

%declare WORD PHRASE EXACT FAMILY REGEX FIELD SENTENCE NEAR ONEAR _OR _AND _NOT _OPEN _CLOSE
"""
_SILENT = frozenset(("OR", "AND", "NOT", "OPEN", "CLOSE"))
_STAR = re.compile(r"\*")


def parse(text: str, *, fields: tuple[str, ...] = FIELDS, may_only_refuse: bool = False) -> Query:
    """The tree of a query. Raises QueryError, which says where and why. ``fields`` are those that may be asked.

    ``may_only_refuse``: words need not be asked for, it is enough to refuse some (``-never``).
    """
    if len(text) > LONGEST:
        raise QueryError(
            text[:80] + "…", LONGEST, f"a query may have {LONGEST:,} characters, this one has {len(text):,}"
        )
    lexer = Lexer(text, fields)
    tokens = list(lexer.tokens())
    if not tokens:
        raise lexer.wrong(0, "nothing to search for: write one or more words")
    check_depth(lexer, tokens)
    try:
        query: Query = _Tree(lexer, tokens).transform(_lark().parse(tokens))
    except VisitError as error:
        raise error.orig_exc from None
    except UnexpectedInput as error:
        raise _misplaced(lexer, tokens, error) from None
    if not may_only_refuse and not needs_words(query):
        raise lexer.wrong(
            0, "at least one word or phrase must be asked for; this would also be answered by passages without any"
        )
    return query


class _Handed(LarkLexer):
    """Hands lark the tokens that were read already."""

    def __init__(self, _conf: Any) -> None:
        pass

    def lex(self, tokens: Any) -> Iterator[LarkToken]:  # type: ignore[override]  # without the parser's state
        for number, (kind, text, _) in enumerate(tokens):
            yield LarkToken(f"_{kind}" if kind in _SILENT else kind, text, start_pos=number)


@cache
def _lark() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer=_Handed)


def _misplaced(lexer: Lexer, tokens: list[Token], error: UnexpectedInput) -> QueryError:
    """A token where none of its sort can stand."""
    if not isinstance(error, UnexpectedToken) or error.token.type == "$END":
        opened: list[int] = []
        for token in tokens:
            if token.kind == "OPEN":
                opened.append(token.at)
            elif token.kind == "CLOSE":
                opened.pop()
        last = tokens[-1]
        if opened and last.kind not in ("OR", "AND", "NOT", "NEAR", "ONEAR", "OPEN"):
            return lexer.wrong(opened[-1], "this bracket is not closed")
        return lexer.wrong(last.at, f"something must follow {_shown(lexer, last)!r}")
    at = error.token.start_pos or 0
    token = tokens[at]
    if token.kind == "NOT" and at and tokens[at - 1].kind in ("NEAR", "ONEAR"):
        return lexer.wrong(token.at, "NEAR joins words and phrases; what must not stand there is said beside it")
    return lexer.wrong(token.at, f"a word or phrase is missing before {_shown(lexer, token)!r}")


def _shown(lexer: Lexer, token: Token) -> str:
    if token.kind in ("NEAR", "ONEAR"):
        return lexer.text[token.at :].split()[0]
    return token.text


class _Tree(Transformer[Any, Query]):
    """Lark's tree made ours. Places are those of the first token of a part."""

    def __init__(self, lexer: Lexer, tokens: list[Token]) -> None:
        super().__init__()
        self.lexer = lexer
        self.tokens = tokens
        self.terms = 0

    # --- joints

    def either(self, parts: list[Query]) -> Query:
        return Or(tuple(parts))

    def all(self, parts: list[Query]) -> Query:
        return And(tuple(parts))

    def negated(self, parts: list[Query]) -> Query:
        return Not(parts[0])

    def sentence(self, parts: list[Any]) -> Query:
        return Sentence(parts[1])

    def apart(self, parts: list[Any]) -> Query:
        a, how, b = parts
        for part in (a, b):
            if not _has_place(part):
                raise self.lexer.wrong(
                    self.tokens[how.start_pos].at,
                    "NEAR joins words, phrases and (alternatives OR others), nothing else",
                )
        return Near(a, b, int(how), ordered=how.type == "ONEAR")

    # --- leaves

    def WORD(self, token: LarkToken) -> Query:  # noqa: N802 (lark calls by the terminal's name)
        return self._term(token)

    def PHRASE(self, token: LarkToken) -> Query:  # noqa: N802 (the same)
        return self._term(token)

    def EXACT(self, token: LarkToken) -> Query:  # noqa: N802 (the same)
        text, at = str(token), self._at(token)
        if "*" in text:
            raise self.lexer.wrong(at, "what is asked for exactly as written cannot go on with an asterisk")
        wanted = self._units(text, at)
        return Term(wanted, written=tuple(written(text[unit.start : unit.end]) for unit in wanted))

    def FAMILY(self, token: LarkToken) -> Query:  # noqa: N802 (the same)
        wanted = self._units(str(token), self._at(token))
        if len(wanted) != 1:
            raise self.lexer.wrong(self._at(token), "~ asks for all forms of one word; write it before each of them")
        return Term(wanted, family=family(wanted[0].text))

    def REGEX(self, token: LarkToken) -> Query:  # noqa: N802 (the same)
        at = self._at(token)
        self._count(at)
        try:
            return Regex(translate(str(token)))
        except PatternError as error:
            advice = f"; {error.advice}" if error.advice else ""
            raise self.lexer.wrong(at, f"the regular expression {error}{advice}") from error

    def FIELD(self, token: LarkToken) -> Query:  # noqa: N802 (the same)
        name, _, value = str(token).partition(":")
        try:
            field = read_field(name, value)
        except ValueError as error:
            raise self.lexer.wrong(self._at(token), str(error)) from error
        if name == "heading":
            self._units(value, self._at(token))
        return field

    # --- words

    def _term(self, token: LarkToken) -> Term:
        text, at = str(token), self._at(token)
        stars = {star.start() for star in _STAR.finditer(text)}
        offset = self.tokens[token.start_pos or 0].kind == "PHRASE"
        for star in sorted(stars):
            alone = star == 0 or not text[star - 1].isalnum()
            if alone or text[star + 1 : star + 2].isalnum():
                raise self.lexer.wrong(
                    at + offset + star,
                    "an asterisk stands at the end of a word (sell*); for anything else write a regular expression, /…/",
                )
        wanted = self._units(text, at)
        prefixes = frozenset(
            number
            for number, unit in enumerate(wanted)
            if not unit.wide and unit.end in stars and unit.end > unit.start
        )
        for number in prefixes:
            if len(wanted[number].text) < SHORTEST_PREFIX:
                raise self.lexer.wrong(at, f"an asterisk needs at least {SHORTEST_PREFIX} letters before it")
        return Term(wanted, prefixes)

    def _units(self, text: str, at: int) -> tuple[Unit, ...]:
        self._count(at)
        wanted = tuple(units(text))
        if not wanted:
            raise self.lexer.wrong(at, f"no letter or digit to search for in {text!r}")
        if len(wanted) > MOST_TERMS * 4:
            raise self.lexer.wrong(at, f"a phrase may have {MOST_TERMS * 4} words")
        return wanted

    def _count(self, at: int) -> None:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self.lexer.wrong(at, f"a query may have {MOST_TERMS} words and phrases")

    def _at(self, token: LarkToken) -> int:
        return self.tokens[token.start_pos or 0].at


def _has_place(query: Query) -> bool:
    match query:
        case Term() | Regex() | Near():
            return True
        case Or(parts):
            return all(_has_place(part) for part in parts)
        case _:
            return False
