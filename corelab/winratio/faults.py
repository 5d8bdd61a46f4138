"""What is wrong with the files that were given: all of it at once, each with its file and line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """``line`` is counted from 1; None where the whole file is meant."""

    file: str
    line: int | None
    what: str

    @property
    def words(self) -> str:
        return f"{self.file}: {self.what}" if self.line is None else f"{self.file} line {self.line}: {self.what}"


class FilesFaultyError(Exception):
    """The files cannot be used as they are."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class LabGivenError(Exception):
    """A lab stands where a package should; it was not opened."""

    def __init__(self, given: str) -> None:
        super().__init__(given)
        self.given = given


class PackageRefusedError(Exception):
    """The package does not verify; ``faults`` say why."""

    def __init__(self, package: Path, faults: Sequence[str]) -> None:
        super().__init__(str(package))
        self.package, self.faults = package, tuple(faults)
