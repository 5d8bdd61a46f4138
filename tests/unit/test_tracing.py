"""The names of rows: what is one, what is none, and that each is read back as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.domain.tracing import RecordRowId, RowId, RowUnknownError, row_named


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("S01/D10/CFV/VNCOMPR", RowId("S01", "D10", "CFV", "VNCOMPR")),
        ("S01 D10 CFV VNCOMPR", RowId("S01", "D10", "CFV", "VNCOMPR")),
        ("  S01  D10 CFV/vncompr ", RowId("S01", "D10", "CFV", "VNCOMPR")),
        ("S01/D10/-/EXCOMPL", RowId("S01", "D10", "", "EXCOMPL")),
        ("T003/S01/D10/CFV.L/VNCOMPR", RowId("S01", "D10", "CFV.L", "VNCOMPR", 3)),
        ("T001/D10/CFV/VNCOMPR", RowId("T001", "D10", "CFV", "VNCOMPR")),  # a subject of that name, not a package
        ("2fb90147-377b-4a57-9dfc-68f25247deb0/CFV/VNCOMPR", RecordRowId("2fb90147-377b-4a57-9dfc-68f25247deb0", "CFV", "VNCOMPR")),
        ("2FB901 - EXCOMPL", RecordRowId("2fb901", "", "EXCOMPL")),
    ],
)
def test_a_row_is_known_by_its_name(text: str, row: RowId | RecordRowId) -> None:
    assert row_named(text) == row


@pytest.mark.parametrize(
    "text", ["", "S01", "S01/D10", "S01/D10/CFV", "2fb90/CFV/VNCOMPR", "X/S01/D10/CFV/VNCOMPR", "T1/S01/D10/CFV/VNCOMPR"]
)
def test_what_names_no_row_is_refused(text: str) -> None:
    with pytest.raises(RowUnknownError) as refused:
        row_named(text)
    assert (refused.value.text, refused.value.named) == (text, False)


word = st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True).filter(lambda one: one != "-")


@given(
    word, word, st.one_of(st.just(""), word), st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True), st.one_of(st.none(), st.integers(1, 99999))
)
def test_every_name_is_read_back(subject: str, visit: str, segment: str, testcd: str, transfer: int | None) -> None:
    row = RowId(subject, visit, segment, testcd, transfer)
    assert row_named(row.text) == row
    assert row_named(row.text.replace("/", " ")) == row
