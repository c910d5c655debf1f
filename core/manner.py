"""How a source is asked: as whom, by which way, in which language, and which rule is set aside for it and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from core.model import Manner, Source

WANT_CONTACT: Final = (
    "sec.gov",
)  # https://www.sec.gov/os/accessing-edgar-data: a name and a mail address, or no answer
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reaching:
    """What the operator's settings say of reaching out. ``proxies`` are addresses by name, ``host_proxies`` names by host.

    ``allow_private`` are the places (host:port) that may be asked inside a private network.
    """

    identity: str
    contact: str | None = None
    regulator_identity: str | None = None
    proxies: Mapping[str, str] = field(default_factory=lambda: _NONE)
    host_proxies: Mapping[str, str] = field(default_factory=lambda: _NONE)
    allow_private: frozenset[str] = frozenset()


def manner_of(source: Source, url: str, reaching: Reaching) -> Manner:
    """How an address is asked for a source. Contact details go to regulators that require them, and to nobody else."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    name = source.option("proxy") or proxy_for(host, reaching)
    return Manner(
        identity=_identity(host, reaching),
        language=source.lang or "en",
        proxy=reaching.proxies.get(name) if name else None,
        proxy_name=name or "",
        bad_certificate=source.option("accept_bad_certificate"),
        ignore_robots=source.option("ignore_robots"),
    )


def proxy_for(host: str, reaching: Reaching) -> str | None:
    """The proxy a host is reached by: its own, or that of the nearest name above it."""
    labels = host.split(".")
    above = (".".join(labels[at:]) for at in range(len(labels)))
    return next((reaching.host_proxies[name] for name in above if name in reaching.host_proxies), None)


def _identity(host: str, reaching: Reaching) -> str:
    if any(host == name or host.endswith(f".{name}") for name in WANT_CONTACT):
        who = reaching.regulator_identity or reaching.identity
        return f"{who} {reaching.contact}" if reaching.contact else who
    return reaching.identity
