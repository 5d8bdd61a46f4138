"""The pictures of a video file, unpacked by FFmpeg from its container into one elementary stream, none of them decoded yet."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cv2

from corelab.imaging.faults import FileRefusedError
from corelab.imaging.syntaxes import Coding
from corelab.imaging.video.complaints import can_listen, listening
from corelab.imaging.video.pictures import Reader, call_progressive
from corelab.imaging.video.segments import Packet

SUFFIX = {Coding.MPEG2: ".m2v", Coding.H264: ".h264", Coding.HEVC: ".hevc"}
_CODECS = {
    "mpg2": Coding.MPEG2, "mp2v": Coding.MPEG2, "mpeg": Coding.MPEG2,
    "h264": Coding.H264, "avc1": Coding.H264, "avc3": Coding.H264,
    "hevc": Coding.HEVC, "hvc1": Coding.HEVC, "hev1": Coding.HEVC, "h265": Coding.HEVC,
}  # fmt: skip
_RAW = [cv2.CAP_PROP_FORMAT, -1]
_GROWTH, _ROOM = 2, 1 << 20
"""Unpacking puts start codes and parameter sets in: the stream may grow so many times, and by so many bytes more."""

cv2.utils.logging.setLogLevel(
    cv2.utils.logging.LOG_LEVEL_SILENT
)  # what OpenCV says of a damaged video would stand between the lines of a person's command


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was found: how it is coded, the size it says it has, and its pictures in the order of the stream."""

    coding: Coding
    rows: int
    columns: int
    packets: tuple[Packet, ...]


def looks_like_video(start: bytes) -> bool:
    """Whether these first bytes are those of a container or stream that videos in DICOM have.

    FFmpeg would also follow play lists, which name other files: what is none of these is never given to it.
    """
    transport = start[:1] == b"G" and start[188:189] in {b"G", b""}
    blu_ray = start[4:5] == b"G" and start[196:197] == b"G"
    return transport or blu_ray or start[4:8] == b"ftyp" or start.startswith((b"\0\0\1", b"\0\0\0\1"))


def unpack(container: Path, out: BinaryIO, most: int) -> Unpacked:
    """Writes the elementary stream to ``out``.

    Raises FileRefusedError: no video, another codec, more than ``most`` pictures, or far more bytes than the container has, as one that
    names the same bytes again and again for picture after picture.
    """
    if not can_listen():
        raise FileRefusedError("syntax_unsupported", "On this computer a video cannot be checked for damage, so it is not shown.")
    with listening():
        capture = cv2.VideoCapture(str(container), cv2.CAP_FFMPEG, _RAW)
        try:
            coding = _coding_of(capture)
            packets = _packets(capture, coding, out, (most, container.stat().st_size * _GROWTH + _ROOM))
            rows, columns = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)), int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        finally:
            capture.release()
    if not packets:
        raise FileRefusedError("no_pixel_data", "The video holds no picture.")
    return Unpacked(coding, rows, columns, packets)


def _coding_of(capture: cv2.VideoCapture) -> Coding:
    if not capture.isOpened():
        raise FileRefusedError("header_stream_mismatch", "The file says that it holds a video, but none can be read in it.")
    code = int(capture.get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
    coding = _CODECS.get(code.to_bytes(4, "little").decode("latin-1").lower())
    if coding is None:
        raise FileRefusedError("syntax_unsupported", "The video in this file is neither MPEG-2 nor H.264 nor HEVC.")
    return coding


def _packets(capture: cv2.VideoCapture, coding: Coding, out: BinaryIO, limits: tuple[int, int]) -> tuple[Packet, ...]:
    """``limits``: how many pictures there may be, and how many bytes."""
    most, most_bytes = limits
    packets: list[Packet] = []
    reader, at = Reader(coding), 0
    while True:
        there, data = capture.read()
        if not there or data is None:
            return tuple(packets)
        packet = bytearray(data.data)
        picture = reader.read(packet)
        if picture is None:
            continue
        if len(packets) == most:
            raise FileRefusedError("too_large", f"The video holds more than {most} frames.")
        if at + len(packet) > most_bytes:
            raise FileRefusedError("hostile", "The video names the same bytes again and again.")
        if coding is Coding.MPEG2:
            call_progressive(packet)
        out.write(packet)
        packets.append(Packet((at, len(packet)), picture))
        at += len(packet)
