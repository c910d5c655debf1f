"""May these bytes become content? Good, suspect or bad, with reasons, from structure and history.

Status and transport first, then what the page holds, then how it stands to the last good capture. Phrases only give
a poor capture its name; with every list emptied the grade stays the same in nine cases of ten (promise P3).

Facts of a reading used here (``Reading.facts``): ``words`` in all, ``prose_words`` in passages of twelve words or
more, ``link_words`` inside links, ``scripts``, ``passwords`` (password fields), ``shell_texts`` (taken from JSON).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from core.model import Fetch, Grade, GradeLevel, Reading
from core.phrases import PHRASES, named_by
from core.text.language import language_of
from core.text.likeness import Likeness
from core.text.normalise import word_count

GRADER: Final = "grade-2"

EMPTY_WORDS: Final = 12  # fewer visible words than this is no page of anything
THIN_WORDS: Final = 60  # fewer on a page full of scripts is a shell
PHRASE_WORDS: Final = 400  # a phrase names a page only while the page is short
TEXT_WORDS: Final = 150  # of prose beside a phrase that names nothing then
OTHER_PAGE: Final = 0.3  # vocabulary in common below this: another page
SHRUNK: Final = 0.6  # and smaller than this share: not the page
PART: Final = 0.75  # a smaller text with this share of its long words in the earlier one was cut out of it
PART_WORDS: Final = 60  # in passages of prose; with fewer a text is too small to be called a part
FRAME: Final = 0.5  # of the words around the text still there, and
FRAME_WORDS: Final = 8  # so many of them: the frame of the site
_NAME_WORDS: Final = 12
SHORT_WORDS: Final = 100  # of a text of which a sentence is a large part
STANDS: Final = 0.5  # of the text that stood there: with so much of it still there it is the page
COLLAPSED: Final = 0.35  # kept and size both below this: most of the text is missing

# What the SEC answers whoever asks too often or without a name, under any status; as its page words it.
BLOCKED: Final = (b"request rate threshold exceeded", b"originates from an undeclared automated tool")
_BLOCK_BYTES: Final = 20_000

_GOOD: Final = Grade(GradeLevel.GOOD)
_NAMED: Final = frozenset((*PHRASES, "login"))  # codes that a phrase or a field for a password gives


def grade_transport(fetch: Fetch, body: bytes) -> Grade | None:
    """The grade where status and transport decide it alone; None where the page must be read first."""
    if fetch.status is None:
        return Grade(GradeLevel.BAD, (fetch.detail or "no whole answer",), str(fetch.reason or "failed"))
    said = next((words for words in BLOCKED if words in body[:_BLOCK_BYTES].lower()), None)
    if said is not None and len(body) <= 3 * _BLOCK_BYTES:
        return Grade(GradeLevel.BAD, (f"the server says “{said.decode()}”",), "rate_limited")
    if fetch.status in (404, 410):
        return Grade(GradeLevel.BAD, (f"the server says there is no such page ({fetch.status})",), "absent")
    if fetch.status in (401, 402, 403, 407, 429, 451):
        return Grade(GradeLevel.BAD, (f"the server refuses us ({fetch.status})",), "refused")
    if fetch.status >= 500:
        return Grade(GradeLevel.BAD, (f"the server reports its own error ({fetch.status})",), "server_error")
    if fetch.status >= 300 or fetch.status < 200 or fetch.status in (202, 204, 206):
        return Grade(GradeLevel.BAD, (f"an answer that carries no page ({fetch.status})",), "no_page")
    if not body:
        return Grade(GradeLevel.BAD, ("the answer was empty",), "empty")
    if was_sent_home(fetch):
        return Grade(GradeLevel.BAD, (f"sent on to the home page {fetch.final_url}",), "redirected_home")
    return None


def was_sent_home(fetch: Fetch) -> bool:
    """Was a page deep in a site answered by the site's front door?"""
    if not fetch.redirects or not fetch.final_url:
        return False
    asked, landed = urlsplit(fetch.url), urlsplit(fetch.final_url)
    deep = [part for part in asked.path.split("/") if part]
    front = [part for part in landed.path.split("/") if part]
    is_front = not front or (
        len(front) == 1 and (len(front[0]) <= 5 or front[0].startswith(("index.", "default.", "home")))
    )
    return len(deep) >= 2 and is_front and not landed.query


def grade_page(reading: Reading, *, phrases: dict[str, tuple[str, ...]] = PHRASES) -> Grade:
    """The grade of a page read on its own, before it is held against what stood there before."""
    facts = reading.facts
    words = int(facts.get("words", 0))
    if facts.get("no_text_layer"):
        return Grade(GradeLevel.BAD, ("a PDF of pictures: it has no text layer",), "no_text_layer")
    if words < EMPTY_WORDS:
        return Grade(GradeLevel.BAD, (f"only {words} words on the page",), "empty")
    prose = int(facts.get("prose_words", 0))
    if words < THIN_WORDS and prose < EMPTY_WORDS and int(facts.get("scripts", 0)) >= 3:
        return Grade(GradeLevel.BAD, (f"a shell: {words} words, the rest is left to scripts",), "empty_shell")
    if words >= PHRASE_WORDS:
        found = named_by(_headed(reading), phrases)
        if found is not None and found[0] == "soft_404":  # a missing page filled up with news or links
            return Grade(GradeLevel.BAD, (f"a page whose heading says “{found[1]}”",), "soft_404")
    else:
        found = named_by(reading, phrases)
        if found is not None and not _is_said_beside_a_text(reading, found[1]):
            code, phrase = found
            return Grade(GradeLevel.BAD, (f"a short page that says “{phrase}”",), code)
        if facts.get("passwords") and prose < THIN_WORDS:
            return Grade(GradeLevel.BAD, ("a page that asks for a password and says little else",), "login")
    if reading.incomplete:
        return Grade(GradeLevel.GOOD, (reading.incomplete,), "incomplete")
    return _GOOD


def _is_said_beside_a_text(reading: Reading, phrase: str) -> bool:
    """Whether neither title nor heading says it, and as much prose stands beside it as no wall and no error has."""
    prose = 0
    for text, is_name in ((reading.title, True), *((place.text, place.kind == "heading") for place in reading.places)):
        if phrase in text.lower().replace("’", "'"):
            if is_name:
                return False
        elif (words := word_count(text)) >= EMPTY_WORDS:
            prose += words
    return prose >= TEXT_WORDS


def _headed(reading: Reading) -> Reading:
    """The page as its title and its headings of the first rank name it, where they are as short as such names are."""
    title = reading.title if word_count(reading.title) <= _NAME_WORDS else ""
    named = [place for place in reading.places if place.kind == "heading" and place.level == 1]
    return Reading(tuple(place for place in named if word_count(place.text) <= _NAME_WORDS), title)


def grade_against(before: Reading, reading: Reading, alike: Likeness, fetch: Fetch) -> Grade:
    """The grade of a readable page held against the last good capture of the same document."""
    if alike.kept >= STANDS:
        return _GOOD
    is_part = alike.within >= PART and int(reading.facts.get("prose_words", 0)) >= PART_WORDS
    if alike.within >= PART and not is_part and _is_short(before):  # one sentence of three went
        return Grade(GradeLevel.SUSPECT, ("most of a short text is missing at once",), "collapsed")
    if alike.vocabulary < OTHER_PAGE and alike.size < SHRUNK and not is_part:
        percent = round(alike.size * 100)
        if _stands_in_its_frame(before, reading):
            told = f"another text in the frame of the site: {percent} % of the length that stood here, almost none of its words"
            return Grade(GradeLevel.BAD, (told,), "replaced")
        return Grade(
            GradeLevel.BAD,
            (f"not the page that stood here: {percent} % of its length, almost none of its words",),
            "other_page",
        )
    if alike.vocabulary < OTHER_PAGE and not is_part:
        why = "a wholly different text at the same address"
        before_lang, lang = language_of(before), language_of(reading)
        if before_lang and lang and before_lang != lang:
            told = f"{why}, in another language ({before_lang} before, {lang} now)"
            return Grade(GradeLevel.SUSPECT, (told,), "other_language")
        return Grade(GradeLevel.SUSPECT, (why,), "other_text")
    if alike.size < COLLAPSED and alike.kept < COLLAPSED:
        percent = round((1 - alike.size) * 100)
        return Grade(GradeLevel.SUSPECT, (f"{percent} % of the text is missing at once",), "collapsed")
    if _other_host(fetch):
        return Grade(GradeLevel.SUSPECT, (f"answered by another host: {fetch.final_url}",), "other_host")
    return _GOOD


def _is_short(reading: Reading) -> bool:
    return sum(word_count(place.text) for _, place in reading.in_stream("main")) <= SHORT_WORDS


def stands_after_all(grade: Grade, alike: Likeness) -> bool:
    """Whether a phrase named a page that shows, beside the phrase, the text that stood there: a notice over it, no page
    in its stead."""
    return grade.level is GradeLevel.BAD and grade.code in _NAMED and alike.kept >= STANDS


def _stands_in_its_frame(before: Reading, reading: Reading) -> bool:
    """The site itself answered: its menus and footer are those of the last good capture, and there is prose in them.

    A wall or an error of somebody else has another frame; a page whose scripts did not run has no prose.
    """
    frame = {place.text for _, place in before.in_stream("surroundings")}
    around = [place.text for _, place in reading.in_stream("surroundings")]
    kept = sum(word_count(text) for text in frame.intersection(around))
    if kept < FRAME_WORDS or kept < FRAME * sum(word_count(text) for text in frame):
        return False
    stood = {place.text for place in before.places}
    said = [word_count(place.text) for _, place in reading.in_stream("main") if place.text not in stood]
    return any(count >= EMPTY_WORDS for count in said)


def _other_host(fetch: Fetch) -> bool:
    if not fetch.final_url:
        return False
    asked, landed = urlsplit(fetch.url).hostname or "", urlsplit(fetch.final_url).hostname or ""
    return asked.removeprefix("www.") != landed.removeprefix("www.")
