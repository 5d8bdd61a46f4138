"""Whether rows keep the rules of SDTM: the rules of CDISC CORE that are named here, and what the datasets promise themselves."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from corelab.export.sdtm.lists import NOT_DONE
from corelab.export.sdtm.rows import Subject
from corelab.export.sdtm.schema import Schema
from corelab.export.sdtm.variables import Dataset, Kind, Variable
from corelab.export.writers import Row

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_WHOLE = re.compile(r"-?\d+")
_TEST_CODE = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
Rule = Callable[[Row], bool]


def schema_faults(schema: Schema) -> Iterator[str]:
    """Rules about which variables there are."""
    names = set(schema.cv.names)
    if "CVLOC" not in names and "CVLAT" in names:
        yield "CV: CVLAT without CVLOC (CORE-000079)"
    if "CVLOC" not in names and "CVDIR" in names:
        yield "CV: CVDIR without CVLOC (CORE-000098)"
    if "CVLNKID" in names:
        yield "CV: CVLNKID, and no other dataset has it (CORE-000571)"
    if "CVLNKGRP" in names:
        yield "CV: CVLNKGRP, and no other dataset has it (CORE-000358)"
    tests = {term.value: term.decode for term in schema.lists["CVTESTCD"].terms}
    yield from (f"CV: {code} is no test code (CORE-000220)" for code in tests if not _TEST_CODE.fullmatch(code))
    if len(set(tests.values())) < len(tests):
        yield "CV: two test codes have one name"


def _number_kept(row: Row) -> bool:
    """CORE-000542: a numeric CVSTRESC stands in CVSTRESN too, with the same value."""
    is_number = _NUMBER.fullmatch(row["CVSTRESC"]) is not None
    return not is_number or (_NUMBER.fullmatch(row["CVSTRESN"]) is not None and float(row["CVSTRESN"]) == float(row["CVSTRESC"]))


RULES: Mapping[str, Rule] = {
    "CVSTRESC is a number and CVSTRESN is not the same (CORE-000542)": _number_kept,
    "CVSTRESN without a number in CVSTRESC (CORE-000732)": lambda row: (
        not row["CVSTRESN"] or _NUMBER.fullmatch(row["CVSTRESC"]) is not None
    ),
    "CVREASND without CVSTAT = NOT DONE (CORE-000225)": lambda row: not row["CVREASND"] or row["CVSTAT"] == "NOT DONE",
    "CVSTAT = NOT DONE without CVREASND (CORE-000774)": lambda row: row["CVSTAT"] != "NOT DONE" or bool(row["CVREASND"]),
    "CVORRES and CVSTAT together (CORE-000099)": lambda row: not (row["CVORRES"] and row["CVSTAT"]),
    "neither CVORRES nor CVSTAT": lambda row: bool(row["CVORRES"] or row["CVSTAT"]),
    "CVLAT without CVLOC (CORE-000079)": lambda row: bool(row["CVLOC"]) or not row["CVLAT"],
    "CVDIR without CVLOC (CORE-000098)": lambda row: bool(row["CVLOC"]) or not row["CVDIR"],
    "CVDY without CVDTC (CORE-000700)": lambda row: bool(row["CVDTC"]) or not row["CVDY"],
    "CVDY is 0 (CORE-000529)": lambda row: row["CVDY"] != "0",
}
"""A rule is true of a row that keeps it."""


class Checker:
    """Checks one subject after the other; it remembers nothing of the ones before but the order of subjects."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._tests = {term.value: term.decode for term in schema.lists["CVTESTCD"].terms}
        self._fits = {dataset.name: _fits_of(dataset, schema) for dataset in schema.datasets}
        self._before = ""

    def faults(self, subject: Subject) -> Iterator[str]:
        """What is wrong with a subject's rows; nothing where all is well."""
        if subject.code <= self._before:
            yield f"CV: subject {subject.code} is not in order"
        self._before = subject.code
        held = ((self._schema.cv, subject.cv), (self._schema.suppcv, subject.suppcv))
        wrong = [fault for dataset, rows in held for fault in self._values(dataset, rows)]
        yield from wrong
        if wrong:
            return  # what follows reads the values
        for dataset, rows in held:
            yield from _keys(dataset, rows)
        for row in subject.cv:
            yield from (f"CV: {told}: {_place(row)}" for told, kept in RULES.items() if not kept(row))
            if self._tests.get(row["CVTESTCD"]) != row["CVTEST"]:
                yield f"CV: {row['CVTESTCD']} is not {row['CVTEST']}: {_place(row)}"
        yield from _sequence(subject.cv)
        yield from _accepted(subject)
        yield from _related(subject)

    def _values(self, dataset: Dataset, rows: Sequence[Row]) -> Iterator[str]:
        fits, names = self._fits[dataset.name], dataset.names
        for row in rows:
            if tuple(row) != names:
                yield f"{dataset.name}: other variables than {' '.join(names)}"
                return
            if not all([fit(row[name]) for name, fit in fits]):  # noqa: C419 - a list is faster, and this is asked of every row
                yield from (f"{dataset.name}: {name} is {row[name]!r}" for name, fit in fits if not fit(row[name]))


def _fits_of(dataset: Dataset, schema: Schema) -> tuple[tuple[str, Callable[[str], bool]], ...]:
    return tuple((variable.name, _fit(variable, schema)) for variable in dataset.variables)


def _fit(variable: Variable, schema: Schema) -> Callable[[str], bool]:
    """Whether a value is one that the variable can have: there when required, of its type, in its list, not too long."""
    least, most, kind = int(variable.required), variable.length, variable.kind
    if variable.codelist:
        return schema.lists[variable.codelist].values.union(() if variable.required else ("",)).__contains__
    if kind is Kind.TEXT:
        return lambda value: least <= len(value) and len(value.encode()) <= most
    return lambda value: of_kind(kind, value) if value else not least


def of_kind(kind: Kind, value: str) -> bool:
    match kind:
        case Kind.INTEGER:
            return _WHOLE.fullmatch(value) is not None
        case Kind.FLOAT:
            return _NUMBER.fullmatch(value) is not None
        case Kind.DATE:
            return is_date(value)
        case Kind.TEXT:
            return True


def is_date(value: str) -> bool:
    """A whole day in the extended format of ISO 8601."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _keys(dataset: Dataset, rows: Sequence[Row]) -> Iterator[str]:
    numbers = {variable.name for variable in dataset.variables if variable.kind.is_number}
    columns = [(name, name in numbers) for name in dataset.key]
    keys = [tuple((int(row[name] or 0), "") if is_number else (0, row[name]) for name, is_number in columns) for row in rows]
    yield from (f"{dataset.name}: the key {_told(key)} stands twice" for key, count in Counter(keys).items() if count > 1)
    if keys != sorted(keys):
        yield f"{dataset.name}: rows are not sorted by {' '.join(dataset.key)}"


def _told(key: tuple[tuple[int, str], ...]) -> str:
    return " ".join(text or str(number) for number, text in key)


def _sequence(rows: Sequence[Row]) -> Iterator[str]:
    if [row["CVSEQ"] for row in rows] != [str(number) for number in range(1, len(rows) + 1)]:
        yield f"CV: CVSEQ of {rows[0]['USUBJID']} is not 1 to {len(rows)} (CORE-000544)"


def _accepted(subject: Subject) -> Iterator[str]:
    """Exactly one accepted record for every result, with its grade, and none beside them."""
    accepted = [row for row in subject.cv if row["CVACPTFL"]]
    found = Counter((row["VISITNUM"], row["CVGRPID"], row["CVTESTCD"]) for row in accepted)
    for place in sorted(found.keys() | subject.results):
        count, wanted = found[place], int(place in subject.results)
        if count != wanted:
            yield f"CV: {count} accepted records instead of {wanted} for {subject.code} {' '.join(place)}"
    for row in accepted:
        grade = subject.results.get((row["VISITNUM"], row["CVGRPID"], row["CVTESTCD"]), "")
        if (row["CVORRES"] or row["CVREASND"].partition(":")[0]) != NOT_DONE.get(grade, grade):
            yield f"CV: the accepted record is not the result {grade}: {_place(row)}"


def _related(subject: Subject) -> Iterator[str]:
    parents = {name: {row[name] for row in subject.cv} for name in ("CVSEQ", "CVSPID")}
    for row in subject.suppcv:
        if row["IDVARVAL"] not in parents.get(row["IDVAR"], set()):
            yield f"SUPPCV: no record of CV has {row['IDVAR']} {row['IDVARVAL']} of {subject.code}"


def _place(row: Row) -> str:
    return f"{row['USUBJID']} CVSEQ {row['CVSEQ']}"
