"""A private virtual display: started for one test, driven by its number, grabbed pixel by pixel."""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""rows x columns x 3, RGB."""

PROGRAMS = ("Xvfb", "xdotool", "xwd")
WIDTH, HEIGHT = 1600, 1000
GRABS = 10
"""How often a grab is tried: xwd asks every window for its colours, and fails when one of them is closed meanwhile."""


@dataclass(frozen=True)
class Screen:
    """A display with nothing on it but what the test starts. ``name`` goes into DISPLAY."""

    name: str

    def grab(self) -> Pixels:
        """What is on the screen now."""
        refused = ""
        for _ in range(GRABS):
            done = subprocess.run(["xwd", "-root", "-silent", "-display", self.name], check=False, capture_output=True)
            if done.returncode == 0:
                return _pixels_of(done.stdout)
            refused = done.stderr.decode(errors="replace")
        raise AssertionError(f"the display cannot be grabbed: {refused}")

    def do(self, *arguments: str | int) -> str:
        """One xdotool command; its answer."""
        call = ["xdotool", *(str(each) for each in arguments)]
        done = subprocess.run(call, env={**os.environ, "DISPLAY": self.name}, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout.strip()

    def asked(self, *arguments: str | int) -> str:
        """The same for a question that xdotool may fail to answer; then nothing."""
        try:
            return self.do(*arguments)
        except subprocess.CalledProcessError:
            return ""


@contextmanager
def private_screen() -> Iterator[Screen]:
    """A display of its own number. Skips the test where the programs that make, drive and grab it are absent."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)}")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read, encoding="ascii") as told:
            number = told.readline().strip()
        assert number, "the virtual display did not start"
        yield Screen(f":{number}")
    finally:
        end(server)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a program to end; one that does not is killed, so that no test leaves anything running."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=20)


def _pixels_of(dump: bytes) -> Pixels:
    """The picture in an XWD dump of 24 bits, as X servers give it: 32 bits per pixel, lowest byte blue."""
    fields = struct.unpack(">25I", dump[:100])
    header, _version, _format, _depth, columns, rows = fields[:6]
    bits, stride, colours = fields[11], fields[12], fields[19]
    assert bits == 32, f"{bits} bits per pixel"
    start = header + 12 * colours
    lines = np.frombuffer(dump, np.uint8, rows * stride, start).reshape(rows, stride)
    order = slice(2, None, -1) if fields[7] == 0 else slice(1, 4)
    return np.ascontiguousarray(lines[:, : columns * 4].reshape(rows, columns, 4)[:, :, order])
