"""What a lab of some size needs: the plan of `corelab.domain.scaling` for the records of a charter. No lab is opened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from corelab.domain.case_room import room_for_case
from corelab.domain.charter import Charter, load_charter
from corelab.domain.room import forms_of
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
    """The load with the size of this charter's sealed records, its cells, readings and, unless told, visits. Raises CharterError."""
    charter = load_charter(content)
    return replace(
        load,
        envelope=room_for_case(charter),
        cells=_cells(charter),
        readings=2 * len(charter.reading_types),
        visits=visits or len(charter.visits),
    )


def _cells(charter: Charter) -> int:
    """Of an exam with every segment imaged: of each reading type the largest form."""
    sizes = {form.reading_type: 0 for form in forms_of(charter)}
    for form in forms_of(charter):
        sizes[form.reading_type] = max(sizes[form.reading_type], len(form.grid))
    return sum(sizes.values())


def along(steps: Iterable[Step]) -> tuple[Planned, ...]:
    """Each step of the written plan, in order."""
    return tuple(planned(step.load, step.machines) for step in steps)
