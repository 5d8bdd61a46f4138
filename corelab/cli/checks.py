"""Commands about what can be proved: the check that anyone may run, and checkpoints that are kept outside the lab."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, Faulty, LabPlace, PasswordStdin, Place, SignedIn, answer, command, place, progress, signed_in
from corelab.domain.addresses import ServerAddress
from corelab.domain.checkpoint import Checkpoint
from corelab.domain.record_errors import NotALabError
from corelab.services import checkpoints, packages, verification

commands = typer.Typer()

MOST_ALIKE = 5
"""So many equal faults are told one by one."""
_Found = verification.Verified | packages.VerifiedPackage
_LOOK_AGAIN = "Nothing was changed. Give the folder of one of them, as it was written."
_LAB_FAULTY = "Nothing was changed. Keep this folder as it is and compare with a backup."
_SERVER_FAULTY = "Nothing was changed. Let nobody work in this lab, ask who runs the server, and compare with a backup."
_PACKAGE_FAULTY = "Nothing was changed. Do not use this package. Keep it as it is, tell the lab, and ask for the package again."


@commands.command("verify")
@command
def verify(
    target: Annotated[
        Place, typer.Argument(metavar="LAB|PACKAGE", parser=place, help="A lab, or the folder of a package.", show_default=False)
    ],
    checkpoint: Annotated[
        list[Path] | None, typer.Option("--checkpoint", help="A checkpoint kept outside, or a folder of them; may be given again.")
    ] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Check everything: a lab's chain, rows, signatures, projections, clips and packages; a package's hashes, signatures and results.

    Only a checkpoint that was kept outside shows that the end was cut off, or that all of it was made anew or replaced by an older
    backup. Changes nothing. A folder needs no sign-in and no key; on a server a coordinator, administrator or auditor signs in.

    Example: corelab verify LAB --checkpoint witness/
    """
    brought = checkpoints.brought(checkpoint or ())
    if isinstance(target, ServerAddress):
        is_package, found = False, _on_server(target, brought, quiet=as_json, password_stdin=password_stdin)
    else:
        is_package = packages.is_package(target)
        found = _in_folder(target, brought, quiet=as_json)
    faults = [{"where": fault.where, "what": fault.what} for fault in found.faults]
    checked = ", ".join(f"{count} {what}" for what, count in found.checked.items())
    lines = [f"{'ok' if found.ok else 'NOT ok'}: checked {checked}", *_fault_lines([(fault.where, fault.what) for fault in found.faults])]
    redacted = list(found.redacted) if isinstance(found, verification.Verified) else []
    lines += [f"Redacted by two people: {where}" for where in redacted]
    document = {"ok": found.ok, "checked": dict(found.checked), "faults": faults, "redacted": redacted}
    answer(document, "\n".join(lines), as_json=as_json)
    if not found.ok:
        kept = _PACKAGE_FAULTY if is_package else _SERVER_FAULTY if isinstance(target, ServerAddress) else _LAB_FAULTY
        raise Faulty("" if as_json else f"{_counted(len(faults))}. {kept}")


def _on_server(address: ServerAddress, brought: Sequence[Checkpoint], *, quiet: bool, password_stdin: bool) -> _Found:
    with signed_in(address, password_stdin=password_stdin) as here, progress("Verifying", quiet=quiet) as show:
        return verification.verify_open(here.lab, brought, show)


def _in_folder(folder: Path, brought: Sequence[Checkpoint], *, quiet: bool) -> _Found:
    with progress("Verifying", quiet=quiet) as show:
        if packages.is_package(folder):
            return packages.verify_package(folder, brought)
        try:
            return verification.verify_lab(folder, brought, show)
        except NotALabError:
            raise Faulty(f"{folder} is no lab and no package: it holds no corelab.db and no MANIFEST.json. {_LOOK_AGAIN}") from None


def _counted(faults: int) -> str:
    return "1 fault" if faults == 1 else f"{faults} faults"


def _fault_lines(faults: list[tuple[str, str]]) -> Iterator[str]:
    """The records first, then the schema; what is wrong in many places alike takes one line, so that nothing is buried."""
    places: dict[str, list[str]] = {}
    for where, what in faults:
        places.setdefault(what, []).append(where)
    for what, found in sorted(places.items(), key=lambda item: item[0].startswith("schema:")):
        if len(found) > MOST_ALIKE:
            yield f"{', '.join(found[:MOST_ALIKE])} and {len(found) - MOST_ALIKE} more (--json names all): {what}"
        else:
            yield from (f"{where}: {what}" for where in found)


@commands.command("checkpoint")
@command
def checkpoint(
    lab: LabPlace,
    out: Annotated[Path | None, typer.Argument(metavar="[OUT.txt]", help="A new file outside the lab.", show_default=False)] = None,
    witness: Annotated[
        Path | None, typer.Option("--witness", help="From now on each sign-out on this workstation leaves a copy in this folder.")
    ] = None,
    no_witness: Annotated[bool, typer.Option("--no-witness", help="Leave no more copies.")] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Sign where the audit trail stands now. Keep the text outside the lab: it shows later whether anything before it was changed.

    Example: corelab checkpoint LAB /mnt/archive/2026-01-12.txt
    """
    if witness and no_witness:
        raise typer.BadParameter("name a witness folder or none")
    with signed_in(lab, password_stdin=password_stdin) as here:
        if witness or no_witness:
            checkpoints.set_witness(here.lab, here.session, witness)
        made = _signed(here, out) if out or not (witness or no_witness) else None
    document = {"witness": str(witness) if witness else None, **(_document(made) if made else {})}
    answer(document, _words(made, out, witness), as_json=as_json)


def _signed(here: SignedIn, out: Path | None) -> Checkpoint:
    if out is None:
        return checkpoints.sign(here.lab, here.session, here.password)
    return checkpoints.save(here.lab, here.session, here.password, out)


def _document(made: Checkpoint) -> dict[str, object]:
    return {"seq": made.seq, "head": made.head, "at": made.at, "text": made.text}


def _words(made: Checkpoint | None, out: Path | None, witness: Path | None) -> str:
    if made is None:
        return f"Each sign-out on this workstation leaves a copy in {witness}." if witness else "No more copies are left."
    return f"Signed checkpoint {made.short}, saved as {out}. Keep it outside the lab." if out else made.text.rstrip()
