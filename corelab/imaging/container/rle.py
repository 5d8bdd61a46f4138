"""Run-length coded frames (PS3.5 annex G): their headers checked, and frames coded anew so that not one byte is somebody else's."""

import struct

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from corelab.domain.intake import IntakeCode, ObjectRefusedError


def check_rle(frame: bytes, segments: int) -> None:
    """The 64-byte header against the segments it announces."""
    if len(frame) < 64:
        raise ObjectRefusedError(IntakeCode.DECODE, "no room for an RLE header")
    count, *offsets = struct.unpack_from("<16I", frame)
    used = offsets[:count] if count <= 15 else []
    sound = count == segments and used[:1] == [64] and used == sorted(set(used)) and used[-1] <= len(frame)
    if not sound or any(offsets[count:]):
        raise ObjectRefusedError(IntakeCode.CONTAINER, "RLE header and segments disagree")


def run_lengths(samples: NDArray[np.uint8]) -> bytes:
    """Rows x columns, or rows x columns x samples, as one frame: each sample plane a segment, each row on its own.

    The same picture always gives the same bytes, so a frame that was written here can be proved to hold nothing else.
    """
    planes = np.moveaxis(samples.reshape(*samples.shape[:2], -1), -1, 0)
    segments = [bytes(imagecodecs.packbits_encode(np.ascontiguousarray(plane))) for plane in planes]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets = [64 + sum(map(len, segments[:index])) for index in range(len(segments))]
    return struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(segments))) + b"".join(segments)
