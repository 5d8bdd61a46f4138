"""What can be taken back of a reading: the answer of one cell as it was, or what was measured as it was."""

from dataclasses import dataclass

from corelab.domain.measurement import Measurement
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import Answer, Cell


@dataclass(frozen=True, slots=True)
class Step:
    """How it stood before a change: ``answer`` in ``cell`` (None: there was none), or without a cell the ``measurements``."""

    cell: Cell | None = None
    answer: Answer | None = None
    measurements: tuple[Measurement, ...] = ()


def answer_step(reading: Reading, cell: Cell) -> Step:
    return Step(cell, reading.answers.get(cell))


def measuring_step(reading: Reading) -> Step:
    return Step(measurements=reading.measurements)


def taken(reading: Reading, step: Step) -> tuple[Reading, Step]:
    """The reading as it stood before, and the step that leads back to how it stands now. A default counts as no answer."""
    if step.cell is None:
        return reading.measuring(step.measurements), measuring_step(reading)
    now, answer = answer_step(reading, step.cell), step.answer
    if answer is None or answer.grade.prefilled:
        return reading.cleared(step.cell), now
    return reading.answered(step.cell, answer.grade, answer.evidence), now
