"""Commands for clips that come by network: listen for senders, and take in or discard what they left."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from corelab.cli.intake import interruptible, require_named, require_whole, side_of
from corelab.cli.labs import Reason
from corelab.cli.terminal import AsJson, LabPlace, PasswordStdin, answer, command, lab_group, progress, say, signed_in
from corelab.services import drops
from corelab.services.drops import Drop, DropEnd

commands = typer.Typer()
of_lab = lab_group("Clips that senders left by network, and that wait to be taken in.")
commands.add_typer(of_lab, name="drops")

Number = Annotated[int, typer.Argument(metavar="N", help="The number of the drop.", show_default=False)]

_ENDS = {
    DropEnd.TOO_LARGE: "A sender sent more than is allowed and was cut off. Nothing of it is kept.",
    DropEnd.REFUSED: "A sender was refused: its title, or the one that it called, is not on the list, or too many send at once.",
}


@commands.command("listen")
@command
def listen(
    lab: LabPlace,
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0: the system chooses one.", min=0, max=65535)] = 11112,
    called: Annotated[str, typer.Option("--called-ae", help="The title by which senders call this lab.")] = "CORELAB",
    allow: Annotated[str, typer.Option("--allow", metavar="AE[,AE]", help="Titles of the senders that may send.")] = "",
    bind: Annotated[str, typer.Option("--bind", help="Address of this machine to listen on.")] = drops.LOOPBACK,
    certificate: Annotated[Path | None, typer.Option("--tls-cert", help="Own certificate (PEM): speak TLS.", show_default=False)] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="Its key (PEM, without a password).", show_default=False)] = None,
    authority: Annotated[
        Path | None, typer.Option("--tls-ca", help="Senders must show a certificate signed by this one (PEM).", show_default=False)
    ] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Listen for clips that sites send by network (DICOM storage), until Ctrl+C. Each association waits as a drop in quarantine.

    Example: corelab listen LAB --port 11112 --called-ae CORELAB --allow SITE01,SITE02 --bind 10.0.0.5 --tls-cert C.pem --tls-key K.pem
    """
    tls = _tls(certificate, key, authority)
    allowed = tuple(each.strip() for each in allow.split(",") if each.strip())
    wanted = drops.Wanted(called, allowed, port, bind, tls)
    with signed_in(lab, password_stdin=password_stdin) as here, _asked_to_end() as stop:
        told = drops.Told(lambda chosen: _began(wanted, chosen), _say_end)
        came = drops.listen(here.lab, here.session, wanted, told, stop)
    answer({"drops": [_document(each) for each in came]}, f"{_counted(len(came), 'drop')} came.", as_json=as_json)


def _tls(certificate: Path | None, key: Path | None, authority: Path | None) -> drops.Tls | None:
    if certificate is not None and key is not None:
        return drops.Tls(certificate, key, authority)
    if certificate or key or authority:
        raise typer.BadParameter("TLS needs --tls-cert and --tls-key together; --tls-ca comes on top")
    return None


def _began(wanted: drops.Wanted, port: int) -> None:
    how = "with TLS" if wanted.tls else "WITHOUT TLS: what is sent can be read on the way"
    say(f"Listening on {wanted.address} port {port} as {wanted.called} for {', '.join(wanted.allowed)}, {how}. Ctrl+C ends it.")


def _say_end(end: DropEnd, drop: Drop | None) -> None:
    if drop is not None:
        kept = "" if drop.whole else " It was interrupted: ask the site to send again what is missing."
        say(f"Drop {drop.number} from {drop.sender or 'an unknown sender'}: {_counted(drop.objects, 'object')}.{kept}")
    elif end in _ENDS:
        say(_ENDS[end])


@contextlib.contextmanager
def _asked_to_end() -> Iterator[Callable[[], bool]]:
    """Ctrl+C, and what a service manager sends to a program that is to end."""
    asked = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@of_lab.command("list")
@command
def listed(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Show the drops that wait: number, sender, objects, and whether the sender said that it was done.

    Example: corelab drops LAB list
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = drops.drops(here.lab, here.session)
    words = "\n".join(_line(each) for each in found) or "No drop waits."
    answer({"drops": [_document(each) for each in found]}, words, as_json=as_json)


@of_lab.command("take")
@command
def take(
    ctx: typer.Context,
    number: Number,
    subject: Annotated[str | None, typer.Option("--subject", help="The trial's code of the subject.", show_default=False)] = None,
    visit: Annotated[str | None, typer.Option("--visit", help="Visit, as in the charter.", show_default=False)] = None,
    side: Annotated[str | None, typer.Option("--side", help="L or R, for all objects of the drop.")] = None,
    transmittal: Annotated[
        Path | None, typer.Option("--transmittal", help="The site's list (CSV), instead of --subject and --visit.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Take a drop in and de-identify it, exactly like a folder of files. The report is that of corelab intake.

    Example: corelab drops LAB take 3 --subject S001 --visit D10 --side R
    """
    require_named(transmittal, subject=subject, visit=visit, side=side)
    with (
        signed_in(ctx.obj, password_stdin=password_stdin) as here,
        progress("Taking in", quiet=as_json) as show,
        interruptible() as cancelled,
    ):
        taken = drops.take_drop(
            here.lab,
            here.session,
            number,
            subject=subject or "",
            visit=visit or "",
            side=side_of(side),
            transmittal=transmittal,
            progress=show,
            cancelled=cancelled,
        )
    answer(taken.to_json(), taken.in_words(), as_json=as_json)
    require_whole(taken, as_json=as_json)


@of_lab.command("discard")
@command
def discard(ctx: typer.Context, number: Number, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Erase the objects of a drop that is not to be taken in; that it came, and why it went, stays on record.

    Example: corelab drops LAB discard 3 --reason "Sent for another trial"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        gone = drops.discard_drop(here.lab, here.session, number, reason)
    answer(_document(gone), f"Drop {gone.number} is discarded: {_counted(gone.objects, 'object')} erased.", as_json=as_json)


def _document(drop: Drop) -> dict[str, Any]:
    received = drop.received.isoformat()
    named = {"number": drop.number, "sender": drop.sender, "received": received}
    return {**named, "objects": drop.objects, "bytes": drop.bytes, "whole": drop.whole}


def _line(drop: Drop) -> str:
    state = "whole" if drop.whole else "interrupted"
    return f"{drop.number:>5}  {drop.received:%Y-%m-%d %H:%M}  {drop.sender:<16}  {_counted(drop.objects, 'object'):>14}  {state}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
