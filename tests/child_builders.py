"""Children to look at while they work: a source that takes long, and what the system says of a process."""

import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.keyed import Keyed
from tests.dicom_builders import a_dataset, file_bytes, speckle

MARK = Mark("7K2Q9XBM", "DEMO-TRIAL", Keyed(b"\x88" * 32, "DEMO-001"), 4)


def a_long_clip(path: Path, frames: int = 90, side: int = 4096) -> Path:
    """Black frames that take no room on the disk, and minutes to read."""
    header = file_bytes(a_dataset(speckle(1, rows=2, columns=2)))
    header = header[: header.rindex(b"\xe0\x7f\x10\x00OB")]
    for old, new in ((b"\x28\x00\x10\x00US\x02\x00", side), (b"\x28\x00\x11\x00US\x02\x00", side)):
        at = header.index(old) + len(old)
        header = header[:at] + struct.pack("<H", new) + header[at + 2 :]
    count = b"\x28\x00\x08\x00IS\x02\x00"
    at = header.index(count) + len(count)
    header = header[:at] + b"%2d" % frames + header[at + 2 :]
    with path.open("wb") as file:
        file.write(header + b"\xe0\x7f\x10\x00OB\x00\x00" + struct.pack("<I", frames * side * side))
        file.truncate(file.tell() + frames * side * side)
    return path


def processes_at(folder: Path) -> list[int]:
    """Those whose working folder lies in ``folder``."""
    return [number for number in _processes() if _link(number, "cwd").startswith(str(folder))]


def parent_of(process: int) -> int:
    """0 when it is gone."""
    try:
        return int(_stat(process)[1])
    except OSError:
        return 0


def is_a_starter(process: int) -> bool:
    try:
        return b"corelab.imaging.child.starter" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def lives(process: int) -> bool:
    """And is no mere entry that nobody waited for."""
    try:
        return _stat(process)[0] != "Z"
    except FileNotFoundError:
        return False


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()


def _processes() -> Iterator[int]:
    return (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())


def _link(process: int, name: str) -> str:
    try:
        return str(Path(f"/proc/{process}/{name}").readlink())
    except OSError:
        return ""


def soon(holds: Callable[[], object], seconds: float = 60) -> bool:
    """Waits until something holds; how long that takes is not what is tested."""
    gives_up = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > gives_up:
            return False
        time.sleep(0.02)
    return True
