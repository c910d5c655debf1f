"""The words inside one pair of passages: what stayed, what went out, what came in.

White space belongs to the word it precedes, and words are compared without it. Deterministic: the differ has no clock limit (with one, the same pair gave 4 operations or 2,310), so the work is bounded
by size instead. Texts become tokens, tokens become code points, and diff-match-patch compares two short strings;
``fast_diff_match_patch`` does the same in C++ where it has a wheel. Whatever the path, joining same and out gives
back ``before``, joining same and in gives back ``after``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from diff_match_patch import diff_match_patch

try:
    import fast_diff_match_patch
except ImportError:  # no wheel for this Python: the slower adapter gives the same answer
    fast_diff_match_patch = None

Op = Literal["same", "out", "in"]
Segment = tuple[Op, str]
CodeDiff = Callable[[str, str], list[tuple[Op, int]]]  # two coded texts -> (op, how many tokens), in order

MAX_TOKENS = 20_000  # of both sides together; beyond it the whole passage is out and in
MAX_GRID = 640_000  # tokens before x tokens after that the differ may see in all: a third of a second in pure Python
MAX_ANCHOR_DEPTH = 6
MAX_SLIDE = 40
READABLE_SAME = 2  # words that may stand between two replacements without being drawn into them

# Letters that are written without spaces between words, one token each; Thai and its neighbours keep their marks.
_ALONE = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_STACKED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Marks that Python's \w leaves out although they belong to the word they stand in.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
    "\u200c\u200d\u00ad"
)
_WORD = rf"(?:(?![{_ALONE}{_STACKED}])[\w{_MARKS}])"
_TOKEN = re.compile(
    rf"(\s*)([{_ALONE}]|[{_STACKED}](?:(?![{_ALONE}{_STACKED}])[{_MARKS}])*"
    rf"|\d+(?:[.,]\d+)+|{_WORD}+(?:['’\-‐‑]{_WORD}+)*|\S|\Z)"
)
_SURROGATES = range(0xD800, 0xE000)


class Token(NamedTuple):
    """One word, ideograph or mark, with the white space before it. Compared by the word alone."""

    space: str
    word: str


def tokens(text: str) -> list[Token]:
    """The text as tokens; joined, space before word, they are the text again (trailing space is a token of its own)."""
    return [Token(space, word) for space, word in _TOKEN.findall(text) if space or word]


def word_diff(before: str, after: str, *, differ: CodeDiff | None = None) -> list[Segment]:
    """What stayed, went out and came in, in reading order, neighbours of one sort joined, "out" before "in".

    ``differ`` chooses the adapter; without it the fastest one at hand is used.
    """
    if before == after:
        return [("same", before)] if before else []
    old, new = tokens(before), tokens(after)
    if not old or not new or len(old) + len(new) > MAX_TOKENS:
        whole: list[Segment] = [("out", before), ("in", after)]
        return [segment for segment in whole if segment[1]]
    runs = _Comparison(differ or default_differ()).runs(old, new)
    return _joined(_settled(_readable(_grouped(runs))))


def default_differ() -> CodeDiff:
    """The C++ adapter where it is installed, else the Python one."""
    return python_differ if fast_diff_match_patch is None else fast_differ


def python_differ(old: str, new: str) -> list[tuple[Op, int]]:
    """diff-match-patch in Python, without a clock."""
    engine = diff_match_patch()
    engine.Diff_Timeout = 0
    return [(_OPS[op], len(text)) for op, text in engine.diff_main(old, new, False)]


def fast_differ(old: str, new: str) -> list[tuple[Op, int]]:
    """The same algorithm in C++."""
    found = fast_diff_match_patch.diff(old, new, timelimit=0, checklines=False, cleanup="No", counts_only=True)
    return [(_OPS[op], count) for op, count in found]


_OPS: dict[object, Op] = {0: "same", -1: "out", 1: "in", "=": "same", "-": "out", "+": "in"}

# --- comparing ---------------------------------------------------------------------------------------------------

Run = tuple[Op, list[Token]]
Pair = tuple[Token, Token]


class _Comparison:
    """One comparison: which adapter, and how much work is left before what remains is told as replaced whole."""

    def __init__(self, differ: CodeDiff) -> None:
        self.differ = differ
        self.grid_left = MAX_GRID

    def runs(self, old: Sequence[Token], new: Sequence[Token], depth: int = 0) -> list[Run]:
        head = _common_head(old, new)
        tail = _common_head(old[head:][::-1], new[head:][::-1])
        old_end, new_end = len(old) - tail, len(new) - tail
        return [
            *_same(zip(old[:head], new[:head], strict=True)),
            *self._middle(old[head:old_end], new[head:new_end], depth),
            *_same(zip(old[old_end:], new[new_end:], strict=True)),
        ]

    def _middle(self, old: Sequence[Token], new: Sequence[Token], depth: int) -> list[Run]:
        grid = len(old) * len(new)
        if 0 < grid <= self.grid_left:
            self.grid_left -= grid
            return self._by_code(old, new)
        anchors = _anchors(old, new) if grid and depth < MAX_ANCHOR_DEPTH else []
        if not anchors:
            return [("out", list(old)), ("in", list(new))]
        runs: list[Run] = []
        from_old = from_new = 0
        for at_old, at_new in anchors:
            runs += self.runs(old[from_old:at_old], new[from_new:at_new], depth + 1)
            runs += _same([(old[at_old], new[at_new])])
            from_old, from_new = at_old + 1, at_new + 1
        return runs + self.runs(old[from_old:], new[from_new:], depth + 1)

    def _by_code(self, old: Sequence[Token], new: Sequence[Token]) -> list[Run]:
        codes: dict[str, str] = {}
        for token in (*old, *new):
            codes.setdefault(token.word, _code_point(len(codes)))
        runs: list[Run] = []
        at_old = at_new = 0
        for op, count in self.differ("".join(codes[t.word] for t in old), "".join(codes[t.word] for t in new)):
            taken_old, taken_new = old[at_old : at_old + count], new[at_new : at_new + count]
            if op == "same":
                runs += _same(zip(taken_old, taken_new, strict=True))
            else:
                runs.append((op, list(taken_old if op == "out" else taken_new)))
            at_old += 0 if op == "in" else count
            at_new += 0 if op == "out" else count
        return runs


def _same(pairs: Iterable[Pair]) -> list[Run]:
    """Tokens of one word on both sides; where only the space before it differs, the space went out and came in."""
    runs: list[Run] = []
    for old, new in pairs:
        if old.space == new.space:
            runs.append(("same", [new]))
        else:
            runs += [("out", [Token(old.space, "")]), ("in", [Token(new.space, "")]), ("same", [Token("", new.word)])]
    return runs


def _common_head(old: Sequence[Token], new: Sequence[Token]) -> int:
    for at, (left, right) in enumerate(zip(old, new, strict=False)):
        if left.word != right.word:
            return at
    return min(len(old), len(new))


def _code_point(index: int) -> str:
    code = index + 0x100
    return chr(code if code < _SURROGATES.start else code + len(_SURROGATES))


def _anchors(old: Sequence[Token], new: Sequence[Token]) -> list[tuple[int, int]]:
    """The longest rising chain of words that stand once on each side (patience sorting, n log n)."""
    once_old, once_new = Counter(token.word for token in old), Counter(token.word for token in new)
    place_new = {token.word: at for at, token in enumerate(new)}
    pairs = [
        (at, place_new[token.word])
        for at, token in enumerate(old)
        if once_old[token.word] == 1 and once_new.get(token.word, 0) == 1
    ]
    tops: list[int] = []  # smallest last place of a chain of each length
    ends: list[int] = []  # index into pairs of that chain's end
    earlier: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(tops, place)
        tops[length : length + 1] = [place]
        ends[length : length + 1] = [index]
        earlier.append(ends[length - 1] if length else -1)
    chain: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = earlier[at]
    return chain[::-1]


# --- making it readable --------------------------------------------------------------------------------------------


def _grouped(runs: list[Run]) -> list[Run]:
    """Same, out, in, same … : neighbours joined, each "out" before its "in", nothing empty."""
    grouped: list[Run] = []
    for is_same, group in groupby((run for run in runs if run[1]), key=lambda run: run[0] == "same"):
        parts = list(group)
        for op in _SAME if is_same else _CHANGED:
            words = [token for kind, taken in parts if kind == op for token in taken]
            if words:
                grouped.append((op, words))
    return grouped


_SAME: tuple[Op, ...] = ("same",)
_CHANGED: tuple[Op, ...] = ("out", "in")


def _readable(runs: list[Run]) -> list[Run]:
    """Draw scraps that stayed beside a replacement into it: "of the" between six new words tells nothing."""
    blocks = [list(group) for _, group in groupby(runs, key=lambda run: run[0] == "same")]
    result: list[Run] = []
    left: list[Run] = []  # the changed block before the scrap, as it has grown
    for at, block in enumerate(blocks):
        stayed = block[0][1]
        if block[0][0] != "same":
            left = _grouped(left + block)
        elif left and at < len(blocks) - 1 and _is_scrap(stayed, left, blocks[at + 1]):
            left += [("out", stayed), ("in", stayed)]
        else:
            result += [*left, *block]
            left = []
    return _grouped(result + left)


def _is_scrap(stayed: list[Token], left: list[Run], right: list[Run]) -> bool:
    if not any({"out", "in"} <= {op for op, _ in block} for block in (left, right)):
        return False
    weight = _weight(stayed)
    around = min(max(_weight(words) for _, words in block) for block in (left, right))
    return weight <= READABLE_SAME and weight < around


def _weight(words: list[Token]) -> int:
    return sum(1 for token in words if token.word[:1].isalnum())


def _settled(runs: list[Run]) -> list[Run]:
    """Slide a lone insertion or removal that may stand in several places to where it reads as whole sentences."""
    for at in range(1, len(runs) - 1):
        (left, before), (op, words), (right, after) = runs[at - 1 : at + 2]
        if left == right == "same" and op != "same":
            _, before, words, after = max(_slides(before, words, after), key=lambda slide: slide[0])
            runs[at - 1 : at + 2] = [("same", before), (op, words), ("same", after)]
    return _grouped(runs)


def _slides(
    before: list[Token], words: list[Token], after: list[Token]
) -> Iterator[tuple[int, list[Token], list[Token], list[Token]]]:
    """Every place the run may stand, the given one first; scores say how well it reads there."""
    start = (before, words, after)
    yield _score(before, words), before, words, after
    for _ in range(min(len(before), MAX_SLIDE)):
        if before[-1] != words[-1]:
            break
        before, words, after = before[:-1], [words[-1], *words[:-1]], [words[-1], *after]
        yield _score(before, words), before, words, after
    before, words, after = start
    for _ in range(min(len(after), MAX_SLIDE)):
        if after[0] != words[0]:
            break
        before, words, after = [*before, words[0]], [*words[1:], words[0]], after[1:]
        yield _score(before, words), before, words, after


_ENDS = frozenset(".!?。！？；;")


def _score(before: list[Token], words: list[Token]) -> int:
    """Whole sentences best, then what ends with a mark and does not begin with one."""
    is_sentence = (not before or before[-1].word in _ENDS) and words[-1].word in _ENDS
    return 2 * is_sentence + words[0].word[:1].isalnum()


def _joined(runs: list[Run]) -> list[Segment]:
    texts = ((op, "".join(token.space + token.word for token in words)) for op, words in runs)
    return [(op, text) for op, text in texts if text]
