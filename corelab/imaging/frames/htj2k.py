"""High-throughput JPEG 2000 by OpenJPH, which takes less than half the time of OpenJPEG, with damage refused as OpenJPEG refuses it.

imagecodecs loses the error of a damaged block: it reports it as one that nobody can catch, and gives the picture all the same. So what is
reported on this thread while it decodes is caught, and counts as the error that it is.
"""

import struct
import sys
import threading
from types import TracebackType

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from corelab.imaging.faults import StreamFaultError
from corelab.imaging.frames.colour import Samples

_TILE, _END = b"\xff\x90", b"\xff\xd9"
_decoding = threading.local()
_listening = threading.Lock()


def decode_htj2k(data: bytes, out: NDArray[np.uint8] | None) -> Samples:
    """Rows x columns, or rows x columns x 3; into ``out`` where it is given. Raises StreamFaultError."""
    _require_whole(data)
    _listen()
    _decoding.failed = False
    try:
        samples = np.asarray(imagecodecs.htj2k_decode(data, out=out))
        failed = _decoding.failed
    except (ValueError, RuntimeError) as error:
        raise StreamFaultError("the stream is damaged") from error
    finally:
        del _decoding.failed
    if failed:
        raise StreamFaultError("the stream is damaged")
    return samples


def _require_whole(data: bytes) -> None:
    """Every part says how long it is: one after the other they must end at the end mark (ISO/IEC 15444-1 A.4.2)."""
    at = data.find(_TILE)
    while at >= 0 and data[at : at + 2] == _TILE and at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at + 6)
        if length == 0 or data[at + length : at + length + 2] == _END:
            return
        at += max(length, 12)
    raise StreamFaultError("the stream is damaged: its parts do not follow one another")


def _listen() -> None:
    """Others may have set their own hooks since. One thread at a time: else the second takes the first one's hook for another's."""
    with _listening:
        if sys.unraisablehook is not _on_unraisable:
            _others.unraisable, sys.unraisablehook = sys.unraisablehook, _on_unraisable
        if sys.excepthook is not _on_printed:
            _others.printed, sys.excepthook = sys.excepthook, _on_printed


class _Others:
    """The hooks that ours stand before."""

    def __init__(self) -> None:
        self.unraisable = sys.unraisablehook
        self.printed = sys.excepthook


_others = _Others()


def _mine() -> bool:
    if not hasattr(_decoding, "failed"):
        return False
    _decoding.failed = True
    return True


def _on_unraisable(fault: "sys.UnraisableHookArgs") -> None:
    if not _mine():
        _others.unraisable(fault)


def _on_printed(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """It is printed before it is reported."""
    if not _mine():
        _others.printed(kind, fault, trace)
