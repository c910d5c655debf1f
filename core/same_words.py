"""Whether two texts say the same, sign for sign where a sign means something: what a comparison may call formatting.

Spacing, capitals, quotation marks of another kind, bullets, commas and arrows of links are how a text looks. A figure's
signs ("1.5", "(400)", "≤ 5"), a mark in a table, a coloured circle, a grade's plus, a question mark, the star of a
footnote and the cut of a word ("not able", "notable") are what it says. In a guarded passage every sign counts but
those that part a list.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from core.text.breaks import breaks_elsewhere

_LINK_HINT: Final = re.compile(
    r"\(?\s*(?:opens?|opening) in (?:a )?new (?:window|tab)\s*\)?|\(?\s*(?:s'ouvre|ouvre) dans (?:une nouvelle fenêtre|un nouvel onglet)\s*\)?"
    r"|\(?\s*(?:öffnet|wird) in (?:einem )?neuen (?:fenster|tab)(?: geöffnet)?\s*\)?|\(?\s*se abre en (?:una )?(?:ventana nueva|nueva ventana|pestaña nueva|nueva pestaña)\s*\)?"
    r"|\(?\s*在新(?:窗口|标签页)中?打开\s*\)?|\(?\s*external link\s*\)?",
    re.IGNORECASE,
)
_RAW_LINK: Final = re.compile(
    r"\]\((?:mailto:|https?://)[^)\s]*\)?|\((?=[\w.+-]+@[\w.-]+\]\()|[\[*#]{2,}"
)  # markup shown by mistake
_SCRAMBLED: Final = re.compile(
    r"\[\s*e-?mail\s*(?:protected|geschützt|protégé|protegido)\s*\]|\[at\]|\(at\)", re.IGNORECASE
)
_EMAIL: Final = re.compile(
    r"\[\s*e-?mail\s*(?:protected|geschützt|protégé|protegido)\s*\]|[\w.+-]+(?:@|\s?(?:\[at\]|\(at\))\s?)[\w-]+(?:(?:\.|\s?(?:\[dot\]|\(dot\))\s?)[\w-]+)+",
    re.IGNORECASE,
)
_SAME_SIGNS: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "？": "?"}
    | dict.fromkeys("\u00ad\u200b\u2060\ufeff\ufe0f\ufffc\ufffd", "")  # nobody sees them
)
_MEANING: Final = re.compile(
    r"(?<=\d)[.,:/](?=\d)|[$%]"
    r"|[<>=~+](?=\s?[$€£]?\d)|(?<![\w)])-(?=\d)|(?<=\w)\+(?!\w)|(?<=\s)[+]$"
    r"|(?<=\b[A-F])-(?=$|[\s,.;)])"  # a grade
    r"|(?<=\S )\((?=[$€£]?\s?\d[\d.,]*\s?%?\))|(?<=\S )-(?=\s[$€£]?\d[\d.,]*\s?%)"  # below nothing
    r"|~~(?=\S)|\?(?!\w)|(?<=[\w.,)])[*†‡]+(?!\w)"
    r'|"(?=[a-zà-ÿ][^"]{0,40}")'  # so called; a word that is defined has a capital letter
    r"|(?<=^no),|(?<=^No),|(?<=\bNein),|(?<=\bNon),(?=\s)"
)
_SYMBOLS: Final = frozenset(("So", "Sm", "Sc"))
_HOW_IT_LOOKS: Final = frozenset("©®™℠☎☏✆✉📞📧📩📱📄📥🔗🔍🖨¦|→←➔➜➝➞⟶⟵↗↩↪⤴⇒►▶▸▹◂◀⧉⎙<>=~+")
_BULLET: Final = re.compile(r"^\s*[●○■□▪▫◆◇◦✦✧❖✱]\s+")
_BOX_DRAWING: Final = range(0x2500, 0x2580)
_WORDS: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]|(?:(?![\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af])[^\W_])+"
)
# Words that are others without their hyphen.
_HYPHENED: Final = re.compile(
    r"re-(?:sign|form|cover|sent|creat|leas|serv|solv|treat|count|press|dress|sort|mark|lay|bound|store)\w*|un-ioni[sz]ed|co-?ops?",
    re.IGNORECASE,
)
_ACRONYM: Final = range(2, 6)
_SHOUTED: Final = frozenset(
    _WORDS.findall("not and or all must no any may will only new by of the to in we you our is are if do be at on for")
)
_PARTING: Final = re.compile(r'[•·|"]|\.(?=\s*\.)')  # once quotation marks are of one kind
_ABBREVIATED: Final = re.compile(r"(?<=[a-z])\.(?=\s?[,)]|\s[a-z])")  # no full stop: the sentence goes on


def same_words(was: str, now: str, guarded: bool, *, leads_elsewhere: bool) -> str | None:
    """Why two texts say the same word for word, or None. In a guarded passage every sign counts, white space does not.

    A hint such as "opens in a new window" is no word of the text, unless it came or went with another target of the link.
    """
    plain_was, plain_now = (was, now) if leads_elsewhere else (_LINK_HINT.sub("", was), _LINK_HINT.sub("", now))
    if says_the_same(_RAW_LINK.sub("", plain_was), _RAW_LINK.sub("", plain_now), guarded):
        return (
            "only spacing, quotation marks or hints of links differ"
            if guarded
            else "the same words: spacing, signs, capitals or the cut of passages differ"
        )
    return _scrambled_mail(was, now)


def says_the_same(was: str, now: str, guarded: bool) -> bool:
    """The same letters and figures, cut into the same words, with the same signs where they mean something."""
    marked_was, marked_now = _marked(was), _marked(now)
    words_was, words_now = _WORDS.findall(marked_was), _WORDS.findall(marked_now)
    if "".join(words_was).casefold() != "".join(words_now).casefold():
        return False
    if _other_names(words_was, words_now):
        return False
    if _HYPHENED.findall(was.casefold()) != _HYPHENED.findall(now.casefold()) or breaks_elsewhere(
        marked_was, marked_now
    ):
        return False
    return not guarded or _signs_kept(was, now) == _signs_kept(now, was)


def _marked(text: str) -> str:
    """The text with a word in the place of each sign that means something."""
    plain = _BULLET.sub("", text.translate(_SAME_SIGNS))
    plain = _MEANING.sub(lambda sign: f" sign{ord(sign.group()[0])} ", plain)
    if plain.isascii():
        return plain
    return "".join(f" sign{ord(char)} " if not char.isascii() and _is_symbol(char) else char for char in plain)


def _is_symbol(char: str) -> bool:
    return unicodedata.category(char) in _SYMBOLS and char not in _HOW_IT_LOOKS and ord(char) not in _BOX_DRAWING


def _other_names(was: list[str], now: list[str]) -> bool:
    """An acronym that became a word, or the reverse: "AIDS", "aids". Capitals of a whole line are how it looks."""
    for upper, lower in ((was, now), (now, was)):
        if len(upper) != len(lower) or not any(word.islower() and not word.startswith("sign") for word in upper):
            continue
        if any(
            len(word) in _ACRONYM and word.isalpha() and word.isupper() and other.islower() and other not in _SHOUTED
            for word, other in zip(upper, lower, strict=True)
        ):
            return True
    return False


def _signs_kept(text: str, other: str) -> str:
    """The text without white space, capitals, quotation marks, doubled full stops, and the signs that part a list.

    Semicolons part a list where the other text has none and this one has several; elsewhere they say what belongs to what.
    """
    plain = _ABBREVIATED.sub("", _PARTING.sub("", text.translate(_SAME_SIGNS)))
    plain = "".join(plain.split()).strip(".;").casefold()
    inside = other.strip(" .;").count(";")
    return plain.replace(";", "") if inside == 0 and plain.count(";") > 1 else plain


def _scrambled_mail(was: str, now: str) -> str | None:
    if bool(_SCRAMBLED.search(was)) == bool(_SCRAMBLED.search(now)):
        return None
    same = says_the_same(_EMAIL.sub(" ", was), _EMAIL.sub(" ", now), guarded=False)
    return "only the scrambling of an e-mail address differs" if same else None
