"""Readings as SDTM: the domain CV with its qualifiers, as Dataset-JSON and transport files, described by Define-XML."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from corelab.export.sdtm.checks import Checker, schema_faults
from corelab.export.sdtm.dataset_json import DatasetFile
from corelab.export.sdtm.define import write_define, write_page
from corelab.export.sdtm.filled import Filled
from corelab.export.sdtm.ids import FOLDER
from corelab.export.sdtm.rows import Subject, subjects_of
from corelab.export.sdtm.schema import Schema, schema_of
from corelab.export.written import PartRefusedError, Written
from corelab.resources import resource

STYLESHEET = "define2-1.xsl"
_TOLD = 5


def write(package: Written, into: Path) -> None:
    """cv.json, suppcv.json, define.xml with its stylesheet, and the page that they make. Raises PartRefusedError, LookupError, OSError."""
    folder = into / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    schema = schema_of(package.versions.all)
    filled = Filled()
    cv, suppcv = (DatasetFile(folder / f"{one.name.lower()}.json", one, package.facts) for one in schema.datasets)
    with cv, suppcv:
        for subject in checked(package, schema):
            cv.add(subject.cv)
            suppcv.add(subject.suppcv)
            filled.see(schema.cv, subject.cv)
            filled.see(schema.suppcv, subject.suppcv)
        cv.finish()
        suppcv.finish()
    write_define(folder / "define.xml", schema, package, filled)
    shutil.copyfile(resource("sdtm", STYLESHEET), folder / STYLESHEET)
    write_page(folder / "define.html", folder / "define.xml", folder / STYLESHEET)


def checked(package: Written, schema: Schema) -> Iterator[Subject]:
    """Every subject, whose rows keep every rule. Raises PartRefusedError with the first faults."""
    _refuse(list(schema_faults(schema)))
    checker = Checker(schema)
    for subject in subjects_of(package):
        _refuse(list(checker.faults(subject)))
        yield subject


def _refuse(faults: list[str]) -> None:
    if faults:
        more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
        raise PartRefusedError(FOLDER, "; ".join(faults[:_TOLD]) + more)
