"""Help: the keys, how to ask, and what the signs, classes and grades on the pages mean.

Signs and roles are taken from where they are decided, so that the page cannot tell something else than the others do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from core import wording
from core.access import ROLE_WORDS
from core.model import ChangeClass
from core.wording import Mark, label
from web.access import may
from web.site import Site
from web.speech import KEPT, Sign, sign_of

KEYS: Final = (
    ("/", "to the search field"),
    ("j", "down a list, from row to row"),
    ("k", "up a list"),
    ("Enter", "opens the row"),
    ("g then t", "Today"),
    ("g then s", "Search"),
    ("g then c", "Companies"),
    ("g then a", "Alerts"),
    ("g then o", "Outbox"),
    ("?", "this page"),
)
SIGNS: Final[tuple[tuple[Mark, str], ...]] = (
    (wording.WEAKENED, "A promise binds less than before: in what, for whom, where, or how firmly."),
    (wording.REMOVED, "A passage stood in the last good capture and does not stand in this one."),
    (wording.GONE, "A document is gone: several captures agree over time while the rest of the site answers."),
    (wording.REVERSED, "What was promised is now denied, or what was ruled out is now allowed."),
    (wording.MIXED, "Weaker in one way and firmer in another. Nothing is added up."),
    (wording.CHANGED, "Words of a promise changed and their direction is not sure. Read both sides."),
    (wording.STRENGTHENED, "A promise binds more than before."),
    (wording.NEW, "A passage or a document that was not there before."),
    (wording.RESTORED, "What had gone stands there again."),
    (wording.MOVED, "The same words in another place, or a document at another address."),
    (wording.REWORDED, "Other words; nothing was found that binds more or less."),
    (wording.UNLINKED, "No watched page links to the document any more; its own address still answers."),
)
CLASSES: Final[dict[ChangeClass, str]] = {
    ChangeClass.SUBSTANTIVE: "The words changed in substance. Only these raise alerts.",
    ChangeClass.DATES_ONLY: "Only dates and counters differ.",
    ChangeClass.REORDERED: "The same passages in another order.",
    ChangeClass.FORMATTING: "The same words, cut or set differently.",
    ChangeClass.VARIANT: "One of several faces this page has shown before.",
    ChangeClass.SURROUNDINGS: "Menus, banners and footers around the text.",
    ChangeClass.TECHNICAL: "The page is the same; a better reader reads it differently.",
}
GRADES: Final = (
    ("Good", "The page as its visitors see it. Only such a capture can show that words came or went."),
    ("Suspect", "Something is odd, such as half of the text missing. A second capture has to agree."),
    ("Bad", "A block page, an error, an empty shell. Kept as evidence of having asked, never read as content."),
)
LIVES: Final = (
    ("yes", "It stood in the last good capture of its document."),
    ("no", "A good capture, later than the last that showed it, does not."),
    ("unknown", "It stood when last seen, and nobody watches there any more. That is never told as gone."),
)


@dataclass(frozen=True, slots=True)
class Guide:
    """The page."""

    keys: tuple[tuple[str, str], ...]
    signs: tuple[tuple[Sign, str], ...]
    classes: tuple[tuple[str, str], ...]
    grades: tuple[tuple[str, str], ...]
    lives: tuple[tuple[str, str], ...]
    roles: tuple[tuple[str, str], ...]


def routes(site: Site) -> APIRouter:
    """``/help``."""
    router = APIRouter()

    @router.api_route("/help", methods=["GET", "HEAD"])
    @may("reader")
    def guide(request: Request) -> Response:
        return site.answer(request, "help.html", build())

    return router


def build() -> Guide:
    """The page; the same for everybody."""
    signs = [(sign_of(mark), words) for mark, words in SIGNS]
    return Guide(
        keys=KEYS,
        signs=(*signs, (KEPT, "The same words in the same place.")),
        classes=tuple((label(one.value), words) for one, words in CLASSES.items()),
        grades=GRADES,
        lives=LIVES,
        roles=tuple((label(role), words) for role, words in ROLE_WORDS.items()),
    )
