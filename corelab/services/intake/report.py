"""What intake answers: each object by its number and digest, never by anything that the site called it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corelab.domain.intake import ClipState, ObjectFault, Outcome
from corelab.domain.vocabulary import ClipId, SegmentId, Sha256, Side


@dataclass(frozen=True, slots=True)
class ObjectReport:
    """One object of a delivery. ``clip`` is its id from now on; None for a rejected object, and in a dry run.

    For a duplicate ``clip`` is None when its exam has the file already, and the known clip when that belongs to another exam.
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
class IntakeReport:
    """One delivery. ``delivery`` is None in a dry run; ``cancelled`` says that objects after the last one were not looked at.

    ``stopped`` says in words why the delivery ended before its end without anybody asking for it; what is listed is kept.
    """

    lab: str
    delivery: str | None
    objects: tuple[ObjectReport, ...]
    cancelled: bool = False
    stopped: str | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        counted = Counter(one.outcome.value for one in self.objects)
        return {outcome.value: counted[outcome.value] for outcome in Outcome}

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
            "transmittal": [],
            "queries": [],
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
        return "\n".join([*lines, f"{len(self.objects)} objects: {counted or 'none'}. {self.ending}".rstrip()])


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
