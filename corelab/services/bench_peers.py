"""Programs of others that do the same work, where they are on the PATH: what they cost, measured beside ours."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from time import perf_counter

_PATIENCE_S = 120
_RATE = re.compile(r"Frame rate:\s+([0-9.]+) fps")


class PeerFailedError(Exception):
    """The program of another did not do its work; ``said`` is the end of what it wrote."""

    def __init__(self, program: str, said: str) -> None:
        super().__init__(program, said)
        self.program = program
        self.said = said


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one run: of the wall clock and of the processor."""

    wall: float
    processor: float
    said: str


@dataclass(frozen=True, slots=True)
class Peer:
    """A program of another; ``arguments`` with {file} and {out} reads one DICOM file or stream and writes what is in it."""

    program: str
    arguments: tuple[str, ...]

    @property
    def here(self) -> bool:
        return which(self.program) is not None


DCMTK_JPEG = Peer("dcmdjpeg", ("{file}", "{out}"))
DCMTK_JPEG_LS = Peer("dcmdjpls", ("{file}", "{out}"))
DCMTK_RLE = Peer("dcmdrle", ("{file}", "{out}"))
GDCM = Peer("gdcmconv", ("--raw", "{file}", "{out}"))
FFMPEG = Peer("ffmpeg", ("-v", "error", "-nostdin", "-y", "-i", "{file}", "-an", "-f", "rawvideo", "-pix_fmt", "bgra", "{out}"))

BESIDE = {
    "jpeg": (DCMTK_JPEG, GDCM),
    "jpeg-lossless": (DCMTK_JPEG, GDCM),
    "jpeg-ls": (DCMTK_JPEG_LS, GDCM),
    "jpeg-2000": (GDCM,),
    "rle": (DCMTK_RLE, GDCM),
}
"""Who reads clips of which transfer syntax."""


def work(peer: Peer, file: Path, out: Path) -> float:
    """Processor time, in s, of decoding all of ``file`` into ``out``. Raises PeerFailedError."""
    words = [word.format(file=file, out=out) for word in peer.arguments]
    try:
        return run([peer.program, *words]).processor
    finally:
        out.unlink(missing_ok=True)


def libjpeg_turbo(stream: Path, seconds: float) -> float:
    """Processor time, in s, of one decoding of a JPEG stream to four bytes a pixel by libjpeg-turbo's own ``tjbench``."""
    spent = run(["tjbench", str(stream), "-rgbx", "-nowrite", "-benchtime", str(seconds), "-warmup", str(seconds / 5)])
    rate = frame_rate(spent.said)
    return spent.processor / spent.wall / rate if spent.processor else 1 / rate


def frame_rate(said: str) -> float:
    """Frames a second by the words of ``tjbench``. Raises PeerFailedError."""
    found = _RATE.search(said)
    if found is None or float(found[1]) <= 0:
        raise PeerFailedError("tjbench", said[-200:])
    return float(found[1])


def run(words: Sequence[str]) -> Spent:
    """One run of a program to its end. Raises PeerFailedError."""
    program = which(words[0])
    if program is None:
        raise PeerFailedError(words[0], "")
    before, start = _children(), perf_counter()
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs, on files that were made for the measurement
            [program, *words[1:]], capture_output=True, text=True, errors="replace", timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerFailedError(words[0], str(error)[-200:]) from error
    wall = perf_counter() - start
    if done.returncode:
        raise PeerFailedError(words[0], (done.stderr or done.stdout)[-200:])
    return Spent(wall, _children() - before, done.stdout)


def _children() -> float:
    """Processor time of all programs that were run and have ended; 0 where the system does not count it."""
    spent = os.times()
    return spent.children_user + spent.children_system
