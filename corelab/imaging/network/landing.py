"""Where the objects of one association land: counted while they come, whole under their number, or not at all."""

import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from corelab import process
from corelab.domain.drops import DropEnd
from corelab.imaging.network.rules import Landed, Limits

NOTE = "drop.json"
_LARGEST_COMMAND = 64 << 10
_LOOK_AGAIN = 64 << 20
"""So many bytes until the disk is asked again how much is free."""


class OverLimitError(OSError):
    """The sender sent more than is allowed; an OSError, so that the association ends as when its line is cut."""


@dataclass(slots=True)
class Landing:
    """One association. ``folder`` is hidden, and tells whose it is, until the drop is recorded.

    Bytes are counted by the thread that reads from the line; objects are kept by the one that answers.
    """

    spool: Path
    limits: Limits
    folder: Path
    sender: str = ""
    objects: int = 0
    bytes: int = 0
    over: DropEnd | None = None
    _coming: int = 0
    _total: int = 0
    _looked: int = -_LOOK_AGAIN

    def count(self, size: int, command: int) -> None:
        """``size`` bytes are about to be read; ``command`` are those of an unfinished command. Raises OverLimitError."""
        self._coming += size
        self._total += size
        if max(self._coming - self.limits.object, self._total - self.limits.delivery, command - _LARGEST_COMMAND) > 0:
            self.over = DropEnd.TOO_LARGE
            raise OverLimitError
        if self._total - self._looked >= _LOOK_AGAIN:
            self._looked = self._total
            if shutil.disk_usage(self.spool).free < self.limits.free:
                self.over = DropEnd.INTERRUPTED
                raise OverLimitError

    def next_object(self) -> None:
        self._coming = 0

    def keep(self, received: Path) -> None:
        """A whole object, as it was received, under the next number: written through to the disk first. Raises OSError."""
        if self.objects >= self.limits.objects:
            self.over = DropEnd.TOO_LARGE
            raise OverLimitError
        if not self.objects:
            self.folder.mkdir(mode=0o700)
            self._note(whole=False)
        with received.open("rb+") as content:
            os.fsync(content.fileno())
        size = received.stat().st_size
        _moved(received, self.folder / f"{self.objects + 1}.dcm")
        self.objects, self.bytes = self.objects + 1, self.bytes + size

    def _note(self, *, whole: bool) -> None:
        """So that a drop whose listener died can be told from a whole one."""
        draft = self.folder / f"{NOTE}.new"
        draft.write_text(json.dumps({"sender": self.sender, "whole": whole}), encoding="utf-8")
        draft.replace(self.folder / NOTE)

    def ended(self, *, released: bool, refused: bool) -> Landed:
        """What came of it. A sender that sent too much leaves nothing."""
        if self.over is DropEnd.TOO_LARGE:
            shutil.rmtree(self.folder, ignore_errors=True)
            return Landed(DropEnd.TOO_LARGE, self.sender)
        if not self.objects:
            return Landed(DropEnd.REFUSED if refused else DropEnd.NOTHING, self.sender)
        whole = released and self.over is None
        with contextlib.suppress(OSError):  # on a full disk the drop counts as interrupted if this process dies before it is recorded
            self._note(whole=whole)
        return Landed(DropEnd.WHOLE if whole else DropEnd.INTERRUPTED, self.sender, self.objects, self.bytes, self.folder)


def new_folder(spool: Path) -> Path:
    return spool / f".drop-{os.getpid()}-{token_hex(8)}"


def abandoned(spool: Path) -> tuple[Landed, ...]:
    """Drops of listening processes that are gone, with what they had kept; and their half-received objects are removed."""
    for left in spool.glob(".receiving-*"):
        if not _runs(left):
            shutil.rmtree(left, ignore_errors=True)
    return tuple(_found(folder) for folder in sorted(spool.glob(".drop-*")) if not _runs(folder))


def objects_in(folder: Path) -> tuple[Path, ...]:
    """In the order in which they came."""
    return tuple(sorted((path for path in folder.glob("*.dcm") if path.stem.isdigit()), key=lambda path: int(path.stem)))


def _found(folder: Path) -> Landed:
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        sender, whole = str(note["sender"]), note["whole"] is True
    except (OSError, ValueError, KeyError, TypeError):
        sender, whole = "", False
    kept = objects_in(folder)
    end = DropEnd.WHOLE if whole else DropEnd.INTERRUPTED
    return Landed(end, sender, len(kept), sum(path.stat().st_size for path in kept), folder)


def _runs(left: Path) -> bool:
    number = left.name.split("-")[1]
    return number.isdigit() and len(number) < 10 and process.lives(int(number))


def _moved(received: Path, place: Path) -> None:
    try:
        received.replace(place)
    except PermissionError:  # Windows does not rename an open file
        draft = place.with_suffix(".new")
        shutil.copyfile(received, draft)
        with draft.open("rb+") as content:
            os.fsync(content.fileno())
        draft.replace(place)
    _through(place.parent)


def _through(folder: Path) -> None:
    """The new name too, where the system can do that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
