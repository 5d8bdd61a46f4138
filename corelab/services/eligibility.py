"""Who may read or adjudicate which subject: active, trained, and never one who had a hand in its clips."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from corelab.domain.accounts import Person, Role
from corelab.domain.charter import Charter
from corelab.domain.reading_errors import KeptApartError, NotTrainedError
from corelab.domain.vocabulary import AccountId, SubjectCode
from corelab.services.labs import effective_charter
from corelab.services.training import trained_for
from corelab.storage import people, readings
from corelab.storage.hands_on import hands_on
from corelab.storage.readings import ADJUDICATION, PRIMARY, Assignment, AssignmentKind
from corelab.storage.registry import ExamRecord
from corelab.storage.store import Snapshot


@dataclass
class Pool:
    """The people of the lab as they stand now. Everything is read once, when it is first asked for."""

    snapshot: Snapshot
    charter: Charter

    @cached_property
    def everybody(self) -> tuple[Person, ...]:
        return people.all_people(self.snapshot)

    @cached_property
    def trained(self) -> tuple[Person, ...]:
        """Active readers and adjudicators with a training record for the major version of the charter."""
        majors = {row["hash"] for row in self.snapshot.all("charter") if int(row["version"].partition(".")[0]) == self.charter.major}
        passed = {row["account_id"] for row in self.snapshot.all("training") if row["charter_hash"] in majors}
        able = (person for person in self.everybody if person.active and person.roles & {Role.READER, Role.ADJUDICATOR})
        return tuple(person for person in able if person.account in passed)

    @cached_property
    def history(self) -> tuple[Assignment, ...]:
        return readings.assignments(self.snapshot)

    @cached_property
    def subject_of(self) -> Mapping[str, SubjectCode]:
        """Exam id -> subject."""
        codes = {row["id"]: SubjectCode(row["code"]) for row in self.snapshot.all("subject")}
        return {row["id"]: codes[row["subject_id"]] for row in self.snapshot.all("exam")}

    def readers(self, subject: SubjectCode) -> tuple[Person, ...]:
        """Who may read this subject: never its adjudicator, never who had a hand in its clips."""
        return self._free(Role.READER, subject, ADJUDICATION)

    def adjudicators(self, subject: SubjectCode) -> tuple[Person, ...]:
        """Who may adjudicate this subject: nobody who was ever assigned to read it, never who had a hand in its clips."""
        return self._free(Role.ADJUDICATOR, subject, PRIMARY)

    def _free(self, role: Role, subject: SubjectCode, other: AssignmentKind) -> tuple[Person, ...]:
        shut = self._hands_on.get(subject, frozenset()) | self._assigned.get((subject, other), frozenset())
        return tuple(person for person in self.trained if role in person.roles and person.account not in shut)

    @cached_property
    def _assigned(self) -> Mapping[tuple[SubjectCode, str], frozenset[AccountId]]:
        """(subject, kind) -> whoever was assigned it, also where the assignment has ended."""
        found: dict[tuple[SubjectCode, str], set[AccountId]] = {}
        for row in self.snapshot.all("assignment"):
            found.setdefault((self.subject_of[row["exam_id"]], row["kind"]), set()).add(AccountId(row["account_id"]))
        return {key: frozenset(accounts) for key, accounts in found.items()}

    @cached_property
    def _hands_on(self) -> Mapping[SubjectCode, frozenset[AccountId]]:
        return hands_on(self.snapshot)


def require_able(snapshot: Snapshot, of: Assignment, exam: ExamRecord) -> None:
    """Whether the person may go on with what was dealt to them before.

    Roles and charters change: since then they may have handled clips of the subject as a coordinator, or a charter may have come that
    asks for other training. Raises NotTrainedError, KeptApartError.
    """
    if not all(trained_for(snapshot, of.account, charter) for charter in {exam.charter_hash, effective_charter(snapshot).hash}):
        raise NotTrainedError
    if of.account in hands_on(snapshot, exam.subject).get(exam.subject, ()):
        raise KeptApartError(of.id)
    if of.kind == ADJUDICATION and snapshot.one("assignment", exam_id=exam.id, account_id=of.account, kind=PRIMARY) is not None:
        raise KeptApartError(of.id)
