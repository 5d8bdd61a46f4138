"""What one child may use of the machine while it works on one object."""

import contextlib
import struct
import sys
from dataclasses import dataclass, fields

if sys.platform != "win32":
    import resource

_FORM = struct.Struct("!8Q")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one child.

    ``memory``: bytes of address space, beside the file of ``mapped`` bytes that it reads; ``cpu``, ``wall``: seconds; ``file``: bytes of
    one file that it writes; ``files``: open at once; ``answer``: bytes of what it says; ``core``: bytes of a picture of its memory.
    """

    memory: int = 3 << 30
    cpu: int = 120
    wall: int = 180
    file: int = 4 << 30
    files: int = 64
    answer: int = 32 << 20
    mapped: int = 0
    core: int = 0

    def to_bytes(self) -> bytes:
        return _FORM.pack(*(getattr(self, each.name) for each in fields(self)))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Bounds":
        return cls(*_FORM.unpack(data))


SIZE = _FORM.size
USUAL = Bounds()


def submit_to(bounds: Bounds) -> None:
    """Puts this process under ``bounds``; there is no way back. The wall clock is kept by whoever waits for it."""
    if sys.platform == "win32":
        return  # its parent put it into a job
    # The file as delivered is mapped by two readers: that is address space, but none of the machine's memory.
    _lower(resource.RLIMIT_AS, bounds.memory + 2 * bounds.mapped)
    _lower(resource.RLIMIT_DATA, bounds.memory)
    # At the second number the system kills without a word about why.
    _lower(resource.RLIMIT_CPU, bounds.cpu, bounds.cpu + 1)
    _lower(resource.RLIMIT_FSIZE, bounds.file)
    _lower(resource.RLIMIT_NOFILE, bounds.files)
    _lower(resource.RLIMIT_CORE, bounds.core)


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    """Never above what the machine allows. macOS refuses some sizes of address space: what is left there are clock and file sizes."""
    if sys.platform != "win32":
        _, most = resource.getrlimit(which)
        allowed = [value if most == resource.RLIM_INFINITY else min(value, most) for value in (soft, soft if hard is None else hard)]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (allowed[0], allowed[1]))
