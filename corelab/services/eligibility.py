"""Who may read or adjudicate which subject: active, trained, and never one who had a hand in its clips."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from corelab.domain.accounts import Person, Role
from corelab.domain.charter import Charter
from corelab.domain.vocabulary import AccountId, SubjectCode
from corelab.storage import people, readings
from corelab.storage.readings import ADJUDICATION, PRIMARY, Assignment, AssignmentKind
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
        """Who labelled, masked, passed or verified a clip, by subject."""
        exams = {row["id"]: row["exam_id"] for row in self.snapshot.all("intake_object") if row["exam_id"]}
        found: dict[SubjectCode, set[AccountId]] = {}
        for clip, account in self._touches():
            if clip in exams and account is not None:
                found.setdefault(self.subject_of[exams[clip]], set()).add(AccountId(account))
        return {subject: frozenset(accounts) for subject, accounts in found.items()}

    def _touches(self) -> Iterator[tuple[str, str | None]]:
        """(clip, account) of every label and every step of a pixel check."""
        labels = self.snapshot.all("clip_label")
        actors = {seq: (self.snapshot.one("event", seq=seq) or {}).get("actor") for seq in {row["event_seq"] for row in labels}}
        yield from ((row["clip_id"], actors[row["event_seq"]]) for row in labels)
        yield from ((row["clip_id"], row["person_id"]) for row in self.snapshot.all("pixel_check"))
        for row in self.snapshot.all("clip_release"):
            yield row["clip_id"], row["checker_id"]
            yield row["clip_id"], row["verifier_id"]
