"""Final grades of whole exams under the full charters: a clean limb, a clean liver, and only what a test states differs from them."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import cache

from corelab.domain.asking import settle
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, ChoiceItem, load_charter
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem
from corelab.domain.derived import EarlierExam, History, values_of
from corelab.domain.form import Form, form_for
from corelab.domain.values import number_text
from corelab.domain.vocabulary import Cell, Grade, ItemId, SegmentId, VisitId, not_evaluable
from tests.charter_builders import DVT, PORTAL, full
from tests.exam_builders import cell

ODD = "odd"
Said = Mapping[str, str]
LIMB = Attributes({"STUDY_LIMB": "left"})
ROLES = {
    "PV_MAIN": "central",
    "PV_LEFT": "remnant",
    "PV_RIGHT": "target",
    "PV_RANT": "target",
    "PV_RPOST": "target",
    "SMV": "central",
    "SPLV": "central",
    "HV_RIGHT": "target",
    "HV_MIDDLE": "remnant",
    "HV_LEFT": "remnant",
    "HV_INF_RIGHT": "not_present",
    "IVC": "central",
}
LIVER = Attributes({}, {("ROLE", SegmentId(segment)): role for segment, role in ROLES.items()})
ACCESS = Attributes(
    {},
    {
        ("ZUGANG", SegmentId(segment)): role
        for segment, role in {
            "VCS": "zentral",
            "SUBCL.L": "fistel",
            "SUBCL.R": "gegenseite",
            "CEPH.L": "fistel",
            "CEPH.R": "gegenseite",
            "BASIL.L": "not_present",
            "BASIL.R": "zentral",
            "ANAST": "fistel",
        }.items()
    },
)
ABNORMAL = {
    "THR": "non_occlusive",
    "EXT": "subsegmental",
    "ECHO": "hypo",
    "AGE": "acute",
    "D_REST": "9.0",
    "PHAS": "phasic",
    "REFS": "0.20",
    "DIAM": "10.0",
    "TAMV": "15.0",
    "ANGLE": "50",
    "DM": "6.00",
    "VM": "100",
    "RRSYS": "120",
    "RRFING": "90.0",
}


@cache
def charter(name: str) -> Charter:
    return load_charter(full(name).encode())


def said(value: str) -> Grade:
    """``NE`` or a value; ``NI`` is the coordinator's and comes with ``not_imaged``."""
    return not_evaluable("OTHER") if value == "NE" else Grade(value)


def graded(
    of: str,
    visit: str,
    stated: Said,
    *,
    attributes: Attributes,
    received: Collection[str] = (),
    not_imaged: Collection[str] = (),
) -> dict[Cell, Grade]:
    """The complete grid of an exam, of all its reading types; ``stated`` names cells as ``COMP.CFV``."""
    grades: dict[Cell, Grade] = {}
    given = {cell(place): said(value) for place, value in stated.items()}
    for kind in charter(of).reading_types:
        form = form_for(
            charter(of),
            kind.id,
            visit=VisitId(visit),
            attributes=attributes,
            received={SegmentId(segment) for segment in received},
            not_imaged={SegmentId(segment): "NOT_SCANNED" for segment in not_imaged},
        )
        grades |= {one: grade for one, grade in _answered(form, given).items() if one.item in form.items}
    unasked = set(map(cell, stated)) - grades.keys()
    assert not unasked, unasked
    return grades


def _answered(form: Form, given: Mapping[Cell, Grade]) -> Mapping[Cell, Grade]:
    answers = dict(given)
    settled = settle(form, answers)
    while settled.missing:
        answers |= {one: Grade(_clean(form, one, settled.grades)) for one in settled.missing}
        settled = settle(form, answers)
    return settled.grades


def _clean(form: Form, one: Cell, grades: Mapping[Cell, Grade]) -> str:
    if one.item == "D_COMP":
        return "7.0" if grades[Cell(one.segment, ItemId("COMP"))].value == "none" else "4.0"
    return ABNORMAL.get(one.item) or _first(form.item(one.item))


def _first(item: Item) -> str:
    if isinstance(item, ChoiceItem | MultiItem):
        return item.options[0].value
    assert isinstance(item, NumberItem)
    return number_text(item, Decimal(str(item.max)))


def limb(stated: Said, visit: str = "D10", *, received: Collection[str] = (), not_imaged: Collection[str] = ()) -> dict[Cell, Grade]:
    return graded(DVT, visit, stated, attributes=LIMB, received=received, not_imaged=not_imaged)


def liver(stated: Said, visit: str = "W3", *, not_imaged: Collection[str] = ()) -> dict[Cell, Grade]:
    return graded(PORTAL, visit, stated, attributes=LIVER, not_imaged=not_imaged)


def core(*ranks: int | str) -> dict[str, str]:
    """Compressibility of the endpoint segments, by rank or ``NE``."""
    words = ("full", "partial", "none")
    segments = ("CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV")
    return {f"COMP.{one}": words[rank] if isinstance(rank, int) else rank for one, rank in zip(segments, ranks, strict=True)}


def codes(of: str, visit: str, grades: Mapping[Cell, Grade], history: History = History()) -> dict[str, str]:  # noqa: B008  # frozen
    """Every derivation by id; one per segment as ``ID.SEGMENT``."""
    attributes = {DVT: LIMB, PORTAL: LIVER, ODD: ACCESS}[of]
    return {
        f"{one.id}.{segment}" if segment else one.id: value.code
        for one in charter(of).derivations
        for segment, value in values_of(charter(of), visit, one, grades, history, attributes).items()
    }


def since(*exams: tuple[str, Mapping[Cell, Grade], int | None]) -> History:
    return History(tuple(EarlierExam(visit, grades, days) for visit, grades, days in exams))


def arms(stated: Said, visit: str = "W6", *, received: Collection[str] = ("VCS",)) -> dict[Cell, Grade]:
    return graded(ODD, visit, stated, attributes=ACCESS, received=received)
