"""How a child ended, and what that says about the object it had."""

import signal
from dataclasses import dataclass

from corelab.domain.intake import IntakeCode

_NOT_OURS = 9
"""A kill that nobody here asked for: the system was out of memory."""


@dataclass(frozen=True, slots=True)
class End:
    """How one child ended.

    ``said``: the bytes of its answer, maybe in part. ``signal`` that ended it, 0 for none; ``late``: it was ended because its time was
    over; ``cpu`` in seconds and ``peak`` in bytes are what it used; ``too_much``: it said more than it may.
    """

    said: bytes
    signal: int = 0
    late: bool = False
    cpu: float = 0.0
    peak: int = 0
    too_much: bool = False

    def code(self, allowed_cpu: int) -> IntakeCode:
        """Why there is no answer."""
        if self.too_much:
            return IntakeCode.LIMIT_SIZE
        if self.late or self.signal == getattr(signal, "SIGXCPU", -1) or self.cpu >= allowed_cpu:
            return IntakeCode.LIMIT_TIME
        return IntakeCode.LIMIT_MEMORY if self.signal == _NOT_OURS else IntakeCode.STRUCTURE


class ChildStoppedError(Exception):
    """Somebody asked for it: the object was not finished, and nothing of it is kept."""


class ReaderUnavailableError(OSError):
    """The program that reads delivered files cannot be started on this machine: nothing is wrong with the files."""
