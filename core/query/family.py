"""The forms of one English word: ``~sell`` also finds sells, selling and sold. A finite list, so an index can look."""

from __future__ import annotations

from functools import lru_cache

from core.commitments.inflection import forms_of, irregular_pasts, word_id

_ENDINGS = ("", "s", "es", "d", "ed", "ing", "r", "er", "ies", "ied", "ying")
_SPELLINGS = (("our", "or"), ("or", "our"), ("is", "iz"), ("iz", "is"), ("ll", "l"))


@lru_cache(maxsize=1024)
def family(word: str) -> frozenset[str]:
    """Every inflected form of ``word`` (lower case, no accents), itself among them: plural, tenses, -ing.

    Derived words are other words: ``~import`` does not find "importance". Other languages: the word alone.
    """
    if not (word.isascii() and word.isalpha()):
        return frozenset((word,))
    name = word_id(word)[0]
    pasts = irregular_pasts()
    bases = {word, pasts.get(word, word)}
    for ending in ("s", "es", "d", "ed", "ing", "ies", "ied"):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            bases |= {word[: -len(ending)], word[: -len(ending)] + "e", word[: -len(ending)] + "y"}
    stems = {stem for base in bases for stem in (base, base.removesuffix("e"), base.removesuffix("y"), base + base[-1])}
    stems |= {stem[:-1] for stem in stems if len(stem) > 3 and stem[-1] == stem[-2]}
    tried = {stem + ending for stem in stems for ending in _ENDINGS} | set(pasts)
    tried |= {each.replace(one, other, 1) for each in tried for one, other in _SPELLINGS if one in each}
    verb = pasts.get(word, word)
    for ending in ("ies", "ied"):  # supplies, supplied: the stemmer takes the -ly of supply for another word
        verb = verb.removesuffix(ending) + "y" if verb.endswith(ending) and len(verb) > 5 else verb
    ruled = forms_of(verb) if len(verb) > 2 else set()
    return frozenset(each for each in tried if word_id(each)[0] == name and len(each) >= 2) | ruled | {word}
