"""What intake answers: each object by its number and digest, never by anything that the site called it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corelab.domain.clip_label import View
from corelab.domain.intake import ClipState, ObjectFault, Outcome
from corelab.domain.transmittal import RowState
from corelab.domain.vocabulary import ClipId, SegmentId, Sha256, Side


@dataclass(frozen=True, slots=True)
class ObjectReport:
    """One object of a delivery. ``clip`` is its id from now on; None for a rejected object, and in a dry run.

    For a duplicate ``clip`` is None when its exam has the file already, and the known clip when that belongs to another exam.
    ``resumed``: a duplicate because an earlier try of the same delivery had finished it before it was interrupted.
    """

    n: int
    sha256: Sha256
    outcome: Outcome
    code: str | None
    message: str
    clip: ClipId | None
    segment: SegmentId | None = None
    side: Side | None = None
    faults: tuple[ObjectFault, ...] = ()
    resumed: bool = False

    @property
    def doubtful(self) -> bool:
        """The file is in the lab for another exam: somebody has to ask the site."""
        return self.outcome is Outcome.DUPLICATE and self.clip is not None

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "sha256": self.sha256,
            "outcome": self.outcome.value,
            "code": self.code,
            "message": self.message,
            "clip": self.clip,
            "segment": self.segment,
            "side": self.side.value if self.side else None,
            "faults": [{"code": fault.code, "message": fault.message} for fault in self.faults],
        }


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row of a transmittal and one object that it names. ``object`` is None for a file that did not come, ``row`` where none names it.

    ``row`` counts as spreadsheets do. What the row says of itself is None where it is silent.
    """

    row: int | None
    state: RowState
    object: int | None
    clip: ClipId | None = None
    subject: str | None = None
    visit: str | None = None
    segment: str | None = None
    side: Side | None = None
    view: View | None = None

    def to_json(self) -> dict[str, Any]:
        said = {"subject": self.subject, "visit": self.visit, "segment": self.segment}
        coded = {"side": self.side.value if self.side else None, "view": self.view.value if self.view else None}
        return {"row": self.row, "state": self.state.value, "object": self.object, "clip": self.clip, **said, **coded}


@dataclass(frozen=True, slots=True)
class QueryRaised:
    """A question to the site that a delivery raised; ``object`` and ``row`` say what it is about."""

    id: str
    number: int
    kind: str
    object: int | None = None
    row: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "number": self.number, "kind": self.kind, "object": self.object, "row": self.row}


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """One delivery. ``delivery`` is None in a dry run; ``cancelled`` says that objects after the last one were not looked at.

    ``stopped`` says in words why the delivery ended before its end without anybody asking for it; what is listed is kept.
    """

    lab: str
    delivery: str | None
    objects: tuple[ObjectReport, ...]
    cancelled: bool = False
    stopped: str | None = None
    transmittal: tuple[RowReport, ...] = ()
    queries: tuple[QueryRaised, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """By outcome; ``resumed`` are those of the duplicates that an interrupted try of this delivery had finished."""
        counted = Counter(one.outcome.value for one in self.objects)
        return {**{outcome.value: counted[outcome.value] for outcome in Outcome}, "resumed": sum(one.resumed for one in self.objects)}

    @property
    def unmatched(self) -> tuple[RowReport, ...]:
        """Where the site's list and what arrived differ."""
        return tuple(row for row in self.transmittal if row.state is not RowState.MATCHED)

    @property
    def listed(self) -> int:
        """How many rows the site's list has; a clip that no row names has none."""
        return sum(row.row is not None for row in self.transmittal)

    @property
    def ending(self) -> str:
        """Why objects are left, how many were kept, and what to do; empty where none is left."""
        if self.stopped:
            kept = self.counts[Outcome.CHECKED.value] + self.counts[Outcome.HELD.value]
            return f"{self.stopped} Stopped at object {len(self.objects) + 1}; {kept} kept. Deliver again for the rest."
        return "Cancelled; deliver again for the rest." if self.cancelled else ""

    def to_json(self) -> dict[str, Any]:
        """As scripts read it; ``stopped`` is there only when the delivery was."""
        return {
            "version": 1,
            "lab": self.lab,
            "delivery": self.delivery,
            "objects": [one.to_json() for one in self.objects],
            "transmittal": [row.to_json() for row in self.transmittal],
            "queries": [query.to_json() for query in self.queries],
            "counts": dict(self.counts),
            **({"stopped": self.stopped} if self.stopped else {}),
        }

    def json_text(self) -> str:
        return json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n"

    def in_words(self) -> str:
        """One line per object, with the clip's id for the commands that follow, and the sum."""
        lines = [
            f"{one.n:>5}  {one.outcome.value:<10}{one.clip or '-':<38}{one.code or '':<18}{one.message}".rstrip() for one in self.objects
        ]
        counted = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items() if count)
        rows = [f"{_place(row):<24}{row.state.value:<14}{row.clip or ''}".rstrip() for row in self.unmatched]
        matched = len(self.transmittal) - len(rows)
        listed = [*rows, f"{_counted(self.listed, 'row', 'rows')} of the transmittal: {matched} matched."] if self.transmittal else []
        asked = [f"{_counted(len(self.queries), 'query', 'queries')} to the site raised."] if self.queries else []
        return "\n".join(
            [*lines, *listed, *asked, f"{_counted(len(self.objects), 'object', 'objects')}: {counted or 'none'}. {self.ending}".rstrip()]
        )


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _place(row: RowReport) -> str:
    return ", ".join(each for each in (f"row {row.row}" if row.row else "", f"object {row.object}" if row.object else "") if each)


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """How one clip fared in a step of the pixel check. ``code`` is set only when the step failed.

    ``second``: of a clip that was just passed, whether another person has to look at it.
    """

    clip: ClipId
    state: ClipState
    code: str | None = None
    message: str | None = None
    second: bool | None = None
