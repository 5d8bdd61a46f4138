"""The same figures from a package alone, once it verifies. No lab, no key."""

from collections.abc import Sequence
from pathlib import Path

from corelab.domain.monitoring.report import Progress, Report, report
from corelab.export.agreement.observed import observed
from corelab.export.check import PackageFault
from corelab.export.written import Written
from corelab.services.packages.checking import is_package, verify_package


class NoPackageError(Exception):
    """The folder is no package, or one that does not verify; then ``faults`` say why."""

    def __init__(self, folder: Path, faults: Sequence[PackageFault] = ()) -> None:
        super().__init__(str(folder))
        self.folder, self.faults = folder, tuple(faults)


def of_package(folder: Path, progress: Progress | None = None) -> Report:
    """What a package tells of its readings; batches, times and people's names it does not tell. Raises NoPackageError."""
    if not is_package(folder):
        raise NoPackageError(folder)
    verified = verify_package(folder)
    if not verified.ok:
        raise NoPackageError(folder, verified.faults)
    return report(observed(Written.of(folder)), progress)
