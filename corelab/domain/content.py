"""What a signed record holds, as the JSON object that is sealed and signed, and back. Nothing else is ever signed for a reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from corelab.domain.adjudication import Decision, DecisionReason, Take
from corelab.domain.measurement import Measurement
from corelab.domain.reading import Confirmed
from corelab.domain.reasons import Change, ChangeCause
from corelab.domain.vocabulary import Answer, Binding, Caliper, Cell, Evidence, Grade, ItemId, Missing, SegmentId, Sha256
from corelab.domain.watching import Watched

Json = dict[str, Any]
Ranges = tuple[tuple[int, int], ...]
"""Frame intervals, first and last inclusive, merged and in order."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """Which frames of one clip were shown on screen while the reading was made; ``watched`` is not known of what was read before 0.4.0."""

    clip: Sha256
    frames: int
    shown: Ranges
    watched: Watched | None = None


@dataclass(frozen=True, slots=True)
class ReadingContent:
    """A signed reading as its summary sheet shows it. ``exam`` is the pseudonym under which the reader read.

    ``change`` is why it replaces the revision before; the first one has none. ``checks`` are the soft checks that fired, each confirmed
    with a reason; ``seconds`` of active reading; ``measurements`` are those that no question asked for.
    """

    charter: str
    exam: str
    reading_type: str
    revision: int
    answers: tuple[Answer, ...]
    clips: tuple[Sha256, ...]
    viewing: tuple[Viewing, ...] = ()
    checks: tuple[Confirmed, ...] = ()
    note: str = ""
    change: Change | None = None
    seconds: int = 0
    measurements: tuple[Measurement, ...] = ()

    @property
    def grades(self) -> Mapping[Cell, Grade]:
        return {answer.cell: answer.grade for answer in self.answers}

    def to_json(self) -> Json:
        changed = {"change": self.change.to_json()} if self.change else {}
        return changed | {
            "charter": self.charter,
            "checks": [_confirmed_json(check) for check in self.checks],
            "clips": list(self.clips),
            "exam": self.exam,
            "grades": [answer_json(answer) for answer in self.answers],
            "measurements": [one.to_json() for one in self.measurements],
            "note": self.note,
            "reading_type": self.reading_type,
            "revision": self.revision,
            "seconds": self.seconds,
            "viewing": [viewing_json(one) for one in self.viewing],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ReadingContent":
        return cls(
            charter=value["charter"],
            exam=value["exam"],
            reading_type=value["reading_type"],
            revision=value["revision"],
            answers=tuple(map(answer_of, value["grades"])),
            clips=tuple(Sha256(one) for one in value["clips"]),
            viewing=tuple(viewing_of(one) for one in value["viewing"]),
            checks=tuple(_confirmed_of(one) for one in value["checks"]),
            note=value["note"],
            change=_change_of(value["change"]) if "change" in value else None,
            seconds=value.get("seconds", 0),  # what was signed before seconds were counted has none
            measurements=_measurements_of(value),
        )


@dataclass(frozen=True, slots=True)
class AdjudicationContent:
    """A signed adjudication: one decision per disputed cell. ``exam`` is the pseudonym under which the adjudicator worked.

    ``checks`` are the soft checks that the decisions set off, each confirmed with a reason.
    """

    charter: str
    exam: str
    revision: int
    decisions: tuple[Decision, ...]
    clips: tuple[Sha256, ...]
    viewing: tuple[Viewing, ...] = ()
    note: str = ""
    measurements: tuple[Measurement, ...] = ()
    checks: tuple[Confirmed, ...] = ()

    def to_json(self) -> Json:
        return {
            "charter": self.charter,
            "checks": [_confirmed_json(check) for check in self.checks],
            "clips": list(self.clips),
            "decisions": [decision_json(one) for one in self.decisions],
            "exam": self.exam,
            "measurements": [one.to_json() for one in self.measurements],
            "note": self.note,
            "revision": self.revision,
            "viewing": [viewing_json(one) for one in self.viewing],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "AdjudicationContent":
        return cls(
            charter=value["charter"],
            exam=value["exam"],
            revision=value["revision"],
            decisions=tuple(decision_of(one) for one in value["decisions"]),
            clips=tuple(Sha256(one) for one in value["clips"]),
            viewing=tuple(viewing_of(one) for one in value["viewing"]),
            note=value["note"],
            measurements=_measurements_of(value),
            checks=tuple(_confirmed_of(one) for one in value.get("checks", ())),  # before 0.4.0 they were told and not signed
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsigned reading or adjudication as it is kept between two key presses; ``submit`` is set before the first try to sign.

    ``version`` counts the saves that changed it, so that a window that did not see the last one cannot overwrite it.
    """

    assignment: str
    answers: tuple[Answer, ...] = ()
    decisions: tuple[Decision, ...] = ()
    viewing: tuple[Viewing, ...] = ()
    note: str = ""
    submit: str | None = None
    version: int = 0
    checks: tuple[Confirmed, ...] = ()
    seconds: int = 0
    measurements: tuple[Measurement, ...] = ()

    def says_as(self, other: "Draft") -> bool:
        """Whether both hold the same answers or decisions, note and frames shown."""
        return replace(self, submit=None, version=0) == replace(other, submit=None, version=0)

    def to_json(self) -> Json:
        return {
            "answers": [answer_json(one) for one in self.answers],
            "assignment": self.assignment,
            "checks": [_confirmed_json(one) for one in self.checks],
            "decisions": [decision_json(one) for one in self.decisions],
            "measurements": [one.to_json() for one in self.measurements],
            "note": self.note,
            "seconds": self.seconds,
            "submit": self.submit,
            "version": self.version,
            "viewing": [viewing_json(one) for one in self.viewing],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Draft":
        return cls(
            assignment=value["assignment"],
            answers=tuple(answer_of(one) for one in value["answers"]),
            decisions=tuple(decision_of(one) for one in value["decisions"]),
            viewing=tuple(viewing_of(one) for one in value["viewing"]),
            note=value["note"],
            submit=value["submit"],
            version=value.get("version", 0),
            checks=tuple(_confirmed_of(one) for one in value.get("checks", ())),
            seconds=value.get("seconds", 0),
            measurements=_measurements_of(value),
        )


def _measurements_of(value: Mapping[str, Any]) -> tuple[Measurement, ...]:
    """What was kept before measurements were has none."""
    return tuple(map(Measurement.from_json, value.get("measurements", ())))


def grade_json(grade: Grade) -> Json:
    """``{"value": ..}`` or ``{"missing": .., "reason": ..}``, and ``"prefilled": true`` where nobody touched a default."""
    known: Json = {"value": grade.value} if grade.missing is None else {"missing": grade.missing.value, "reason": grade.reason}
    return known | {"prefilled": True} if grade.prefilled else known


def grade_of(value: Mapping[str, Any]) -> Grade:
    return _grade(value.get("value"), value.get("missing"), value.get("reason"), value.get("prefilled", False))


@lru_cache(maxsize=4096)  # a trial has few different grades and cells, and each stands in thousands of records
def _grade(value: str | None, missing: str | None, reason: str | None, prefilled: bool) -> Grade:  # noqa: FBT001 - the cache is faster so
    return Grade(value, Missing(missing) if missing is not None else None, reason, prefilled=prefilled)


def evidence_json(evidence: Evidence) -> Json:
    frames = [evidence.frame_a] if evidence.frame_b is None else [evidence.frame_a, evidence.frame_b]
    measured = {"caliper": _caliper_json(evidence.caliper)} if evidence.caliper else {}
    proposed = {"method": evidence.method} if evidence.method is not None else {}
    return {"bound": evidence.bound.value, "clip": evidence.clip, "frames": frames, **measured, **proposed}


def evidence_of(value: Mapping[str, Any]) -> Evidence:
    first, *more = value["frames"]
    caliper = _caliper_of(value["caliper"]) if "caliper" in value else None
    return Evidence(Sha256(value["clip"]), first, more[0] if more else None, Binding(value["bound"]), caliper, value.get("method"))


def _caliper_json(caliper: Caliper) -> Json:
    points = [list(point) for point in caliper.points]
    known = {"points": points, "region": caliper.region, "unit": caliper.unit, "value": caliper.value}
    return known | {"spacing": list(caliper.spacing)} if caliper.spacing is not None else known


def _caliper_of(value: Mapping[str, Any]) -> Caliper:
    across, down = value.get("spacing", (None, None))
    points = tuple((x, y) for x, y in value["points"])
    return Caliper(points, value["region"], value["value"], value["unit"], None if across is None else (across, down))


def answer_json(answer: Answer) -> Json:
    cell = {"item": answer.cell.item, "segment": answer.cell.segment}
    return {"evidence": [evidence_json(one) for one in answer.evidence], **cell, **grade_json(answer.grade)}


def answer_of(value: Mapping[str, Any]) -> Answer:
    evidence = value["evidence"]
    if not evidence:
        return _unproven(
            value["segment"], value["item"], value.get("value"), value.get("missing"), value.get("reason"), value.get("prefilled", False)
        )
    return Answer(cell_of(value), grade_of(value), tuple(map(evidence_of, evidence)))


@lru_cache(maxsize=4096)
def _unproven(segment: str, item: str, value: str | None, missing: str | None, reason: str | None, prefilled: bool) -> Answer:  # noqa: FBT001 - as above
    """An answer without evidence."""
    return Answer(_cell(segment, item), _grade(value, missing, reason, prefilled), ())


def cell_of(value: Mapping[str, Any]) -> Cell:
    return _cell(value["segment"], value["item"])


@lru_cache(maxsize=4096)
def _cell(segment: str, item: str) -> Cell:
    return Cell(SegmentId(segment), ItemId(item))


def decision_json(decision: Decision) -> Json:
    taken = {"take": decision.take.value, "why": decision.reason.value if decision.reason else None}
    return {**answer_json(Answer(decision.cell, decision.grade, decision.evidence)), **taken}


def decision_of(value: Mapping[str, Any]) -> Decision:
    answer, why = answer_of(value), value["why"]
    return Decision(answer.cell, Take(value["take"]), answer.grade, DecisionReason(why) if why else None, answer.evidence)


def viewing_json(viewing: Viewing) -> Json:
    watched = {"watched": viewing.watched.to_json()} if viewing.watched is not None else {}
    return {"clip": viewing.clip, "frames": viewing.frames, "shown": [list(pair) for pair in viewing.shown], **watched}


def viewing_of(value: Mapping[str, Any]) -> Viewing:
    watched = Watched.from_json(value["watched"]) if "watched" in value else None
    return Viewing(Sha256(value["clip"]), value["frames"], tuple((first, last) for first, last in value["shown"]), watched)


def ranges_of(frames: Iterable[int]) -> Ranges:
    """Frame numbers as merged intervals: {0, 1, 2, 5} -> ((0, 2), (5, 5))."""
    merged: list[tuple[int, int]] = []
    for frame in sorted(set(frames)):
        if merged and frame == merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], frame)
        else:
            merged.append((frame, frame))
    return tuple(merged)


def _confirmed_json(confirmed: Confirmed) -> Json:
    return {"check": confirmed.check, "level": confirmed.level, "reason": confirmed.reason, "segment": confirmed.segment}


def _confirmed_of(value: Mapping[str, Any]) -> Confirmed:
    return Confirmed(value["check"], SegmentId(value["segment"]), value["reason"], value["level"])


def _change_of(value: Mapping[str, Any]) -> Change:
    return Change(ChangeCause(value["cause"]), value["text"])
