"""What FFmpeg says while it decodes: the only sign that it made up a part of a picture, which it gives as if all were well.

OpenCV does not pass on the flag of a corrupt frame, so its log is listened to.
"""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import cv2

_ERROR = 16
_CONCEALING = b"concealing"
_HARMLESS = (b"SEI", b"VUI", b"sei", b"vui")
"""Remarks about additions to the stream that no picture depends on."""

_heard = threading.local()


def can_listen() -> bool:
    """Where nobody can hear what FFmpeg says, a picture that it made up looks like any other: video is not shown there."""
    return _hook()


@contextmanager
def listening() -> Iterator[list[bytes]]:
    """What is complained about on this thread from here on. Decoders must run on the thread that asks them."""
    _hook()
    _heard.complaints = []
    try:
        yield _heard.complaints
    finally:
        _heard.complaints = None


def _hear(_source: int | None, level: int, text: bytes | None, _values: int | None) -> None:
    complaints = getattr(_heard, "complaints", None)
    if complaints is None or text is None:
        return
    if (level <= _ERROR and not any(word in text for word in _HARMLESS)) or text.startswith(_CONCEALING):
        complaints.append(text)


_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
_hear_callback = _CALLBACK(_hear)


@cache
def _hook() -> bool:
    """Whether FFmpeg could be asked to tell us. It tells nobody else from then on, so nothing of a file is printed."""
    library = _library()
    if library is None:
        return False
    try:
        ctypes.CDLL(str(library)).av_log_set_callback(_hear_callback)
    except (OSError, AttributeError):
        return False
    return True


def _library() -> Path | None:
    """The very library that OpenCV has loaded: it lies beside it in its package."""
    package = Path(cv2.__file__).parent
    places = (*package.parent.glob("opencv_python*.libs"), package / ".dylibs")
    return next((file for place in places for file in sorted(place.glob("libavutil*"))), None)
