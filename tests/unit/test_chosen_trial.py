"""A trial chosen in a file: what is said of it is what readers see, and nothing in it is foreign to its charter."""

import tomllib
from typing import Any

import pytest

from corelab.domain.charter import load_charter
from corelab.domain.simulated import ChosenExams, ChosenTrial, ChosenTrialError, chosen_trial
from corelab.domain.vocabulary import Cell, Grade, ItemId, SegmentId, SubjectCode, VisitId, not_evaluable
from corelab.resources import resource
from corelab.services import charters
from tests.charter_builders import DVT, full

SUBJECT, VISIT = SubjectCode("X-1"), VisitId("D10")


def chosen(**parts: Any) -> ChosenTrial:
    exam = {"subject": SUBJECT, "visit": VISIT, "side": "left", "stage": "read", "clips": {"CFV": 2}} | parts
    return chosen_trial(load_charter(full(DVT).encode()), ChosenExams.model_validate({"charter": DVT, "exam": [exam]}))


def cell(item: str, segment: str = "CFV") -> Cell:
    return Cell(SegmentId(segment), ItemId(item))


def test_the_second_reader_sees_what_is_chosen_for_them_and_else_what_the_pictures_show() -> None:
    trial = chosen(shows={"CFV": {"COMP": "none", "D_REST": "9.4"}}, second={"CFV": {"COMP": "partial"}})
    said = [[trial.said(SUBJECT, VISIT, cell(item), slot).value for item in ("COMP", "D_REST")] for slot in (1, 2)]
    assert said == [["none", "9.4"], ["partial", "9.4"]]


def test_what_is_not_chosen_is_the_default_or_the_first_option() -> None:
    trial = chosen()
    assert [trial.truth(SUBJECT, VISIT, cell(item)).value for item in ("STENT", "COMP", "THR")] == ["no_stent", "full", "no_thrombus"]


def test_an_answer_may_be_not_evaluable() -> None:
    assert chosen(shows={"CFV": {"FLOW": "NE:WINDOW"}}).truth(SUBJECT, VISIT, cell("FLOW")) == not_evaluable("WINDOW")


def test_only_the_segments_named_have_clips() -> None:
    trial = chosen()
    assert [trial.clips(SUBJECT, VISIT, SegmentId(one)) for one in ("CFV", "POPV")] == [2, 0]


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"visit": "D11"}, "X-1 D11"),
        ({"clips": {"CFX": 1}}, "X-1 D10 clips CFX"),
        ({"shows": {"POPV": {"COMP": "full"}}}, "X-1 D10 shows POPV COMP"),
        ({"shows": {"CFV": {"COMB": "full"}}}, "X-1 D10 shows CFV COMB"),
        ({"second": {"CFV": {"COMP": "soft"}}}, "X-1 D10 second CFV COMP"),
        ({"shows": {"CFV": {"D_REST": "9.41"}}}, "X-1 D10 shows CFV D_REST"),
        ({"shows": {"CFV": {"COMP": "NE:TIRED"}}}, "X-1 D10 shows CFV COMP"),
        ({"shows": {"CFV": {"STENT": "NE:WINDOW", "QUAL": "NE:WINDOW"}}}, "X-1 D10 shows CFV QUAL"),
    ],
)
def test_what_the_charter_does_not_have_is_named(parts: dict[str, Any], place: str) -> None:
    with pytest.raises(ChosenTrialError) as found:
        chosen(**parts)
    assert found.value.places == (place,)


def test_the_shipped_file_fits_the_charter_that_it_names() -> None:
    exams = ChosenExams.model_validate(tomllib.loads(resource("demo", "lab.toml").read_text(encoding="utf-8")))
    trial = chosen_trial(load_charter(charters.read(exams.charter)), exams)
    assert {one.stage for one in exams.exams} == {"read", "begun", "arrived"}
    assert trial.truth(*exams.exams[0].key, cell("COMP")) == Grade("none")
