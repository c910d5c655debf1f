"""Text a page shows only by script: strings inside the JSON it was built from.

Used only where the page itself has almost no words. Strings are taken in order, those that read like sentences.
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


def shell_texts(scripts: Sequence[etree._Element], visible_words: int) -> list[str]:
    """Sentences of the page's own JSON (in its ``scripts``), in order, without repeats; empty where the page shows its text itself."""
    if visible_words >= SHELL_WORDS:
        return []
    found: dict[str, None] = {}
    for script in scripts:
        if script.text and len(script.text) < _MAX_CHARS:
            content = _content(script.text, script.get("type"))
            for value in _strings(content):
                for text in _paragraphs(value):
                    found.setdefault(text)
    texts = list(found)
    return texts if sum(map(word_count, texts)) > 2 * visible_words else []


def _content(text: str, kind: str | None) -> object:
    """The JSON of a script: all of it, or what it assigns to a name of the page ("window.__STATE__ = {…}")."""
    try:
        if kind in _TYPES:
            return json.loads(text)
        assigned = _ASSIGNED.match(text)
        return json.JSONDecoder().raw_decode(text, assigned.end())[0] if assigned else None
    except (ValueError, RecursionError):
        return None


def _strings(content: object) -> Iterator[str]:
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            waiting.extend(reversed(list(value.values())))


def _paragraphs(value: str) -> Iterator[str]:
    if "&lt;" in value:  # markup written as text inside the string
        value = html.unescape(value)
    for part in _BLOCK_TAG.split(value) if "<" in value else value.split("\n"):
        text = tidy(html.unescape(_TAG.sub("", part) if "<" in part else part))
        if word_count(text) >= 4 and not text.startswith(("http", "{", "[", "data:", "/", "<")):
            yield text
