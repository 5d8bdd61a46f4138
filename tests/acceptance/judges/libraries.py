"""Judges that are libraries: schemas, and readers that give back every cell."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import frictionless
import jsonschema
import openpyxl
import pandas as pd
import pyarrow.parquet
import pyreadstat
import xmlschema
from lxml import etree
from pypdf import PdfReader

from corelab.resources import resource
from tests.acceptance.judges.verdict import Judge, Verdict

_SHOWN = 20
_DEFINE = ("schemas", "define", "2.1", "define2-1-0.xsd")
_ODM = ("schemas", "odm", "1.3.2", "ODM1-3-2.xsd")
_DATASETS = ("cv", "suppcv")


def _path(*parts: str) -> Path:
    return Path(str(resource(*parts)))


def tables(package: Path) -> Mapping[str, list[list[str]]]:
    """Every table of data/ with its header, as text."""
    found = {}
    for path in sorted((package / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.reader(file))
    return found


def data_package(package: Path) -> Verdict:
    report = frictionless.validate(str(package / "datapackage.json"))
    faults = [str(error) for error in report.flatten(["resource", "type", "note"])]
    return Verdict("frictionless", "datapackage.json", len(report.tasks), "resources", tuple(faults[:_SHOWN]))


def _by_lxml(file: Path, schema: tuple[str, ...]) -> Verdict:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, huge_tree=True)
    judge = etree.XMLSchema(etree.parse(_path(*schema), parser))
    judge.validate(etree.parse(file, parser))
    faults = tuple(str(judge.error_log).splitlines())
    return Verdict("lxml, XSD", f"{file.parent.name}/{file.name}", 1, "document", faults[:_SHOWN])


def _by_xmlschema(file: Path, schema: tuple[str, ...]) -> Verdict:
    judge = xmlschema.XMLSchema(str(_path(*schema)), allow="local")
    faults = [str(error.reason) for _, error in zip(range(_SHOWN), judge.iter_errors(str(file)), strict=False)]
    return Verdict("xmlschema", f"{file.parent.name}/{file.name}", 1, "document", tuple(faults))


def define_lxml(package: Path) -> Verdict:
    return _by_lxml(package / "sdtm/define.xml", _DEFINE)


def define_xmlschema(package: Path) -> Verdict:
    return _by_xmlschema(package / "sdtm/define.xml", _DEFINE)


def odm_lxml(package: Path) -> Verdict:
    return _by_lxml(package / "odm/audit_odm132.xml", _ODM)


def odm_xmlschema(package: Path) -> Verdict:
    return _by_xmlschema(package / "odm/audit_odm132.xml", _ODM)


def dataset_json(package: Path) -> Verdict:
    schema = json.loads(_path("schemas", "dataset-json", "dataset.schema.json").read_text(encoding="utf-8"))
    judge = jsonschema.Draft201909Validator(schema)
    documents = {name: _dataset(package, name) for name in _DATASETS}
    faults = [f"{name}: {error.message}" for name, one in documents.items() for error in judge.iter_errors(one)]
    rows = sum(len(one["rows"]) for one in documents.values())
    return Verdict("jsonschema", "sdtm/*.json", rows, "rows", tuple(faults[:_SHOWN]))


def _dataset(package: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((package / f"sdtm/{name}.json").read_text(encoding="utf-8"))
    return loaded


def _transport(package: Path, judge: str, read: Any) -> Verdict:
    """Every cell of the transport files beside the same cell of Dataset-JSON."""
    faults: list[str] = []
    cells = 0
    for name in _DATASETS:
        document = _dataset(package, name)
        names = [column["name"] for column in document["columns"]]
        frame = read(package / f"sdtm/{name}.xpt")
        if list(frame.columns) != names or len(frame) != len(document["rows"]):
            faults.append(f"{name}: {len(frame)} rows of {list(frame.columns)}")
            continue
        for at, column in enumerate(names):
            pairs = zip((row[at] for row in document["rows"]), frame[column], strict=True)
            faults += (f"{name} {column}: {ours!r} is {theirs!r}" for ours, theirs in pairs if not _same(ours, theirs))
            cells += len(frame)
    return Verdict(judge, "sdtm/*.xpt", cells, "cells", tuple(faults[:_SHOWN]))


def _same(ours: Any, theirs: Any) -> bool:
    if ours in (None, "") and (pd.isna(theirs) or theirs == ""):
        return True
    return bool(float(ours) == theirs) if isinstance(theirs, int | float) else bool(ours == theirs)


def transport_pyreadstat(package: Path) -> Verdict:
    return _transport(package, "pyreadstat", lambda path: pyreadstat.read_xport(str(path))[0])


def transport_pandas(package: Path) -> Verdict:
    return _transport(package, "pandas", lambda path: pd.read_sas(str(path), format="xport", encoding="ascii"))


def spreadsheet(package: Path) -> Verdict:
    """Every cell as text equal to the table, and none of them a formula."""
    book = openpyxl.load_workbook(package / "xlsx/results.xlsx", read_only=True)
    faults: list[str] = []
    cells = 0
    for name, rows in tables(package).items():
        sheet = list(book[name].iter_rows())
        if len(sheet) != len(rows):
            faults.append(f"{name}: {len(sheet)} rows instead of {len(rows)}")
        for number, (shown, row) in enumerate(zip(sheet, rows, strict=False)):
            said = [*(cell.value for cell in shown), *[None] * (len(row) - len(shown))]
            faults += (f"{name} row {number}: {a!r} is {b!r}" for a, b in zip(row, said, strict=True) if not _shown(a, b))
            faults += (f"{name} row {number}: a formula" for cell in shown if cell.data_type == "f")
            cells += len(row)
    return Verdict("openpyxl", "xlsx/results.xlsx", cells, "cells", tuple(faults[:_SHOWN]))


def _shown(text: str, cell: Any) -> bool:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(text) == cell
    return text == ("" if cell is None else str(cell))


def parquet(package: Path) -> Verdict:
    faults: list[str] = []
    cells = 0
    for name, rows in tables(package).items():
        found = pyarrow.parquet.read_table(package / f"parquet/{name}.parquet")
        for at, column in enumerate(rows[0]):
            values = found.column(column).to_pylist()
            pairs = zip((row[at] for row in rows[1:]), values, strict=True)
            faults += (f"{name} {column}: {text!r} is {value!r}" for text, value in pairs if not _typed(text, value))
            cells += len(values)
    return Verdict("pyarrow", "parquet/", cells, "cells", tuple(faults[:_SHOWN]))


def _typed(text: str, value: Any) -> bool:
    if value is None:
        return text == ""
    if hasattr(value, "isoformat"):
        return bool(value.isoformat()[:10] == text[:10])
    return str(value) == text


def documents(package: Path) -> Verdict:
    """Each subject of the results has a document that names it on its first page, with every page numbered."""
    results = tables(package)["results"]
    at = results[0].index("USUBJID")
    subjects = sorted({row[at] for row in results[1:]})
    faults = list(_documents(package, subjects))
    return Verdict("pypdf", "pdf/", len(subjects), "documents", tuple(faults[:_SHOWN]))


def _documents(package: Path, subjects: Iterable[str]) -> Iterator[str]:
    texts = {path.name: [page.extract_text() for page in PdfReader(path).pages] for path in sorted((package / "pdf").glob("*.pdf"))}
    for subject in subjects:
        if not any(subject in pages[0] for pages in texts.values()):
            yield f"{subject} has no document"
    for name, pages in texts.items():
        if any(f"Page {number} of {len(pages)}" not in " ".join(text.split()) for number, text in enumerate(pages, 1)):
            yield f"{name} has a page without its number"


LIBRARIES: tuple[Judge, ...] = (
    data_package,
    define_lxml,
    define_xmlschema,
    odm_lxml,
    odm_xmlschema,
    dataset_json,
    transport_pyreadstat,
    transport_pandas,
    spreadsheet,
    parquet,
    documents,
)
