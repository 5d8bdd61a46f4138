"""The words of a charter as codes: two answers are never one code, and a long code stands whole."""

from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from corelab.domain.charter import load_charter
from corelab.export.sr.codes import Coded, in_sequence, shipped
from corelab.export.sr.terms import Terms, unit_of
from tests.charter_builders import DVT, PORTAL, full


def terms(name: str, *changes: tuple[str, str]) -> Terms:
    text = full(name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return Terms(load_charter(text.encode()))


def read(tag: int, data: bytes) -> Dataset:
    first: Dataset = dcmread(BytesIO(data), force=True)[tag].value[0]
    return first


def test_options_that_share_a_code_stand_under_their_own_ones() -> None:
    assert terms(PORTAL).option("VNPATEN", "patent").identity == ("CL-111", "99CORELAB")
    shared = terms(PORTAL, ('value = "CL-113"', 'value = "CL-111"'))
    assert shared.option("VNPATEN", "patent").identity == ("PAT-1", "99CORELAB")
    assert shared.option("VNPATEN", "occluded").identity == ("PAT-4", "99CORELAB")


def test_questions_that_share_a_concept_stand_under_their_own_ones() -> None:
    shared = terms(DVT, ('value = "CL-151"', 'value = "CL-150"'))
    assert {shared.concept(testcd).value for testcd in ("VNDREST", "VNDCOMP")} == {"D_REST", "D_COMP"}


@pytest.mark.parametrize(("value", "keyword"), [("a" * 16, "CodeValue"), ("a" * 17, "LongCodeValue")])
def test_a_code_that_is_too_long_for_the_short_element_stands_in_the_long_one(value: str, keyword: str) -> None:
    found = read(0x0040A043, in_sequence(0x0040A043, Coded(value, "99CORELAB", "a long one")))
    assert found[keyword].value == value
    assert len([name for name in ("CodeValue", "LongCodeValue") if name in found]) == 1
    assert (found.CodingSchemeDesignator, found.CodeMeaning) == ("99CORELAB", "a long one")


def test_units_are_those_of_ucum() -> None:
    assert unit_of("percent") == ("%", "UCUM", "%")
    assert unit_of("cm/s") == ("cm/s", "UCUM", "cm/s")


def test_every_reason_of_a_missing_answer_has_a_code() -> None:
    known = terms(DVT)
    assert known.reason_code("NA", "CONDITION") == shipped("X_NA_CONDITION")
    assert known.reason_code("NE", "OTHER").identity == ("NE-OTHER", "99CORELAB")
    with pytest.raises(LookupError):
        known.reason_code("NI", "NO_SUCH_REASON")
