"""Commands about the gate before reading: training, the calibration set, certification."""

from pathlib import Path
from typing import Annotated, Any

import typer

from corelab.cli.charter.trying import fault_line
from corelab.cli.people import person_named
from corelab.cli.terminal import AsJson, Faulty, PasswordStdin, answer, command, lab_group, progress, signed_in
from corelab.domain.certification import Verdict
from corelab.domain.rehearsal.written import CaseRefusedError
from corelab.services import accounts, agreed_exams, calibration, certification, charters
from corelab.services.calibration import CalibrationSet
from corelab.services.certification import Certificate
from corelab.ui.certification_words import certificate_words, set_words

commands = typer.Typer()

training = lab_group("The gate before reading: training, the calibration set, certification.")
commands.add_typer(training, name="training")

Person = Annotated[str, typer.Argument(metavar="PERSON", help="User name.", show_default=False)]


@training.command("record")
@command
def record_training(
    ctx: typer.Context,
    person: Person,
    charter: Annotated[str | None, typer.Option("--charter", help="A charter's name or file; else the lab's own.")] = None,
    elsewhere: Annotated[
        str, typer.Option("--certified-elsewhere", metavar="TEXT", help="Certified in another lab: where its record is found.")
    ] = "",
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Record that a person was trained for a charter. Nobody opens a reading without it.

    Example: corelab training LAB record reader-1
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        charter_hash = charters.hash_of(charter) if charter else here.lab.charter.hash
        account = person_named(here, person).account
        accounts.record_training(here.lab, here.session, account, charter_hash)
        if elsewhere:
            certification.certify_elsewhere(here.lab, here.session, account, elsewhere)
    words = f"{person} is trained for charter {charter_hash[:12]}."
    certified = f" The certification elsewhere is on record for the charter in force: {elsewhere}" if elsewhere else ""
    answer({"user": person, "charter_sha256": charter_hash, "certified": bool(elsewhere)}, words + certified, as_json=as_json)


@training.command("make")
@command
def make(
    ctx: typer.Context,
    exams: Annotated[int | None, typer.Option("--exams", min=1, max=100, help="How many; else as many as the charter asks for.")] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Make what is missing of the calibration set: exams from phantoms whose truth is sealed. Their clips wait for the pixel check.

    Example: corelab training LAB make
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here, progress("Making", quiet=as_json) as show:
        made = calibration.make(here.lab, here.session, exams, progress=show)
    answer(_set_json(made), set_words(made), as_json=as_json)


@training.command("add")
@command
def add(
    ctx: typer.Context,
    document: Annotated[
        Path,
        typer.Argument(metavar="EXAM.json", exists=True, dir_okay=False, help="The exam; its clips lie beside it.", show_default=False),
    ],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Add an exam of real clips to the calibration set whose truth people agreed on, measured and typed values too. It is sealed.

    EXAM.json names the visit, the clips and their segments, what is true, and where it is on record who agreed:

    {"visit": "BL", "attributes": {}, "segment_attributes": {}, "clips": {"a.dcm": "CFV"}, "not_imaged": {"EIV": "NOT_SENT"},
    "truth": {"CFV": {"COMP": "partial", "D_REST": "9.0"}}, "agreed": "Panel of three, minutes of 2 May"}

    Example: corelab training LAB add panel/exam.json
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        try:
            made = agreed_exams.add(here.lab, here.session, document)
        except CaseRefusedError as error:
            raise Faulty("\n".join((*map(fault_line, error.faults), "Nothing was made."))) from None
    answer(_set_json(made), set_words(made), as_json=as_json)


@training.command("list")
@command
def list_certificates(
    ctx: typer.Context,
    person: Annotated[str | None, typer.Argument(metavar="[PERSON]", help="Only this person.")] = None,
    figures: Annotated[bool, typer.Option("--figures", help="Open the figures with custody; it is an event.")] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Show how far the calibration set is, and who was certified for which charter version.

    Example: corelab training LAB list reader-1 --figures
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        account = person_named(here, person).account if person else None
        users = {each.account: each.user_name for each in accounts.people(here.lab, here.session)}
        made = calibration.calibration_set(here.lab, here.session)
        found = certification.certificates(here.lab, here.session, account)
        if figures:
            found = tuple(certification.figures(here.lab, here.session, each.id) for each in found)
    rows = [{"user": users[each.account], **_json(each)} for each in found]
    lines = [set_words(made), *(f"{users[each.account]}: {certificate_words(each)}" for each in found)]
    answer({**_set_json(made), "certifications": rows}, "\n".join(lines), as_json=as_json)


@training.command("certify")
@command
def certify(ctx: typer.Context, person: Person, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Open a person's calibration readings with custody, compare them with the truth, and record the verdict.

    Example: corelab training LAB certify reader-1
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        done = certification.certify(here.lab, here.session, person_named(here, person).account)
    answer({"user": person, **_json(done)}, f"{person}: {certificate_words(done)}", as_json=as_json)
    if done.verdict is not Verdict.CERTIFIED:
        raise Faulty("" if as_json else "It is on record. Train the person again, have the set read again, then certify once more.")


def _set_json(made: CalibrationSet) -> dict[str, Any]:
    types = [{"reading_type": one.label, "wanted": one.wanted, "known": one.known, "drawn": one.drawn} for one in made.types]
    return {"wanted": made.wanted, "made": made.made, "ready": made.ready, "clips": made.clips, "types": types}


def _json(one: Certificate) -> dict[str, Any]:
    figures = one.figures.to_json() if one.figures else None
    return {
        "charter_sha256": one.charter_hash,
        "version": one.version,
        "verdict": one.verdict.value,
        "elsewhere": one.elsewhere,
        "figures": figures,
    }
