"""The pages behind the links of mails: one asks whether you mean it, the other says what came of it.

Whoever opens a link (a person, a mail program that looks ahead, a scanner) reads what the mail said and changes nothing;
only the form's POST acts. A link is good for one delivery and one act; who holds it is whoever the mail was sent to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from core.config.people import Person, by_mail
from core.config.receivers import DETAILS, Detail
from core.errors import Refused
from core.handling import Actor, Handling, NotRelevant, Snooze, Wish
from core.links import Link, LinkAct, Links
from core.lists import reduced, subject_of
from core.shown import shown, shown_report
from core.text.visible import one_line
from storage import handlings, switching
from storage.handlings import Asked, Held
from web.access import form_of, may
from web.site import Site

Pairs = Annotated[tuple[tuple[str, str], ...], Depends(form_of)]

LENGTHS: Final = {"1d": ("for a day", 1), "7d": ("for a week", 7), "30d": ("for a month", 30)}


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button of a form."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Asking:
    """The page that asks. ``lines`` are what the mail said, no more; ``done`` is the sentence after the act."""

    title: str
    lines: tuple[str, ...]
    verb: str
    name: str = ""
    choices: tuple[Choice, ...] = ()
    takes_note: bool = False
    done: str = ""


def routes(site: Site, links: Links, people: Callable[[], Mapping[str, Person]]) -> APIRouter:
    """``/a/<token>`` for acts, ``/u/<token>`` for "no more mail"."""
    router = APIRouter()

    @router.api_route("/a/{token}", methods=["GET", "HEAD"])
    @router.api_route("/u/{token}", methods=["GET", "HEAD"])
    @may("anyone")
    def ask(request: Request, token: str) -> Response:
        link = _read(links, site, request.url.path, token)
        with site.database.read() as conn:
            held = handlings.held(conn, link.delivery_id)
        return _private(site.answer(request, "acting.html", _asking(link, held)))

    @router.post("/a/{token}")
    @router.post("/u/{token}")
    @may("anyone")  # whoever holds the link: it is what was signed
    def act(request: Request, token: str, pairs: Pairs) -> Response:
        link = _read(links, site, request.url.path, token)
        return _private(site.answer(request, "acting.html", perform(site, link, dict(pairs), people())))

    return router


def _private(response: Response) -> Response:
    response.headers["cache-control"] = "no-store"
    return response


def _read(links: Links, site: Site, path: str, token: str) -> Link:
    """What the token allows on that page. Raises Refused."""
    link = links.read(token, site.now())
    if (link.act is LinkAct.OFF) != path.startswith("/u/"):
        raise Refused("this link is not one of ours, or a mail program cut it off")
    return link


_VERBS: Final = {
    LinkAct.ACKNOWLEDGE: "Acknowledge",
    LinkAct.CONFIRM: "Confirm",
    LinkAct.SNOOZE: "Snooze",
    LinkAct.NOT_RELEVANT: "Not relevant",
    LinkAct.OFF: "No more mail",
}


def _told(held: Held) -> tuple[str, tuple[str, ...]]:
    """The title and the lines of the message, as much of them as it was sent with."""
    detail: Detail = next((each for each in DETAILS if each == held.detail), "quotes")
    report = reduced(shown_report(held.report), detail)
    return shown(subject_of(report, held.title, detail)), tuple(line for line in (report.found, report.when) if line)


def _asking(link: Link, held: Held) -> Asking:
    verb = _VERBS[link.act]
    title, lines = _told(held)
    if link.act is LinkAct.OFF:
        line = f"On Record sends no more alerts to {held.target}. Others go on hearing them."
        return Asking(f"No more mail to {held.target}?", (line,), verb)
    if link.act is LinkAct.SNOOZE:
        choices = (Choice("next", "until the next change"), *(Choice(key, text) for key, (text, _) in LENGTHS.items()))
        return Asking(title, lines, verb, "snooze", (*choices, Choice("rule", "this rule on this source")))
    if link.act is LinkAct.NOT_RELEVANT:
        reasons = tuple(Choice(reason.value, reason.value.replace("_", " ")) for reason in NotRelevant)
        return Asking(title, lines, verb, "reason", reasons, takes_note=True)
    return Asking(title, lines, verb, takes_note=True)


def perform(site: Site, link: Link, form: Mapping[str, str], people: Mapping[str, Person]) -> Asking:
    """Do what the link allows; the page that says what came of it. Raises Refused."""
    now = site.now()
    with site.database.write() as conn:
        held = handlings.held(conn, link.delivery_id)
        person = by_mail(people, held.target)
        name = person.name if person else held.target
        actor = Actor("mail", name, person.id if person else "", held.target)
        if link.act is LinkAct.OFF:
            switching.switch_off(conn, [(held.channel, held.target)], actor, "by the link in a mail", now)
            return Asking("No more mail", (), "", done=f"{held.target} gets no more alerts from On Record.")
        once = f"mail {link.delivery_id} {link.act.value} {form.get('snooze') or form.get('reason') or ''}".rstrip()
        asked = Asked(held.alert_id, _wish(link.act, form, site), actor, link.delivery_id, once)
        outcome = handlings.handle(conn, asked, now, people=list(people))
    return Asking(_told(held)[0], (), "", done=outcome.says)


def _wish(act: LinkAct, form: Mapping[str, str], site: Site) -> Wish:
    note = one_line(form.get("note", ""), 2_000)
    if act is LinkAct.NOT_RELEVANT:
        reason = form.get("reason", "")
        if reason not in list(NotRelevant):
            raise Refused("choose one of the reasons")
        return Wish(Handling.NOT_RELEVANT, reason=NotRelevant(reason), text=note)
    if act is LinkAct.SNOOZE:
        chosen = form.get("snooze", "")
        if chosen in LENGTHS:
            until = site.now() + timedelta(days=LENGTHS[chosen][1])
            return Wish(Handling.SNOOZE, scope=Snooze.UNTIL, until=until)
        if chosen not in ("next", "rule"):
            raise Refused("choose how far the snooze reaches")
        return Wish(Handling.SNOOZE, scope=Snooze.NEXT_CHANGE if chosen == "next" else Snooze.RULE)
    return Wish(Handling(act.value), text=note)
