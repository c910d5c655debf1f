"""How the world is reached: the section ``fetch`` of settings.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, WithJsonSchema

from core.config.entries import Entry, Name, pattern, refusal
from core.config.secret import Secret
from core.config.yamlfile import YamlFile, nearest, shown

DEFAULT_IDENTITY = "OnRecord/0.1 (+policy archive)"  # true and neutral: it names the program and not who runs it
PROXY_VARIABLE = "ONRECORD_PROXY_"  # and the name in capitals: the whole address, with a login where one is needed
_PROXY = re.compile(r"(http|socks4|socks5|socks5h)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})/?")


def _header_safe(text: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]{1,200}", text):
        raise refusal("must be plain ASCII on one line, at most 200 characters: it is sent as a header")
    return text


def _private_place(text: str) -> str:
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", text)
    if not found or not 1 <= int(found[2]) <= 65535:
        bare = re.fullmatch(r"(https?)://([^/@\s]+?)(:[0-9]+)?(/.*)?", text)
        port = (bare[3] or {"http": ":80", "https": ":443"}[bare[1]]) if bare else ""
        meant = f"{bare[2]}{port}" if bare else None
        raise refusal(f"must be host:port, such as 127.0.0.1:8099, not {shown(text)}", meant)
    return f"{found[1].lower().rstrip('.')}:{int(found[2])}"


def _proxy(text: str) -> str:
    if "@" in text:
        raise refusal("holds a login, which never belongs in this file: put the whole address into ONRECORD_PROXY_NAME")
    found = _PROXY.fullmatch(text)
    if not found or not 1 <= int(found[3]) <= 65535:
        raise refusal(
            f"must be a proxy such as socks5://127.0.0.1:9050 or http://proxy.example:3128, not {shown(text)}"
        )
    return text.rstrip("/")


def _host(text: str) -> str:
    found = re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", text.lower().rstrip("."))
    if not found:
        meant = urlsplit(text if "//" in text else f"//{text}").hostname
        raise refusal(f"must be the name of a host such as www.example.com, not {shown(text)}", meant)
    return text.lower().rstrip(".")


_MAIL = r"[^\s@<>,;:\"\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
MailAddress = Annotated[
    str,
    pattern(_MAIL, "one mail address such as desk@example.org"),
    WithJsonSchema({"type": "string", "format": "email"}),
]
PrivatePlace = Annotated[
    str, AfterValidator(_private_place), WithJsonSchema({"type": "string", "pattern": "^[^/\\s]+:[0-9]{1,5}$"})
]
ProxyAddress = Annotated[
    str, AfterValidator(_proxy), WithJsonSchema({"type": "string", "pattern": "^(http|socks[45]h?)://"})
]
HostName = Annotated[str, AfterValidator(_host)]
HeaderText = Annotated[str, AfterValidator(_header_safe)]


class BrowserSettings(Entry):
    """The browser for pages that need one; asked for by a source (browser: true), or for every empty shell."""

    WHAT: ClassVar[str] = '"browser"'
    for_empty_shells: bool = Field(
        False,
        description="Whether a page that turns out to be a shell without text is shown by a browser from then on.",
    )
    chromium: str | None = Field(None, description="Chromium to use; looked for where programs are if not given.")
    seconds: float = Field(60, ge=10, le=600, description="Seconds one page may take; then the browser is ended.")
    sandbox: bool = Field(
        True, description="Chromium's own sandbox; off only in a container of its own that cannot have it."
    )


class FetchSettings(Entry):
    """How companies' servers are asked."""

    WHAT: ClassVar[str] = '"fetch"'
    identity: HeaderText = Field(DEFAULT_IDENTITY, description="User-Agent: what servers are told who asks.")
    contact: MailAddress | None = Field(None, description="Mail address told only to regulators that require one.")
    allow_private: list[PrivatePlace] = Field(
        default_factory=list, description="host:port of intranet or test servers that may be asked; all others refused."
    )
    timeout_seconds: float = Field(30, ge=1, le=600, description="Seconds one request may take in all.")
    max_bytes: int = Field(
        25_000_000, ge=10_000, le=500_000_000, description="Bytes a body may have once unpacked; more is refused."
    )
    max_redirects: int = Field(8, ge=0, le=20, description="Redirects followed for one request.")
    host_gap_seconds: float = Field(5, ge=0, le=3600, description="Seconds between two requests to one host.")
    sec_per_second: float = Field(
        2, gt=0, le=8, description="Requests a second to the SEC, all of its servers together."
    )
    hosts_at_once: int = Field(20, ge=1, le=500, description="Hosts asked at the same time, one request each.")
    regulator_identity: HeaderText | None = Field(
        None, description="User-Agent for regulators that want to know who asks; identity where not given."
    )
    host_requests_per_day: int = Field(
        2_000,
        ge=10,
        le=1_000_000,
        description="Requests one host may get a day, a fourth of them at once; shared by what is most overdue.",
    )
    proxies: dict[Name, ProxyAddress] = Field(
        default_factory=dict, description="Proxies by name; logins come from ONRECORD_PROXY_ and the name in capitals."
    )
    host_proxies: dict[HostName, Name] = Field(
        default_factory=dict,
        description="Which proxy a host (and those below it) is reached by; a source may say its own.",
    )

    def with_logins(self, environ: Mapping[str, str], found: YamlFile) -> dict[str, Secret]:
        """Addresses of the proxies, each as the environment gives it where it does; notes names that are none."""
        for host, name in self.host_proxies.items():
            if name not in self.proxies:
                at = ("fetch", "host_proxies", host)
                found.fault(
                    at, f"there is no proxy {shown(name)} under fetch.proxies", nearest(name, list(self.proxies))
                )
        given = {
            name: environ.get(PROXY_VARIABLE + name.upper().replace("-", "_"), "").strip() for name in self.proxies
        }
        for name, text in given.items():
            if text and not re.fullmatch(r"(http|socks4|socks5|socks5h)://([^\s@/]+@)?[^\s@/]+:[0-9]{1,5}/?", text):
                variable = PROXY_VARIABLE + name.upper().replace("-", "_")
                found.fault(("fetch", "proxies", name), f"{variable} is not the address of a proxy")
        return {name: Secret((given[name] or address).rstrip("/")) for name, address in self.proxies.items()}
