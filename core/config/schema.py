"""JSON Schemas of the configuration files, for editors and for the reference pages. Generated, never written by hand.

``monitor.home.write_schemas`` puts them into docs/reference; a test fails when they are stale.
"""

from __future__ import annotations

import json

from core.config.entries import Entry
from core.config.routes import RoutesFile
from core.config.settings import SettingsFile
from core.config.shapes import SourcesFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FILES: dict[str, type[Entry]] = {"sources": SourcesFile, "settings": SettingsFile, "routes": RoutesFile}


def schemas() -> dict[str, str]:
    """The text of each schema by the name of its file: ``sources.schema.json`` and so on."""
    return {f"{name}.schema.json": _schema(model) for name, model in _FILES.items()}


def _schema(model: type[Entry]) -> str:
    schema = {"$schema": DIALECT, **model.model_json_schema(by_alias=True)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
