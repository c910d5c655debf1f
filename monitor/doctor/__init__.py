"""``onrecord doctor``: what is wrong with this installation, and how to mend each thing.

It looks and asks, and changes nothing: no folder is made, no database brought up to date, no message sent. Of companies
nobody is asked anything; names are looked up, and the services that carry our own messages are greeted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from monitor.doctor import kept, machine, outside, reaching
from monitor.doctor.values import Finding, Patient

CHECKS: Final[dict[str, Callable[[Patient], Iterator[Finding]]]] = {
    "configuration": kept.configuration,
    "watch": kept.watch,
    "clock": machine.clock,
    "time zone": machine.time_zone,
    "locale": machine.locale,
    "disk": machine.disk,
    "permissions": machine.permissions,
    "database": kept.database,
    "migrations": kept.migrations,
    "index": kept.index,
    "DNS": outside.dns,
    "proxies": outside.proxies,
    "certificates": outside.certificates,
    "tokens": outside.tokens,
    "SMTP": outside.smtp,
    "hubs": reaching.hubs,
    "browser": reaching.browser,
}


def examine(patient: Patient) -> Iterator[Finding]:
    """Every finding, in the order in which a person would look. A check that fails itself is a finding too."""
    for name, check in CHECKS.items():
        count = 0
        try:
            for finding in check(patient):
                count += 1
                yield finding.named(name)
        except Exception as error:  # noqa: BLE001 (an edge: one check that breaks must not hide what the others find)
            what = f"could not be looked at: {type(error).__name__}: {error}"
            yield Finding("bad", what, "this is a fault in On Record; please report it").named(name)
            continue
        assert count, f"the check {name!r} said nothing"


__all__ = ["CHECKS", "Finding", "Patient", "examine"]
