"""DICOM structured reports of a package: one for every signed reading, every revision of it, and every adjudication."""

from pathlib import Path

from corelab.export.sr.elements import UnfitError
from corelab.export.sr.proof import Clips
from corelab.export.sr.report import report
from corelab.export.sr.rows import SignedRows, records_of
from corelab.export.sr.terms import Terms
from corelab.export.sr.uids import of_report
from corelab.export.writers import Row
from corelab.export.written import PartRefusedError, Written

FOLDER = "dicom/sr"
_TABLES = ("readings", "evidence", "measurements", "clips")


def write(package: Written, into: Path) -> None:
    """Reports of one subject after the other. Raises PartRefusedError, OSError, and what reading the tables raises."""
    folder = into / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    terms = {charter.hash: Terms(charter) for charter in package.versions.all}
    for subject in package.subjects(_TABLES):
        clips = {row["CLIPID"]: row for row in subject.rows.get("clips", ())}
        for record in records_of(subject.rows):
            path = f"{FOLDER}/{of_report(record.first['RECID'])}.dcm"
            (into / path).write_bytes(_made(path, terms[record.first["FORMHASH"]], record, clips))


def _made(path: str, terms: Terms, record: SignedRows, clips: dict[str, Row]) -> bytes:
    try:
        return report(terms, record, Clips(clips))
    except UnfitError as error:
        raise PartRefusedError(path, str(error)) from error
    except LookupError as error:
        raise PartRefusedError(
            path, f"record {record.first['RECID']} names {error}, which is neither in the charter nor in clips.csv"
        ) from error
