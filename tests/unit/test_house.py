"""The arrows import-linter cannot see: core reads no file and no clock, and SQL is spoken in storage alone."""

from __future__ import annotations

import ast
import tomllib
from fnmatch import fnmatch

import pytest

from tests.repository import PACKAGES, ROOT, sources_of, tracked_files

# Calls that open a file or read the clock, by the name called; `re.open` and the like do not exist.
EFFECTS = frozenset(
    (
        "open",
        "print",
        "input",
        "now",
        "utcnow",
        "today",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "urlopen",
    )
)
FORBIDDEN_IN_CORE = frozenset(("urllib.request", "http.client", "http.server", "importlib.resources"))
SQL_CALLS = frozenset(("execute", "executemany", "exec_driver_sql", "executescript"))
HANDED_ON = frozenset(("Connection",))  # storage's functions take one; whoever holds it may only pass it on


def imports(tree: ast.AST) -> list[tuple[str, str]]:
    """(module, name) of every import; the name is empty for a plain one."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


def called(tree: ast.AST) -> list[tuple[int, str]]:
    """(line, last name) of every call."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                found.append((node.lineno, node.func.id))
            elif isinstance(node.func, ast.Attribute):
                found.append((node.lineno, node.func.attr))
    return found


def effects_in(text: str) -> list[str]:
    tree = ast.parse(text)
    modules = [module for module, name in imports(tree) if {module, f"{module}.{name}"} & FORBIDDEN_IN_CORE]
    return modules + [f"{name}() in line {line}" for line, name in called(tree) if name in EFFECTS]


def sql_in(text: str) -> list[str]:
    tree = ast.parse(text)
    modules = [
        f"{module}.{name}"
        for module, name in imports(tree)
        if module.split(".")[0] == "sqlalchemy" and not (module == "sqlalchemy" and name in HANDED_ON)
    ]
    return modules + [f"{name}() in line {line}" for line, name in called(tree) if name in SQL_CALLS]


def test_core_opens_no_file_and_reads_no_clock() -> None:
    files = sources_of("core")
    assert len(files) >= 5
    found = {str(path.relative_to(ROOT)): effects for path in files if (effects := effects_in(path.read_text()))}
    assert found == {}


def test_only_storage_speaks_sql() -> None:
    files = sources_of(*(package for package in PACKAGES if package != "storage"))
    assert len(files) >= 5
    found = {str(path.relative_to(ROOT)): sql for path in files if (sql := sql_in(path.read_text()))}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("datetime.now(UTC)", ["now() in line 1"]),
        ("with open(name) as file: pass", ["open() in line 1"]),
        ("from urllib import request", ["urllib"]),
        ("from urllib.parse import urlsplit", []),
    ],
)
def test_the_search_for_effects_finds_them(text: str, found: list[str]) -> None:
    assert effects_in(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("conn.execute(query)", ["execute() in line 1"]),
        ("from sqlalchemy import Connection", []),
        ("from sqlalchemy import select", ["sqlalchemy.select"]),
        ("import sqlalchemy as sa", ["sqlalchemy."]),
        ("from sqlalchemy.dialects import sqlite", ["sqlalchemy.dialects.sqlite"]),
    ],
)
def test_the_search_for_sql_finds_it(text: str, found: list[str]) -> None:
    assert sql_in(text) == found


def test_every_package_has_a_light_init() -> None:
    """Importing a package must cost nothing: the command line has to start fast."""
    files = [path for path in sources_of(*PACKAGES) if path.name == "__init__.py"]
    assert len(files) >= len(PACKAGES)
    for path in files:
        if path.parent.parent != ROOT:
            continue
        body = ast.parse(path.read_text()).body
        assert len(body) <= 1, f"{path.relative_to(ROOT)} holds more than its docstring"


def test_the_packages_are_those_setuptools_is_told() -> None:
    settings = (ROOT / "pyproject.toml").read_text()
    for package in PACKAGES:
        assert f'"{package}*"' in settings
        for folder in {path.parent for path in sources_of(package)}:
            assert (folder / "__init__.py").exists(), f"{folder.relative_to(ROOT)} would not be installed"


def test_what_the_program_reads_is_packaged_with_it() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    patterns = [f"{package}/{name}" for package, names in setuptools["package-data"].items() for name in names]
    patterns += [name for names in setuptools["data-files"].values() for name in names]
    needed = [
        path.relative_to(ROOT)
        for path in tracked_files()
        if path.relative_to(ROOT).parts[0] in (*PACKAGES, "rules", "lexicon") and path.suffix not in (".py", ".md")
    ]
    assert len(needed) >= 30
    assert [str(path) for path in needed if not any(fnmatch(str(path), pattern) for pattern in patterns)] == []
