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


def of_record(charter: Charter, exam: ExamRecord, record: SignedRecord) -> dict[str, str]:
    """What a row about a signed record begins with."""
    visit = {"VISITNUM": str(charter.visit(exam.visit).number), "VISIT": exam.visit}
    return {"STUDYID": exam.study, "USUBJID": exam.subject, **visit, "RECID": record.record}


def attribute_rows(exams: Iterable[ExamRecord]) -> Iterator[Row]:
    """Once for each subject."""
    subjects = {exam.subject: exam for exam in exams}
    for exam in subjects.values():
        of = {"STUDYID": exam.study, "USUBJID": exam.subject}
        for name, value in exam.attributes.subject.items():
            yield {**of, "ATTRCD": name, "SIDE": "", "SEGCD": "", "VALUE": value}
        for (name, segment), value in exam.attributes.segments.items():
            yield {**of, "ATTRCD": name, **place_of(exam, segment), "VALUE": value}


def check_rows(charter: Charter, exam: ExamRecord, record: SignedRecord) -> Iterator[Row]:
    for one in record.checks:
        fired = {"CHECKID": one.check, **place_of(exam, one.segment), "LEVEL": one.level}
        yield {**of_record(charter, exam, record), **fired}


def viewing_rows(charter: Charter, exam: ExamRecord, record: SignedRecord) -> Iterator[Row]:
    for one in record.viewing:
        shown = sum(last - first + 1 for first, last in one.shown)
        frames = {"CLIPID": one.clip, "FRSHOWN": str(shown), "FRTOTAL": str(one.frames)}
        yield {**of_record(charter, exam, record), **frames, **_watched(one.watched)}


def _watched(watched: Watched | None) -> Row:
    if watched is None:
        return {"SECONDS": "", "PASSES": "", "SPEEDS": ""}
    speeds = " ".join(str(speed) for speed in watched.speeds)
    return {"SECONDS": str(watched.seconds), "PASSES": str(watched.passes), "SPEEDS": speeds}


def note_rows(charter: Charter, exam: ExamRecord, record: SignedRecord) -> Iterator[Row]:
    of = of_record(charter, exam, record)
    if record.note:
        yield {**of, "SIDE": "", "SEGCD": "", "TESTCD": "", "NOTE": record.note}
    for cell, answer in record.answers.items():
        item = charter.item(cell.item)
        if isinstance(item, TextItem) and answer.grade.value is not None:
            told = {"TESTCD": item.export.testcd, "NOTE": answer.grade.value}
            yield {**of, **place_of(exam, cell.segment), **told}
