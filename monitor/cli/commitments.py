"""``onrecord commitments``: what companies promised, and what became of it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

promises = group("commitments")

Key = Annotated[str, typer.Argument(help="A promise: its name in the list, or the beginning of it.")]
Note = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]
By = Annotated[str, typer.Option(help="Who says so.", envvar="USER")]


@promises.callback()
def commitments(
    ctx: typer.Context,
    company: Annotated[str | None, typer.Option(help="A company: its id, its name or a part of it.")] = None,
    topic: Annotated[str | None, typer.Option(help="A topic: the name of a rule pack, such as forced-labour.")] = None,
    document: Annotated[str | None, typer.Option(help="A document: its name or a part of it.")] = None,
    weakened: Annotated[bool, typer.Option("--weakened", help="Only those weakened or removed at some time.")] = False,
    gone: Annotated[bool, typer.Option("--gone", help="Only those that no longer stand.")] = False,
    due: Annotated[
        int | None, typer.Option(help="Only those that fall due within so many days, or are overdue.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The ledger as it was known at the end of that day (UTC).")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those a person dismissed.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="A row a promise, for a spreadsheet.")] = False,
    as_json: AsJson = False,
) -> None:
    """What companies promised, and what became of each promise: every event dated between two captures.

    Alone it prints the ledger, those that moved last first; its verbs look at one promise, compare wordings, follow
    a document from one version to another, and set companies side by side. Promises are suggested by machine until
    a person confirms or dismisses them.

    JSON, one object a promise: commitment, company, document, url, heading, topics, status, stands, weakened, first,
    now, since, due, says, not_said, stands_in (another document that has its words now) and events (event, verdict, dimensions, reasons, before, after, last_seen,
    first_changed, last_seen_capture, first_changed_capture, version).

    Example: onrecord commitments --company thermo-fisher-scientific --weakened
    """
    if ctx.invoked_subcommand is not None:
        return
    from monitor.commands.ledger import Asked, ledger

    asked = Asked(company, topic, document, weakened, gone, due, as_of, everything)
    done(ledger(home(), os.environ, asked, as_json=as_json, as_csv=as_csv))


@promises.command("show")
def commitments_show(key: Key, as_json: AsJson = False) -> None:
    """One promise through all its wordings: what it says, what it does not say, and every event with both captures.

    Example: onrecord commitments show 3f9a
    """
    from monitor.commands.ledger import show

    done(show(home(), os.environ, key, as_json=as_json))


@promises.command("confirm")
def commitments_confirm(key: Key, by: By = "somebody", note: Note = "", as_json: AsJson = False) -> None:
    """A person has read it: it is a promise. It keeps its place in the ledger whatever the machine thinks later.

    Example: onrecord commitments confirm 3f9a --note "binds the whole group"
    """
    _act(key, "confirmed", (by, note), as_json=as_json)


@promises.command("dismiss")
def commitments_dismiss(key: Key, by: By = "somebody", note: Note = "", as_json: AsJson = False) -> None:
    """A person has read it: it is no promise. It leaves the lists; --all shows it, and suggest takes the word back.

    Example: onrecord commitments dismiss 3f9a --note "describes a product"
    """
    _act(key, "dismissed", (by, note), as_json=as_json)


@promises.command("kept")
def commitments_kept(key: Key, by: By = "somebody", note: Note = "", as_json: AsJson = False) -> None:
    """The company did what it promised: no reminder comes any more.

    Example: onrecord commitments kept 3f9a --note "list published on 30 June"
    """
    _act(key, "kept", (by, note), as_json=as_json)


@promises.command("broken")
def commitments_broken(key: Key, by: By = "somebody", note: Note = "", as_json: AsJson = False) -> None:
    """The company did not do what it promised.

    Example: onrecord commitments broken 3f9a --note "no list by 30 June"
    """
    _act(key, "broken", (by, note), as_json=as_json)


@promises.command("suggest")
def commitments_suggest(key: Key, by: By = "somebody", note: Note = "", as_json: AsJson = False) -> None:
    """Take back what was said of a promise: it is suggested again.

    Example: onrecord commitments suggest 3f9a
    """
    _act(key, "suggested", (by, note), as_json=as_json)


def _act(key: str, what: str, said: tuple[str, str], *, as_json: bool) -> None:
    from monitor.commands.ledger import act

    done(act(home(), os.environ, key, what, said, as_json=as_json))


@promises.command("fate")
def commitments_fate(
    document: Annotated[str, typer.Argument(help="A document: its name or a part of it, number, address, or source.")],
    a: Annotated[int | None, typer.Argument(help="Number of the version before; the one before B without.")] = None,
    b: Annotated[int | None, typer.Argument(help="Number of the version after; the current one without.")] = None,
    as_json: AsJson = False,
) -> None:
    """What became of each promise when a document was rewritten: kept, reworded, weakened, moved, removed.

    JSON, one object: document, before, after, counts and fates (fate, verdict, dimensions, reasons, before, after,
    heading_before, heading_after).

    Example: onrecord commitments fate thermo-fisher-scientific/ethics 3 4
    """
    from monitor.commands.across import fate

    done(fate(home(), os.environ, document, (a, b), as_json=as_json))


@promises.command("across")
def commitments_across(
    topic: Annotated[str, typer.Argument(help="A topic: the name of a rule pack, such as forced-labour.")],
    company: Annotated[str | None, typer.Option(help="Only this company: its documents side by side.")] = None,
    as_json: AsJson = False,
) -> None:
    """One topic side by side: what each company promises about it, what it does not say, and who says nothing.

    JSON, one object a company: company, name, topic, silent, not_said (in none of them) and promises (commitment, document, where, lang, now,
    since, weakened, says, not_said).

    Example: onrecord commitments across forced-labour
    """
    from monitor.commands.across import across

    done(across(home(), os.environ, topic, company, as_json=as_json))


@promises.command("editions")
def commitments_editions(
    company: Annotated[str | None, typer.Option(help="Only the documents of this company.")] = None,
    as_json: AsJson = False,
) -> None:
    """Language editions that do not say the same: a place or topic on one side only, two stances, one changed alone.

    Documents are editions of each other where their addresses differ in the language only. JSON, one object a
    difference: company, kind, what, there, not_here, reason, quote.

    Example: onrecord commitments editions --company hikvision
    """
    from monitor.commands.across import editions

    done(editions(home(), os.environ, company, as_json=as_json))


@promises.command("spread")
def commitments_spread(
    phrase: Annotated[str | None, typer.Argument(help="A phrase; without one, every rare phrase that spread.")] = None,
    as_json: AsJson = False,
) -> None:
    """Where a phrase was seen first, and at which companies after that. That somebody copied is not said.

    JSON, one object a phrase: phrase and seen (company, document, first_seen, text), the earliest first.

    Example: onrecord commitments spread "fact-specific assessments"
    """
    from monitor.commands.across import spreading

    done(spreading(home(), os.environ, phrase, as_json=as_json))


@promises.command("read")
def commitments_read(
    sentence: Annotated[str, typer.Argument(help="A sentence, or a list item.")],
    lead_in: Annotated[str, typer.Option(help="The sentence that introduces the list it stands in.")] = "",
    as_json: AsJson = False,
) -> None:
    """One sentence taken apart: who is bound, how firmly, to do what, where, for whom, until when; and what is not said.

    JSON, one object: sentence, lang, commitment, says, not_said, knowledge, remedy, tier.

    Example: onrecord commitments read "We will not knowingly sell DNA kits to police in Xinjiang."
    """
    from monitor.commands.across import read

    done(read(sentence, lead_in, as_json=as_json))


@promises.command("compare")
def commitments_compare(
    before: Annotated[str, typer.Argument(help="A text, a file that holds it, or - for one JSON pair a line.")],
    after: Annotated[str | None, typer.Argument(help="The later text or file; an empty one means it is gone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Was a promise weakened? The verdict on two wordings, with the dimensions and words that moved.

    With - each line of standard input is {"before": "…", "after": "…"}, and each answer one JSON object a line.

    Example: onrecord commitments compare "We will not sell to police." "We will not knowingly sell to police."
    """
    from monitor.commands.promises import compare

    if before != "-" and after is None:
        raise typer.BadParameter('two texts are needed; an empty one ("") stands for none', param_hint="AFTER")
    done(compare(before, after, sys.stdin, as_json=as_json))
