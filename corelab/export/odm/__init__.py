"""A package as CDISC ODM 1.3.2: every exported grade with the transactions, audit records and signatures that the trail tells of it."""

import csv
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from lxml import etree

from corelab.export.odm import marks, names
from corelab.export.odm.clinical import SubjectWriter
from corelab.export.odm.people import Admin, admin_data
from corelab.export.odm.schema import require_valid
from corelab.export.odm.study import study_of
from corelab.export.odm.trail import Trail
from corelab.export.written import PartRefusedError, Written

__all__ = ["write"]


def write(package: Written, into: Path) -> None:
    """Writes ``odm/audit_odm132.xml``, one subject in memory at a time, and has the shipped schema judge it.

    Raises PartRefusedError for what the trail does not tell or XML cannot hold, and for a file that is not valid; OSError.
    """
    target = into / names.PATH
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with Trail(package.folder) as trail, target.open("x", encoding="utf-8", newline="") as file:
            file.writelines(_lines(package, trail))
    except (LookupError, ValueError) as error:
        raise PartRefusedError(names.PATH, f"the trail or the tables do not tell it ({type(error).__name__}: {error})") from error
    require_valid(target)


def _lines(package: Written, trail: Trail) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield marks.start("ODM", xmlns=names.NAMESPACE, **_head(package)) + "\n"
    for element in (study_of(package.facts["trial"], package.versions.all), admin_data(_admin(package, trail))):
        yield etree.tostring(element, encoding="unicode", pretty_print=True)
    for version, subjects in groupby(_subjects(package, trail), key=lambda one: one[0]):
        study = names.study(package.facts["trial"])
        yield marks.start("ClinicalData", StudyOID=study, MetaDataVersionOID=names.version(package.versions.under(version))) + "\n"
        for _, lines in subjects:
            yield from lines
        yield "</ClinicalData>\n"
    yield "</ODM>\n"


def _head(package: Written) -> dict[str, str]:
    facts = package.facts
    trial, transfer, at, previous = facts["trial"], facts["transfer"], facts["cutoff"]["at"], facts.get("previous")
    prior = {"PriorFileOID": f"{trial}.{previous['transfer']}.audit"} if previous else {}
    system, _, version = facts["product"].partition(" ")
    return {
        "FileType": "Transactional",
        "Granularity": "AllClinicalData",
        "FileOID": f"{trial}.{transfer}.audit",
        "CreationDateTime": at,
        "AsOfDateTime": at,
        "ODMVersion": "1.3.2",
        "SourceSystem": system,
        "SourceSystemVersion": version,
        "Description": f"{facts['kind']} package {transfer}: signed readings with their audit records and signatures",
        **prior,
    }


def _admin(package: Written, trail: Trail) -> Admin:
    readers, sites, records = _named(package, ("READERID", "SITEID", "RECID"))
    meanings = {signed.meaning for (_, record), signed in trail.signatures.items() if record in records}
    day = package.facts["cutoff"]["at"][:10]
    return Admin(
        trial=package.facts["trial"],
        users=(*sorted(readers), *sorted(trail.coordinators.values())),
        sites=tuple(sorted(sites - {""})),
        meanings=tuple(sorted(meanings)),
        charters={one.hash: (one, trail.approved(one.hash) or day) for one in package.versions.all},
    )


def _named(package: Written, columns: Sequence[str]) -> tuple[set[str], ...]:
    """Everything that stands in these columns of readings.csv: read for it alone, since it is told before the first subject."""
    table = package.table("readings")
    at = [table.names.index(name) for name in columns]
    with (package.folder / table.path).open(encoding="utf-8", newline="") as file:
        found = {tuple(row[place] for place in at) for row in csv.reader(file, strict=True)}
    return tuple({row[number] for row in found if row != tuple(columns)} for number in range(len(columns)))


def _subjects(package: Written, trail: Trail) -> Iterator[tuple[str, Iterator[str]]]:
    """Charter version and lines, subject by subject; a subject read under two versions has lines under each."""
    writers = {charter.hash: SubjectWriter(charter, trail) for charter in package.versions.all}
    for subject in package.subjects():
        by_version = sorted(subject.rows["readings"], key=lambda row: row["FORMHASH"])
        for version, rows in groupby(by_version, key=lambda row: row["FORMHASH"]):
            yield version, writers[version].lines(tuple(rows))
