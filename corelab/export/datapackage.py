"""``datapackage.json``: the tables of a package for every tool that reads Data Package v2 (datapackage.org)."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from corelab.export.codebook import codelists_for
from corelab.export.columns import Code, Column, Table
from corelab.export.relations import relations_of
from corelab.export.writers import json_bytes
from corelab.export.written import Written

PATH: Final = "datapackage.json"
_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES: Final = {"integer": "integer", "number": "number", "date": "date", "datetime": "datetime"}
_DIALECT: Final = {"delimiter": ",", "doubleQuote": True, "header": True, "lineTerminator": "\n", "quoteChar": '"'}

Lists = Mapping[str, tuple[Code, ...]]


def write(package: Written, into: Path) -> None:
    facts, charter = package.facts, package.versions.main
    lists = lists_of(codelists_for(*package.versions.all))
    described = {
        "$schema": _PROFILE,
        "created": facts["cutoff"]["at"],
        "description": f"Blinded readings of ultrasound, as of event {facts['cutoff']['seq']} ({facts['cutoff']['head']}).",
        "keywords": ["clinical trial", "ultrasound", "blinded reading", facts["kind"]],
        "name": f"{facts['trial']}-{facts['transfer']}".lower(),
        "resources": [_resource(package, table, lists) for table in package.tables],
        "title": f"{facts['trial']}, transfer {facts['transfer']}: {charter.title}",
        "version": f"{facts['specification']}+{facts['transfer']}",
    }
    (into / PATH).write_bytes(json_bytes(described))


def lists_of(codes: Iterable[Code]) -> Lists:
    """The codes of each list, in their order."""
    found: dict[str, list[Code]] = {}
    for code in codes:
        found.setdefault(code.codelist, []).append(code)
    return {name: tuple(held) for name, held in found.items()}


def _resource(package: Written, table: Table, lists: Lists) -> dict[str, Any]:
    size, sha256 = _measured(package.folder / table.path)
    return {
        "bytes": size,
        "dialect": _DIALECT,
        "encoding": "utf-8",
        "format": "csv",
        "hash": f"sha256:{sha256}",
        "mediatype": "text/csv",
        "name": table.name,
        "path": table.path,
        "schema": {
            "fields": [_field(column, lists) for column in table.columns],
            "foreignKeys": [
                {"fields": list(one.fields), "reference": {"fields": list(one.fields), "resource": one.parent}}
                for one in relations_of(package.tables, table)
            ],
            "missingValues": [""],
            "primaryKey": list(table.key),
        },
        "title": table.title,
        "type": "table",
    }


def _measured(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256, read in pieces."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return file.tell(), digest.hexdigest()


def _field(column: Column, lists: Lists) -> dict[str, Any]:
    kind = _TYPES.get(column.kind, "string")
    field: dict[str, Any] = {"name": column.name, "title": column.label, "type": kind, "constraints": dict(_constraints(column, lists))}
    if column.codelist:
        field["categories"] = [{"label": code.decode, "value": code.code} for code in lists[column.codelist]]
    return field


def _constraints(column: Column, lists: Lists) -> Iterator[tuple[str, Any]]:
    if column.codelist:
        yield "enum", [code.code for code in lists[column.codelist]]
    elif column.kind not in _TYPES:
        yield "maxLength", column.length
