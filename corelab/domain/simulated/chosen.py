"""A trial in which everything that is seen and said is chosen, in a file, and not drawn; the file is checked against its charter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from corelab.domain.charter import Charter
from corelab.domain.charter.table import Count, Id, Table
from corelab.domain.simulated.trial import SimulatedTrial
from corelab.domain.values import first_value, fits
from corelab.domain.vocabulary import Cell, Grade, ItemId, SegmentId, Side, SubjectCode, VisitId, not_evaluable

ExamKey = tuple[SubjectCode, VisitId]
Said = dict[str, dict[Id, str]]
_NOT_EVALUABLE = "NE:"
_SIDES: Mapping[str, Side] = MappingProxyType({"left": Side.LEFT, "right": Side.RIGHT})


class ChosenTrialError(Exception):
    """The file names what its charter does not have. ``places``: where, e.g. ``DEMO-001 D10 shows CFV COMP``."""

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__(", ".join(places))
        self.places = places


class ChosenExam(Table):
    """One exam: how many clips of each segment came, what they show, what the second reader sees otherwise, and how far the work is.

    Segments are named as at run time, with the side of those that stand for both.
    """

    subject: str
    visit: str
    side: Literal["left", "right"]
    stage: Literal["read", "begun", "arrived"]
    answers: Count = 0
    clips: dict[str, Annotated[int, Field(ge=1, le=20)]]
    shows: Said = Field(default_factory=dict)
    second: Said = Field(default_factory=dict)

    @property
    def key(self) -> ExamKey:
        return SubjectCode(self.subject), VisitId(self.visit)


class ChosenExams(Table):
    """The whole file: the exams of a lab, in the order in which they come in. ``charter``: the name of the shipped charter."""

    charter: str
    exams: Annotated[list[ChosenExam], Field(alias="exam", min_length=1)]


@dataclass(frozen=True, slots=True)
class ChosenTrial(SimulatedTrial):
    """What is not chosen is the item's default or its first option; a number that is not chosen is drawn."""

    exams: Mapping[ExamKey, ChosenExam] = field(default_factory=dict)

    def side(self, subject: SubjectCode) -> Side:
        return next(_SIDES[one.side] for one in self.exams.values() if one.subject == subject)

    def clips(self, subject: SubjectCode, visit: VisitId, segment: SegmentId) -> int:
        return self.exams[subject, visit].clips.get(segment, 0)

    def truth(self, subject: SubjectCode, visit: VisitId, cell: Cell, again: int = 0) -> Grade:
        chosen = _chosen(self.exams[subject, visit].shows, cell) or _usual(self.charter, cell.item)
        return chosen or SimulatedTrial.truth(self, subject, visit, cell, again)

    def said(self, subject: SubjectCode, visit: VisitId, cell: Cell, slot: int, again: int = 0) -> Grade:
        other = _chosen(self.exams[subject, visit].second, cell) if slot > 1 else None
        return other or self.truth(subject, visit, cell, again)


def _chosen(said: Said, cell: Cell) -> Grade | None:
    value = said.get(cell.segment, {}).get(cell.item)
    return None if value is None else _grade(value)


def _grade(value: str) -> Grade:
    return not_evaluable(value.removeprefix(_NOT_EVALUABLE)) if value.startswith(_NOT_EVALUABLE) else Grade(value)


def _usual(charter: Charter, item: ItemId) -> Grade | None:
    found = charter.item(item)
    usual = getattr(found, "default", None) or first_value(found)
    return None if usual is None else Grade(usual)


def chosen_trial(charter: Charter, chosen: ChosenExams) -> ChosenTrial:
    """Raises ChosenTrialError where the exams do not fit the charter."""
    trial = ChosenTrial(charter, seed=1, agreement=1.0, exams=MappingProxyType({one.key: one for one in chosen.exams}))
    places = tuple(place for one in chosen.exams for place in _misfits(trial, one))
    if places:
        raise ChosenTrialError(places)
    return trial


def _misfits(trial: ChosenTrial, exam: ChosenExam) -> Iterator[str]:
    named = f"{exam.subject} {exam.visit}"
    if exam.visit not in {one.id for one in trial.charter.visits}:
        yield named
        return
    there = {place.id for place in trial.places(SubjectCode(exam.subject))}
    yield from (f"{named} clips {segment}" for segment in exam.clips if segment not in there)
    for part, said in (("shows", exam.shows), ("second", exam.second)):
        for segment, answers in said.items():
            wrong = (item for item, value in answers.items() if segment not in exam.clips or not _fits(trial.charter, item, value))
            yield from (f"{named} {part} {segment} {item}" for item in wrong)


def _fits(charter: Charter, item: str, value: str) -> bool:
    found = next((one for one in charter.items if one.id == item), None)
    if found is None:
        return False
    if value.startswith(_NOT_EVALUABLE):
        return found.allow_ne and value.removeprefix(_NOT_EVALUABLE) in {reason.id for reason in charter.missing.ne}
    return fits(found, value)
