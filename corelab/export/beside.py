"""What stands beside the grades in a package: facts about subjects, checks that fired, frames shown, free text."""

from collections.abc import Iterable, Iterator, Mapping

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import TextItem
from corelab.domain.places import charter_id
from corelab.domain.vocabulary import SegmentId, Side
from corelab.domain.watching import Watched
from corelab.export.records import ExamRecord, SignedRecord
from corelab.export.writers import Row

SIDE_WORDS: Mapping[Side, str] = {Side.LEFT: "LEFT", Side.RIGHT: "RIGHT", Side.UNPAIRED: ""}


def place_of(exam: ExamRecord, segment: SegmentId) -> dict[str, str]:
    """SIDE and SEGCD; both empty for the whole exam."""
    return {"SIDE": SIDE_WORDS[exam.sides.get(segment, Side.UNPAIRED)], "SEGCD": charter_id(segment)}


def attribute_rows(exams: Iterable[ExamRecord]) -> Iterator[Row]:
    """Once for each subject."""
    subjects = {exam.subject: exam for exam in exams}
    for exam in subjects.values():
        of = {"STUDYID": exam.study, "USUBJID": exam.subject}
        for name, value in exam.attributes.subject.items():
            yield {**of, "ATTRCD": name, "SIDE": "", "SEGCD": "", "VALUE": value}
        for (name, segment), value in exam.attributes.segments.items():
            yield {**of, "ATTRCD": name, **place_of(exam, segment), "VALUE": value}


def check_rows(exam: ExamRecord, record: SignedRecord) -> Iterator[Row]:
    for one in record.checks:
        yield {"RECID": record.record, "CHECKID": one.check, **place_of(exam, one.segment), "LEVEL": one.level}


def viewing_rows(record: SignedRecord) -> Iterator[Row]:
    for one in record.viewing:
        shown = sum(last - first + 1 for first, last in one.shown)
        of = {"RECID": record.record, "CLIPID": one.clip, "FRSHOWN": str(shown), "FRTOTAL": str(one.frames)}
        yield {**of, **_watched(one.watched)}


def _watched(watched: Watched | None) -> Row:
    if watched is None:
        return {"SECONDS": "", "PASSES": "", "SPEEDS": ""}
    speeds = " ".join(str(speed) for speed in watched.speeds)
    return {"SECONDS": str(watched.seconds), "PASSES": str(watched.passes), "SPEEDS": speeds}


def note_rows(charter: Charter, exam: ExamRecord, record: SignedRecord) -> Iterator[Row]:
    if record.note:
        yield {"RECID": record.record, "SIDE": "", "SEGCD": "", "TESTCD": "", "NOTE": record.note}
    for cell, answer in record.answers.items():
        item = charter.item(cell.item)
        if isinstance(item, TextItem) and answer.grade.value is not None:
            told = {"TESTCD": item.export.testcd, "NOTE": answer.grade.value}
            yield {"RECID": record.record, **place_of(exam, cell.segment), **told}
