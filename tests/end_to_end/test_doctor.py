"""``onrecord doctor``: each check has a thing broken under it, and gives the advice that mends it."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult

from monitor import disk
from monitor.app import utc_now
from monitor.commands.doctor import patient
from monitor.doctor import CHECKS, Finding, examine
from monitor.home import Home
from monitor.lockfile import LOCK, DaemonLock
from storage import filesystems
from storage.migrate import HEAD
from tests.command import onrecord, write_home
from tests.far_side import Site, page
from tests.repository import ROOT
from tests.slack_standin import TOKEN, SlackStandIn

PROMISE = "We will not sell DNA kits to the police in any region where they are used against people."


@pytest.fixture(scope="module")
def _archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Site]]:
    """A home with one capture, made once."""
    folder = tmp_path_factory.mktemp("doctor")
    with Site() as site, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONRECORD_HOME", str(folder))
        site.pages["/policy.html"] = page(PROMISE)
        write_home(folder, site.authority, f'{{url: "{site.url("/policy.html")}", role: policy}}')
        assert onrecord("check").status == 0
        assert onrecord("validate").status == 0  # from here on what was parsed is at hand
        yield folder, site


@pytest.fixture
def kept(_archive: tuple[Path, Site], home: Path) -> Path:
    """A home of its own with that capture."""
    subprocess.run(["cp", "-a", f"{_archive[0]}/.", str(home)], check=True)
    return home


def found(home: Path, check: str) -> list[Finding]:
    """What one check says of a home."""
    asked = patient(Home(home), os.environ, utc_now())
    return [each.named(check) for each in CHECKS[check](asked)]


def only(home: Path, check: str) -> tuple[str, str, str]:
    [finding] = found(home, check)
    return finding.state, finding.what, finding.mend


def sql(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / "data" / "onrecord.db")) as conn, conn:
        conn.execute(statement, values)


# --- the whole -------------------------------------------------------------------------------------------------------


def test_a_sound_home_has_nothing_to_mend(kept: Path) -> None:
    ran = onrecord("doctor", "--json")
    assert [line["check"] for line in ran.lines] == list(CHECKS)
    assert len(CHECKS) == 17
    assert [line for line in ran.lines if line["state"] != "ok"] == []
    assert ran.status == 0
    assert onrecord("doctor").err == "All is well.\n"


def test_a_watch_that_was_killed_is_no_calm(kept: Path) -> None:
    start = "start it: onrecord run, or sudo systemctl start onrecord"
    assert only(kept, "watch") == ("ok", "not started yet; onrecord run starts it", "")
    now = utc_now()
    since = f"`onrecord run` (process {os.getpid()}, since {now:%Y-%m-%d %H:%M:%S} UTC)"
    with DaemonLock(kept / "data", now):
        assert only(kept, "watch") == ("ok", f"{since} is up", "")
        left = (kept / "data" / LOCK).read_text()
    assert only(kept, "watch") == ("warning", "stopped: nothing is checked now", start)
    (kept / "data" / LOCK).write_text(left)  # as SIGKILL leaves it
    what = f"{since} ended without a word, killed or switched off: nothing is checked now"
    assert only(kept, "watch") == ("bad", what, start)
    assert onrecord("doctor").status == 1


def test_looking_changes_nothing_and_makes_nothing(home: Path) -> None:
    assert onrecord("init").status == 0
    before = sorted(path.name for path in home.iterdir())
    (home / "sources.yaml").write_text("companies: []\n")
    onrecord("doctor")
    assert sorted(path.name for path in home.iterdir()) == before


def test_what_is_broken_comes_with_its_advice_and_status_1(kept: Path) -> None:
    (kept / "data").chmod(0o755)
    ran = onrecord("doctor")
    assert ran.status == 1
    assert f"BAD  permissions    others on this machine can look into {kept}/data\n" in ran.out
    assert f"                    → chmod 700 {kept}/data" in ran.out
    assert ran.err == "one thing to mend.\n"


def test_a_check_that_breaks_hides_no_other(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_patient: object) -> Iterator[Finding]:
        raise RuntimeError("a fault")

    monkeypatch.setitem(CHECKS, "clock", breaks)
    findings = list(examine(patient(Home(kept), os.environ, utc_now())))
    assert len(findings) == len(CHECKS)
    [clock] = [each for each in findings if each.check == "clock"]
    assert (clock.state, clock.what) == ("bad", "could not be looked at: RuntimeError: a fault")


# --- files -----------------------------------------------------------------------------------------------------------


def test_configuration_a_key_that_is_misspelt(kept: Path) -> None:
    (kept / "sources.yaml").write_text("companies:\n  - {name: A, sorces: []}\n")
    state, what, mend = only(kept, "configuration")
    assert (state, mend) == ("bad", "onrecord validate shows all of it")
    assert what.startswith("sources.yaml:2: ")


def test_configuration_nothing_is_watched(kept: Path) -> None:
    (kept / "sources.yaml").write_text("companies: []\n")
    assert only(kept, "configuration")[2] == "add a company to sources.yaml"


# --- the machine -----------------------------------------------------------------------------------------------------


def test_clock_set_back_behind_what_was_captured(kept: Path) -> None:
    with time_machine.travel(utc_now() - timedelta(days=2), tick=False):
        state, what, mend = only(kept, "clock")
    assert (state, "which this clock has not reached" in what) == ("bad", True)
    assert mend.startswith("sudo timedatectl set-ntp true")


def test_clock_that_lost_its_battery(kept: Path) -> None:
    with time_machine.travel("2000-01-01T00:00:00Z", tick=False):
        state, what, mend = only(kept, "clock")
    assert (state, what) == ("bad", "the clock shows 2000-01-01, before this program was made")
    assert mend.startswith("sudo timedatectl set-ntp true")


def test_clock_that_differs_from_those_of_servers(kept: Path) -> None:
    ahead = (utc_now() + timedelta(hours=3)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    sql(kept, "UPDATE fetches SET record = ?", json.dumps({"headers": [["date", ahead]]}))
    state, what, mend = only(kept, "clock")
    assert state == "bad"
    assert what.startswith("this clock is three hours behind those of the servers it asks (the middle of ")
    assert mend.startswith("sudo timedatectl set-ntp true")


def test_time_zone_that_does_not_exist(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Mars/Olympus_Mons")
    state, what, mend = only(kept, "time zone")
    assert state == "bad"
    assert what.startswith("TZ is 'Mars/Olympus_Mons', which is no time zone this machine knows")
    assert mend.startswith("unset TZ, or name one such as Europe/Berlin")


def test_locale_without_utf8(kept: Path) -> None:
    """The whole command under ASCII: letters that are missing there come as codes, and nothing breaks."""
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "monitor", "doctor"],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stderr
    assert b"!    locale         the terminal use" in ran.stdout
    assert b"\\u2192 export LC_ALL=C.UTF-8" in ran.stdout


def test_disk_with_too_little_room(kept: Path) -> None:
    with (kept / "settings.yaml").open("a") as file:
        file.write("disk: {floor_mb: 10000000}\n")
    state, what, mend = only(kept, "disk")
    assert (state, what.endswith("free, less than the 10,000.0 GB that are to stay free: nothing is fetched")) == (
        "bad",
        True,
    )
    assert mend.startswith("make room (onrecord archive stats shows what takes it), or lower disk.floor_mb")


def test_disk_that_will_be_full_soon(kept: Path) -> None:
    now, (free, _) = utc_now(), disk.free(kept)
    measures = [[f"{now - timedelta(days=10):%Y-%m-%d}", free * 3], [f"{now:%Y-%m-%d}", free]]
    (kept / "data" / "disk.json").write_text(json.dumps(measures))
    state, what, mend = only(kept, "disk")
    assert (state, "at the pace of the last weeks enough until about" in what) == ("warning", True)
    assert mend == "add disk, or move the data folder before then"


def test_disk_reached_over_a_network(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    real = os.path.realpath(kept)
    mounts.write_text(
        "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
        f"90 22 0:44 / {real} rw,relatime shared:50 - nfs4 nas:/export rw\n"
    )
    monkeypatch.setattr(filesystems, "MOUNTS", mounts)
    bad = found(kept, "disk")[0]
    assert bad.what.startswith(f"{kept}/data is on a network disk (nfs4)")
    assert bad.mend.startswith("put the data folder on a disk of this machine")


def test_permissions_of_folder_database_and_secrets(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "token"
    secret.write_text("xoxb-1")
    secret.chmod(0o644)
    monkeypatch.setenv("ONRECORD_SLACK_TOKEN_FILE", str(secret))
    (kept / "data").chmod(0o755)
    (kept / "data" / "onrecord.db").chmod(0o644)
    assert [each.mend for each in found(kept, "permissions")] == [
        f"chmod 700 {kept}/data",
        f"chmod 600 {kept}/data/onrecord.db",
        f"chmod 600 {secret}",
    ]


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_database_that_is_no_database(kept: Path) -> None:
    (kept / "data" / "onrecord.db").write_bytes(b"not a database, but long enough to be taken for one" * 40)
    state, what, mend = only(kept, "database")
    assert (state, what) == ("bad", "database: file is not a database")
    assert "restore a backup (onrecord archive restore)" in mend


def test_database_with_a_page_overwritten(kept: Path) -> None:
    path = kept / "data" / "onrecord.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'fetches'").fetchone()[0]
        size = conn.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    state, what, mend = only(kept, "database")
    assert (state, mend) == ("bad", "stop On Record, and restore a backup (onrecord archive restore)")
    assert what.startswith("the database is damaged: ")


@pytest.mark.parametrize(
    ("stamp", "state", "advice"),
    [
        ("0417", "bad", "update On Record; to go back instead, restore the backup that was taken before the update"),
        ("0001", "warning", "nothing: the next start takes a backup and brings it up to date"),
        ("ae1027a6acf", "bad", "give On Record one of its own"),
    ],
)
def test_migrations_newer_older_and_of_another_program(kept: Path, stamp: str, state: str, advice: str) -> None:
    sql(kept, "UPDATE alembic_version SET version_num = ?", stamp)
    assert (only(kept, "migrations")[0], only(kept, "migrations")[2]) == (state, advice)
    sql(kept, "UPDATE alembic_version SET version_num = ?", HEAD)
    assert only(kept, "migrations") == ("ok", f"schema {HEAD}", "")


def test_index_that_lost_passages_and_is_made_anew(kept: Path) -> None:
    sql(kept, "INSERT INTO passage_index(passage_index) VALUES('delete-all')")
    assert onrecord("search", "kits").out == ""
    state, what, mend = only(kept, "index")
    assert (state, mend) == ("bad", "onrecord archive reindex")
    assert what.startswith("the search index does not know")
    assert onrecord(*mend.split()[1:]).status == 0
    assert only(kept, "index") == ("ok", "knows what is kept", "")
    assert "kits" in onrecord("search", "kits").out


# --- what it speaks to -----------------------------------------------------------------------------------------------


def test_dns_that_finds_nothing(kept: Path) -> None:
    sources = "companies:\n  - name: A\n    sources: [{url: 'https://a.invalid/x'}, {url: 'https://b.invalid/x'}]\n"
    (kept / "sources.yaml").write_text(sources)
    assert only(kept, "DNS") == (
        "bad",
        "none of two names can be looked up",
        "look at /etc/resolv.conf and the network: resolvectl status",
    )


def test_dns_for_one_misspelt_name(kept: Path) -> None:
    sources = "companies:\n  - name: A\n    sources: [{url: 'https://a.invalid/x'}, {url: 'http://localhost/x'}]\n"
    (kept / "sources.yaml").write_text(sources)
    state, what, mend = only(kept, "DNS")
    assert (state, what) == ("warning", "cannot be looked up: a.invalid")
    assert mend.startswith("correct a name that is misspelt in sources.yaml")


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_proxy_that_does_not_answer(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = closed_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    state, what, mend = only(kept, "proxies")
    assert (state, what.startswith(f"the proxy 127.0.0.1:{port} of HTTPS_PROXY does not answer")) == ("bad", True)
    assert mend == "start the proxy, correct HTTPS_PROXY, or unset it"


def test_certificates_that_are_not_there(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/roots.pem")
    bad = found(kept, "certificates")[0]
    assert (bad.state, bad.what) == ("bad", "SSL_CERT_FILE names /nowhere/roots.pem, which is not there")
    assert bad.mend == "unset SSL_CERT_FILE, or sudo apt install ca-certificates"


@contextmanager
def tls_server(authority: trustme.CA, ends: datetime) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=ends).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as taken:

        def serve() -> None:
            try:
                line, _ = taken.accept()
                context.wrap_socket(line, server_side=True).close()
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(taken.getsockname()[1])
        thread.join(10)


def test_a_certificate_nobody_we_trust_signed(kept: Path) -> None:
    with tls_server(trustme.CA(), utc_now() + timedelta(days=90)) as port:
        with (kept / "settings.yaml").open("a") as file:
            file.write("\n")
        text = (kept / "settings.yaml").read_text().replace("web: {", f'web: {{base_url: "https://localhost:{port}", ')
        (kept / "settings.yaml").write_text(text)
        state, what, mend = only(kept, "certificates")
    assert (state, "the certificate of localhost is not accepted" in what) == ("bad", True)
    assert mend.startswith("correct this machine's clock, renew the certificate")


def test_a_certificate_that_ends_soon(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "roots.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    with tls_server(authority, utc_now() + timedelta(days=3)) as port:
        text = (kept / "settings.yaml").read_text().replace("web: {", f'web: {{base_url: "https://localhost:{port}", ')
        (kept / "settings.yaml").write_text(text)
        state, what, mend = only(kept, "certificates")
    assert (state, "the certificate of localhost ends on" in what) == ("warning", True)
    assert mend == "renew it before then"


def in_slack(home: Path, slack: SlackStandIn) -> None:
    (home / "routes.yaml").write_text("receivers:\n  desk: {slack: {channel: '#rights'}}\ndefault: desk\n")
    with (home / "settings.yaml").open("a") as file:
        file.write(f"slack: {{base_url: {slack.api}}}\n")


def test_a_token_slack_refuses_one_that_may_not_post_and_a_good_one(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SlackStandIn() as slack:
        in_slack(kept, slack)
        assert only(kept, "tokens")[1] == "a receiver is in a Slack channel, and there is no token"
        monkeypatch.setenv("ONRECORD_SLACK_TOKEN", "xoxb-wrong")
        state, what, mend = only(kept, "tokens")
        assert (state, what.startswith("Slack refuses the token: invalid_auth")) == ("bad", True)
        assert mend.startswith("take a new token from the app's page “OAuth & Permissions”")
        assert "xoxb-wrong" not in what + mend
        monkeypatch.setenv("ONRECORD_SLACK_TOKEN", TOKEN)
        assert only(kept, "tokens") == ("ok", "Slack accepts the token (Rights Desk)", "")
        slack.scopes = ["users:read"]
        assert only(kept, "tokens")[2] == "add the scope chat:write to the app, and install it in the workspace again"
        assert [post.path for post in slack.posts if post.path != "/api/auth.test"] == []


def test_a_dead_mans_switch_that_is_dead_itself(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_PING_URL", f"http://127.0.0.1:{closed_port()}/s3cr3t")
    state, what, mend = only(kept, "tokens")
    assert (state, what, mend) == (
        "bad",
        "the dead-man's switch at 127.0.0.1 does not answer",
        "look at ONRECORD_PING_URL",
    )


def check_login(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    return AuthResult(success=getattr(data, "password", b"") == b"right", handled=False)


def by_mail(home: Path, port: int) -> None:
    (home / "routes.yaml").write_text("receivers:\n  desk: {email: [desk@example.org]}\ndefault: desk\n")
    with (home / "settings.yaml").open("a") as file:
        file.write(f"mail: {{host: 127.0.0.1, port: {port}, security: none, from: a@example.org, user: onrecord}}\n")


def test_a_mail_server_that_is_down_refuses_the_login_or_takes_it(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = closed_port()
    by_mail(kept, port)
    assert only(kept, "SMTP")[1] == "mail.user is onrecord, and there is no password"
    monkeypatch.setenv("ONRECORD_SMTP_PASSWORD", "wr0ng")
    state, what, mend = only(kept, "SMTP")
    assert (state, what) == ("bad", "mail server 127.0.0.1 could not be reached: connection refused")
    assert mend == "start the mail server of this machine, or correct mail.host and mail.port"
    server = Controller(Sink(), hostname="127.0.0.1", port=port, authenticator=check_login, auth_require_tls=False)
    server.start()
    try:
        state, what, mend = only(kept, "SMTP")
        assert (state, "refused the login of onrecord" in what, "wr0ng" in what) == ("bad", True, False)
        assert mend.startswith("correct mail.user or the password")
        monkeypatch.setenv("ONRECORD_SMTP_PASSWORD", "right")
        assert only(kept, "SMTP") == ("ok", f"127.0.0.1:{port} takes mail from onrecord", "")
    finally:
        server.stop()


def test_no_mail_server_for_a_receiver_by_mail(kept: Path) -> None:
    (kept / "routes.yaml").write_text("receivers:\n  desk: {email: [desk@example.org]}\ndefault: desk\n")
    assert only(kept, "SMTP")[2] == "add mail: with host and from to settings.yaml"
