"""A sentence as the comparison sees it: folded, contractions written out, cut into words.

Only wording that cannot change a promise is made equal here. Nothing made here is shown; reasons quote the captured
text, which :func:`shown` finds again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import re2

from core.commitments.numerals import NUMBER_WORDS, in_figures
from core.text.fold import fold_text
from core.text.sentences import sentences

MAX_SENTENCE = 5_000
"""Characters; a longer "sentence" is a table or a broken page, and is told as unreadable rather than judged."""

_IRREGULAR = {"won't": "will not", "can't": "cannot", "shan't": "shall not", "can not": "cannot"}
_CONTRACTED = re.compile(r"\b(?:won't|can't|shan't|can not)\b|(?<=[a-z])n't\b|(?<=[a-z])'(?:re|ve|ll)\b")
_ENDINGS = {"n't": " not", "'re": " are", "'ve": " have", "'ll": " will"}
_BULLET = re.compile(r"\n\s*(?:[-*•–—·]|\(?(?:\d{1,2}|[a-z])[.)])\s+")  # an item on a line of its own
_NOT_ONLY = re.compile(r"\bnot (?:only|just|merely)\b(.{1,200}?),? but (?:also )?\b")
_NOT_LIMITED = re.compile(r",? ?\(?\bbut (?:is |are )?not limited to\b\)?,?")
_HYPHEN = re.compile(r"(?<=[a-z0-9])[-/](?=[a-z0-9])")
_FOOTNOTE = re.compile(r"\[\d{1,3}\]")
_HOLDS_FIGURE = re.compile(r"[a-z.,;]\d")
_GLUED_FOOTNOTE = re.compile(  # a raised figure that the page glued to its word: "all fees1 to workers"
    r"(?<=[a-z]{4})(?<!tier)(?<!covid)(?<!scope)(?<!annex)(?<!phase)(?<!part)(?<!level)(?<!type)(?<!class)(?<!article)\d{1,2}(?=[\s.,;:)]|$)"
    r"|(?<=[a-z][.,;])\d{1,2}(?=\s|$)"
)
_NAME_WITH_FIGURE = re.compile(r"\b[^\W\d_]*[A-Z][^\W\d_]*\d{1,2}\b")  # iPhone14, not fees1
_PER_CENT = re.compile(r"\bper cent\b|(?<=\d)%")
_DIGIT_GROUP = re.compile(r"(?<=\d),(?=\d{3}\b)")
_WORD = re.compile(r"[a-z0-9\u0370-\u052f]+(?:'[a-z]+)?|\d+(?:\.\d+)?|[^\s\w]|\w", re.UNICODE)

_INVERTED = re.compile(  # "under no circumstances will we sell": "under any circumstances, we will not sell"
    r"\b(under|in|at) no (circumstances?|time|case) (will|shall|do|does|may|can) (we|it|they|the company|our company)\b"
)
_SAME_PHRASES = {
    "at no cost": "free of charge", "at no extra cost": "free of charge", "at no additional cost": "free of charge",
    "prior to": "before", "free, prior and informed": "free prior informed", "make sure": "ensure", "makes sure": "ensures", "made sure": "ensured", "as well as": "and",
    "in the event that": "if", "in cases where": "if", "in situations where": "if", "on an annual basis": "annually",
    "on a quarterly basis": "quarterly", "on a monthly basis": "monthly", "on a regular basis": "regularly",
    "with respect to": "regarding", "with regard to": "regarding", "in relation to": "regarding",
    "applicable to": "that apply to", "a minimum of": "at least", "no fewer than": "at least",
    "no less than": "at least", "not less than": "at least", "a maximum of": "at most", "no more than": "at most",
    "not more than": "at most", "takes part": "participates", "take part": "participate", "in excess of": "more than", "nobody": "no one", "no longer than": "at most",
}  # fmt: skip
"""Turns of phrase that say no more than a shorter one."""
_A_PHRASE = re.compile(rf"\b(?:{'|'.join(_SAME_PHRASES)})\b")
_TELLING = re2.Set.SearchSet()
_TELLING.Add(rf"\b(?:{NUMBER_WORDS}|{'|'.join(_SAME_PHRASES)})\b")
_TELLING.Compile()
"""One quick look spares most sentences the slow ones."""
_CARRIED_OUT = re.compile(r"\bcarr(y|ies|ied|ying) out\b")
_CARRIED = {"y": "", "ies": "s", "ied": "ed", "ying": "ing"}


@lru_cache(maxsize=4096)
def prepare(text: str) -> str:
    """The folded wording of one sentence, ready for the patterns of the lexicon."""
    if "\n" in text:
        text = _BULLET.sub(" • ", text)
    found = plain_words(fold_text(text))
    if "not" in found:
        found = _NOT_LIMITED.sub("", _NOT_ONLY.sub(r"\1 and ", found))
    if "[" in found:
        found = _FOOTNOTE.sub("", found)
    if _HOLDS_FIGURE.search(found):
        found = _without_footnotes(found, text)
    if "-" in found or "/" in found:
        found = _HYPHEN.sub(" ", found)
    if "," in found:
        found = _DIGIT_GROUP.sub("", found)
    if "per cent" in found or "%" in found:
        found = _PER_CENT.sub(lambda each: "percent" if each.group() != "%" else " percent", found)
    if " out" in found:
        found = _CARRIED_OUT.sub(lambda each: "conduct" + _CARRIED[each.group(1)], found)
    if " no " in found:
        found = _INVERTED.sub(r"\1 any \2, \4 \3 not", found)
    if found.isascii() and not _TELLING.Match(found):
        return found
    return in_figures(_A_PHRASE.sub(lambda each: _SAME_PHRASES[each.group()], found))


def _without_footnotes(folded: str, captured: str) -> str:
    """Without the figures that a page glued to words; those of a name, which has a capital, belong to it."""
    names = {name.lower() for name in _NAME_WITH_FIGURE.findall(captured)}

    def kept(figure: re.Match[str]) -> str:
        word = folded[: figure.end()].rpartition(" ")[2]
        return figure.group() if word.lstrip("\"'(") in names else ""

    return _GLUED_FOOTNOTE.sub(kept, folded)


def plain_words(folded: str) -> str:
    """A folded text with its contractions written out."""
    if "'" in folded or "can not" in folded:
        return _CONTRACTED.sub(_written_out, folded)
    return folded


def split_sentences(text: str) -> list[str]:
    """The sentences of a passage as captured; semicolons do not end one."""
    return [text[start:end] for start, end in sentences(text)]


def word_set(words: str) -> frozenset[str]:
    """A table of words as a set."""
    return frozenset(words.split())


_JOINT = re.compile(r"(,|;)? (?:and|but) |; ")
_SUBJECTS = frozenset({"we", "they", "it", "you"})
_FINITE = word_set("will shall must may might can could should would is are was were has have cannot")
_NO_SUBJECT = word_set("that who which whose and or nor to")
_SUBJECT_WORDS = 7


def split_clauses(sentence: str) -> list[str]:
    """The promises of one sentence that have each a subject of their own: "we stop sales, and we will publish why"."""
    found: list[str] = []
    begin = 0
    for joint in _JOINT.finditer(sentence):
        following = sentence[joint.end() :].lower().split()[: _SUBJECT_WORDS + 1]
        if starts_clause(following, is_set_off=joint.group()[0] in ",;"):
            found.append(sentence[begin : joint.start()])
            begin = joint.end()
    return [*found, sentence[begin:]]


def starts_clause(following: Sequence[str], *, is_set_off: bool) -> bool:
    """Whether words begin a clause of their own: a pronoun, or after a comma some words and then a finite verb."""
    if not following:
        return False
    if following[0] in _SUBJECTS:
        return True
    verb = next((at for at, word in enumerate(following) if word in _FINITE), 0)
    return is_set_off and verb > 0 and _NO_SUBJECT.isdisjoint(following[:verb])


def words_of(prepared: str) -> tuple[list[str], list[int]]:
    """Words and marks of a prepared sentence with their starts in it; Chinese one character at a time."""
    words: list[str] = _WORD.findall(prepared)
    starts: list[int] = []
    at = 0
    for word in words:
        at = prepared.find(word, at)
        starts.append(at)
        at += len(word)
    return words, starts


def with_lead_in(sentence: str, lead_in: str) -> str:
    """A list item read together with the words that introduce it."""
    opening = lead_in.strip().rstrip(":：;,.-– ").strip()
    return f"{opening} {sentence}" if opening else sentence


def shown(words: str, sentence: str) -> str:
    """The words as they were captured, where they can be found again; else in their folded form."""
    plain = words.strip(" ,.;:")
    at = sentence.lower().find(plain)
    if at >= 0:
        return sentence[at : at + len(plain)]
    return plain


def _written_out(found: re.Match[str]) -> str:
    short = found.group()
    return _IRREGULAR.get(short) or _ENDINGS[short]
