"""What an exam holds for those who read it: its form, and its released clips."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from corelab.domain.charter.model import Charter
from corelab.domain.clip import Clip
from corelab.domain.form import Form, form_for
from corelab.domain.vocabulary import ExamId, ReadingTypeId
from corelab.services.labs import charter_of
from corelab.storage import calibration, registry
from corelab.storage.final_grades import exam_dates
from corelab.storage.registry import ExamRecord
from corelab.storage.store import Snapshot


def clips_of(snapshot: Snapshot, exam: ExamId) -> tuple[Clip, ...]:
    """In the order in which readers are shown them."""
    return registry.clips_of(snapshot, exam)


def clips_for(snapshot: Snapshot, exam: ExamId, reading_type: ReadingTypeId) -> tuple[Clip, ...]:
    """The same, without what the blinding profile of the reading type hides: which segment a clip shows, and its side."""
    charter = charter_of(snapshot, exam_of(snapshot, exam).charter_hash)
    shown = charter.blinding_profile(charter.reading_type(reading_type).blinding).show
    return tuple(_as_shown(clip, shown) for clip in registry.clips_of(snapshot, exam))


def _as_shown(clip: Clip, shown: Collection[str]) -> Clip:
    labelled = "segment_label" in shown
    return replace(clip, segment=clip.segment if labelled else None, side=clip.side if labelled and "side" in shown else None)


def form_of(snapshot: Snapshot, exam: ExamId, reading_type: ReadingTypeId, clips: Sequence[Clip]) -> Form:
    """The questions about these clips of an exam, under the charter that the exam came in under.

    Where the profile hides what the clips show, the labels that the coordinator gave them say what was received.
    """
    found = exam_of(snapshot, exam)
    charter = charter_of(snapshot, found.charter_hash)
    profile = charter.blinding_profile(charter.reading_type(reading_type).blinding)
    if "segment_label" not in profile.show:
        clips = registry.clips_of(snapshot, exam)
    return form_for(
        charter,
        reading_type,
        visit=found.visit,
        attributes=registry.attributes(snapshot, found.subject_id),
        received=frozenset(clip.segment for clip in clips if clip.segment is not None),
        not_imaged=found.not_imaged,
        interval_days=_days_since_before(snapshot, found, charter) if "interval_days" in profile.show else None,
    )


def _days_since_before(snapshot: Snapshot, exam: ExamRecord, charter: Charter) -> int | None:
    """Days since the subject's exam before this one in the charter's order; None where there is none, or a date is not known."""
    numbers = {visit.id: visit.number for visit in charter.visits}
    dates, left_out = exam_dates(snapshot, exam.subject_id), calibration.marked(snapshot)
    own = [row for row in snapshot.all("exam", subject_id=exam.subject_id) if row["id"] not in left_out and row["visit"] in numbers]
    earlier = [row for row in own if numbers[row["visit"]] < numbers[exam.visit] and row["id"] in dates]
    if not earlier or exam.id not in dates:
        return None
    return (dates[exam.id] - dates[max(earlier, key=lambda row: numbers[row["visit"]])["id"]]).days


def exam_of(snapshot: Snapshot, exam: ExamId) -> ExamRecord:
    """The exam with its subject and visit: for the coordinator's side only. Raises LookupError."""
    found = registry.exam(snapshot, exam)
    if found is None:
        raise LookupError(exam)
    return found
