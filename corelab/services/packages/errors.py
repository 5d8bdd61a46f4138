"""What keeps a package from being written, or the trial's data from being locked."""

from corelab.domain.record_errors import LockedError, NotLockedError
from corelab.export.check import PackageFault
from corelab.services.packages.gather import Excluded

__all__ = [
    "LockedError",
    "ManyChartersError",
    "NotFinalError",
    "NotLockedError",
    "NothingToExportError",
    "StopTheLineError",
]


class NothingToExportError(Exception):
    """No exam is final yet."""

    def __init__(self, excluded: tuple[Excluded, ...]) -> None:
        super().__init__(f"{len(excluded)} exams wait")
        self.excluded = excluded


class StopTheLineError(Exception):
    """A check of the package failed before it was signed. Nothing was written."""

    def __init__(self, faults: tuple[PackageFault, ...]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.what}" for fault in faults[:5]))
        self.faults = faults


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
