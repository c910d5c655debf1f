"""What a stranger meets first holds: the README's commands, the lock, the index of decisions, the changelog."""

from __future__ import annotations

import ast
import os
import re
import shlex
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from bench.run import benches
from core.config.sources import parse_sources
from tests.repository import PACKAGES, ROOT, sources_of, texts, tracked_files

README = ROOT / "README.md"
LOCK = ROOT / "requirements.lock"
DESIGN = ROOT / "docs" / "design"

# Put together here, so that this file does not hold what it looks for.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"))
)
MACHINE_PATH = re.compile(r"(?<![\w./:~}-])/(?:root|work|home/[a-z]+|Users/[A-Za-z]+)/(?=\w|\.)")


def test_no_tracked_file_names_a_package_registry() -> None:
    found = [(name, host) for name, text in texts() for host in REGISTRY_HOSTS if host in text]
    assert found == []


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    found = [(name, hit.group()) for name, text in texts() for hit in MACHINE_PATH.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("open('/" + "root/main/x')", True),
        ("see /" + "home/anna/onrecord", True),
        ("https://example.com/home/anna", False),
        ("/" + "rootless/x", False),
    ],
)
def test_the_search_for_machine_paths_finds_them(text: str, is_found: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) == is_found


def test_nothing_is_tracked_that_a_run_leaves_behind() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked_files()]
    assert len(names) > 20
    left_behind = re.compile(
        r"(^|/)(\.venv|__pycache__|\.hypothesis|data/(?!\w+/)|uv\.lock|pylock\.toml)(/|$)|\.(db|pyc)$"
    )
    assert [name for name in names if left_behind.search(name) and not name.startswith("tests/data/")] == []


# --- the README -----------------------------------------------------------------------------------------------------


def test_the_first_screen_shows_both_commands() -> None:
    screen = README.read_text().splitlines()[:30]
    assert any(re.match(r"\./run\s+#", line) for line in screen)
    assert any(re.match(r"\./run test\s+#", line) for line in screen)


def shell_examples(page: Path) -> list[str]:
    """The commands in a page's fenced shell examples, without their comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line and not line.startswith("#")]


def test_every_verb_the_readme_shows_is_a_verb_of_run() -> None:
    verbs = [example.split()[1] for example in shell_examples(README) if example.startswith("./run ")]
    assert len(verbs) >= 8
    script = (ROOT / "run").read_text()
    known = re.search(r"^(start \|.*)\) set_up ;;$", script, re.MULTILINE)
    assert known is not None
    assert set(verbs) - {"help"} <= set(known.group(1).split(" | "))


def test_every_command_the_readme_shows_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsed down to the last option, not carried out."""
    from monitor.cli import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE.warc.gz").touch()
    shown = [example.split("./run onrecord ")[1] for example in shell_examples(README) if "./run onrecord " in example]
    assert len(shown) >= 10
    for example in shown:
        command, words = typer.main.get_command(app), shlex.split(example)
        while isinstance(command, TyperGroup) and words and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        is_whole = not isinstance(command, TyperGroup) or (command.invoke_without_command and not words)
        assert is_whole, f"no such command: {example}"
        command.make_context(example, words)


def test_every_configuration_the_readme_shows_is_sound() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    watched = parse_sources(blocks[0], built_kinds=frozenset({"page"}))
    assert [(source.id, source.company) for source in watched.enabled] == [("example/page", "example")]
    assert len(blocks[0].splitlines()) == 4


def test_links_between_pages_lead_somewhere() -> None:
    pages = [path for path in tracked_files() if path.suffix == ".md"]
    assert len(pages) >= 5
    links = [
        (page, target) for page in pages for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    ]
    assert len(links) >= 8
    assert [
        (str(page.relative_to(ROOT)), target) for page, target in links if not (page.parent / target).exists()
    ] == []


# --- set-up ---------------------------------------------------------------------------------------------------------


def test_the_lock_has_a_hash_for_everything_and_no_address() -> None:
    text = LOCK.read_text()
    assert "://" not in text
    pins = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(pins) > 60
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_the_lock_knows_everything_pyproject_asks_for() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [
        *settings["project"]["dependencies"],
        *(line for extra in settings["project"]["optional-dependencies"].values() for line in extra),
        *settings["dependency-groups"]["dev"],
    ]
    assert len(asked) >= 40
    names = {name_of(line) for line in asked}
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCK.read_text(), re.MULTILINE))
    assert names - locked == set()


# Parts that a declared library brings and hands to its users as its own interface.
BROUGHT_BY = {
    "multidict": "aiohttp",
    "pydantic-core": "pydantic",
    "starlette": "fastapi",
}


def undeclared(folders: tuple[str, ...], declared: set[str]) -> list[str]:
    """Libraries that the Python files of these folders import and nothing in `declared` brings."""
    providers = packages_distributions()
    imported = {
        module.split(".")[0]
        for path in sources_of(*folders)
        for node in ast.walk(ast.parse(path.read_text()))
        for module in modules_of(node)
    }
    # compression is of the standard library from 3.14 on
    libraries = imported - {*PACKAGES, "tests", "bench", "compression", ""} - sys.stdlib_module_names
    assert len(libraries) >= 5
    return [
        library
        for library in sorted(libraries)
        # what is not installed on this Python (a marker excludes it) goes by its own name
        if not {BROUGHT_BY.get(name_of(name), name_of(name)) for name in providers.get(library, [library])} & declared
    ]


def test_every_library_the_program_imports_is_declared() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {name_of(line) for line in settings["dependencies"]}
    declared |= {name_of(line) for extra in settings["optional-dependencies"].values() for line in extra}
    assert undeclared(PACKAGES, declared) == []


def test_every_library_the_tests_and_figures_import_is_declared() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = {name_of(line) for line in settings["project"]["dependencies"]}
    declared |= {name_of(line) for extra in settings["project"]["optional-dependencies"].values() for line in extra}
    declared |= {name_of(line) for line in settings["dependency-groups"]["dev"]}
    assert undeclared(("tests", "bench"), declared) == []


def modules_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def name_of(requirement: str) -> str:
    """The normalised name at the start of a requirement."""
    return re.split(r"[\[<>=;~! ]", requirement)[0].lower().replace(".", "-").replace("_", "-")


def test_continuous_integration_calls_exactly_the_readmes_command() -> None:
    last = (ROOT / ".ci" / "run").read_text().rstrip().splitlines()[-1]
    assert last == "exec ./run test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert os.access(ROOT / "run", os.X_OK)


def test_every_linter_exception_carries_its_reason() -> None:
    exception = re.compile(r"#\s*(noqa|type: ignore)\b(.*)$", re.MULTILINE)
    with_reason = re.compile(r"^(: [A-Z0-9, ]+|\[[a-z, -]+\])\s*(\(|#|—|-|:)\s*\S.+")
    bare = [
        f"{name}: {hit.group()}"
        for name, text in texts()
        if name.endswith(".py") and name != "tests/docs/test_repository.py"
        for hit in exception.finditer(text)
        if not with_reason.match(hit.group(2))
    ]
    assert bare == []


def test_the_figures_that_run_bench_names_can_be_measured() -> None:
    modules = [bench.module for bench in benches(10)]
    assert len(modules) >= 3
    programs = {name: (ROOT / f"{name.replace('.', '/')}.py").read_text() for name in modules}
    assert [name for name, text in programs.items() if 'if __name__ == "__main__":' not in text] == []


# --- decisions and changes ------------------------------------------------------------------------------------------


def test_every_decision_is_in_the_index() -> None:
    pages = sorted(path.name for path in DESIGN.glob("*.md") if path.name != "README.md")
    assert len(pages) >= 3
    index = (DESIGN / "README.md").read_text()
    assert [page for page in pages if f"]({page})" not in index] == []
    numbers = re.findall(r"^\| \[(\d{4}) ", index, re.MULTILINE)
    assert numbers == sorted(numbers)


def test_decisions_are_numbered_once_and_say_what_would_change_our_mind() -> None:
    pages = sorted(DESIGN.glob("[0-9]*.md"))
    assert len(pages) >= 2
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)
    for page in pages:
        assert "## What would change our mind" in page.read_text(), page.name


def test_the_changelog_has_room_for_the_next_change() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    first = re.search(r"^## (.*)$", text, re.MULTILINE)
    assert first is not None
    assert first.group(1) == "Unreleased"
    sections = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert sections <= {"Added", "Changed", "Fixed"}
