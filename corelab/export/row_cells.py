"""Which question on which segment a row of a package is about, in the ids of its charter."""

from corelab.domain.charter import Charter
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, ItemId, SegmentId
from corelab.export.writers import Row


def segment_of(charter: Charter, row: Row) -> SegmentId:
    """The segment at run time, with the suffix of its side where the charter has it on both. Raises LookupError."""
    if not row["SEGCD"]:
        return WHOLE_EXAM
    both = charter.segment(row["SEGCD"]).side == "both"
    return SegmentId(f"{row['SEGCD']}.{row['SIDE'][:1]}" if both else row["SEGCD"])


def item_of(charter: Charter, testcd: str) -> ItemId:
    """The item that has this name in the tables. Raises LookupError."""
    found = next((item for item in charter.items if item.export.testcd == testcd), None)
    if found is None:
        raise LookupError(testcd)
    return ItemId(found.id)


def cell_of(charter: Charter, row: Row) -> Cell:
    """Raises LookupError."""
    return Cell(segment_of(charter, row), item_of(charter, row["TESTCD"]))
