"""Commands about the archive of released clips: the folder of the lab, or a DICOMweb service."""

from typing import Annotated

import typer

from corelab.cli.labs import Reason
from corelab.cli.terminal import AsJson, Faulty, PasswordStdin, answer, command, lab_group, progress, signed_in
from corelab.domain.archives import SAFE_ORTHANC
from corelab.services import archive_changes
from corelab.services.archive_changes import FOLDER, ArchiveShown, Checked
from corelab.ui.words import words_for

commands = typer.Typer()
archive = lab_group("Where the released clips lie: in the folder of the lab, or in a DICOMweb archive on a server.")
commands.add_typer(archive, name="archive")

_GIB = 1 << 30
_SHOWN = 5

Address = Annotated[str, typer.Argument(metavar="URL|folder", help="https://server/dicom-web, or the word folder.", show_default=False)]


@archive.command("show")
@command
def show(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Show which archive is used, whether it answers, and how much of it lies on this workstation.

    Example: corelab archive LAB show
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = archive_changes.shown(here.lab, here.session)
    document = {
        "archive": found.address or "folder",
        "clips": found.clips,
        "clips_by_frames": found.framed,
        "answers": found.away is None,
        "orthanc": found.version,
        "orthanc_old": found.old,
        "cache_bytes": found.cached,
        "cache_limit_bytes": found.limit,
    }
    answer(document, "\n".join(_lines(found)), as_json=as_json)


def _lines(found: ArchiveShown) -> list[str]:
    if not found.address:
        return [f"The {found.clips} released clips lie in the folder of the lab."]
    lines = [f"{found.address}", f"{found.clips} released clips; of {found.framed} single frames can be asked for."]
    lines += [words_for(found.away).all] if found.away is not None else [f"It answers{_version(found)}."]
    if found.old:
        lines.append(f"Orthanc older than {'.'.join(map(str, SAFE_ORTHANC))} has faults that hostile files can use. Have it renewed.")
    return [*lines, f"{found.cached / _GIB:.1f} GiB of at most {found.limit / _GIB:.1f} GiB are kept on this workstation."]


def _version(found: ArchiveShown) -> str:
    return f" (Orthanc {found.version})" if found.version else ""


@archive.command("copy")
@command
def copy(ctx: typer.Context, to: Address, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Put every released clip into another archive, read it back and compare it. The archive in use stays in use.

    Example: corelab archive LAB copy https://archive.example/dicom-web
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here, progress("Copying", quiet=as_json) as told:
        done = archive_changes.copy(here.lab, here.session, _address(to), told)
    document = {"archive": done.address or "folder", "clips": done.clips, "bytes": done.size, "frames_recorded": done.framed}
    words = f"{done.clips} clips, {done.size:,} bytes, lie in {done.address or 'the folder of the lab'} and were read back."
    answer(document, f"{words}\nNow: corelab archive LAB set {done.address or 'folder'} --reason ...", as_json=as_json)


@archive.command("set")
@command
def choose(ctx: typer.Context, to: Address, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Use this archive from now on. It must have every released clip: all are read back first.

    Example: corelab archive LAB set https://archive.example/dicom-web --reason "Ten workstations"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here, progress("Checking", quiet=as_json) as told:
        done = archive_changes.choose(here.lab, here.session, _address(to), reason, told)
    words = f"Released clips lie in {to if _address(to) else 'the folder of the lab'} now; {done.clips} were read back."
    answer({"archive": _address(to) or "folder", "clips": done.clips}, words, as_json=as_json)


@archive.command("check")
@command
def check(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Read every released clip from the archive itself and compare it with the records.

    Example: corelab archive LAB check
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here, progress("Checking", quiet=as_json) as told:
        found = archive_changes.check(here.lab, here.session, told)
    document = {"ok": found.ok, "clips": found.clips, "missing": list(found.missing), "altered": list(found.altered)}
    answer(document, _checked(found), as_json=as_json)
    if not found.ok:
        raise Faulty("")


def _checked(found: Checked) -> str:
    if found.ok:
        return f"All {found.clips} clips are as they were released."
    lines = [f"{clip}  is not there" for clip in found.missing[:_SHOWN]] + [
        f"{clip}  is not as released" for clip in found.altered[:_SHOWN]
    ]
    return "\n".join([*lines, f"{len(found.missing)} of {found.clips} clips are not there, {len(found.altered)} are not as released."])


@archive.command("keep")
@command
def keep(
    ctx: typer.Context,
    gib: Annotated[float, typer.Argument(metavar="GIB", help="So many GiB of clips at most.", min=0.1, show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Say how much of the archive this workstation keeps on its disk (20 GiB where nobody said it).

    Example: corelab archive LAB keep 50
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        freed = archive_changes.limit_cache(here.lab, here.session, int(gib * _GIB))
    answer({"cache_limit_bytes": int(gib * _GIB), "freed_bytes": freed}, f"At most {gib:g} GiB of clips are kept here.", as_json=as_json)


def _address(to: str) -> str:
    return FOLDER if to == "folder" else to
