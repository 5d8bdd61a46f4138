"""The dataset CV (Cardiovascular System Findings, SDTMIG 3.4): its variables for the charters of a package."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem, TextItem
from corelab.domain.values import JOINT
from corelab.export.sdtm.lists import CodeList, results_of
from corelab.export.sdtm.variables import (
    COLLECTED,
    DERIVED,
    NOT_THERE,
    OF_SPONSOR,
    PLANNED,
    ByValue,
    Dataset,
    Kind,
    Variable,
)

Lists = Mapping[str, CodeList]
DATASET = Dataset(
    "CV",
    "Cardiovascular System Findings",
    "One record per reading, segment and test per visit per subject",
    "FINDINGS",
    (
        Variable("STUDYID", "Study Identifier", length=16, origin=PLANNED, key=1, required=True),
        Variable("DOMAIN", "Domain Abbreviation", codelist="DOMAIN", required=True),
        Variable("USUBJID", "Unique Subject Identifier", length=40, origin=OF_SPONSOR, key=2, required=True),
        Variable("CVSEQ", "Sequence Number", Kind.INTEGER, origin=DERIVED, required=True, method="SEQ"),
        Variable("CVGRPID", "Group ID", length=18, key=4, comment="GRPID"),
        Variable("CVREFID", "Reference ID", length=64, comment="REFID"),
        Variable("CVSPID", "Sponsor-Defined Identifier", length=36, key=7, required=True, comment="SPID"),
        Variable("CVTESTCD", "Short Name of Cardiovascular Test", codelist="CVTESTCD", key=5, required=True),
        Variable("CVTEST", "Name of Cardiovascular Test", codelist="CVTEST", required=True),
        Variable("CVCAT", "Category for Cardiovascular Test", codelist="CVCAT", required=True),
        Variable("CVORRES", "Result or Finding in Original Units", origin=COLLECTED, comment="ORRES"),
        Variable("CVORRESU", "Original Units", codelist="UNIT"),
        Variable("CVSTRESC", "Character Result/Finding in Std Format", origin=DERIVED, method="STRESC"),
        Variable("CVSTRESN", "Numeric Result/Finding in Standard Units", Kind.FLOAT, origin=DERIVED, method="STRESN"),
        Variable("CVSTRESU", "Standard Units", codelist="UNIT"),
        Variable("CVSTAT", "Completion Status", codelist="ND", comment="STAT"),
        Variable("CVREASND", "Reason Not Done", codelist="REASND", origin=COLLECTED),
        Variable("CVLOC", "Location Used for the Measurement", codelist="LOC"),
        Variable("CVLAT", "Laterality", codelist="LAT"),
        Variable("CVDIR", "Directionality", codelist="DIR"),
        Variable("CVMETHOD", "Method of Test or Examination", codelist="METHOD", comment="METHOD"),
        Variable("CVLOBXFL", "Last Observation Before Exposure Flag", codelist="YES", origin=NOT_THERE, comment="LOBXFL"),
        Variable("CVEVAL", "Evaluator", codelist="EVAL", required=True),
        Variable("CVEVALID", "Evaluator Identifier", codelist="MEDEVAL", key=6, required=True),
        Variable("CVACPTFL", "Accepted Record Flag", codelist="YES", origin=DERIVED, method="ACPTFL"),
        Variable("VISITNUM", "Visit Number", Kind.INTEGER, origin=PLANNED, key=3, required=True),
        Variable("VISIT", "Visit Name", codelist="VISIT", origin=PLANNED, required=True),
        Variable("CVDTC", "Date/Time of Test", Kind.DATE, 10, COLLECTED, comment="DTC"),
        Variable("CVDY", "Study Day of Visit/Collection/Exam", Kind.INTEGER, origin=DERIVED, method="DY"),
    ),
)
"""Lengths of what has a list, and of results, follow from the charters. No CVLNKID and no CVLNKGRP (CORE-000571, CORE-000358)."""
_RESULTS = ("CVORRES", "CVSTRESC")


def findings_of(charters: Sequence[Charter], lists: Lists) -> Dataset:
    """CV for these charters: it depends on no record, so it is the same in every transfer."""
    results = tuple(_result(testcd, items, lists) for testcd, items in _asked(charters).items())
    numbers = tuple(replace(one, codelist="") for one in results if one.kind.is_number)
    longest, decimals = max(one.length for one in results), max((one.decimals for one in numbers), default=0)
    sized = (replace(one, length=longest) if one.name in _RESULTS else one for one in DATASET.variables)
    exact = (replace(one, length=12, decimals=decimals) if one.name == "CVSTRESN" else one for one in sized)
    values = {"CVORRES": _by_test(results), "CVSTRESC": _by_test(results, "STRESC")}
    if numbers:
        values["CVSTRESN"] = _by_test(numbers, "STRESN")
    return replace(DATASET, variables=tuple(with_list(one, lists) for one in exact), values=values)


def _by_test(variables: Iterable[Variable], method: str = "") -> ByValue:
    """What is given a method is derived by it."""
    return ByValue("CVTESTCD", tuple(replace(one, origin=DERIVED, method=method) if method else one for one in variables))


def with_list(variable: Variable, lists: Lists) -> Variable:
    """As long as the longest term of its list; without a list where no term of it can occur under these charters."""
    if not variable.codelist:
        return variable
    known = lists.get(variable.codelist)
    return replace(variable, codelist=known.id if known else "", length=known.longest if known else 1)


def _asked(charters: Iterable[Charter]) -> Mapping[str, tuple[Item, ...]]:
    """The items with a result by test code, over all versions; free text is left out of SDTM."""
    found: dict[str, tuple[Item, ...]] = {}
    for charter in charters:
        for item in charter.items:
            if not isinstance(item, TextItem):
                found[item.export.testcd] = (*found.get(item.export.testcd, ()), item)
    return found


def _result(testcd: str, items: tuple[Item, ...], lists: Lists) -> Variable:
    decimals = max(item.decimals if isinstance(item, NumberItem) else 0 for item in items)
    number = all(isinstance(item, NumberItem) for item in items)
    kind = (Kind.FLOAT if decimals else Kind.INTEGER) if number else Kind.TEXT
    listed = results_of(testcd) if all(isinstance(item, ChoiceItem) for item in items) and results_of(testcd) in lists else ""
    return Variable(testcd, items[0].export.test, kind, max(map(_longest, items)), COLLECTED, listed, decimals=decimals)


def _longest(item: Item) -> int:
    """Of what can be answered, in characters; every value of a charter is plain ASCII."""
    match item:
        case ChoiceItem():
            return max(len(option.value) for option in item.options)
        case MultiItem():
            return len(JOINT.join(option.value for option in item.options))
        case NumberItem():
            return max(len(f"{bound:.{item.decimals}f}") for bound in (item.min, item.max))
        case _:
            return 1
