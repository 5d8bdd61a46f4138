"""What an exam holds for those who read it: its form, and its released clips."""

from collections.abc import Sequence

from corelab.domain.clip import Clip
from corelab.domain.form import Form, form_for
from corelab.domain.vocabulary import ExamId, ReadingTypeId
from corelab.services.labs import charter_of
from corelab.storage import registry
from corelab.storage.registry import ExamRecord
from corelab.storage.store import Snapshot


def clips_of(snapshot: Snapshot, exam: ExamId) -> tuple[Clip, ...]:
    """In the order in which readers are shown them."""
    return registry.clips_of(snapshot, exam)


def form_of(snapshot: Snapshot, exam: ExamId, reading_type: ReadingTypeId, clips: Sequence[Clip]) -> Form:
    """The questions about these clips of an exam, under the charter that the exam came in under."""
    found = exam_of(snapshot, exam)
    return form_for(
        charter_of(snapshot, found.charter_hash),
        reading_type,
        visit=found.visit,
        attributes=registry.attributes(snapshot, found.subject_id),
        received=frozenset(clip.segment for clip in clips if clip.segment is not None),
        not_imaged=found.not_imaged,
    )


def exam_of(snapshot: Snapshot, exam: ExamId) -> ExamRecord:
    """The exam with its subject and visit: for the coordinator's side only. Raises LookupError."""
    found = registry.exam(snapshot, exam)
    if found is None:
        raise LookupError(exam)
    return found
