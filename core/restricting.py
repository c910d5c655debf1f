"""Short lines that say something, among labels and in footers: "US only", "* except in China", "Deaths in 2025: 0".

They have neither verb nor full stop and look like the labels of buttons, so they are known by the small words that deny
and limit, of which a language has few, by the mark of a note, or by a colon with a figure or a list behind it that
another replaced. A line that leads somewhere is never asked.
"""

from __future__ import annotations

import re
from typing import Final

from core.text.pagedate import DATE

_LIMITS: Final = re.compile(
    r"\b(?:only|not|non|no|never|none|nothing|neither|nor|without|except\w*|exclud\w*|unless|until|subject to|"
    r"nur|nicht|nichts|kein\w*|nie|niemals|ohne|außer|ausser|ausgenommen|ausschlie(?:ß|ss)lich|"
    r"seulement|uniquement|ne|pas|jamais|aucune?|rien|sans|sauf|hors|excepté|exclu\w*|sous réserve|"
    r"sólo|solo|únicamente|nunca|ningun[oa]?|ningún|nada|sin|salvo|excepto|excluid[oa]s?)\b|仅|只限|不得|不适用|不包括|不含|无效|除外|除非|未经|并非|不具|禁止|فقط|ليس|غير|لا\b|باستثناء",
    re.IGNORECASE,
)
_DUTY: Final = re.compile(
    r"\b(?:must|shall|mandatory|compulsory|obligatory|voluntary|binding|required|prohibited|forbidden|banned|allowed|permitted|"
    r"under (?:revision|review)|muss|müssen|darf|dürfen|verpflichtend|verbindlich|freiwillig|verboten|erlaubt|"
    r"doit|doivent|obligatoire|contraignant\w*|interdite?s?|debe|deben|obligatori[oa]s?|vinculante|prohibid[oa]s?)\b|^may\s|必须|应当|禁止|自愿",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(r"(?:[*†‡§¹²³⁴⁵⁶⁷⁸⁹⁰]{1,3}|\[\d{1,2}\])\s*[^\W_]+\W+[^\W_]")
_OF_THE_READER: Final = re.compile(
    r"\b(?:my|mine|meine\w?|mon(?=\s[a-zà-ÿ])|mes|mis?)\b", re.IGNORECASE
)  # what a button says for him
# Who stands over a company, which law it chooses, which text counts.
_STANDING: Final = re.compile(
    r"\b(?:(?:owned|supervised|regulated|accredited|licensed|controlled|governed|certified|monitored) by|certified|members? of|part of|law of|laws of|"
    r"arbitrat\w+|jurisdiction|prevails?|right to sue|mitglied|zertifiziert|aufsicht\w*|gehört|membre de|certifié\w*|contrôlée? par|miembro de|certificad[oa])\b|"
    r"成员|认证|监管",
    re.IGNORECASE,
)
_LABELLED: Final = re.compile(r"([^:：]*[^\W\d_][^:：]*)[:：]\s*(\S.*)")
_COUNTED: Final = re.compile(r"(?<![\d:/+-])\d+(?:[.,]\d+)*(?![\d:/-])")
_OF_THE_PAGE: Final = re.compile(  # labels of what the page counts or lists of itself and its readers
    r"\b(?:visit\w*|view\w*|read\w*|tags?|categor\w+|keywords?|topics?|filed|follow\w*|share\w*|languages?|winners?|awards?|page|version|kategorien?|"
    r"schlagw\w+|sprachen?|seite|catégories?|langues?|mots|etiquetas|categorías?|idiomas?)\b|浏览|阅读|标签|分类|语言",
    re.IGNORECASE,
)
# What a page tells whoever uses it: an offer, a slogan, a form that was filled in wrongly, a line that went dead.
_TO_THE_READER: Final = re.compile(
    r"\d:\d\d|[®™]|\b(?:left|spam|thanks|credit card|days? free|free of charge|stock|your|pass(?:word|code|wort)|username|e-?mail|fields?|"
    r"characters?|dein\w*|ihre?[rmns]?|pflichtfeld\w*|zeichen|votre|vos|ta|tes|ton|mot de passe|champs?|caractères|su|sus|tus?|contraseña|campos?|caracteres)\b|"
    r"您的|你的|密码|字符",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_MOST_WORDS: Final = 12
_LONGEST: Final = 200  # characters: what is longer beside a text is a story or a window
_LONGEST_LABEL: Final = 60
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_WORD: Final = re.compile(r"[^\W\d_]+")


def restricts(line: str) -> bool:
    """Whether a line without a full stop limits, denies or obliges; one word alone ("No") is an answer or a button."""
    if _OF_THE_READER.search(line):
        return False
    if len(_WORD.findall(line)) < 2 and not _WIDE.search(line):
        return _DUTY.fullmatch(line.strip(" ()[]*.")) is not None
    return _LIMITS.search(line) is not None or _DUTY.search(line) is not None


def is_note(line: str) -> bool:
    """Whether a line begins with the mark of a note."""
    return _NOTE.match(line.strip()) is not None


def is_no_label(line: str) -> bool:
    """Whether a short line says too much for a button: a limit, a note, who stands over the company or which text counts."""
    return restricts(line) or is_note(line) or _STANDING.search(line) is not None


def tells_a_fact(was: str, now: str) -> bool:
    """Whether a line of the surroundings that came, went or was worded anew says something of the company or its text."""
    lines = [line for line in (was, now) if line]
    if any(len(line) > _LONGEST or "?" in line or "？" in line for line in lines):
        return False
    if any(is_note(line) or _STANDING.search(line) or _limits_beside_the_text(line) for line in lines):
        return True
    labelled = [_LABELLED.fullmatch(line) for line in lines]
    if len(lines) < 2 or not all(labelled):
        return False
    (label, value), (other, other_value) = (found.groups() for found in labelled if found)
    is_long = len(label) > _LONGEST_LABEL
    if is_long or label.strip().casefold() != other.strip().casefold() or _OF_THE_PAGE.search(label):
        return False
    return _counts(value, other_value) or _lists(value, other_value)


def _limits_beside_the_text(line: str) -> bool:
    """A short line of its own: two words are a button ("Not useful"), many are a story."""
    count = len(_WORD.findall(line))
    is_short = 3 <= count <= _MOST_WORDS or (count == 1 and bool(_WIDE.search(line)))
    return is_short and restricts(line) and not _TO_THE_READER.search(line)


def _counts(value: str, other: str) -> bool:
    """Two figures of one sort: not the hour, the day or the telephone number that a label may lead to."""
    is_moment = any(DATE.search(each) for each in (value, other))
    figures = [_COUNTED.findall(each) for each in (value, other)]
    return not is_moment and all(len(found) == 1 and not _YEAR.fullmatch(found[0]) for found in figures)


def _lists(value: str, other: str) -> bool:
    """Two lists that have an entry in common."""
    entries, others = ({entry.strip().casefold() for entry in re.split("[,，、;]", each)} for each in (value, other))
    return max(len(entries), len(others)) > 1 and bool(entries & others)
