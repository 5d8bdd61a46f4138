"""What exams still miss: the matrix, the facts of the exam chosen in it, and segments that were not imaged."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.charter import Charter
from corelab.domain.completeness import Receipt, SegmentReceipt
from corelab.domain.vocabulary import ExamState, SegmentId
from corelab.services import intake
from corelab.services.intake import ExamOverview, Fact, IntakeRefusedError, Refusal
from corelab.ui import dialogs
from corelab.ui.desk import Desk
from corelab.ui.exam_card import ExamCard
from corelab.ui.exam_matrix import ExamMatrix, MatrixRow
from corelab.ui.facts_dialog import FactsDialog
from corelab.ui.intake_words import needs_words
from corelab.ui.segment_words import code_words

_BEFORE_READERS = frozenset({ExamState.RECEIVING, ExamState.READY})


class IntakeExams(QObject):
    """Keeps matrix and card together; what a person decides about an exam is done by the services.

    Signals:
        begun: something is being recorded.
        done: it stands; look again.
        failed: it does not; carries the exception.
    """

    begun = Signal()
    done = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self._charter: Charter | None = None
        self._exams: tuple[ExamOverview, ...] = ()
        self.matrix = ExamMatrix()
        self.matrix.row_chosen.connect(self._show_exam)
        self.matrix.cell_chosen.connect(self._on_cell)
        self.card = ExamCard()
        self.card.fact_set.connect(self._on_fact)
        self.card.close_requested.connect(self._on_close_missing)
        self.card.facts_requested.connect(self.ask_facts)

    @property
    def exam(self) -> ExamOverview | None:
        """The one chosen in the matrix."""
        at = self.matrix.current
        return self._exams[at[0]] if at and at[0] < len(self._exams) else None

    def show(self, charter: Charter, exams: tuple[ExamOverview, ...]) -> None:
        self._charter, self._exams = charter, exams
        self.card.ask_for([each for each in charter.attributes if each.per == "subject"])
        columns: dict[SegmentId, str] = {}
        for exam in exams:
            for each in exam.completeness.segments:
                columns.setdefault(each.segment, column_words(each))
        self.matrix.show_exams(tuple(columns.items()), [matrix_row(exam) for exam in exams])
        self._show_exam(self.matrix.current[0] if self.matrix.current else 0)

    def _show_exam(self, row: int) -> None:
        if row >= len(self._exams):
            return
        exam = self._exams[row]
        if self._charter and any(each.per == "segment" for each in self._charter.attributes):
            self.card.ask_for_segments(sum(fact.segment is not None for fact in exam.completeness.unknown))
        self.card.show_exam(f"Exam {exam.subject} {exam.visit}", needs_words(exam), exam.attributes.subject, len(exam.completeness.missing))

    # ------------------------------------------------------------ facts

    def _on_fact(self, attribute: str, value: str) -> None:
        if self.exam is not None:
            self._set_facts(self.exam.subject, {Fact(attribute): value})

    def ask_facts(self) -> None:
        """The subject's, by digits."""
        exam = self.exam
        if exam is not None and self._charter is not None:
            readers = any(each.subject == exam.subject and each.state not in _BEFORE_READERS for each in self._exams)
            asked = FactsDialog(self._page, exam.subject, self._charter, exam.attributes, with_reason=readers)
            asked.given.connect(partial(self._set_facts, exam.subject))
            asked.open()

    def _set_facts(self, subject: str, facts: Mapping[Fact, str], reason: str = "") -> None:
        work = partial(intake.set_facts, self._desk.lab, self._desk.session, subject, facts, reason=reason)
        self._do(work, partial(self._on_facts_refused, subject, facts))

    def _on_facts_refused(self, subject: str, facts: Mapping[Fact, str], error: Exception) -> None:
        """What readers have is changed only with a reason: it is asked, the rest is said."""
        if isinstance(error, IntakeRefusedError) and error.refusal is Refusal.FACT_REASON:
            again = partial(self._set_facts_because, subject, facts)
            dialogs.ask_reason(self._page, f"Change facts of {subject}?", Refusal.FACT_REASON.message, do="Change", given=again)
        else:
            self.failed.emit(error)

    def _set_facts_because(self, subject: str, facts: Mapping[Fact, str], _code: str, reason: str) -> None:
        self._set_facts(subject, facts, reason)

    # ------------------------------------------------------------ not imaged

    def _on_cell(self, row: int, segment: str) -> None:
        exam = self._exams[row] if row < len(self._exams) else None
        found = next((each for each in exam.completeness.segments if each.segment == segment), None) if exam else None
        if found is not None and found.receipt not in {Receipt.RECEIVED, Receipt.NON_DIAGNOSTIC}:
            self._ask_not_imaged((SegmentId(segment),))

    def _on_close_missing(self) -> None:
        if self.exam is not None:
            self._ask_not_imaged(self.exam.completeness.missing)

    def _ask_not_imaged(self, segments: tuple[SegmentId, ...]) -> None:
        exam = self.exam
        if exam is None or self._charter is None or not segments:
            return
        choices = [(reason.id, reason.label) for reason in self._charter.missing.ni]
        names = ", ".join(segments) if len(segments) <= 6 else f"{len(segments)} segments"
        question = f"{exam.subject} {exam.visit}: {names}. Readers are not asked about them; they are exported as NI."
        given = partial(self._close, exam, segments)
        dialogs.ask_reason(self._page, "Not imaged?", question, do="Not imaged", given=given, choices=choices)

    def _close(self, exam: ExamOverview, segments: tuple[SegmentId, ...], code: str, _words: str) -> None:
        self._do(partial(intake.set_not_imaged, self._desk.lab, self._desk.session, exam.id, segments, code), self.failed.emit)

    def _do(self, work: Callable[[], object], failed: Callable[[Exception], None]) -> None:
        self.begun.emit()
        self._desk.jobs.query(self, work, self._on_done, failed)

    def _on_done(self, _answer: object) -> None:
        self.done.emit()


def matrix_row(exam: ExamOverview) -> MatrixRow:
    """One exam as the matrix shows it."""
    return MatrixRow(
        f"{exam.subject} {exam.visit}",
        needs_words(exam),
        {each.segment: each.receipt for each in exam.completeness.segments},
        frozenset(each.segment for each in exam.completeness.segments if each.waiting),
        not exam.completeness.missing,
    )


def column_words(segment: SegmentReceipt) -> str:
    """The head of a column; a segment of both legs says which."""
    both = segment.segment != segment.code
    return f"{segment.side.letter if both and segment.side else ''} {code_words(segment.code)}".strip()
