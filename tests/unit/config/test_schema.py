"""The JSON Schemas: fresh, complete, and of one mind with the parsers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config.routes import FIELDS
from core.config.schema import schemas
from core.config.shapes import KINDS, EveryEntry
from core.config.yamlfile import read_yaml
from monitor.home import starter_files, write_schemas

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "docs" / "reference"

FILES = {
    "sources.yaml": "sources.schema.json",
    "routes.yaml": "routes.schema.json",
    "settings.example.yaml": "settings.schema.json",
}


def shapes(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The file itself and every shape inside it."""
    yield "file", schema
    yield from schema.get("$defs", {}).items()


def test_the_schemas_in_docs_are_fresh() -> None:
    stale = [name for name, text in schemas().items() if (REFERENCE / name).read_text(encoding="utf-8") != text]
    assert not stale, (
        "write them again: .venv/bin/python -c 'from monitor.home import *; write_schemas(Path(\"docs/reference\"))'"
    )
    assert sorted(path.name for path in REFERENCE.glob("*.schema.json")) == sorted(schemas())


def test_writing_them_gives_these_files(tmp_path: Path) -> None:
    paths = write_schemas(tmp_path / "new")
    assert {path.name: path.read_text(encoding="utf-8") for path in paths} == schemas()


def test_every_key_is_explained_and_none_is_open() -> None:
    keys = 0
    for text in schemas().values():
        for name, shape in shapes(json.loads(text)):
            assert shape.get("description"), name
            assert shape["additionalProperties"] is False, name
            for key, about in shape["properties"].items():
                keys += 1
                assert about.get("description", "").endswith(".") or "$ref" in about, f"{name}.{key}"
    assert keys >= 130


def test_a_kind_is_named_wherever_kinds_are() -> None:
    assert set(EveryEntry.model_fields) == set(KINDS)
    schema = json.loads(schemas()["sources.schema.json"])
    assert schema["$defs"]["SourceEntry"]["properties"]["kind"]["enum"] == list(KINDS)


def test_the_match_of_a_route_knows_the_documented_fields() -> None:
    schema = json.loads(schemas()["routes.schema.json"])
    assert tuple(schema["$defs"]["MatchEntry"]["properties"]) == FIELDS


def test_defaults_are_written_as_people_write_them() -> None:
    schema = json.loads(schemas()["settings.schema.json"])
    assert schema["$defs"]["AlertSettings"]["properties"]["gone_after"]["default"] == "24h"


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_files_fit_their_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the schema checker is not installed")
    schema = json.loads(schemas()[FILES[name]])
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(read_yaml((ROOT / name).read_text(), name).data))
    assert errors == []


def test_the_starter_files_fit_their_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the schema checker is not installed")
    for name, text in starter_files().items():
        schema = json.loads(schemas()[name.replace(".yaml", ".schema.json")])
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(read_yaml(text, name).data)) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources", "companies: [{name: A, sources: [{url: ftp://x}]}]"),
        ("sources", "companies: [{name: A, sources: [{kind: pgae}]}]"),
        ("sources", "companies: [{name: A, sources: [{every: 6 hours}]}]"),
        ("routes", "receivers: {a: {console: true}}"),
        ("routes", "{receivers: {a: {console: true}}, default: a, routes: [{match: {severity: hihg}}]}"),
        ("settings", "web: {port: 0}"),
        ("settings", "slack: {token: x}"),
    ],
)
def test_editors_see_the_same_faults(name: str, text: str) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the schema checker is not installed")
    schema = json.loads(schemas()[f"{name}.schema.json"])
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(read_yaml(text, name).data))
