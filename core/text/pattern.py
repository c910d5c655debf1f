"""A regular expression as written in a pack (Python's syntax) made ready for the engine.

One walk over the parsed pattern gives three things at once: the re2 text that runs on folded text (literals folded the
same way, look-around refused by name), the full list of strings it can match where that list is short, and otherwise a
set of literals of which every match must contain one: what the automaton looks for first.

Word borders stand in those strings as NUL (folded text never holds one).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from typing import Any, NamedTuple

import re2

from core.text.fold import fold, is_han
from core.text.literals import BORDER, better, complete, cost, tidy

# Private, and the only parser of Python's own syntax. By name, since no type checker should know them.
sre: Any = import_module("re._constants")
sre_parser: Any = import_module("re._parser")

MAX_STRINGS = 512  # of a product of alternatives; more is left to re2
MAX_ALTERNATIVES = 20_000  # of one list of plain alternatives


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled-down expression.

    ``re2`` runs on folded text. ``exact`` holds every string it can match, or is empty; ``needs`` holds literals of
    which each match contains one, or is empty when there is no such set. Both may carry ``BORDER`` at either end.
    """

    source: str
    re2: str
    exact: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class PatternError(Exception):
    """A pattern the engine cannot take; the message says what, ``advice`` what to write instead."""

    def __init__(self, message: str, advice: str = "") -> None:
        self.advice = advice
        super().__init__(message)


class Piece(NamedTuple):
    """One part of a pattern: its re2 text, all strings it can be (or None), and literals it must hold (or None)."""

    text: str
    exact: frozenset[str] | None
    needs: frozenset[str] | None = None


def translate(source: str) -> Pattern:
    """``source`` ready for the engine; raises PatternError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set": we read it as Python does today
            tree = sre_parser.parse(source)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"is not a regular expression: {error}") from error
    mixes = _mixes_scripts(tree)
    piece = _sequence(tree, mixes=mixes)
    exact = complete(piece.exact) if piece.exact is not None else frozenset()
    if mixes:  # the spaces allowed at the pattern's own ends are nobody's evidence
        exact = frozenset(string.strip(" ") for string in exact)
    if piece.exact is not None and not exact:
        raise PatternError("can never match, or matches only the empty text")
    needs = frozenset() if exact or piece.needs is None or cost(piece.needs) >= 1 else tidy(piece.needs)
    check_re2(piece.text)
    return Pattern(source, piece.text, tuple(sorted(exact)), tuple(sorted(needs)))


def compile_re2(text: str) -> Any:
    """The engine's own object for a translated pattern; matching takes time linear in the text."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(text.encode(), options)


def check_re2(text: str) -> None:
    """Raises PatternError where re2 refuses the translated pattern (too many repeats, too large)."""
    options = re2.Options()
    options.log_errors = False
    try:
        if len(text) <= 4000:  # only a whole compilation knows the size of the program, and it costs more
            re2.Set.SearchSet(options).Add(text)
            return
    except re2.error:
        pass  # the whole compilation says why
    try:
        re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        message = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(
            f"is too much for the engine: {message}", "list plain words under `any`, or ask for fewer repeats"
        ) from error


# --- the walk ----------------------------------------------------------------------------------------------------


def _mixes_scripts(tree: Any) -> bool:
    """Whether the pattern could match across the border of Han and Latin, where folding puts a space."""
    chars = list(_named_chars(tree))
    return any(map(is_han, chars)) and any(char.isascii() and char.isalnum() for char in chars)


def _named_chars(node: Any) -> Iterator[str]:
    """Every character a parsed pattern names, and "0" for a class of digits or words."""
    for op, argument in node:
        if op is sre.LITERAL:
            yield chr(argument)
        elif op is sre.RANGE:
            yield from map(chr, argument)
        elif op is sre.CATEGORY:
            yield "0"
        elif op is sre.IN:
            yield from _named_chars(argument)
        elif op is sre.BRANCH:
            for each in argument[1]:
                yield from _named_chars(each)
        elif op in (sre.SUBPATTERN, sre.MAX_REPEAT, sre.MIN_REPEAT):
            yield from _named_chars(argument[-1])


def _sequence(items: Iterable[Any], *, mixes: bool) -> Piece:
    pieces = [_piece(op, argument, mixes=mixes) for op, argument in items]
    pieces = _without_idle_borders(pieces)
    if mixes:
        pieces = _with_gaps(pieces)
    exact: frozenset[str] | None = frozenset({""})
    run = frozenset({""})  # the strings of the present stretch of exact pieces
    needs: frozenset[str] | None = None
    for piece in pieces:
        if piece.exact is not None and len(run) * len(piece.exact) <= max(MAX_STRINGS, len(run), len(piece.exact)):
            run = frozenset(a + b for a, b in product(run, piece.exact))
            continue
        exact = None
        needs = better(needs, run)
        run = piece.exact if piece.exact is not None else frozenset({""})
        needs = better(needs, piece.needs)
    if exact is not None:
        exact = run
    return Piece("".join(piece.text for piece in pieces), exact, better(needs, run))


def _piece(op: Any, argument: Any, *, mixes: bool) -> Piece:
    match op:
        case sre.LITERAL:
            return _literal(chr(argument))
        case sre.NOT_LITERAL:
            return Piece(f"[^{_class_text([(sre.LITERAL, argument)])}]", None)
        case sre.ANY:
            return Piece(".", None)
        case sre.IN:
            return _in(argument)
        case sre.BRANCH:
            return _branch([_sequence(each, mixes=mixes) for each in argument[1]])
        case sre.SUBPATTERN:
            _group, added, removed, inside = argument
            if removed & re.IGNORECASE:
                raise PatternError("asks for upper and lower case by (?-i:…)", "list the word under `cased`")
            del added
            piece = _sequence(inside, mixes=mixes)
            return Piece(f"(?:{piece.text})", piece.exact, piece.needs)
        case sre.MAX_REPEAT | sre.MIN_REPEAT:
            low, high, inside = argument
            return _repeat(int(low), high, _sequence(inside, mixes=mixes), lazy=op is sre.MIN_REPEAT)
        case sre.AT:
            return _at(argument)
        case _:
            raise _refusal(op, argument)


def _with_gaps(pieces: list[Piece]) -> list[Piece]:
    """Lets a space stand where an ideograph meets anything but another one: folding may have put it there."""
    han = [
        piece.exact is not None and len(piece.exact) == 1 and is_han(next(iter(piece.exact))[:1] or " ")
        for piece in pieces
    ]
    gapped: list[Piece] = []
    for at, piece in enumerate(pieces):
        if not han[at] or piece.exact is None:
            gapped.append(piece)
            continue
        before = " ?" if at == 0 or not han[at - 1] else ""
        after = " ?" if at + 1 == len(pieces) or not han[at + 1] else ""
        strings = {a + each + b for each in piece.exact for a in ("", before[:1]) for b in ("", after[:1])}
        gapped.append(Piece(before + piece.text + after, frozenset(strings)))
    return gapped


def _literal(char: str) -> Piece:
    folded = fold(char).text if not char.isspace() else " "
    text = "".join(map(_escape, folded))
    return Piece(text if len(folded) == 1 else f"(?:{text})", frozenset({folded}))


def _escape(char: str) -> str:
    return char if char.isalnum() or char in " _-'\"" or not char.isascii() else f"\\{char}"


def _in(members: list[tuple[Any, Any]]) -> Piece:
    negated = members[0][0] is sre.NEGATE
    members = members[1:] if negated else members
    if members == [(sre.CATEGORY, sre.CATEGORY_SPACE)] and not negated:
        return Piece(" ", frozenset({" "}))  # the only white space a folded text holds
    strings = _class_strings(members)
    if strings is not None and not negated and len(strings) <= 16:
        alternatives = sorted(strings)
        if all(len(each) == 1 for each in alternatives):
            return Piece(f"[{_class_text(members)}]", frozenset(alternatives))
        return Piece("(?:" + "|".join("".join(map(_escape, each)) for each in alternatives) + ")", frozenset(strings))
    return Piece(f"[{'^' if negated else ''}{_class_text(members)}]", None)


def _class_strings(members: list[tuple[Any, Any]]) -> frozenset[str] | None:
    """What a class can be, folded, where it names single characters only."""
    strings: set[str] = set()
    for op, argument in members:
        if op is sre.LITERAL:
            char = chr(argument)
            strings.add(" " if char.isspace() else fold(char).text)
        elif op is sre.CATEGORY and argument is sre.CATEGORY_SPACE:
            strings.add(" ")
        else:
            return None
    return frozenset(strings)


_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}


def _class_text(members: list[tuple[Any, Any]]) -> str:
    """The inside of a re2 class; accented members become the plain letter they fold to."""
    parts: list[str] = []
    for op, argument in members:
        if op is sre.LITERAL:
            parts += [_class_escape(char) for char in fold(chr(argument)).text or " "]
        elif op is sre.RANGE:
            low, high = argument
            if high < 0x250:
                chars = {char for code in range(low, high + 1) for char in fold(chr(code)).text or " "}
                parts += [_class_escape(char) for char in sorted(chars)]
            else:
                parts.append(f"{_class_escape(chr(low))}-{_class_escape(chr(high))}")
        elif op is sre.CATEGORY:
            parts.append(_CATEGORIES[argument])
        else:
            raise PatternError("holds a character class the engine does not know")
    return "".join(dict.fromkeys(parts))


def _class_escape(char: str) -> str:
    return char if char.isalnum() or not char.isascii() or char in " _" else f"\\{char}"


def _branch(pieces: list[Piece]) -> Piece:
    text = "(?:" + "|".join(piece.text for piece in pieces) + ")"
    exacts = [piece.exact for piece in pieces]
    if all(each is not None for each in exacts):
        union = frozenset(string for each in exacts if each is not None for string in each)
        if len(union) <= MAX_ALTERNATIVES:
            return Piece(text, union)
    needs: set[str] = set()
    for piece in pieces:
        best = better(piece.exact, piece.needs)
        if best is None:
            return Piece(text, None)
        needs |= best
    return Piece(text, None, frozenset(needs))


def _repeat(low: int, high: Any, inside: Piece, *, lazy: bool) -> Piece:
    unlimited = high is sre.MAXREPEAT
    body = f"(?:{inside.text})"
    if inside.text == " " and low <= 1 and (unlimited or int(high) > 1):
        # Folding left at most one white space, so any number of them is that one.
        return Piece(" ?" if low == 0 else " ", frozenset({"", " "} if low == 0 else {" "}))
    times = {(0, 1): "?", (0, None): "*", (1, None): "+"}.get(
        (low, None if unlimited else int(high)), f"{{{low},{'' if unlimited else int(high)}}}"
    )
    text = body + times + ("?" if lazy else "")
    if not unlimited and inside.exact is not None and int(high) <= 3:
        strings: set[str] = set()
        for count in range(low, int(high) + 1):
            if len(inside.exact) ** count > MAX_STRINGS:
                break
            strings |= {"".join(parts) for parts in product(inside.exact, repeat=count)}
        else:
            return Piece(text, frozenset(strings))
    return Piece(text, None, better(inside.exact, inside.needs) if low >= 1 else None)


def _at(where: Any) -> Piece:
    match where:
        case sre.AT_BOUNDARY:
            return Piece(r"\b", frozenset({BORDER}))
        case sre.AT_NON_BOUNDARY:
            return Piece(r"\B", None)
        case sre.AT_BEGINNING | sre.AT_BEGINNING_STRING:
            return Piece(r"\A", None)
        case _:
            return Piece(r"\z", None)


def _refusal(op: Any, argument: Any) -> PatternError:
    if op is sre.ASSERT:
        ahead = argument[0] > 0
        return PatternError(
            f"uses look-{'ahead (?=…)' if ahead else 'behind (?<=…)'}, which the engine does not have",
            "write the two parts as `near: {a: […], b: […], within: 10, order: ab}`",
        )
    if op is sre.ASSERT_NOT:
        ahead = argument[0] > 0
        return PatternError(
            f"uses negative look-{'ahead (?!…)' if ahead else 'behind (?<!…)'}, which the engine does not have",
            "write what must not stand there under `unless`",
        )
    if op in (sre.GROUPREF, sre.GROUPREF_EXISTS):
        return PatternError(
            "refers back to a group, which the engine cannot do", "write the alternatives out as several patterns"
        )
    return PatternError(f"uses {str(op).lower().replace('_', ' ')}, which the engine does not have")


# --- borders ----------------------------------------------------------------------------------------------------


def _without_idle_borders(pieces: list[Piece]) -> list[Piece]:
    r"""Drops ``\b`` beside letters the engine's ``\b`` does not know (Han, Cyrillic …), where it could never hold."""
    kept: list[Piece] = []
    for at, piece in enumerate(pieces):
        if piece.exact == frozenset({BORDER}):
            sides = {
                _letter_of(pieces[at - 1], -1) if at else None,
                _letter_of(pieces[at + 1], 0) if at + 1 < len(pieces) else None,
            }
            if "mixed" in sides:
                raise PatternError(
                    r"puts \b beside alternatives of which some are not Latin, where it never holds",
                    "write them as a pattern of their own, without \\b",
                )
            if "other" in sides:
                continue
        kept.append(piece)
    return kept


def _letter_of(piece: Piece, side: int) -> str | None:
    """What letters a piece can have on one side: "latin", "other", "mixed", or None where that is not known."""
    chars = {string.strip(" ")[side] for string in piece.exact or () if string.strip(" ")}
    others = sum(1 for char in chars if char.isalnum() and not char.isascii())
    if not others:
        return "latin" if chars else None
    return "other" if others == len(chars) else "mixed"
