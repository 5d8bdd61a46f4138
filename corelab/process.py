"""The process on its machine: it leaves no memory behind when it crashes, and its temporary files lie where they are found again."""

import contextlib
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SYSTEM_TEMPORARY = Path(tempfile.gettempdir())
"""Where this machine keeps temporary files: for what a person asked for and is to find again (the demo lab)."""

_SELDOM = 100_000
"""So many new objects until circles are looked for; the interpreter looks after 700."""


def forbid_core_dumps() -> None:
    """A core dump would hold grades and keys. The programs that this one starts inherit it."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def collecting_seldom() -> Iterator[None]:
    """For work in batches, which makes and drops very many small objects: looking for circles among them would take a tenth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _SELDOM) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def lives(process: int) -> bool:
    """Whether a process of this number runs; when in doubt, it does."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - os.kill would end the process there

        handle = ctypes.windll.kernel32.OpenProcess(0x00100000, 0, process)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle) or ctypes.windll.kernel32.GetLastError() != 87
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def files_below(folder: Path, ending: str) -> Iterator[os.DirEntry[str]]:
    """What has this ending in the folders of ``folder``. No path is made of it: intake goes through all of a lab's with every delivery."""
    for inside in _entries(folder):
        if inside.is_dir():
            yield from (each for each in _entries(inside.path) if each.name.endswith(ending))


def _entries(folder: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    """Nothing of a folder that is gone, or was while it was read."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []


def use_private_temporary(folder: Path) -> int:
    """Temporary files go into a folder of this process alone under ``folder``; those of processes that are gone are removed.

    Answers how many were removed. Where the folder cannot be made, temporary files lie where they lay before.
    """
    removed = 0
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        removed = sum(_removed(each) for each in folder.iterdir())
        own = folder / str(os.getpid())
        own.mkdir(mode=0o700, exist_ok=True)
        tempfile.tempdir = str(own)
        os.environ.update({"TMPDIR": str(own), "TEMP": str(own), "TMP": str(own)})
    return removed


def leave_private_temporary(folder: Path) -> None:
    """At the end of the program."""
    own = folder / str(os.getpid())
    if tempfile.tempdir == str(own):
        tempfile.tempdir = None
        shutil.rmtree(own, ignore_errors=True)


def _removed(left: Path) -> bool:
    if not left.name.isdigit() or lives(int(left.name)):
        return False
    shutil.rmtree(left, ignore_errors=True)
    return True
