"""How On Record speaks: verdict words with their signs, dates, lists, languages, addresses nobody clicks by accident.

Used by messages and pages alike. Observation, never motive: no string here, or made from here, says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from core.model import Act, Change, DocumentEvent, Verdict
from core.text.visible import one_line

Tone = Literal["loss", "gain", "unsure", "plain"]


class Mark(NamedTuple):
    """A verdict as people see it: sign and word first, colour last."""

    sign: str
    word: str
    tone: Tone


WEAKENED: Final = Mark("−", "WEAKENED", "loss")
REMOVED: Final = Mark("×", "REMOVED", "loss")
GONE: Final = Mark("×", "GONE", "loss")
REVERSED: Final = Mark("⇄", "REVERSED", "loss")
MIXED: Final = Mark("±", "MIXED", "unsure")
CHANGED: Final = Mark("?", "CHANGED, PLEASE READ", "unsure")
STRENGTHENED: Final = Mark("+", "STRENGTHENED", "gain")
NEW: Final = Mark("•", "NEW", "gain")
RESTORED: Final = Mark("↩", "RESTORED", "gain")
MOVED: Final = Mark("→", "MOVED", "plain")
UNLINKED: Final = Mark("⊘", "UNLINKED", "unsure")
SWAPPED: Final = Mark("?", "ANOTHER FILE", "unsure")
RELINKED: Final = Mark("?", "LINK LEADS ELSEWHERE", "unsure")
REWORDED: Final = Mark("≈", "REWORDED", "plain")
STANDING: Final = Mark("=", "ALREADY THERE", "plain")
NOT_SEEN: Final = Mark("▨", "CANNOT BE SEEN", "unsure")
FALLS_DUE: Final = Mark("◷", "FALLS DUE", "plain")
PAST_DUE: Final = Mark("◷", "DUE DATE PASSED", "unsure")
SEEN_AGAIN: Final = Mark("↩", "SEEN AGAIN", "gain")

DIGEST: Final = Mark("≡", "DIGEST", "plain")
SUMMARY: Final = Mark("≡", "SUMMARY", "plain")
SILENCE_ENDED: Final = Mark("≡", "SILENCE ENDED", "plain")
WEEK: Final = Mark("≡", "WEEKLY REPORT", "plain")
UNDELIVERED: Final = Mark("!", "NOT DELIVERED", "unsure")
TEST: Final = Mark("✓", "TEST", "plain")
DRILL: Final = Mark("✓", "DRILL", "plain")
DRILL_FAILED: Final = Mark("!", "DRILL FAILED", "unsure")

OF_VERDICT: Final[dict[Verdict, Mark]] = {
    Verdict.STRENGTHENED: STRENGTHENED,
    Verdict.WEAKENED: WEAKENED,
    Verdict.MIXED: MIXED,
    Verdict.REVERSED: REVERSED,
    Verdict.REWORDED: REWORDED,
    Verdict.UNCLASSIFIED: CHANGED,
    Verdict.NEW: NEW,
    Verdict.REMOVED: REMOVED,
}
OF_EVENT: Final[dict[DocumentEvent, Mark]] = {
    DocumentEvent.NEW: NEW,
    DocumentEvent.GONE: GONE,
    DocumentEvent.RETURNED: RESTORED,
    DocumentEvent.MOVED: MOVED,
    DocumentEvent.UNLINKED: UNLINKED,
}
OF_ACT: Final[dict[Act, Mark]] = {
    Act.ADDED: NEW,
    Act.REMOVED: REMOVED,
    Act.REWORDED: CHANGED,
    Act.MOVED: MOVED,
    Act.RESTORED: RESTORED,
}

# Gravest first: the order in which findings and their quotes are told.
GRAVITY: Final[tuple[Verdict, ...]] = (
    Verdict.REVERSED,
    Verdict.REMOVED,
    Verdict.WEAKENED,
    Verdict.MIXED,
    Verdict.UNCLASSIFIED,
    Verdict.NEW,
    Verdict.STRENGTHENED,
    Verdict.REWORDED,
)


def mark_of(change: Change) -> Mark:
    """The one word for a change: what became of the document, else of its commitments, else of its passages."""
    if change.event in OF_EVENT and (change.event is not DocumentEvent.MOVED or change.verdict is None):
        return OF_EVENT[change.event]
    if change.event is DocumentEvent.SWAPPED and not change.edits:  # a link leads elsewhere; its text is yet to come
        return SWAPPED
    if change.event is DocumentEvent.RELINKED and not change.edits:
        return RELINKED
    if change.verdict is not None:
        return OF_VERDICT[change.verdict]
    acts = {edit.act for edit in change.edits}
    return OF_ACT[acts.pop()] if len(acts) == 1 else CHANGED


EVENT_SENTENCES: Final[dict[DocumentEvent, str]] = {
    DocumentEvent.NEW: "a new document",
    DocumentEvent.GONE: "the document no longer stands at its address",
    DocumentEvent.RETURNED: "the document stands at its address again",
    DocumentEvent.MOVED: "the same document at another address",
    DocumentEvent.UNLINKED: "no watched page links to the document any more; its own address still answers",
    DocumentEvent.REDIRECTED: "the address of the document leads somewhere else now",
    DocumentEvent.SWAPPED: "another file where the document stood",
    DocumentEvent.RELINKED: "a link of the page leads elsewhere, under the same words",
    DocumentEvent.RESTAMPED: "the document carries another date than before",
    DocumentEvent.UNDECLARED: "the words changed and the document’s own date did not",
}

ACT_PHRASES: Final[dict[str, str]] = {
    Act.ADDED: "came in",
    Act.REMOVED: "went out",
    Act.REWORDED: "in a passage that changed",
    Act.MOVED: "in a passage that moved",
    Act.RESTORED: "came back",
    "present": "stands there",
}

GONE_FROM: Final[dict[str, str]] = {
    "document": ", the last mention in this document",
    "source": ", the last mention in the documents of this source",
    "company": ", the last mention in the watched documents of this company",
}

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LANGUAGES: Final = {
    "ar": "Arabic", "bo": "Tibetan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "my": "Burmese", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "ug": "Uyghur",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def short_date(at: datetime, *, with_year: bool = False) -> str:
    """``23 Nov, 18:04`` in UTC; the zone is named by the sentence around it."""
    at = at.astimezone(UTC)
    year = f" {at.year}" if with_year else ""
    return f"{at.day} {_MONTHS[at.month - 1]}{year}, {at:%H:%M}"


def short_day(at: datetime) -> str:
    """``23 Nov 2026`` in UTC; the zone is named by the sentence around it."""
    at = at.astimezone(UTC)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def long_date(at: datetime) -> str:
    """``23 Nov 2026, 18:04 UTC``."""
    return f"{short_date(at, with_year=True)} UTC"


def stamp(at: datetime) -> str:
    """``2026-11-23T18:04:12Z``, as evidence and citations write it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def number(count: int) -> str:
    """Numbers to nine in words, as prose wants them."""
    return _NUMBERS[count] if 0 <= count <= 9 else f"{count:,}"


def sources_seen(seen: int, watched: int) -> str:
    """``412 of 418 sources were seen``, and what it is where there are none of either."""
    if not watched:
        return "No source is watched"
    return f"{number(seen).capitalize() if seen else 'None'} of {number(watched)} sources were seen"


def counted(count: int, one: str, many: str = "") -> str:
    """``one passage``, ``14 passages``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """The text with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def quoted(words: str, limit: int = 80) -> str:
    """A company's words inside a sentence of ours: in quotation marks, on one line, cut visibly."""
    return f"“{one_line(words, limit)}”"


def listed(parts: Sequence[str], limit: int = 3) -> str:
    """``a, b, c and 4 more``."""
    more = len(parts) - limit
    return ", ".join(parts[:limit]) + (f" and {more} more" if more > 0 else "")


def language(code: str | None) -> str:
    """The English name of a language, or the code where we have no name; empty for None."""
    if not code:
        return ""
    return _LANGUAGES.get(code.split("-")[0].lower(), code)


_ABBREVIATIONS: Final = frozenset(("ai", "dna", "eu", "hrdd", "ilo", "oecd", "uflpa", "uk", "un", "ungp", "us"))


def label(word: str) -> str:
    """``forced_labour`` as people write it: ``Forced labour``; what is an abbreviation stays one: ``DNA``."""
    plain = one_line(word).replace("_", " ").replace("-", " ").strip()
    words = " ".join(part.upper() if part.lower() in _ABBREVIATIONS else part for part in plain.split())
    return words[:1].upper() + words[1:]


def trouble(code: str) -> str:
    """Why a source cannot be seen, in two or three words: ``name not found``."""
    return _TROUBLES.get(code) or label(code).lower()


_TROUBLES: Final = {
    "dns": "name not found",
    "connect": "no connection",
    "timeout": "no answer in time",
    "reset": "connection broken off",
    "truncated": "answer cut off",
    "protocol": "no valid answer",
    "no_browser": "no browser to show it",
    "part": "a part of it is missing",
    "robots": "refused by robots.txt",
}


def defang(url: str, limit: int = 300) -> str:
    """A live address as text that nothing turns into a link: ``haldenbio[.]example/responsible-sales``."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return one_line(url.replace("://", "[:]//").replace(".", "[.]"), limit)
    if not host:
        return one_line(url.replace("://", "[:]//").replace(".", "[.]"), limit)
    shown = host.replace(".", "[.]").replace(":", "[:]") + (f":{port}" if port else "")
    rest = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    return one_line(shown + rest, limit)


def unique(parts: Iterable[str]) -> tuple[str, ...]:
    """The non-empty ones, each once, in order."""
    return tuple(dict.fromkeys(part for part in parts if part))
