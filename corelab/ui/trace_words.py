"""A chain from a row to its frames in words, for the window and the command line."""

from collections.abc import Mapping
from types import MappingProxyType

from corelab.domain.charter.model_item import Item
from corelab.domain.tracing import Piece, Resting, Role, Trace, TracedRecord, TracedResult
from corelab.domain.vocabulary import Grade
from corelab.ui.event_words import signature_words
from corelab.ui.segment_words import grade_words

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "CONCORDANT": "Both readings agree",
        "ADJUDICATED": "Decided by an adjudicator",
        "REFERENCE": "Grade of the reference reading",
    }
)


def role_words(record: TracedRecord) -> str:
    """``Reader 1``, ``Second reading``, ``Adjudicator``, with the pseudonym under which tables name the person."""
    names: Mapping[Role, str] = {"reader": f"Reader {record.slot}", "second reading": "Second reading", "adjudicator": "Adjudicator"}
    return f"{names[record.role]}, {record.pseudonym}"


def standing_words(record: TracedRecord) -> str:
    """Whether the result is its grade, and whether it counts."""
    if record.accepted:
        return "accepted" if record.counts else "accepted, counts no more"
    return "" if record.counts else "counts no more"


def frames_words(piece: Piece) -> str:
    """``frame 12``, ``frames 1 and 47``; counted from 1, as in the tables."""
    first, *more = (frame + 1 for frame in piece.frames)
    return f"frames {first} and {more[0]}" if more else f"frame {first}"


def piece_words(piece: Piece) -> str:
    return f"clip {piece.clip[:12]}, {frames_words(piece)}"


def result_grade(result: TracedResult) -> str:
    return _graded(result.item, result.grade)


def record_grade(result: TracedResult, record: TracedRecord) -> str:
    return _graded(result.item, record.grade)


def _graded(item: Item, grade: Grade) -> str:
    """The grade as on the form, and the reason of one that is missing."""
    words = grade_words(item, grade)
    return f"{words}, {grade.reason.replace('_', ' ').lower()}" if grade.missing and grade.reason else words


def result_words(result: TracedResult) -> str:
    """``Compressibility, Common femoral vein: Fully compressible``."""
    return f"{result.question}: {result_grade(result)}"


def record_line(result: TracedResult, record: TracedRecord) -> str:
    standing = standing_words(record)
    said = f"{role_words(record)}: {record_grade(result, record)}"
    return f"{said} ({standing})" if standing else said


def signed_words(record: TracedRecord) -> str:
    return f"Signed at event {record.seq}: {signature_words(record.signature)}"


def trace_words(trace: Trace) -> str:
    """The whole chain, a line for each step."""
    result = trace.result
    later = "" if result.latest else " A later result stands in its place."
    lines = [result.row.text, result_words(result), f"{SOURCES[result.source]}; written at event {result.seq}.{later}"]
    for record in trace.records:
        lines += ["", record_line(result, record), f"  record {record.record}", f"  {signed_words(record)}"]
        lines += [f"  {piece_words(piece)}" for piece in record.pieces] or ["  no frame is bound to it"]
    return "\n".join(lines)


def counted_words(found: tuple[Resting, ...]) -> str:
    """How many results are the grade that was bound to the frame, and how many more grades of their readings were."""
    accepted = sum(one.record.accepted for one in found)
    results = "1 result" if accepted == 1 else f"{accepted} results"
    others = len(found) - accepted
    more = f", {others} more {'grade' if others == 1 else 'grades'} of the readings beside them" if others else ""
    return f"{results}{more}" if found else ""


def resting_words(clip: str, frame: int, found: tuple[Resting, ...]) -> str:
    """What rests on a frame, counted from 0."""
    if not found:
        return f"No released result rests on frame {frame + 1} of clip {clip}."
    lines = [f"{one.result.row.text}  {result_words(one.result)}  [{record_line(one.result, one.record)}]" for one in found]
    return "\n".join(lines)
