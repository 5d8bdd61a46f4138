"""The work on delivered bytes as the rest of the program asks for it: each call is one short-lived child with limits of its own."""

import base64
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, get_args

import numpy as np

from corelab.domain.intake import Box, IntakeCode, ObjectRefusedError, Outcome
from corelab.domain.mask_template import Template
from corelab.imaging.child import wire
from corelab.imaging.child.bounds import USUAL, Bounds
from corelab.imaging.child.ends import End
from corelab.imaging.child.lives import Cancelled, ended
from corelab.imaging.child.trust import UntrustedError, adopt, believed, is_digest, require_asked
from corelab.imaging.child.wire import NoAnswerError
from corelab.imaging.child.work import MADE, STORAGE
from corelab.imaging.deid.as_json import boxes_json, decision_json, mark_json, template_json
from corelab.imaging.deid.candidate import NOBODY, Decision, Prepared
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.keyed import is_uid
from corelab.imaging.faults import FaultCode, FileRefusedError, FrameUnreadableError
from corelab.imaging.frames import Pixels
from corelab.imaging.media_directory import MOST_FILES, Reference
from corelab.imaging.pixel_mask import PIXELS
from corelab.imaging.words_read import Tesseract

_DETAIL = 200
_LARGEST = 8192
_BESIDE = 4096
"""Bytes of an answer beside its pictures, at most."""


def _never() -> bool:
    return False


def prepared(  # noqa: PLR0913 - those of ``prepare``, and how far it may go
    source: Path,
    candidate: Path,
    mark: Mark,
    decision: Decision,
    *,
    retired: bool = True,
    deflated: bool = False,
    templates: Sequence[Template] = (),
    bounds: Bounds = USUAL,
    cancelled: Cancelled = _never,
) -> Prepared:
    """``deid.candidate.prepare`` in a child. A dead child is a rejected object too; its candidate is moved to its place when it is sound.

    Raises ChildStoppedError when cancelled, OSError where the lab's disk fails, ReaderUnavailableError.
    """
    asked = {"work": "prepare", "mark": mark_json(mark), "decision": decision_json(decision), "retired": retired, "deflated": deflated}
    asked["templates"] = [template_json(template) for template in templates]
    installed = Tesseract.installed()
    asked["reader"] = installed.to_json() if installed else None
    candidate.unlink(missing_ok=True)
    with _folder_for(candidate) as folder:
        try:
            document, _ = _asked(asked, source, folder, bounds, cancelled)
            result = believed(document["prepared"])
            require_asked(result, decision, templates)
            if result.sha256 is not None:
                adopt(folder / MADE, result.sha256, candidate, bounds.file)
        except ObjectRefusedError as refused:
            return _rejected(refused.code)
        except (UntrustedError, KeyError):
            return _rejected(IntakeCode.STRUCTURE)
    return result


def _rejected(code: IntakeCode) -> Prepared:
    return Prepared(Outcome.REJECTED, code, code.message, (), NOBODY)


def finish(candidate: Path, final: Path, *, checked: bool, bounds: Bounds = USUAL) -> None:
    """``deid.gate.finish`` in a child. Raises ObjectRefusedError too."""
    with _folder_for(final) as folder:
        document, _ = _asked({"work": "finish", "checked": checked}, candidate, folder, bounds, _never)
        if not is_digest(document.get("sha256")):
            raise ObjectRefusedError(IntakeCode.STRUCTURE)
        try:
            adopt(folder / MADE, document["sha256"], final, bounds.file)
        except UntrustedError as error:
            raise ObjectRefusedError(IntakeCode.STRUCTURE) from error


def require_clean(
    final: Path,
    identity: Identity,
    kept: tuple[Box, ...],
    drawn: tuple[Box, ...],
    blocks: tuple[int, int] = PIXELS,
    *,
    bounds: Bounds = USUAL,
) -> None:
    """``deid.gate.require_clean`` in a child: raises ObjectRefusedError also when it dies."""
    mask = {"kept": boxes_json(kept), "drawn": boxes_json(drawn), "blocks": list(blocks)}
    asked = {"work": "require_clean", "identity": identity.to_json(), **mask}
    with _folder_for(final) as folder:
        document, _ = _asked(asked, final, folder, bounds, _never)
    if document.get("clean") is not True:
        raise ObjectRefusedError(IntakeCode.STRUCTURE)


def picture(path: Path, index: int, *, bounds: Bounds = USUAL) -> Pixels:
    """One frame of a file, BGRA. Raises FileRefusedError, FrameUnreadableError."""
    return _pictures({"work": "frame", "index": index}, path, 1, bounds)[0]


def extreme_pictures(path: Path, *, bounds: Bounds = USUAL) -> tuple[Pixels, Pixels]:
    """``sheet.extremes`` in a child. Raises FileRefusedError, FrameUnreadableError."""
    low, high = _pictures({"work": "extremes"}, path, 2, bounds)
    return low, high


def study_uid(path: Path, *, bounds: Bounds = USUAL) -> str:
    """``study_uid.study_uid`` in a child. Raises ObjectRefusedError where the file cannot be walked."""
    with tempfile.TemporaryDirectory() as folder:
        document, _ = _asked({"work": "study"}, path, Path(folder), bounds, _never)
    found = document.get("study")
    if not isinstance(found, str) or not (found == "" or is_uid(found)):
        raise ObjectRefusedError(IntakeCode.STRUCTURE)
    return found


def listed_files(content: bytes, *, bounds: Bounds = USUAL) -> tuple[Reference, ...]:
    """``media_directory.listed_files`` in a child, which is given the bytes of the list and no file. Raises ObjectRefusedError."""
    with tempfile.TemporaryDirectory() as folder:
        asked = {"work": "directory", "content": base64.b64encode(content).decode("ascii")}
        document, _ = _said(wire.message(asked), Path(folder), bounds, _never)
    files = document.get("files")
    if not isinstance(files, list) or len(files) > MOST_FILES or not all(map(_is_reference, files)):
        raise ObjectRefusedError(IntakeCode.DICOMDIR)
    return tuple(map(tuple, files))


def _is_reference(said: object) -> bool:
    return isinstance(said, list) and all(isinstance(part, str) for part in said)


def _pictures(asked: Mapping[str, Any], path: Path, count: int, bounds: Bounds) -> list[Pixels]:
    room = replace(bounds, answer=count * _LARGEST * _LARGEST * 4 + _BESIDE)
    folder = Path(tempfile.mkdtemp())
    try:
        document, blob = _asked(asked, path, folder, room, _never)
    except ObjectRefusedError as error:
        raise FrameUnreadableError(asked.get("index", 0), error.code.message) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows, columns = document.get("rows"), document.get("columns")
    sizes = all(type(side) is int and 1 <= side <= _LARGEST for side in (rows, columns))
    if not sizes or len(blob) != count * rows * columns * 4:  # type: ignore[operator]
        raise FrameUnreadableError(asked.get("index", 0), "no picture")
    return list(np.frombuffer(blob, np.uint8).reshape(count, rows, columns, 4))  # type: ignore[arg-type]


@contextlib.contextmanager
def _folder_for(made: Path) -> Iterator[Path]:
    """The child's own folder, beside what it makes so that this can be moved; named as what it makes, so that it is known as a leftover."""
    folder = made.with_name(f"{made.stem}.child{made.suffix}")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked(asked: Mapping[str, Any], source: Path, folder: Path, bounds: Bounds, cancelled: Cancelled) -> tuple[dict[str, Any], memoryview]:
    """What the child says, when it says something. Raises what it says it met, or why it is dead, as ObjectRefusedError."""
    place = source.absolute()
    request = wire.message({**asked, "source": os.fspath(place)})
    return _said(request, folder, replace(bounds, mapped=place.stat().st_size), cancelled)


def _said(request: bytes, folder: Path, bounds: Bounds, cancelled: Cancelled) -> tuple[dict[str, Any], memoryview]:
    end = ended(request, folder, bounds, cancelled)
    try:
        document, blob = wire.parts(b"" if end.too_much else end.said)
    except NoAnswerError:
        raise ObjectRefusedError(end.code(bounds.cpu), "the child died") from None
    if "refused" in document or "storage" in document or "file_refused" in document or "unreadable" in document:
        _raise(document)
    return document, blob


def _raise(document: Mapping[str, Any]) -> NoReturn:
    number = document.get("storage")
    if type(number) is int and number in STORAGE:
        raise OSError(number, os.strerror(number))
    if document.get("file_refused") in get_args(FaultCode):
        raise FileRefusedError(document["file_refused"], "")
    if type(document.get("unreadable")) is int:
        raise FrameUnreadableError(document["unreadable"], "cannot be shown")
    codes = {code.value: code for code in IntakeCode}
    detail = document.get("detail", "")
    told = detail[:_DETAIL] if isinstance(detail, str) and detail.isprintable() else ""
    raise ObjectRefusedError(codes.get(str(document.get("refused")), IntakeCode.STRUCTURE), told)


def how_it_ended(asked: Mapping[str, Any], source: Path, folder: Path, bounds: Bounds) -> End:
    """The bare end of one child: for measurements of what it used."""
    request = wire.message({**asked, "source": os.fspath(source.absolute())})
    return ended(request, folder, replace(bounds, mapped=source.stat().st_size), _never)
