"""The part of a package that needs more than its tables: a document for each subject, with pictures from the released clips."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from corelab.export.parts import PICTURED, Part
from corelab.export.written import Written


def documents(clips: Path) -> Mapping[str, Part]:
    """``clips`` are the released clips of the lab. Verifying cannot make this part again: it has no lab."""
    return {PICTURED: Part(PICTURED, partial(_write, clips), anew=False)}


def _write(clips: Path, package: Written, into: Path) -> None:
    from corelab.export import subject_pdf  # noqa: PLC0415 - loaded when a package is made: the start stays short
    from corelab.services.packages.pictures import KeyPictures  # noqa: PLC0415 - as above

    with KeyPictures(clips) as pictures:
        subject_pdf.write(package, into, pictures)
