"""What keeps a package from being written, or the trial's data from being locked."""

from collections.abc import Iterable

from corelab.domain.record_errors import LockedError, NotLockedError
from corelab.domain.specification import Difference
from corelab.export.check import PackageFault
from corelab.services.packages.gather import Excluded

__all__ = [
    "ExportedMeanwhileError",
    "LockedError",
    "ManyChartersError",
    "NotFinalError",
    "NotLockedError",
    "NothingToApproveError",
    "NothingToExportError",
    "SpecificationChangedError",
    "StopTheLineError",
]


class NothingToExportError(Exception):
    """No exam is final yet."""

    def __init__(self, excluded: tuple[Excluded, ...]) -> None:
        super().__init__(f"{len(excluded)} exams wait")
        self.excluded = excluded


class StopTheLineError(Exception):
    """Checks failed before a package was signed: ``checks`` are their names; none where a part cannot be made. Nothing was written."""

    def __init__(self, faults: tuple[PackageFault, ...], checks: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.what}" for fault in faults[:5]))
        self.faults, self.checks = faults, checks


class ExportedMeanwhileError(Exception):
    """Another package was approved while this one was made. Nothing was written."""

    def __init__(self, transfer: str) -> None:
        super().__init__(transfer)
        self.transfer = transfer


class NotFinalError(Exception):
    """The trial's data cannot be locked: these exams are not final."""

    def __init__(self, waiting: tuple[Excluded, ...]) -> None:
        super().__init__(", ".join(f"{one.subject} {one.visit}" for one in waiting[:5]))
        self.waiting = waiting


class ManyChartersError(Exception):
    """Exams were read under several versions of the charter; one package holds one."""

    def __init__(self, versions: tuple[str, ...]) -> None:
        super().__init__(", ".join(versions))
        self.versions = versions


class SpecificationChangedError(Exception):
    """Columns, files or codes that the last package had are gone or changed, and nobody approved that. Nothing was written."""

    def __init__(self, differences: Iterable[Difference]) -> None:
        self.differences = tuple(differences)
        super().__init__(", ".join(f"{one.where}: {one.change.value}" for one in self.differences[:5]))

    @property
    def refused(self) -> tuple[Difference, ...]:
        """Names that meant something else before: no approval helps."""
        return tuple(one for one in self.differences if one.is_refused)


class NothingToApproveError(Exception):
    """The next package has every column and code of the last one, or what differs is approved already."""
