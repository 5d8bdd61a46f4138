"""Everything a package can be checked for without a lab: files, tables, codes, and every result made anew from the readings."""

from corelab.export.check.charters import versions_of
from corelab.export.check.content import EXECUTED, content_faults, row_name, rows_of, table_faults
from corelab.export.check.derived import Recomputed, Subjects, recomputed_faults
from corelab.export.check.fault import PackageFault, limited
from corelab.export.check.listing import LARGEST_LIST, Loaded, load

__all__ = [
    "EXECUTED",
    "LARGEST_LIST",
    "Loaded",
    "PackageFault",
    "Recomputed",
    "Subjects",
    "content_faults",
    "limited",
    "load",
    "recomputed_faults",
    "row_name",
    "rows_of",
    "table_faults",
    "versions_of",
]
