"""How a rehearsal is shown: what the company did, what the agent asked and found, and what arrived, as people see it.

A message is drawn from the blocks that really reached the pretend Slack, a letter from the plain text that really lies
in the pretend mailbox. Fits 80 columns; colour and weight only repeat what signs and words say.
"""

from __future__ import annotations

import shutil
import textwrap
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import urlsplit

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from core.wording import counted, label, short_date
from monitor.demo.rehearsal import Rehearsal
from monitor.demo.stages import STAGES, Stage
from monitor.demo.stand_ins import ADDRESS, Post
from monitor.demo.website import COMPANY, HOST
from monitor.pipeline import Checked

WIDEST: Final = 100  # columns; longer lines are no easier to read
READING: Final = 2.5  # seconds for a screenful, at least
SLACK_LINES: Final = 20  # of a message that is not shown whole
LETTER_LINES: Final = 14

OPENING: Final = (
    f"{COMPANY} is a pretend company with a pretend website, on this machine. On Record watches it for a pretend week, "
    "asking each page about every six hours, and tells a desk of human-rights researchers in a pretend Slack and a "
    "pretend mailbox. What lies between the website and the two inboxes is On Record itself. Nothing leaves this "
    "machine.",
    "In Slack, ~struck~ words went out of the company’s text and *bold* words came in; in a letter, [-out-] and {+in+}. "
    "Times are UTC.",
)


@dataclass(slots=True)
class Screen:
    """Where it is shown, and how long the eye gets before the next thing. ``pace`` 0 is for programs: no waiting."""

    console: Console
    pace: float = 1.0
    shown_at: float = 0.0

    def rest(self, seconds: float) -> None:
        """Give the reader so long since the last thing was shown; what the agent needs meanwhile counts."""
        time.sleep(max(0.0, self.shown_at + seconds * self.pace - time.monotonic()) if self.pace else 0.0)

    @property
    def width(self) -> int:
        return min(self.console.width, WIDEST)

    def show(self, *parts: RenderableType) -> None:
        """Print parts one under the other."""
        for part in parts:
            self.console.print(part, width=self.width)
        self.shown_at = time.monotonic()

    def rule(self, left: str, right: str) -> None:
        """A line across the screen with a title at either end."""
        dashes = "─" * max(2, self.width - len(left) - len(right) - 5)
        self.show("", Text(f"── {left} {dashes} {right}", style="bold"), "")


# --- the story -------------------------------------------------------------------------------------------------------


def play(rehearsal: Rehearsal, screen: Screen) -> None:
    """Play every stage to its end."""
    screen.rule("On Record · what companies said, and when they unsaid it", "a rehearsal")
    screen.show(*_paragraphs(*OPENING))
    for number, stage in enumerate(STAGES, start=1):
        screen.rest(READING)
        _play_stage(rehearsal, screen, stage, number)


def _play_stage(rehearsal: Rehearsal, screen: Screen, stage: Stage, number: int) -> None:
    began = rehearsal.clock()
    day = (began - rehearsal.clock.started_at).days + 1
    screen.rule(f"{number} of {len(STAGES)} · {stage.title}", f"day {day}, {short_date(began)}")
    screen.show(_told("COMPANY", stage.did, [("before", stage.before), ("now", stage.after)]))
    seen = len(rehearsal.slack.posts()), len(rehearsal.mailbox.letters())
    stage.deed(rehearsal.site)
    asked = list(rehearsal.watch(stage.watch))
    screen.rest(1)
    screen.show("", _told("ON RECORD", _asked_in_words(asked, rehearsal.clock()), []), *_findings(asked))
    posts, letters = rehearsal.slack.posts()[seen[0] :], rehearsal.mailbox.letters()[seen[1] :]
    for at in range(max(len(posts), len(letters))):
        screen.rest(1)
        screen.show("")
        for post in posts[at : at + 1]:
            screen.show(_slack_panel(post, seen[0] + at + 1, screen, stage.is_whole))
        for letter in letters[at : at + 1]:
            screen.show(_mail_panel(letter, seen[1] + at + 1, screen, stage.is_whole))
    if not posts and not letters:
        screen.show("", Padding("No message in Slack, no letter in the mailbox.", (0, 0, 0, 11)))
    said = stage.notice if posts or letters else stage.quiet
    screen.show("", *_paragraphs(said))


def _told(who: str, did: str, words: Sequence[tuple[str, str]]) -> RenderableType:
    """Who did what, in two columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", width=9)
    grid.add_column()
    grid.add_row(Text(who, style="bold"), Text(did))
    for when, text in words:
        if text:
            grid.add_row(Text(when), Text(text, style="italic"))
    return grid


def _asked_in_words(asked: Sequence[Checked], until: datetime) -> str:
    same = sum(1 for checked in asked if checked.taken.status == "unchanged")
    answers = "all answers" if same == len(asked) else counted(same, "answer")
    return f"{counted(len(asked), 'request')} until {short_date(until)}; {answers} unchanged."


def _findings(asked: Sequence[Checked]) -> list[RenderableType]:
    """What was not simply unchanged, in the product's own words; one line for all that met the same."""
    found: dict[tuple[str, str], list[Checked]] = {}
    for checked in asked:
        if checked.taken.status != "unchanged":
            found.setdefault(_outcome(checked), []).append(checked)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=9)
    grid.add_column(width=13)
    grid.add_column()
    for (status, words), times in found.items():
        paths = list(dict.fromkeys(urlsplit(checked.url).path for checked in times))
        where = paths[0] if len(paths) == 1 else counted(len(paths), "page")
        often = f", {counted(len(times), 'time')}" if len(times) > len(paths) else ""
        grid.add_row("", short_date(times[0].at), Text(f"{where} ({status}{often}): {words}"))
    return [grid] if found else []


def _outcome(checked: Checked) -> tuple[str, str]:
    taken = checked.taken
    sort = f", {label(taken.change_class.value).lower()}" if taken.change_class else ""
    why = f": {'; '.join(taken.reasons)}" if taken.reasons else ""
    return str(checked.http_status or "no answer"), f"{taken.status}{sort}{why}".replace(f"http://{HOST}", "")


# --- a message in Slack ----------------------------------------------------------------------------------------------


def _slack_panel(post: Post, number: int, screen: Screen, is_whole: bool) -> RenderableType:
    room = screen.width - 4
    blocks = [_block_lines(block, room, screen.console) for block in post.blocks]
    kept = blocks if is_whole else _first(blocks, SLACK_LINES)
    lines = [line for block in kept for line in block]
    left = sum(len(block) for block in blocks) - len(lines)
    return _panel(f"Slack · {post.channel}", lines, left, f"received/slack/{number:02d}.json", screen)


def _first(parts: Sequence[list[Text]], limit: int) -> list[list[Text]]:
    """The first parts that together have no more lines than that, and always one."""
    kept: list[list[Text]] = []
    for part in parts:
        if kept and sum(len(each) for each in kept) + len(part) > limit:
            break
        kept.append(part)
    return kept


def _panel(title: str, lines: list[Text], left: int, file: str, screen: Screen) -> RenderableType:
    """A message in a frame; what is not shown is counted, and its file named."""
    more = [Text(f"… {counted(left, 'more line')} in {file}", style="dim")] if left else []
    return Panel(Group(*lines, *more), title=title, title_align="left", width=screen.width, border_style="dim")


def _block_lines(block: dict[str, Any], room: int, console: Console) -> list[Text]:
    """One block as lines; what Slack would not show is not shown here either."""
    if block["type"] == "header":
        return [*_wrapped(Text(block["text"]["text"], style="bold"), room, console)]
    if block["type"] == "context":
        return [line for each in block["elements"] for line in _wrapped(Text(each["text"], style="dim"), room, console)]
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
            look = " ".join(
                name for name, on in (("strike", "strike"), ("bold", "bold"), ("italic", "italic")) if style.get(on)
            )
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


def _mail_panel(letter: EmailMessage, number: int, screen: Screen, is_whole: bool) -> RenderableType:
    part = letter.get_body(("plain",))
    body = "\n".join(part.get_content().rstrip().splitlines()) if part else ""
    room = screen.width - 4
    head = [
        Text(line) for name in ("From", "To", "Subject") for line in _folded(f"{name}: {letter[name].strip()}", room)
    ]
    parts: list[list[Text]] = [[*head, Text()]]
    for paragraph in body.split("\n\n"):
        lines = [Text(line) for each in paragraph.splitlines() for line in _folded(each, room)]
        parts += [[*lines, Text()]]
    kept = parts if is_whole else _first(parts, LETTER_LINES)
    lines = [line for each in kept for line in each]
    left = sum(len(each) for each in parts) - len(lines)
    return _panel(
        f"Mailbox · {ADDRESS}", lines if left else lines[:-1], left, f"received/mailbox/{number:02d}.eml", screen
    )


def _folded(line: str, room: int) -> list[str]:
    """A line folded under its own beginning: what stands under a dash or a mark of quotation is indented."""
    bare = line.lstrip()
    hang = len(line) - len(bare) + (2 if bare.startswith(("- ", "> ")) else 0)
    return textwrap.wrap(line, room, subsequent_indent=" " * hang, drop_whitespace=True, break_on_hyphens=False) or [""]


# --- the end ---------------------------------------------------------------------------------------------------------


def farewell(rehearsal: Rehearsal, screen: Screen, pages: str | None) -> None:
    """What one can do now with what is left open."""
    site, posts, letters = rehearsal.site, rehearsal.slack.posts(), rehearsal.mailbox.letters()
    names = "”, “".join(sorted({visit.user_agent for visit in site.visits}))
    screen.rest(READING)
    screen.rule("The archive is yours", f"{len(posts)} messages, {len(letters)} letters")
    screen.show(
        *_paragraphs(
            f"What {COMPANY} saw of all this: {len(site.visits)} requests by “{names}”. Nothing told it who asks, or that "
            "anything was noticed.",
            f"What On Record saw is in {rehearsal.folder}, with every version of every page. Who said it, since when, "
            "and does it still stand there? Ask:",
        )
    )
    program = "onrecord" if shutil.which("onrecord") else "./run onrecord"
    for command in ("search '\"fact-specific assessments\"'", "history responsible-sales", "diff responsible-sales"):
        screen.console.print(Text(f"  {program} --home {rehearsal.folder} {command}"), soft_wrap=True)
    if pages:
        screen.show("", *_paragraphs(f"The same as pages: {pages}   (Ctrl-C ends)"))
    else:
        screen.show("", *_paragraphs(f"To watch real companies: {program} init, then {program} run."))


def _paragraphs(*texts: str) -> list[RenderableType]:
    return [Padding(Text(text), (0, 0, 1, 0)) for text in texts]
