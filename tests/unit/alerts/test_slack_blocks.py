"""What is sent to Slack, byte for byte, and what fits where."""

from __future__ import annotations

import json

from alerts.channels._blocks import IN_THREAD, MAX_TEXT, _length, blocks, escaped, fallback_text, layout
from tests.changes import (
    fact_specific_added,
    hedge_added,
    page_is_gone,
    six_long_passages_change,
    twenty_passages_change,
)
from tests.deliveries import message_of

FACT_SPECIFIC = [
    {
        "type": "header",
        "text": {"type": "plain_text", "text": "• NEW · Halden Biosystems · Responsible sales", "emoji": False},
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "High · Genetic surveillance, Xinjiang", "style": {"bold": True}},
                    {"type": "text", "text": "\nFound: “fact-specific assessments” came in.\n"},
                    {"type": "text", "text": "Changed between "},
                    {
                        "type": "date",
                        "timestamp": 1795453471,
                        "format": "{date_short} {time}",
                        "fallback": "23 Nov 2026, 17:04 UTC",
                    },
                    {"type": "text", "text": " and "},
                    {
                        "type": "date",
                        "timestamp": 1795475352,
                        "format": "{date_short} {time}",
                        "fallback": "23 Nov 2026, 23:09 UTC",
                    },
                    {"type": "text", "text": "."},
                ],
            }
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "After", "style": {"bold": True}},
                    {"type": "text", "text": ", first seen 23 Nov 2026, 23:09 UTC"},
                ],
            },
            {
                "type": "rich_text_quote",
                "elements": [
                    {
                        "type": "text",
                        "text": "In the wrong hands they can be turned against the people they should serve.\n",
                        "style": {"italic": True},
                    },
                    {
                        "type": "text",
                        "text": "Decisions about sales follow fact-specific assessments.",
                        "style": {"bold": True},
                    },
                ],
            },
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "Why you are told", "style": {"bold": True}}],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {
                                "type": "text",
                                "text": "Fact-specific assessments: “fact-specific assessments” came in (hedge.fact-specific)",
                            }
                        ],
                    }
                ],
            },
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {
                        "type": "link",
                        "url": "https://onrecord.example.org/c/halden-sales/6..7",
                        "text": "Side by side",
                    },
                    {"type": "text", "text": " · "},
                    {
                        "type": "link",
                        "url": "https://onrecord.example.org/v/halden-sales/6",
                        "text": "Before, version 6",
                    },
                    {"type": "text", "text": " · "},
                    {
                        "type": "link",
                        "url": "https://onrecord.example.org/v/halden-sales/7",
                        "text": "After, version 7",
                    },
                ],
            }
        ],
    },
    {
        "type": "context",
        "elements": [
            {
                "type": "plain_text",
                "text": "1. Where we do not sell · English · haldenbio[.]example/responsible-sales"
                " · Three captures in six hours agree.",
                "emoji": False,
            },
            {"type": "plain_text", "text": "Struck words went out, bold words came in.", "emoji": False},
            {
                "type": "plain_text",
                "text": "Version 6 before, SHA-256 51d0aa93e2f700000000000000000000000000000000000000000000000007c4",
                "emoji": False,
            },
            {
                "type": "plain_text",
                "text": "Version 7 after, SHA-256 9f2c41d07be8000000000000000000000000000000000000000000000000a16e",
                "emoji": False,
            },
            {"type": "plain_text", "text": "2026-11-23T17:04:31Z to 2026-11-23T23:09:12Z", "emoji": False},
            {
                "type": "plain_text",
                "text": "Sent to Biotech team (rights desk: severity is high) · 01JD7Q4T0C5R8V2N6K9M3X7A1B",
                "emoji": False,
            },
        ],
    },
]


def test_the_payload_as_a_literal() -> None:
    assert blocks(message_of(fact_specific_added())) == FACT_SPECIFIC


ROW = {
    "type": "actions",
    "block_id": "onrecord.01JD7Q4T0C5R8V2N6K9M3X7A1B",
    "elements": [
        {
            "type": "button",
            "action_id": "onrecord.acknowledge",
            "value": "acknowledge",
            "text": {"type": "plain_text", "text": "Acknowledge", "emoji": False},
            "style": "primary",
        },
        {
            "type": "button",
            "action_id": "onrecord.confirm",
            "value": "confirm",
            "text": {"type": "plain_text", "text": "Confirm", "emoji": False},
        },
        {
            "type": "users_select",
            "action_id": "onrecord.assign",
            "placeholder": {"type": "plain_text", "text": "Assign to", "emoji": False},
        },
        {
            "type": "static_select",
            "action_id": "onrecord.snooze",
            "placeholder": {"type": "plain_text", "text": "Snooze", "emoji": False},
            "options": [
                {"text": {"type": "plain_text", "text": "until the next change", "emoji": False}, "value": "next"},
                {"text": {"type": "plain_text", "text": "for a day", "emoji": False}, "value": "1d"},
                {"text": {"type": "plain_text", "text": "for a week", "emoji": False}, "value": "7d"},
                {"text": {"type": "plain_text", "text": "for a month", "emoji": False}, "value": "30d"},
                {"text": {"type": "plain_text", "text": "this rule on this source", "emoji": False}, "value": "rule"},
            ],
        },
        {
            "type": "static_select",
            "action_id": "onrecord.not_relevant",
            "placeholder": {"type": "plain_text", "text": "Not relevant", "emoji": False},
            "options": [
                {"text": {"type": "plain_text", "text": "navigation", "emoji": False}, "value": "navigation"},
                {"text": {"type": "plain_text", "text": "translation", "emoji": False}, "value": "translation"},
                {"text": {"type": "plain_text", "text": "formatting", "emoji": False}, "value": "formatting"},
                {"text": {"type": "plain_text", "text": "off topic", "emoji": False}, "value": "off_topic"},
                {"text": {"type": "plain_text", "text": "duplicate", "emoji": False}, "value": "duplicate"},
            ],
        },
        {
            "type": "button",
            "action_id": "onrecord.note",
            "value": "note",
            "text": {"type": "plain_text", "text": "Note", "emoji": False},
        },
    ],
}


def test_with_an_app_token_a_row_of_buttons_stands_before_the_last_line() -> None:
    message = message_of(fact_specific_added())
    assert blocks(message, has_buttons=True) == [*FACT_SPECIFIC[:-1], ROW, FACT_SPECIFIC[-1]]


def test_what_does_not_fit_stands_whole_in_the_thread() -> None:
    laid = layout(message_of(six_long_passages_change()))
    assert len(laid.thread) == 1
    assert all(_length(post) <= MAX_TEXT for post in (laid.main, *laid.thread))
    assert IN_THREAD in json.dumps(laid.main)
    here, there = json.dumps(laid.main, ensure_ascii=False), json.dumps(laid.thread, ensure_ascii=False)
    last = [f"This is sentence 79 of passage {number}." for number in range(6)]
    assert [words in here for words in last] == [True, True, True, False, False, False]
    assert [words in there for words in last] == [False, False, False, True, True, True]
    assert "[…]" not in there
    assert layout(message_of(hedge_added())).thread == ()


def test_the_line_for_notifications_marks_both_in_plain_characters() -> None:
    assert fallback_text(message_of(fact_specific_added())) == (
        "NEW · Halden Biosystems · Responsible sales · high. Found: “fact-specific assessments” came in. "
        "Changed between 23 Nov, 17:04 and 23 Nov, 23:09 UTC. "
        "{+Decisions about sales follow fact-specific assessments.+}"
    )
    assert "[-or support-]" in fallback_text(message_of(hedge_added()))


def test_words_that_went_out_are_struck_and_words_that_came_in_are_bold() -> None:
    quotes = [block for block in blocks(message_of(hedge_added())) if "rich_text_quote" in json.dumps(block)]
    before, after = [part["elements"] for part in quotes[0]["elements"] if part["type"] == "rich_text_quote"]
    assert [node["text"] for node in before if node.get("style") == {"strike": True}] == [
        "or support",
        ", whether directly or through distributors",
    ]
    assert [node["text"] for node in after if node.get("style") == {"bold": True}] == [
        "knowingly",
        "directly to police customers",
    ]


def test_passages_that_are_not_quoted_are_counted() -> None:
    assert "and 17 more passages" in json.dumps(blocks(message_of(twenty_passages_change())))


def test_without_pages_of_our_own_the_command_is_given_as_code() -> None:
    found = blocks(message_of(page_is_gone(), base_url=None))
    code = {"type": "text", "text": "onrecord history halden-sales", "style": {"code": True}}
    assert {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [code]}]} in found


def test_an_alert_of_ordinary_size_is_far_from_the_limit() -> None:
    assert _length(blocks(message_of(hedge_added()))) < MAX_TEXT // 3


def test_text_for_a_parsed_field_cannot_ping() -> None:
    assert escaped("<!channel> & @here") == "&lt;!channel&gt; &amp; ＠here"
