"""Forms, readings and pairs of readings of the reduced leg charter, with a clean limb as the default."""

from collections.abc import Collection, Mapping
from functools import cache

from corelab.domain.allocation import Slot
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, load_charter
from corelab.domain.clip import Clip, Timing, TimingSource
from corelab.domain.discordance import Comparison, compare
from corelab.domain.form import Form, form_for
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import (
    AssignmentId,
    Binding,
    Cell,
    Evidence,
    Grade,
    ItemId,
    SegmentId,
    Sha256,
    VisitId,
    not_evaluable,
)
from tests.charter_builders import REDUCED

CORE = ("CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV")
COMP_BY_RANK = ("full", "partial", "none")
FLOW_BY_RANK = ("complete", "partial", "absent")
CLIP = Sha256("c" * 64)


@cache
def reduced_bytes() -> bytes:
    return REDUCED.read_bytes()


@cache
def reduced() -> Charter:
    return load_charter(reduced_bytes())


def changed(*replacements: tuple[str, str]) -> bytes:
    """The reduced charter with pieces of its text replaced; each piece must be there."""
    text = reduced_bytes().decode()
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def cell(place: str) -> Cell:
    """``"COMP.CFV"`` as a cell."""
    item, _, segment = place.partition(".")
    return Cell(SegmentId(segment), ItemId(item))


def grade(item: str, said: int | str) -> Grade:
    """A grade by rank, by value, or ``"NE:REASON"``."""
    if isinstance(said, int):
        said = (COMP_BY_RANK if item == "COMP" else FLOW_BY_RANK)[said]
    return not_evaluable(said[3:]) if said.startswith("NE:") else Grade(said)


def a_form(
    *,
    visit: str = "D10",
    limb: str = "left",
    received: Collection[str] = (),
    not_imaged: Mapping[str, str] | None = None,
    of: Charter | None = None,
) -> Form:
    return form_for(
        of or reduced(),
        "DUPLEX",
        visit=VisitId(visit),
        attributes=Attributes({"STUDY_LIMB": limb}),
        received={SegmentId(segment) for segment in received},
        not_imaged={SegmentId(segment): reason for segment, reason in (not_imaged or {}).items()},
    )


def a_reading(form: Form | None = None, /, **said: int | str) -> Reading:
    """A complete reading: a clean limb but for what is said, e.g. ``COMP_CFV=2`` or ``COMP_CFV="NE:WINDOW"``; each is proved."""
    form = form or a_form()
    reading = Reading.begun(AssignmentId("a"), form)
    clean = {one: 0 for one in form.cells if one.item != "QUAL"}
    stated = {cell(name.replace("_", ".", 1)): value for name, value in said.items()}
    for one, value in {**clean, **stated}.items():
        reading = reading.answered(one, grade(one.item, value), [Evidence(CLIP, 3, bound=Binding.MARKED)])
    return reading


def grades_of(reading: Reading) -> dict[Cell, Grade]:
    return {answer.cell: answer.grade for answer in reading.complete()}


def compared(
    one: Mapping[str, int | str], two: Mapping[str, int | str], *, visit: str = "D10", reference: Slot = 1, form: Form | None = None
) -> Comparison:
    form = form or a_form(visit=visit)
    return compare(reduced(), visit, grades_of(a_reading(form, **one)), grades_of(a_reading(form, **two)), reference)


def a_clip(*, frames: int = 10, segment: str | None = None, sha256: str = CLIP, damaged: tuple[int, ...] = ()) -> Clip:
    timing = Timing(TimingSource.FRAME_TIME, (40.0,) * frames)
    of = SegmentId(segment) if segment else None
    return Clip(Sha256(sha256), 480, 640, timing, segment=of, damaged=damaged)
