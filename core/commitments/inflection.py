"""English word forms: which forms a verb has, and which two words are one word in another form.

Stemming proper joins too much for our purpose ("reason" and "reasonable", "import" and "importance"): here a stem
counts only together with the ending that made the word, so plural, tense and -ing are joined and nothing else.
"""

from __future__ import annotations

from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_DERIVED = (
    "ability", "ibility", "iveness", "ization", "isation", "able", "ible", "ably", "ance", "ence", "ancy", "ency",
    "ment", "ship", "hood", "less", "ness", "ical", "ism", "ist", "ity", "ive", "ful", "ion", "ant", "ent", "ous",
    "age", "ary", "al", "er", "ee", "ic", "ly",
)  # fmt: skip
_VOWELS = "aeiou"
_PASTS = {
    "sold": "sell", "bought": "buy", "built": "build", "gave": "give", "given": "give", "withdrew": "withdraw",
    "withdrawn": "withdraw", "froze": "freeze", "frozen": "freeze", "forbade": "forbid", "forbidden": "forbid",
    "withheld": "withhold", "repaid": "repay", "held": "hold", "kept": "keep", "took": "take", "taken": "take",
    "made": "make", "found": "find", "sought": "seek", "paid": "pay", "left": "leave", "began": "begin",
    "begun": "begin", "went": "go", "gone": "go", "done": "do", "said": "say", "told": "tell", "met": "meet",
    "overseen": "oversee", "oversaw": "oversee", "seen": "see", "saw": "see", "shown": "show", "known": "know",
    "proven": "prove", "sent": "send", "brought": "bring", "borne": "bear", "hidden": "hide", "drawn": "draw",
    "bound": "bind", "undertaken": "undertake", "undertook": "undertake", "lost": "lose", "taught": "teach",
    "led": "lead", "chose": "choose", "chosen": "choose", "spoke": "speak", "wrote": "write", "written": "write",
}  # fmt: skip
_ROOTS = frozenset(
    {"supply", "apply", "rely", "comply", "imply", "reply", "multiply", "ally", "bully", "assembly", "family"}
)
_NOT_PAST = frozenset({"need", "feed", "seed", "speed", "indeed", "exceed", "proceed", "bed", "red", "hundred"})


def forms_of(verb: str, irregular: tuple[str, ...] = ()) -> set[str]:
    """The forms in which a verb may stand ("rule out": its first word); ``irregular`` are added to what rules make."""
    if " " in verb:
        first, particle = verb.split(" ", 1)
        return {f"{form} {particle}" for form in forms_of(first)}
    if verb.endswith("e"):
        ruled = {verb, verb + "s", verb + "d", verb[:-1] + "ing"}
    elif verb.endswith("y") and verb[-2] not in _VOWELS:
        ruled = {verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"}
    elif verb.endswith(("s", "sh", "ch", "x", "z")):
        ruled = {verb, verb + "es", verb + "ed", verb + "ing"}
    else:
        ruled = {verb, verb + "s", verb + "ed", verb + "ing"}
    return ruled | set(irregular)


@lru_cache(maxsize=16_384)
def word_id(word: str) -> tuple[str, bool]:
    """A name shared by the inflected forms of one English word, and whether this form is past or participle."""
    if word in _PASTS:
        return word_id(_PASTS[word])[0], True
    spelled = _american(word)
    is_past = spelled.endswith("ed") and len(spelled) > 4 and spelled not in _NOT_PAST
    ending = next((found for base in _bases(spelled) if (found := _ending(base))), "")
    return f"{_STEMMER.stemWord(spelled)}+{ending}", is_past


def word_name(word: str) -> str:
    """The name of a word's forms, where it is one of letters; else the word itself."""
    return word_id(word)[0] if word.isascii() and word.isalpha() else word


def _bases(word: str) -> tuple[str, ...]:
    """What a form may be a form of: "received" and "receiving" of "receive", "covered" of "cover"."""
    word = word.removesuffix("'s")
    if word.endswith("s") and not word.endswith("ss"):
        return (word[:-1],)
    for inflected in ("ed", "ing"):
        if word.endswith(inflected) and len(word) > len(inflected) + 3 and word not in _NOT_PAST:
            stem = word[: -len(inflected)]
            return (stem + "e", stem)
    return (word,)


def _ending(base: str) -> str:
    if base in _ROOTS:
        return ""
    return next((each for each in _DERIVED if base.endswith(each) and len(base) > len(each) + 2), "")


def irregular_pasts() -> dict[str, str]:
    """Irregular past forms and participles, each with its verb."""
    return dict(_PASTS)


def roots_of(word: str) -> tuple[str, ...]:
    """A word and the name of all its forms."""
    return (word, word_id(word)[0]) if word.isascii() and word.isalpha() else (word,)


def _american(word: str) -> str:
    """One spelling for labour/labor and organise/organize; the same rule on both sides, so odd results are harmless."""
    if len(word) > 5 and "our" in word:
        word = word.replace("our", "or")
    for british, american in (
        ("isation", "ization"),
        ("ising", "izing"),
        ("ised", "ized"),
        ("ises", "izes"),
        ("ise", "ize"),
    ):
        if len(word) > len(british) + 3 and word.endswith(british):
            return word[: -len(british)] + american
    return word
