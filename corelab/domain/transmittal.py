"""What a site says that it sends: how each row of its list fared beside what arrived."""

from enum import Enum


class RowState(Enum):
    """How one row of a transmittal fared; UNEXPECTED is an object that no row names."""

    MATCHED = "matched"
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    HASH_DIFFERS = "hash differs"
