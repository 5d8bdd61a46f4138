"""Where the trial stands, for coordinators: exams by state, and what waits for whom. Never a grade."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from corelab.domain.accounts import Command
from corelab.domain.intake import ClipState
from corelab.domain.vocabulary import AssignmentId, ExamId, ExamState
from corelab.services import safety
from corelab.services.accounts import Session, permit
from corelab.services.custody_facts import CustodyFacts, facts_of
from corelab.services.dealing.replacement import free_slots
from corelab.services.intake.checks import all_waiting
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import is_locked
from corelab.services.resealing import waits
from corelab.services.waiting_types import waiting_types
from corelab.storage import calibration, people, readings
from corelab.storage.by_type import is_finished
from corelab.storage.hands_on import hands_on
from corelab.storage.readings import ADJUDICATION, Assignment
from corelab.storage.store import Snapshot


@dataclass(frozen=True, slots=True)
class Load:
    """What one reader or adjudicator still has to sign, and has signed."""

    user: str
    readings_waiting: int
    readings_signed: int
    cases_waiting: int
    cases_signed: int


@dataclass(frozen=True, slots=True)
class Status:
    """Where the trial stands, in counts.

    ``free``: slots of dealt exams without reader; ``clips`` that are not released, by state; ``comparable``: reading types of exams that
    are signed by all their readers; ``decided``: cases to be finished.
    ``reseal`` counts the people whose open work is sealed to keys from before a reset; ``apart`` the readings and cases that their
    person handled in another role since, and opens no more. ``notices``: safety notices that nobody acknowledged; None without custody.
    """

    states: Mapping[ExamState, int]
    clips: Mapping[ClipState, int]
    unlabelled: int
    free: int
    comparable: int
    open_cases: int
    decided: int
    loads: tuple[Load, ...]
    locked: bool
    reseal: int
    apart: int
    custody: CustodyFacts
    notices: int | None = None

    @property
    def exams(self) -> int:
        return sum(self.states.values())

    def to_json(self) -> dict[str, Any]:
        return {
            "states": {state.value: self.states[state] for state in ExamState},
            "clips": {state.value: count for state, count in self.clips.items()},
            "unlabelled": self.unlabelled,
            "free": self.free,
            "comparable": self.comparable,
            "open_cases": self.open_cases,
            "decided": self.decided,
            "loads": [{name: getattr(load, name) for name in Load.__dataclass_fields__} for load in self.loads],
            "locked": self.locked,
            "reseal": self.reseal,
            "apart": self.apart,
            "notices": self.notices,
            "custody": {
                "number": self.custody.number,
                "holders": [person.user_name for person in self.custody.holders],
                "left": [person.user_name for person in self.custody.left],
                "should_rotate": self.custody.should_rotate,
            },
        }

    def in_words(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.exams} exams: " + ", ".join(f"{count} {state.value}" for state, count in self.states.items())
        if self.clips:
            yield "Clips that wait for a coordinator: " + ", ".join(f"{count} {state.value}" for state, count in self.clips.items())
        if self.unlabelled:
            yield f"Clips without a segment: {self.unlabelled}"
        if self.free:
            yield f"Slots without reader, for the next assign: {self.free}"
        for load in self.loads:
            yield f"{load.user}: {load.readings_waiting} readings and {load.cases_waiting} cases to sign"
        if self.comparable or self.decided:
            yield f"For the next release and compare: {self.comparable} exams, {self.decided} decided cases"
        yield from self._people_lines()
        if self.locked:
            yield "The data are locked."

    def _people_lines(self) -> Iterator[str]:
        if self.notices:
            yield f"Safety notices that nobody acknowledged: {self.notices}. List them: safety LAB list"
        if self.reseal:
            yield f"People whose open work is sealed to keys from before a reset: {self.reseal}. Re-seal it: account LAB reseal USER"
        if self.apart:
            yield f"Readings and cases whose person has handled clips of the subject since, to be withdrawn: {self.apart}"
        yield f"Custody key {self.custody.number} is held by: " + ", ".join(person.user_name for person in self.custody.holders)
        if self.custody.should_rotate:
            left = ", ".join(person.user_name for person in self.custody.left)
            yield f"Rotate the custody key: {left} had it and is no coordinator any more. Do so with: custody LAB rotate"


def status(lab: OpenLab, session: Session) -> Status:
    """Counts as of now. For coordinators."""
    permit(session, Command.STATUS)
    with lab.store.read(session.account) as snapshot:
        states = _states(snapshot)
        waiting = all_waiting(snapshot)
        assigned = readings.assignments(snapshot)
        signed = readings.signed_assignments(snapshot)
        opened = [case.assignment for case in readings.live_cases(snapshot) if not is_finished(snapshot, case.id)]
        return Status(
            states=MappingProxyType({state: sum(one is state for one in states.values()) for state in ExamState}),
            clips=MappingProxyType(dict(Counter(check.state for check in waiting))),
            unlabelled=sum(check.label is None for check in waiting),
            free=sum(1 for _ in free_slots(snapshot, [ExamId(exam) for exam, state in states.items() if state is ExamState.ASSIGNED])),
            comparable=sum(one.complete for one in waiting_types(snapshot)),
            open_cases=sum(of not in signed for of in opened),
            decided=sum(of in signed for of in opened),
            loads=tuple(_loads(snapshot, assigned, signed)),
            locked=is_locked(snapshot),
            reseal=sum(waits(snapshot, one) for one in people.all_people(snapshot)),
            apart=_apart(snapshot, assigned, signed),
            custody=facts_of(snapshot),
            notices=safety.waiting(snapshot, session.custody) if session.custody is not None else None,
        )


def _states(snapshot: Snapshot) -> dict[str, ExamState]:
    found = {row["id"]: ExamState.RECEIVING for row in calibration.trial_exams(snapshot)}
    return found | {row["exam_id"]: ExamState(row["state"]) for row in snapshot.all("exam_status") if row["exam_id"] in found}


def _apart(snapshot: Snapshot, assigned: tuple[Assignment, ...], signed: frozenset[AssignmentId]) -> int:
    codes = {row["id"]: row["code"] for row in snapshot.all("subject")}
    subjects = {row["id"]: codes[row["subject_id"]] for row in snapshot.all("exam")}
    touched = hands_on(snapshot)
    return sum(one.id not in signed and one.account in touched.get(subjects[one.exam], ()) for one in assigned)


def _loads(snapshot: Snapshot, assigned: tuple[Assignment, ...], signed: frozenset[AssignmentId]) -> Iterator[Load]:
    for person in people.all_people(snapshot):
        own = [one for one in assigned if one.account == person.account]
        if own:
            counts = Counter((one.kind == ADJUDICATION, one.id in signed) for one in own)
            yield Load(
                person.user_name,
                counts[False, False],
                counts[False, True],
                counts[True, False],
                counts[True, True],
            )
