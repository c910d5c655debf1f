"""Finds the adapters of a package: every module in it offers one value of an agreed name.

``alerts/channels/email.py`` has ``CHANNEL``, ``monitor/kinds/feed.py`` has ``KIND``: adding one is adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

Adapter = TypeVar("Adapter")


def adapters(package: ModuleType, attribute: str, kind: type[Adapter]) -> dict[str, Adapter]:
    """The adapters of ``package`` by the name of their module, in the order of the names.

    Raises TypeError, naming the module, where one lacks the attribute or holds something else there; modules whose
    name begins with an underscore are no adapters.
    """
    found: dict[str, Adapter] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        if name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{name}")
        adapter = getattr(module, attribute, None)
        if not isinstance(adapter, kind):
            raise TypeError(f"{module.__name__} must offer {attribute}, a {kind.__name__}")
        found[name] = adapter
    return found
