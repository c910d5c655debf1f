"""The console: the plain text of a message where the program runs. What counts where nothing else is configured."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Final

from rich.console import Console
from rich.text import Text

from alerts.channels import ChannelKind, Means, Receipt
from alerts.message import Message

_STYLES: Final = ((r"\[-.*?-\]", "strike"), (r"\{\+.*?\+\}", "bold"), (r"^[A-Z][A-Z ,]{3,}.*$", "bold"))


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """Writes one message at a time, styled where the output is a terminal, plain elsewhere."""

    means: Means
    lock: Lock

    def send(self, message: Message) -> Receipt:
        """Print the message. Page text is never markup: rich is handed finished text."""
        text = Text(message.text)
        for pattern, style in _STYLES:
            text.highlight_regex(pattern, style)
        console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        with console.capture() as captured:
            console.rule()
            console.print(text, end="")
        with self.lock:
            self.means.write(captured.get())
        return {"printed": len(message.text)}


CHANNEL = ChannelKind(names=("console",), needs="nothing", open=lambda means: ConsoleChannel(means, Lock()))
