"""The tables of a package: made from readings, read back, and made anew when a package is checked."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from corelab.domain.allocation import Slot
from corelab.domain.attributes import Attributes
from corelab.domain.charter import ChoiceItem, load_charter
from corelab.domain.form import Form, segments_of
from corelab.domain.intake import IntakeRefusedError
from corelab.domain.vocabulary import Answer, ReadingTypeId
from corelab.export.check import EXECUTED, content_faults, load, recomputed_faults, table_faults, versions_of
from corelab.export.codebook import CODELIST_HEADER, DICTIONARY_HEADER, codelist_rows, codelists_for, dictionary_rows
from corelab.export.columns import XPT_LABEL, XPT_NAME, Column, Table
from corelab.export.lab_tables import CLIPS
from corelab.export.manifest import SUMS, PackageExistsError, PackageFile, entries_of, half_made, seal, write_file
from corelab.export.records import ExamRecord, SignedRecord
from corelab.export.reread import exams_of
from corelab.export.rows import Tables, tables_of
from corelab.export.table_files import table_files
from corelab.export.tables import GUESS, READINGS, RESULTS, subject_visit, tables_for
from corelab.export.versions import Versions
from corelab.export.writers import ColumnsDifferError, csv_bytes, key_of
from corelab.services.intake.exam_work import require_names
from tests.exam_builders import a_form, a_reading, cell, changed, grade, reduced, reduced_bytes
from tests.table_builders import read_table, table_bytes

Said = dict[str, int | str]
DUPLEX = ReadingTypeId("DUPLEX")
VERSIONS = Versions.of([reduced()])
LEFT = Attributes({"STUDY_LIMB": "left"})


def a_record(slot: Slot | None, said: Said, form: Form | None = None) -> SignedRecord:
    answers = {answer.cell: answer for answer in a_reading(form, **said).complete()}
    at = "2026-01-12T12:00:00.000Z"
    return SignedRecord(
        f"record-{slot}", slot, f"R0{slot}", 1, current=True, signed_at=at, event=40, answers=answers, kind=DUPLEX, number=slot or 3
    )


def a_decision(said: Said) -> SignedRecord:
    cells = {cell(name.replace("_", ".", 1)): value for name, value in said.items()}
    answers = {one: Answer(one, grade(one.item, value)) for one, value in cells.items()}
    made = replace(a_record(1, {}), record="record-3", slot=None, reader="R03", answers=MappingProxyType(answers))
    return replace(made, purpose="ADJUDICATION", number=3)


def an_exam(one: Said, two: Said, decision: Said | None = None, *, reference: Slot = 1, form: Form | None = None) -> ExamRecord:
    sides = {place.id: place.side for place in segments_of(reduced(), LEFT)}
    records = (a_record(1, one, form), a_record(2, two, form), *((a_decision(decision),) if decision else ()))
    return ExamRecord(
        study="DVT-LE", site="S1", subject="S001", visit="D10", date="2024-04-18", day="10", limb="left", reference_slot=reference,
        charter_version=reduced().version, charter_hash=reduced().hash, sides=MappingProxyType(sides), records=records, attributes=LEFT,
    )  # fmt: skip


def found(tables: Tables, place: str, table: str = "results") -> dict[str, str]:
    item, _, segment = place.partition(".")
    testcd = reduced().item(item).export.testcd
    rows = [row for row in tables.named()[table] if (row["SEGCD"], row["TESTCD"]) == (segment, testcd)]
    assert len(rows) == 1
    return dict(rows[0])


def test_a_concordant_exam_gives_concordant_rows_and_its_endpoint() -> None:
    tables = tables_of(VERSIONS, [an_exam({}, {})])
    row = found(tables, "COMP.CFV")
    assert (row["RESCD"], row["RESN"], row["SOURCE"], row["DISCFL"], row["SIDE"], row["RECID"]) == (
        "full", "0", "CONCORDANT", "N", "LEFT", "record-1",
    )  # fmt: skip
    assert tables.subject_visit[0]["COMPWRST"] == "0"
    assert tables.subject_visit[0]["CFV_VNCOMPR"] == "full"


def test_an_adjudicated_exam_names_the_decision_and_marks_its_row_as_accepted() -> None:
    tables = tables_of(VERSIONS, [an_exam({}, {"COMP_CFV": 2}, {"COMP_CFV": 1})])
    row = found(tables, "COMP.CFV")
    assert (row["RESCD"], row["R1CD"], row["R2CD"], row["ADJCD"], row["SOURCE"], row["RECID"]) == (
        "partial", "full", "none", "partial", "ADJUDICATED", "record-3",
    )  # fmt: skip
    accepted = [row["EVALROLE"] for row in tables.readings if row["ACPTFL"] == "Y" and (row["SEGCD"], row["TESTCD"]) == ("CFV", "VNCOMPR")]
    assert accepted == ["ADJUDICATOR 1"]
    assert tables.subject_visit[0]["COMPWRST"] == "1"


def test_after_an_independent_third_read_the_row_whose_grade_stands_is_accepted() -> None:
    charter = load_charter(changed(('mode = "review"', 'mode = "independent"')))
    exam = replace(an_exam({}, {"COMP_CFV": 1}, {"COMP_CFV": 2}), charter_hash=charter.hash)
    tables = tables_of(Versions.of([charter]), [exam])
    row = found(tables, "COMP.CFV")
    assert (row["RESCD"], row["ADJCD"], row["SOURCE"], row["RECID"]) == ("partial", "none", "ADJUDICATED", "record-2")
    accepted = [row["EVALROLE"] for row in tables.readings if row["ACPTFL"] == "Y" and (row["SEGCD"], row["TESTCD"]) == ("CFV", "VNCOMPR")]
    assert accepted == ["READER 2"]


def test_a_difference_that_is_no_case_takes_the_reference_reading_never_a_mean() -> None:
    tables = tables_of(VERSIONS, [an_exam({}, {"FLOW_CFV": 1}, reference=2)])
    row = found(tables, "FLOW.CFV")
    assert (row["RESCD"], row["SOURCE"], row["DISCFL"]) == ("partial", "REFERENCE", "Y")


def test_every_cell_with_a_result_has_exactly_one_accepted_row() -> None:
    tables = tables_of(VERSIONS, [an_exam({"FLOW_CFV": 1}, {"COMP_CFV": 2}, {"COMP_CFV": 1})])
    marked = [(row["SEGCD"], row["TESTCD"]) for row in tables.readings if row["ACPTFL"] == "Y"]
    assert sorted(marked) == sorted((row["SEGCD"], row["TESTCD"]) for row in tables.results)


def test_three_kinds_of_missing_stay_three_codes_with_their_reasons() -> None:
    form = a_form(not_imaged={"POPV": "NOT_SCANNED"})
    tables = tables_of(VERSIONS, [an_exam({"COMP_CFV": "NE:WINDOW"}, {"COMP_CFV": "NE:WRONG_PLANE"}, form=form)])
    codes = {place: found(tables, place) for place in ("COMP.POPV", "COMP.CFV", "FLOW.IVC")}
    assert [(row["RESCD"], row["EVALSTAT"], row["NERSN"]) for row in codes.values()] == [
        ("NI", "NI", "NOT_SCANNED"), ("NE", "NE", "WINDOW"), ("NA", "NA", "ABSENT"),
    ]  # fmt: skip
    assert not [row for row in tables.results if row["NERSN"] == "CHARTER"]


def test_evidence_frames_are_counted_from_one() -> None:
    row = next(row for row in tables_of(VERSIONS, [an_exam({}, {})]).readings if row["SEGCD"] == "CFV" and row["TESTCD"] == "VNCOMPR")
    assert (row["CLIPID"], row["FRAMEA"], row["FRAMEB"]) == ("c" * 64, "4", "")


def test_tables_read_back_give_the_same_exams_and_the_same_tables() -> None:
    tables = tables_of(VERSIONS, [an_exam({"FLOW_CFV": 1}, {"COMP_CFV": 2}, {"COMP_CFV": 1})])
    again = tables_of(VERSIONS, exams_of(VERSIONS, tables.named()))
    for table in (one for one in tables_for(reduced()) if one.name in tables.named()):
        assert table_bytes(table, again.named()[table.name]) == table_bytes(table, tables.named()[table.name])


def test_a_table_is_plain_sorted_csv_that_other_tools_read() -> None:
    tables = tables_of(VERSIONS, [an_exam({}, {})])
    data = table_bytes(RESULTS, tables.results)
    assert b"\r" not in data
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert tuple(rows[0]) == RESULTS.names
    keys = [(row["USUBJID"], int(row["VISITNUM"]), row["SIDE"], row["SEGCD"], row["TESTCD"]) for row in rows]
    assert keys == sorted(keys)


def test_another_header_is_refused_with_what_was_found() -> None:
    data = table_bytes(RESULTS, ()).replace(b"SOURCE", b"ORIGIN")
    with pytest.raises(ColumnsDifferError) as refused:
        read_table(RESULTS, data)
    assert "ORIGIN" in refused.value.found


def test_the_dictionary_names_every_column_of_every_file_once() -> None:
    rows = dictionary_rows(tables_for(reduced()), "DEMO")
    assert len({row[:2] for row in rows}) == len(rows) == sum(len(table.columns) for table in tables_for(reduced()))
    assert {len(row) for row in rows} == {len(DICTIONARY_HEADER)}
    assert {row[-1] for row in rows} == {"DEMO"}


def test_every_column_has_a_name_and_a_label_that_a_transport_file_takes() -> None:
    for table in (*tables_for(reduced()), GUESS):
        names = table.xpt_names
        assert len(set(names.values())) == len(table.names)
        assert all(XPT_NAME.fullmatch(name) for name in names.values())
        assert [name for name in table.names if len(name) <= 8] == [name for name in table.names if names[name] == name]
        long = [column.name for column in table.columns if len(column.xpt_label) > XPT_LABEL or not column.xpt_label.isascii()]
        assert not long, (table.name, long)


def test_the_transport_name_of_a_column_stays_when_others_are_added() -> None:
    alone = Table("t", "", (Column("CFV_VNCOMPR", ""),)).xpt_names
    later = Table("t", "", (Column("CFV_VNFLOW", ""), Column("CFV_VNCOMPR", ""), Column("STUDYID", ""))).xpt_names
    assert later["CFV_VNCOMPR"] == alone["CFV_VNCOMPR"]
    assert later["STUDYID"] == "STUDYID"


def test_codes_stand_in_their_order_with_their_standard_code() -> None:
    codes = codelists_for(reduced())
    for name in {code.codelist for code in codes}:
        assert [code.order for code in codes if code.codelist == name] == list(range(1, 1 + sum(c.codelist == name for c in codes)))
    rows = codelist_rows(codes)
    assert {len(row) for row in rows} == {len(CODELIST_HEADER)}
    segments = {code.code: code for code in codes if code.codelist == "SEGCD"}
    for segment in reduced().segments:
        found = segments[segment.id]
        assert (found.scheme, found.value, found.extended) == (segment.code.scheme, segment.code.value, segment.export.loc_extended)
    item = reduced().item("COMP")
    assert isinstance(item, ChoiceItem)
    options = [code for code in codes if code.codelist == item.export.testcd]
    local = reduced().codings.local_scheme
    expected = [(o.code.scheme, o.code.value) if o.code else (local, f"COMP-{n}") for n, o in enumerate(item.options, 1)]
    assert [(code.scheme, code.value) for code in options] == expected


def test_column_names_are_short_upper_case_but_for_the_wide_table() -> None:
    for table in (READINGS, RESULTS):
        assert all(len(name) <= 8 and name.isupper() for name in table.names)
    assert "POPV_VNCOMPR" in subject_visit(reduced()).names
    assert "CIV_VNCOMPR" not in subject_visit(reduced()).names, "compressibility is not asked of an iliac vein"


def test_code_lists_hold_every_code_that_the_tables_hold() -> None:
    tables = tables_of(VERSIONS, [an_exam({"COMP_CFV": "NE:WINDOW"}, {"COMP_CFV": 2}, {"COMP_CFV": 1})])
    codes = {(code.codelist, code.code) for code in codelists_for(reduced())}
    for row in tables.results:
        assert row["EVALSTAT"] or (row["TESTCD"], row["RESCD"]) in codes


# ---------------------------------------------------------------- a folder


def clips_named(tables: Tables) -> list[dict[str, str]]:
    """A clip for each one that a grade rests on; what it shows nobody said."""
    rows = {row["CLIPID"]: row for row in (*tables.evidence, *tables.measurements)}
    blank, told = dict.fromkeys(CLIPS.names, ""), (*CLIPS.key, "VISIT")
    return [{**blank, **{name: row[name] for name in told}, "STATE": "RELEASED"} for row in rows.values()]


def a_package(folder: Path, tables: Tables) -> Path:
    with half_made(folder) as made:
        with table_files(made, tables_for(reduced())) as files:
            files.add(tables.named())
            files.add({"clips": clips_named(tables)})
        write_file(made, PackageFile(f"codebook/charter_{reduced().version}.toml", reduced_bytes()))
        counts = {table.path: files.counts[table.name] for table in tables_for(reduced())}
        seal(made, {"charter": [{"hash": reduced().hash}]}, entries_of(made, counts), lambda _manifest: "")
    return folder


def faults_of(folder: Path) -> list[str]:
    loaded, faults = load(folder)
    assert loaded is not None
    versions, more = versions_of(loaded)
    assert versions is not None
    wrong, _ = table_faults(versions, loaded)
    return [f"{fault.where}: {fault.what}" for fault in (*faults, *more, *wrong, *recomputed_faults(versions, loaded))]


def redone(folder: Path, table: str, old: str, new: str) -> None:
    """Changes a table and makes every hash right again, as somebody would who wants the change to go unseen."""
    file = folder / "data" / f"{table}.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    for entry in manifest["files"]:
        data = (folder / entry["path"]).read_bytes()
        entry["bytes"], entry["sha256"] = len(data), hashlib.sha256(data).hexdigest()
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    names = [*(entry["path"] for entry in manifest["files"]), "MANIFEST.json"]
    (folder / SUMS).write_text("".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return a_package(tmp_path / "package", tables_of(VERSIONS, [an_exam({}, {"COMP_CFV": 2}, {"COMP_CFV": 1})]))


def test_a_package_as_written_has_no_fault(package: Path) -> None:
    assert faults_of(package) == []


@pytest.mark.parametrize(
    ("table", "old", "new", "named"),
    [
        ("results", "partial,Partial,1,,,,ADJUDICATED", "full,Partial,1,,,,ADJUDICATED", "data/results.csv DVT-LE S001 2 LEFT CFV VNCOMPR"),
        ("results", "CONCORDANT", "REFERENCE", "data/results.csv DVT-LE S001 2 IVC IMGQUAL"),
        ("readings", ",Y,2026-01-12T12", ",N,2026-01-12T12", "data/readings.csv DVT-LE S001 2 IVC IMGQUAL READER 1"),
        ("subject_visit", "0.9.0", "9.9.9", "data/subject_visit.csv DVT-LE S001 2"),
    ],
)
def test_a_changed_row_is_found_by_the_readings_though_every_hash_fits(package: Path, table: str, old: str, new: str, named: str) -> None:
    redone(package, table, old, new)
    faults = faults_of(package)
    assert any(fault.startswith(named) for fault in faults), faults


def test_a_changed_file_a_missing_one_and_a_stray_one_are_named(package: Path) -> None:
    (package / "data/results.csv").write_bytes((package / "data/results.csv").read_bytes().replace(b"full", b"FULL"))
    (package / "codebook/extra.txt").write_text("x")
    faults = faults_of(package)
    assert "data/results.csv: differs from its hash in the manifest" in faults
    assert "codebook/extra.txt: is not named by the manifest" in faults


def test_a_manifest_that_names_a_file_outside_is_refused(package: Path) -> None:
    manifest = json.loads((package / "MANIFEST.json").read_text())
    manifest["files"].append({"path": "../secret", "sha256": "0" * 64, "bytes": 1, "rows": None})
    (package / "MANIFEST.json").write_text(json.dumps(manifest))
    assert "../secret: a name outside the package" in faults_of(package)


def test_an_existing_package_is_never_overwritten(package: Path) -> None:
    before = (package / SUMS).read_bytes()
    with pytest.raises(PackageExistsError), half_made(package):
        pytest.fail("it was begun")
    assert (package / SUMS).read_bytes() == before


def test_what_a_killed_process_left_goes_with_the_next_package_of_that_name(tmp_path: Path) -> None:
    left, other = tmp_path / ".package.x1y2", tmp_path / ".packages.x1y2"
    for folder in (left, other):
        (folder / "data").mkdir(parents=True)
    with half_made(tmp_path / "package"):
        pass
    assert sorted(tmp_path.iterdir()) == [other, tmp_path / "package"]


def test_nothing_half_made_stays_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError), half_made(tmp_path / "package") as made:  # noqa: PT012 - leaving the folder is what is tried
        write_file(made, PackageFile("a", b"1"))
        write_file(made, PackageFile("a", b"2"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", EXECUTED)
def test_p11_72_a_cell_that_a_spreadsheet_executes_stops_the_line(start: str) -> None:
    tables = tables_of(VERSIONS, [an_exam({}, {})]).named()
    for table in (one for one in tables_for(reduced()) if tables.get(one.name)):
        sound = sorted(tables[table.name], key=key_of(table))
        assert list(content_faults(VERSIONS, table, sound)) == []
        for column in (one for one in table.columns if one.kind == "text"):
            bad = ({**sound[0], column.name: f"{start}SUM(A1)"},)
            told = [fault.what for fault in content_faults(VERSIONS, table, bad)]
            assert any(what.startswith(f"{column.name} begins with") for what in told), (table.name, column.name)


@pytest.mark.parametrize(("change", "faults"), [("-11", 0), ("-4.5", 0), ("-11+1", 1), ("-", 1), ("-1e3", 1), ("--1", 1)])
def test_p11_72_a_number_below_zero_is_no_formula(change: str, faults: int) -> None:
    table = next(one for one in tables_for(reduced()) if one.name == "subject_visit")
    row = {**tables_of(VERSIONS, [an_exam({}, {})]).named()[table.name][0], "COMPWRST": change}
    assert len(list(content_faults(VERSIONS, table, (row,)))) == faults


@pytest.mark.parametrize(("unit", "faults"), [("%", 0), ("%/min/m2", 0), ("%{predicted}", 0), ("%0A=1", 1), ("%SUM(A1)", 1)])
def test_p11_72_a_unit_in_percent_is_no_formula(unit: str, faults: int) -> None:
    row = {**tables_of(VERSIONS, [an_exam({}, {})]).results[0], "UNIT": unit}
    assert len(list(content_faults(VERSIONS, RESULTS, (row,)))) == faults


@pytest.mark.parametrize("start", EXECUTED)
def test_p11_72_no_subject_is_called_like_a_formula(start: str) -> None:
    with pytest.raises(IntakeRefusedError):
        require_names(reduced(), f"{start}S001", "D10")


def test_a_lone_carriage_return_is_quoted_so_that_its_row_stays_one_row() -> None:
    assert csv_bytes(("A", "B"), [("a\rb", "c"), ("d\ne", "f\r\n")]) == b'A,B\n"a\rb",c\n"d\ne","f\r\n"\n'
