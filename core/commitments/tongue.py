"""In which language a sentence is, as far as its cues are concerned."""

from __future__ import annotations

import re

from core.commitments.vocabulary import Vocabulary

_HAN = re.compile(r"[\u3400-\u9fff]")


def tongue_of(vocabulary: Vocabulary, prepared: str, words: list[str]) -> str:
    """The language whose cues apply: by script, then by function words; "other" where we have no cues."""
    if prepared.isascii():
        if " the " in prepared or " and " in prepared or " our " in prepared or prepared.startswith("we "):
            return "en"  # spares most sentences the count
    else:
        if re.search(r"[\u3040-\u30ff\uac00-\ud7af]", prepared):
            return "other"
        letters = sum(1 for char in prepared if char.isalpha())
        han = len(_HAN.findall(prepared))
        if han * 5 > letters:  # one ideograph says about as much as five letters
            return "zh"
        latin = sum(1 for char in prepared if "a" <= char <= "z")
        if latin * 2 < letters:
            return "other"
    return best_tongue(vocabulary, set(words))


def best_tongue(vocabulary: Vocabulary, words: set[str]) -> str:
    """The Latin language whose function words stand here; a word several languages share counts less in each."""
    counts = dict.fromkeys(vocabulary.tongue, 0.0)
    for word in words & vocabulary.tongue_words.keys():
        langs = vocabulary.tongue_words[word]
        for lang in langs:
            counts[lang] += 1 / len(langs)
    best = max(counts, key=lambda lang: (counts[lang], lang == "en"))
    return best if counts[best] else "en"
