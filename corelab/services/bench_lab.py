"""A lab with many grades, made as quickly as the records allow, to measure on: no clips, readings that agree."""

from functools import partial
from pathlib import Path
from uuid import uuid4

from corelab.domain.accounts import Meaning, Role
from corelab.domain.clock import Clock
from corelab.domain.content import ReadingContent
from corelab.domain.form import Form
from corelab.domain.vocabulary import Answer, Cell, ExamId, ExamState, Grade, ReadingTypeId, Side, SubjectCode, VisitId
from corelab.resources import resource
from corelab.services import accounts, assignment, comparison, own_work, shown, signing
from corelab.services.accounts import Session
from corelab.services.demo_staff import Staffed, staffed_lab
from corelab.services.signing import Complete
from corelab.storage import readings, registry
from corelab.storage.keys import Kdf
from corelab.storage.readings import PRIMARY, Assignment
from corelab.storage.registry import ExamRecord

CHARTER = "dvt_lower_extremity.toml"
VISIT = VisitId("D10")
_CHEAP = Kdf(1, 8192)


def make(folder: Path, clock: Clock, grades: int) -> Path:
    """A lab with about so many grades: exams that two readers read alike, compared by the coordinator. Answers its folder."""
    charter = resource("charters", CHARTER).read_bytes()
    with staffed_lab(folder / "lab", charter, (clock, folder / "configuration"), _CHEAP) as here:
        _add_exam(here, 0)
        form = _form(here)
        for number in range(1, -(-grades // (2 * len(form.grid)))):
            _add_exam(here, number)
        assignment.assign(here.lab, here.coordinator)
        for session in here.having(Role.READER):
            _read_all(here, session, form)
        comparison.release_and_compare(here.lab, here.coordinator)
        return here.lab.folder


def _add_exam(here: Staffed, number: int) -> None:
    subject, exam, code = str(uuid4()), ExamId(str(uuid4())), SubjectCode(f"S{number:05d}")
    with here.lab.store.begin(here.coordinator.actor(Role.COORDINATOR)) as transaction:
        transaction.record("subject.set", "subject", subject, rows=[registry.subject_row(subject, code)])
        limb = registry.attribute_row(transaction, subject, "STUDY_LIMB", Side.LEFT.value)
        transaction.record("subject.set", "subject", subject, rows=[limb])
        made = ExamRecord(exam, subject, code, VISIT, uuid4().hex[:8], here.lab.charter.hash, ExamState.READY, {})
        rows = [registry.exam_row(made), registry.status_row(transaction, exam, ExamState.READY, {})]
        transaction.record("exam.expected", "exam", exam, rows=rows)


def _form(here: Staffed) -> Form:
    """The questions, the same for every exam of this lab."""
    with here.lab.store.read() as snapshot:
        exam = ExamId(snapshot.all("exam")[0]["id"])
        return shown.form_of(snapshot, exam, ReadingTypeId(here.lab.charter.reading_types[0].id), ())


def _read_all(here: Staffed, session: Session, form: Form) -> None:
    """Signs everything that was dealt to this reader, the first option of every question."""
    with here.lab.store.read() as snapshot:
        mine = readings.assignments(snapshot, account_id=session.account, kind=PRIMARY)
    sealing = own_work.envelope(here.lab, session, mine[0].id, 0)  # one charter: the same for all
    with accounts.signer(here.lab, session, here.password(session)) as signer:
        for one in mine:
            with here.lab.store.begin(session.actor(Role.READER)) as transaction:
                signing.write(transaction, signer, sealing, one, _complete(here, one, form), str(uuid4()))


def _complete(here: Staffed, of: Assignment, form: Form) -> Complete:
    charter, answers = here.lab.charter.hash, tuple(Answer(cell, _grade(form, cell)) for cell in form.grid)
    content = ReadingContent(charter, of.pseudonym, of.reading_type, 1, answers, ())
    row = partial(readings.reading_row, of=of.id, charter_hash=charter)
    return Complete("reading", Meaning.READING, charter, content.to_json(), row)


def _grade(form: Form, cell: Cell) -> Grade:
    return form.fixed.get(cell) or Grade(form.items[cell.item].options[0].value)
