"""What is looked at before a package is signed: each check by its name, and any fault of any of them keeps it from being written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from corelab.export.check import PackageFault


class Check(Enum):
    """The checks, in the words of qc/checks.json."""

    KEYS = "keys are unique and in order"
    CODES = "codes stand in their lists"
    TYPES = "values are of their type and length"
    FORMULAS = "no cell is a formula"
    ACCEPTED = "each result has one accepted grade"
    EXPECTED = "expected cells reconcile with clips"
    SUBJECTS = "subjects and sites are those of the lab"
    CLIPS = "clips are those of the archive"
    SIGNED = "accepted records are signed by people trained for their charter"
    OPEN_WORK = "what is open is left out and listed"
    SPECIFICATION = "the specification is not lower than that of the last package"
    ARMS = "no treatment is named"
    NAMES = "nobody is named but where signatures are told"
    IDENTIFIERS = "no typed text identifies anybody"


@dataclass(frozen=True, slots=True)
class Stop:
    """One check of one package: what it looked at, how many of them, and what it found."""

    check: Check
    looked_at: str
    count: int
    faults: tuple[PackageFault, ...] = ()

    @property
    def told(self) -> Mapping[str, str | int | bool]:
        """As it stands in qc/checks.json."""
        return {"name": self.check.value, "looked_at": self.looked_at, "count": self.count, "ok": not self.faults}
