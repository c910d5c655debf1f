"""The home folder: what is read from it, what is refused, and what is written into it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.config.secret import Secret
from core.config.settings import Settings
from core.errors import ConfigError
from monitor.home import Home, Loaded, load, load_settings, rule_files, starter_files, write_files

BUILT = frozenset({"page", "feed"})
SOURCES = "companies:\n  - name: Acme\n    topics: [dna]\n    sources:\n      - url: https://acme.example/\n"
TOKEN = "set ONRECORD_SLACK_TOKEN in the environment, or ONRECORD_SLACK_TOKEN_FILE to a file that holds it"


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A home with one company and nothing else."""
    home = Home(tmp_path / "home")
    home.path.mkdir()
    home.sources.write_text(SOURCES, encoding="utf-8")
    return home


def loaded(home: Home, environ: Mapping[str, str] | None = None, previous: Loaded | None = None) -> Loaded:
    return load(home, environ or {}, built_kinds=BUILT, previous=previous)


def test_the_sec_is_asked_only_by_somebody_it_can_write_to(place: Home) -> None:
    place.sources.write_text("companies:\n  - {name: Acme, cik: '0000097745', sources: [{kind: sec}]}\n")
    with pytest.raises(ConfigError) as refused:
        load(place, {}, built_kinds=BUILT | {"sec"})
    assert str(refused.value) == (
        "sources.yaml:2: acme/sec: sources of kind sec need fetch.contact in settings.yaml: a mail address, "
        "told to the SEC and to nobody else"
    )
    place.settings.write_text("fetch: {contact: desk@ngo.example}\n")
    assert load(place, {}, built_kinds=BUILT | {"sec"}).watchlist.sources[0].kind == "sec"


def problems_of(home: Home, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(home, environ)
    return [str(problem) for problem in caught.value.problems]


def test_one_file_is_enough(place: Home) -> None:
    found = loaded(place)
    assert [source.id for source in found.watchlist.sources] == ["acme/page"]
    assert found.routes.default == ("console",)
    assert found.settings == Settings()
    assert found.missing == ()
    assert "sources.yaml" in found.digests


def test_the_shipped_packs_are_read_and_a_namesake_of_ones_own_replaces_one(place: Home) -> None:
    shipped = [name for _, name in rule_files(place)]
    assert len(shipped) >= 10
    place.rules.mkdir()
    (place.rules / Path(shipped[0]).name).write_text("schema: 1\n", encoding="utf-8")
    (place.rules / "own.yaml").write_text("schema: 1\n", encoding="utf-8")
    mine = [name for path, name in rule_files(place) if path.parent == place.rules]
    assert mine == [shipped[0], "rules/own.yaml"]
    assert len(rule_files(place)) == len(shipped) + 1


def test_the_problems_of_all_four_files_are_told_together(place: Home) -> None:
    place.sources.write_text("companies: Acme\n", encoding="utf-8")
    place.rules.mkdir()
    (place.rules / "own.yaml").write_text("- a\n", encoding="utf-8")
    place.routes.write_text("default: desk\n", encoding="utf-8")
    place.settings.write_text("web: {port: x}\n", encoding="utf-8")
    assert problems_of(place) == [
        'sources.yaml:1: "companies" must be a list, not "Acme". Did you mean \'[Acme]\'?',
        "rules/own.yaml:1: this file must hold keys and values (key: value), nothing else",
        'routes.yaml:1: this file needs "receivers"',
        'settings.yaml:1: "web.port" must be a whole number, not "x"',
    ]


def test_routes_are_checked_against_the_companies(place: Home) -> None:
    place.routes.write_text(
        "receivers: {a: {console: true}}\ndefault: a\nroutes:\n  - {match: {company: acmee, topic: dns}, to: a}\n",
        encoding="utf-8",
    )
    assert problems_of(place) == [
        "routes.yaml:4: no company in sources.yaml has the id \"acmee\". Did you mean 'acme'?",
        "routes.yaml:4: no company in sources.yaml has the topic \"dns\". Did you mean 'dna'?",
    ]


# --- files that cannot be read -----------------------------------------------------------------------------------


def test_a_home_without_sources(tmp_path: Path) -> None:
    assert problems_of(Home(tmp_path)) == [
        f"sources.yaml: there is no such file in {tmp_path}: `onrecord init` writes a first one"
    ]


def test_a_file_that_is_not_utf_8(place: Home) -> None:
    place.sources.write_bytes(b"companies:\n  - name: Caf\xe9\n")
    assert problems_of(place) == ["sources.yaml:2: this file is not UTF-8 text (byte 0xE9): save it as UTF-8"]


def test_a_file_in_utf_16(place: Home) -> None:
    place.routes.write_bytes("default: a\n".encode("utf-16"))
    assert problems_of(place) == [
        "routes.yaml:1: this file is not UTF-8 text (byte 0xFF; it looks like UTF-16): save it as UTF-8"
    ]


def test_a_byte_order_mark_does_no_harm(place: Home) -> None:
    place.sources.write_bytes(b"\xef\xbb\xbf" + SOURCES.encode())
    assert loaded(place).watchlist.company_ids == ("acme",)


def test_a_folder_in_the_place_of_a_file(place: Home) -> None:
    place.settings.mkdir()
    assert problems_of(place) == ["settings.yaml: this file cannot be read: it is a folder"]


def test_a_pipe_in_the_place_of_a_file(place: Home) -> None:
    os.mkfifo(place.routes)
    assert problems_of(place) == ["routes.yaml: this file cannot be read: it is not a regular file"]


def test_a_link_that_leads_nowhere(place: Home) -> None:
    place.routes.symlink_to(place.path / "gone.yaml")
    assert problems_of(place) == ["routes.yaml: this file cannot be read: no such file or directory"]


def test_a_file_nobody_may_read(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path == place.settings:
            raise PermissionError(13, "Permission denied")  # what a user other than root would meet
        return read(path)

    place.settings.write_text("", encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", refused)
    assert problems_of(place) == ["settings.yaml: this file cannot be read: permission denied"]


def test_a_file_too_long_to_be_meant(place: Home) -> None:
    with place.settings.open("wb") as file:
        file.truncate(17_000_000)
    assert problems_of(place) == [
        "settings.yaml: this file cannot be read: it is too long (17,000,000 bytes, limit 16,000,000)"
    ]


def test_the_other_ending_is_not_silently_skipped(place: Home) -> None:
    place.routes.with_suffix(".yml").write_text("default: a\n", encoding="utf-8")
    place.rules.mkdir()
    (place.rules / "own.yml").write_text("schema: 1\n", encoding="utf-8")
    assert problems_of(place) == [
        "rules/own.yaml: there is a file own.yml: rename it to own.yaml",
        "routes.yaml: there is a file routes.yml: rename it to routes.yaml",
    ]


# --- secrets -----------------------------------------------------------------------------------------------------


def slack_routes(home: Home) -> None:
    home.routes.write_text(
        "receivers:\n  desk: {slack: {channel: '#rights'}}\n  hook: {slack: {webhook: DESK_HOOK}}\n"
        "  post: {email: a@example.org}\ndefault: desk\n",
        encoding="utf-8",
    )


def test_what_receivers_need_is_missing_but_stops_no_reading(place: Home) -> None:
    slack_routes(place)
    place.settings.write_text("mail:\n", encoding="utf-8")
    assert [str(problem) for problem in loaded(place).missing] == [
        f'routes.yaml:2: the receiver "desk" posts to a Slack channel: {TOKEN}',
        'routes.yaml:3: the receiver "hook" posts to a webhook: DESK_HOOK is not set in the environment',
        'routes.yaml:4: the receiver "post" is written to by mail: settings.yaml needs mail with host and from',
    ]


def test_nothing_is_missing_once_all_is_given(place: Home, tmp_path: Path) -> None:
    slack_routes(place)
    place.settings.write_text("mail: {host: smtp.example.org, from: a@b.example, user: me}\n", encoding="utf-8")
    (tmp_path / "token").write_text("xoxb-1\n", encoding="utf-8")
    (tmp_path / "hook").write_text(" https://hooks.slack.com/services/T/B/x \n", encoding="utf-8")
    found = loaded(
        place,
        {
            "ONRECORD_SLACK_TOKEN_FILE": str(tmp_path / "token"),
            "DESK_HOOK_FILE": str(tmp_path / "hook"),
            "ONRECORD_SMTP_PASSWORD": "hunter2",
        },
    )
    assert found.missing == ()
    assert found.settings.slack.token == Secret("xoxb-1")
    assert found.webhooks == {"DESK_HOOK": Secret("https://hooks.slack.com/services/T/B/x")}
    assert found.settings.mail is not None
    assert found.settings.mail.password == Secret("hunter2")
    assert "hunter2" not in repr(found)


def test_a_mail_account_without_its_password(place: Home) -> None:
    place.settings.write_text("mail: {host: smtp.example.org, from: a@b.example, user: me}\n", encoding="utf-8")
    assert [str(problem) for problem in loaded(place).missing] == [
        "settings.yaml: mail.user needs a password: set ONRECORD_SMTP_PASSWORD in the environment, "
        "or ONRECORD_SMTP_PASSWORD_FILE to a file that holds it"
    ]


def test_a_webhook_that_is_no_address(place: Home) -> None:
    place.routes.write_text("receivers: {a: {slack: {webhook: DESK_HOOK}}}\ndefault: a\n", encoding="utf-8")
    missing = [str(problem) for problem in loaded(place, {"DESK_HOOK": "hunter2"}).missing]
    assert missing == [
        'routes.yaml:1: the receiver "a" posts to a webhook: '
        "DESK_HOOK is not the address of a webhook: it must begin with https://"
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "which cannot be read: no such file or directory"),
        (b"", "which is empty"),
        (b"\xff\xfe", "which cannot be read: it is not text"),
        (b"x" * 70_000, "which cannot be read: it is too long for a secret"),
    ],
    ids=["absent", "empty", "bytes", "long"],
)
def test_a_secrets_file_that_cannot_be_used(place: Home, tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    found = loaded(place, {"ONRECORD_SLACK_TOKEN_FILE": str(file)})
    assert [str(problem) for problem in found.missing] == [
        f"environment: ONRECORD_SLACK_TOKEN_FILE names {file}, {why}"
    ]


def test_a_secret_given_in_two_ways(place: Home, tmp_path: Path) -> None:
    environ = {"ONRECORD_SLACK_TOKEN": "xoxb-1", "ONRECORD_SLACK_TOKEN_FILE": str(tmp_path / "token")}
    assert [str(problem) for problem in loaded(place, environ).missing] == [
        "environment: ONRECORD_SLACK_TOKEN and ONRECORD_SLACK_TOKEN_FILE are both set: unset one of them"
    ]


def test_commands_that_only_read_need_the_settings_alone(tmp_path: Path) -> None:
    assert load_settings(Home(tmp_path), {"ONRECORD_DATABASE_URL": "postgresql://db/x"}).database == Secret(
        "postgresql://db/x"
    )


# --- reload, data folder, first files ----------------------------------------------------------------------------


def test_a_reload_reads_only_what_changed(place: Home) -> None:
    first = loaded(place)
    place.settings.write_text("web: {port: 9000}\n", encoding="utf-8")
    second = loaded(place, previous=first)
    assert second.watchlist is first.watchlist
    assert second.rules is first.rules
    assert second.settings.web.port == 9000
    place.sources.write_text(SOURCES.replace("Acme", "Bcme"), encoding="utf-8")
    assert loaded(place, previous=second).watchlist.company_ids == ("bcme",)


def test_the_data_folder_is_for_its_owner_alone(place: Home) -> None:
    folder = place.make_data(Settings())
    assert (folder, stat.S_IMODE(folder.stat().st_mode)) == (place.path / "data", 0o700)
    folder.chmod(0o755)
    place.make_data(Settings())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_elsewhere_keeps_its_mode(place: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    assert place.make_data(Settings(data=str(elsewhere))) == elsewhere
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755


def test_a_data_folder_that_cannot_be_made(place: Home) -> None:
    (place.path / "data").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        place.make_data(Settings())
    assert str(caught.value) == f"{place.path / 'data'}: the data folder cannot be made: file exists"


def test_the_database_is_seen_from_the_home(place: Home) -> None:
    assert place.database(Settings()) == Secret(f"sqlite:///{place.path}/data/onrecord.db")
    assert place.database(Settings(data="/srv/x")) == Secret("sqlite:////srv/x/onrecord.db")
    assert place.database(Settings(database=Secret("sqlite:///a.db"))) == Secret(f"sqlite:///{place.path}/a.db")
    assert place.database(Settings(database=Secret("sqlite:////a.db"))) == Secret("sqlite:////a.db")
    assert place.database(Settings(database=Secret("postgresql://db/x"))) == Secret("postgresql://db/x")


def test_the_first_files_are_written_once_and_never_over_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    assert write_files(home, starter_files()) == {"sources.yaml": True, "routes.yaml": True, "settings.yaml": True}
    assert loaded(home).missing == ()
    home.routes.unlink()
    home.sources.write_text(SOURCES, encoding="utf-8")
    assert write_files(home, starter_files()) == {"sources.yaml": False, "routes.yaml": True, "settings.yaml": False}
    assert home.sources.read_text(encoding="utf-8") == SOURCES
    assert home.routes.read_text(encoding="utf-8") == starter_files()["routes.yaml"]


def test_a_secret_may_lie_in_the_homes_own_folder_and_the_environment_wins(tmp_path: Path) -> None:
    home = Home(tmp_path)
    path = home.keep_secret("ONRECORD_SLACK_TOKEN", "xoxb-kept")
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_settings(home, {}).slack.token == Secret("xoxb-kept")
    assert load_settings(home, {"ONRECORD_SLACK_TOKEN": "xoxb-given"}).slack.token == Secret("xoxb-given")


def test_files_of_a_home_are_for_their_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    write_files(home, starter_files())
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in home.path.iterdir()} == {0o600}
