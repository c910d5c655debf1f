"""Sixty things a page may write to reach through a message: mentions, headers, markup, invisible characters, bulk."""

from __future__ import annotations

from typing import Final

PINGS: Final = (
    "<!channel> read this",
    "<!here> read this",
    "<!everyone> read this",
    "<!subteam^S0123ABCD> read this",
    "<@U0123ABCD> read this",
    "<#C0123ABCD|general>",
    "@here @channel @everyone",
    "@everyone",
    "&lt;!channel&gt;",
    "<!date^1392734382^{date_num}|now>",
    "<https://evil.example/login|our policy>",
    "<mailto:all@evil.example|write>",
)
HEADERS: Final = (
    "Policy\r\nBcc: everyone@evil.example",
    "Policy\nSubject: other",
    "Policy\r\n\r\n<script>alert(1)</script>",
    "Policy\rTo: x@evil.example",
    "Policy\u2028Bcc: x@evil.example",
    "Policy\x85Bcc: x@evil.example",
    "Policy\x0bBcc: x@evil.example",
    "=?utf-8?q?Subject=3A_other?=",
    "\r\n.\r\nMAIL FROM:<x@evil.example>",
)
MARKUP: Final = (
    "<script>alert(document.cookie)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></td></tr></table><h1>CLOSED</h1>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<!-- --><base href=https://evil.example/>",
    '" onmouseover="alert(1)',
    "' onclick='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "${7*7} #{7*7}",
    "%s%n%x %(delivery)s {0} {delivery_id}",
    "&#60;b&#62;",
    "<![CDATA[<b>]]>",
)
MARKDOWN: Final = (
    "[our policy](https://evil.example/login)",
    "![pixel](https://evil.example/pixel.gif)",
    "*bold* _italic_ ~struck~ `code`",
    "```\ncode\n```",
    "> quoted\n> quoted",
    "# WEAKENED · Other company",
    "[-nothing went out-] {+nothing came in+}",
    ":rotating_light: :fire:",
    "[bold red]rich markup[/bold red] [link=https://evil.example]x[/link]",
)
ADDRESSES: Final = (
    "see https://haldenbio.example/policy now",
    "see HTTPS://HALDENBIO.EXAMPLE/POLICY now",
    "see www.haldenbio.example/policy now",
    "https://user:pw@haldenbio.example:8443/a?b=c#d",
)
INVISIBLE: Final = (
    "we do \u202eton\u202c sell",
    "we do \u2066not\u2069 sell",
    "we do not\u200b sell",
    "we do\u200d not sell",
    "we do \ufeffnot sell",
    "men\u00adschen\u00adrech\u00adte",
    "a\x00b\x07c\x1b[31mred\x1b[0m",
    "\U000e0041\U000e0042 tagged",
    "lone \ud800 half",
)
BULK: Final = (
    "long " * 10_000,
    "x" * 50_000,
    "我们不会向警方出售。" * 5_000,
)

ALL: Final = (*PINGS, *HEADERS, *MARKUP, *MARKDOWN, *ADDRESSES, *INVISIBLE, *BULK)
