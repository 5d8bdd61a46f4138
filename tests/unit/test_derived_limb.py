"""Derived endpoints of the leg charter: every oracle V01 to V25."""

import pytest

from corelab.domain.derived import value_of
from tests.charter_builders import DVT
from tests.derived_builders import LIMB, charter, codes, core, limb, since

FLOW = ("complete", "partial", "absent")
NI_CFV = {"not_imaged": ["CFV"]}


def flow(**ranks: int) -> dict[str, str]:
    return {f"FLOW.{segment}": FLOW[rank] for segment, rank in ranks.items()}


def thrombus(**of: str) -> dict[str, str]:
    """``CFV="occlusive whole"``; the vein does not compress, or does not fill where it cannot be compressed."""
    found: dict[str, str] = {}
    for segment, words in of.items():
        kind, _, extent = words.partition(" ")
        found |= {f"FLOW.{segment}": "absent"} if segment in {"EIV", "CIV"} else {f"COMP.{segment}": "none"}
        found |= {f"THR.{segment}": kind} | ({f"EXT.{segment}": extent} if extent else {})
    return found


CLEAN = {
    "COMPWRST": "0", "COMPNSEG": "0", "COMPSUM": "0", "NC_CFV": "N", "NC_FV": "N", "NC_POP": "N", "FLOWALL": "Y", "PATENT": "Y",
    "ILIPAT": "Y", "STENTPAT": "Y", "SVSSCORE": "0", "SVSCHG": "NE", "LEVEL": "0", "RVO": "NA", "RVDMAX": "0.0", "RVD4": "N", "RVD2": "N",
    "RECURSUS": "NE", "REFLUXDP": "NA", "REFLUX05": "NA", "EVALFL": "Y",
}  # fmt: skip
EXTENSIVE = thrombus(
    CFV="occlusive whole",
    FV_PROX="occlusive whole",
    FV_MID="non_occlusive subsegmental",
    POPV="occlusive subsegmental",
    PTV="non_occlusive subsegmental",
    EIV="occlusive whole",
)


@pytest.mark.parametrize(
    ("oracle", "stated", "expected"),
    [
        ("V01", {}, CLEAN),
        (
            "V02",
            core(2, 2, 1, 0, 1) | flow(CFV=2, FV_PROX=1, CIV=2, EIV=2),
            {"COMPWRST": "2", "COMPNSEG": "4", "COMPSUM": "6", "PATENT": "N", "ILIPAT": "N", "LEVEL": "3", "EVALFL": "Y"},
        ),
        (
            "V03",
            core("NE", 0, 0, 0, 0),
            {"COMPWRST": "NE", "COMPNSEG": "NE", "COMPSUM": "NE", "PATENT": "NE", "EVALFL": "N"},
        ),
        (
            "V04",
            core("NE", 0, 0, 0, 2),
            {"COMPWRST": "2", "COMPNSEG": "NE", "COMPSUM": "NE", "PATENT": "N", "EVALFL": "N"},
        ),
        ("V05", core("NE", 0, 0, 0, 1), {"COMPWRST": "NE", "COMPNSEG": "NE", "COMPSUM": "NE", "PATENT": "NE"}),
        ("V08", core("NE", "NE", "NE", "NE", "NE"), {"COMPWRST": "NE", "PATENT": "NE"}),
        ("V09", core("NE", 0, 0, 0, 0) | flow(POPV=2), {"COMPWRST": "NE", "PATENT": "N"}),
        ("V10", EXTENSIVE, {"SVSSCORE": "12", "LEVEL": "3"}),
        ("V12", {"FLOW.EIV": "NE"}, {"SVSSCORE": "NE", "LEVEL": "NE", "ILIPAT": "NE", "FLOWALL": "NE"}),
        ("V13", {"COMP.PTV": "partial", "COMP.CFV": "NE"}, {"LEVEL": "NE"}),
        ("V14", {"COMP.CFV": "partial", "COMP.PTV": "NE"}, {"LEVEL": "3"}),
        (
            "V15",
            {"COMP.CFV": "partial", "D_COMP.CFV": "3.9", "COMP.POPV": "partial", "D_COMP.POPV": "4.0"},
            {"RVDMAX": "4.0", "RVD4": "Y", "RVD2": "Y"},
        ),
        (
            "V16",
            {"COMP.CFV": "partial", "D_COMP.CFV": "NE", "COMP.POPV": "partial", "D_COMP.POPV": "5.0"},
            {"RVDMAX": "NE", "RVD4": "NE"},
        ),
        ("V17", {"COMP.CFV": "NE"}, {"RVDMAX": "NE"}),
        ("V25", {"STENT.EIV": "over_50"}, {"STENTPAT": "N"}),
        ("V25", {"STENT.EIV": "NE"}, {"STENTPAT": "NE"}),
    ],
)
def test_oracle(oracle: str, stated: dict[str, str], expected: dict[str, str]) -> None:
    found = codes(DVT, "D10", limb(stated))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("oracle", "stated", "expected"),
    [
        ("V06", {}, {"COMPWRST": "NI", "COMPNSEG": "NI", "COMPSUM": "NI", "PATENT": "NI", "EVALFL": "N"}),
        ("V07", {"COMP.POPV": "NE"}, {"COMPWRST": "NE", "COMPNSEG": "NE", "PATENT": "NE"}),
    ],
)
def test_oracle_of_a_segment_that_was_not_imaged(oracle: str, stated: dict[str, str], expected: dict[str, str]) -> None:
    found = codes(DVT, "D10", limb(stated, not_imaged=["CFV"]))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("oracle", "stated", "expected"),
    [
        ("V02", core(2, 2, 1, 0, 1), {"RVO": "Y"}),
        ("V17", {"COMP.CFV": "NE"}, {"RVO": "NE"}),
        ("V21", {"REFP.CFV": "yes", "REFS.CFV": "1.00"}, {"REFLUXDP": "N", "REFLUX05": "Y"}),
        ("V21", {"REFP.CFV": "yes", "REFS.CFV": "1.01"}, {"REFLUXDP": "Y", "REFLUX05": "Y"}),
        ("V22", {"REFP.GSV": "yes", "REFS.GSV": "0.60"}, {"REFLUXDP": "Y"}),
        ("V23", {"REFP.POPV": "NE"}, {"REFLUXDP": "NE"}),
        ("V23", {"REFP.POPV": "NE", "REFP.GSV": "yes", "REFS.GSV": "0.60"}, {"REFLUXDP": "Y"}),
        ("none", {}, {"REFLUXDP": "N", "REFLUX05": "N", "RVO": "N"}),
    ],
)
def test_oracle_at_month_six(oracle: str, stated: dict[str, str], expected: dict[str, str]) -> None:
    found = codes(DVT, "M6", limb(stated, "M6"))
    assert {name: found[name] for name in expected} == expected


def test_v11_the_score_falls_since_the_baseline() -> None:
    now = limb({"COMP.CFV": "partial", "COMP.POPV": "partial", "THR.POPV": "post_thrombotic"})
    found = codes(DVT, "D10", now, since(("BL", limb(EXTENSIVE, "BL"), 10)))
    assert (found["SVSSCORE"], found["SVSCHG"]) == ("1", "-11")


def test_v18_a_new_segment_since_the_visit_before() -> None:
    assert codes(DVT, "D10", limb({"COMP.POPV": "partial"}), since(("BL", limb({}, "BL"), 10)))["RECURSUS"] == "Y"


@pytest.mark.parametrize(("now", "expected"), [("7.1", "Y"), ("7.0", "Y"), ("6.9", "N")])
def test_v19_a_residue_that_grew(now: str, expected: str) -> None:
    before = limb({"COMP.CFV": "partial", "D_COMP.CFV": "3.0"}, "BL")
    found = codes(DVT, "D10", limb({"COMP.CFV": "partial", "D_COMP.CFV": now}), since(("BL", before, 10)))
    assert found["RECURSUS"] == expected


def test_v20_nobody_knows_whether_it_is_new() -> None:
    found = codes(DVT, "D10", limb({"COMP.CFV": "partial"}), since(("BL", limb({"COMP.CFV": "NE"}, "BL"), 10)))
    assert found["RECURSUS"] == "NE"


def test_v24_a_visit_without_the_block_has_it_not_applicable() -> None:
    assert codes(DVT, "D10", limb({}))["REFLUXDP"] == "NA"


def test_at_the_baseline_looking_back_is_not_applicable() -> None:
    found = codes(DVT, "BL", limb({}, "BL"))
    assert (found["SVSCHG"], found["RECURSUS"]) == ("NA", "NA")


def test_a_score_tells_how_many_parts_it_used() -> None:
    score = charter(DVT).derivation("SVSSCORE")
    assert value_of(charter(DVT), "D10", score, limb({}), attributes=LIMB).parts == 7
    assert value_of(charter(DVT), "D10", score, limb({}, received=["IVC"]), attributes=LIMB).parts == 8


@pytest.mark.parametrize(("measured", "expected"), [("3.9", "N"), ("4.0", "Y"), ("4.1", "Y")])
def test_the_cut_off_of_four_millimetres(measured: str, expected: str) -> None:
    assert codes(DVT, "D10", limb({"COMP.CFV": "partial", "D_COMP.CFV": measured}))["RVD4"] == expected
