"""Cases that do not hold yet, with what is missing: the table says so too."""

from collections.abc import Mapping

OPEN: Mapping[str, str] = {
    "21e": "bytes behind the runs of a frame make the whole clip unreadable; they are to be cut off",
}
"""What the program cannot do yet, in words for the table."""
