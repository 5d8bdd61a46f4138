"""The part of a package that needs more than its tables: a document for each subject, with pictures from the released clips."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from corelab.export.parts import PICTURED, Part
from corelab.export.written import Written
from corelab.imaging.archive import Archive


def documents(archive: Archive) -> Mapping[str, Part]:
    """``archive`` holds the released clips of the lab. Verifying cannot make this part again: it has no lab."""
    return {PICTURED: Part(PICTURED, partial(_write, archive), anew=False)}


def _write(archive: Archive, package: Written, into: Path) -> None:
    from corelab.export import subject_pdf  # noqa: PLC0415 - loaded when a package is made: the start stays short
    from corelab.services.packages.pictures import KeyPictures  # noqa: PLC0415 - as above

    with KeyPictures(archive) as pictures:
        subject_pdf.write(package, into, pictures)
