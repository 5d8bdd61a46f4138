"""Commands about queries to the sites: list, show, raise, send, answer, close, cancel, exclude, give, print."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, PasswordStdin, answer, command, lab_group, signed_in
from corelab.domain.queries import PENDING, Query, QueryFilter, QueryKind, QueryState, kind_of
from corelab.services import queries
from corelab.services.labs import OpenLab
from corelab.ui.query_words import STATE_WORDS, line_words, state_words, whole_words

commands = typer.Typer()
of_lab = lab_group("Queries to the sites: raise, send, answer, close, print. Their texts hold codes only.")
commands.add_typer(of_lab, name="query")

_KINDS = ", ".join(kind.value for kind in QueryKind)
_STATES = ", ".join(("pending", "overdue", *STATE_WORDS.values()))
Named = Annotated[str, typer.Argument(metavar="QUERY", help="Its number, as 12 or S01-3.", show_default=False)]
Site = Annotated[str | None, typer.Option("--site", help="The site's code.")]
State = Annotated[str | None, typer.Option("--state", help=f"One of: {_STATES}.")]
Words = Annotated[str, typer.Option("--words", help="In codes only: no names, dates, long numbers.")]


def _wanted(site: str | None, state: str | None, none: QueryFilter) -> QueryFilter:
    # Also as --json says them.
    known = {word: frozenset({one}) for one in QueryState for word in (one.value, STATE_WORDS[one])}
    if state is None:
        return QueryFilter(site, none.states)
    if state not in {"pending", "overdue", *known}:
        raise typer.BadParameter(f"--state is one of {_STATES}")
    return QueryFilter(site, known.get(state, PENDING.states), overdue=state == "overdue")


def _told(one: Query, lab: OpenLab, words: str, *, as_json: bool) -> None:
    answer(one.to_json(lab.clock.now()), words, as_json=as_json)


@of_lab.command("list")
@command
def list_queries(
    ctx: typer.Context, site: Site = None, state: State = None, as_json: AsJson = False, password_stdin: PasswordStdin = False
) -> None:
    """List queries: number at the site, number in the lab, state, subject, what it is about, age, due, owner.

    Example: corelab query LAB list --state overdue
    """
    wanted = _wanted(site, state, QueryFilter())
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        clock = here.lab.clock
        found = [one for one in queries.queries(here.lab, here.session) if wanted.leaves(one, clock.now())]
    words = "\n".join(line_words(one, clock) for one in found) or "No query."
    answer({"queries": [one.to_json(clock.now()) for one in found]}, words, as_json=as_json)


@of_lab.command("show")
@command
def show(ctx: typer.Context, query: Named, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Show one query with its text and everything that was said.

    Example: corelab query LAB show S01-3
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = queries.query(here.lab, here.session, query)
    _told(found, here.lab, whole_words(found, here.lab.clock), as_json=as_json)


@of_lab.command("raise")
@command
def raise_query(
    ctx: typer.Context,
    kind: Annotated[str, typer.Option("--kind", help=f"One of: {_KINDS}.", show_default=False)],
    clip: Annotated[str | None, typer.Option("--clip", help="The clip it is about.")] = None,
    exam: Annotated[str | None, typer.Option("--exam", help="The exam: SUBJECT:VISIT, its code or id.")] = None,
    site: Site = None,
    facts: Annotated[list[str] | None, typer.Option("--fact", help="KEY=VALUE in codes, as segment=CFV; may be repeated.")] = None,
    words: Words = "",
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Raise a query by hand, about a clip, an exam or a site.

    Example: corelab query LAB raise --kind quality --exam S001:D10 --fact segment=CFV.R --words "No compression on this clip"
    """
    pairs = dict(fact.partition("=")[::2] for fact in facts or () if "=" in fact)
    if len(pairs) != len(facts or ()):
        raise typer.BadParameter("write facts as KEY=VALUE")
    about = kind_of(kind)
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        new = queries.raise_query(here.lab, here.session, about, clip=clip, exam=exam, site=site, facts=pairs, words=words)
        found = queries.query(here.lab, here.session, new)
    _told(found, here.lab, f"Raised {found.name} ({found.lab_name}). Look at its text with show, then send it.", as_json=as_json)


@of_lab.command("send")
@command
def send(
    ctx: typer.Context,
    query: Named,
    due: Annotated[str | None, typer.Option("--due", help="Day by which the site is to answer, as 2026-02-28.")] = None,
    words: Words = "",
    site: Site = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Record that a query went to the site; again as a reminder, or because an answer does not settle it (with --words).

    Example: corelab query LAB send S01-3 --due 2026-02-28
    """
    by = _day(due)
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        done = queries.send(here.lab, here.session, query, due=by, words=words, site=site)
    until = f", due {done.due:%Y-%m-%d}" if done.due else ""
    _told(done, here.lab, f"{done.name} ({done.lab_name}) is {state_words(done)}{until}.", as_json=as_json)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("--due is a day, as 2026-02-28") from None


@of_lab.command("answer")
@command
def give_answer(
    ctx: typer.Context,
    query: Named,
    words: Words = "",
    attach: Annotated[Path | None, typer.Option("--attach", help="A letter of the site; it is kept in quarantine.")] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Record what the site answered: words, a file, or both.

    Example: corelab query LAB answer S01-3 --words "The clip shows segment POPV, right"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        done = queries.answer(here.lab, here.session, query, words, attached=attach)
    _told(done, here.lab, f"{done.name} is answered. Close it, or send it back with words.", as_json=as_json)


@of_lab.command("close")
@command
def close(ctx: typer.Context, query: Named, words: Words = "", as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Close a query whose answer settles it.

    Example: corelab query LAB close S01-3
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        done = queries.close(here.lab, here.session, query, words)
    _told(done, here.lab, f"{done.name} is closed.", as_json=as_json)


@of_lab.command("cancel")
@command
def cancel(
    ctx: typer.Context,
    query: Named,
    reason: Annotated[str, typer.Option("--reason", help="Why it is not asked any more.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Cancel a query, with a reason.

    Example: corelab query LAB cancel S01-3 --reason "Raised about the wrong clip"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        done = queries.cancel(here.lab, here.session, query, reason)
    _told(done, here.lab, f"{done.name} is cancelled.", as_json=as_json)


@of_lab.command("exclude")
@command
def exclude(
    ctx: typer.Context,
    query: Named,
    reason: Annotated[str | None, typer.Option("--reason", help="Why a package may be written although it is open.")] = None,
    back: Annotated[bool, typer.Option("--back", help="It blocks packages again.")] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Let packages be written although a query is open; the reason is listed in them.

    Example: corelab query LAB exclude S01-3 --reason "The site closed; no answer will come"
    """
    if back == (reason is not None):
        raise typer.BadParameter("give --reason, or --back")
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        lab, session = here.lab, here.session
        done = queries.include(lab, session, query) if reason is None else queries.exclude(lab, session, query, reason)
    _told(done, here.lab, f"{done.name} {'blocks packages again' if back else 'is excluded; it stays open'}.", as_json=as_json)


@of_lab.command("give")
@command
def give(
    ctx: typer.Context,
    query: Named,
    user: Annotated[str, typer.Argument(metavar="USER", help="A coordinator's user name.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Give a query to another coordinator, who sees to it from now on.

    Example: corelab query LAB give S01-3 coordinator-2
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        done = queries.give(here.lab, here.session, query, user)
    _told(done, here.lab, f"{done.name} is with {done.owner}.", as_json=as_json)


@of_lab.command("print")
@command
def print_queries(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT.pdf|OUT.csv", help="A new file.", show_default=False)],
    site: Site = None,
    state: State = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Print letters for the sites (PDF), or a table (CSV): everything that is still to be done, unless --state says otherwise.

    Example: corelab query LAB print letters.pdf --site S01 --state "to be sent"
    """
    if out.suffix.lower() not in {".pdf", ".csv"}:
        raise typer.BadParameter("the file ends in .pdf or .csv")
    wanted = _wanted(site, state, PENDING)
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        count = queries.print_queries(here.lab, here.session, out, wanted)
    answer({"queries": count, "file": str(out)}, f"Printed {count} {'query' if count == 1 else 'queries'} to {out}.", as_json=as_json)
