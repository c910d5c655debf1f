"""Text a page shows only by script: strings inside the JSON it was built from.

Used only where the page itself has almost no words. Strings are taken in order: those that read like sentences, and short
ones whose name says that people read them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from core.text.normalise import tidy, word_count

SHELL_WORDS: Final = 120  # a page with fewer visible words may be a shell
_TYPES: Final = ("application/json", "application/ld+json")
_ASSIGNED: Final = re.compile(r"\s*(?:(?:window|self|globalThis)\.|var\s+|const\s+|let\s+)[\w$.]+\s*=\s*(?=[{\[])")
_MAX_CHARS: Final = 5_000_000
_TAG: Final = re.compile(r"<[a-zA-Z/][^>]{0,500}>")
_BLOCK_TAG: Final = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|br|tr|section|blockquote)\b[^>]{0,500}>", re.IGNORECASE)


_SHOWN_BY: Final = frozenset(  # schema.org's names of what is read, and those of the common makers of pages
    [
        "name",
        "text",
        "headline",
        "articlebody",
        "description",
        "caption",
        "title",
        "subtitle",
        "heading",
        "label",
        "question",
        "answer",
        "content",
        "body",
        "value",
    ]
)
_LEAST_WORDS: Final = 4  # of a string that nothing but its length says is text


def shell_texts(scripts: Sequence[etree._Element], visible_words: int) -> list[str]:
    """Texts of the page's own JSON (in its ``scripts``), in order; empty where the page shows its text itself.

    A sentence once. What is short ("No", "Chad") counts where its name says that it is read, or where it stands in a list
    beside such a text; then as often as it stands there. What a page streams to its scripts besides (``__next_f``) is left:
    it is sent with error pages too, which show none of it.
    """
    if visible_words >= SHELL_WORDS:
        return []
    found: list[str] = []
    known: set[str] = set()
    scripts = [script for script in scripts if script.text and len(script.text) < _MAX_CHARS]
    contents = [_content(script.text or "", script.get("type")) for script in scripts]
    for content in contents:
        for value, is_shown in _strings(content):
            for text in _paragraphs(value, is_shown=is_shown):
                if text not in known or word_count(text) < _LEAST_WORDS:
                    found.append(text)
                known.add(text)
    return found if sum(map(word_count, found)) > 2 * visible_words else []


def _content(text: str, kind: str | None) -> object:
    """The JSON of a script: all of it, or what it assigns to a name of the page ("window.__STATE__ = {…}")."""
    try:
        if kind in _TYPES:
            return json.loads(text)
        assigned = _ASSIGNED.match(text)
        return json.JSONDecoder().raw_decode(text, assigned.end())[0] if assigned else None
    except (ValueError, RecursionError):
        return None


def _strings(content: object) -> Iterator[tuple[str, bool]]:
    """Every string in order, and whether its name says that people read it."""
    waiting: list[tuple[object, bool]] = [(content, False)]
    while waiting:
        value, is_shown = waiting.pop()
        if isinstance(value, str):
            yield value, is_shown
        elif isinstance(value, list):
            is_list = is_shown and all(isinstance(each, str) for each in value)
            waiting.extend((each, is_list) for each in reversed(value))
        elif isinstance(value, dict):
            named = {key: key.lower() in _SHOWN_BY for key in value}
            beside = any(named[key] and isinstance(each, str) for key, each in value.items())
            waiting.extend(
                (each, beside if isinstance(each, list) else named[key]) for key, each in reversed(value.items())
            )


def _paragraphs(value: str, *, is_shown: bool) -> Iterator[str]:
    if "&lt;" in value:  # markup written as text inside the string
        value = html.unescape(value)
    for part in _BLOCK_TAG.split(value) if "<" in value else value.split("\n"):
        text = tidy(html.unescape(_TAG.sub("", part) if "<" in part else part))
        if _is_code(text):
            continue
        if word_count(text) >= _LEAST_WORDS or (is_shown and text[:1].isalpha() and text[:1] == text[:1].upper()):
            yield text


def _is_code(text: str) -> bool:
    """An address, a path, JSON or markup: nothing that is read."""
    if text.startswith(("{", "<", "data:")) or (text.startswith("[") and text.endswith("]")):
        return True
    return text.startswith(("http", "/")) and " " not in text
