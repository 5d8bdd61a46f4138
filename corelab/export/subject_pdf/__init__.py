"""One document for each subject: every visit on paper, as its tables say it, with the frames that its results rest on."""

from collections.abc import Iterator
from pathlib import Path

from corelab.export.subject_pdf.content import Package, SubjectReport, package_of
from corelab.export.subject_pdf.first_page import write_first_page
from corelab.export.subject_pdf.gathered import TABLES, Gatherer
from corelab.export.subject_pdf.sheet import Sheet
from corelab.export.subject_pdf.vein_paths import tree_of
from corelab.export.subject_pdf.visit_pages import Picture, write_visit
from corelab.export.written import Written

__all__ = ["FOLDER", "Picture", "file_name", "paths", "subject_pdf", "write"]

FOLDER = "pdf"
_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))})


def write(package: Written, into: Path, picture: Picture) -> None:
    """Writes ``pdf/<subject>.pdf``, one subject after the other. Raises OSError, ValueError, LookupError."""
    folder = into / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    gatherer, head = Gatherer(package), package_of(package.facts, package.versions.all)
    for subject in package.subjects(TABLES):
        data = subject_pdf(head, gatherer.report(subject), picture)
        (folder / file_name(subject.code)).write_bytes(data)


def paths(package: Written) -> Iterator[str]:
    """Where the documents of a package lie, one for each subject of its tables."""
    return (f"{FOLDER}/{file_name(subject.code)}" for subject in package.subjects(TABLES))


def subject_pdf(package: Package, subject: SubjectReport, picture: Picture) -> bytes:
    """The same bytes from the same content."""
    sheet = Sheet(package, subject.code)
    tree = tree_of(dict.fromkeys(segment.lies for visit in subject.visits for segment in visit.segments))
    write_first_page(sheet, package, subject, tree)
    for visit in subject.visits:
        write_visit(sheet, subject, visit, tree, picture)
    return sheet.finished()


def file_name(subject: str) -> str:
    """A code is letters, digits, dots, dashes and underscores; some of these are names of devices elsewhere."""
    stem = f"_{subject}" if subject.partition(".")[0].upper() in _RESERVED else subject
    return f"{stem}.pdf"
