"""What a site says that it sends: its list, read whole with all its faults at once, and how each row fared beside what arrived."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from corelab.domain.clip_label import View
from corelab.domain.vocabulary import Side

COLUMNS = ("site", "subject", "visit", "study_date", "path_or_study_uid", "segment", "side", "view", "n_files", "sha256", "comment")
REQUIRED = ("subject", "visit", "path_or_study_uid")
SIZE_LIMIT = 16 << 20
ROW_LIMIT = 50_000
FIELD_LIMIT = 2048
"""Characters of one field: no path is longer. A comment may be ten times as long; nobody keeps it."""
FAULT_LIMIT = 1000
"""More are only counted: who has so many has sent another file."""


class RowState(Enum):
    """How one row of a transmittal fared; UNEXPECTED is an object that no row names."""

    MATCHED = "matched"
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    HASH_DIFFERS = "hash differs"


class RowFault(Enum):
    """What is wrong with a transmittal, or with one row of it. Words say what to do; none of them repeats what stands in a cell."""

    GONE = "The file cannot be read. Choose it again."
    SIZE = "The file is larger than 16 MB: no list of clips is. Choose the transmittal."
    WIDE = "The file is saved as UTF-16. Save it as CSV UTF-8."
    ENCODING = "The row holds characters that are not UTF-8. Save the file as CSV UTF-8."
    NUL = "The row holds a zero byte. Save the file as CSV UTF-8."
    QUOTES = "The row cannot be read as CSV: a quotation mark is not closed, or stands inside a field. From here on nothing was read."
    EMPTY = "The file has no rows. The first line names the columns, each further line one file or study."
    SEMICOLONS = "The columns are parted by semicolons or tabs. Save the file as CSV with commas."
    ROWS = "The file has more than 50 000 rows. Send one delivery per list."
    COLUMN_UNKNOWN = "There is no such column. The columns are " + ", ".join(COLUMNS) + "."
    COLUMN_TWICE = "The column stands there twice."
    COLUMN_MISSING = "The column is missing. It is needed."
    FIELDS = "The row has more or fewer fields than there are columns."
    LONG = "The field is too long."
    CONTROL = "The field holds characters that cannot be printed."
    BLANK = "The field is empty. It is needed."
    SUBJECT = "This is no subject code: up to 64 letters, digits, dots, dashes and underscores."
    SITE = "This is no site code: up to 64 letters, digits, dots, dashes and underscores."
    SITES = "Another row names another site. One delivery comes from one site."
    VISIT = "The charter has no such visit."
    SEGMENT = "The charter has no such segment."
    SIDE = "The side is written L or R, or left or right."
    SIDE_OF_NONE = "The side stands without a segment. Name the segment, or leave both empty."
    SIDE_NEVER = "This segment has no side. Leave the side empty."
    VIEW = "The view is rest, compression or augmentation."
    DATE = "The date is written as 2026-01-31."
    FILES = "The number of files is a whole number from 1 to 50000."
    HASH = "A SHA-256 has 64 digits, 0 to 9 and a to f."
    HASH_OF_MANY = "A SHA-256 belongs to one file, but the row names several."
    ESCAPES = "The path leads out of the delivery: no leading slash, no drive letter, no two dots."
    TWICE = "An earlier row names the same file or study."
    AMBIGUOUS = "Several files of the delivery answer to this path. Write it with its folder."
    OVERLAPS = "An earlier row names a file of this row too. Each file belongs to one row."
    EXAM_CLOSED = "This exam is already with the readers; nothing can be added."
    RESERVED = "This subject belongs to the calibration set and takes no exam of the trial."
    SITE_OF_SUBJECT = "This subject belongs to another site."


@dataclass(frozen=True, slots=True)
class TransmittalFault:
    """One fault. ``row`` counts as spreadsheets do, the line of the columns being 1; None for the file as a whole.

    ``column`` is the name of a column, of an unknown one as far as it can be printed.
    """

    kind: RowFault
    row: int | None = None
    column: str | None = None

    @property
    def words(self) -> str:
        place = " ".join(each for each in (f"Row {self.row}" if self.row else "", f"column {self.column}" if self.column else "") if each)
        return f"{place[:1].upper()}{place[1:]}: {self.kind.value}" if place else self.kind.value


class TransmittalRefusedError(Exception):
    """A transmittal has faults: all of them are told, and nothing was taken in. ``left_out``: how many more there are."""

    def __init__(self, faults: Sequence[TransmittalFault], left_out: int = 0) -> None:
        super().__init__(f"{len(faults) + left_out} faults in a transmittal")
        self.faults = tuple(faults)
        self.left_out = left_out

    @property
    def message(self) -> str:
        """All faults, one a line."""
        more = [f"and {self.left_out} more"] if self.left_out else []
        return "\n".join([*(fault.words for fault in self.faults), *more])


@dataclass(frozen=True, slots=True)
class TransmittalLine:
    """One row of a transmittal that has no fault. ``place`` is a path of the delivery, or a study's UID: the site's, and never told.

    ``segment`` is the charter's id; ``side`` UNPAIRED where the segment has none. ``row`` counts as spreadsheets do.
    """

    row: int
    subject: str
    visit: str
    place: str = field(repr=False)
    segment: str | None = None
    side: Side | None = None
    view: View | None = None
    n_files: int | None = None
    sha256: str | None = None
    study_date: date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Transmittal:
    """A site's list without a fault. ``site`` is None where no row names it."""

    lines: tuple[TransmittalLine, ...]
    site: str | None = None
