"""What a lab of some size needs: the plan of `corelab.domain.scaling` for the records of a charter. No lab is opened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from corelab.domain.case_room import room_for_case
from corelab.domain.charter import load_charter
from corelab.domain.scaling.day import Day, day
from corelab.domain.scaling.load import Load, Machines
from corelab.domain.scaling.plan import Part, Plan, plan
from corelab.domain.scaling.steps import Step


@dataclass(frozen=True, slots=True)
class Planned:
    plan: Plan
    day: Day | None
    """One working day, played; None where more comes than a part can do, so that waits would only tell how long was played."""


def planned(load: Load, machines: Machines) -> Planned:
    made = plan(load, machines)
    keeps_up = max(made.busy[part] for part in (Part.WRITER_LINE, Part.ARCHIVE_DISK, Part.ARCHIVE_LINK)) < 1
    return Planned(made, day(load, machines) if keeps_up else None)


def with_charter(load: Load, content: bytes, visits: int | None = None) -> Load:
    """The load with the size of this charter's sealed records, and its visits unless told. Raises CharterError."""
    charter = load_charter(content)
    return replace(load, envelope=room_for_case(charter), visits=visits or len(charter.visits))


def by_step(steps: Iterable[Step]) -> dict[Step, Planned]:
    """Each step of the written plan, in order."""
    return {step: planned(step.load, step.machines) for step in steps}
