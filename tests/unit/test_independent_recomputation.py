"""The statistician's own recomputation: right on rows written by hand, and equal to the product on whatever was graded."""

import ast
import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.vocabulary import Cell, Grade
from tests.acceptance.independent import limb_endpoints
from tests.charter_builders import DVT
from tests.derived_builders import charter, codes, core, limb, since

Row = dict[str, str]


def rows(subject: str, visit: str, grades: Mapping[Cell, Grade]) -> list[Row]:
    """Final grades as they stand in results.csv: what is not asked is left out."""
    return [
        {
            "USUBJID": subject,
            "VISIT": visit,
            "SEGCD": one.segment,
            "TESTCD": charter(DVT).item(one.item).export.testcd,
            "RESCD": grade.code,
            "EVALSTAT": grade.missing.value if grade.missing else "",
            "NERSN": grade.reason or "",
        }
        for one, grade in grades.items()
        if grade.reason != "CHARTER"
    ]


def a_visit(subject: str, visit: str, **endpoints: str) -> Row:
    return {"USUBJID": subject, "VISIT": visit, "VISITNUM": {"BL": "1", "D10": "2", "D30": "3", "M6": "4"}[visit], **endpoints}


def test_it_shares_no_code_with_the_product() -> None:
    tree = ast.parse(Path(limb_endpoints.__file__).read_text(encoding="utf-8"))
    named = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in named if name.startswith(("corelab", "tests"))]


def test_rows_by_hand() -> None:
    grades = limb(core(2, 2, 1, 0, 1) | {"FLOW.CIV": "absent"})
    found = limb_endpoints.recomputed(rows("S1", "D10", grades), [a_visit("S1", "D10")])["S1", "D10"]
    expected = {"COMPWRST": "2", "COMPNSEG": "4", "COMPSUM": "6", "PATENT": "N", "ILIPAT": "N", "LEVEL": "3", "RVDMAX": "7.0", "RVO": "NA"}
    assert {name: found[name] for name in expected} == expected


def test_a_wrong_cell_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grades = limb({"COMP.CFV": "partial"})
    right = limb_endpoints.recomputed(rows("S1", "D10", grades), [a_visit("S1", "D10")])["S1", "D10"]
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder / "results.csv", rows("S1", "D10", grades))
    write(folder / "subject_visit.csv", [a_visit("S1", "D10", **right)])
    assert limb_endpoints.main(str(tmp_path)) == 0
    write(folder / "subject_visit.csv", [a_visit("S1", "D10", **{**right, "COMPWRST": "0"})])
    assert limb_endpoints.main(str(tmp_path)) == 1
    assert "S1 D10 COMPWRST: the package says '0', recomputed '1'" in capsys.readouterr().out


def write(path: Path, of: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(of[0]))
        writer.writeheader()
        writer.writerows(of)


def words(item: str) -> list[str]:
    options = {"D_COMP": ["0.0", "1.9", "2.0", "3.9", "4.0", "8.0"], "REFS": ["0.50", "0.51", "1.00", "1.01"]}
    return options.get(item) or [option.value for option in charter(DVT).item(item).options]  # type: ignore[union-attr]


PLACES = {
    "COMP": ["CFV", "FV_MID", "POPV", "PTV", "GSV", "DFV"],
    "FLOW": ["CIV", "EIV", "CFV", "POPV", "PERV", "IVC", "SSV"],
    "THR": ["CFV", "POPV", "EIV", "PTV", "IVC", "FV_MID"],
    "EXT": ["CFV", "POPV", "EIV", "PTV", "FV_MID"],
    "D_COMP": ["CFV", "POPV", "FV_MID"],
    "STENT": ["CIV", "CFV"],
    "REFP": ["CFV", "GSV", "POPV", "FV_PROX"],
    "REFS": ["CFV", "GSV", "POPV", "FV_PROX"],
}
STATED = [(item, segment) for item, segments in PLACES.items() for segment in segments]


@st.composite
def graded(draw: st.DrawFn, visit: str) -> dict[Cell, Grade]:
    """A complete exam as a reader could sign it, mostly clean."""
    said = {}
    for item, segment in STATED:
        if (visit == "M6" or not item.startswith("REF")) and draw(st.integers(0, 2)) == 0:
            said[f"{item}.{segment}"] = draw(st.sampled_from([*words(item), "NE"]))
    closed = draw(st.sampled_from([(), (), ("CFV",), ("EIV", "GSV"), ("DFV",)]))
    return limb(
        said, visit, received=["IVC", "DFV"] if draw(st.booleans()) else ["DFV"], not_imaged=[one for one in closed if one != "DFV"]
    )


@settings(max_examples=40, deadline=None)
@given(graded("BL"), graded("D10"), graded("M6"), st.sampled_from([("BL", "D10", "M6"), ("BL", "M6"), ("D10", "M6"), ("M6",)]))
def test_it_finds_what_the_product_finds(
    first: dict[Cell, Grade], second: dict[Cell, Grade], third: dict[Cell, Grade], made: tuple[str, ...]
) -> None:
    exams = {visit: grades for visit, grades in {"BL": first, "D10": second, "M6": third}.items() if visit in made}
    days = {"BL": 0, "D10": 10, "M6": 180}
    results = [row for visit, grades in exams.items() for row in rows("S1", visit, grades)]
    visits = []
    for n, (visit, grades) in enumerate(exams.items()):
        before = since(*((one, exams[one], days[visit] - days[one]) for one in list(exams)[:n]))
        visits.append(a_visit("S1", visit, **codes(DVT, visit, grades, before)))
    assert limb_endpoints.differences(results, visits) == []
