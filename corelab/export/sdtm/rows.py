"""Rows of CV and SUPPCV from the tables of a package: one subject at a time, never the whole file in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import Item, NumberItem, TextItem
from corelab.domain.charter.model_subject import Segment
from corelab.domain.vocabulary import Missing
from corelab.export.sdtm.findings import DATASET
from corelab.export.sdtm.lists import CATEGORY, DOPPLER, EVALUATOR, NOT_DONE, ULTRASOUND, reason_of
from corelab.export.sdtm.qualifiers import qualifier_rows
from corelab.export.writers import Row
from corelab.export.written import Written

_COPIED = ("READNO", "REVISION", "CURRFL", "PURPOSE", "CHARTVER", "CONF", "FRAMEA", "FRAMEB")
_NAMES = DATASET.names
_FLOWING = ("colour", "spectral")


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject's rows of both datasets, sorted by key. ``results``: its final grades by visit, segment and test."""

    code: str
    cv: tuple[Row, ...]
    suppcv: tuple[Row, ...]
    results: Mapping[tuple[str, str, str], str]


def subjects_of(package: Written) -> Iterator[Subject]:
    """Every subject with a reading, in the order of their codes. Raises LookupError, OSError, ColumnsDifferError."""
    maker = _Maker({one.hash: one for one in package.versions.all})
    finals = groupby(package.rows("results"), key=_code)
    waiting = next(finals, None)
    for code, readings in groupby(package.rows("readings"), key=_code):
        results: tuple[Row, ...] = ()
        if waiting is not None and waiting[0] == code:
            results, waiting = tuple(waiting[1]), next(finals, None)
        yield maker.subject(code, tuple(readings), results)


def _code(row: Row) -> str:
    return row["USUBJID"]


class _Maker:
    """Makes rows; what the charters say about items and segments is looked up once."""

    def __init__(self, charters: Mapping[str, Charter]) -> None:
        self._places = {one: {segment.id: segment for segment in charter.segments} for one, charter in charters.items()}
        self._items = {one: {item.export.testcd: item for item in charter.items} for one, charter in charters.items()}
        self._main = next(iter(charters))

    def subject(self, code: str, readings: Sequence[Row], results: Sequence[Row]) -> Subject:
        final = {(row["VISITNUM"], self._group(row, self._main), row["TESTCD"]): row for row in results if self._stands(row)}
        made = sorted(((self._finding(row), row) for row in readings if self._stands(row)), key=_order)
        findings = []
        for number, (found, row) in enumerate(made, 1):
            result = final.get(_place(found)) if row["ACPTFL"] == "Y" else None
            found |= {"CVSEQ": str(number), "CVACPTFL": "" if result is None else "Y"}
            findings.append((found, _told(row, result)))
        return Subject(
            code, tuple(found for found, _ in findings), tuple(qualifier_rows(findings)), {at: row["RESCD"] for at, row in final.items()}
        )

    def _stands(self, row: Row) -> bool:
        """Whether a row has a record: not what was not asked (NA), and no free text."""
        if row["EVALSTAT"] == Missing.NOT_APPLICABLE.value:
            return False
        return not isinstance(self._item(row, row.get("FORMHASH", self._main)), TextItem)

    def _item(self, row: Row, version: str) -> Item:
        known = self._items[version]
        return known.get(row["TESTCD"]) or self._items[self._main][row["TESTCD"]]

    def _segment(self, row: Row, version: str) -> Segment | None:
        if not row["SEGCD"]:
            return None
        return self._places[version].get(row["SEGCD"]) or self._places[self._main][row["SEGCD"]]

    def _group(self, row: Row, version: str) -> str:
        """The segment as it stands in a reading: with its side where it has two."""
        segment = self._segment(row, version)
        both = segment is not None and segment.side == "both"
        return f"{row['SEGCD']}.{row['SIDE'][:1]}" if both else row["SEGCD"]

    def _finding(self, row: Row) -> dict[str, str]:
        version = row["FORMHASH"]
        item, segment = self._item(row, version), self._segment(row, version)
        found = dict.fromkeys(_NAMES, "")
        found |= {
            "STUDYID": row["STUDYID"],
            "DOMAIN": "CV",
            "USUBJID": row["USUBJID"],
            "CVGRPID": self._group(row, version),
            "CVREFID": row["CLIPID"],
            "CVSPID": row["RECID"],
            "CVTESTCD": row["TESTCD"],
            "CVTEST": row["TEST"],
            "CVCAT": CATEGORY,
            "CVMETHOD": method_of(item),
            "CVEVAL": EVALUATOR,
            "CVEVALID": row["EVALROLE"],
            "VISITNUM": row["VISITNUM"],
            "VISIT": row["VISIT"],
            "CVDTC": row["EXAMDTC"],
            "CVDY": study_day(row["EXAMDY"]),
        }
        if segment is not None:
            found |= {"CVLOC": segment.export.loc, "CVLAT": row["SIDE"], "CVDIR": segment.export.dir or ""}
        return found | _result(item, row)


def _result(item: Item, row: Row) -> dict[str, str]:
    if row["EVALSTAT"] in NOT_DONE:
        return {"CVSTAT": "NOT DONE", "CVREASND": reason_of(row["EVALSTAT"], row["NERSN"])}
    value = row["RESCD"]
    number = {"CVSTRESN": value} if isinstance(item, NumberItem) else {}
    return {"CVORRES": value, "CVORRESU": row["UNIT"], "CVSTRESC": value, "CVSTRESU": row["UNIT"], **number}


def method_of(item: Item) -> str:
    """What the charter says the answer is seen on: flow on Doppler, all else on B-mode. What was typed for a whole exam has none."""
    region = item.evidence.region if item.evidence is not None else None
    velocity = isinstance(item, NumberItem) and item.measure == "velocity"
    if region in _FLOWING or velocity:
        return DOPPLER
    return ULTRASOUND if item.scope == "segment" or region is not None else ""


def study_day(day: str) -> str:
    """The day of SDTM, which has no day 0: the day of the reference date is day 1, the day before it -1."""
    if not day:
        return ""
    return str(int(day) + 1 if int(day) >= 0 else int(day))


def _order(made: tuple[Row, Row]) -> tuple[int, str, str, str, str]:
    found, _ = made
    return int(found["VISITNUM"]), found["CVGRPID"], found["CVTESTCD"], found["CVEVALID"], found["CVSPID"]


def _place(found: Row) -> tuple[str, str, str]:
    return found["VISITNUM"], found["CVGRPID"], found["CVTESTCD"]


def _told(row: Row, result: Row | None) -> dict[str, str]:
    """The values of the qualifiers: of the accepted record also where the final grade comes from."""
    told = {name: row[name] for name in _COPIED}
    return told if result is None else {**told, "SOURCE": result["SOURCE"], "RULEID": result["RULEID"]}
