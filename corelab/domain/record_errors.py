"""What can go wrong with a lab, its records and its people; each error carries facts, the words are made where the person is."""

from collections.abc import Collection
from datetime import datetime
from enum import Enum
from pathlib import Path

from corelab.domain.access import Duty
from corelab.domain.accounts import Command, PasswordFault
from corelab.domain.addresses import ServerAddress
from corelab.domain.audit import Fault


class LabError(Exception):
    """Something about one lab. ``path`` is its database, folder or address."""

    def __init__(self, path: Path | ServerAddress, detail: str = "") -> None:
        super().__init__(f"{type(self).__name__}: {detail}" if detail else type(self).__name__)
        self.path = path
        self.detail = detail


class LabExistsError(LabError):
    """A lab or other files are already there."""


class NotALabError(LabError):
    """The folder or file is no lab of this program."""


class LabCorruptError(LabError):
    """The database file is damaged."""


class LabReadOnlyError(LabError):
    """The database cannot be written."""


class LabLockedError(LabError):
    """Another program holds the database for longer than a write should last."""


class NetworkFileSystemError(LabError):
    """The lab lies on another machine; ``kind`` is that of the file system."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(path, kind)
        self.kind = kind


class LabOpenElsewhereError(LabError):
    """Another window has the lab open: on ``host``, in the process ``pid``, since ``since`` where that is known."""

    def __init__(self, path: Path, host: str, pid: int, since: datetime | None) -> None:
        super().__init__(path, f"{host} {pid}")
        self.host = host
        self.pid = pid
        self.since = since


class JournalLeftError(LabError):
    """The database was left in the middle of a change, or in a journal mode of another program, where it cannot be written."""


class DiskFullError(LabError):
    """No space left; nothing of the transaction was kept."""


class LabStorageError(LabError):
    """The disk or share failed to read or write."""


class DiskFailedError(LabStorageError):
    """The disk refused to read or write just now; that says nothing about what stands on it."""


class NewerSchemaError(LabError):
    """The lab was written by a later version of the program."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(path, f"schema {found}")
        self.found = found


class MigrationRefusedError(LabError):
    """A lab of an earlier version that does not verify, before or after it was brought up to date: it is as it was."""

    def __init__(self, path: Path, faults: tuple[str, ...]) -> None:
        super().__init__(path, "; ".join(faults[:5]))
        self.faults = faults


class LabUnsoundError(LabError):
    """The lab failed its check and takes no more records; ``faults`` are those that were found."""

    def __init__(self, path: Path, faults: tuple[Fault, ...]) -> None:
        super().__init__(path, "; ".join(f"{fault.where}: {fault.what}" for fault in faults[:5]))
        self.faults = faults


class ServerError(LabError):
    """Something between this machine and the server of a lab. ``detail`` is for the log: it is what the server or the network said."""

    def __init__(self, address: ServerAddress, detail: str = "") -> None:
        super().__init__(address, detail)
        self.address = address


class ServerAwayError(ServerError):
    """The server does not answer; nothing of the transaction was kept."""


class CommitUnknownError(ServerError):
    """The connection broke while the server was keeping a transaction, and it cannot be asked whether it did."""


class ServerRefusal(Enum):
    """Why a server cannot be used for a lab."""

    CERTIFICATE = "it does not show a certificate that is trusted for its name"
    ROOT = "the file of the certificate cannot be read"
    NO_TLS = "it offers no encrypted connection"
    NOT_ADMITTED = "it lets nobody in from this machine"
    TOO_OLD = "its version is below the oldest one that is supported"
    NO_DATABASE = "it has no database of this name"
    NO_LAB = "there is no lab in the database"
    NO_INSTALLER = "nobody was named who may make a lab there"
    NEWER_SCHEMA = "the lab was written by a later version of the program"
    NO_DRIVER = "this program was installed without what speaks to a server"


class ServerRefusedError(ServerError):
    """The server answers, but cannot be used: ``why``."""

    def __init__(self, address: ServerAddress, why: ServerRefusal, detail: str = "") -> None:
        super().__init__(address, detail)
        self.why = why


class ClockApartError(Exception):
    """A warning: the clock of this machine and that of the server are too far apart; the server's is the one that counts."""

    def __init__(self, here: datetime, server: datetime) -> None:
        super().__init__(f"{here} {server}")
        self.here = here
        self.server = server


class RecordRefusedError(Exception):
    """A row breaks a rule of the records: it is there already, refers to nothing, or has a value outside its list."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


class SubmitConflictError(Exception):
    """The id of this command was used by another person or for another kind of command."""

    def __init__(self, submit: str, seq: int) -> None:
        super().__init__(f"submit {submit} belongs to event {seq}")
        self.submit = submit
        self.seq = seq


class PayloadSealedError(Exception):
    """The payload of this event cannot be read with the keys at hand."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"payload of event {seq} is sealed")
        self.seq = seq


class RecordDamagedError(Exception):
    """A stored record is not what its event says."""

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(f"event {seq}: {what}")
        self.seq = seq
        self.what = what


class KeyRefusedError(Exception):
    """A key or password does not open what it was tried on."""


class NotSealedToError(KeyRefusedError):
    """The envelope is whole, but this key is none of those that open it."""


class ResealNeededError(Exception):
    """A person's own work is sealed to the keys they had before a reset; a coordinator has not handed it over yet."""


class ResealIncompleteError(Exception):
    """Some envelopes of a person's work open with no key at hand; ``damaged`` counts them."""

    def __init__(self, damaged: int) -> None:
        super().__init__(str(damaged))
        self.damaged = damaged


class CodeRefusedError(Exception):
    """A one-time or recovery code is mistyped, unknown, used or expired."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "refused")
        self.expired = expired


class SignInRefusedError(Exception):
    """User name or password is wrong; which of them is not said."""


class PasswordWrongError(SignInRefusedError):
    """The password of who is signed in is not the one that was typed."""


class SecondFactorNeededError(Exception):
    """User name and password are right; the code of the second factor is asked for as well."""


class SecondFactorRefusedError(SignInRefusedError):
    """The code of the second factor is wrong, too old, or was used."""


class SecondFactorClosedError(Exception):
    """The second factor belongs to keys from before a reset, or cannot be changed like this: two people have to remove it."""


class SignedInElsewhereError(Exception):
    """The person's window is open already: on the machine ``host`` since ``since``; ``here`` when that is this machine."""

    def __init__(self, host: str, since: datetime, *, here: bool) -> None:
        super().__init__(host)
        self.host = host
        self.since = since
        self.here = here


class WorkstationRefusedError(Exception):
    """The lab lets people in only at machines that an administrator has enrolled, and this one is none of them."""

    def __init__(self, workstation: str, host: str) -> None:
        super().__init__(workstation)
        self.workstation = workstation
        self.host = host


class DutyOpenError(Exception):
    """Something is due before anything else may be done; ``duties`` names it."""

    def __init__(self, duties: Collection[Duty]) -> None:
        super().__init__(", ".join(sorted(duty.value for duty in duties)))
        self.duties = frozenset(duties)


class StatementNotAcceptedError(Exception):
    """The person has not accepted that the electronic signature binds like a handwritten one."""


class AccessRefusedError(Exception):
    """A rule of access cannot have this value; ``name`` is the rule."""

    def __init__(self, name: str, value: str = "") -> None:
        super().__init__(f"{name}: {value}")
        self.name = name
        self.value = value


class AccountLockedError(Exception):
    """Too many failures. ``until`` is set only where waiting helps."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("locked")
        self.until = until


class SignedOutError(Exception):
    """The sign-in is over: signed out, account locked or deactivated, or the role taken away."""


class NotPermittedError(Exception):
    """None of the person's roles may do this."""

    def __init__(self, command: Command | str) -> None:
        super().__init__(str(command))
        self.command = command


class PasswordRefusedError(Exception):
    """A new password breaks a rule."""

    def __init__(self, fault: PasswordFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class PersonRefusedError(Exception):
    """An account cannot be made or changed like this.

    ``what`` is a word of: user_name, printed_name, roles, taken, self, status, last, absent, here.
    """

    def __init__(self, what: str, value: str = "") -> None:
        super().__init__(f"{what}: {value}" if value else what)
        self.what = what
        self.value = value


class CustodyMissingError(Exception):
    """The person holds no grant of the custody key; another coordinator can give one."""


class CustodySwappedError(Exception):
    """The lab's custody key is not the one that this workstation knows, and no coordinator signed for a change."""


class ClockBackwardError(Exception):
    """The clock stands before the last record; nothing is signed until it is right."""

    def __init__(self, now: datetime, last: datetime) -> None:
        super().__init__(f"{now} < {last}")
        self.now = now
        self.last = last


class SecondPersonError(Exception):
    """Another person has to do this: whoever asked for it cannot agree to it as well."""


class LockedError(Exception):
    """The trial's data is locked: nothing enters until a coordinator unlocks it."""


class NotLockedError(Exception):
    """The trial's data is not locked: there is nothing to unlock."""
