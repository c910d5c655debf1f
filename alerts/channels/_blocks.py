"""A message as Slack's Block Kit, within its limits. Pure.

What a page wrote stands only in ``rich_text`` text elements and ``plain_text`` objects, where Slack reads no mention and
no link. Limits: https://docs.slack.dev/reference/block-kit/blocks says 50 blocks, 150 characters in a header, 3,000 in a
text object; about 11,000 characters in all are taken in practice, so 10,000 is the budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from alerts.message import (
    Message,
    captions,
    facts_title,
    has_marks,
    is_list,
    link_label,
    marked,
    more_line,
    parted,
    place_line,
)
from alerts.presses import buttons
from core.quotes import Quote, Side
from core.report import MAX_EARLIER, Entry, Report, Section, earlier_line, four_lines, headline, when_parts
from core.text.visible import cut
from core.text.words import Segment
from core.wording import GONE, counted, quoted, short_date, stamp

Json = dict[str, Any]

MAX_HEADER: Final = 150
MAX_BLOCKS: Final = 45
MAX_TEXT: Final = 10_000  # of all blocks together
MAX_CONTEXT: Final = 900
MAX_FALLBACK: Final = 3_000
MIN_QUOTE: Final = 160  # less room than this is better spent on a count and the link
WHOLE: Final = (
    9_500  # room for every quote there can be: core.quotes.MAX_SIDE on both sides, lead-ins and sentences around
)
ROOM_FOR_MORE: Final = 120
IN_THREAD: Final = "What is cut here stands whole in the thread."


def fallback_text(message: Message) -> str:
    """The line notifications and old clients show: nothing in it can ping, link or format."""
    report = message.report
    quote = report.quotes[0] if report.quotes else None
    words = _both_marked(quote) if quote else ""
    line = f"{headline(report)} · {report.severity}. {report.found} {report.when} {words}".strip()
    return escaped(cut(line, MAX_FALLBACK))


def _both_marked(quote: Quote) -> str:
    return " → ".join(marked(side.segments).strip() for side in (quote.before, quote.after) if side)


def escaped(text: str) -> str:
    """Text for a field Slack parses: ``& < >`` as it asks, and an @ that is none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "＠")


@dataclass(frozen=True, slots=True)
class Layout:
    """A message as Slack takes it: the post itself, and what did not fit into it, post by post, for its thread."""

    main: list[Json]
    thread: tuple[list[Json], ...] = ()


def blocks(message: Message, *, has_buttons: bool = False) -> list[Json]:
    """The post itself."""
    return layout(message, has_buttons=has_buttons).main


def layout(message: Message, *, has_buttons: bool = False) -> Layout:
    """The whole message; a quote that does not fit is cut with a mark, and stands whole in the thread."""
    report = message.report
    lines = four_lines(report)
    tail = _tail(message, has_buttons=has_buttons and report.kind == "change")
    facts = [] if is_list(report) else [_text(cut(lines[1], 300), bold=True)]
    first = [*facts, _text(("\n" if facts else "") + cut(lines[2], 1_000) + "\n"), *_when(report)]
    if message.notice:
        first = [_text(cut(message.notice, 300) + "\n", bold=True), *first]
    title = f"{report.mark.sign} {report.title}" if is_list(report) else lines[0]
    head = [{"type": "header", "text": _plain(title, MAX_HEADER)}, _rich([_section(first)])]
    room = MAX_TEXT - _length([*head, *tail]) - ROOM_FOR_MORE
    quotes: list[Json] = []
    whole: list[int] = []
    for at, quote in enumerate(report.quotes):
        if room < MIN_QUOTE or len(head) + len(quotes) + len(tail) >= MAX_BLOCKS - 1:
            break
        share = max(MIN_QUOTE, room // (2 if at == 0 and len(report.quotes) > 1 else 1))
        block = _quote(report, quote, at, min(share, 5_000))
        quotes.append(block)
        room -= _length([block])
        if block == _quote(report, quote, at, WHOLE):
            whole.append(at)
    rest = [at for at in range(len(report.quotes)) if at not in whole]
    left_out = len(report.quotes) - len(quotes)
    more = [*_more(report, left_out), *([_rich([_section([_text(IN_THREAD, italic=True)])])] if rest else [])]
    shown = [*head, *quotes, *more]
    for section in report.sections:
        shown += section_blocks(section, MAX_TEXT - _length([*shown, *tail]), MAX_BLOCKS - len(shown) - len(tail))
    return Layout([*shown, *tail], _thread(report, rest))


def _thread(report: Report, rest: Sequence[int]) -> tuple[list[Json], ...]:
    """The quotes that did not fit, whole, as few posts as hold them."""
    posts: list[list[Json]] = []
    for at in rest:
        block = _quote(report, report.quotes[at], at, WHOLE)
        if posts and _length([*posts[-1], block]) <= MAX_TEXT:
            posts[-1].append(block)
        else:
            posts.append([block])
    return tuple(posts)


def section_blocks(section: Section, room: int, most: int) -> list[Json]:
    """A titled part: as many of its alerts and lines as fit, and how many did not."""
    if room < MIN_QUOTE or most < 3:
        return []
    found: list[Json] = [_rich([_section([_text(section.title, bold=True)])])]
    made = [_entry(entry) for entry in section.entries]
    if section.lines:
        made.append(_rich([_section([part for name, fact in section.lines for part in _line(name, fact)])]))
    left = room - _length(found) - MIN_QUOTE
    for block in made:
        if len(found) >= most - 1 or left < _length([block]):
            break
        found.append(block)
        left -= _length([block])
    out = len(made) + 1 - len(found)
    note = [f"and {counted(out, 'more entry', 'more entries')}: onrecord alerts list" if out else "", section.note]
    return [*found, *[_rich([_section([_text(cut(text, 300), italic=True)])]) for text in note if text]]


def _entry(entry: Entry) -> Json:
    name = cut(entry.headline, 200)
    title = _link(entry.link, name) if entry.link and name else _text(name)
    parts = [_section([_text(f"{entry.mark.sign} {entry.mark.word} ", bold=True), title])]
    if entry.words:
        words = [_text(text, **_style(op)) for op, text in parted(entry.words)]
        parts.append({"type": "rich_text_quote", "elements": words})
    if entry.facts:
        parts.append(_section([_text(cut(entry.facts, 400), italic=True)]))
    return _rich(parts)


def _line(name: str, fact: str) -> list[Json]:
    label = [_text(f"{cut(name, 200)}: ", bold=True)] if name else []
    return [*label, _text(f"{cut(fact, 400)}\n")]


def _when(report: Report) -> list[Json]:
    """The fourth line, its times in the reader's own zone."""
    if report.kind != "change" or report.interval is None:
        return [_text(report.when)]
    parts = when_parts(report.interval, is_gone=report.mark == GONE)
    return [_text(cut(part, 500)) if isinstance(part, str) else _date(part) for part in parts if part]


def _quote(report: Report, quote: Quote, at: int, room: int) -> Json:
    """One quote as one block: a caption and the words, before and after."""
    was, now = captions(report)
    count = len(report.quotes)
    elements: list[Json] = []
    if count > 1 or quote.origin:
        about = " · ".join(part for part in (quote.origin, " › ".join(quote.heading_path)) if part)
        line = f"{at + 1} of {count} · {quote.mark.sign} {quote.mark.word}" + (f" · {about}" if about else "")
        elements.append(_section([_text(cut(line, 300), bold=True)]))
    sides = [(word, caption, side) for word, caption, side in _captioned(quote, was, now) if side]
    for word, caption, side in sides:
        page = f", page {side.page}" if side.page else ""
        elements.append(_section([_text(word, bold=True), _text(f"{', ' if caption else ''}{caption}{page}")]))
        elements.append({"type": "rich_text_quote", "elements": _words(side, max(80, room // len(sides) - 120))})
    return _rich(elements)


def _captioned(quote: Quote, was: str, now: str) -> Iterable[tuple[str, str, Side | None]]:
    return (("Before", was, quote.before), ("It says" if quote.act == "present" else "After", now, quote.after))


def _words(side: Side, room: int) -> list[Json]:
    """The words of one side: out is struck, in is bold, the sentences around it italic."""
    elements: list[Json] = []
    spent = 0
    runs: list[tuple[str, Sequence[Segment]]] = [("plain", side.lead_in), ("plain", side.segments)]
    context = room // 4
    if side.context[0]:
        elements.append(_text(cut(side.context[0], context) + "\n", italic=True))
        spent += min(len(side.context[0]), context)
    for at, (_, segments) in enumerate(runs):
        for op, text in parted(segments):
            left = room - spent
            if left < len(text):
                elements.append(_text(cut(text, max(left, 8)), **_style(op)))
                return elements
            elements.append(_text(text, **_style(op)))
            spent += len(text)
        if at == 0 and segments:
            elements.append(_text("\n"))
    if side.context[1] and room - spent > 40:
        elements.append(_text("\n" + cut(side.context[1], min(context, room - spent)), italic=True))
    return elements or [_text(" ")]


def _style(op: str) -> dict[str, bool]:
    return {"out": {"strike": True}, "in": {"bold": True}}.get(op, {})


def _more(report: Report, left_out: int) -> list[Json]:
    if left_out and report.kind == "change":
        return [_rich([_section([_text(f"and {counted(report.more + left_out, 'more passage')}")])])]
    line = more_line(report)
    return [_rich([_section([_text(line)])])] if line else []


def _tail(message: Message, *, has_buttons: bool) -> list[Json]:
    report, where = message.report, message.report.where
    found: list[Json] = []
    if report.facts:
        found.append(_list(facts_title(report), [f"{name}: {fact}" for name, fact in report.facts[:20]]))
    if report.why:
        found.append(_list("Why you are told", report.why))
    if report.earlier:
        told = [f"{earlier_line(each)}: {quoted(each.text, MAX_EARLIER)}" for each in report.earlier]
        found.append(_list("What it said before", told, limit=MAX_EARLIER + 60))
    found.append(_rich([_section(_ways(report))]))
    place = " · ".join(part for part in (place_line(report), *report.sure[:3]) if part)
    lines = [place, "Struck words went out, bold words came in." if has_marks(report) else ""]
    if where:
        lines += [
            f"Version {capture.number} {word}, SHA-256 {capture.digest}"
            for word, capture in (("before", where.before), ("after", where.after))
            if capture
        ]
    if report.interval and report.interval.last_seen_at:
        lines.append(f"{stamp(report.interval.last_seen_at)} to {stamp(report.interval.first_changed_at)}")
    lines.append(f"Sent to {message.receiver} ({'; '.join(message.why)}) · {message.delivery_id}")
    acts = [buttons(message.delivery_id)] if has_buttons else []
    return [*found, *acts, {"type": "context", "elements": [_plain(line, MAX_CONTEXT) for line in lines if line]}]


def _ways(report: Report) -> list[Json]:
    """Links into our own archive, the comparison first; a command where there are no pages."""
    if not report.link:
        return [_text(report.command, code=True)]
    ways = [_link(report.link, link_label(report))]
    sides = (("Before", report.where.before), ("After", report.where.after)) if report.where else ()
    for word, capture in sides:
        if capture and capture.link:
            ways += [_text(" · "), _link(capture.link, f"{word}, version {capture.number}")]
    return ways


def _list(title: str, lines: Sequence[str], *, limit: int = 300) -> Json:
    items = [_section([_text(cut(line, limit))]) for line in lines[:12]]
    heading = _section([_text(title, bold=True)])
    return _rich([heading, {"type": "rich_text_list", "style": "bullet", "elements": items}])


# --- elements ----------------------------------------------------------------------------------------------------


def _rich(elements: list[Json]) -> Json:
    return {"type": "rich_text", "elements": elements}


def _section(elements: list[Json]) -> Json:
    return {"type": "rich_text_section", "elements": elements}


def _text(text: str, **style: bool) -> Json:
    element: Json = {"type": "text", "text": text or " "}
    return {**element, "style": style} if style else element


def _link(url: str, label: str) -> Json:
    return {"type": "link", "url": url, "text": label}


def _date(at: datetime) -> Json:
    fallback = f"{short_date(at, with_year=True)} UTC"
    return {"type": "date", "timestamp": int(at.timestamp()), "format": "{date_short} {time}", "fallback": fallback}


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def _length(found: Sequence[Json]) -> int:
    """Characters of every text in some blocks, as the budget counts them."""
    total = 0
    for block in found:
        for key, value in block.items():
            if key in {"text", "fallback", "url"} and isinstance(value, str):
                total += len(value)
            elif isinstance(value, dict):
                total += _length([value])
            elif isinstance(value, list):
                total += _length([entry for entry in value if isinstance(entry, dict)])
    return total
