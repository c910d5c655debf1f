"""A capture as a footnote: plain text, Chicago, BibTeX. Who said it, where, when, and by which bytes it can be proved. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core.text.visible import cut, one_line
from core.wording import language, stamp

LONGEST_QUOTE: Final = 1_500
OUTSIDE: Final = "outside the text of the page"
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_TEX: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation is made from. ``quote`` is "" for a whole version; ``link`` is its permanent address.

    ``published`` says by whom and when, where somebody entered the words by hand: then nobody captured them.
    """

    company: str
    title: str
    lang: str | None
    address: str
    captured_at: datetime
    last_seen_at: datetime
    digest: str
    link: str
    quote: str = ""
    published: str = ""


def where_it_stands(heading: str, stream: str) -> str:
    """``Acceptable use › Scope``, ``Related stories · outside the text of the page``: what a menu, a banner, a box or a
    footer says is not quoted as if the text said it."""
    return heading if stream == "main" else " · ".join(filter(None, (heading, OUTSIDE)))


def plain(cited: Cited) -> str:
    """Everything in one sentence, in the order a reader checks it."""
    spoken = language(cited.lang)
    quote = f"“{cut(one_line(cited.quote), LONGEST_QUOTE)}” " if cited.quote else ""
    return (
        f'{quote}{one_line(cited.company, 120)}, "{one_line(cited.title, 200)}"{f" ({spoken})" if spoken else ""}, '
        f"{f'{cited.published}, ' if cited.published else ''}{cited.address}, {_seen(cited)}, "
        f"snapshot SHA-256 {cited.digest}, {cited.link}"
    )


def chicago(cited: Cited) -> str:
    """The Chicago Manual of Style, 17th edition, 14.207: website content with the date it was accessed."""
    spoken = language(cited.lang)
    quote = f" Quoted: “{cut(one_line(cited.quote), LONGEST_QUOTE)}”" if cited.quote else ""
    return (
        f"{_sentence(one_line(cited.company, 120))} “{_sentence(one_line(cited.title, 200))}”"
        f"{f' {spoken}.' if spoken else ''} {_told(cited)}. {cited.address}. Archived at {cited.link}. SHA-256 {cited.digest}.{quote}"
    )


def bibtex(cited: Cited) -> str:
    """An ``@online`` entry of BibLaTeX; everything that TeX would take for a command is escaped."""
    key = re.sub(r"[^a-z0-9]+", "", one_line(cited.company).lower())[:24] or "company"
    note = ", ".join(filter(None, (cited.published, _seen(cited), f"SHA-256 {cited.digest}")))
    fields = {
        "author": f"{{{_tex(one_line(cited.company, 120))}}}",
        "title": f"{{{_tex(one_line(cited.title, 200))}}}",
        "date": f"{cited.captured_at.astimezone(UTC):%Y-%m-%d}",
        "urldate": f"{cited.last_seen_at.astimezone(UTC):%Y-%m-%d}",
        "url": cited.link.replace("\\", "").replace("{", "").replace("}", ""),
        "language": _tex(language(cited.lang)),
        "howpublished": _tex(cited.address),
        "note": _tex(note),
        "annotation": _tex(cut(one_line(cited.quote), LONGEST_QUOTE)),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{key}-{cited.captured_at.astimezone(UTC):%Y}-{cited.digest[:8]},", *lines, "}"])


def _seen(cited: Cited) -> str:
    if cited.published:
        return f"entered by hand {stamp(cited.captured_at)}"
    return f"captured {stamp(cited.captured_at)}, last seen unchanged {stamp(cited.last_seen_at)}"


def _told(cited: Cited) -> str:
    if cited.published:
        said = f"{cited.published[:1].upper()}{cited.published[1:]}"
        return f"{said}. Entered by hand {_long(cited.captured_at)}"
    return f"Captured {_long(cited.captured_at)}; last seen unchanged {_long(cited.last_seen_at)}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _long(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{_MONTHS[at.month - 1]} {at.day}, {at.year}, {at:%H:%M} UTC"


def _tex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in text)
