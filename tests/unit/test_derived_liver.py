"""Derived endpoints of the liver charter: every oracle P1 to P11, per segment, looking back, and the cut-offs on both sides."""

import pytest

from corelab.domain.vocabulary import not_imaged
from tests.charter_builders import PORTAL
from tests.derived_builders import codes, liver, since
from tests.exam_builders import cell

P1 = {"TLV": "1600", "TUMV": "100", "FLRV": "375", "FLRF": "1.90"}
EMBOLISED = {"PAT.PV_RIGHT": "embolised", "PAT.HV_RIGHT": "embolised"}


def volumes(of: dict[str, str]) -> dict[str, str]:
    return {f"{item}.": value for item, value in of.items()}


def remnant(now: dict[str, str], days: int | None = 22) -> dict[str, str]:
    return codes(PORTAL, "W3", liver(volumes(now)), since(("BL", liver(volumes(P1), "BL"), days)))


def expect(found: dict[str, str], **expected: str) -> None:
    assert {name: found[name] for name in expected} == expected


def test_p1_the_baseline() -> None:
    expect(codes(PORTAL, "BL", liver(volumes(P1), "BL")), FLRPCT="25", FLR30FL="N", FLRF267="N", DH="NA", KGR="NA")


def test_p2_three_weeks_later() -> None:
    found = remnant({"TLV": "1650", "TUMV": "100", "FLRV": "527", "FLRF": "2.67"})
    expect(found, FLRPCT="34", FLR30FL="Y", FLRF267="N", DH="9", KGR="2.86363636363636")


def test_p3_exactly_at_the_cut_off() -> None:
    found = remnant({"TLV": "1600", "TUMV": "100", "FLRV": "450", "FLRF": "2.68"}, 21)
    expect(found, FLRPCT="30", FLR30FL="Y", FLRF267="Y", DH="5", KGR="1.66666666666667")


def test_p4_missing_volumes() -> None:
    grades = liver(volumes({"TLV": "1600", "TUMV": "NE", "FLRV": "450"})) | {cell("FLRF."): not_imaged("NOT_RECEIVED")}
    found = codes(PORTAL, "W3", grades, since(("BL", liver(volumes(P1), "BL"), 21)))
    expect(found, FLRPCT="NE", FLR30FL="NE", DH="NE", KGR="NE", FLRF267="NI")


def test_p5_flow_volumes_of_the_remnant() -> None:
    baseline = liver({"DIAM.PV_LEFT": "10.0", "TAMV.PV_LEFT": "15.0"}, "BL")
    now = liver({"DIAM.PV_LEFT": "12.0", "TAMV.PV_LEFT": "22.0"}, "D3")
    found = codes(PORTAL, "D3", now, since(("BL", baseline, 3)))
    assert float(codes(PORTAL, "BL", baseline)["FLOWVOL.PV_LEFT"]) == pytest.approx(706.8583, abs=5e-5)
    assert float(found["FLOWVOL.PV_LEFT"]) == pytest.approx(1492.8848, abs=5e-5)
    assert float(found["IRPFV.PV_LEFT"]) == pytest.approx(111.2, abs=1e-9)
    expect(found, **{"IRPFVFL.PV_LEFT": "Y", "IRPFV.PV_RIGHT": "NA", "FLOWVOL.PV_RIGHT": "NA"})


def test_a_flow_that_exactly_doubled_is_doubled() -> None:
    baseline = liver({"DIAM.PV_LEFT": "11.3", "TAMV.PV_LEFT": "12.3"}, "BL")
    for velocity, change, doubled in (("24.6", "100", "Y"), ("24.5", None, "N")):
        now = liver({"DIAM.PV_LEFT": "11.3", "TAMV.PV_LEFT": velocity}, "D3")
        found = codes(PORTAL, "D3", now, since(("BL", baseline, 3)))
        assert found["IRPFVFL.PV_LEFT"] == doubled
        assert change is None or found["IRPFV.PV_LEFT"] == change


@pytest.mark.parametrize(
    ("oracle", "stated", "expected"),
    [
        ("P6", EMBOLISED, {"TECHSUCC": "Y", "RECANFL": "N", "FLRPVT": "N", "EVALFL": "Y"}),
        ("P7", EMBOLISED | {"PAT.HV_RIGHT": "recanalised"}, {"TECHSUCC": "N", "RECANFL": "Y"}),
        ("P8", EMBOLISED | {"PAT.HV_RIGHT": "NE"}, {"TECHSUCC": "NE", "RECANFL": "NE", "EVALFL": "Y"}),
        ("P9", EMBOLISED | {"PAT.PV_LEFT": "thrombus_under_50"}, {"FLRPVT": "Y"}),
        ("P10", EMBOLISED | {"PAT.PV_LEFT": "NE"}, {"FLRPVT": "NE", "EVALFL": "N"}),
        ("P11", EMBOLISED | {"PAT.PV_RIGHT": "patent", "PAT.HV_RIGHT": "NE"}, {"TECHSUCC": "N", "RECANFL": "NE"}),
    ],
)
def test_oracle_of_the_vessels(oracle: str, stated: dict[str, str], expected: dict[str, str]) -> None:
    expect(codes(PORTAL, "W3", liver(stated)), **expected)


def test_a_visit_before_treatment_has_no_success() -> None:
    expect(codes(PORTAL, "BL", liver({}, "BL")), TECHSUCC="NA", RECANFL="NA", FLRPVT="N")


@pytest.mark.parametrize(("function", "above"), [("2.66", "N"), ("2.67", "N"), ("2.68", "Y")])
def test_the_cut_off_of_the_function(function: str, above: str) -> None:
    expect(codes(PORTAL, "W3", liver(volumes(P1 | {"FLRF": function}))), FLRF267=above)


@pytest.mark.parametrize(("remaining", "enough"), [("449", "N"), ("450", "Y"), ("451", "Y")])
def test_the_cut_off_of_thirty_percent(remaining: str, enough: str) -> None:
    expect(codes(PORTAL, "W3", liver(volumes(P1 | {"FLRV": remaining}))), FLR30FL=enough)


def test_a_liver_that_is_all_tumour_has_no_share() -> None:
    expect(remnant({"TLV": "1600", "TUMV": "1600", "FLRV": "450"}), FLRPCT="NE", FLR30FL="NE", DH="NE")


@pytest.mark.parametrize("days", [0, None])
def test_without_days_between_there_is_no_rate(days: int | None) -> None:
    expect(remnant({"TLV": "1600", "TUMV": "100", "FLRV": "450"}, days), DH="5", KGR="NE")


def test_without_a_baseline_exam_there_is_no_change() -> None:
    found = codes(PORTAL, "W3", liver(volumes(P1)), since(("W1", liver(volumes(P1), "W1"), 14)))
    expect(found, FLRPCT="25", DH="NE", KGR="NE")


def test_looking_back_to_an_exam_that_is_not_final_stays_open() -> None:
    expect(codes(PORTAL, "W3", liver(volumes(P1)), since(("BL", {}, 21))), DH="", KGR="", FLRPCT="25")
