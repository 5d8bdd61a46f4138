"""What can go wrong when people read, decide and compare; each error carries facts, the words are made where the person is."""

from collections.abc import Sequence
from enum import Enum

from corelab.domain.allocation import Shut
from corelab.domain.checks import CheckFault, Firing
from corelab.domain.vocabulary import AssignmentId, ExamId
from corelab.domain.worklist import WorkKind


class NotYoursError(Exception):
    """The assignment does not exist, has ended, or is somebody else's; which of these is not said."""

    def __init__(self, assignment: AssignmentId) -> None:
        super().__init__(assignment)
        self.assignment = assignment


class NotNextError(Exception):
    """Only the next exam of the stored order can be opened."""

    def __init__(self, assignment: AssignmentId) -> None:
        super().__init__(assignment)
        self.assignment = assignment


class NotYetError(NotNextError):
    """It is the next exam, and is not begun today; ``shut`` says why and when."""

    def __init__(self, assignment: AssignmentId, shut: Shut) -> None:
        super().__init__(assignment)
        self.shut = shut


class AlreadySignedError(Exception):
    """What was signed cannot be changed or signed again."""

    def __init__(self, assignment: AssignmentId) -> None:
        super().__init__(assignment)
        self.assignment = assignment


class ChecksUnconfirmedError(Exception):
    """Soft checks fire that the reader has not confirmed with a reason; ``firings`` are all of them."""

    def __init__(self, firings: tuple[Firing, ...]) -> None:
        super().__init__(", ".join(one.check for one in firings))
        self.firings = firings


class ChecksFailedError(Exception):
    """Hard checks keep this from being signed; ``faults`` are all of them."""

    def __init__(self, faults: Sequence[CheckFault]) -> None:
        super().__init__(", ".join(fault.code.value for fault in faults))
        self.faults = tuple(faults)


class ClipsChangedError(Exception):
    """The clips of the exam are no longer those that were shown; open it again."""

    def __init__(self, assignment: AssignmentId) -> None:
        super().__init__(assignment)
        self.assignment = assignment


class FormChangedError(Exception):
    """The questions of the exam are no longer those that were shown (a label, the limb, a segment not imaged); open it again."""

    def __init__(self, assignment: AssignmentId) -> None:
        super().__init__(assignment)
        self.assignment = assignment


class DraftChangedError(Exception):
    """Another window saved this reading or case since it was opened here: what was to be kept is not, what that window kept stands."""

    def __init__(self, assignment: AssignmentId, kind: WorkKind) -> None:
        super().__init__(assignment)
        self.assignment = assignment
        self.kind = kind


class ReasonMissingError(Exception):
    """A revision is signed with its reason, a first entry with none; ``asked`` says which of them this would be."""

    def __init__(self, assignment: AssignmentId, *, asked: bool) -> None:
        super().__init__(assignment)
        self.assignment = assignment
        self.asked = asked


class NotTrainedError(Exception):
    """No training record for this major version of the charter."""


class CharterRefusal(Enum):
    """Why a charter cannot follow the one in force."""

    OTHER = "other"
    VERSION_USED = "version_used"
    NOT_LATER = "not_later"
    STEP = "step"
    IN_USE = "in_use"


class CharterRefusedError(Exception):
    """A charter without faults that cannot follow the one in force; ``what``: that one's version, the used version, or the lost names."""

    def __init__(self, why: CharterRefusal, what: str) -> None:
        super().__init__(f"{why.value}: {what}")
        self.why = why
        self.what = what


class KeptApartError(NotYoursError):
    """The person handled clips of this subject, or read this exam, since it was dealt to them.

    To them it is not theirs, as if it were somebody else's: another word would tell whose exam it is.
    """


class UnattendedError(Exception):
    """Outside a lab of kind demo a reading or decision is signed in the window only."""


class RecordFault(Enum):
    DIGEST = "digest"
    SIGNATURE = "signature"
    SEALED = "sealed"
    CHARTER = "charter"
    TAKEN = "taken"
    CONTENT = "content"


class RecordRejectedError(Exception):
    """A signed record does not hold what its row, signature or event says; nothing of its exam was compared."""

    def __init__(self, exam: ExamId, record: str, fault: RecordFault) -> None:
        super().__init__(f"{record}: {fault.value}")
        self.exam = exam
        self.record = record
        self.fault = fault
