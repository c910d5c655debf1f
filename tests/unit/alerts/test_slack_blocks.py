"""What is sent to Slack, byte for byte, and what fits where."""

from __future__ import annotations

import json

from alerts.channels._blocks import MAX_TEXT, _length, blocks, escaped, fallback_text
from tests.changes import fact_specific_added, hedge_added, page_is_gone, twenty_passages_change
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
                    }
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
