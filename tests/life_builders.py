"""What coordinators do to readings after the first signature, and readers who sign again, so that a test says only what matters."""

from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.reading_states import ReadingState
from corelab.domain.reasons import change_of
from corelab.domain.vocabulary import ExamId, ExamState
from corelab.services import adjudication, assignment, comparison, invalidation, reading, reopening, withdrawal
from corelab.services.accounts import Session
from corelab.storage import reading_life
from tests.builders import PASSWORD, Lab
from tests.reading_builders import a_ready_exam, filled, first, opened_next, rows_of, signs

WHY = "The reader asked to look once more"


def dealt(lab: Lab, subject: str = "S01", visit: str = "D10") -> ExamId:
    made = a_ready_exam(lab, subject, visit)
    assignment.assign(lab.open, lab.coordinator)
    return made


def compares(lab: Lab) -> comparison.Compared:
    return comparison.release_and_compare(lab.open, lab.coordinator)


def exam_state(lab: Lab, exam: ExamId) -> ExamState:
    return ExamState([row["state"] for row in rows_of(lab, "exam_status") if row["exam_id"] == exam][-1])


def assignment_of(lab: Lab, session: Session) -> str:
    """The latest primary assignment of this person."""
    own = [row for row in rows_of(lab, "assignment") if row["account_id"] == session.account and row["kind"] == "primary"]
    return str(max(own, key=lambda row: row["order_key"])["id"])


def reading_of(lab: Lab, session: Session) -> str:
    """The latest reading that this person signed."""
    own = {row["id"] for row in rows_of(lab, "assignment") if row["account_id"] == session.account}
    return str([row["id"] for row in rows_of(lab, "reading") if row["assignment_id"] in own][-1])


def reading_state(lab: Lab, of: str) -> ReadingState:
    with lab.open.store.read() as snapshot:
        return reading_life.reading_state(snapshot, of)


def reopens(lab: Lab, session: Session, cause: str = "ASKED", why: str = WHY) -> None:
    reopening.reopen(lab.open, lab.coordinator, reading_of(lab, session), cause, why)


def withdraws(lab: Lab, session: Session) -> None:
    withdrawal.withdraw(lab.open, lab.coordinator, assignment_of(lab, session), "AWAY", "On leave for three weeks")


def invalidates(lab: Lab, session: Session) -> None:
    invalidation.invalidate(lab.open, lab.coordinator, reading_of(lab, session), "CLIPS", "Clips of another limb were in it", PASSWORD)


def revises(lab: Lab, session: Session, why: str = "Second look at the vein", **said: int | str) -> reading.Signed:
    """Opens what was given back, answers all of it anew and signs with a reason."""
    opened = opened_next(lab, session)
    made = filled(opened, "", **said)
    version = reading.save(lab.open, session, made, version=opened.version).version
    change = change_of("SEEN_AGAIN", why)
    return reading.sign(lab.open, session, made, PASSWORD, version=version, change=change)


def decides(lab: Lab, take: Take = Take.A, who: Session | None = None) -> adjudication.Signed:
    session = who or lab.adjudicator
    opened = adjudication.open_case(lab.open, session, first(lab, session))
    draft = opened.draft
    for dispute in opened.case.disputes:
        draft = draft.decided(dispute.cell, take, reason=DecisionReason.OTHER_FRAME)
    return adjudication.sign(lab.open, session, opened.assignment, draft, PASSWORD)


def read_by_both(lab: Lab, visit: str = "D10", **differs: int | str) -> ExamId:
    """Both sign; the second as said."""
    exam = dealt(lab, visit=visit)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, "", **differs)
    return exam


def refusals(lab: Lab) -> list[tuple[str, str]]:
    """(command, why) of every command that a state refused."""
    with lab.open.store.read() as snapshot:
        events = [event for event in snapshot.events(kind="command.refused") if event["reason"]]
        return [(str(snapshot.opening_of(event["seq"])["command"]), str(event["reason"])) for event in events]
