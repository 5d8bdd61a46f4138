"""What a deal did, and why exams wait, for the coordinator."""

from dataclasses import dataclass
from enum import Enum

from corelab.domain.vocabulary import ExamId, SubjectCode, VisitId


class Why(Enum):
    """Why an exam is not dealt yet."""

    NOT_READY = "not_ready"
    POOL_TOO_SMALL = "pool_too_small"
    NO_PAIR = "no_pair"
    READER_GONE = "reader_gone"
    READER_ABSENT = "reader_absent"
    NO_ADJUDICATOR = "no_adjudicator"
    NO_REPLACEMENT = "no_replacement"
    VISITS_MISSING = "visits_missing"


_WORDS = {
    Why.NOT_READY: "clips, labels, attributes or the pixel check are not complete",
    Why.POOL_TOO_SMALL: (
        "fewer people are active, here, trained and certified for this charter than it asks for; see People, or `corelab training LAB list`"
    ),
    Why.NO_PAIR: "too few readers are left who neither labelled, checked nor adjudicated the subject nor read it in another way",
    Why.READER_GONE: "a reader of this subject can no longer read it; replace this reader",
    Why.READER_ABSENT: "a reader of this subject is absent; wait, or replace this reader",
    Why.NO_ADJUDICATOR: "nobody would be left to adjudicate",
    Why.NO_REPLACEMENT: "a slot is free again and nobody is left who may read this exam",
    Why.VISITS_MISSING: "other visits of the subject are read before it or with it, and are not in",
}


@dataclass(frozen=True, slots=True)
class WaitingExam:
    """An exam that is not dealt, or not for every type of reading."""

    exam: ExamId
    subject: SubjectCode
    visit: VisitId
    reason: Why
    left: str = ""
    """What of the exam is left to do, counted."""

    @property
    def what(self) -> str:
        return f"{self.subject} {self.visit}"

    @property
    def why(self) -> str:
        return self.left or _WORDS[self.reason]


@dataclass(frozen=True, slots=True)
class Assigned:
    """``assigned`` counts the readings of exams of the trial, and of slots that were free again; repeats and calibration are not in it."""

    assigned: int
    waiting: tuple[WaitingExam, ...]
