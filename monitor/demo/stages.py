"""The story: what the pretend company does, one thing after another, and how long the agent goes on watching each time.

Nothing here says what the agent will make of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitor.demo.website import Website

Deed = Callable[[Website], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that happens. ``did`` is one plain sentence; ``before`` and ``after`` are words, or what a visitor sees.

    ``notice`` says what to look at, ``quiet`` the same where no message came. ``is_whole``: its messages are shown from
    the first line to the last; others are cut, as Slack itself cuts them.
    """

    title: str
    did: str
    deed: Deed
    watch: timedelta
    before: str = ""
    after: str = ""
    notice: str = ""
    quiet: str = ""
    is_whole: bool = False


SALES: Final = "/policies/responsible-sales"
USES: Final = "/policies/uses"
CODE: Final = "/policies/supplier-code"
ANSWERS: Final = "/newsroom/answers-on-xinjiang"
STATEMENT: Final = "/newsroom/statement-on-sales"

FIRM: Final = "Orrelund will not sell human identification instruments"
HEDGED: Final = "Orrelund does not knowingly sell human identification instruments"
LEAD_IN: Final = "<p>We will not supply our instruments for:</p>\n"


def nothing(_site: Website) -> None:
    """The company does nothing."""


STAGES: Final[tuple[Stage, ...]] = (
    Stage(
        title="The first look",
        did="Its policies and its newsroom stand there as they have for years.",
        deed=nothing,
        watch=timedelta(hours=12),
        notice="Every page is archived. What already stands there comes as one summary; from now on you hear of changes.",
    ),
    Stage(
        title="A new statement",
        did="It publishes a statement in its newsroom.",
        deed=lambda site: site.publish(STATEMENT, "statement-on-sales"),
        watch=timedelta(hours=24),
        after="“… has decided to stop selling its human identification instruments in Xinjiang. The decision follows "
        "fact-specific assessments by our trade team.”",
        notice="The alert gives the words and the time they were first seen. What they are worth is for you to judge: "
        "what about other regions, and who did the assessments?",
    ),
    Stage(
        title="Noise",
        did="Every page gets a new date in its footer, another menu entry, and a new tracking number for each visit.",
        deed=Website.redress,
        watch=timedelta(hours=30),
        before="“Careers” in the menu",
        after="“Work with us” in the menu",
        quiet="Nobody was told, and that is the point: no word of any policy changed. Each page was archived again all "
        "the same.",
    ),
    Stage(
        title="One sentence",
        did="It changes one sentence of its sales policy.",
        deed=lambda site: site.edit(SALES, FIRM, HEDGED),
        watch=timedelta(hours=12),
        before="“Orrelund will not sell human identification instruments to …”",
        after="“Orrelund does not knowingly sell human identification instruments to …”",
        notice="“Last seen” and “first seen” are two captures, and both are kept: that is the window in which the words "
        "changed, and the proof. Why they changed, On Record does not say.",
        is_whole=True,
    ),
    Stage(
        title="A page that refuses",
        did="Its server answers with a captcha where the supplier code should be, and calls that a success (200).",
        deed=lambda site: site.block(CODE),
        watch=timedelta(hours=12),
        before="the supplier code",
        after="“Checking your browser … Please verify you are human …”",
        notice="A page that cannot be seen is not a page that is gone: one notice, and no claim about the supplier code.",
    ),
    Stage(
        title="The page answers again",
        did="The captcha is gone; the supplier code stands there as before.",
        deed=lambda site: site.block(CODE, is_blocked=False),
        watch=timedelta(hours=18),
        notice="The same words stand there, so nothing changed. The notice closes by itself.",
    ),
    Stage(
        title="A page that goes",
        did="It takes down its answers to journalists. The address now says: not found (404).",
        deed=lambda site: site.take_down(ANSWERS),
        watch=timedelta(hours=42),
        before="“… We will publish the findings in full …”",
        after="404, no such page",
        notice="At first the page only cannot be seen. It is called gone once several captures, over more than a day, "
        "agreed while the rest of the site answered. Its words are in the archive.",
    ),
    Stage(
        title="The line above a list",
        did="It takes away the line above a list of prohibited uses. The list stands as it was, word for word.",
        deed=lambda site: site.edit(USES, LEAD_IN, ""),
        watch=timedelta(hours=12),
        before="“We will not supply our instruments for: …” and three uses",
        after="the same three uses, and nothing that rules them out",
        notice="No item of the list changed. Each lost the sentence that made a promise of it, and the alert says so.",
    ),
)
