"""How a rehearsal is shown: what the company did, what the agent asked and found, and what arrived, as people see it.

A message is drawn from the blocks that really reached the pretend Slack, a letter from the plain text that really lies
in the pretend mailbox. Fits 80 columns; colour and weight only repeat what signs and words say.
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from core.wording import counted, short_date
from monitor.demo.rehearsal import Rehearsal
from monitor.demo.stages import STAGES, Stage
from monitor.demo.stand_ins import ADDRESS, CHANNEL, Post
from monitor.demo.website import COMPANY, HOST
from monitor.pipeline import Checked

WIDEST: Final = 100  # columns; longer lines are no easier to read
CUT_AT: Final = "WHY YOU ARE TOLD"  # a letter after the first one is shown down to here

OPENING: Final = (
    f"A rehearsal. Everything happens on this machine, and nothing leaves it. {COMPANY} is a pretend company with a "
    "pretend website. On Record watches it for a pretend week, asking each page about every six hours, and writes to a "
    "pretend Slack channel and a pretend mailbox. All that lies between the website and the two inboxes is On Record "
    "itself.",
    "In a message ~struck~ words went out of the company’s text, and *bold* words came in. Times are UTC.",
)


@dataclass(slots=True)
class Screen:
    """Where it is shown, and how long the eye gets between two things. ``pace`` 0 is for programs: no waiting."""

    console: Console
    pace: float = 1.0

    def rest(self, seconds: float) -> None:
        """Give the reader a moment."""
        if self.pace:
            time.sleep(seconds * self.pace)

    @property
    def width(self) -> int:
        return min(self.console.width, WIDEST)

    def show(self, *parts: RenderableType) -> None:
        """Print parts one under the other."""
        for part in parts:
            self.console.print(part, width=self.width)

    def rule(self, left: str, right: str) -> None:
        """A line across the screen with a title at either end."""
        dashes = "─" * max(2, self.width - len(left) - len(right) - 6)
        self.show("", Text(f"── {left} {dashes} {right}", style="bold"), "")


# --- the story -------------------------------------------------------------------------------------------------------


def play(rehearsal: Rehearsal, screen: Screen) -> None:
    """Play every stage to its end."""
    screen.rule("On Record: what companies said, and when they unsaid it", "rehearsal")
    screen.show(*_paragraphs(OPENING))
    screen.rest(3)
    for number, stage in enumerate(STAGES, start=1):
        _play_stage(rehearsal, screen, stage, number)


def _play_stage(rehearsal: Rehearsal, screen: Screen, stage: Stage, number: int) -> None:
    began = rehearsal.clock()
    day = (began - rehearsal.clock.started_at).days + 1
    screen.rule(f"{number} of {len(STAGES)} · {stage.title}", f"day {day} · {_moment(began)}")
    screen.show(_told(COMPANY, stage.did, [("before", stage.before), ("now", stage.after)]))
    screen.rest(1.2)
    posts, letters = len(rehearsal.slack.posts()), len(rehearsal.mailbox.letters())
    stage.deed(rehearsal.site)
    asked = list(rehearsal.watch(stage.watch))
    screen.show("", _told("On Record", _asked_in_words(asked, rehearsal.clock()), []), *_findings(asked))
    new_posts, new_letters = rehearsal.slack.posts()[posts:], rehearsal.mailbox.letters()[letters:]
    for at, post in enumerate(new_posts):
        screen.show("", _slack_panel(post, screen))
        screen.rest(0.6)
        for letter in new_letters[at : at + 1]:
            is_whole = number <= 2
            screen.show(_mail_panel(letter, letters + at + 1, screen, is_whole=is_whole))
        screen.rest(1)
    if not new_posts and not new_letters:
        screen.show("", Text(f"Slack {CHANNEL}: nothing.  Mailbox {ADDRESS}: nothing."))
    said = stage.notice if new_posts else stage.quiet
    if said:
        screen.show("", *_paragraphs((said,)))
    screen.rest(1.2)


def _told(who: str, did: str, words: Sequence[tuple[str, str]]) -> RenderableType:
    """Who did what, in two columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", width=9)
    grid.add_column(overflow="fold")
    name = "COMPANY" if who == COMPANY else "ON RECORD"
    grid.add_row(Text(name, style="bold"), Text(did))
    for label, text in words:
        if text:
            grid.add_row(Text(label), Text(text, style="italic"))
    return grid


def _asked_in_words(asked: Sequence[Checked], until: datetime) -> str:
    addresses = counted(len({checked.url for checked in asked}), "address", "addresses")
    same = sum(1 for checked in asked if checked.taken.status == "unchanged")
    unchanged = "" if not same else f" {same} answers were what they were before."
    return f"asks {addresses}, {len(asked)} times in all until {_moment(until)}.{unchanged}"


def _findings(asked: Sequence[Checked]) -> list[RenderableType]:
    """What was not simply unchanged: one line for each address and outcome, in the product's own words."""
    found: dict[tuple[str, ...], list[Checked]] = {}
    for checked in asked:
        if checked.taken.status != "unchanged":
            found.setdefault(_outcome(checked), []).append(checked)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", width=9)
    grid.add_column(width=13)
    grid.add_column(overflow="fold")
    for outcome, times in found.items():
        path, status, words = outcome
        again = "" if len(times) == 1 else f" ({len(times)} times, last {_moment(times[-1].at)})"
        grid.add_row("", _moment(times[0].at), Text(f"{path}  {status}  {words}{again}"))
    return [grid] if found else []


def _outcome(checked: Checked) -> tuple[str, str, str]:
    taken = checked.taken
    path = urlsplit(checked.url).path
    sort = f", {taken.change_class.value}" if taken.change_class else ""
    why = f": {'; '.join(taken.reasons)}" if taken.reasons else ""
    return path, str(checked.http_status or "no answer"), f"{taken.status}{sort}{why}".replace(f"http://{HOST}", "")


# --- a message in Slack ----------------------------------------------------------------------------------------------


def _slack_panel(post: Post, screen: Screen) -> RenderableType:
    room = screen.width - 4
    lines = [line for block in post.blocks for line in _block_lines(block, room, screen.console)]
    title = f"Slack {post.channel}"
    return Panel(Group(*lines), title=title, title_align="left", width=screen.width, border_style="dim")


def _block_lines(block: dict[str, Any], room: int, console: Console) -> list[Text]:
    """One block as lines; what Slack would not show is not shown here either."""
    if block["type"] == "header":
        return [*_wrapped(Text(block["text"]["text"], style="bold"), room, console)]
    if block["type"] == "context":
        return [
            line for each in block["elements"] for line in _wrapped(Text(each["text"], style="dim"), room, console)
        ]
    lines: list[Text] = []
    for element in block.get("elements", ()):
        if element["type"] == "rich_text_quote":
            lines += _wrapped(_words(element["elements"], is_quote=True), room, console, first="│ ", then="│ ")
        elif element["type"] == "rich_text_list":
            for each in element["elements"]:
                lines += _wrapped(_words(each["elements"]), room, console, first="• ", then="  ")
        else:
            lines += _wrapped(_words(element["elements"]), room, console)
    return lines


def _words(elements: Iterable[dict[str, Any]], *, is_quote: bool = False) -> Text:
    """The run of words of a section. In a quote the marks say without any style what Slack strikes and sets bold."""
    text = Text()
    for element in elements:
        if element["type"] == "date":
            text.append(element["fallback"].removesuffix(" UTC"))
        elif element["type"] == "link":
            text.append(f"{element.get('text', '')} <{element['url']}>")
        else:
            style = element.get("style", {})
            words, sign = element["text"], ""
            if is_quote and style.get("strike"):
                sign = "~"
            elif is_quote and style.get("bold"):
                sign = "*"
            look = " ".join(name for name, on in (("strike", "strike"), ("bold", "bold"), ("italic", "italic")) if style.get(on))
            text.append(f"{sign}{words}{sign}", style=look)
    return text


def _wrapped(text: Text, room: int, console: Console, *, first: str = "", then: str = "") -> list[Text]:
    """Lines no longer than ``room``, each with what stands before it."""
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        for line in paragraph.wrap(console, room - len(first or then)) or [Text()]:
            lines.append(Text(then if lines else first) + line)
    return lines


# --- a letter --------------------------------------------------------------------------------------------------------


def _mail_panel(letter: EmailMessage, number: int, screen: Screen, *, is_whole: bool) -> RenderableType:
    part = letter.get_body(("plain",))
    body = part.get_content().rstrip() if part else ""
    head = [f"{name}: {str(letter[name]).strip()}" for name in ("From", "To", "Subject")]
    shown, _, rest = (body, "", "") if is_whole else body.partition(CUT_AT)
    lines = [*head, "", *shown.rstrip().splitlines()]
    room = screen.width - 4
    folded = [Text(line) for each in lines for line in _folded(each, room)]
    if rest:
        more = len((CUT_AT + rest).splitlines())
        folded += [Text(), Text(f"… {more} more lines: why, how sure, where. Whole: received/mailbox/{number:02d}.eml", "dim")]
    title = f"Mailbox {ADDRESS}"
    return Panel(Group(*folded), title=title, title_align="left", width=screen.width, border_style="dim")


def _folded(line: str, room: int) -> list[str]:
    """A line folded under its own beginning: what stands under a dash or a mark of quotation is indented."""
    bare = line.lstrip()
    hang = len(line) - len(bare) + (2 if bare.startswith(("- ", "> ")) else 0)
    return textwrap.wrap(line, room, subsequent_indent=" " * hang, drop_whitespace=True, break_on_hyphens=False) or [""]


# --- small parts -----------------------------------------------------------------------------------------------------


def _moment(at: datetime) -> str:
    return short_date(at)


def _paragraphs(texts: Iterable[str]) -> list[RenderableType]:
    return [Padding(Text(text), (0, 0, 1, 0)) for text in texts]


def farewell(rehearsal: Rehearsal, screen: Screen, folder: Path, address: str | None) -> None:
    """What one can do now with what is left open."""
    site, posts, letters = rehearsal.site, rehearsal.slack.posts(), rehearsal.mailbox.letters()
    agents = sorted({visit.user_agent for visit in site.visits})
    screen.rule("Now it is yours", f"{len(posts)} messages, {len(letters)} letters")
    screen.show(
        *_paragraphs((
            f"What {COMPANY} saw of all this: {len(site.visits)} requests by “{'”, “'.join(agents)}”, none of them "
            "with a Referer. It was not told who asks, or that anything was noticed.",
            f"The archive of this week is in {folder}. Try:",
        )),
    )
    home = f"onrecord --home {folder}"
    for command in (
        f"{home} search '\"fact-specific assessments\"'",
        f"{home} history orrelund-instruments/responsible-sales",
        f"{home} diff orrelund-instruments/responsible-sales",
    ):
        screen.console.print(Text(f"  {command}"), soft_wrap=True)
    if address:
        screen.show("", *_paragraphs((f"The pages: {address}   (Ctrl-C ends)",)))
