"""Rows of what grades rest on and of what was measured: every piece of evidence, every caliper, every free measurement."""

from collections.abc import Iterator
from decimal import Decimal

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import NumberItem
from corelab.domain.measurement import HUNDREDTHS, Measurement, Point, of_caliper
from corelab.domain.vocabulary import Answer
from corelab.export.beside import of_record, place_of
from corelab.export.records import ExamRecord, SignedRecord
from corelab.export.writers import Row


def evidence_rows(charter: Charter, exam: ExamRecord, record: SignedRecord) -> Iterator[Row]:
    for answer in record.answers.values():
        for number, one in enumerate(answer.evidence, 1):
            yield {
                **_of(charter, exam, record, answer),
                "EVSEQ": str(number),
                "CLIPID": one.clip,
                "FRAMEA": str(one.frame_a + 1),
                "FRAMEB": "" if one.frame_b is None else str(one.frame_b + 1),
                "BOUND": one.bound.value,
                "METHOD": one.method or "",
            }


def measurement_rows(charter: Charter, exam: ExamRecord, record: SignedRecord) -> Iterator[Row]:
    """The calipers of answers by segment and item, then what no question asked for, in the order it was measured."""
    free = {**of_record(charter, exam, record), "SIDE": "", "SEGCD": "", "TESTCD": ""}
    asked = [(_of(charter, exam, record, answer), one) for answer in record.answers.values() for one in _calipers(charter, answer)]
    asked.sort(key=lambda held: (held[0]["SIDE"], held[0]["SEGCD"], held[0]["TESTCD"]))
    for number, (of, one) in enumerate((*asked, *((free, one) for one in record.measurements)), 1):
        yield {**of, "MSEQ": str(number), **_measured(one)}


def _of(charter: Charter, exam: ExamRecord, record: SignedRecord, answer: Answer) -> dict[str, str]:
    testcd = charter.item(answer.cell.item).export.testcd
    return {**of_record(charter, exam, record), **place_of(exam, answer.cell.segment), "TESTCD": testcd}


def _calipers(charter: Charter, answer: Answer) -> Iterator[Measurement]:
    item = charter.item(answer.cell.item)
    if isinstance(item, NumberItem):
        yield from (found for one in answer.evidence if (found := of_caliper(one, item.measure)) is not None)


def _measured(one: Measurement) -> dict[str, str]:
    across, down = one.spacing or ("", "")
    return {
        "QUANTITY": one.quantity.value,
        "MVAL": one.value,
        "UNIT": one.unit,
        "CLIPID": one.clip,
        "FRAME": str(one.frame + 1),
        "REGION": "" if one.region is None else str(one.region + 1),
        "SPACEX": across,
        "SPACEY": down,
        "POINTS": points_text(one.points),
    }


def points_text(points: tuple[Point, ...]) -> str:
    """``(12.50 3.00) (12.50 80.00)``: in brackets, since no cell may begin with the minus of a point on the edge."""
    return " ".join(f"({Decimal(x) / HUNDREDTHS:.2f} {Decimal(y) / HUNDREDTHS:.2f})" for x, y in points)
