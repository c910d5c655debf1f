"""``onrecord sources``: what is watched."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

sources = group("sources", "What is watched.")


@sources.command("list")
def sources_list(
    with_all: Annotated[bool, typer.Option("--all", help="Also those switched off or no longer watched.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every source with its health: how it answered last, when it is asked next.

    Example: onrecord sources list --all
    """
    from monitor.commands.look import list_sources

    done(list_sources(home(), os.environ, with_all=with_all, as_json=as_json))


@sources.command("import")
def sources_import(
    file: Annotated[list[Path], typer.Argument(help="Lists of other programs.", exists=True, dir_okay=False)],
    form: Annotated[
        str | None, typer.Option("--format", help="opml, csv, changedetection, jobs or declaration; guessed without.")
    ] = None,
    company: Annotated[str | None, typer.Option(help="Id of the one company all of it belongs to.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of a new company that all of it belongs to.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Add them switched off.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be added, and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Carry a watch list over into sources.yaml: OPML, CSV, changedetection.io, urlwatch, webchanges, Open Terms Archive.

    What stands in the file stays as it is, comments and order too; the file as it was is kept beside it. Shell commands
    are never carried over; whatever was left behind is named with its place and the reason.

    JSON, one object a line: status (added, known, left), company, url, and of what was left: what, where, why.

    Example: onrecord sources import feeds.opml --off
    """
    from core.carryover import FORMATS
    from monitor.commands.carrying import Carrying, import_sources

    if form is not None and form not in FORMATS:
        raise typer.BadParameter(f"one of {', '.join(FORMATS)}", param_hint="--format")
    how = Carrying(form, company, name, off, dry_run)
    done(import_sources(home(), os.environ, file, how, as_json=as_json))


@sources.command("add")
def sources_add(
    url: Annotated[str, typer.Argument(help="The company's site, such as https://company.example.")],
    company: Annotated[str | None, typer.Option(help="Id of the company it belongs to; made where it is new.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of a new company.")] = None,
    choose: Annotated[
        str | None, typer.Option(help="What to write: numbers such as 1,3, or all, marked, none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find what a company's site has to watch, show each with its first capture and cost, and write what is chosen.

    Looks for feeds, newsroom, human-rights, ethics, supplier-code, modern-slavery, privacy and law-enforcement pages, PDFs
    and languages; says what it did not find. sources.yaml keeps its comments and its order.

    Example: onrecord sources add https://www.example.com --name "Example Corporation" --choose marked
    """
    from monitor.commands.finding import add

    done(add(home(), os.environ, url, company=company, name=name, chosen=choose, as_json=as_json))


@sources.command("test")
def sources_test(
    source: Annotated[
        list[str] | None, typer.Argument(help="Ids of sources or companies; all that are on without.")
    ] = None,
    with_all: Annotated[bool, typer.Option("--all", help="Also those that are switched off.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask once and say what came: grade, redirects, robots.txt, terms, and what each selector matches against the past.

    A source that is switched off may be named: try it before you switch it on.

    Example: onrecord sources test thermo-fisher/ethics
    """
    from monitor.commands.trying import test

    done(test(home(), os.environ, source or [], as_json=as_json, with_all=with_all))


Id = Annotated[str, typer.Argument(help="Id of a source.")]


@sources.command("pause")
def sources_pause(source: Id, as_json: AsJson = False) -> None:
    """Stop asking for a source: enabled: false in sources.yaml. What was archived stays.

    Example: onrecord sources pause thermo-fisher/ethics
    """
    from monitor.commands.sources import pause

    done(pause(home(), os.environ, source, resumes=False, as_json=as_json))


@sources.command("resume")
def sources_resume(source: Id, as_json: AsJson = False) -> None:
    """Ask for a source (again).

    Example: onrecord sources resume thermo-fisher/ethics
    """
    from monitor.commands.sources import pause

    done(pause(home(), os.environ, source, resumes=True, as_json=as_json))


@sources.command("move")
def sources_move(
    source: Id, url: Annotated[str, typer.Argument(help="Its new address.")], as_json: AsJson = False
) -> None:
    """Watch a source at another address. Its document goes there with its whole history.

    Example: onrecord sources move thermo-fisher/ethics https://corporate.thermofisher.com/ethics
    """
    from monitor.commands.sources import move

    done(move(home(), os.environ, source, url, as_json=as_json))


@sources.command("merge")
def sources_merge(
    old: Annotated[str, typer.Argument(help="Name of the document that was there first.")],
    new: Annotated[str, typer.Argument(help="Name of the document it goes on as.")],
    as_json: AsJson = False,
) -> None:
    """Two documents were one all along: let the old one go on with the new one's captures and address.

    For a page that moved and was rewritten at once, so that On Record saw one go and another come. What was cited of
    either still resolves; what changed between the last capture of the one and the first of the other is told late.

    Example: onrecord sources merge thermo-fisher/ethics thermo-fisher/our-values
    """
    from monitor.commands.sources import merge

    done(merge(home(), os.environ, (old, new), as_json=as_json))


@sources.command("split")
def sources_split(
    document: Annotated[str, typer.Argument(help="Name of a document.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day of the other text (UTC).")],
    as_json: AsJson = False,
) -> None:
    """An address was given to another text: what it shows since then becomes a document of its own.

    Example: onrecord sources split thermo-fisher/ethics --since 2026-03-01
    """
    from monitor.commands.sources import split

    done(split(home(), os.environ, document, since.replace(tzinfo=UTC), as_json=as_json))


@sources.command("capture")
def sources_capture(
    document: Annotated[str, typer.Argument(help="Name of a document, or id of a source.")],
    file: Annotated[Path, typer.Argument(help="HTML, SingleFile or PDF as it was saved.", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Take in a page a person saved, where a site blocks us; it is marked so for ever.

    Example: onrecord sources capture thermo-fisher/ethics saved-page.html
    """
    from monitor.commands.trying import capture

    done(capture(home(), os.environ, document, file, as_json=as_json))


@sources.command("hook")
def sources_hook(
    source: Annotated[str | None, typer.Argument(help="Id of a source; without it the hooks there are.")] = None,
    is_revoked: Annotated[bool, typer.Option("--revoke", help="End the hook of this source.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make an address by which another program says "look at this source now"; its secret is shown once.

    A new hook ends the one before. A call makes the source's own address due and does nothing else.

    Example: onrecord sources hook thermo-fisher/feed
    """
    from monitor.commands.hooks import make, revoke, show

    if source is None and is_revoked:
        raise typer.BadParameter("name the source whose hook is to end", param_hint="SOURCE")
    if source is None:
        done(show(home(), os.environ, as_json=as_json))
    else:
        done((revoke if is_revoked else make)(home(), os.environ, source, as_json=as_json))


@sources.command("coverage")
def sources_coverage(as_json: AsJson = False) -> None:
    """What was asked in time, what is behind and why, and where some items of a list may have been missed.

    Example: onrecord sources coverage
    """
    from monitor.commands.trying import coverage

    done(coverage(home(), os.environ, as_json=as_json))


@sources.command("log")
def sources_log(as_json: AsJson = False) -> None:
    """What people did about sources by command: added, moved, paused, merged, split, captured.

    Example: onrecord sources log
    """
    from monitor.commands.sources import show_log

    done(show_log(home(), os.environ, as_json=as_json))


@sources.command("undo")
def sources_undo(
    act: Annotated[int | None, typer.Argument(help="Number of an act (sources log); the newest without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take an act back: the file as it was, and the document where it stood.

    Example: onrecord sources undo
    """
    from monitor.commands.sources import undo

    done(undo(home(), os.environ, act, as_json=as_json))
