"""The table of what differs from the last package."""

from corelab.export.causes import REASON_WORDS
from corelab.export.columns import Code, Column, Table

ADDED, CHANGED, DELETED = "ADDED", "CHANGED", "DELETED"
TEXT_CHANGED = "text changed"
"""Stands for free text, which is in notes.csv only."""
SEPARATOR = "|"
"""Between the values of a key; before one inside of a value, and before a backslash, stands a backslash."""

CHANGES = Table(
    "changes",
    "One row per cell that differs from the last package, and per row that is new or gone; without rows in the first package",
    (
        Column("FILE", "File that differs", length=40, key=True),
        Column(
            "KEY",
            "Key of the row: the values of the file's key columns in their order, parted by |",
            length=400,
            key=True,
            short="Key of the row, values parted by |",
        ),
        Column(
            "COLUMN",
            "Column that differs; empty for a row that is new or gone",
            length=40,
            key=True,
            short="Column; empty for a new or gone row",
        ),
        Column("OLD", "Value in the last package", length=400),
        Column("NEW", "Value in this package; text changed, where it is free text", length=400, short="Value in this package"),
        Column("KIND", "Whether the row is new, changed or gone", length=8, codelist="CHGKIND"),
        Column("REASON", "Kind of event that caused it", length=16, codelist="CHGREASN"),
        Column(
            "EVENTSEQ",
            "Number of that event in the audit trail; empty where no event is the cause",
            "integer",
            12,
            short="Number of that event in the audit trail",
        ),
    ),
    since="1.4.0",
)

CODES = (
    Code("CHGKIND", ADDED, "Row that the last package did not have"),
    Code("CHGKIND", CHANGED, "Cell with another value than in the last package"),
    Code("CHGKIND", DELETED, "Row that the last package had"),
    *(Code("CHGREASN", reason.value, words) for reason, words in REASON_WORDS.items()),
)
