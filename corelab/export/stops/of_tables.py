"""Checks of a package's tables alone: rows, accepted grades, and what was received against what was expected."""

from collections import Counter
from collections.abc import Iterator

from corelab.export.check import PackageFault, limited, row_name
from corelab.export.check.content import RowChecks, Rule
from corelab.export.columns import Table, in_order
from corelab.export.received import unknown_clips, unreconciled
from corelab.export.stops import Check, Stop
from corelab.export.written import SubjectRows, Written

_PLACE = ("USUBJID", "VISIT", "SIDE", "SEGCD", "TESTCD")
_CHECKS = {Rule.KEYS: Check.KEYS, Rule.CODES: Check.CODES, Rule.TYPES: Check.TYPES, Rule.FORMULAS: Check.FORMULAS}


def rows_in_order(package: Written) -> tuple[Stop, ...]:
    """Keys, code lists, types and formulas of every row of every table: read once."""
    found: dict[Rule, list[PackageFault]] = {rule: [] for rule in _CHECKS}
    count = 0
    for table in package.tables:
        checks = RowChecks(package.versions, table)
        for row in package.rows(table.name):
            for one in checks.broken(row):
                found[one.rule].append(one.fault)
        count += checks.rows
    looked_at = f"rows of {len(package.tables)} tables"
    return tuple(Stop(check, looked_at, count, tuple(limited(found[rule], "data"))) for rule, check in _CHECKS.items())


def one_accepted(package: Written) -> Stop:
    """Every result rests on exactly one row of readings.csv."""
    results = package.table("results")
    count, faults = 0, list[PackageFault]()
    for subject in package.subjects():
        count += len(subject.rows["results"])
        faults += _accepted_faults(results, subject)
    return Stop(Check.ACCEPTED, "rows of results.csv", count, tuple(limited(faults, results.path)))


def _accepted_faults(results: Table, subject: SubjectRows) -> Iterator[PackageFault]:
    place = _PLACE
    marked = Counter(tuple(row[name] for name in place) for row in subject.rows["readings"] if row["ACPTFL"] == "Y")
    final = {tuple(row[name] for name in place): row for row in subject.rows["results"]}
    for key, row in final.items():
        if marked[key] != 1:
            yield PackageFault(row_name(results, row), f"rests on {marked[key]} accepted rows of readings.csv instead of one")
    for key in marked.keys() - final.keys():
        yield PackageFault(f"data/readings.csv {' '.join(filter(None, key))}", "is accepted and has no result")


def reconciled(package: Written) -> Stop:
    """What was received is what was expected, not imaged, or beyond it; and each clip is counted."""
    count, faults = 0, list[PackageFault]()
    if package.has("clips") and package.has("expected"):
        for subject in package.subjects():
            clips, expected = subject.rows["clips"], subject.rows["expected"]
            count += len(expected)
            told = (*unreconciled(clips, expected), *unknown_clips(subject.rows))
            faults += (PackageFault(row_name(one.table, one.row), one.what) for one in told)
    return Stop(Check.EXPECTED, "rows of expected.csv", count, tuple(limited(faults, "data/expected.csv")))


def not_lower(specification: str, last: str | None) -> Stop:
    """A package is never of an older specification than the one before it."""
    lower = last is not None and in_order(specification) < in_order(last)
    fault = (PackageFault("MANIFEST.json", f"its specification is {specification}, that of the last package is {last}"),) if lower else ()
    return Stop(Check.SPECIFICATION, "specification of the last package", int(last is not None), fault)
