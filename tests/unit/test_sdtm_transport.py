"""Transport files: as others read them they equal their source cell by cell; what would be cut or lost is refused before."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from corelab.export import sdtm
from corelab.export.sdtm import xpt
from corelab.export.sdtm.rows import subjects_of
from corelab.export.sdtm.schema import schema_of
from corelab.export.sdtm.variables import Dataset, Kind, Variable
from corelab.export.writers import Row
from corelab.export.written import PartRefusedError, Written
from tests.charter_builders import DVT, PORTAL
from tests.sdtm_builders import a_package

AT = datetime(2026, 1, 12, 10, 0, tzinfo=UTC)
FILES = ("cv", "suppcv")
SMALL = Dataset(
    "CV",
    "A dataset",
    "One record per subject",
    "FINDINGS",
    (
        Variable("USUBJID", "Subject", length=8, key=1),
        Variable("CVSTRESN", "Number", Kind.FLOAT),
        Variable("CVORRES", "Text", length=200),
    ),
)


@pytest.fixture(scope="module", params=[DVT, PORTAL, "odd"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    made = a_package(tmp_path_factory.mktemp("xpt") / "package", request.param)
    sdtm.write(made, made.folder)
    xpt.write(made, made.folder)
    return made


def rows_of(package: Written, name: str) -> Iterator[Row]:
    for subject in subjects_of(package):
        yield from subject.cv if name == "cv" else subject.suppcv


def same(read: Any, source: Row, dataset: Dataset) -> bool:
    """Whether what was read is the source: a number by value, missing as missing."""
    for variable, value in zip(dataset.variables, read, strict=True):
        told = source[variable.name]
        if variable.kind.is_number:
            if (told == "") != (value != value) or (told and float(told) != value):  # noqa: PLR0124 - missing is not itself
                return False
        elif value != told:
            return False
    return True


@pytest.mark.parametrize("name", FILES)
def test_pyreadstat_reads_what_stands_in_the_tables(package: Written, name: str) -> None:
    dataset = getattr(schema_of(package.versions.all), name)
    table, meta = pyreadstat.read_xport(str(package.folder / "sdtm" / f"{name}.xpt"))
    assert tuple(table.columns) == dataset.names
    assert tuple(meta.column_labels) == tuple(one.label for one in dataset.variables)
    assert (meta.table_name, meta.file_label) == (dataset.name, dataset.label)
    sources = list(rows_of(package, name))
    assert len(table) == len(sources) > 0
    assert all(same(read, source, dataset) for read, source in zip(table.itertuples(index=False), sources, strict=True))


@pytest.mark.parametrize("name", FILES)
def test_pandas_reads_the_same(package: Written, name: str) -> None:
    dataset = getattr(schema_of(package.versions.all), name)
    table = pd.read_sas(package.folder / "sdtm" / f"{name}.xpt", format="xport", encoding="ascii")
    for one in dataset.variables:
        if not one.kind.is_number:
            table[one.name] = table[one.name].fillna("")
        elif one.name == "VISITNUM":
            table[one.name] = table[one.name].where(table[one.name] > 1e-70, 0.0)  # how pandas reads a zero of IBM's floats
    rows = zip(table.itertuples(index=False), rows_of(package, name), strict=True)
    assert all(same(read, source, dataset) for read, source in rows)


@pytest.mark.parametrize("name", FILES)
def test_the_transport_file_and_the_dataset_json_hold_the_same(package: Written, name: str) -> None:
    told = json.loads((package.folder / "sdtm" / f"{name}.json").read_text("utf-8"))
    table, _ = pyreadstat.read_xport(str(package.folder / "sdtm" / f"{name}.xpt"))
    assert [column["name"] for column in told["columns"]] == list(table.columns)
    for read, row in zip(table.itertuples(index=False), told["rows"], strict=True):
        for one, other in zip(read, row, strict=True):
            assert (one != one and other is None) or one == (float(other) if isinstance(one, float) else other or "")  # noqa: PLR0124


def test_a_file_knows_no_time_but_that_of_the_cut_off(package: Written) -> None:
    _, meta = pyreadstat.read_xport(str(package.folder / "sdtm" / "cv.xpt"), metadataonly=True)
    assert (meta.creation_time, meta.modification_time) == (AT.replace(tzinfo=None), AT.replace(tzinfo=None))


def test_blocks_give_the_bytes_of_one(package: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xpt, "BLOCK", 97)
    xpt.write(package, tmp_path)
    for name in FILES:
        assert (tmp_path / "sdtm" / f"{name}.xpt").read_bytes() == (package.folder / "sdtm" / f"{name}.xpt").read_bytes()


def written(path: Path, dataset: Dataset, *rows: Row) -> Any:
    with xpt.TransportFile(path, dataset, AT) as file:
        file.add(rows)
        file.finish()
    return pyreadstat.read_xport(str(path))[0]


def a_row(subject: str = "S1", number: str = "1.5", text: str = "full") -> Row:
    return {"USUBJID": subject, "CVSTRESN": number, "CVORRES": text}


def test_a_number_that_is_nowhere_is_still_a_number(tmp_path: Path) -> None:
    table = written(tmp_path / "cv.xpt", SMALL, a_row(number=""))
    assert str(table["CVSTRESN"].dtype) == "float64"


def test_a_file_without_rows_has_its_variables(tmp_path: Path) -> None:
    table = written(tmp_path / "cv.xpt", SMALL)
    assert (list(table.columns), len(table)) == (list(SMALL.names), 0)


def test_200_bytes_are_written(tmp_path: Path) -> None:
    assert written(tmp_path / "cv.xpt", SMALL, a_row(text="x" * 200))["CVORRES"][0] == "x" * 200


@pytest.mark.parametrize("number", ["-0.05", "0.1", "123456.789", "999999999999", "-17"])
def test_numbers_come_back_exactly(tmp_path: Path, number: str) -> None:
    assert written(tmp_path / "cv.xpt", SMALL, a_row(number=number))["CVSTRESN"][0] == float(number)


@pytest.mark.parametrize(
    "rows",
    [
        [a_row(text="x" * 201)],
        [a_row(text="partiell geöffnet")],
        [a_row(text="two\nlines")],
        [a_row(subject="TOO-LONG-A-CODE")],
        [a_row(number="1,5")],
        [a_row(number="nan")],
        [a_row("S2"), a_row("S1")],
        [a_row("S1"), a_row("S1")],
    ],
)
def test_what_a_file_cannot_hold_is_refused_and_nothing_of_it_is_written(tmp_path: Path, rows: list[Row]) -> None:
    with xpt.TransportFile(tmp_path / "cv.xpt", SMALL, AT) as file, pytest.raises(PartRefusedError) as refused:
        file.add(rows)
    assert refused.value.path == "sdtm/cv.xpt"
    assert (tmp_path / "cv.xpt").read_bytes() == b""


@pytest.mark.parametrize(
    "dataset",
    [
        replace(SMALL, label="A label that is longer than what may stand"),
        replace(SMALL, label="Füllung"),
        replace(SMALL, variables=(*SMALL.variables, Variable("cvloc", "Place"))),
        replace(SMALL, variables=(*SMALL.variables, Variable("CVLOCATION", "Place"))),
        replace(SMALL, variables=(*SMALL.variables, Variable("1CVLOC", "Place"))),
        replace(SMALL, variables=(*SMALL.variables, Variable("CVLOC", "L" * 41))),
        replace(SMALL, variables=(*SMALL.variables, Variable("CVLOC", "Straße"))),
        replace(SMALL, variables=(*SMALL.variables, Variable("CVLOC", "Place", length=201))),
    ],
)
def test_variables_that_a_file_cannot_hold_are_refused_before_it_is_opened(tmp_path: Path, dataset: Dataset) -> None:
    with pytest.raises(PartRefusedError):
        xpt.TransportFile(tmp_path / "cv.xpt", dataset, AT)
    assert not (tmp_path / "cv.xpt").exists()
