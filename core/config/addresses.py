"""Addresses of the web as people write them in a file: which are accepted, and when two are the same.

What may be *dialled* is another question, answered at connect time by the fetcher for the address really reached.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, WithJsonSchema

from core.config.entries import refusal
from core.config.yamlfile import shown

MAX_LENGTH = 2_000
_HOST = re.compile(r"(?=.{1,253}$)\w[\w-]*(\.\w[\w-]*)*\.?")
_LOGIN = re.compile(r"(?:[a-z+.-]*:)?/{0,3}[^/?#]*@", re.IGNORECASE)
_OWN_MACHINE = re.compile(r"localhost|127(\.[0-9]+){3}|::1")
_PORTS = {"http": 80, "https": 443}


def web_address(text: str) -> str:
    """The address without its fragment (it is never sent). Refuses what is no http or https address of a host."""
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise refusal(f"is too long ({len(text):,} characters, limit {MAX_LENGTH:,})")
    if re.search(r"[\s\x00-\x1f\x7f\\<>\"]", text):
        raise refusal("must hold no spaces, quotes, backslashes or angle brackets")
    if _LOGIN.match(text):
        raise refusal("holds a user name or a password: neither belongs in this file")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refusal("is not an address that can be read: look at its host and port") from None
    if parts.scheme not in _PORTS:
        raise refusal(f"must begin with https:// or http://, not {shown(text)}", _with_scheme(text))
    if not _is_host(host) or port == 0:
        raise refusal(f"names no host: {shown(text)}")
    return text.partition("#")[0]


def _with_scheme(text: str) -> str | None:
    rest = re.sub(r"^(h+t+p*s?|ttps?)?:?/{0,3}", "", text, flags=re.IGNORECASE) if "://" in text else text
    rest = rest.lstrip("/")
    looks_right = re.fullmatch(r"[\w-]+(\.[\w-]+)+(:[0-9]+)?([/?#].*)?", rest)
    return f"https://{rest}" if looks_right else None


def _is_host(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) or (":" in host and bool(re.fullmatch(r"[0-9a-f:.]+", host)))


def same_address(text: str) -> str:
    """A form that is equal for two addresses that ask for the same thing: host in small letters, no default port."""
    parts = urlsplit(text)
    host = parts.hostname or ""
    netloc = f"[{host}]" if ":" in host else host
    if parts.port and parts.port != _PORTS.get(parts.scheme):
        netloc += f":{parts.port}"
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def is_same_host(one: str, other: str) -> bool:
    """Whether two addresses are asked of the same server, by the same scheme and port."""
    return urlsplit(same_address(one))[:2] == urlsplit(same_address(other))[:2]


def is_own_machine(text: str) -> bool:
    """Whether the address names this very machine, which nobody needs to be polite to."""
    return bool(_OWN_MACHINE.fullmatch(urlsplit(text).hostname or ""))


WebAddress = Annotated[
    str, AfterValidator(web_address), WithJsonSchema({"type": "string", "pattern": "^https?://[^\\s@/?#]+([/?#].*)?$"})
]
