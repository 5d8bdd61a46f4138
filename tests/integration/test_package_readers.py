"""The import scripts of a package run, and what they read is what the files say: Python and R for real, SAS statement by statement."""

import csv
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from corelab.export import readers
from corelab.export.columns import Column
from corelab.export.tables import NOTES
from corelab.export.written import Written
from tests.charter_builders import DVT, PORTAL
from tests.written_builders import a_row, written
from tests.written_packages import a_package

WORDS = (
    'seen "twice", twice',
    "two\nlines\nof it",
    "caf\u00e9 \u2265 5 mm",
    " kept ",
    "back\\slash",
    "# no comment",
    "NA",
    "'single'",
    "a;b\tc",
)
R = shutil.which("Rscript")
needs_r = pytest.mark.skipif(R is None, reason="Rscript is not installed")


def of(folder: Path, name: str = DVT) -> Written:
    package = a_package(folder, name)
    readers.write(package, folder)
    return package


def with_words(folder: Path) -> Written:
    """Free text with all that could break a reader of CSV."""
    same = {"STUDYID": "DVT-LE", "USUBJID": "S1", "VISITNUM": "1", "VISIT": "BL"}
    rows = [a_row(NOTES, **same, RECID=f"r{n}", NOTE=text) for n, text in enumerate(WORDS)]
    package = written(folder, {"notes": rows})
    readers.write(package, folder)
    return package


def module(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("package_import", folder / "import" / "import.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def each_column(package: Written) -> Iterator[tuple[str, Column]]:
    for table in package.tables:
        for column in table.columns:
            yield table.name, column


# ---------------------------------------------------------------- Python


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_python_reads_every_cell_as_it_stands(tmp_path: Path, name: str) -> None:
    package = of(tmp_path, name)
    tables = module(tmp_path).load(tmp_path)
    for table in package.tables:
        assert [[said(value) for value in row.values()] for row in tables[table.name]] == [
            list(row.values()) for row in package.rows(table.name)
        ]
    kinds = {type(row["VISITNUM"]) for row in tables["readings"]} | {type(row["RESN"]) for row in tables["readings"]}
    assert kinds == {int, Decimal, type(None)}


def test_python_reads_free_text_to_the_letter(tmp_path: Path) -> None:
    with_words(tmp_path)
    assert tuple(row["NOTE"] for row in module(tmp_path).load()["notes"]) == WORDS


def test_python_tells_labels_codes_and_what_they_mean(tmp_path: Path) -> None:
    package = of(tmp_path)
    made = module(tmp_path)
    told = {(table, name): (label, kind) for table, (_, _, columns) in made.TABLES.items() for name, label, kind, _ in columns}
    assert told == {(table, column.name): (column.label, column.kind) for table, column in each_column(package)}
    assert made.decode("readings", "EVALSTAT", "NE") == "Not evaluable"
    assert made.decode("readings", "EVALSTAT", None) is None


def test_python_refuses_a_code_that_is_in_no_list_and_other_columns(tmp_path: Path) -> None:
    of(tmp_path)
    path = tmp_path / "data" / "readings.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",PRIMARY,", ",PRIMED,", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="readings: PURPOSE holds 'PRIMED', which is not in the code list PURPOSE"):
        module(tmp_path).load()
    path.write_text(text.replace("TESTCD", "TSTCD", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="readings: other columns than this script was made for"):
        module(tmp_path).load()
    path.write_text(text.rstrip("\n") + ",more\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"readings: line \d+ has \d+ fields"):
        module(tmp_path).load()


def test_the_python_script_runs_by_itself_and_counts_rows(tmp_path: Path) -> None:
    package = of(tmp_path)
    script = str(tmp_path / "import" / "import.py")
    ran = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, check=True, timeout=120)
    lines = ran.stdout.splitlines()
    assert lines[0] == "DVT-LE T003 (TEST)"
    assert [line.split() for line in lines[1:]] == [
        [table.name, str(sum(1 for _ in package.rows(table.name))), "rows"] for table in package.tables
    ]


def test_pandas_gets_types_categories_and_labels(tmp_path: Path) -> None:
    package = of(tmp_path)
    frame = module(tmp_path).frames(tmp_path)["readings"]
    assert isinstance(frame, pd.DataFrame)
    assert (str(frame["VISITNUM"].dtype), str(frame["RESN"].dtype), str(frame["RESCD"].dtype)) == ("Int64", "Float64", "string")
    assert list(frame["EVALROLE"].cat.categories) == ["READER 1", "READER 2", "ADJUDICATOR 1"]
    assert frame.attrs["labels"]["SEGCD"] == "Segment"
    assert frame["USUBJID"].tolist() == [row["USUBJID"] for row in package.rows("readings")]


# ---------------------------------------------------------------- R

_TELL = r"""
source(file.path(commandArgs(TRUE)[1], "import", "import.R"))
tables <- read_package(commandArgs(TRUE)[1])
told <- function(x) {
  said <- if (is.factor(x)) as.character(x)
    else if (inherits(x, "POSIXct")) sprintf("%.3f", as.numeric(x))
    else if (inherits(x, "Date")) format(x)
    else if (is.numeric(x)) format(x, digits = 15, trim = TRUE, scientific = FALSE)
    else x
  ifelse(is.na(x), "", said)
}
for (name in names(tables)) {
  t <- tables[[name]]
  kinds <- vapply(t, function(x) class(x)[1L], "")
  labels <- vapply(t, function(x) attr(x, "label"), "")
  out <- as.data.frame(lapply(t, told), stringsAsFactors = FALSE)
  utils::write.csv(rbind(kinds, labels, as.matrix(out)), file.path(commandArgs(TRUE)[2], paste0(name, ".csv")), row.names = FALSE)
}
"""


def read_by_r(package: Path, out: Path, locale: str = "C.UTF-8") -> dict[str, list[list[str]]]:
    """By table: the classes of its columns, their labels, then its rows."""
    out.mkdir()
    script = out / "tell.R"
    script.write_text(_TELL, encoding="utf-8")
    environment = {**os.environ, "LC_ALL": locale, "TZ": "Asia/Kathmandu"}
    subprocess.run(
        [R or "", "--vanilla", str(script), str(package), str(out)], check=True, capture_output=True, env=environment, timeout=300
    )
    found = {}
    for file in sorted(out.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            found[file.stem] = list(csv.reader(lines))[1:]
    return found


def same(column: Column, r: str, ours: str) -> bool:
    if not ours or not r:
        return r == ours
    if column.kind in {"integer", "number"}:
        return float(r) == float(ours)
    if column.kind == "datetime":
        return r == f"{datetime.fromisoformat(ours).timestamp():.3f}"
    return r == ours


CLASSES = {"integer": {"integer", "numeric"}, "number": {"numeric"}, "date": {"Date"}, "datetime": {"POSIXct"}}


@needs_r
def test_r_reads_every_cell_with_its_type_and_label(tmp_path: Path) -> None:
    package = of(tmp_path / "p")
    found = read_by_r(tmp_path / "p", tmp_path / "out")
    assert set(found) == {table.name for table in package.tables}
    for table in package.tables:
        classes, labels, *rows = found[table.name]
        assert labels == [column.label for column in table.columns]
        for column, kind in zip(table.columns, classes, strict=True):
            expected = {"factor"} if column.codelist else CLASSES.get(column.kind, {"character"})
            assert kind in expected, (table.name, column.name)
        expected_rows = [list(row.values()) for row in package.rows(table.name)]
        assert len(rows) == len(expected_rows)
        differ = [
            (column.name, r, ours)
            for row, expected_row in zip(rows, expected_rows, strict=True)
            for column, r, ours in zip(table.columns, row, expected_row, strict=True)
            if not same(column, r, ours)
        ]
        assert differ == []


@needs_r
def test_r_reads_free_text_to_the_letter(tmp_path: Path) -> None:
    with_words(tmp_path / "p")
    notes = read_by_r(tmp_path / "p", tmp_path / "out")["notes"]
    assert tuple(row[-1] for row in notes[2:]) == WORDS


@needs_r
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_the_r_script_runs_by_itself_and_refuses_what_is_in_no_list(tmp_path: Path, locale: str) -> None:
    of(tmp_path)
    command = [R or "", "--vanilla", str(tmp_path / "import" / "import.R")]
    environment = {**os.environ, "LC_ALL": locale}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=300)
    assert ran.stdout.splitlines()[0].strip() == "DVT-LE T003 (TEST)"
    path = tmp_path / "data" / "readings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",PRIMARY,", ",PRIMED,", 1), encoding="utf-8")
    refused = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    assert refused.returncode == 1
    assert "PURPOSE holds PRIMED, which is not in the code list PURPOSE" in refused.stderr


# ---------------------------------------------------------------- SAS


def statements(text: str) -> list[str]:
    """What stands between semicolons, without comments; texts in quotes hold none here."""
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return [" ".join(one.split()) for one in re.findall(r"(?:'(?:[^']|'')*'|[^;'])+", bare) if one.strip()]


def step(text: str, table: str) -> dict[str, str]:
    """The statements of the data step of a table by their first word."""
    every = statements(text)
    first = next(n for n, one in enumerate(every) if one.startswith(f"data &library..{table} "))
    own = every[first : every.index("run", first)]
    return {one.split()[0]: one for one in own}


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_sas_declares_reads_and_labels_every_column_in_the_order_of_the_file(tmp_path: Path, name: str) -> None:
    package = of(tmp_path, name)
    text = (tmp_path / "import" / "import.sas").read_text(encoding="utf-8")
    for table in package.tables:
        own = step(text, table.name)
        assert own["input"].split()[1:] == list(table.names)
        assert own["length"].split()[1::2] == list(table.names)
        kinds = [column.kind in {"integer", "number", "date", "datetime"} for column in table.columns]
        assert [one == "8" for one in own["length"].split()[2::2]] == kinds
        labels = re.findall(r"(\w+) = '((?:[^']|'')*)'", own["label"])
        assert labels == [(column.name, column.label.replace("'", "''")) for column in table.columns]
        formats = dict(zip(own["format"].split()[1::2], own["format"].split()[2::2], strict=True))
        assert {one.name: formats[one.name] for one in table.columns if one.codelist} == {
            one.name: f"${one.codelist}_." for one in table.columns if one.codelist
        }
        file = "folded" if table.name == "notes" else f'"&package/{table.path}"'
        assert own["infile"] == f"infile {file} dsd dlm=',' firstobs=2 missover lrecl=1048576 encoding='utf-8' termstr=lf"


def test_sas_knows_every_code_of_the_lists_that_columns_name(tmp_path: Path) -> None:
    package = of(tmp_path)
    text = (tmp_path / "import" / "import.sas").read_text(encoding="utf-8")
    values = {one.split()[1]: one for one in statements(text) if one.startswith("value ")}
    named = {column.codelist for _, column in each_column(package) if column.codelist}
    assert set(values) == {f"${name}_" for name in named}
    assert "'NE' = 'Not evaluable'" in values["$EVALSTAT_"]
    assert all(len(name) <= 32 and not name[-1].isdigit() for name in values)


def test_sas_names_are_names_and_no_line_is_longer_than_it_reads(tmp_path: Path) -> None:
    package = of(tmp_path)
    text = (tmp_path / "import" / "import.sas").read_text(encoding="utf-8")
    assert all(re.fullmatch(r"[A-Z_][A-Z0-9_]{0,31}", column.name) for _, column in each_column(package))
    assert max(len(line.encode()) for line in text.splitlines()) < 256
    assert all(one.count("'") % 2 == 0 for one in statements(text))


def test_sas_keeps_line_breaks_of_free_text(tmp_path: Path) -> None:
    with_words(tmp_path)
    text = (tmp_path / "import" / "import.sas").read_text(encoding="utf-8")
    folded = text[text.index("filename folded temp;") : text.index("data &library..notes")]
    assert 'infile "&package/data/notes.csv" recfm=n;' in folded
    assert "if quoted and byte = '0A'x then byte = '0B'x;" in folded
    assert step(text, "notes")["NOTE"] == "NOTE = translate(NOTE, '0A'x, '0B'x)"


# ---------------------------------------------------------------- all of them


def test_what_an_earlier_charter_calls_otherwise_stays_readable(tmp_path: Path) -> None:
    """A text with every kind of quote stays one text in all three languages."""
    package = of(tmp_path)
    odd = Column("ODD", 'It\'s "odd" \\ & %x \u2265', codelist=None)
    table = package.tables[0]
    changed = Written(package.folder, package.facts, package.versions, (type(table)(table.name, odd.label, (odd, *table.columns)),))
    readers.write(changed, tmp_path)
    assert module(tmp_path).TABLES["readings"][0] == odd.label
    sas = (tmp_path / "import" / "import.sas").read_text(encoding="utf-8")
    assert "label='It''s \"odd\" \\ & %x \u2265'" in sas
    assert '"It\'s \\"odd\\" \\\\ & %x \\U{2265}"' in (tmp_path / "import" / "import.R").read_text(encoding="utf-8")
