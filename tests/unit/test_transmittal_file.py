"""Transmittals: what a site may write, and that every fault of the file is told at once, by row and column, without a word of it."""

import csv
from collections.abc import Iterator

import pytest

from corelab.domain.charter import Charter, load_charter
from corelab.domain.clip_label import View
from corelab.domain.transmittal import RowFault, Transmittal, TransmittalRefusedError
from corelab.domain.transmittal_file import inner_path, read_transmittal
from corelab.domain.vocabulary import Side
from tests.charter_builders import DVT, full

CHARTER = load_charter(full(DVT).encode())
STUDY, NEVER = (next(each.id for each in CHARTER.segments if each.side == side) for side in ("study", "unpaired"))
VISIT = CHARTER.visits[0].id
HEAD = "subject,visit,path_or_study_uid"


@pytest.fixture(autouse=True)
def longest_field() -> Iterator[None]:
    """Python's own: a library that judges packages in other tests raises it for the whole process."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


def read(*rows: str, head: str = HEAD) -> Transmittal:
    return read_transmittal("\n".join((head, *rows)).encode(), CHARTER)


def faults(content: bytes | str, charter: Charter = CHARTER) -> list[tuple[int | None, str | None, RowFault]]:
    with pytest.raises(TransmittalRefusedError) as refused:
        read_transmittal(content.encode() if isinstance(content, str) else content, charter)
    return [(fault.row, fault.column, fault.kind) for fault in refused.value.faults]


def test_the_three_needed_columns_are_enough() -> None:
    (line,) = read(f"S-1,{VISIT},a/1.dcm").lines
    assert (line.row, line.subject, line.visit, line.place) == (2, "S-1", VISIT, "a/1.dcm")
    assert (line.segment, line.side, line.view, line.n_files, line.sha256, line.study_date) == (None,) * 6


def test_all_columns_in_any_order_with_a_mark_windows_ends_and_quotes() -> None:
    head = "sha256,COMMENT, n_files ,view,side,segment,path_or_study_uid,study_date,visit,subject,site"
    row = f'{"A" * 64},"=cmd|\' /C calc\'!A0, said ""so""\nyesterday",1,REST,l,{STUDY},"a b\\ü,1.dcm",2026-01-31,{VISIT},S-1,B01'
    read_ = read_transmittal(f"\ufeff{head}\r\n{row}\r\n,,,,,,,,,,\r\n".encode(), CHARTER)
    (line,) = read_.lines
    assert read_.site == "B01"
    assert (line.place, line.side, line.view, line.n_files, line.sha256) == ("a b/ü,1.dcm", Side.LEFT, View.REST, 1, "a" * 64)
    assert str(line.study_date) == "2026-01-31"
    assert "calc" not in repr(read_)
    assert "1.dcm" not in repr(read_)


def test_a_segment_without_a_side_is_unpaired() -> None:
    (line,) = read(f"S-1,{VISIT},a,{NEVER},", head=f"{HEAD},segment,side").lines
    assert line.side is Side.UNPAIRED


def test_every_fault_is_told_at_once() -> None:
    found = faults(
        "\n".join(
            (
                f"{HEAD},segment,side,view,n_files,sha256,study_date,site",
                f"S 1,{VISIT},a,,,,,,,",
                "S-1,NEVER,b,,,,,,,",
                f"S-1,{VISIT},,,,,,,,",
                f"S-1,{VISIT},../c,XXX,Q,standing,0,12,31.01.2026,?",
                f"S-1,{VISIT},b,{NEVER},L,,,,,",
                f"S-1,{VISIT},d,,R,,2,{'a' * 64},,S1",
                f"S-1,{VISIT},e,,,,,,,S2",
                f"S-1,{VISIT},f",
                f"S-1,{VISIT},g\x07,,,,,,,",
            )
        )
    )
    path = "path_or_study_uid"
    assert found == [
        (2, "subject", RowFault.SUBJECT),
        (3, "visit", RowFault.VISIT),
        (4, path, RowFault.BLANK),
        (5, "site", RowFault.SITE),
        (5, "side", RowFault.SIDE),
        (5, "segment", RowFault.SEGMENT),
        (5, path, RowFault.ESCAPES),
        (5, "view", RowFault.VIEW),
        (5, "n_files", RowFault.FILES),
        (5, "sha256", RowFault.HASH),
        (5, "study_date", RowFault.DATE),
        (6, "side", RowFault.SIDE_NEVER),
        (6, path, RowFault.TWICE),
        (7, "side", RowFault.SIDE_OF_NONE),
        (7, "sha256", RowFault.HASH_OF_MANY),
        (8, "site", RowFault.SITES),
        (9, None, RowFault.FIELDS),
        (10, path, RowFault.CONTROL),
    ]


def test_unknown_missing_and_repeated_columns_are_named() -> None:
    assert faults("subject,subject,patient\x07name,\nS-1,S-1,x,y\n") == [
        (1, "subject", RowFault.COLUMN_TWICE),
        (1, "patient?name", RowFault.COLUMN_UNKNOWN),
        (1, "(empty)", RowFault.COLUMN_UNKNOWN),
        (1, "visit", RowFault.COLUMN_MISSING),
        (1, "path_or_study_uid", RowFault.COLUMN_MISSING),
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", [(None, None, RowFault.EMPTY)]),
        (HEAD.encode(), [(None, None, RowFault.EMPTY)]),
        (HEAD.replace(",", ";").encode() + b"\na;b;c", [(1, None, RowFault.SEMICOLONS)]),
        (HEAD.encode("utf-16"), [(None, None, RowFault.WIDE)]),
        (f"{HEAD}\n\xfc,a,b\nx,a,b\n\xe9,a,b".encode("latin-1"), [(2, None, RowFault.ENCODING), (4, None, RowFault.ENCODING)]),
        (f"{HEAD}\nS-1,{VISIT},a\0b".encode(), [(2, None, RowFault.NUL)]),
        (f'{HEAD}\nS-1,{VISIT},a\nS-1,{VISIT},"b\n'.encode(), [(3, None, RowFault.QUOTES)]),
        (f"{HEAD}\nS-1,{VISIT},{'x' * (1 << 20)}".encode(), [(2, None, RowFault.LONG)]),
        (f"{HEAD}\nS-1,{VISIT},{'x' * 3000}".encode(), [(2, "path_or_study_uid", RowFault.LONG)]),
        (b"\n" * 10_000_000, [(None, None, RowFault.ROWS)]),
        (HEAD.encode() + b"\nS,V,p" * 10_000_000, [(None, None, RowFault.SIZE)]),
    ],
)
def test_files_that_are_no_transmittal_end_in_words(content: bytes, found: object) -> None:
    assert faults(content) == found


def test_too_many_faults_are_counted() -> None:
    with pytest.raises(TransmittalRefusedError) as refused:
        read(*[f"S-1,NEVER,{n}" for n in range(1500)])
    assert (len(refused.value.faults), refused.value.left_out) == (1000, 500)
    assert refused.value.message.endswith("\nand 500 more")


@pytest.mark.parametrize("path", ["/a", "\\\\host\\a", "c:a", "C:\\a", "a/../../b", "..", "..\\a", "a\\..\\b"])
def test_no_path_leads_out(path: str) -> None:
    assert inner_path(path) is None


def test_words_never_repeat_a_cell() -> None:
    with pytest.raises(TransmittalRefusedError) as refused:
        read("QUORLIMAX 1,QUORLIMAX,../QUORLIMAX,QUORLIMAX", head=f"{HEAD},segment")
    assert len(refused.value.faults) == 4
    assert "QUORLIMAX" not in refused.value.message
    assert "Row 2 column visit: The charter has no such visit." in refused.value.message
