"""The home folder: sources.yaml, rules/, routes.yaml, settings.yaml and data/. The only place that reads them.

A home is read whole or not at all: :func:`load` gives everything checked, or one ConfigError with the problems of all
files. What only sending needs (a token, a mail server) is told apart, so that searching works without it.
"""

from __future__ import annotations

import os
import stat
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files as resource_files
from pathlib import Path

from core.config.routes import Routes, console_routes, parse_routes
from core.config.schema import schemas
from core.config.secret import Secret
from core.config.settings import (
    ENVIRONMENT,
    SECRETS,
    SLACK_TOKEN,
    SMTP_PASSWORD,
    SecretName,
    Settings,
    parse_settings,
    webhook_fault,
    webhook_key_fault,
    where_it_belongs,
)
from core.config.sources import Watchlist, parse_sources
from core.config.yamlfile import nearest
from core.errors import ConfigError, Problem
from core.filings.edgar import LISTS
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from core.websub import callback_fault

MAX_FILE_BYTES = 16_000_000
MAX_SECRET_BYTES = 64_000
SHIPPED_RULES = (
    Path(__file__).resolve().parent.parent / "rules",
    Path(sysconfig.get_path("data"), "share/onrecord/rules"),
)
STARTER = ("sources.yaml", "routes.yaml", "settings.yaml")


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of one installation lies."""

    path: Path

    @property
    def sources(self) -> Path:
        return self.path / "sources.yaml"

    @property
    def routes(self) -> Path:
        return self.path / "routes.yaml"

    @property
    def settings(self) -> Path:
        return self.path / "settings.yaml"

    @property
    def rules(self) -> Path:
        """The folder of packs of one's own."""
        return self.path / "rules"

    def data(self, settings: Settings) -> Path:
        """The data folder; it may not exist yet."""
        return self.path / settings.data

    def database(self, settings: Settings) -> Secret:
        """The address of the database; an SQLite path is seen from the home folder, not from where one stands."""
        given = settings.database.reveal() if settings.database else ""
        if given and not given.startswith("sqlite:///"):
            return Secret(given)
        path = self.path / (given.removeprefix("sqlite:///") or Path(settings.data, "onrecord.db"))
        return Secret(f"sqlite:///{path}")

    @property
    def secrets(self) -> Path:
        """The folder of secrets kept as files, each under its variable's name: the third place they may come from."""
        return self.path / "secrets"

    def keep_secret(self, variable: str, text: str) -> Path:
        """Write a secret into that folder, for its owner alone; one that is there already stays."""
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.secrets / variable
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(f"{text}\n")
        return path

    def make_data(self, settings: Settings) -> Path:
        """The data folder, made for its owner alone where missing. Raises ConfigError where that cannot be done.

        An existing ``data`` inside the home is closed to others too; a folder elsewhere is left as its owner set it.
        """
        folder = self.data(settings)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_ours = folder == self.path / "data" and not folder.is_symlink() and folder.stat().st_uid == os.geteuid()
            if is_ours and stat.S_IMODE(folder.stat().st_mode) & 0o077:
                folder.chmod(0o700)  # the watch list is a target list
        except OSError as error:
            raise ConfigError([Problem(str(folder), None, f"the data folder cannot be made: {_why(error)}")]) from error
        return folder


@dataclass(frozen=True, slots=True)
class Loaded:
    """A home that was read and found sound.

    ``webhooks`` holds the addresses named by receivers, by environment variable. ``missing`` says what must still be
    given before messages can be sent: `run` refuses to start with any, commands that only read do not mind.
    ``digests`` are SHA-256 (hex) of each file read, by name; equal digests mean an unchanged configuration.
    """

    home: Home
    watchlist: Watchlist
    rules: RuleSet
    routes: Routes
    settings: Settings
    webhooks: Mapping[str, Secret] = field(default_factory=dict)
    missing: tuple[Problem, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)


def load(
    home: Home, environ: Mapping[str, str], *, built_kinds: frozenset[str], previous: Loaded | None = None
) -> Loaded:
    """Everything the home says. ``previous`` saves reading again what has not changed.

    Raises ConfigError with the problems of all files together, file by file.
    """
    texts, problems = _read_all(home)
    digests = {name: sha256(text.encode()).hexdigest() for name, text in texts.items()}
    secrets = _Secrets(home, environ)

    watchlist = rules = routes = settings = None
    if "sources.yaml" in texts:
        try:
            watchlist = _watchlist(texts["sources.yaml"], digests["sources.yaml"], built_kinds, previous)
        except ConfigError as error:
            problems += error.problems
    try:
        rules = _rules(texts, digests, previous)
    except ConfigError as error:
        problems += error.problems
    try:
        routes = _routes(texts.get("routes.yaml"), watchlist, rules)
    except ConfigError as error:
        problems += error.problems
    try:
        settings = parse_settings(texts.get("settings.yaml", ""), environ=secrets.named(SECRETS))
    except ConfigError as error:
        problems += error.problems
    if watchlist is not None and settings is not None:
        problems += _nameless(watchlist, settings)
        problems += _unknown_proxies(watchlist, settings)
        problems += _uncallable(watchlist, settings)
    if problems or watchlist is None or rules is None or routes is None or settings is None:
        raise ConfigError(problems)
    webhooks = _webhooks(routes, secrets)
    missing = (*secrets.problems, *_missing(routes, settings, webhooks))
    return Loaded(home, watchlist, rules, routes, settings, webhooks, tuple(dict.fromkeys(missing)), digests)


def load_settings(home: Home, environ: Mapping[str, str]) -> Settings:
    """The settings alone, for commands that only read the archive. Raises ConfigError with their problems."""
    text = _read(home.settings, "settings.yaml", needed=False)
    return parse_settings(text or "", environ=_Secrets(home, environ).named(SECRETS))


def _nameless(watchlist: Watchlist, settings: Settings) -> list[Problem]:
    """The SEC answers nobody it cannot write to: https://www.sec.gov/search-filings/edgar-search-assistance/accessing-edgar-data."""
    if settings.fetch.contact is not None:
        return []
    what = "sources of kind sec need fetch.contact in settings.yaml: a mail address, told to the SEC and to nobody else"
    asking = [source for source in watchlist.enabled if source.kind == "sec" and source.url.startswith(LISTS)]
    return [Problem("sources.yaml", watchlist.lines.get(source.id), f"{source.id}: {what}") for source in asking]


def _unknown_proxies(watchlist: Watchlist, settings: Settings) -> list[Problem]:
    """Sources that name a proxy settings.yaml does not."""
    names = list(settings.proxies)
    return [
        Problem(
            "sources.yaml",
            watchlist.lines.get(source.id),
            f"there is no proxy {source.option('proxy')!r} under fetch.proxies in settings.yaml",
            nearest(source.option("proxy"), names),
        )
        for source in watchlist.sources
        if source.option("proxy") and source.option("proxy") not in names
    ]


def _uncallable(watchlist: Watchlist, settings: Settings) -> list[Problem]:
    """Sources whose hubs are to push, where no hub could reach us."""
    fault = callback_fault(settings.web.called_at)
    pushed = [source for source in watchlist.enabled if source.option("websub")] if fault else []
    return [Problem("sources.yaml", watchlist.lines.get(each.id), f"{each.id}: websub: {fault}") for each in pushed]


# --- files -------------------------------------------------------------------------------------------------------


def _read_all(home: Home) -> tuple[dict[str, str], list[Problem]]:
    """The text of every file there is, by the name it has in messages, and what could not be read."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    wanted = [(home.sources, "sources.yaml", True)]
    for path, name in rule_files(home):
        wanted.append((path, name, True))
    wanted += [(home.routes, "routes.yaml", False), (home.settings, "settings.yaml", False)]
    for path, name, needed in wanted:
        try:
            text = _read(path, name, needed=needed)
        except ConfigError as error:
            problems += error.problems
            continue
        if text is not None:
            texts[name] = text
    return texts, problems


def rule_files(home: Home) -> list[tuple[Path, str]]:
    """Every pack with its name: the shipped ones, then one's own. A file of one's own replaces a shipped namesake."""
    shipped = next((folder for folder in SHIPPED_RULES if folder.is_dir()), None)
    found: dict[str, Path] = {}
    for folder in (shipped, home.rules):
        for path in sorted(folder.glob("*.y*ml")) if folder and folder.is_dir() else ():
            found[path.with_suffix(".yaml").name] = path.with_suffix(".yaml")  # _read asks to rename a .yml
    return [(path, f"rules/{name}") for name, path in found.items()]


def _read(path: Path, name: str, *, needed: bool) -> str | None:
    """The text of a file; None where it is absent and may be. Raises ConfigError naming what is wrong with it."""
    if not os.path.lexists(path):
        other = path.with_suffix(".yml")
        if other.exists():
            raise ConfigError([Problem(name, None, f"there is a file {other.name}: rename it to {path.name}")])
        if needed:
            message = f"there is no such file in {path.parent}: `onrecord init` writes a first one"
            raise ConfigError([Problem(name, None, message)])
        return None
    try:
        body = _bytes(path)
    except OSError as error:
        raise ConfigError([Problem(name, None, f"this file cannot be read: {_why(error)}")]) from error
    return _text(body, name)


def _bytes(path: Path) -> bytes:
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError("it is a folder")
    if not stat.S_ISREG(about.st_mode):
        raise OSError("it is not a regular file")
    if about.st_size > MAX_FILE_BYTES:
        raise OSError(f"it is too long ({about.st_size:,} bytes, limit {MAX_FILE_BYTES:,})")
    return path.read_bytes()


def _text(body: bytes, name: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        looks = "; it looks like UTF-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
        message = f"this file is not UTF-8 text (byte 0x{body[error.start]:02X}{looks}): save it as UTF-8"
        raise ConfigError([Problem(name, line, message)]) from error


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


# --- one part after the other ------------------------------------------------------------------------------------


def _watchlist(text: str, digest: str, built_kinds: frozenset[str], previous: Loaded | None) -> Watchlist:
    if previous is not None and previous.digests.get("sources.yaml") == digest:
        return previous.watchlist
    return parse_sources(text, built_kinds=built_kinds)


def _rules(texts: Mapping[str, str], digests: Mapping[str, str], previous: Loaded | None) -> RuleSet:
    packs = {name: text for name, text in texts.items() if name.startswith("rules/")}
    before = {name: digest for name, digest in previous.digests.items() if name in packs} if previous else {}
    if previous is not None and before == {name: digests[name] for name in packs}:
        return previous.rules
    return parse_packs(packs)


def _routes(text: str | None, watchlist: Watchlist | None, rules: RuleSet | None) -> Routes:
    if text is None:
        return console_routes()
    companies = watchlist.company_ids if watchlist else None
    topics = watchlist.topics if watchlist else None
    known_rules = [rule.id for rule in rules.rules] if rules else None
    return parse_routes(text, companies=companies, topics=topics, rules=known_rules)


# --- secrets -----------------------------------------------------------------------------------------------------


class _Secrets:
    """Secrets: ``NAME`` in the environment, the file that ``NAME_FILE`` names there, or the home's ``secrets/NAME``."""

    def __init__(self, home: Home, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.folder = home.secrets
        self.problems: list[Problem] = []

    def named(self, names: Iterable[SecretName]) -> dict[str, str]:
        """The environment with every ``NAME_FILE`` among those names resolved."""
        found = dict(self.environ)
        for name in names:
            text = self.one(name.variable)
            if text is not None:
                found[name.variable] = text
        return found

    def one(self, variable: str) -> str | None:
        """The text of one secret, None where neither variable is set or its file cannot be used (then noted)."""
        given, file = self.environ.get(variable, "").strip(), self.environ.get(f"{variable}_FILE", "").strip()
        kept = self.folder / variable
        if not given and not file and kept.is_file():
            file = str(kept)
        if not file:
            return given or None
        if given:
            self._note(f"{variable} and {variable}_FILE are both set: unset one of them")
            return given
        try:
            path = Path(file)
            if path.is_file() and path.stat().st_size > MAX_SECRET_BYTES:
                raise OSError("it is too long for a secret")
            text = _bytes(path).decode().strip()
        except (OSError, ValueError) as error:
            why = _why(error) if isinstance(error, OSError) else "it is not text"
            self._note(f"{variable}_FILE names {file}, which cannot be read: {why}")
            return None
        if not text:
            self._note(f"{variable}_FILE names {file}, which is empty")
        return text or None

    def _note(self, message: str) -> None:
        self.problems.append(Problem(ENVIRONMENT, None, message))


def _webhooks(routes: Routes, secrets: _Secrets) -> dict[str, Secret]:
    found: dict[str, Secret] = {}
    for _, target in routes.targets():
        names = {"slack-webhook": (target.address,), "webhook": (target.address, f"{target.address}_SECRET")}
        for name in names.get(target.channel, ()):
            text = secrets.one(name)
            if text is not None:
                found[name] = Secret(text)
    return found


def _missing(routes: Routes, settings: Settings, webhooks: Mapping[str, Secret]) -> Iterable[Problem]:
    """What receivers need and nobody gave, each at its receiver's line."""
    for receiver, target in routes.targets():
        who, line = f'the receiver "{receiver.name}"', receiver.line or None
        if target.channel == "slack" and settings.slack.token is None:
            yield Problem("routes.yaml", line, f"{who} posts to a Slack channel: {where_it_belongs(SLACK_TOKEN)}")
        elif target.channel == "slack-webhook":
            webhook = webhooks.get(target.address)
            fault = webhook_fault(webhook.reveal()) if webhook else "is not set in the environment"
            if fault:
                yield Problem("routes.yaml", line, f"{who} posts to a webhook: {target.address} {fault}")
        elif target.channel == "webhook":
            for name, fault_of in ((target.address, webhook_fault), (f"{target.address}_SECRET", webhook_key_fault)):
                secret = webhooks.get(name)
                fault = fault_of(secret.reveal()) if secret else "is not set in the environment"
                if fault:
                    yield Problem("routes.yaml", line, f"{who} tells a web service: {name} {fault}")
        elif target.channel == "email" and settings.mail is None:
            yield Problem(
                "routes.yaml", line, f"{who} is written to by mail: settings.yaml needs mail with host and from"
            )
    if settings.mail and settings.mail.user and settings.mail.password is None:
        yield Problem("settings.yaml", None, f"mail.user needs a password: {where_it_belongs(SMTP_PASSWORD)}")


# --- files we write ----------------------------------------------------------------------------------------------


def starter_files() -> dict[str, str]:
    """First files for a new home, name → text: small, commented, and sound."""
    folder = resource_files("monitor") / "starter"
    return {name: (folder / name).read_text(encoding="utf-8") for name in STARTER}


def write_files(home: Home, files: Mapping[str, str]) -> dict[str, bool]:
    """Write those files that are missing, for their owner alone; name → whether it was written. Never overwrites."""
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    written: dict[str, bool] = {}
    for name, text in files.items():
        try:
            file = os.open(home.path / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            written[name] = False
            continue
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(text)
        written[name] = True
    return written


def write_schemas(folder: Path) -> list[Path]:
    """Write the JSON Schemas of the configuration files into a folder; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    return paths
