"""``onrecord statement``: what a company said elsewhere, entered by hand."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from monitor.cli.program import AsJson, done, group, home

statement = group("statement", "What a company said elsewhere, entered by hand: to the press, in a letter, by e-mail.")

_DAY = "A day, a month or a year: 2024-01-03, 2024-01, 2024."


@statement.command("add")
def statement_add(
    words: Annotated[str, typer.Argument(metavar="TEXT|FILE", help="The words, a file that holds them, or - to read.")],
    company: Annotated[str, typer.Option(help="Id of the company that said it.")],
    title: Annotated[str, typer.Option(help="What it is, in a line.")],
    publisher: Annotated[str, typer.Option("--published-by", help="Who published it, or to whom it was said.")],
    where: Annotated[str, typer.Option(help="Its address, or how it came: e-mail to a reporter.")] = "",
    decided: Annotated[str, typer.Option(help=f"When it was decided. {_DAY}")] = "",
    effective: Annotated[str, typer.Option(help=f"From when it holds. {_DAY}")] = "",
    public: Annotated[str, typer.Option(help=f"When it was made public. {_DAY}")] = "",
    observed: Annotated[str, typer.Option(help=f"When it was first seen; today without. {_DAY}")] = "",
    evidence: Annotated[str, typer.Option(help="The file the words were typed from: a scan, a photo, a letter.")] = "",
    lang: Annotated[str, typer.Option(help="Its language, such as en or zh.")] = "",
    note: Annotated[str, typer.Option(help="Anything a colleague should know.")] = "",
    as_json: AsJson = False,
) -> None:
    """Enter a statement: it is kept, read, matched and told like any page, and held against the company's earlier words.

    A file may be a text, a page, a PDF or an e-mail. The four dates are kept apart. `statement withdraw` takes back
    one that was entered in error; nothing is deleted.

    JSON, one object: statement, document, alerts, new, dates, and beside (sentence, earlier, document, verdict,
    dimensions, reasons).

    Example: onrecord statement add letter.txt --company thermo-fisher-scientific --title "Sales in Tibet end" --published-by "Axios" --public 2024-01-03
    """
    from core.statements import Dates, Statement
    from monitor.commands.statement import add

    said = Statement(company, title, publisher, where, Dates(decided, effective, public, observed), lang, note)
    done(add(home(), os.environ, said, words, stdin=sys.stdin, evidence=evidence, as_json=as_json))


@statement.command("list")
def statement_list(
    company: Annotated[str | None, typer.Option(help="Those of one company.")] = None, as_json: AsJson = False
) -> None:
    """Every statement that was entered, the newest first, with its dates.

    Example: onrecord statement list --company thermo-fisher-scientific
    """
    from monitor.commands.statement import list_statements

    done(list_statements(home(), os.environ, company, as_json=as_json))


@statement.command("withdraw")
def statement_withdraw(
    number: Annotated[int, typer.Argument(metavar="STATEMENT", help="Its number, as `statement list` says.", min=1)],
    reason: Annotated[str, typer.Option(help="Why; it stays with the statement.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the withdrawal back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Mark a statement as entered in error. What was entered stays, and says so.

    Example: onrecord statement withdraw 3 --reason "the quote was another company's"
    """
    from monitor.commands.statement import withdraw

    if not reason.strip() and not undo:
        raise typer.BadParameter("say why", param_hint="--reason")
    done(withdraw(home(), os.environ, number, reason, undo=undo, as_json=as_json))
