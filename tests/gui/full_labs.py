"""Labs under the full charters, with exams whose clips are real files, so that a reader sits before the whole form."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from corelab.domain.accounts import Role
from corelab.domain.vocabulary import ExamId, Side
from corelab.services import assignment, reading
from corelab.services.reading import OpenReading
from corelab.storage import registry
from tests.builders import Lab, a_lab
from tests.charter_builders import DVT, full
from tests.gui.exam_labs import an_exam_with
from tests.gui.full_forms import charter

_NO_CALIBRATION = (("calibration_exams = 10\n", "calibration_exams = 0\n"), ("calibration_exams = 8\n", "calibration_exams = 0\n"))


def a_charter(name: str, *changes: tuple[str, str]) -> bytes:
    """A full charter whose readers need no calibration set first, with pieces replaced."""
    text = full(name).replace("calibration_exams = 5\n", "calibration_exams = 0\n")
    for old, new in (*_NO_CALIBRATION, *changes):
        assert old in text or (old, new) in _NO_CALIBRATION, old
        text = text.replace(old, new)
    return text.encode()


def a_full_lab(
    folder: Path,
    name: str,
    files: Mapping[str, Sequence[bytes]],
    *changes: tuple[str, str],
    visit: str,
    facts: Mapping[str, str] | None = None,
    more: Sequence[str] = (),
) -> Lab:
    """One exam, assigned. ``facts``: the attribute of each segment, where the charter has one per segment; ``more`` readers than two."""
    made = a_lab(folder, charter=a_charter(name, *changes))
    for person in (made.reader_1, made.reader_2, made.adjudicator, *(made.person(user, Role.READER) for user in more)):
        assert person.account
    required = [one.id for one in charter(name).segments if one.presence == "required"]
    exam = an_exam_with(made, files, visit=visit, limb=Side.RIGHT if name == DVT else Side.UNPAIRED, required=required)
    if facts:
        _enter(made, exam, facts)
    assignment.assign(made.open, made.coordinator)
    return made


def _enter(lab: Lab, exam: ExamId, facts: Mapping[str, str]) -> None:
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        found = registry.exam(transaction, exam)
        assert found is not None
        rows = [registry.attribute_row(transaction, found.subject_id, "ROLE", value, segment) for segment, value in facts.items()]
        transaction.record("subject.changed", "subject", found.subject_id, rows=rows)


def read_next(lab: Lab) -> OpenReading:
    """What the first reader has to read now."""
    row = reading.worklist(lab.open, lab.reader_1).next
    assert row is not None
    return reading.open_reading(lab.open, lab.reader_1, row.assignment)
