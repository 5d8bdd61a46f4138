"""Tables of a package as they are written: subject by subject, each row one row whatever text it holds."""

import csv
from pathlib import Path

import pytest

from corelab.export.columns import Column, Table
from corelab.export.table_files import OutOfOrderError, table_files

NOTES = Table("notes", "", (Column("USUBJID", "", key=True), Column("SEQ", "", "integer", key=True), Column("NOTE", "")))


def note(subject: str, number: str, text: str = "") -> dict[str, str]:
    return {"USUBJID": subject, "SEQ": number, "NOTE": text}


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "a\nb", '"', ",", "\r", ""])
def test_a_row_stays_one_row_whatever_its_text(tmp_path: Path, text: str) -> None:
    with table_files(tmp_path, [NOTES]) as files:
        files.add({"notes": [note("S1", "1", text), note("S1", "2", "next")]})
        assert files.counts == {"notes": 2}
    with (tmp_path / NOTES.path).open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, strict=True)) == [["USUBJID", "SEQ", "NOTE"], ["S1", "1", text], ["S1", "2", "next"]]


def test_rows_of_a_subject_are_sorted_by_their_numbers_and_a_subject_never_comes_back(tmp_path: Path) -> None:
    with table_files(tmp_path, [NOTES]) as files:
        files.add({"notes": [note("S1", "10"), note("S1", "9")]})
        files.add({"notes": []})
        files.add({"notes": [note("S2", "1")]})
        with pytest.raises(OutOfOrderError):
            files.add({"notes": [note("S1", "11")]})
    assert (tmp_path / NOTES.path).read_text("utf-8") == "USUBJID,SEQ,NOTE\nS1,9,\nS1,10,\nS2,1,\n"
