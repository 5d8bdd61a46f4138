"""What is said of an object of a delivery besides the words of its code: what its disc, its site's list or an earlier try says about it."""

from enum import Enum


class Remark(Enum):
    """Words to a coordinator: what it is, and what to do."""

    LIST_UNREADABLE = "The list of the disc (DICOMDIR) cannot be read. Every file beside it was looked at all the same."
    LIST_MISSING = "The list of the disc (DICOMDIR) names a file that is not there. Ask the site to send the whole disc again."
    LIST_OUTSIDE = "The list of the disc (DICOMDIR) names a file outside the disc. It was not looked for; ask the site for a new export."
    OF_THE_DISC = "A program or document that belongs to the disc, no DICOM file. Nothing is to be done."
    EXTRA = "No row of the transmittal names this file, so nobody knows whose it is. Ask the site, then deliver it again."
    OTHER_BYTES = "The file is not the one that the transmittal announces: its checksum differs. Ask the site; then accept or reject it."
    OTHER_DATE = "The transmittal gives another date of examination than the file. Ask the site whose clip it is."
    OTHER_SUBJECT = "Other files of its study belong to another subject of this delivery. Ask the site whose clip it is."
    RESUMED = "An earlier try of this delivery had taken this file in before it was interrupted. Nothing is to be done."
