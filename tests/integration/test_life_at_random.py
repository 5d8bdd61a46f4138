"""People of all roles do anything in any order: whatever happens, the records verify and no result stands without two valid readings."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from corelab.domain.accounts import Role
from corelab.domain.adjudication import DecisionReason, DecisionRefusedError, Take
from corelab.domain.reading_errors import AlreadySignedError, NotNextError, NotYoursError
from corelab.domain.reading_states import StateRefusedError
from corelab.domain.reasons import change_of
from corelab.domain.record_errors import NotPermittedError, SecondPersonError
from corelab.domain.vocabulary import AssignmentId
from corelab.services import adjudication, assignment, comparison, invalidation, labs, packages, reading, reopening, withdrawal
from corelab.services.accounts import Session, sign_in
from corelab.services.packages.errors import LockedError, NotFinalError, NotLockedError
from corelab.services.verification import verify_lab
from tests.builders import PASSWORD, Lab, TickingClock
from tests.life_builders import WHY
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, rows_of

READERS, ADJUDICATORS = ("reader-1", "reader-2", "reader-3", "reader-4"), ("adjudicator-1", "adjudicator-2")
COORDINATORS = ("coordinator", "coordinator-2")
PEOPLE = (*READERS, *ADJUDICATORS, *COORDINATORS, "administrator", "auditor-1")
REFUSED = (
    AlreadySignedError,
    DecisionRefusedError,
    LockedError,
    NotFinalError,
    NotLockedError,
    NotNextError,
    NotPermittedError,
    NotYoursError,
    SecondPersonError,
    StateRefusedError,
)
RUNS, STEPS = 12, 20
NIGHTLY_RUNS, NIGHTLY_STEPS = 5_000, 30


@cache
def _template() -> tuple[Path, Lab]:
    """A lab with everybody and two exams, made once and copied for each run."""
    folder = Path(tempfile.mkdtemp(prefix="corelab-life-"))
    lab = a_staffed_lab(folder)
    for user, role in (("reader-3", Role.READER), ("reader-4", Role.READER), ("adjudicator-2", Role.ADJUDICATOR)):
        assert lab.person(user, role).account
    assert lab.coordinator_2.account
    assert lab.auditor.account
    for visit in ("D10", "M6"):
        a_ready_exam(lab, visit=visit)
    return folder, lab


class Life(RuleBasedStateMachine):
    """One lab and everything that can be done in it; each rule is one person trying one thing."""

    def __init__(self) -> None:
        super().__init__()
        folder, template = _template()
        self._folder = Path(tempfile.mkdtemp(prefix="corelab-run-"))
        shutil.copytree(folder / "lab", self._folder / "lab")
        clock = TickingClock(template.clock.at)
        opened = labs.open_lab(self._folder / "lab", clock, self._folder / "configuration")
        self.lab = Lab(opened, clock, "", template.charter_sha256)
        self._sessions = {user: sign_in(opened, user, PASSWORD) for user in PEOPLE}

    def teardown(self) -> None:
        try:
            assert verify_lab(self.lab.open.folder).faults == ()
        finally:
            self.lab.open.store.close()
            shutil.rmtree(self._folder)

    def _tries(self, what: Callable[[], object]) -> None:
        with suppress(*REFUSED):
            what()

    def _any(self, table: str, pick: int, **equals: str) -> str:
        rows = [row for row in rows_of(self.lab, table) if all(row[name] == value for name, value in equals.items())]
        return str(rows[pick % len(rows)]["id"]) if rows else "nothing"

    def _who(self, user: str) -> Session:
        return self._sessions[user]

    # ------------------------------------------------------------ what people try

    @initialize(grades=st.lists(st.sampled_from((0, 2)), min_size=4, max_size=4), compared=st.booleans())
    def begins(self, grades: list[int], *, compared: bool) -> None:
        self.deals("coordinator")
        for user, grade in zip(READERS, grades, strict=True):
            self.reads_what_is_next(user, grade)
        if compared:
            self.compares("coordinator")

    @rule(grades=st.lists(st.sampled_from((0, 2)), min_size=4, max_size=4))
    def works_a_day(self, grades: list[int]) -> None:
        """Everything that waits is done once, so that runs come far."""
        self.deals("coordinator")
        for user, grade in zip(READERS, grades, strict=True):
            self.reads_what_is_next(user, grade)
        self.compares("coordinator")
        for user in ADJUDICATORS:
            self.decides(user, Take.A)

    @rule(user=st.sampled_from(PEOPLE))
    def deals(self, user: str) -> None:
        self._tries(lambda: assignment.assign(self.lab.open, self._who(user)))

    @rule(user=st.sampled_from(READERS), grade=st.sampled_from((0, 2)))
    def reads_what_is_next(self, user: str, grade: int) -> None:
        row = reading.worklist(self.lab.open, self._who(user)).next
        if row is not None:
            self._tries(lambda: self._read(self._who(user), row.assignment, grade))

    def _read(self, session: Session, of: AssignmentId, grade: int) -> None:
        opened = reading.open_reading(self.lab.open, session, of)
        change = change_of("SEEN_AGAIN", WHY) if opened.reopened else None
        made = filled(opened, COMP_CFV=grade)
        reading.sign(self.lab.open, session, made, PASSWORD, version=opened.version, change=change)

    @rule(user=st.sampled_from(PEOPLE), pick=st.integers(0, 9))
    def opens_any_reading(self, user: str, pick: int) -> None:
        of = AssignmentId(self._any("assignment", pick, kind="primary"))
        self._tries(lambda: reading.open_reading(self.lab.open, self._who(user), of))

    @rule(user=st.sampled_from(ADJUDICATORS), take=st.sampled_from((Take.A, Take.B)))
    def decides(self, user: str, take: Take) -> None:
        row = reading.worklist(self.lab.open, self._who(user)).next
        if row is not None:
            self._tries(lambda: self._decide(self._who(user), row.assignment, take))

    def _decide(self, session: Session, of: AssignmentId, take: Take) -> None:
        opened = adjudication.open_case(self.lab.open, session, of)
        draft = opened.draft
        for dispute in opened.case.disputes:
            draft = draft.decided(dispute.cell, take, reason=DecisionReason.OTHER_FRAME)
        adjudication.sign(self.lab.open, session, of, draft, PASSWORD, version=opened.version)

    @rule(user=st.sampled_from((*COORDINATORS, "reader-1")))
    def compares(self, user: str) -> None:
        self._tries(lambda: comparison.release_and_compare(self.lab.open, self._who(user)))

    @rule(user=st.sampled_from((*COORDINATORS, "reader-1")), pick=st.integers(0, 9))
    def gives_back(self, user: str, pick: int) -> None:
        self._tries(lambda: reopening.reopen(self.lab.open, self._who(user), self._any("reading", pick), "ASKED", WHY))

    @rule(user=st.sampled_from((*COORDINATORS, "reader-1")), pick=st.integers(0, 9))
    def withdraws(self, user: str, pick: int) -> None:
        self._tries(lambda: withdrawal.withdraw(self.lab.open, self._who(user), self._any("assignment", pick), "AWAY", WHY))

    @rule(user=st.sampled_from((*COORDINATORS, "reader-1")), pick=st.integers(0, 9))
    def invalidates(self, user: str, pick: int) -> None:
        of = self._any("reading", pick)
        self._tries(lambda: invalidation.invalidate(self.lab.open, self._who(user), of, "CLIPS", WHY, PASSWORD))

    @rule(user=st.sampled_from(COORDINATORS))
    def locks(self, user: str) -> None:
        self._tries(lambda: packages.lock(self.lab.open, self._who(user), "All exams are in", PASSWORD))

    @rule(user=st.sampled_from(COORDINATORS))
    def unlocks(self, user: str) -> None:
        self._tries(lambda: packages.unlock(self.lab.open, self._who(user), WHY, PASSWORD))

    # ------------------------------------------------------------ what holds whatever they did

    @invariant()
    def no_result_stands_without_two_valid_signed_readings(self) -> None:
        states = {row["exam_id"]: row["state"] for row in rows_of(self.lab, "exam_status")}
        valid = self._valid_readings()
        for exam, state in states.items():
            if state in {"final", "locked"}:
                assert len(valid.get(exam, ())) == 2, exam

    def _valid_readings(self) -> dict[str, list[str]]:
        gone = {row["reading_id"] for table in ("reading_invalidation", "reading_reopening") for row in rows_of(self.lab, table)}
        ended = {row["assignment_id"] for row in rows_of(self.lab, "assignment_end")}
        exams = {row["id"]: row["exam_id"] for row in rows_of(self.lab, "assignment") if row["id"] not in ended}
        signed = {row["record_id"] for row in rows_of(self.lab, "signature") if row["record_type"] == "reading"}
        found: dict[str, list[str]] = {}
        for row in rows_of(self.lab, "reading"):
            if row["id"] in signed - gone and row["assignment_id"] in exams:
                found.setdefault(exams[row["assignment_id"]], []).append(row["id"])
        return found

    @invariant()
    def no_person_holds_an_exam_twice_and_no_slot_is_held_by_two(self) -> None:
        ended = {row["assignment_id"] for row in rows_of(self.lab, "assignment_end")}
        rows = rows_of(self.lab, "assignment")
        held = [(row["exam_id"], row["slot"]) for row in rows if row["id"] not in ended]
        assert len(held) == len(set(held))
        touched = [(row["exam_id"], row["account_id"]) for row in rows]
        assert len(touched) == len(set(touched))

    @invariant()
    def grades_are_clear_only_of_what_was_released(self) -> None:
        final = {row["exam_id"] for row in rows_of(self.lab, "exam_status") if row["state"] == "final"}
        exams = {row["id"]: row["exam_id"] for row in rows_of(self.lab, "assignment")}
        for row in rows_of(self.lab, "reading"):
            if exams[row["assignment_id"]] not in final:
                assert not self._is_clear(row["id"])

    def _is_clear(self, record: str) -> bool:
        with self.lab.open.store.read() as snapshot:
            return snapshot.one("grade", record_id=record) is not None


def test_p11_26_anybody_doing_anything_in_any_order_leaves_records_that_verify(request: pytest.FixtureRequest) -> None:
    nightly = bool(request.config.getoption("--nightly"))
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run = settings(
        max_examples=NIGHTLY_RUNS if nightly else RUNS,
        stateful_step_count=NIGHTLY_STEPS if nightly else STEPS,
        deadline=None,
        database=None,
        suppress_health_check=quiet,
        phases=(Phase.generate, Phase.shrink) if nightly else (Phase.generate,),
    )
    try:
        run_state_machine_as_test(Life, settings=run)
    finally:
        shutil.rmtree(_template()[0], ignore_errors=True)
        _template.cache_clear()
