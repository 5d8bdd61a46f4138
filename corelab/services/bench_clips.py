"""Clips for measuring how the window plays: put where the released ones lie, in a lab that was made for it."""

from pathlib import Path

from corelab.domain.clip import Clip
from corelab.imaging.archive import FolderArchive
from corelab.imaging.header import read_header
from corelab.services.labs import OpenLab


def stored(lab: OpenLab, file: Path) -> Clip:
    """The clip of a DICOM file, which is copied into the archive of ``lab``; it belongs to no exam."""
    archive = FolderArchive(Path(lab.clips))
    digest = archive.put(file)
    header = read_header(archive.path(digest))
    return Clip(digest, header.rows, header.columns, header.timing, header.regions)
