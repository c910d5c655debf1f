"""Every example of the documentation runs: commands on a real archive, YAML through the files' own checks, code as code."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.main import get_command

from alerts.channels import ChannelKind, Means
from core.config.routes import parse_routes
from core.config.settings import parse_settings
from core.config.sources import parse_sources
from core.rules.parse import parse_packs
from monitor.cli import app
from monitor.kinds import Kind, built_kinds
from tests.command import onrecord, write_home
from tests.far_side import Site, page
from tests.released import file_of
from tests.repository import ROOT
from tests.slack_standin import TOKEN, SlackStandIn

DOCS = ROOT / "docs"
PAGES = sorted(
    [
        DOCS / "index.md",
        DOCS / "tutorial.md",
        DOCS / "security.md",
        *(DOCS / "how-to").glob("*.md"),
        *(DOCS / "explanation").glob("*.md"),
    ]
)
ELSEWHERE = ("sudo ", "podman ", "docker ", "journalctl ", "git pull", "export ", "mkdir ", "install ", "./run demo")
FILE_OF = {
    **dict.fromkeys(("schema", "companies", "registries", "defaults"), "sources.yaml"),
    **dict.fromkeys(("receivers", "routes", "default", "people", "operator", "drill"), "routes.yaml"),
}
GOES_ON = {"run", "demo"}
# Verbs that ask somebody's server, or want a page or an act of one's own: tested where those are.
ASKS = {
    "sources add",
    "sources test",
    "sources pause",
    "sources resume",
    "sources merge",
    "sources move",
    "sources split",
    "sources capture",
    "sources undo",
}
ASKS |= {"archive backfill", "sources import"}
PROMISE = "We will not sell DNA kits to the police in any region where they are used against people."
HEDGED = "We do not knowingly sell DNA kits to the police in any region where they are used against people."


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced example."""

    page: str
    language: str
    text: str


def blocks(language: str) -> list[Block]:
    return [
        Block(path.name, language, text)
        for path in PAGES
        for text in re.findall(
            rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
    ]


def commands() -> list[tuple[str, str]]:
    """Every line of every shell example, with its page."""
    return [
        (block.page, line.split("  #")[0].strip())
        for block in blocks("sh")
        for line in block.text.splitlines()
        if line.strip() and not line.startswith("#")
    ]


def ours(line: str) -> list[str] | None:
    """The words after ``onrecord`` where the line runs it."""
    found = re.match(r"(?:sudo -u onrecord \S+ )?(?:\./run )?onrecord (.*)$", line)
    return shlex.split(found.group(1)) if found else None


def test_there_are_pages_for_everybody_and_examples_on_them() -> None:
    assert len(PAGES) >= 18
    assert len(commands()) >= 55
    assert len(blocks("yaml")) >= 14


def test_every_line_is_ours_or_of_a_program_everybody_knows() -> None:
    strangers = [(where, line) for where, line in commands() if ours(line) is None and not line.startswith(ELSEWHERE)]
    assert strangers == []
    for where, line in commands():
        assert subprocess.run(["sh", "-n", "-c", line], check=False).returncode == 0, (where, line)


# --- commands --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, SlackStandIn]]:
    """The home the documentation speaks of: a page that was hedged, a desk in Slack, a pack of one's own, a backup."""
    folder = tmp_path_factory.mktemp("docs")
    with Site() as site, SlackStandIn() as slack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONRECORD_HOME", str(folder))
        patch.setenv("ONRECORD_SLACK_TOKEN", TOKEN)
        source = f'{{url: "{site.url("/ethics")}", role: ethics}}'
        write_home(folder, site.authority, source, settings=f"slack: {{base_url: {slack.api}}}\n")
        (folder / "routes.yaml").write_text("receivers:\n  desk: {slack: {channel: '#rights'}}\ndefault: desk\n")
        (folder / "rules").mkdir()
        pack = next(block for block in blocks("yaml") if block.text.startswith("# rules/prisons.yaml"))
        (folder / "rules" / "prisons.yaml").write_text(pack.text)
        for text in (PROMISE, HEDGED):
            site.pages["/ethics"] = page(text)
            assert onrecord("check").status == 0
        named = folder / "backups" / "onrecord-20261128T031500Z.tar"
        assert onrecord("archive", "backup", named).status == 0
        assert onrecord("validate").status == 0  # from here on what was parsed is at hand
        yield folder, slack


RUNNABLE = sorted({
    " ".join(shlex.quote(word) for word in words)
    for _, line in commands()
    if (words := ours(line)) is not None and not line.startswith("sudo") and words[0] not in GOES_ON
    and " ".join(words[:2]) not in ASKS
})  # fmt: skip


def test_the_commands_that_run_here_are_most_of_them() -> None:
    assert len(RUNNABLE) >= 24


@pytest.mark.parametrize("line", RUNNABLE)
def test_a_command_of_the_documentation_does_what_it_says(
    line: str, ready: tuple[Path, SlackStandIn], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, slack = ready
    if "--replace" in line:  # what it replaces is needed by the others
        home = Path(shutil.copytree(home, tmp_path / "home"))
        (home / "data" / "before-upgrade").mkdir(mode=0o700, exist_ok=True)
        file_of(home / "data" / "before-upgrade" / "onrecord-schema-0001.db", "0001")
    monkeypatch.chdir(home)
    monkeypatch.setenv("ONRECORD_HOME", str(home))
    monkeypatch.setenv("ONRECORD_SLACK_TOKEN", TOKEN)
    posts = len(slack.posts)
    words = [word.replace("/srv/restored", str(tmp_path / "restored")) for word in shlex.split(line)]
    if "doctor" in words and "--home" in words:
        assert (
            onrecord(
                "--home", tmp_path / "restored", "archive", "restore", "backups/onrecord-20261128T031500Z.tar"
            ).status
            == 0
        )
    words = ["1" if word == "CHANGE" else word for word in words]
    ran = onrecord(*words)
    assert ran.status == 0, ran.err + ran.out
    assert "a fault in On Record" not in ran.err
    if words[:2] == ["routes", "test"]:
        assert len(slack.posts) == posts + 1


def test_every_other_command_is_at_least_understood() -> None:
    others = [words for _, line in commands() if (words := ours(line)) is not None]
    assert len(others) >= 37
    for words in others:
        command, left = get_command(app), list(words)
        while left and left[0].startswith("--"):
            left = left[2:]
        while hasattr(command, "commands") and left and left[0] in command.commands:
            command = command.commands[left.pop(0)]
        assert not hasattr(command, "commands") or getattr(command, "invoke_without_command", False), words


# --- YAML and code ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", blocks("yaml"), ids=lambda block: f"{block.page}: {block.text[:30].strip()}")
def test_yaml_is_sound_as_the_file_it_stands_for(block: Block) -> None:
    named = re.match(r"# (\S+\.yaml)\n", block.text)
    key = re.search(r"^(\w+):", block.text, re.MULTILINE)
    assert key is not None
    file = named.group(1) if named else FILE_OF.get(key.group(1), "settings.yaml")
    if file == "sources.yaml":
        assert parse_sources(block.text, built_kinds=built_kinds()).companies
    elif file == "routes.yaml":
        assert parse_routes(block.text, companies=None, topics=None).receivers
    elif file.startswith("rules/"):
        assert parse_packs({file: block.text}).rules
    else:
        assert file == "settings.yaml"
        assert parse_settings(block.text, environ={}) != parse_settings("", environ={})


def test_code_that_adds_a_kind_or_a_channel_is_one() -> None:
    found: dict[str, object] = {}
    assert len(blocks("python")) == 2
    for block in blocks("python"):
        exec(compile(block.text, block.page, "exec"), found)
    assert isinstance(found["KIND"], Kind)
    channel = found["CHANNEL"]
    assert isinstance(channel, ChannelKind)
    said: list[str] = []
    opened = channel.open(Means(write=said.append))
    assert opened.send.__name__ == "send"


# --- the site --------------------------------------------------------------------------------------------------------


def test_the_site_is_built_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    import sys

    command = [sys.executable, "-m", "mkdocs", "--quiet", "build", "--strict", "--site-dir", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    built = list(tmp_path.rglob("*.html"))
    assert len(built) >= 40
    loads = re.compile(
        r'<(?:script|img|iframe)[^>]+src="https?:|<link[^>]+rel="stylesheet"[^>]+href="https?:|url\(["\']?https?:'
    )
    assert [
        str(path) for path in [*built, *tmp_path.rglob("*.css")] if loads.search(path.read_text(errors="replace"))
    ] == []
    text = (tmp_path / "tutorial" / "index.html").read_text()
    assert "From nothing to the first alert" in text
