"""Rows of CV and SUPPCV keep the rules of SDTM, and each rule finds the row that breaks it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corelab.export import sdtm
from corelab.export.sdtm.checks import Checker, schema_faults
from corelab.export.sdtm.rows import Subject, study_day, subjects_of
from corelab.export.sdtm.schema import Schema, schema_of
from corelab.export.sdtm.variables import Dataset, Variable
from corelab.export.writers import Row
from corelab.export.written import PartRefusedError, Written
from tests.charter_builders import DVT, PORTAL
from tests.sdtm_builders import a_package

CHARTERS = (DVT, PORTAL, "odd")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return a_package(tmp_path_factory.mktemp("sdtm") / "package", DVT)


@pytest.fixture(scope="module")
def schema(package: Written) -> Schema:
    return schema_of(package.versions.all)


@pytest.fixture(scope="module")
def subject(package: Written) -> Subject:
    return next(subjects_of(package))


def found(schema: Schema, subject: Subject) -> list[str]:
    return list(Checker(schema).faults(subject))


def changed(subject: Subject, which: Callable[[Row], bool], **values: str) -> Subject:
    """The first row of CV of this kind, with other values."""
    number = next(n for n, row in enumerate(subject.cv) if which(row))
    rows = [{**row, **values} if n == number else row for n, row in enumerate(subject.cv)]
    return replace(subject, cv=tuple(rows))


@pytest.mark.parametrize("name", CHARTERS)
def test_what_is_made_keeps_every_rule(tmp_path: Path, name: str) -> None:
    package = a_package(tmp_path / "package", name, range(4))
    schema = schema_of(package.versions.all)
    checker = Checker(schema)
    assert [*schema_faults(schema), *(fault for one in subjects_of(package) for fault in checker.faults(one))] == []


def graded(row: Row) -> bool:
    return bool(row["CVORRES"]) and not row["CVSTRESN"]


def measured(row: Row) -> bool:
    return bool(row["CVSTRESN"])


def not_done(row: Row) -> bool:
    return bool(row["CVSTAT"])


def placed(row: Row) -> bool:
    return bool(row["CVDIR"])


@pytest.mark.parametrize(
    ("which", "values", "told"),
    [
        (measured, {"CVSTRESN": ""}, "CORE-000542"),
        (measured, {"CVSTRESN": "99.9"}, "CORE-000542"),
        (graded, {"CVSTRESC": "3"}, "CORE-000542"),
        (graded, {"CVSTRESN": "3"}, "CORE-000732"),
        (graded, {"CVREASND": "NOT EVALUABLE: WINDOW"}, "CORE-000225"),
        (not_done, {"CVREASND": ""}, "CORE-000774"),
        (graded, {"CVSTAT": "NOT DONE", "CVREASND": "NOT IMAGED"}, "CORE-000099"),
        (not_done, {"CVSTAT": "", "CVREASND": ""}, "neither CVORRES nor CVSTAT"),
        (placed, {"CVLOC": ""}, "CORE-000079"),
        (placed, {"CVLOC": "", "CVLAT": ""}, "CORE-000098"),
        (graded, {"CVDTC": ""}, "CORE-000700"),
        (graded, {"CVDY": "0"}, "CORE-000529"),
        (graded, {"CVDTC": "20260101"}, "CVDTC is '20260101'"),
        (graded, {"CVDTC": "2026-02-30"}, "CVDTC is '2026-02-30'"),
        (graded, {"CVSEQ": "4000"}, "CORE-000544"),
        (placed, {"CVLOC": "KNEE"}, "CVLOC is 'KNEE'"),
        (placed, {"CVLAT": "left"}, "CVLAT is 'left'"),
        (graded, {"CVEVALID": "ADJUDICATOR"}, "CVEVALID is 'ADJUDICATOR'"),
        (graded, {"CVSPID": ""}, "CVSPID is ''"),
        (graded, {"CVCAT": ""}, "CVCAT is ''"),
        (graded, {"VISITNUM": "one"}, "VISITNUM is 'one'"),
        (graded, {"CVREFID": "x" * 65}, "CVREFID is"),
        (graded, {"CVTEST": "Image Qualities"}, "CVTEST is"),
    ],
)  # fmt: skip
def test_a_broken_row_is_found(schema: Schema, subject: Subject, which: Callable[[Row], bool], values: dict[str, str], told: str) -> None:
    assert any(told in fault for fault in found(schema, changed(subject, which, **values)))


def test_a_test_code_has_one_name(schema: Schema, subject: Subject) -> None:
    other = next(row["CVTEST"] for row in subject.cv if row["CVTESTCD"] != subject.cv[0]["CVTESTCD"])
    broken = changed(subject, lambda row: row is subject.cv[0], CVTEST=other)
    assert any(f"is not {other}" in fault for fault in found(schema, broken))


def test_a_key_stands_once_and_rows_are_sorted(schema: Schema, subject: Subject) -> None:
    twice = replace(subject, cv=(subject.cv[0], *subject.cv))
    assert any("stands twice" in fault for fault in found(schema, twice))
    turned = replace(subject, cv=subject.cv[::-1])
    assert any("not sorted" in fault for fault in found(schema, turned))


def test_a_result_has_exactly_one_accepted_record_and_it_holds_its_grade(schema: Schema, subject: Subject) -> None:
    none = changed(subject, lambda row: bool(row["CVACPTFL"]), CVACPTFL="")
    assert any("0 accepted records instead of 1" in fault for fault in found(schema, none))
    accepted = next(row for row in subject.cv if row["CVACPTFL"])
    place = accepted["VISITNUM"], accepted["CVGRPID"], accepted["CVTESTCD"]
    both = replace(
        subject,
        cv=tuple({**row, "CVACPTFL": "Y"} if (row["VISITNUM"], row["CVGRPID"], row["CVTESTCD"]) == place else row for row in subject.cv),
    )
    assert any("2 accepted records instead of 1" in fault for fault in found(schema, both))
    other = replace(subject, results={**subject.results, place: "another"})
    assert any("is not the result another" in fault for fault in found(schema, other))


def test_a_qualifier_has_its_record(schema: Schema, subject: Subject) -> None:
    lost = replace(subject, suppcv=({**subject.suppcv[0], "IDVARVAL": "0"}, *subject.suppcv[1:]))
    assert any("no record of CV has CVSEQ 0" in fault for fault in found(schema, lost))


def test_subjects_come_in_order(package: Written, schema: Schema) -> None:
    checker = Checker(schema)
    one, two = subjects_of(package)
    assert not list(checker.faults(two))
    assert any("is not in order" in fault for fault in checker.faults(one))


def with_variables(dataset: Dataset, *names: str, without: str = "") -> Dataset:
    kept = tuple(one for one in dataset.variables if one.name != without)
    return replace(dataset, variables=(*kept, *(Variable(name, name) for name in names)))


@pytest.mark.parametrize(
    ("names", "without", "told"),
    [
        ((), "CVLOC", "CORE-000079"),
        ((), "CVLOC", "CORE-000098"),
        (("CVLNKID",), "", "CORE-000571"),
        (("CVLNKGRP",), "", "CORE-000358"),
    ],
)
def test_variables_that_need_others_do_not_stand_alone(schema: Schema, names: tuple[str, ...], without: str, told: str) -> None:
    wrong = replace(schema, cv=with_variables(schema.cv, *names, without=without))
    assert any(told in fault for fault in schema_faults(wrong))


def test_a_fault_stops_the_package(package: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Written) -> Iterator[Subject]:
        for one in subjects_of(package):
            yield changed(one, measured, CVSTRESN="")

    monkeypatch.setattr(sdtm, "subjects_of", broken)
    with pytest.raises(PartRefusedError) as refused:
        sdtm.write(package, tmp_path / "into")
    assert "CORE-000542" in refused.value.what
    assert not (tmp_path / "into" / "sdtm" / "cv.json").exists()


@pytest.mark.parametrize(("day", "told"), [("0", "1"), ("10", "11"), ("-1", "-1"), ("-14", "-14"), ("", "")])
def test_sdtm_has_no_day_0(day: str, told: str) -> None:
    assert study_day(day) == told


def test_every_answer_but_what_was_not_asked_and_free_text_has_a_record(package: Written) -> None:
    """And a record holds what readings.csv holds."""
    readings = {(row["RECID"], row["USUBJID"], row["SEGCD"], row["TESTCD"]): row for row in package.rows("readings")}
    texts = {item.export.testcd for item in package.versions.main.items if item.kind == "text"}
    asked = {key for key, row in readings.items() if row["EVALSTAT"] != "NA" and row["TESTCD"] not in texts}
    rows = {(row["CVSPID"], row["USUBJID"], row["CVGRPID"], row["CVTESTCD"]): row for one in subjects_of(package) for row in one.cv}
    assert rows.keys() == asked
    for key, row in rows.items():
        source = readings[key]
        if source["EVALSTAT"]:
            words = {"NE": "NOT EVALUABLE", "NI": "NOT IMAGED"}[source["EVALSTAT"]]
            assert (row["CVSTAT"], row["CVORRES"]) == ("NOT DONE", "")
            assert row["CVREASND"] == (f"{words}: {source['NERSN']}" if source["NERSN"] else words)
        else:
            assert (row["CVORRES"], row["CVORRESU"], row["CVLAT"]) == (source["RESCD"], source["UNIT"], source["SIDE"])


def test_flow_is_seen_on_doppler_and_compression_on_b_mode(package: Written) -> None:
    methods = {row["CVTESTCD"]: row["CVMETHOD"] for one in subjects_of(package) for row in one.cv}
    assert methods["VNCOMPR"] == "ULTRASOUND"
    assert {methods["VNFLOW"], methods["VNREFLUX"], methods["VNREFDUR"]} == {"DOPPLER ULTRASOUND"}


def test_what_is_typed_for_a_whole_exam_has_no_method_and_no_place(tmp_path: Path) -> None:
    package = a_package(tmp_path / "package", PORTAL)
    rows = [row for one in subjects_of(package) for row in one.cv if row["CVTESTCD"] in {"TLV", "BSA"}]
    assert rows
    assert {(row["CVMETHOD"], row["CVLOC"], row["CVLAT"]) for row in rows} == {("", "", "")}


def test_both_sides_of_a_segment_are_two_groups(tmp_path: Path) -> None:
    package = a_package(tmp_path / "package", "odd")
    rows = [row for one in subjects_of(package) for row in one.cv]
    sided = {(row["CVGRPID"][-2:], row["CVLAT"]) for row in rows if row["CVGRPID"].endswith((".L", ".R"))}
    assert sided == {(".L", "LEFT"), (".R", "RIGHT")}
