"""Which texts hold which sentences: how what happened to a promise is found again at the passages it stood in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import accumulate

from ahocorasick_rs import AhoCorasick


def names_by_text(named: Mapping[str, Set[str]], texts: Mapping[int, str]) -> dict[int, set[str]]:
    """The names of all sentences that stand in each text, or that end with it: an item is read with its lead-in.

    White space and case do not matter. All sentences are looked for at once: the cost is that of reading the texts.
    """
    names: dict[str, set[str]] = {}
    for sentence, given in named.items():
        if words := _squeezed(sentence):
            names.setdefault(words, set()).update(given)
    if not names:
        return {}
    sentences = list(names)
    looked_for = AhoCorasick(sentences)
    found: dict[int, set[str]] = {}
    by_words: dict[str, list[int]] = {}
    for key, text in texts.items():
        words = _squeezed(text)
        by_words.setdefault(words, []).append(key)
        for at, _, _ in looked_for.find_matches_as_indexes(words, overlapping=True):
            found.setdefault(key, set()).update(names[sentences[at]])
    for sentence, given in names.items():
        for start in accumulate(len(word) + 1 for word in sentence.split(" ")[:-1]):
            for key in by_words.get(sentence[start:], ()):
                found.setdefault(key, set()).update(given)
    return found


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()
