"""What every command shares: one JSON document or words, errors as exit codes, sign-in without a window, progress on a terminal."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, ParamSpec

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from corelab import app, log
from corelab.domain.addresses import AddressRefusedError, is_address, place_of
from corelab.domain.record_errors import SecondFactorNeededError
from corelab.services import accounts, labs
from corelab.ui.address_words import address_words
from corelab.ui.fault_words import words_for_fault
from corelab.ui.notice_words import notices
from corelab.ui.trail_words import UNSOUND
from corelab.ui.words import is_expected, words_for

FAILED, WRONG_USAGE = 1, 2

P = ParamSpec("P")

messages = Console(stderr=True, highlight=False, soft_wrap=True)

if TYPE_CHECKING:
    from corelab.domain.addresses import ServerAddress
    from corelab.services.bringing import OneTime

    Place = Path | ServerAddress
else:
    Place = object  # typer knows no unions; the parser of the argument makes the one or the other


def place(text: str) -> Place:
    """Where the LAB of a command lies: a folder, or an address on a server."""
    try:
        return place_of(text)
    except AddressRefusedError as refused:
        raise typer.BadParameter(address_words(refused).all) from None


def new_folder(text: str) -> Path:
    """Where a command makes a lab that begins its life in a folder."""
    if is_address(text):
        raise typer.BadParameter(_FOLDER_FIRST)
    return Path(text)


_FOLDER_FIRST = (
    "This command makes a lab in a folder. Nothing was made. Name a folder, and bring the lab to the server afterwards: corelab move."
)
_OF_LAB = "Folder of the lab, or its address: postgresql://host/database."
LabPlace = Annotated[Place, typer.Argument(metavar="LAB", parser=place, help=_OF_LAB, show_default=False)]
LabOrLast = Annotated[Place | None, typer.Argument(metavar="[LAB]", parser=place, help=f"{_OF_LAB} Else the last one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else there.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input instead of CORELAB_PASSWORD.")]


class Faulty(Exception):  # noqa: N818 - not an error of the program: the command did its work and found faults
    """The command answered, and the answer is that something failed; exit code 1 without further words."""


def lab_group(words: str) -> typer.Typer:
    """A group of commands whose LAB stands before the sub-command: ``corelab account LAB add``."""
    group = typer.Typer(help=words, no_args_is_help=True)

    @group.callback()
    def of(ctx: typer.Context, lab: LabPlace) -> None:
        ctx.obj = lab

    return group


def say(text: str) -> None:
    """A message for a person, on standard error."""
    messages.print(text, markup=False)


def answer(document: Mapping[str, Any] | list[dict[str, Any]], words: str, *, as_json: bool) -> None:
    """The command's result: the JSON document, or the words, on standard output."""
    text = json.dumps(document, indent=2, ensure_ascii=False) if as_json else words
    if text:
        sys.stdout.write(text + "\n")


def command(work: Callable[P, None]) -> Callable[P, None]:
    """Turns what a service raises into words on standard error and exit code 1."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        begun = time.monotonic()
        code = FAILED
        try:
            with _refusing():
                work(*args, **kwargs)
            code = 0
        except typer.Exit as end:
            code = end.exit_code
            raise
        except typer.BadParameter:
            code = WRONG_USAGE
            raise
        finally:
            log.tell("command.ended", work=work, code=code, ms=round((time.monotonic() - begun) * 1000))

    return run


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """What stops a command becomes words on standard error and an exit code."""
    try:
        yield
    except Faulty as faulty:
        if str(faulty):
            say(str(faulty))
        raise typer.Exit(FAILED) from None
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except KeyboardInterrupt:
        say("Stopped. What was finished is kept.")
        raise typer.Exit(FAILED) from None
    except Exception as error:  # noqa: BLE001 - the last place: every failure becomes words and an exit code
        say(_words_of(error))
        raise typer.Exit(FAILED) from None


def end_by(error: Exception) -> NoReturn:
    """End the program with an error that no command caught."""
    say(_words_of(error))
    sys.exit(FAILED)


def _words_of(error: Exception) -> str:
    """A fault of the program ends with its report, not with a traceback: that would tell what it worked with."""
    if is_expected(error):
        return words_for(error).all
    return words_for_fault(error, log.report(error)).all


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A lab and who works in it, for one command. ``password`` is kept for the command's own signature."""

    lab: labs.OpenLab
    session: accounts.Session
    password: str


def typed_password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = os.environ.get("CORELAB_PASSWORD")
    if password is None and sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, err=True)
    if password is None:
        raise typer.BadParameter("set CORELAB_PASSWORD, or use --password-stdin")
    return password


def typed_user() -> str:
    user = os.environ.get("CORELAB_USER")
    if user is None and sys.stdin.isatty():
        user = typer.prompt("User", err=True)
    if not user:
        raise typer.BadParameter("set CORELAB_USER to the user name that signs in")
    return str(user)


@contextlib.contextmanager
def signed_in(where: Place, *, password_stdin: bool = False, typed: tuple[str, str] | None = None) -> Iterator[SignedIn]:
    """Opens the lab, signs in with CORELAB_USER, or who is ``typed`` with the password, and signs out at the end."""
    user, password = typed or (typed_user(), typed_password(stdin=password_stdin))
    lab = app.open_lab(where)
    session = _session(lab, user, password)
    log.tell("sign_in.accepted")
    if lab.store.unsound:
        say(UNSOUND.all)
    for words in notices(lab, session):
        say(words)
    try:
        yield SignedIn(lab, session, password)
    finally:
        unwitnessed = accounts.sign_out(lab, session)
        if unwitnessed is not None:
            say(words_for(unwitnessed).all)


def _session(lab: labs.OpenLab, user: str, password: str) -> accounts.Session:
    """With the code of a second factor from CORELAB_CODE, or asked for."""
    try:
        return accounts.sign_in(lab, user, password, code=os.environ.get("CORELAB_CODE"))
    except SecondFactorNeededError:
        if not sys.stdin.isatty():
            raise
        return accounts.sign_in(lab, user, password, code=typer.prompt("Code of the second factor", err=True))


def codes_told(given: "Iterable[OneTime]") -> str:
    """The one-time codes of a lab that came onto a server, for a person to hand out."""
    begin = "One-time codes, shown only now and valid for 7 days. Each person enters theirs once, with the password they have:"
    return "\n".join([begin, *(f"    {each.user}  {each.code}" for each in given)])


@contextlib.contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on standard error, on a terminal only: call it with (done, of, what)."""
    if quiet or not messages.is_terminal:
        yield lambda _done, _of, _what: None
        return
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=messages, transient=True)
    with bar:
        task = bar.add_task(what, total=None)

        def show(done: int, of: int, words: str) -> None:
            bar.update(task, completed=done, total=of, description=words or what)

        yield show
