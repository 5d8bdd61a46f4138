"""Derived endpoints that the two full charters do not have: both sides, per segment, every policy, multiple answers, facts of segments."""

import math
from collections.abc import Mapping

import pytest

from corelab.domain.attributes import Attributes
from corelab.domain.derived import derive, has, inputs_of, segments_of, value_of, values_of
from corelab.domain.result import Result, Value
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, Grade, SegmentId, Source, not_imaged
from tests.derived_builders import ACCESS, ODD, arms, charter, codes, since
from tests.exam_builders import cell

BASELINE = ("BL", arms({}, "BL"), 42)


def found(stated: dict[str, str], visit: str = "W6", received: tuple[str, ...] = ("VCS",)) -> dict[str, str]:
    return codes(ODD, visit, arms(stated, visit, received=received), since(BASELINE) if visit == "W6" else since())


def test_a_derivation_per_segment_has_a_row_for_every_side_and_na_where_it_does_not_look() -> None:
    values = found({"WEITE.CEPH.L": "leicht", "WEITE.SUBCL.R": "NE"})
    assert [values[f"ENGSEG.{one}"] for one in ("SUBCL.L", "SUBCL.R", "CEPH.L", "CEPH.R", "BASIL.L", "BASIL.R")] == [
        "0", "NE", "1", "0", "NA", "NA"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("derivation", "stated", "expected"),
    [
        ("ENGMAX", {"WEITE.CEPH.L": "leicht"}, "1"),
        ("ENGMAX", {"WEITE.CEPH.L": "NE"}, "3"),
        ("ENGSUM", {"WEITE.CEPH.L": "hochgradig", "WEITE.SUBCL.L": "NE", "WEITE.CEPH.R": "leicht"}, "3"),
        ("ENGSUMW", {"WEITE.CEPH.L": "hochgradig", "WEITE.SUBCL.L": "NE", "WEITE.CEPH.R": "leicht"}, "6"),
        ("KALKN", {"WAND.CEPH.L": "verkalkt+thrombus", "WAND.ANAST": "glatt+aneurysma", "WAND.CEPH.R": "NE"}, "1"),
        ("KALKN", {}, "NA"),
        ("KALKN", {"WAND.CEPH.R": "NE"}, "NE"),
        ("FREIN", {"WEITE.CEPH.L": "NE"}, "5"),
        ("DMMAX", {"DM.CEPH.L": "4.25", "DM.ANAST": "NE", "DM.CEPH.R": "9.00"}, "4.25"),
        ("DMMAXW", {"DM.CEPH.L": "4.25", "DM.ANAST": "NE"}, "30.00"),
        ("DMMAXW", {"DM.CEPH.L": "4.25", "DM.ANAST": "3.00", "DM.CEPH.R": "0.50"}, "4.25"),
        ("ENGLE2", {"WEITE.CEPH.L": "hochgradig"}, "Y"),
        ("ENGLE2", {"WEITE.CEPH.L": "verschluss"}, "N"),
        ("REIF", {}, "Y"),
        ("REIF", {"WEITE.CEPH.L": "hochgradig"}, "N"),
        ("REIF", {"WEITE.CEPH.R": "verschluss"}, "Y"),
        ("REIF", {"WEITE.ANAST": "NE"}, "NE"),
        ("REIF", {"KOLLAT.": "NE"}, "NE"),
        ("REIF", {"KOLLAT.": "NE", "WEITE.ANAST": "verschluss"}, "N"),
        ("STUFE", {}, "0"),
        ("STUFE", {"WEITE.VCS": "NE", "WAND.CEPH.R": "glatt+thrombus"}, "10"),
        ("STUFE", {"WEITE.SUBCL.R": "verschluss"}, "20"),
        ("STUFEW", {"WEITE.VCS": "NE"}, "2"),
        ("STUFEW", {"WEITE.CEPH.L": "NE"}, "1"),
        ("PUNKTE", {}, "0"),
        ("PUNKTE", {"WEITE.CEPH.L": "leicht", "URSACHE.CEPH.L": "thrombus", "WEITE.VCS": "leicht", "URSACHE.VCS": "druck"}, "6"),
        ("PUNKTE", {"WEITE.CEPH.L": "leicht", "URSACHE.CEPH.L": "unklar"}, "NE"),
        ("PUNKTE", {"WEITE.CEPH.L": "leicht", "URSACHE.CEPH.L": "unklar", "WEITE.CEPH.R": "leicht", "URSACHE.CEPH.R": "thrombus"}, "5"),
        ("RUECKFL", {"RUECK.SUBCL.L": "ja", "RUECKS.SUBCL.L": "0.125"}, "N"),
        ("RUECKFL", {"RUECK.SUBCL.L": "ja", "RUECKS.SUBCL.L": "0.126"}, "Y"),
        ("RUECKFL", {"RUECK.VCS": "ja", "RUECKS.VCS": "0.001"}, "Y"),
        ("RUECKFL", {"RUECK.VCS": "NE", "RUECKS.VCS": "0.000"}, "N"),
        ("RUECKFL", {"RUECK.VCS": "NE"}, "NE"),
        ("RUECKW", {"RUECK.VCS": "NE"}, "Y"),
        ("RUECKW", {"RUECK.CEPH.L": "ja", "RUECKS.CEPH.L": "NE"}, "Y"),
        ("RUECKW", {}, "N"),
        ("ABI", {}, "NA"),
        ("ABI", {"RRABZUG.": "20.0"}, "90"),
        ("ABI", {"RRABZUG.": "120.0"}, "NE"),
        ("ABIROH", {}, "75"),
        ("ABIROH", {"RRFING.": "100.0", "RRSYS.": "300"}, "33.3333333333333"),
        ("ABICHG", {"RRFING.": "99.0"}, "10"),
    ],
)
def test_value(derivation: str, stated: dict[str, str], expected: str) -> None:
    assert found(stated)[derivation] == expected


def test_a_part_that_was_not_received_is_not_evaluable_where_the_charter_says_so() -> None:
    assert found({}, received=())["PUNKTE"] == "NE"


def test_flow_volume_of_every_side() -> None:
    values = found({"DM.CEPH.L": "4.00", "VM.CEPH.L": "50", "VM.CEPH.R": "NE"})
    assert float(values["FLUSSVOL.CEPH.L"]) == pytest.approx(50 * math.pi / 4 * 16 * 0.6, rel=1e-14)
    assert values["FLUSSVOL.CEPH.R"] == "NE"
    assert values["FLUSSVOL.BASIL.L"] == "NA"


def test_a_cut_off_per_segment_has_the_segments_where_its_item_is_asked() -> None:
    values = found({"DM.CEPH.L": "3.99", "DM.CEPH.R": "4.00"})
    assert {name: code for name, code in values.items() if name.startswith("DMSMALL")} == {
        "DMSMALL.CEPH.L": "Y",
        "DMSMALL.CEPH.R": "N",
        "DMSMALL.BASIL.L": "NA",
        "DMSMALL.BASIL.R": "NA",
        "DMSMALL.ANAST": "N",
    }


def test_the_exam_before_is_the_latest_at_a_visit_that_has_what_is_looked_at() -> None:
    screened = ("SCR", arms({"VM.CEPH.L": "40"}, "SCR"), 62)
    before = ("BL", arms({"VM.CEPH.L": "60"}, "BL"), 42)
    between = ("W2", arms({}, "W2"), 28)
    values = codes(ODD, "W6", arms({"VM.CEPH.L": "102"}), since(screened, before, between))
    change = 42 * math.pi / 4 * 36 * 0.6
    assert float(values["FLUSSD.CEPH.L"]) == pytest.approx(change, rel=1e-13)
    assert float(values["FLUSSR.CEPH.L"]) == pytest.approx(change / 42, rel=1e-13)


def test_days_of_a_rate_count_between_the_two_exams_also_further_back() -> None:
    screened, before = ("SCR", arms({"VM.CEPH.L": "40"}, "SCR"), 62), ("BL", arms({"VM.CEPH.L": "60"}, "BL"), 42)
    there = since(screened, before)
    assert [one.days for one in there.before(there.exams[1]).exams] == [20]


@pytest.mark.parametrize(("visit", "expected"), [("SCR", "NA"), ("BL", "NE"), ("W2", "NA")])
def test_nothing_to_look_back_to(visit: str, expected: str) -> None:
    assert found({}, visit)["FLUSSD.CEPH.L"] == expected


def test_a_visit_before_the_baseline_does_not_look_back_to_it() -> None:
    assert found({}, "SCR")["NEUENGE.CEPH.L"] == "NA"


def test_new_narrowing_since_the_baseline_by_segment() -> None:
    values = found({"WEITE.CEPH.L": "hochgradig", "WEITE.CEPH.R": "NE", "WEITE.SUBCL.L": "leicht"})
    assert [values[f"NEUENGE.{one}"] for one in ("CEPH.L", "CEPH.R", "SUBCL.L", "BASIL.L", "VCS")] == ["Y", "NE", "N", "NA", "N"]


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ({"DM.CEPH.L": "1.10"}, {"DM.CEPH.L": "1.40"}, "Y"),
        ({"DM.CEPH.L": "1.10"}, {"DM.CEPH.L": "1.39"}, "N"),
        ({"WAND.CEPH.L": "glatt"}, {"WAND.CEPH.L": "verkalkt+thrombus"}, "Y"),
        ({"WAND.CEPH.L": "thrombus"}, {"WAND.CEPH.L": "thrombus"}, "N"),
        ({"WAND.CEPH.L": "NE"}, {"WAND.CEPH.L": "thrombus"}, "NE"),
        ({}, {"WAND.CEPH.L": "thrombus"}, "N"),
        ({"DM.CEPH.L": "NE"}, {}, "NE"),
    ],
)
def test_a_new_finding_of_the_wall_or_growth_in_entered_digits(then: dict[str, str], now: dict[str, str], expected: str) -> None:
    assert codes(ODD, "W6", arms(now), since(("BL", arms(then, "BL"), 42)))["NEUWAND"] == expected


def test_evaluable_by_segment() -> None:
    values = found({"WEITE.CEPH.L": "NE"})
    assert [values[f"BEURT.{one}"] for one in ("CEPH.L", "CEPH.R", "BASIL.L")] == ["N", "Y", "NA"]


@pytest.mark.parametrize(("then", "expected"), [("0.0", "NE"), ("45.0", "100")])
def test_a_change_in_percent_of_nothing_is_not_evaluable(then: str, expected: str) -> None:
    values = codes(ODD, "W2", arms({}, "W2"), since(("BL", arms({"RRFING.": then}, "BL"), 14)))
    assert values["ABICHG"] == expected


def test_a_derivation_stands_only_at_its_visits() -> None:
    assert found({}, "BL")["ABICHG"] == "NA"
    assert not has(charter(ODD), "BL", charter(ODD).derivation("ABICHG"))


def test_a_fact_that_nobody_entered_leaves_a_flag_not_evaluable_and_one_that_was_entered_does_not() -> None:
    grades = arms({"KOLLAT.": "NE"})
    entered = Attributes({"HAND": "links"}, ACCESS.segments)
    reif = charter(ODD).derivation("REIF")
    assert value_of(charter(ODD), "W6", reif, grades, attributes=ACCESS).code == "NE"
    assert value_of(charter(ODD), "W6", reif, grades, attributes=entered).code == "Y"


def test_inputs_are_the_cells_that_feed_a_derivation_for_this_subject() -> None:
    inputs = inputs_of(charter(ODD), charter(ODD).derivation("ENGSEG"), ACCESS)
    assert inputs == tuple(cell(f"WEITE.{one}") for one in ("SUBCL.L", "SUBCL.R", "CEPH.L", "CEPH.R"))
    one = inputs_of(charter(ODD), charter(ODD).derivation("FLUSSR"), ACCESS, SegmentId("CEPH.R"))
    assert one == (cell("DM.CEPH.R"), cell("VM.CEPH.R"))
    assert inputs_of(charter(ODD), charter(ODD).derivation("ABI")) == (cell("RRFING."), cell("RRSYS."), cell("RRABZUG."))


def test_segments_of_a_derivation() -> None:
    assert segments_of(charter(ODD), charter(ODD).derivation("ENGMAX")) == (WHOLE_EXAM,)
    assert segments_of(charter(ODD), charter(ODD).derivation("FLUSSR")) == segments_of(charter(ODD), charter(ODD).derivation("FLUSSVOL"))


def results(grades: Mapping[Cell, Grade], sources: dict[str, Source]) -> list[Result]:
    return [Result(one, said, sources.get(one.segment, Source.CONCORDANT), said.code, said.code) for one, said in grades.items()]


def test_what_looks_back_carries_the_source_and_the_cells_of_both_exams() -> None:
    earlier = since(BASELINE)
    exam = type(earlier.exams[0]).of("BL", results(BASELINE[1], {"CEPH.L": Source.ADJUDICATED}), 42)
    now = results(arms({}), {"CEPH.R": Source.REFERENCE})
    rows = {(str(one.id), str(one.segment)): one for one in derive(charter(ODD), "W6", now, type(earlier)((exam,)), ACCESS)}
    left, right = rows["FLUSSD", "CEPH.L"], rows["FLUSSD", "CEPH.R"]
    assert (left.source, right.source) == (Source.ADJUDICATED, Source.REFERENCE)
    assert left.inputs == (cell("DM.CEPH.L"), cell("VM.CEPH.L"))
    assert [(one.visit, one.cell) for one in left.earlier] == [("BL", cell("DM.CEPH.L")), ("BL", cell("VM.CEPH.L"))]
    assert left.input_count == 4
    assert rows["FLUSSVOL", "CEPH.L"].source is Source.CONCORDANT
    assert rows["FLUSSVOL", "BASIL.L"].inputs == ()


def test_an_open_cell_leaves_open_what_it_could_change_and_nothing_else() -> None:
    grades = arms({"WEITE.CEPH.R": "NE"})
    del grades[cell("WEITE.CEPH.L")]
    values = {
        one.id: value
        for one in charter(ODD).derivations
        for segment, value in values_of(charter(ODD), "W6", one, grades, since(BASELINE), ACCESS).items()
        if segment in {WHOLE_EXAM, "CEPH.L"}
    }
    assert values["ENGSEG"] == values["REIF"] == values["BEURT"] == Value()
    assert values["DMMAX"].value == "6.00"


def test_a_segment_the_subject_does_not_have_is_no_open_cell() -> None:
    grades = {one: grade for one, grade in arms({}).items() if one.segment != "BASIL.L"}
    assert value_of(charter(ODD), "W6", charter(ODD).derivation("ENGSUM"), grades, attributes=ACCESS).value == "0"


def test_not_imaged_stays_not_imaged() -> None:
    grades = arms({}) | {cell("WEITE.CEPH.L"): not_imaged("NICHT"), cell("DM.CEPH.L"): Grade("6.00")}
    values = codes(ODD, "W6", grades, since(BASELINE))
    assert (values["ENGSEG.CEPH.L"], values["REIF"], values["BEURT.CEPH.L"]) == ("NI", "NI", "N")
