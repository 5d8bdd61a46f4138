"""What a package tells of its differences against its own tables: what is new or changed is there so, what is gone is not."""

from collections.abc import Iterator, Mapping
from itertools import groupby, islice

from corelab.export.change_table import ADDED, CHANGES, DELETED
from corelab.export.changes import FREE_TEXT, TOLD, key_words
from corelab.export.changes_told import Found, counted
from corelab.export.check.fault import PackageFault, limited
from corelab.export.columns import Table
from corelab.export.writers import Row
from corelab.export.written import Written

_AT_ONCE = 50_000
"""Lines that are held against their table in one go through it."""


def changed_faults(package: Written, product: str) -> Iterator[PackageFault]:
    """``product``: this program and its version; the words of another version are not made again."""
    if not package.has(CHANGES.name):
        return
    try:
        yield from limited(_of_lines(package), CHANGES.path)
        if package.facts.get("product") == product:
            yield from _of_words(package)
    except (OSError, KeyError, TypeError, ValueError) as error:
        yield PackageFault(CHANGES.path, f"cannot be held against the tables ({type(error).__name__})")


def _of_lines(package: Written) -> Iterator[PackageFault]:
    tables = {table.path: table for table in package.tables if table.name != CHANGES.name}
    if package.facts.get("previous") is None and next(package.rows(CHANGES.name), None) is not None:
        yield PackageFault(CHANGES.path, "tells of differences, and there is no package before")
    last = int(package.facts["cutoff"]["seq"])
    for path, of_file in groupby(package.rows(CHANGES.name), key=lambda row: row["FILE"]):
        if path not in tables:
            yield PackageFault(CHANGES.path, f"tells of {path}, which is no table of the package")
            continue
        while lines := tuple(islice(of_file, _AT_ONCE)):
            yield from (_fault(row, "rests on a later event") for row in lines if int(row["EVENTSEQ"] or 0) > last)
            yield from _against(package, tables[path], lines)


def _against(package: Written, table: Table, lines: tuple[Row, ...]) -> Iterator[PackageFault]:
    told: dict[str, list[Row]] = {}
    for line in lines:
        told.setdefault(line["KEY"], []).append(line)
    free = {column.name: column.kind == FREE_TEXT for column in table.columns}
    for row in package.rows(table.name):
        for line in told.pop(key_words(table, row), ()):
            what = _wrong(line, row, free)
            if what is not None:
                yield _fault(line, what)
    yield from (_fault(line, "is not there") for left in told.values() for line in left if line["KIND"] != DELETED)


def _wrong(line: Row, row: Row, free: Mapping[str, bool]) -> str | None:
    if line["KIND"] == DELETED:
        return "is told as gone, and is there"
    if line["KIND"] == ADDED:
        return None
    if line["COLUMN"] not in free:
        return f"has no column {line['COLUMN']}"
    same = free[line["COLUMN"]] or row[line["COLUMN"]] == line["NEW"]
    return None if same else f"{line['COLUMN']} is {row[line['COLUMN']]!r}, and is told as {line['NEW']!r}"


def _fault(line: Row, what: str) -> PackageFault:
    return PackageFault(f"{CHANGES.path} {line['FILE']} {line['KEY']}", what)


def _of_words(package: Written) -> Iterator[PackageFault]:
    """What CHANGES.md counts is what stands in changes.csv."""
    found = Found()
    one, two, three, four, five, six, seven, eight = CHANGES.names
    rows = package.rows(CHANGES.name)
    for _ in found.counted((r[one], r[two], r[three], r[four], r[five], r[six], r[seven], r[eight]) for r in rows):
        pass
    text = (package.folder / TOLD).read_text(encoding="utf-8")
    if found.kinds and not all(part in text for part in counted(found)):
        yield PackageFault(TOLD, f"does not count what stands in {CHANGES.path}")
