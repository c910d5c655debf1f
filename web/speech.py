"""How pages speak: signs and words of verdicts, quotes on one line, times, addresses of our own pages.

The words themselves are those of messages (``core/wording.py``, ``core/quotes.py``); here they get the form of a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal
from unicodedata import bidirectional
from urllib.parse import quote as url_quote
from urllib.parse import urlencode

from markupsafe import Markup, escape

from core.quotes import Quote, Side, capped
from core.text.visible import visible
from core.text.words import Segment
from core.wording import Mark

Tone = Literal["loss", "gain", "unsure", "same", "blind"]

_TONES: Final[dict[str, Tone]] = {"loss": "loss", "gain": "gain", "unsure": "unsure", "plain": "same"}
_QUOTE: Final = re.compile("(“[^”]*”)")
_LANG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_ROW: Final = 700


@dataclass(frozen=True, slots=True)
class Sign:
    """A verdict as a page shows it: the sign, the word in ordinary letters, and which colour supports them."""

    sign: str
    word: str
    tone: Tone


KEPT: Final = Sign("=", "Kept", "same")


def sign_of(mark: Mark) -> Sign:
    """The mark of a message, for a page. Messages have capitals because they have no other weight."""
    return Sign(mark.sign, mark.word.capitalize(), _TONES[mark.tone])


def sign_of_event(sign: str, tone: str, word: str) -> Sign:
    """The sign of an event of the ledger (``web/histories.py``)."""
    return Sign(sign, word, next((one for one in _TONES.values() if one == tone), "same"))


# --- words -------------------------------------------------------------------------------------------------------


def inline(quote: Quote, limit: int = LONGEST_ROW) -> tuple[Segment, ...]:
    """Both sides of a quote as one text, what went out before what came in, cut visibly."""
    return capped(together(spoken(quote.before), spoken(quote.after)), limit)


def spoken(side: Side | None) -> list[Segment]:
    """One side of a quote as it reads: what introduces an item, then the item."""
    if side is None:
        return []
    gap: list[Segment] = [(side.lead_in[-1][0], " ")] if side.lead_in else []
    return [*side.lead_in, *gap, *side.segments]


def together(before: Sequence[Segment], after: Sequence[Segment]) -> list[Segment]:
    """One run of segments from the two sides of a pair. Where their common words do not agree, one after the other."""
    if not before or not after:
        return list(before or after)
    stayed = "".join(text for op, text in after if op == "same")
    if stayed != "".join(text for op, text in before if op == "same"):
        return [*before, *after]
    moved = [*_moved(before), *_moved(after)]
    moved.sort(key=lambda one: (one[0], one[1] != "out"))
    joined: list[Segment] = []
    done = 0
    for at, op, text in moved:
        if at > done:
            joined.append(("same", stayed[done:at]))
            done = at
        joined.append((op, text))
    return [*joined, ("same", stayed[done:])] if done < len(stayed) else joined


def _moved(side: Sequence[Segment]) -> list[tuple[int, Literal["out", "in"], str]]:
    """What went out or came in, each with how much of the common text stands before it."""
    found: list[tuple[int, Literal["out", "in"], str]] = []
    at = 0
    for op, text in side:
        if op == "same":
            at += len(text)
        else:
            found.append((at, op, text))
    return found


def words(segments: Sequence[Segment]) -> Markup:
    """Segments as markup: marked words in ``del`` and ``ins``, spaces outside the marks, nothing unseen left unseen."""
    parts: list[str] = []
    for op, text in segments:
        stripped = text.strip()
        if op == "same" or not stripped:
            parts.append(escape(visible(text)))
            continue
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        tag = "del" if op == "out" else "ins"
        parts.append(f"{escape(lead)}<{tag}>{escape(visible(stripped))}</{tag}>{escape(tail)}")
    return Markup("").join(Markup(part) for part in parts)  # noqa: S704 (each part was escaped above)


def marked(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    """A text with the words asked for in ``mark``; ``spans`` are [start, end), in order, apart."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts.append(escape(visible(text[done:start])))
        parts.append(f"<mark>{escape(visible(text[start:end]))}</mark>")
        done = end
    parts.append(escape(visible(text[done:])))
    return Markup("").join(Markup(part) for part in parts)  # noqa: S704 (each part was escaped above)


def quoting(text: str) -> Markup:
    """A sentence of ours with what it quotes: words written from right to left keep their order and leave ours alone."""
    if text.isascii() or not any(bidirectional(char) in ("R", "AL") for char in text):
        return escape(visible(text))
    parts = [
        f"<bdi>{escape(part)}</bdi>" if at % 2 else escape(part) for at, part in enumerate(_QUOTE.split(visible(text)))
    ]
    return Markup("").join(Markup(part) for part in parts)  # noqa: S704 (each part was escaped above)


def apart(text: str) -> Markup:
    """A name within a sentence of ours: from right to left or not, it leaves the order of the sentence alone."""
    return Markup("<bdi>{}</bdi>").format(text)


def lang_code(code: str | None) -> str:
    """The language of a quote as an attribute may carry it; empty where the page gave nothing of that form."""
    found = (code or "").strip().replace("_", "-")
    return found if _LANG.fullmatch(found) else ""


# --- times -------------------------------------------------------------------------------------------------------


def moment(at: datetime, now: datetime | None = None) -> Markup:
    """``24 Nov, 00:09``; with the year where it is not this one (``now`` given and equal), UTC in the attribute."""
    at = at.astimezone(UTC)
    year = "" if now is not None and now.astimezone(UTC).year == at.year else f" {at.year}"
    return _time(at, f"{at.day} {_MONTHS[at.month - 1]}{year}, {at:%H:%M}", "moment", now)


def day(at: datetime | date) -> Markup:
    """``24 Nov 2026``."""
    if isinstance(at, datetime):
        at = at.astimezone(UTC)
        return _time(at, day_text(at), "day")
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), day_text(at))


def day_text(at: datetime | date) -> str:
    """``24 Nov 2026``, without markup."""
    at = at.astimezone(UTC) if isinstance(at, datetime) else at
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def weekday(at: datetime) -> str:
    """``Tuesday 24 Nov 2026`` as the head of a day."""
    at = at.astimezone(UTC)
    return f"{_WEEKDAYS[at.weekday()]} {day_text(at)}"


def _time(at: datetime, shown: str, form: str, now: datetime | None = None) -> Markup:
    """UTC in the page and in the title; a script may put the reader's zone in its place (``data-utc`` says how)."""
    year = now.astimezone(UTC).year if now is not None else 0
    utc = at.isoformat(" ", "minutes")[:16]
    second = f"{utc[:10]}T{utc[11:]}:{at.second:02}Z"
    # Numbers and names of ours alone, so nothing to escape: a long document has a thousand of these.
    return Markup(f'<time datetime="{second}" title="{utc} UTC" data-utc="{form}" data-year="{year}">{shown}</time>')  # noqa: S704 (see above)


# --- addresses of our own ------------------------------------------------------------------------------------------

VERSION_NAME: Final = re.compile(r"(.+)/(\d{1,9})")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def document_address(slug: str) -> str:
    return f"/d/{url_quote(slug)}"


def version_address(slug: str, number: int) -> str:
    return f"/v/{url_quote(slug)}/{number}"


def compare_address(slug: str, before: int, after: int) -> str:
    return f"/c/{url_quote(slug)}/{before}..{after}"


def pair_address(before: tuple[str, int], after: tuple[str, int]) -> str:
    """The same for versions of two documents, each named by its slug and number."""
    if before[0] == after[0]:
        return compare_address(before[0], before[1], after[1])
    return f"/c/{url_quote(before[0])}/{before[1]}..{url_quote(after[0])}/{after[1]}"


def finding_address(slug: str, text: str, version: int | None = None) -> str:
    """A document (or one of its versions) with the browser asked to show the words; without support, its start."""
    base = document_address(slug) if version is None else version_address(slug, version)
    start = " ".join(text.split()[:8])[:80]
    fragment = url_quote(start, safe="").replace("-", "%2D")  # a dash has a meaning of its own in such a fragment
    return f"{base}#:~:text={fragment}" if start else base


def passage_address(slug: str, passage_id: int) -> str:
    """Where a passage of a document is cited: leads to the permanent address of its quote."""
    return f"/passage/{passage_id}/{url_quote(slug)}"


def cite_address(slug: str, digest: str, quote: str, at: int) -> str:
    """The permanent address of a quote: the snapshot's digest, the words, and where they stood. Survives re-reading."""
    return f"/q/{digest}/{url_quote(slug)}?{urlencode({'quote': quote, 'at': at})}"
