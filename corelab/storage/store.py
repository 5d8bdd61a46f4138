"""The store of one lab: what gives snapshots of its records and takes transactions, whichever kind of database holds them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from corelab.domain.audit import Fault
from corelab.domain.record_errors import LabUnsoundError
from corelab.domain.vocabulary import AccountId, LabId
from corelab.storage.snapshot import Head, Row, Snapshot
from corelab.storage.transaction import Actor, NewRow, Recorded, Transaction

__all__ = ["Actor", "Head", "NewRow", "Recorded", "Row", "Snapshot", "Store", "Transaction"]


class Store(ABC):
    """One lab's records. Each transaction and snapshot has a connection of its own, on whichever thread asks.

    ``path`` is their file; of a lab on a server, where its copy would lie on this workstation.
    """

    def __init__(self, path: Path, lab_id: LabId, *, read_only: bool = False) -> None:
        self.path = path
        self.lab_id = lab_id
        self.read_only = read_only
        self.unsound: tuple[Fault, ...] = ()

    @abstractmethod
    def begin(self, actor: Actor) -> AbstractContextManager[Transaction]:
        """A transaction in which ``actor`` acts. Raises SignedOutError when the sign-in is over, LabUnsoundError after ``stop_writing``."""

    @abstractmethod
    def read(self, account: AccountId | None = None) -> AbstractContextManager[Snapshot]:
        """The records as ``account`` may see them; without, what everybody may who is signed in. A file shows all to whoever has it."""

    @abstractmethod
    def copy_to(self, target: Path, progress: Callable[[int, int], None]) -> None:
        """All records as of one moment, as the SQLite file of a lab, on disk when this ends; ``target`` is new.

        ``progress`` hears how much of how much is done, and may raise to stop. Raises DiskFullError and the other LabErrors.
        """

    def copy_recent(self, target: Path, events: int) -> None:  # noqa: ARG002 - a file is copied as quickly whole
        """At least the last events and their rows, as ``copy_to``; for the quick check of them."""
        self.copy_to(target, lambda _done, _of: None)

    def own_faults(self) -> tuple[Fault, ...]:
        """What is wrong with the database that a copy of its records does not show; a file is wholly in its copy."""
        return ()

    def others(self) -> tuple[str, ...]:
        """The other people who are connected to the database right now, by their user names; a file does not know."""
        return ()

    @abstractmethod
    def enter(self, user: str, password: str, workstation: str) -> AccountId | None:
        """Open the database for one more person, where it asks who it is; None where it asks nobody.

        Raises SignInRefusedError, AccountLockedError; the failure is written down.
        """

    @abstractmethod
    def admit(self, code: str, password: str, workstation: str) -> AccountId | None:
        """As ``enter``, for the owner of a one-time code, who comes by this password from now on. Raises CodeRefusedError, written down."""

    @abstractmethod
    def leave(self, account: AccountId | None) -> None:
        """Nothing is read or written any more for this person, who entered."""

    @abstractmethod
    def close(self) -> None:
        """Give the database back."""

    @property
    def writable(self) -> bool:
        """Whether new records are taken."""
        return not self.read_only and not self.unsound

    def require_writable(self) -> None:
        """Raises LabUnsoundError after ``stop_writing``."""
        if self.unsound:
            raise LabUnsoundError(self.path, self.unsound)

    def stop_writing(self, faults: tuple[Fault, ...]) -> None:
        """Take no more records: those that are there are not what was written, and more would be built on them."""
        self.unsound = self.unsound or faults
