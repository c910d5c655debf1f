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
    """One thing that happens. ``did`` is one plain sentence; ``before`` and ``after`` are words or what a visitor sees.

    ``notice`` says what to look at, ``quiet`` the same where no message arrived.
    """

    title: str
    did: str
    deed: Deed
    watch: timedelta
    before: str = ""
    after: str = ""
    notice: str = ""
    quiet: str = ""


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
        notice="Everything is archived at once, and you get one summary of what already stands there, not a flood.",
    ),
    Stage(
        title="A new statement",
        did="It publishes a statement in its newsroom.",
        deed=lambda site: site.publish(STATEMENT, "statement-on-sales"),
        watch=timedelta(hours=24),
        after="“… has decided to stop selling its human identification instruments in Xinjiang. The decision follows "
        "fact-specific assessments by our trade team.”",
        notice="The alert gives the words and when they were first seen. Whether they are enough is for you to say.",
    ),
    Stage(
        title="Noise",
        did="It gives every page a new date in the footer, another menu entry and a new tracking number for each visit.",
        deed=Website.redress,
        watch=timedelta(hours=24),
        before="“Careers” in the menu, an older date in the footer",
        after="“Work with us” in the menu, today’s date in the footer",
        quiet="No message, and rightly so: not a word of any policy changed. The pages were archived all the same.",
    ),
    Stage(
        title="Two words",
        did="It edits one sentence of its sales policy. Nothing on the page says so.",
        deed=lambda site: site.edit(SALES, FIRM, HEDGED),
        watch=timedelta(hours=12),
        before="“Orrelund will not sell human identification instruments …”",
        after="“Orrelund does not knowingly sell human identification instruments …”",
        notice="The struck words went out, the bold words came in. Both captures are kept, so you can prove it.",
    ),
    Stage(
        title="A page that refuses",
        did="Its server answers visits to the supplier code with a captcha, and calls that a success (status 200).",
        deed=lambda site: site.block(CODE),
        watch=timedelta(hours=24),
        before="the supplier code",
        after="“Checking your browser … Please verify you are human …”",
        quiet="No message says that the supplier code is gone: not seeing a page is not the page being gone.",
    ),
    Stage(
        title="The page answers again",
        did="The captcha is gone, and the supplier code stands there as before.",
        deed=lambda site: site.block(CODE, is_blocked=False),
        watch=timedelta(hours=24),
        quiet="No message: the same words stand there. The incident closed by itself.",
    ),
    Stage(
        title="A page that goes",
        did="It takes down the page with its answers to journalists. The address says: not found (404).",
        deed=lambda site: site.take_down(ANSWERS),
        watch=timedelta(hours=42),
        before="“… We will publish the findings in full …”",
        after="404, no such page",
        notice="One 404 proves little. The alert came only after several captures, over more than a day, agreed while "
        "the rest of the site answered. What the page said is in the archive.",
    ),
    Stage(
        title="A line above a list",
        did="It deletes the line above a list of prohibited uses. The list itself stays as it was, word for word.",
        deed=lambda site: site.edit(USES, LEAD_IN, ""),
        watch=timedelta(hours=12),
        before="“We will not supply our instruments for: …” and three uses",
        after="three uses, and nothing that says they are ruled out",
        notice="No item of the list changed. Each lost the sentence that made it a promise, and the alert says so.",
    ),
)
