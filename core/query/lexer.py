"""The characters of a query as tokens, each with its place; what cannot be a token is refused here, with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from core.errors import QueryError

MOST_APART = 200
DEEPEST = 20

_OPEN, _CLOSE = '"“„', '"”“'
_WORD = re.compile(r'[^\s()"“”„]+')
_FIELD = re.compile(r"([A-Za-z_]+):(?!//)")
_NEAR = re.compile(r"(?:(O?)NEAR|(->))(?:/(\d+)(?![^\s()]))?(?=[\s()/]|$)")
_KEYWORDS = {"OR": "OR", "AND": "AND", "NOT": "NOT"}


class Token(NamedTuple):
    """``kind`` is a terminal of the grammar; ``text`` what stands inside quotation marks, slashes or the like."""

    kind: str
    text: str
    at: int


class Lexer:
    """Reads one query. ``fields`` are the names that may stand before a colon."""

    def __init__(self, text: str, fields: tuple[str, ...]) -> None:
        self.text = text
        self.fields = fields

    def wrong(self, at: int, why: str) -> QueryError:
        return QueryError(self.text, at + 1, why)

    def tokens(self) -> Iterator[Token]:
        """Every token in order. Raises QueryError."""
        at, text = 0, self.text
        while at < len(text):
            char = text[at]
            if char.isspace():
                at += 1
                continue
            near = _NEAR.match(text, at)
            if near:
                yield self._near(near)
                at = near.end()
            elif char in "()":
                yield Token("OPEN" if char == "(" else "CLOSE", char, at)
                at += 1
            elif char in _OPEN:
                token, at = self._quoted("PHRASE", at)
                yield token
            elif char == "”":
                raise self.wrong(at, "a quotation ends here that never began")
            elif char in "-−" and at + 1 < len(text) and not text[at + 1].isspace():
                yield Token("NOT", char, at)
                at += 1
            else:
                token, at = self._marked(at) if char in "=~/" else self._word(at)
                yield token

    def _near(self, near: re.Match[str]) -> Token:
        if near[3] is None:
            word = near[0]
            raise self.wrong(
                near.start(), f"{word} needs a number of words, such as {word}/10; in quotation marks it is a word"
            )
        if not 1 <= int(near[3]) <= MOST_APART:
            raise self.wrong(near.start(), f"words may stand 1 to {MOST_APART} apart, not {near[3][:9]}")
        return Token("ONEAR" if near[1] or near[2] else "NEAR", near[3], near.start())

    def _marked(self, at: int) -> tuple[Token, int]:
        """``="exactly so"``, ``~family``, ``/expression/``."""
        char, text = self.text[at], self.text
        if char == "/":
            end = at + 1
            while end < len(text) and text[end] != "/":
                end += 2 if text[end] == "\\" else 1
            if end >= len(text):
                raise self.wrong(
                    at,
                    "the regular expression that begins here has no end (/…/); in quotation marks it is searched for",
                )
            return Token("REGEX", text[at + 1 : end].replace("\\/", "/"), at), end + 1
        kind = "EXACT" if char == "=" else "FAMILY"
        following = text[at + 1 : at + 2]
        if following and following in _OPEN:
            token, end = self._quoted(kind, at + 1)
            return token._replace(at=at), end
        word = _WORD.match(text, at + 1)
        if word is None:
            example = '="ICE"' if kind == "EXACT" else "~sell"
            raise self.wrong(at, f"{char} stands right before a word, such as {example}")
        return Token(kind, word.group(), at), word.end()

    def _word(self, at: int) -> tuple[Token, int]:
        field = _FIELD.match(self.text, at)
        if field:
            return self._field(field)
        match = _WORD.match(self.text, at)
        assert match is not None  # every other character was handled by the caller
        return Token(_KEYWORDS.get(match.group(), "WORD"), match.group(), at), match.end()

    def _field(self, field: re.Match[str]) -> tuple[Token, int]:
        name, start = field[1].lower(), field.end()
        if name == "sentence":
            if self.text[start : start + 1] != "(":
                raise self.wrong(field.start(), "sentence: takes brackets, such as sentence:(sell police)")
            return Token("SENTENCE", name, field.start()), start
        if name not in self.fields:
            known = ", ".join(f"{name}:" for name in (*self.fields, "sentence"))
            raise self.wrong(
                field.start(),
                f"{field[0]} is not known here (known: {known}); put it in quotation marks to search for the words",
            )
        if start < len(self.text) and self.text[start] in _OPEN:
            quoted, after = self._quoted("FIELD", start)
            value = quoted.text
        else:
            word = _WORD.match(self.text, start)
            value, after = (word.group(), word.end()) if word else ("", start)
        if not value.strip():
            raise self.wrong(field.start(), f"{field[0]} needs a value right after the colon")
        return Token("FIELD", f"{name}:{value.strip()}", field.start()), after

    def _quoted(self, kind: str, at: int) -> tuple[Token, int]:
        ends = [end for end in (self.text.find(close, at + 1) for close in _CLOSE) if end > 0]
        if not ends:
            raise self.wrong(at, "the quotation that begins here has no end")
        return Token(kind, self.text[at + 1 : min(ends)], at), min(ends) + 1


def check_depth(lexer: Lexer, tokens: list[Token]) -> None:
    """Refuses brackets and negations nested deeper than anybody reads, and brackets without a partner."""
    levels: list[tuple[int, int]] = []  # how deep each open bracket goes, and where it stands
    depth = pending = 0
    for token in tokens:
        if depth + pending > DEEPEST:
            raise lexer.wrong(token.at, f"brackets and negations more than {DEEPEST} deep")
        match token.kind:
            case "NOT":
                pending += 1
            case "OPEN":
                levels.append((pending + 1, token.at))
                depth += pending + 1
                pending = 0
            case "CLOSE" if not levels:
                raise lexer.wrong(token.at, "this closing bracket was never opened")
            case "CLOSE":
                depth -= levels.pop()[0]
                pending = 0
            case _:
                pending = 0
