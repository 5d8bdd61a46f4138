"""Which reading types each exam of the calibration set is for: those that are asked something whose truth is known."""

from collections.abc import Mapping

from corelab.domain.calibration import readable
from corelab.domain.charter import Charter
from corelab.domain.vocabulary import ExamId, ExamState
from corelab.services.labs import charter_of
from corelab.storage import calibration, registry
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Snapshot


def exams_of(snapshot: Snapshot, charter: Charter) -> tuple[ExamRecord, ...]:
    """The exams of the set under the charter's major version, in their order."""
    found = (registry.exam(snapshot, exam) for exam in calibration.exams(snapshot))
    return tuple(exam for exam in found if exam is not None and charter_of(snapshot, exam.charter_hash).major == charter.major)


def whole_of(snapshot: Snapshot, charter: Charter) -> tuple[ExamRecord, ...]:
    """Those that can be read, or can be once their clips are checked. Nobody ever reads one whose making broke off before its clips."""
    exams = exams_of(snapshot, charter)
    return tuple(one for one in exams if one.state is not ExamState.RECEIVING or registry.waiting_in(snapshot, one.id))


def reach(snapshot: Snapshot, charter: Charter) -> Mapping[ExamId, frozenset[str]]:
    """By exam of the charter's major version, in their order; of a drawn one the types that its phantoms can show anything of."""
    told, drawn = calibration.covered(snapshot), frozenset(kind.id for kind in charter.reading_types if readable(charter, kind))
    return {exam.id: told.get(exam.id, drawn) for exam in exams_of(snapshot, charter)}
