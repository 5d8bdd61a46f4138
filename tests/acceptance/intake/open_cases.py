"""Cases that do not hold yet, with what is missing: the table says so too."""

from collections.abc import Mapping

OPEN: Mapping[str, str] = {
    "21e": "bytes behind the runs of a frame make the whole clip unreadable; they are to be cut off",
    "24b": "words on one frame are flagged only in part",
    "25b": "words over very bright speckle are flagged only in part",
    "28a": "very dark words on black are not flagged",
}
"""What the program cannot do yet, in words for the table."""
