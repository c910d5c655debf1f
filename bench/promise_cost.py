"""What it costs to ask, frame and compare the promises of a changed page of 100 KB, in CPU milliseconds.

    python -m bench.promise_cost

A made-up page: a third of its passages hold a promise among filler. "New" knows nothing of the page; "next" is the
page of a watch, where the version before was read by the same process and only what is new is framed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from bench.commitments import SETS, pairs, shipped_lexicon
from core.commitments import Lexicon
from core.commitments.wording import prepare, split_sentences

CHARACTERS: Final = 100_000
SHARES: Final = (5, 10, 25, 100)
REPEATS: Final = 7

_FILLER: Final = (
    "The group runs {n} sites in four regions and its shares trade on two exchanges.",
    "Volume {n} of this report was set in two columns and printed on recycled paper.",
    "Our history began {n} years ago in a small workshop near the harbour.",
    "Visitors find the opening hours of store {n} in the table below, with a map of the area.",
    "Revenue of segment {n} grew with demand for filters, pumps and spare parts.",
)

Page = Sequence[tuple[str, str]]
"""Passages as they stood and as they stand."""


def page_of(share: int) -> Page:
    """A page of which ``share`` per cent of the passages are changed."""
    known = [pair for name in SETS for pair in pairs(name) if pair.before.isascii()]
    page: list[tuple[str, str]] = []
    size = at = 0
    while size < CHARACTERS:
        pair = known[at % len(known)]
        filler = " ".join(text.format(n=at + 2) for text in (_FILLER[at % 5], _FILLER[(at + 2) % 5]))
        if at % 3 == 0:
            before = f"{pair.before} {_FILLER[at % 5].format(n=at)}"
            after = f"{pair.after} {_FILLER[at % 5].format(n=at)}"
        else:
            before, after = filler, filler.replace("and", "as well as", 1)
        is_changed = at * share // 100 != (at + 1) * share // 100
        page.append((before, after if is_changed else before))
        size += len(before) + 1
        at += 1
    return page


def read(lexicon: Lexicon, passages: Sequence[str]) -> None:
    """What a version asks of the lexicon: which passages bind somebody, and each such sentence taken apart."""
    for passage in passages:
        if lexicon.holds_commitment(passage):
            for sentence in split_sentences(passage):
                if lexicon.holds_commitment(sentence):
                    lexicon.frame(sentence)


def judge(lexicon: Lexicon, page: Page) -> int:
    """What a change asks: the verdict on every changed passage that holds a promise on either side."""
    judged = 0
    for before, after in page:
        if before != after and (lexicon.holds_commitment(before) or lexicon.holds_commitment(after)):
            lexicon.compare(before, after)
            judged += 1
    return judged


def milliseconds(lexicon: Lexicon, page: Page, *, is_next: bool) -> float:
    """CPU of reading the page as it stands and judging what changed."""
    lexicon.forget()
    prepare.cache_clear()
    if is_next:
        read(lexicon, [before for before, _ in page])
    began = time.process_time()
    read(lexicon, [after for _, after in page])
    judge(lexicon, page)
    return (time.process_time() - began) * 1000


def main() -> None:
    lexicon = shipped_lexicon()
    print(f"{'changed':>8} {'passages':>9} {'promises':>9} {'compared':>9} {'new':>9} {'next':>9}")
    for share in SHARES:
        page = page_of(share)
        held = sum(lexicon.holds_commitment(after) for _, after in page)
        judged = judge(lexicon, page)
        new, following = (
            min(milliseconds(lexicon, page, is_next=is_next) for _ in range(REPEATS)) for is_next in (False, True)
        )
        print(f"{share:>6} % {len(page):>9} {held:>9} {judged:>9} {new:>6.1f} ms {following:>6.1f} ms")


if __name__ == "__main__":
    main()
