"""What keeps a source from being seen: the sort of trouble behind each code, and what an operator can try."""

from __future__ import annotations

from typing import Final

_WAIT: Final = "Open the address in a browser. If it answers there, wait: such faults mostly pass within hours."
_ADDRESS: Final = "Look for the page on the site, and give the source its new address in sources.yaml."
_ACCESS: Final = (
    "Ask the site less often (every: in sources.yaml), or give a contact in fetch.identity (settings.yaml)."
)
_SCRIPTS: Final = (
    "The text is left to scripts. Look for a PDF, a feed or a print view of it, and watch that; or let a browser show it "
    "(browser: true in sources.yaml)."
)
_OTHER: Final = ("other", "Look at the last captures with `onrecord show SOURCE`, and at the page in a browser.")

_TROUBLES: Final[dict[str, tuple[str, str]]] = {
    "dns": ("network", "Look whether the name still exists. If it does, look at this machine’s name server."),
    "connect": ("network", _WAIT),
    "timeout": ("network", _WAIT),
    "reset": ("network", _WAIT),
    "truncated": ("network", _WAIT),
    "protocol": ("network", _WAIT),
    "bad_certificate": (
        "certificate",
        "Open the address in a browser: its certificate is refused there too, or it moved.",
    ),
    "too_large": ("size", "Raise fetch.max_bytes in settings.yaml, or watch a smaller page of the site."),
    "redirect_loop": ("address", _ADDRESS),
    "private_address": ("address", "It leads into a private network. Name it in fetch.allow_private if that is meant."),
    "no_browser": ("machine", "Install the browser it needs: `onrecord doctor` says how."),
    "part": ("address", "One of the addresses under parts: of the source cannot be read. Correct it, or take it out."),
    "robots": ("access", "Its robots.txt does not want this address asked. Watch another page, or ask them."),
    "bad_address": ("address", "Correct the address in sources.yaml."),
    "absent": ("address", _ADDRESS),
    "soft_404": ("address", _ADDRESS),
    "redirected_home": ("address", _ADDRESS),
    "replaced": ("address", _ADDRESS),
    "other_page": ("address", _ADDRESS),
    "refused": ("access", _ACCESS),
    "bot_wall": ("access", _ACCESS),
    "login": ("access", "The page wants a login. Watch a public address of the same text."),
    "consent_wall": (
        "access",
        "Only a consent page is shown. Watch another address of the same text: a PDF, a print view.",
    ),
    "server_error": ("server", _WAIT),
    "application_error": ("server", _WAIT),
    "maintenance": ("server", _WAIT),
    "no_page": ("server", _WAIT),
    "empty": ("content", "Look at select: and remove: of the source in sources.yaml, and at the page in a browser."),
    "empty_shell": ("content", _SCRIPTS),
    "needs_script": ("content", _SCRIPTS),
    "loading": ("content", _SCRIPTS),
    "no_text_layer": ("content", "The PDF holds pictures of text. Look for another edition of it."),
}


def what_to_try(code: str) -> tuple[str, str]:
    """The sort of trouble, in a word, and a sentence of advice."""
    return _TROUBLES.get(code, _OTHER)
