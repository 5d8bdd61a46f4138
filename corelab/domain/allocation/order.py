"""The order in which one reader gets exams: by chance, by time, or by subject, as the charter's mode of presentation says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from corelab.domain.allocation.chance import Purpose, exam_part, key, ranked
from corelab.domain.vocabulary import SubjectCode, VisitId


class Mode(Enum):
    """How exams are presented (charter format, section 10).

    An exam is everything of one subject at one visit and is read as a whole: so ``simultaneous_timepoint``, all views of one visit
    together, gives exams as ``independent_timepoint`` does. ``hybrid_randomised`` begins as that too; when the reader has signed the
    subject's visits, the same reader gets them once more in time order as second readings.
    """

    INDEPENDENT = "independent_timepoint"
    SEQUENTIAL = "time_sequential"
    SIMULTANEOUS = "simultaneous"
    SIMULTANEOUS_RANDOM = "simultaneous_randomised_temporal"
    SIMULTANEOUS_TIMEPOINT = "simultaneous_timepoint"
    HYBRID = "hybrid_randomised"

    @property
    def together(self) -> bool:
        """All visits of a subject are open to the reader at once."""
        return self in {Mode.SIMULTANEOUS, Mode.SIMULTANEOUS_RANDOM}

    @property
    def in_time(self) -> bool:
        """A visit is dealt when the earlier ones of the subject are, or with them."""
        return self.together or self is Mode.SEQUENTIAL


@dataclass(frozen=True, slots=True)
class Place:
    """An exam to be put in an order; ``visit_number`` ascends in time."""

    subject: SubjectCode
    visit: VisitId
    visit_number: int

    @property
    def exam(self) -> str:
        return exam_part(self.subject, self.visit)


@dataclass(frozen=True, slots=True)
class Ordered:
    """One place in a reader's order. ``breach``: no exam kept the spacing, so the subject seen longest ago was taken."""

    exam: str
    breach: bool


def presented(  # noqa: PLR0913 - what an order depends on
    mode: Mode, seed: str, reader: str, batch: str, exams: Iterable[Place], *, spacing: int, before: Sequence[SubjectCode] = ()
) -> tuple[Ordered, ...]:
    """The order of a reader's exams in a batch. ``before`` are the subjects of the reader's earlier places, oldest first."""
    places = tuple(exams)
    if not mode.in_time:
        return reader_order(seed, reader, batch, {one.exam: one.subject for one in places}, spacing=spacing, before=before)
    subjects = ranked(seed, Purpose.ORDER, (reader, batch), {one.subject for one in places})
    keyed = mode is Mode.SIMULTANEOUS_RANDOM
    return tuple(
        Ordered(one.exam, breach=False)
        for subject in subjects
        for one in sorted(
            (one for one in places if one.subject == subject),
            key=lambda one: key(seed, Purpose.ORDER, reader, batch, one.exam) if keyed else (one.visit_number,),
        )
    )


def reader_order(
    seed: str, reader: str, batch: str, exams: Mapping[str, SubjectCode], *, spacing: int, before: Sequence[SubjectCode] = ()
) -> tuple[Ordered, ...]:
    """The order in which a reader gets the exams (with their subjects) of a batch.

    A greedy pass over the keyed order takes the first exam whose subject is not among the last ``spacing`` taken; when none fits, the
    subject seen longest ago. ``before`` are the subjects of the reader's earlier batches, oldest first.
    """
    waiting = list(ranked(seed, Purpose.ORDER, (reader, batch), exams))
    seen = list(before)
    order: list[Ordered] = []
    while waiting:
        recent = set(seen[-spacing:]) if spacing > 0 else set()
        fitting = next((exam for exam in waiting if exams[exam] not in recent), None)
        exam = fitting if fitting is not None else min(waiting, key=lambda one: _last_seen(seen, exams[one]))
        order.append(Ordered(exam, breach=fitting is None))
        waiting.remove(exam)
        seen.append(exams[exam])
    return tuple(order)


def _last_seen(seen: Sequence[SubjectCode], subject: SubjectCode) -> int:
    return max(n for n, one in enumerate(seen) if one == subject)


def inserted(  # noqa: PLR0913 - what a place depends on
    seed: str, reader: str, batch: str, exam: Place, unread: Sequence[Place], *, spacing: int, before: Sequence[SubjectCode] = ()
) -> int:
    """Before which of the unread places of a batch an exam is put that joins it: as many stand before it as have a smaller key.

    From there on it moves back to the first place that keeps the spacing on both sides; where none does, it stays.
    """
    own = key(seed, Purpose.ORDER, reader, batch, exam.exam)
    first = sum(key(seed, Purpose.ORDER, reader, batch, one.exam) < own for one in unread)
    subjects = [*before, *(one.subject for one in unread)]
    fitting = (n for n in range(first, len(unread) + 1) if exam.subject not in _around(subjects, len(before) + n, spacing))
    return next(fitting, first)


def _around(subjects: Sequence[SubjectCode], place: int, spacing: int) -> set[SubjectCode]:
    return set(subjects[max(0, place - spacing) : place + spacing])
