"""What a child does: one request, one answer. Whatever happens in between, the answer is a document."""

import base64
import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.deid.as_json import blocks_from, boxes_from, decision_from, mark_from, prepared_json, template_from
from corelab.imaging.deid.candidate import file_sha256, prepare
from corelab.imaging.deid.gate import finish, require_clean
from corelab.imaging.deid.identity import Identity
from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.frames import Pixels
from corelab.imaging.frames.file import FrameFile
from corelab.imaging.media_directory import listed_files
from corelab.imaging.sheet import extremes
from corelab.imaging.study_uid import study_uid
from corelab.imaging.words_read import Tesseract, library

MADE = "made"
"""The one file that a child makes, in its own folder."""

Answer = tuple[dict[str, Any], bytes]

STORAGE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ENOENT, errno.EACCES, errno.EPERM})
"""What is wrong with the lab's disk, not with the object on it."""

_CODES = {errno.EFBIG: IntakeCode.LIMIT_SIZE, errno.ENOMEM: IntakeCode.LIMIT_MEMORY}


def answered(request: Mapping[str, Any]) -> Answer:
    """Never raises: an error is an answer too."""
    try:
        return _WORK[request["work"]](request)
    except Exception as error:  # noqa: BLE001 - hostile content fails in ways that nobody can list
        return _fault(error), b""


def _fault(error: Exception) -> dict[str, Any]:
    match error:
        case ObjectRefusedError():
            return {"refused": error.code.value, "detail": error.detail}
        case FileRefusedError():
            return {"file_refused": error.code}
        case FrameUnreadableError():
            return {"unreadable": error.index}
        case OSError() if error.errno in STORAGE:
            return {"storage": error.errno}
        case _:
            return {"refused": _code(error).value}


def _code(error: Exception) -> IntakeCode:
    if isinstance(error, MemoryError):
        return IntakeCode.LIMIT_MEMORY
    return _CODES.get(getattr(error, "errno", None) or 0, IntakeCode.STRUCTURE)


def _prepare(request: Mapping[str, Any]) -> Answer:
    source, mark, decision = Path(request["source"]), mark_from(request["mark"]), decision_from(request["decision"])
    accepted = {name: request[name] for name in ("retired", "deflated")}
    templates = tuple(template_from(stored) for stored in request["templates"])
    reader = Tesseract.from_json(request["reader"]) if request["reader"] else None
    return {"prepared": prepared_json(prepare(source, Path(MADE), mark, decision, templates=templates, reader=reader, **accepted))}, b""


def _finish(request: Mapping[str, Any]) -> Answer:
    finish(Path(request["source"]), Path(MADE), checked=request["checked"])
    return {"sha256": file_sha256(Path(MADE))}, b""


def _require_clean(request: Mapping[str, Any]) -> Answer:
    identity = Identity.from_json(request["identity"])
    kept, drawn = boxes_from(request["kept"]), boxes_from(request["drawn"])
    require_clean(Path(request["source"]), identity, kept, drawn, blocks_from(request["blocks"]))
    return {"clean": True}, b""


def _frame(request: Mapping[str, Any]) -> Answer:
    with FrameFile.open(Path(request["source"])) as file:
        return _pictures(file.decode(request["index"]))


def _study(request: Mapping[str, Any]) -> Answer:
    return {"study": study_uid(Path(request["source"]))}, b""


def _directory(request: Mapping[str, Any]) -> Answer:
    return {"files": listed_files(base64.b64decode(request["content"]))}, b""


def _extremes(request: Mapping[str, Any]) -> Answer:
    with FrameFile.open(Path(request["source"])) as file:
        return _pictures(*extremes(file))


def _pictures(*pictures: Pixels) -> Answer:
    rows, columns, _ = pictures[0].shape
    return {"rows": rows, "columns": columns}, b"".join(np.ascontiguousarray(picture).tobytes() for picture in pictures)


_WORK: dict[str, Callable[[Mapping[str, Any]], Answer]] = {
    "prepare": _prepare,
    "finish": _finish,
    "require_clean": _require_clean,
    "frame": _frame,
    "extremes": _extremes,
    "study": _study,
    "directory": _directory,
}


def made_ready() -> None:
    """Before the first object: one thread for pictures, and what every object needs is read once, by the starter."""
    cv2.setNumThreads(1)
    library()
    os.umask(0o077)
