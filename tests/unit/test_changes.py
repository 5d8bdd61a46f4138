"""Two packages compared: rows that are new, changed or gone, each with its cause; as streams, in the same order whatever their size."""

import io
from collections.abc import Iterable, Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.specification import NamedColumn, Specification
from corelab.export import changes
from corelab.export.causes import Cause, Causes, Concerns, Reason
from corelab.export.changes import as_kept, lines, on_disk_sorted, raw_rows
from corelab.export.changes_told import Found, Told, told
from corelab.export.columns import Column, Table
from corelab.export.writers import Row, csv_writer, key_of

TABLE = Table(
    "grades",
    "Grades",
    (
        Column("USUBJID", "Subject", key=True),
        Column("VISITNUM", "Visit", "integer", key=True),
        Column("VISIT", "Visit"),
        Column("GRADE", "Grade"),
        Column("NOTE", "Note", "free text"),
    ),
)
NEW_READING, NOTHING = Cause(Reason.NEW_RECORD, 40), Causes.of((), Cause(Reason.PROGRAM))


def specification(table: Table = TABLE) -> Specification:
    columns = tuple(NamedColumn(one.name, one.label, one.kind, one.length, one.codelist or "", one.key) for one in table.columns)
    return Specification("1.4.0", {table.name: columns}, {})


def row(subject: str, visit: int, grade: str = "0", note: str = "") -> Row:
    return {"USUBJID": subject, "VISITNUM": str(visit), "VISIT": f"V{visit}", "GRADE": grade, "NOTE": note}


def marked(text: str) -> str:
    return f"mark of {len(text)}" if text else ""


def kept(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as they stand in a file, and as a lab keeps them."""
    text = io.StringIO(newline="")
    csv_writer(text).writerows([row[name] for name in TABLE.names] for row in rows)
    return as_kept(TABLE, raw_rows(io.StringIO(text.getvalue(), newline="")), marked)


def compared(old: Iterable[Row], new: Iterable[Row], causes: Causes = NOTHING) -> list[tuple[str, ...]]:
    return list(lines(TABLE, specification(), (kept(old), kept(new)), causes))


def test_a_row_that_is_new_or_gone_has_one_line_and_a_changed_cell_has_its_values() -> None:
    old = [row("S01", 2, "1"), row("S01", 10, "0"), row("S02", 1, "2")]
    new = [row("S01", 2, "1"), row("S01", 10, "3"), row("S03", 1, "2")]
    assert compared(old, new) == [
        ("data/grades.csv", "S01|10", "GRADE", "0", "3", "CHANGED", "PROGRAM", ""),
        ("data/grades.csv", "S02|1", "", "", "", "DELETED", "PROGRAM", ""),
        ("data/grades.csv", "S03|1", "", "", "", "ADDED", "PROGRAM", ""),
    ]


def test_free_text_is_never_shown_only_that_it_changed() -> None:
    found = compared([row("S01", 1, note="a thrombus?")], [row("S01", 1, note="Mrs Smith")])
    assert found == [("data/grades.csv", "S01|1", "NOTE", "", "text changed", "CHANGED", "PROGRAM", "")]
    assert compared([row("S01", 1, note="same")], [row("S01", 1, note="same")]) == []


def test_line_breaks_and_quotes_inside_of_a_value_end_no_row() -> None:
    grades = ["a\nb", 'say "x"', "a,b", '"', "a\rb", "c\r\nd\n"]
    old = [row("S01", n, grade, f"note {grade}") for n, grade in enumerate(grades)]
    assert list(raw_rows(kept(old))) == list(kept(old))
    assert len(list(kept(old))) == len(grades)
    assert compared(old, old) == []
    new = [*old[:2], row("S01", 2, "a;b", "note a,b"), *old[3:]]
    assert compared(old, new) == [("data/grades.csv", "S01|2", "GRADE", "a,b", "a;b", "CHANGED", "PROGRAM", "")]


def test_columns_that_came_or_went_are_not_compared_cell_by_cell() -> None:
    without = Table("grades", "Grades", tuple(column for column in TABLE.columns if column.name != "VISIT"))
    ((*told,),) = lines(without, specification(), (kept([row("S01", 1, "0")]), iter(["S01,1,2,\n"])), NOTHING)
    assert told[1:6] == ["S01|1", "GRADE", "0", "2", "CHANGED"]
    assert list(lines(TABLE, specification(without), (iter(["S01,1,2,\n"]), kept([row("S01", 1, "2")])), NOTHING)) == []


def test_a_value_with_the_separator_in_it_stays_one_value_of_the_key() -> None:
    ((_, key, *_),) = compared([], [row("A|B\\C", 1)])
    assert key == "A\\|B\\\\C|1"


def test_rows_out_of_order_or_twice_are_refused() -> None:
    for rows in ([row("S02", 1), row("S01", 1)], [row("S01", 10), row("S01", 2)], [row("S01", 1), row("S01", 1)]):
        with pytest.raises(ValueError, match="not sorted"):
            compared(rows, [row("S09", 1)])
        with pytest.raises(ValueError, match="not sorted"):
            compared([row("S09", 1)], rows)


KEYS = st.tuples(st.sampled_from(["S01", "S02", "S1", "T|1"]), st.integers(-3, 12))
TABLES = st.dictionaries(KEYS, st.sampled_from(["0", "1", "NE"]), max_size=12)


def rows_of(grades: Mapping[tuple[str, int], str]) -> list[Row]:
    return sorted((row(*key, grade) for key, grade in grades.items()), key=key_of(TABLE))


@given(TABLES, TABLES)
@settings(max_examples=200, deadline=None)
def test_the_differences_turn_one_table_into_the_other(old: dict[tuple[str, int], str], new: dict[tuple[str, int], str]) -> None:
    patched = {f"{subject}|{visit}".replace("T|1", "T\\|1"): grade for (subject, visit), grade in old.items()}
    target = {f"{subject}|{visit}".replace("T|1", "T\\|1"): grade for (subject, visit), grade in new.items()}
    for _, key, column, before, after, kind, _, _ in compared(rows_of(old), rows_of(new)):
        match kind:
            case "ADDED":
                assert key not in patched
                patched[key] = target[key]
            case "DELETED":
                del patched[key]
            case _:
                assert (column, patched[key]) == ("GRADE", before)
                patched[key] = after
    assert patched == target


@given(TABLES)
@settings(max_examples=50, deadline=None)
def test_a_table_does_not_differ_from_itself(grades: dict[tuple[str, int], str]) -> None:
    assert compared(rows_of(grades), rows_of(grades)) == []


def test_more_lines_than_fit_into_one_run_come_out_sorted_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_RUN", 7)
    found = [("f", f"S{n * 37 % 100:02d}", "C", "a\nb", 'say "x"', "CHANGED", "PROGRAM", str(n)) for n in range(100)]
    assert list(on_disk_sorted(found)) == sorted(found)
    assert list(on_disk_sorted(found[:7])) == sorted(found[:7])
    assert list(on_disk_sorted([])) == []


def test_a_row_is_explained_by_its_record_then_its_exam_then_its_subject() -> None:
    found = Causes.of(
        [
            Concerns(Cause(Reason.NEW_RECORD, 50), subject="S01", visit="BL", record="r1"),
            Concerns(Cause(Reason.INVALIDATED, 60), subject="S01", visit="BL", record="r2"),
            Concerns(Cause(Reason.NEW_RECORD, 70), subject="S01", visit="BL", record="r3"),
            Concerns(Cause(Reason.SUBJECT_DATA, 80), subject="S02"),
            Concerns(Cause(Reason.INTAKE, 81), subject="S03", visit="BL", clip="c1"),
            Concerns(Cause(Reason.QUERY, 90), query="7"),
        ],
        Cause(Reason.PROGRAM),
    )

    def why(**named: str) -> tuple[str, int | None]:
        cause = found.of_row(named)
        return cause.reason.value, cause.seq

    assert why(USUBJID="S01", VISIT="BL", RECID="r1") == ("NEW RECORD", 50)
    rests_on = found.of_row({"USUBJID": "S01", "VISIT": "BL", "RECID": "r1"}, is_record=False)
    assert (rests_on.reason, rests_on.seq) == (Reason.INVALIDATED, 60)
    assert why(USUBJID="S01", VISIT="BL", RECID="older") == ("INVALIDATED", 60)
    assert why(USUBJID="S01", VISIT="D10") == ("INVALIDATED", 60), "a date or an endpoint may rest on another visit"
    assert why(USUBJID="S02", VISIT="BL") == ("SUBJECT DATA", 80)
    assert why(USUBJID="S03", VISIT="BL", CLIPID="c1") == ("INTAKE", 81)
    assert why(QNUM="7", USUBJID="", VISIT="") == ("QUERY", 90)
    assert why(USUBJID="S09", VISIT="BL") == ("PROGRAM", None)


def test_of_two_events_of_one_kind_the_later_is_named() -> None:
    assert Cause(Reason.REVISED, 3).or_better(Cause(Reason.REVISED, 9)).seq == 9
    assert Cause(Reason.QUERY, 9).or_better(Cause(Reason.INVALIDATED, 3)).seq == 3


FACTS = {"trial": "DEMO-01", "transfer": "T002", "cutoff": {"at": "2026-01-12T10:00:00.000Z", "seq": 99}}


def test_the_text_for_people_counts_files_reasons_and_names_new_exams() -> None:
    found = Found()
    lines_ = [
        ("data/subject_visit.csv", "DEMO-01|S02|1", "", "", "", "ADDED", "NEW RECORD", "40"),
        ("data/results.csv", "DEMO-01|S02|1|LEFT|CFV|X", "", "", "", "ADDED", "NEW RECORD", "40"),
        ("data/results.csv", "DEMO-01|S01|1|LEFT|CFV|X", "RESCD", "0", "1", "CHANGED", "INVALIDATED", "60"),
    ]
    assert list(found.counted(lines_)) == lines_
    text = told(Told(FACTS, "T001", kept=True, differs=(), found=found))
    assert "| data/results.csv | 1 | 1 | 0 |" in text
    assert "| NEW RECORD | 2 |" in text
    assert "- DEMO-01 S02 1" in text
    assert "not in any more" not in text


@pytest.mark.parametrize(("last", "says"), [(None, "the first transfer"), ("T001", "kept no rows")])
def test_without_kept_rows_the_text_says_why_nothing_is_compared(last: str | None, says: str) -> None:
    text = told(Told(FACTS, last, kept=False, differs=(), found=Found()))
    assert says in text
    assert "## Rows" not in text
