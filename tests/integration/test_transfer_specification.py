"""The data transfer specification: made from a charter alone, everything that a package may hold is in it, with lines to sign on."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from corelab.domain.charter import Charter, load_charter
from corelab.export import xlsx
from corelab.export.codebook import codelists_for
from corelab.export.tables import GUESS, SPECIFICATION, tables_for
from tests.charter_builders import DVT, PORTAL, full
from tests.exam_builders import changed, reduced
from tests.written_packages import a_package


def charter_of(name: str) -> Charter:
    return load_charter(full(name).encode())


def book(path: Path, *charters: Charter) -> Any:
    xlsx.specification_file(path, charters)
    return openpyxl.load_workbook(path)


def rows(sheet: Any) -> list[tuple[str, ...]]:
    """Below the head, without escapes of nothing."""
    return [tuple(value or "" for value in row) for row in sheet.iter_rows(min_row=5, values_only=True)]


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_every_table_column_and_code_is_in_it(tmp_path: Path, name: str) -> None:
    charter = charter_of(name)
    made = book(tmp_path / "s.xlsx", charter)
    tables = (*tables_for(charter), GUESS)
    assert [row[:3] for row in rows(made["Tables"])] == [(one.path, one.title, ", ".join(one.key)) for one in tables]
    assert [row[:7] for row in rows(made["Columns"])] == [
        (table.path, one.name, one.label, one.kind, str(one.length), one.codelist or "", "key" if one.key else "")
        for table in tables
        for one in table.columns
    ]
    assert [row[:3] for row in rows(made["Code lists"])] == [(one.codelist, one.code, one.decode) for one in codelists_for(charter)]
    assert [row[0] for row in rows(made["Derivations"])] == [one.id for one in charter.derivations]
    reasons = [row[1] for row in rows(made["Missing"]) if row[0].startswith("Reason")]
    assert reasons == [one.id for one in (*charter.missing.ne, *charter.missing.ni)]


def test_it_names_the_charter_by_hash_and_has_lines_to_sign_on(tmp_path: Path) -> None:
    charter = charter_of(DVT)
    made = book(tmp_path / "s.xlsx", charter)
    facts = {row[0].value: row[1].value for row in made["Specification"].iter_rows(min_row=4) if row[1].value}
    assert (facts["Content hash"], facts["Version"], facts["Specification"]) == (charter.hash, "1.0.0", f"version {SPECIFICATION}")
    signers = [row[0] for row in made["Approval"].iter_rows(min_row=8, values_only=True)]
    assert signers == ["For the sponsor", "For data management", "For the statistical analysis", "For the core laboratory"]
    assert charter.hash in [cell.value for row in made["Approval"].iter_rows() for cell in row]


def test_every_sheet_prints_on_one_page_across_with_charter_and_page_number(tmp_path: Path) -> None:
    made = book(tmp_path / "s.xlsx", charter_of(DVT))
    for sheet in made:
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (
            "landscape", 0, True,
        )  # fmt: skip
        assert sheet.oddFooter.left.text == f"DVT-LE, charter 1.0.0 ({charter_of(DVT).hash[:12]}), specification {SPECIFICATION}"
        assert "&P" in sheet.oddFooter.right.text


def test_nothing_in_it_is_a_formula_or_names_an_arm(tmp_path: Path) -> None:
    charter = charter_of(DVT)
    cells = [cell for sheet in book(tmp_path / "s.xlsx", charter) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    said = " ".join(str(cell.value) for cell in cells).casefold()
    assert [arm for arm in charter.blinding.guess_arms if arm.casefold() in said] == []


@pytest.mark.parametrize("words", ["<r><t>=1+1</t></r>", "=1+1", "a_x0041_b"])
def test_words_of_a_charter_stay_words(tmp_path: Path, words: str) -> None:
    charter = load_charter(changed(('name = "Common femoral vein"', f'name = "{words}"')))
    made = book(tmp_path / "s.xlsx", charter)
    cells = [cell.value for row in made["Code lists"].iter_rows() for cell in row if cell.value and cell.data_type == "s"]
    assert words.replace("_x0041_", "_x005F_x0041_") in cells or words in cells


def test_codes_of_further_versions_stand_behind(tmp_path: Path) -> None:
    later = load_charter(
        changed(("[[missing.ni_reason]]", '[[missing.ni_reason]]\nid = "NEWONE"\nlabel = "New one"\n[[missing.ni_reason]]'))
    )
    made = book(tmp_path / "s.xlsx", reduced(), later)
    codes = [row[1] for row in rows(made["Code lists"]) if row[0] == "NERSN"]
    assert codes[-1] == "NEWONE"
    assert ("Further version", f"{later.version} ({later.hash})") in list(made["Specification"].iter_rows(values_only=True))


def test_a_package_carries_the_same_file_as_the_charter_alone_gives(tmp_path: Path) -> None:
    xlsx.write_specification(a_package(tmp_path / "p"), tmp_path / "p")
    xlsx.specification_file(tmp_path / "s.xlsx", [charter_of(DVT)])
    assert (tmp_path / "p" / "codebook" / "specification.xlsx").read_bytes() == (tmp_path / "s.xlsx").read_bytes()
