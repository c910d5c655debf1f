"""What Slack says when somebody presses something under an alert, read into a wish. Pure: nothing is done here.

https://docs.slack.dev/reference/interaction-payloads describes the payloads. A payload is hostile until read: whatever is
not exactly one of our own buttons is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.config.people import Person, by_slack
from core.handling import MAX_NOTE, Actor, Handling, NotRelevant, Snooze, Wish

PREFIX: Final = "onrecord."
NOTE_FIELD: Final = "words"
STANDING: Final = "onrecord.standing"
LENGTHS: Final[dict[str, timedelta]] = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
UNTIL_NEXT: Final = "next"
THIS_RULE: Final = "rule"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Press:
    """One press. ``asks_note``: the button that opens the form for a note; it carries no wish yet.

    ``message`` is what it stood under, as Slack has it (None from a form); ``channel`` and ``ts`` name that message.
    """

    delivery_id: str
    actor: Actor
    once: str
    wish: Wish | None = None
    asks_note: bool = False
    trigger_id: str = ""
    channel: str = ""
    ts: str = ""
    message: Mapping[str, Any] | None = None


def read_press(payload: Mapping[str, Any], people: Mapping[str, Person], now: datetime) -> Press | None:
    """The press a payload tells of; None for what is not ours, or not understood."""
    try:
        if payload.get("type") == "block_actions":
            return _pressed(payload, people, now)
        if payload.get("type") == "view_submission":
            return _written(payload, people)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError):
        return None
    return None


def _pressed(payload: Mapping[str, Any], people: Mapping[str, Person], now: datetime) -> Press | None:
    action = payload["actions"][0]
    block, name = str(action["block_id"]), str(action["action_id"])
    if not block.startswith(PREFIX) or not name.startswith(PREFIX):
        return None
    actor = _actor(payload, people)
    what = name.removeprefix(PREFIX)
    container = payload.get("container") or {}
    press = Press(
        delivery_id=block.removeprefix(PREFIX),
        actor=actor,
        once=f"slack {action['action_ts']} {actor.known_as} {what}",
        wish=None if what == "note" else _wish(what, action, people, now),
        asks_note=what == "note",
        trigger_id=str(payload.get("trigger_id") or ""),
        channel=str((payload.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        ts=str(container.get("message_ts") or ""),
        message=payload.get("message"),
    )
    return press if press.wish or press.asks_note else None


def _wish(what: str, action: Mapping[str, Any], people: Mapping[str, Person], now: datetime) -> Wish | None:
    if what in (Handling.ACKNOWLEDGE.value, Handling.CONFIRM.value, Handling.REOPEN.value):
        return Wish(Handling(what))
    if what == Handling.ASSIGN.value:
        member = str(action["selected_user"])
        person = by_slack(people, member)
        return Wish(Handling.ASSIGN, to=person.id if person else member)
    chosen = str(action["selected_option"]["value"])
    if what == Handling.NOT_RELEVANT.value:
        return Wish(Handling.NOT_RELEVANT, reason=NotRelevant(chosen))
    if what != Handling.SNOOZE.value:
        return None
    if chosen == UNTIL_NEXT:
        return Wish(Handling.SNOOZE, scope=Snooze.NEXT_CHANGE)
    if chosen == THIS_RULE:
        return Wish(Handling.SNOOZE, scope=Snooze.RULE)
    return Wish(Handling.SNOOZE, scope=Snooze.UNTIL, until=now + LENGTHS[chosen])


def _written(payload: Mapping[str, Any], people: Mapping[str, Person]) -> Press | None:
    view = payload["view"]
    if view["callback_id"] != f"{PREFIX}note":
        return None
    delivery_id, _, place = str(view["private_metadata"]).partition(" ")
    channel, _, ts = place.partition(" ")
    text = str(view["state"]["values"][NOTE_FIELD][NOTE_FIELD]["value"] or "")
    actor = _actor(payload, people)
    return Press(
        delivery_id=delivery_id,
        actor=actor,
        once=f"slack {view['id']} {actor.known_as} note",
        wish=Wish(Handling.NOTE, text=text[:MAX_NOTE]),
        channel=channel,
        ts=ts,
    )


def _actor(payload: Mapping[str, Any], people: Mapping[str, Person]) -> Actor:
    member = str(payload["user"]["id"])[:40]
    person = by_slack(people, member)
    return Actor("slack", person.name if person else member, person.id if person else "", member)


# --- what Slack is shown ---------------------------------------------------------------------------------------------


def buttons(delivery_id: str, *, has_document: bool = True) -> Json:
    """The row under an alert. https://docs.slack.dev/reference/block-kit/blocks/actions-block: 25 elements at most."""
    elements: list[Json] = [
        {**_button("acknowledge", "Acknowledge"), "style": "primary"},
        _button("confirm", "Confirm"),
        {
            "type": "users_select",
            "action_id": f"{PREFIX}assign",
            "placeholder": _plain("Assign to"),
        },
    ]
    if has_document:
        lengths = (
            (UNTIL_NEXT, "until the next change"),
            ("1d", "for a day"),
            ("7d", "for a week"),
            ("30d", "for a month"),
            (THIS_RULE, "this rule on this source"),
        )
        elements.append(_select("snooze", "Snooze", lengths))
    reasons = [(reason.value, reason.value.replace("_", " ")) for reason in NotRelevant]
    elements += [_select("not_relevant", "Not relevant", reasons), _button("note", "Note")]
    return {"type": "actions", "block_id": f"{PREFIX}{delivery_id}", "elements": elements}


def _button(what: str, label: str) -> Json:
    return {"type": "button", "action_id": f"{PREFIX}{what}", "value": what, "text": _plain(label)}


def _select(what: str, label: str, options: Any) -> Json:
    return {
        "type": "static_select",
        "action_id": f"{PREFIX}{what}",
        "placeholder": _plain(label),
        "options": [{"text": _plain(text), "value": value} for value, text in options],
    }


def note_form(press: Press) -> Json:
    """The form for a note, as ``views.open`` takes it."""
    return {
        "type": "modal",
        "callback_id": f"{PREFIX}note",
        "private_metadata": f"{press.delivery_id} {press.channel} {press.ts}",
        "title": _plain("Note on an alert"),
        "submit": _plain("Keep"),
        "close": _plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": NOTE_FIELD,
                "label": _plain("Words that stay with the alert"),
                "element": {
                    "type": "plain_text_input",
                    "action_id": NOTE_FIELD,
                    "multiline": True,
                    "max_length": 3_000,
                },
            }
        ],
    }


def with_standing(message: Mapping[str, Any], delivery_id: str, line: str) -> list[Json]:
    """The blocks of a message with a line above its buttons that says how the alert stands now."""
    kept = [block for block in message.get("blocks") or [] if block.get("block_id") != STANDING]
    told: Json = {"type": "context", "block_id": STANDING, "elements": [_plain(line[:1_900])]}
    at = next((n for n, block in enumerate(kept) if block.get("block_id") == f"{PREFIX}{delivery_id}"), len(kept))
    return [*kept[:at], told, *kept[at:]]


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}
