"""Dataset-JSON 1.1, written as a stream and held against the published JSON Schema while it is written."""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, Self

from jsonschema import Draft201909Validator

from corelab.export.sdtm.ids import dataset_oid, metadata_oid, study_oid, variable_oid
from corelab.export.sdtm.variables import Dataset, Kind
from corelab.export.writers import Row
from corelab.export.written import PartRefusedError
from corelab.resources import resource

_TYPES: Mapping[Kind, str] = {Kind.TEXT: "string", Kind.INTEGER: "integer", Kind.FLOAT: "decimal", Kind.DATE: "date"}
_VALUES: Mapping[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.INTEGER: lambda text: int(text) if text else None,
    Kind.FLOAT: lambda text: text or None,
    Kind.DATE: lambda text: text or None,
}
"""Decimals are text with every digit that was entered (dataType decimal). Missing numbers and dates are null, missing text is empty."""
_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@cache
def _validator() -> Draft201909Validator:
    return Draft201909Validator(json.loads(resource("schemas", "dataset-json", "dataset.schema.json").read_text(encoding="utf-8")))


def head_of(dataset: Dataset, facts: Mapping[str, Any], records: int) -> dict[str, Any]:
    """All of the file but its rows. Its only time is that of the cut-off."""
    product, _, version = str(facts["product"]).partition(" ")
    return {
        "datasetJSONCreationDateTime": facts["cutoff"]["at"],
        "datasetJSONVersion": "1.1.0",
        "fileOID": f"{study_oid(facts)}.{facts['transfer']}.{dataset.name}",
        "dbLastModifiedDateTime": facts["cutoff"]["at"],
        "sourceSystem": {"name": product, "version": version or "0"},
        "studyOID": study_oid(facts),
        "metaDataVersionOID": metadata_oid(facts),
        "metaDataRef": "define.xml",
        "itemGroupOID": dataset_oid(dataset),
        "records": records,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset, number) for number in range(len(dataset.variables))],
    }


def _column(dataset: Dataset, number: int) -> dict[str, Any]:
    one = dataset.variables[number]
    column: dict[str, Any] = {"itemOID": variable_oid(dataset, one), "name": one.name, "label": one.label, "dataType": _TYPES[one.kind]}
    if one.kind is Kind.FLOAT:
        column["targetDataType"] = "decimal"
    if one.kind is Kind.TEXT:
        column["length"] = one.length
    return column | ({"keySequence": one.key} if one.key else {})


class DatasetFile:
    """One file in the making: rows wait in a temporary file until their number is known, since it stands before them."""

    def __init__(self, path: Path, dataset: Dataset, facts: Mapping[str, Any]) -> None:
        self._path, self._dataset, self._facts = path, dataset, facts
        self._values = tuple((one.name, _VALUES[one.kind]) for one in dataset.variables)
        self._shapes: set[tuple[type, ...]] = set()
        self.records = 0

    def __enter__(self) -> Self:
        self._rows: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=self._path.parent)
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def add(self, rows: Sequence[Row]) -> None:
        """Raises PartRefusedError where the schema does not allow them."""
        for row in rows:
            values = [value(row[name]) for name, value in self._values]
            self._hold_shape(values)
            self._rows.write(",\n" if self.records else "\n")
            self._rows.write(_ENCODE(values))
            self.records += 1

    def _hold_shape(self, values: list[Any]) -> None:
        """The schema asks of a row what types its values have, so rows of the same types are held against it once."""
        shape = tuple(map(type, values))
        if shape not in self._shapes:
            self._shapes.add(shape)
            self._hold(head_of(self._dataset, self._facts, 1) | {"rows": [values]})

    def finish(self) -> None:
        """Writes the file. Raises PartRefusedError, OSError."""
        head = head_of(self._dataset, self._facts, self.records)
        self._hold(head | {"rows": []})
        with self._path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}") + ',\n "rows": [')
            self._rows.seek(0)
            shutil.copyfileobj(self._rows, file)
            file.write("\n]\n}\n")

    def _hold(self, document: Mapping[str, Any]) -> None:
        fault = next(_validator().iter_errors(document), None)
        if fault is not None:
            raise PartRefusedError(f"sdtm/{self._path.name}", f"Dataset-JSON 1.1 does not allow {fault.json_path}: {fault.message}")
