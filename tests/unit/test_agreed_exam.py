"""An exam with agreed truth as its author writes it: what is read of it, and everything that is wrong at once."""

from typing import Any

import pytest

from corelab.domain.agreed_exam import read_agreed
from corelab.domain.charter import load_charter
from corelab.domain.completeness import Fact
from corelab.domain.rehearsal.written import CaseRefusedError
from corelab.domain.vocabulary import Cell, ItemId, SegmentId, Side
from tests.charter_builders import DVT, PORTAL, full

VESSELS = ("PV_MAIN", "PV_LEFT", "PV_RIGHT")
OTHERS = ("SMV", "SPLV")
REMNANT = {"": {"TLV": "1600", "TUMV": 100, "FLRV": "375"}}


def exam(**changed: Any) -> dict[str, Any]:
    portal = load_charter(full(PORTAL).encode())
    roles = {one.id: {"ROLE": "central" if one.presence == "required" else "not_present"} for one in portal.segments}
    clips = {f"{one.id}.dcm": one.id for one in portal.segments if one.presence == "required"}
    whole = {"visit": "BL", "segment_attributes": roles, "clips": clips, "truth": REMNANT, "agreed": "panel of three, minutes of 2 May"}
    return {key: value for key, value in {**whole, **changed}.items() if value is not None}


def paths(document: object, name: str = PORTAL) -> list[str]:
    with pytest.raises(CaseRefusedError) as error:
        read_agreed(document, load_charter(full(name).encode()))
    return [fault.path for fault in error.value.faults]


def test_typed_values_have_a_truth_and_only_the_type_that_asks_them_is_covered() -> None:
    read = read_agreed(exam(), load_charter(full(PORTAL).encode()))
    whole = SegmentId("")
    assert read.truth == {Cell(whole, ItemId(item)): value for item, value in (("TLV", "1600"), ("TUMV", "100"), ("FLRV", "375"))}
    assert read.covers == ("REMNANT",)
    assert (read.side, read.visit, len(read.clips)) == (None, "BL", len(exam()["clips"]))
    assert read.facts[Fact("ROLE", SegmentId("PV_MAIN"))] == "central"


def test_a_measured_value_is_covered_with_the_grade_that_asks_for_it() -> None:
    document = {
        "visit": "D10",
        "attributes": {"STUDY_LIMB": "right"},
        "clips": {"cfv.dcm": "CFV"},
        "not_imaged": {"POPV": "NOT_SCANNED"},
        "truth": {"CFV": {"COMP": "partial", "D_COMP": 4}},
        "agreed": "two radiologists",
    }
    read = read_agreed(document, load_charter(full(DVT).encode()))
    assert read.truth[Cell(SegmentId("CFV"), ItemId("D_COMP"))] == "4.0"
    assert (read.side, read.not_imaged) == (Side.RIGHT, {"POPV": "NOT_SCANNED"})
    assert read.covers == ("DUPLEX",)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = exam(agreed=" ", clips={"a.dcm": "NOWHERE"}, odd=1, not_imaged={"NOR_HERE": "X"})
    assert paths(wrong) == ["odd", "agreed", "clips.a.dcm", "not_imaged.NOR_HERE"]
    assert paths(exam(truth={"": {"TLV": "99999"}, "PV_MAIN": {"PAT": "open"}})) == ["truth..TLV", "truth.PV_MAIN.PAT"]
    assert paths(exam(truth=None)) == ["truth"]
    assert paths(exam(truth={"": {"TLV": "NE:QUALITY"}})) != []
    assert paths(exam(clips=None)) == ["clips"]
    assert paths(exam(clips=["a.dcm"])) == ["clips"]
    assert paths([]) == ["(file)"]


def test_truth_is_a_value_of_something_that_is_asked_there() -> None:
    assert paths(exam(visit="D3", truth=REMNANT)) == ["truth..TLV", "truth..TUMV", "truth..FLRV"]
    reason = load_charter(full(PORTAL).encode()).missing.ne[0].id
    assert paths(exam(truth={"": {"TLV": f"NE:{reason}"}})) == ["truth..TLV"]


def test_what_the_charter_wants_to_know_of_the_subject_is_needed() -> None:
    assert "segment_attributes.PV_MAIN.ROLE" in paths(exam(segment_attributes=None))
