"""Next year's annual report made of this year's, by the edits people make: for measuring what is told of them.

The years roll on and every figure of a table differs; thirty edits in the risk factors have a kind and a place that is
known. Nothing of it is kept: filings are other people's texts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree, html

FEWEST_WORDS: Final = 30
KINDS: Final = (
    *(["moved within the item"] * 4),
    *(["moved to the end of the item"] * 2),
    *(["cut in two"] * 3),
    *(["joined with the next"] * 3),
    *(["a risk that came true"] * 4),
    *(["a name dropped from a list"] * 3),
    *(["a sentence dropped"] * 4),
    *(["a paragraph dropped"] * 3),
    *(["a paragraph added"] * 3),
    "an item renumbered",
)
ANYWHERE: Final = "a paragraph dropped"  # fits where no text of a filing lends itself to another kind
ADDED: Final = (
    "In this year we began to publish a report on every sale of instruments to a police force, whatever its country, and "
    "lawyers of our customers may ask us for number {number} of it before they decide anything about us."
)
_MAY: Final = re.compile(
    r"\b(?:may|could|might) (?=be |adversely |result |cause |harm |affect |not |have |lead |require )"
)
_LISTED: Final = re.compile(r", ([A-Z][\w.]+(?: [A-Z][\w.]+)?)(?=,| and [A-Z])")
_SENTENCE: Final = re.compile(r"(?<=[a-z)]\.)\s+(?=[A-Z])")
_YEAR: Final = re.compile(r"\b20([12]\d)\b")
_FIGURE: Final = re.compile(r"^\s*\(?\d[\d,]*(?:\.\d+)?\s*$")


@dataclass(frozen=True, slots=True)
class Made:
    """One edit: its kind, what it took away and what it put there (empty where nothing), with the years rolled on."""

    kind: str
    before: str
    after: str


def next_year(body: bytes, seed: int = 20250701) -> tuple[bytes, list[Made]]:
    """The filing of the year after, and the edits that were made in its risk factors."""
    root = html.fromstring(body)
    blocks = risk_factors(root)
    dice = random.Random(seed)
    made: list[Made] = []
    free = list(range(2, len(blocks) - 2))
    for kind in KINDS:
        done = _made(root, blocks, free, kind, dice) or _made(root, blocks, free, ANYWHERE, dice)
        if done is not None:
            made.append(done)
    _roll_on(root)
    return etree.tostring(root, encoding="utf-8", method="html"), [
        Made(one.kind, one.before, _rolled(one.after)) for one in made
    ]


def risk_factors(root: html.HtmlElement) -> list[html.HtmlElement]:
    """The paragraphs of Item 1A that hold text of some length."""
    order = {element: number for number, element in enumerate(root.iter())}
    leaves = [
        element
        for element in root.iter("div", "p")
        if next(element.iterdescendants("div", "p", "table"), None) is None
        and next(element.iterancestors("table"), None) is None
    ]
    starts, ends = (_named(root, order, name) for name in ("1a", "1b"))
    gaps = [(min(end for end in ends if end > start) - start, start) for start in starts if start < max(ends)]
    length, start = max(gaps)
    inside = (leaf for leaf in leaves if start < order[leaf] < start + length)
    return [leaf for leaf in inside if len(_text(leaf).split()) >= FEWEST_WORDS]


def _named(root: html.HtmlElement, order: dict[html.HtmlElement, int], item: str) -> list[int]:
    """Where a short line or a row of a table names an item."""
    lines = (element for element in root.iter("div", "p", "tr") if len(element) < 20)
    pattern = re.compile(rf"\W*item\s*{item}\b", re.IGNORECASE)
    return [order[line] for line in lines if pattern.match(text := _text(line)) and len(text) < 200]


def _made(
    root: html.HtmlElement, blocks: Sequence[html.HtmlElement], free: list[int], kind: str, dice: random.Random
) -> Made | None:
    """Make one edit at a place that has had none, with one free paragraph at each side; None where no text fits."""
    if kind == "an item renumbered":
        return _renumbered(root)
    does = _DO[kind]
    for at in dice.sample(free, len(free)):
        needed = {at - 1, at, at + 1} if kind == "joined with the next" else {at}
        if not needed <= set(free):
            continue
        done = does(blocks, at)
        if done is not None:
            for each in needed:
                free.remove(each)
            return Made(kind, *done)
    return None


Done = tuple[str, str] | None


def _move(blocks: Sequence[html.HtmlElement], at: int, to: int) -> Done:
    text = _text(blocks[at])
    blocks[at].drop_tree()
    blocks[to].addnext(blocks[at])
    return text, text


def _near(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    to = at + 6 if at + 6 < len(blocks) else at - 6
    return _move(blocks, at, to) if blocks[to].getparent() is not None else None


def _far(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    return _move(blocks, at, len(blocks) - 1)


def _cut(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    text = _text(blocks[at])
    parts = _SENTENCE.split(text)
    if len(parts) < 2:
        return None
    half = len(parts) // 2
    behind = html.fromstring("<div></div>")
    _say(behind, " ".join(parts[half:]))
    _say(blocks[at], " ".join(parts[:half]))
    blocks[at].addnext(behind)
    return text, text


def _join(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    here, there = blocks[at], blocks[at + 1]
    if here.getnext() is not there or here.getparent() is not there.getparent():
        return None
    text = f"{_text(here)} {_text(there)}"
    _say(here, text)
    there.drop_tree()
    return text, text


def _true(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    text = _text(blocks[at])
    if not _MAY.search(text):
        return None
    after = _MAY.sub("have already been known to ", text, count=1)
    _say(blocks[at], after)
    return text, after


def _unlisted(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    text = _text(blocks[at])
    if not _LISTED.search(text):
        return None
    after = _LISTED.sub("", text, count=1)
    _say(blocks[at], after)
    return text, after


def _shorter(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    text = _text(blocks[at])
    parts = _SENTENCE.split(text)
    if len(parts) < 3:
        return None
    after = " ".join(parts[:1] + parts[2:])
    _say(blocks[at], after)
    return text, after


def _gone(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    text = _text(blocks[at])
    blocks[at].drop_tree()
    return text, ""


def _new(blocks: Sequence[html.HtmlElement], at: int) -> Done:
    text = ADDED.format(number=at)
    behind = html.fromstring("<div></div>")
    _say(behind, text)
    blocks[at].addnext(behind)
    return "", text


def _renumbered(root: html.HtmlElement) -> Made | None:
    """Item 7A is called 7B this year, with all that stands in it."""
    found = None
    for element in root.iter():
        if isinstance(element.tag, str) and element.text and re.match(r"\s*item\s*7a\b", element.text, re.IGNORECASE):
            element.text = re.sub(r"7[aA]", "7B", element.text, count=1)
            found = Made("an item renumbered", "Item 7A", "Item 7B")
    return found


_DO: Final[dict[str, Callable[[Sequence[html.HtmlElement], int], Done]]] = {
    "moved within the item": _near,
    "moved to the end of the item": _far,
    "cut in two": _cut,
    "joined with the next": _join,
    "a risk that came true": _true,
    "a name dropped from a list": _unlisted,
    "a sentence dropped": _shorter,
    "a paragraph dropped": _gone,
    "a paragraph added": _new,
}


def _text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _say(element: html.HtmlElement, text: str) -> None:
    """The paragraph in other words, its markup cut anew as any new printing does."""
    for child in list(element):
        element.remove(child)
    element.text = None
    etree.SubElement(element, "span").text = text


def _rolled(text: str) -> str:
    return _YEAR.sub(lambda year: str(2001 + int(year[1])), text)


def _roll_on(root: html.HtmlElement) -> None:
    """Every year is the next one, and every figure that stands alone in a table differs."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        in_table = next(element.iterancestors("table"), None) is not None
        for side in ("text", "tail"):
            text = getattr(element, side)
            if text and in_table and _FIGURE.match(text) and not _YEAR.search(text):
                setattr(element, side, re.sub(r"\d", lambda digit: str((int(digit[0]) * 3 + 1) % 10), text))
            elif text:
                setattr(element, side, _rolled(text))
