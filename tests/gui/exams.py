"""An exam for the pages: the shipped charter's form, with a few segments received and the others not imaged."""

from collections.abc import Sequence

from corelab.domain.attributes import Attributes
from corelab.domain.charter import load_charter
from corelab.domain.form import Form, form_for
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import AssignmentId, Cell, Evidence, ItemId, SegmentId, Sha256, VisitId
from tests.charter_builders import REDUCED

REQUIRED = ("CIV", "EIV", "CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV", "PTV", "PERV", "SFJ", "GSV", "SSV")


def a_form(received: Sequence[str] = ("CFV", "POPV"), *, side: str = "right") -> Form:
    charter = load_charter(REDUCED.read_bytes())
    closed = {SegmentId(each): "NOT_SCANNED" for each in REQUIRED if each not in received}
    return form_for(
        charter,
        "DUPLEX",
        visit=VisitId("D10"),
        attributes=Attributes({"STUDY_LIMB": side}),
        received=[SegmentId(each) for each in received],
        not_imaged=closed,
    )


def a_reading(received: Sequence[str] = ("CFV", "POPV")) -> Reading:
    return Reading.begun(AssignmentId("a1"), a_form(received))


def a_cell(segment: str, item: str) -> Cell:
    return Cell(SegmentId(segment), ItemId(item))


def a_frame_of(clip: str = "c" * 64, frame: int = 0) -> Evidence:
    return Evidence(Sha256(clip), frame)
