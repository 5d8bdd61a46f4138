"""Who may read or adjudicate which subject: active, here, certified, not kept apart, and never one who had a hand in its clips."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from corelab.domain.accounts import Person, Role
from corelab.domain.charter import Charter
from corelab.domain.reading_errors import KeptApartError, NotTrainedError
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId, ReadingTypeId, SubjectCode
from corelab.services.labs import charter_of, effective_charter
from corelab.services.training import able_for, trained_for
from corelab.storage import own_assignments, people, readings
from corelab.storage.hands_on import had_a_hand, hands_on
from corelab.storage.readings import ADJUDICATION, CALIBRATION, READING_KINDS, Assignment
from corelab.storage.registry import ExamRecord
from corelab.storage.store import Row, Snapshot
from corelab.storage.unblinding import unblinded

_READER_OF_SUBJECT = "reader_of_subject"
_DESIGNATOR = "designator_of_exam"


@dataclass
class Pool:
    """The people of the lab as they stand now. Everything is read once, when it is first asked for.

    ``only`` is the one subject that will be asked about: then nothing is read of what was done to others.
    """

    snapshot: Snapshot
    charter: Charter
    only: SubjectCode | None = None

    @cached_property
    def everybody(self) -> tuple[Person, ...]:
        return people.all_people(self.snapshot)

    @cached_property
    def trained(self) -> tuple[Person, ...]:
        """Active readers and adjudicators with a training record for the major version of the charter, where it asks for one."""
        majors = {row["hash"] for row in self.snapshot.all("charter") if int(row["version"].partition(".")[0]) == self.charter.major}
        passed = {row["account_id"] for row in self.snapshot.all("training") if row["charter_hash"] in majors}
        able = (person for person in self.everybody if person.active and person.roles & {Role.READER, Role.ADJUDICATOR})
        asked = self.charter.certification.training_record
        return tuple(person for person in able if not asked or person.account in passed)

    @cached_property
    def absent(self) -> frozenset[AccountId]:
        """Who is declared absent now."""
        return frozenset(AccountId(account) for account, state in absences(self.snapshot).items() if state == "on")

    @cached_property
    def able(self) -> tuple[Person, ...]:
        """Of the trained those who are certified, where the charter asks for it, and here."""
        here = (person for person in self.trained if person.account not in self.absent)
        return tuple(person for person in here if able_for(self.snapshot, person.account, self.charter))

    @cached_property
    def history(self) -> tuple[Assignment, ...]:
        return readings.assignments(self.snapshot)

    @cached_property
    def subject_of(self) -> Mapping[str, SubjectCode]:
        """Exam id -> subject."""
        codes = {row["id"]: SubjectCode(row["code"]) for row in self.snapshot.all("subject")}
        return {row["id"]: codes[row["subject_id"]] for row in self.snapshot.all("exam")}

    def readers(self, subject: SubjectCode, kind: ReadingTypeId | None = None) -> tuple[Person, ...]:
        """Who may read this subject, by one reading type where there are several.

        Never its adjudicator, never who had a hand in its clips, never who read or adjudicated it by a type that is kept apart, never who
        may know its treatment.
        """
        shut = self._hands_on.get(subject, frozenset()) | self._took_part(subject, (ADJUDICATION,)) | self._apart(subject, kind)
        shut |= self._unblinded.get(subject, frozenset())
        return tuple(person for person in self.able if Role.READER in person.roles and person.account not in shut)

    def adjudicators(self, subject: SubjectCode, kind: ReadingTypeId | None = None, exam: ExamId | None = None) -> tuple[Person, ...]:
        """Who may adjudicate this subject (this exam of it), by one reading type where there are several.

        Whom the charter excludes: who was ever assigned to read the subject, who had a hand in its clips. Never a reader of the exam
        itself, never who read or adjudicated the subject by a type that is kept apart.
        """
        excludes = self.charter.adjudication.excludes
        shut = self._apart(subject, kind) | self._unblinded.get(subject, frozenset())
        if _READER_OF_SUBJECT in excludes or exam is None:
            shut |= self._took_part(subject, READING_KINDS)
        if exam is not None:
            shut |= {AccountId(row["account_id"]) for row in self.snapshot.all("assignment", exam_id=exam)}
        if _DESIGNATOR in excludes:
            shut |= self._hands_on.get(subject, frozenset())
        return tuple(person for person in self.able if Role.ADJUDICATOR in person.roles and person.account not in shut)

    def deciders(self, subject: SubjectCode, kind: ReadingTypeId) -> frozenset[AccountId]:
        """Whoever decides, or decided, about the subject in this way of reading, by an assignment that has not ended."""
        rows = (row for row in self._assigned.get(subject, ()) if (row["kind"], row["reading_type"]) == (ADJUDICATION, kind))
        return frozenset(AccountId(row["account_id"]) for row in rows if row["id"] not in self._ended)

    def _took_part(self, subject: SubjectCode, kinds: Iterable[str]) -> frozenset[AccountId]:
        """Whoever was assigned it, also where the assignment has ended."""
        return frozenset(AccountId(row["account_id"]) for row in self._assigned.get(subject, ()) if row["kind"] in kinds)

    def _apart(self, subject: SubjectCode, kind: ReadingTypeId | None) -> frozenset[AccountId]:
        """Whoever reads, adjudicates, opened or signed the subject by a type that is kept apart from this one."""
        others = self._kept_apart.get(kind, frozenset()) if kind is not None else frozenset()
        rows = (row for row in self._assigned.get(subject, ()) if row["reading_type"] in others)
        return frozenset(AccountId(row["account_id"]) for row in rows if not self._never_seen(row))

    def _never_seen(self, row: Row) -> bool:
        """Withdrawn before it was opened: the person saw nothing."""
        return row["id"] in self._ended and row["id"] not in self._opened

    @cached_property
    def _kept_apart(self) -> Mapping[str, frozenset[str]]:
        return kept_apart(self.snapshot)

    @cached_property
    def _ended(self) -> frozenset[str]:
        return frozenset(row["assignment_id"] for row in self.snapshot.all("assignment_end"))

    @cached_property
    def _opened(self) -> frozenset[AssignmentId]:
        return own_assignments.opened(self.snapshot)

    @cached_property
    def _assigned(self) -> Mapping[SubjectCode, tuple[Row, ...]]:
        if self.only is not None:
            return {self.only: own_assignments.of_subject(self.snapshot, self.only)}
        found: dict[SubjectCode, list[Row]] = {}
        for row in self.snapshot.all("assignment"):
            found.setdefault(self.subject_of[row["exam_id"]], []).append(row)
        return {subject: tuple(rows) for subject, rows in found.items()}

    @cached_property
    def _unblinded(self) -> Mapping[SubjectCode, frozenset[AccountId]]:
        return unblinded(self.snapshot, self.only)

    @cached_property
    def _hands_on(self) -> Mapping[SubjectCode, frozenset[AccountId]]:
        return hands_on(self.snapshot, self.only)


def absences(snapshot: Snapshot) -> Mapping[str, str]:
    """Account -> the last that was declared of it: on (absent) or off."""
    return {row["account_id"]: row["state"] for row in sorted(snapshot.all("absence"), key=lambda row: row["n"])}


def kept_apart(snapshot: Snapshot) -> Mapping[str, frozenset[str]]:
    """Reading type -> those it is kept apart from under any charter the lab ever had: what was seen is not forgotten by an amendment."""
    found: dict[str, set[str]] = {}
    for row in snapshot.all("charter"):
        for kind in charter_of(snapshot, row["hash"]).reading_types:
            for other in kind.apart_from:
                found.setdefault(kind.id, set()).add(other)
                found.setdefault(other, set()).add(kind.id)
    return {kind: frozenset(others) for kind, others in found.items()}


def require_able(snapshot: Snapshot, of: Assignment, exam: ExamRecord) -> None:
    """Whether the person may go on with what was dealt to them before.

    Roles and charters change: since then they may have handled clips of the subject as a coordinator, or a charter may have come that
    asks for other training. The calibration set is read before the certificate. Raises NotTrainedError, KeptApartError.
    """
    charters = {charter.hash: charter for charter in (charter_of(snapshot, exam.charter_hash), effective_charter(snapshot))}
    asked = trained if of.kind == CALIBRATION else able_for
    if not all(asked(snapshot, of.account, charter) for charter in charters.values()):
        raise NotTrainedError
    if of.kind == CALIBRATION:
        return
    excludes = charters[exam.charter_hash].adjudication.excludes
    handled = had_a_hand(snapshot, exam.subject_id, of.account)
    if handled and (of.kind != ADJUDICATION or _DESIGNATOR in excludes):
        raise KeptApartError(of.id)
    if of.kind == ADJUDICATION and _reads(snapshot, of.account, exam.id):
        raise KeptApartError(of.id)


def trained(snapshot: Snapshot, account: AccountId, charter: Charter) -> bool:
    return trained_for(snapshot, account, charter.hash)


def _reads(snapshot: Snapshot, account: AccountId, exam: ExamId) -> bool:
    return any(row["kind"] in READING_KINDS for row in snapshot.all("assignment", exam_id=exam, account_id=account))
