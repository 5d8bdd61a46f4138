"""Commands of the coordinator's daily work."""

from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.people import person_named
from corelab.cli.terminal import AsJson, Faulty, LabPlace, PasswordStdin, answer, command, progress, signed_in
from corelab.domain.reasons import WithdrawalCause
from corelab.domain.vocabulary import SubjectCode
from corelab.services import assignment, comparison, packages, reader_changes
from corelab.ui.work_words import rejected_do, rejected_words

commands = typer.Typer()


@commands.command("assign")
@command
def assign(
    lab: LabPlace,
    replace: Annotated[str | None, typer.Option("--replace", metavar="USER", help="Others read what this reader has not signed.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why the reader is replaced; stands in the audit trail.")] = "",
    cause: Annotated[WithdrawalCause, typer.Option("--cause", help="Why, as a code.")] = WithdrawalCause.OTHER,
    subject: Annotated[str | None, typer.Option("--subject", help="Replace the reader for this subject only.")] = None,
    early: Annotated[list[str] | None, typer.Option("--early", metavar="SUBJECT", help="Do not wait for its other visits.")] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Deal ready exams to readers, by the charter and the lab's stored chance; or replace a reader for what is not signed.

    Example: corelab assign LAB
    Example: corelab assign LAB --replace reader-2 --cause AWAY --reason "On leave until May"
    """
    if (replace is None) != (not reason.strip()) or (subject is not None and replace is None):
        raise typer.BadParameter("--replace, --reason and --subject belong together; --subject may be left out")
    with signed_in(lab, password_stdin=password_stdin) as here:
        if replace is None:
            dealt = assignment.assign(here.lab, here.session, early=[SubjectCode(one) for one in early or ()])
        else:
            account, only = person_named(here, replace).account, SubjectCode(subject) if subject is not None else None
            dealt = reader_changes.replace_reader(here.lab, here.session, account, cause.value, reason, subject=only)
    waiting = [{"what": one.what, "why": one.why} for one in dealt.waiting]
    words = "\n".join((f"Assigned {dealt.assigned} readings.", *(f"Waits: {one['what']}: {one['why']}" for one in waiting)))
    answer({"assigned": dealt.assigned, "waiting": waiting}, words, as_json=as_json)


@commands.command("compare")
@command
def compare(lab: LabPlace, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Release and compare: opens pairs of signed readings, makes results and cases; finishes decided cases.

    Example: corelab compare LAB
    """
    with signed_in(lab, password_stdin=password_stdin) as here, progress("Comparing", quiet=as_json) as show:
        done = comparison.release_and_compare(here.lab, here.session, progress=show)
    counts = {"concordant": done.concordant, "cases": done.cases, "waiting": done.waiting, "finished": done.finished}
    counts["single"] = done.single
    rejected = [{"subject": one.subject, "visit": one.visit, "record": one.record, "fault": one.fault.value} for one in done.rejected]
    words = f"Concordant {done.concordant}, new cases {done.cases}, decided cases finished {done.finished}, waiting {done.waiting}."
    words += f" Readings that stand alone released: {done.single}." if done.single else ""
    lines = (words, *(f"Rejected: {rejected_words(one)}" for one in done.rejected))
    answer(counts | {"rejected": rejected}, "\n".join(lines), as_json=as_json)
    if rejected:
        raise Faulty("" if as_json else rejected_do(len(rejected)))


@commands.command("export")
@command
def export(
    lab: LabPlace,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder in which the package's folder is made.", show_default=False)],
    test: Annotated[bool, typer.Option("--test", help="Mark the package as TEST.")] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Derive, check, write, sign and verify one package.

    Example: corelab export LAB packages/
    """
    with signed_in(lab, password_stdin=password_stdin) as here, progress("Exporting", quiet=as_json) as show:
        made = packages.export(here.lab, here.session, out, here.password, test=test, progress=show)
    document = {"package": str(made.package), "files": made.files, "rows": dict(made.rows), "head": made.head}
    rows = ", ".join(f"{count} {name}" for name, count in made.rows.items())
    answer(document, f"{made.package}\n{made.files} files; rows: {rows}; verified.", as_json=as_json)
