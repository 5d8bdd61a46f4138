"""A lab with many grades, made as quickly as the records allow, to measure on: readings that agree, and some that were adjudicated."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from corelab.domain.accounts import Meaning, Role
from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.asking import settle
from corelab.domain.attributes import Attributes
from corelab.domain.charter import ChoiceItem, load_charter
from corelab.domain.clock import Clock
from corelab.domain.content import ReadingContent
from corelab.domain.discordance import compare
from corelab.domain.form import Form, form_for
from corelab.domain.simulated import graded
from corelab.domain.vocabulary import (
    Answer,
    Cell,
    Evidence,
    ExamId,
    ExamState,
    Grade,
    ReadingTypeId,
    Sha256,
    Side,
    SubjectCode,
    VisitId,
)
from corelab.domain.worklist import WorkKind
from corelab.resources import resource
from corelab.services import accounts, adjudication, assignment, comparison, own_work, shown, signing
from corelab.services.accounts import Session
from corelab.services.bench_records import SEEN, add_clip, clean, clip_rows
from corelab.services.demo_staff import Staffed, staffed_lab
from corelab.services.signing import Complete
from corelab.services.simulated_readers import next_of
from corelab.storage import readings, registry
from corelab.storage.keys import Kdf, Signer
from corelab.storage.readings import PRIMARY, Assignment
from corelab.storage.registry import ExamRecord
from corelab.storage.store import NewRow, Transaction

T = TypeVar("T")
CHARTER = "dvt_lower_extremity.toml"
_ONE_IN = 20
"""So many exams have a clip, evidence, and two readings that differ."""
_TOGETHER = 50
"""So many readings, or exams, are written in one transaction: a real lab waits for the disk at each."""
_CHEAP = Kdf(1, 8192)


def make(folder: Path, clock: Clock, grades: int) -> Path:
    """A lab with about so many grades: exams read by two readers, compared, one in twenty of them adjudicated. Answers its folder."""
    text = resource("charters", CHARTER).read_bytes()
    charter = load_charter(text)
    visits = tuple(VisitId(visit.id) for visit in charter.visits if visit.blocks == charter.visits[0].blocks)  # they ask the same
    with staffed_lab(folder / "lab", text, (clock, folder / "configuration"), _CHEAP) as here:
        clips = _add_exams(here, visits[:1], 1)
        form = _form(here)
        exams = -(-grades // (2 * len(form.grid))) - 1
        clips |= _add_exams(here, visits, exams)
        assignment.assign(here.lab, here.coordinator)
        for session in here.having(Role.READER):
            _read_all(here, session, form, clips)
        comparison.release_and_compare(here.lab, here.coordinator)
        for session in here.having(Role.ADJUDICATOR):
            _adjudicate_all(here, session)
        comparison.release_and_compare(here.lab, here.coordinator)
        return here.lab.folder


# ---------------------------------------------------------------- exams


def _add_exams(here: Staffed, visits: Sequence[VisitId], count: int) -> dict[ExamId, Sha256]:
    """So many exams, each subject with these visits. Answers the clip of each exam that has one."""
    clips: dict[ExamId, Sha256] = {}
    charter, subjects = here.lab.charter.hash, tuple(_parts(range(count), len(visits)))
    for some in _parts(subjects, _TOGETHER // len(visits)):
        with here.lab.store.begin(here.coordinator.actor(Role.COORDINATOR)) as transaction:
            for numbers in some:
                subject, code = _subject(transaction, here)
                for number, visit in zip(numbers, visits, strict=False):
                    exam = ExamRecord(ExamId(str(uuid4())), subject, code, visit, uuid4().hex[:8], charter, ExamState.READY, {})
                    if number % _ONE_IN == 0:
                        clips[exam.id] = add_clip(here)
                    _expect(here, transaction, exam, clips.get(exam.id))
    return clips


def _expect(here: Staffed, transaction: Transaction, exam: ExamRecord, clip: Sha256 | None) -> None:
    rows = [registry.exam_row(exam), registry.status_row(transaction, exam.id, ExamState.READY, {})]
    transaction.record("exam.expected", "exam", exam.id, rows=[*rows, *(_delivered(here, exam, clip) if clip else ())])


@cache
def _disputed() -> Cell:
    """The first question where the first and the last option of two readers make a case by this charter."""
    charter = load_charter(resource("charters", CHARTER).read_bytes())
    visit, attributes = VisitId(charter.visits[0].id), Attributes({charter.exam.side_attribute or "": Side.LEFT.value})
    form = form_for(charter, charter.reading_types[0].id, visit=visit, attributes=attributes, received=(), not_imaged={})
    one = _grid(form, graded(form, lambda cell, _again: clean(form, cell)))
    for cell in form.cells:
        item = form.item(cell.item)
        if isinstance(item, ChoiceItem):
            two = _grid(form, {**one, cell: Grade(item.options[-1].value)})
            if any(each.cell == cell for each in compare(charter, visit, one, two, 1, attributes=attributes).disputed):
                return cell
    raise LookupError(CHARTER)


def _grid(form: Form, said: Mapping[Cell, Grade]) -> dict[Cell, Grade]:
    """A whole reading; what these answers ask besides is answered by what stands first."""
    settled = settle(form, said)
    while settled.missing:
        said = {**said, **{cell: clean(form, cell) for cell in settled.missing}}
        settled = settle(form, said)
    return {cell: settled.grades[cell] for cell in form.grid}


def _parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (whole[begin : begin + size] for begin in range(0, len(whole), size))


def _subject(transaction: Transaction, here: Staffed) -> tuple[str, SubjectCode]:
    subject, code = str(uuid4()), SubjectCode(uuid4().hex[:8].upper())
    transaction.record("subject.set", "subject", subject, rows=[registry.subject_row(subject, code)])
    limb = registry.attribute_row(transaction, subject, here.lab.charter.exam.side_attribute or "", Side.LEFT.value)
    transaction.record("subject.set", "subject", subject, rows=[limb])
    return subject, code


def _delivered(here: Staffed, exam: ExamRecord, clip: Sha256) -> Iterator[NewRow]:
    delivery = str(uuid4())
    yield NewRow("delivery", {"id": delivery, "kind": "files"})
    yield from clip_rows(here, exam, (delivery, 1), _disputed().segment, clip)


# ---------------------------------------------------------------- readings and decisions


def _form(here: Staffed) -> Form:
    """The questions, the same for every exam of this lab."""
    with here.lab.store.read() as snapshot:
        exam = ExamId(snapshot.all("exam")[0]["id"])
        return shown.form_of(snapshot, exam, ReadingTypeId(here.lab.charter.reading_types[0].id), ())


def _read_all(here: Staffed, session: Session, form: Form, clips: dict[ExamId, Sha256]) -> None:
    """Signs everything that was dealt to this reader: the first option of every question, but where two readers are to differ."""
    charter = here.lab.charter.hash
    with here.lab.store.read(session.account) as snapshot:
        mine = readings.assignments(snapshot, account_id=session.account, kind=PRIMARY)
        sealing = own_work.envelope(here.lab, snapshot, session, mine[0].id, 0)  # one charter: the same for all
    with accounts.signer(here.lab, session, here.password(session)) as signer:
        for some in _parts(mine, _TOGETHER):
            with here.lab.store.begin(session.actor(Role.READER)) as transaction:
                for one in some:
                    _sign(transaction, (signer, sealing), one, _complete(charter, one, form, clips.get(one.exam)))


def _sign(transaction: Transaction, by: tuple[Signer, own_work.Envelope], of: Assignment, what: Complete) -> None:
    signing.write(transaction, *by, of, what, str(uuid4()))


def _complete(charter: str, of: Assignment, form: Form, clip: Sha256 | None) -> Complete:
    said = graded(form, lambda cell, _again: _said(form, cell, of.slot, clip))
    grades = settle(form, said).grades
    answers = tuple(Answer(cell, grades[cell], (Evidence(clip, 3),) if clip and cell == _disputed() else ()) for cell in form.grid)
    content = ReadingContent(charter, of.pseudonym, of.reading_type, 1, answers, (clip,) if clip else ())
    row = partial(readings.reading_row, of=of.id, charter_hash=charter)
    return Complete("reading", Meaning.READING, charter, content.to_json(), row)


def _said(form: Form, cell: Cell, slot: int, clip: Sha256 | None) -> Grade:
    item = form.item(cell.item)
    if clip and cell == _disputed() and slot != 1 and isinstance(item, ChoiceItem):
        return Grade(item.options[-1].value)
    return clean(form, cell)


def _adjudicate_all(here: Staffed, session: Session) -> None:
    """Each case as A has it."""
    while (waiting := next_of(here, session, WorkKind.ADJUDICATION)) is not None:
        opened = adjudication.open_case(here.lab, session, waiting)
        draft = opened.draft
        for dispute in opened.case.disputes:
            draft = draft.decided(dispute.cell, Take.A, reason=DecisionReason.OTHER_FRAME)
        for doubt in draft.unconfirmed:
            draft = draft.confirming(doubt.check, doubt.segment, SEEN)
        version = adjudication.save(here.lab, session, waiting, draft, version=opened.version).version
        adjudication.sign(here.lab, session, waiting, draft, here.password(session), version=version, attended=False)
