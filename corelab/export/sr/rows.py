"""The rows of one subject by signed record: what a report is made of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corelab.export.writers import Row

ADJUDICATION = "ADJUDICATION"
Place = tuple[str, str, str]
"""SIDE, SEGCD and TESTCD of an answer."""


@dataclass(frozen=True, slots=True)
class SignedRows:
    """One signed reading or decision. ``former``: the id of the record that this one revises, if it does."""

    readings: tuple[Row, ...]
    evidence: Mapping[Place, tuple[Row, ...]]
    calipers: Mapping[Place, tuple[Row, ...]]
    former: str | None = None

    @property
    def first(self) -> Row:
        """What every row of the record says alike."""
        return self.readings[0]


def place_of(row: Row) -> Place:
    return row["SIDE"], row["SEGCD"], row["TESTCD"]


def records_of(rows: Mapping[str, tuple[Row, ...]]) -> Iterator[SignedRows]:
    """Every signed record of a subject, in the order in which readings.csv first names it."""
    readings, evidence, calipers = (_by_record(rows.get(name, ())) for name in ("readings", "evidence", "measurements"))
    numbered = {_number(own[0]): record for record, own in readings.items()}
    for record, own in readings.items():
        former = numbered.get((*_number(own[0])[:-1], int(own[0]["REVISION"]) - 1))
        proof = _by_place(evidence.get(record, ()), "EVSEQ"), _by_place(calipers.get(record, ()), "MSEQ")
        yield SignedRows(tuple(own), *proof, former)


def _number(row: Row) -> tuple[str, str, str, str, str, str, int]:
    return row["VISITNUM"], row["RDTYPE"], row["EVALROLE"], row["READERID"], row["READNO"], row["PURPOSE"], int(row["REVISION"])


def _by_record(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["RECID"], []).append(row)
    return found


def _by_place(rows: Iterable[Row], number: str) -> Mapping[Place, tuple[Row, ...]]:
    found: dict[Place, list[Row]] = {}
    for row in sorted(rows, key=lambda row: int(row[number])):
        found.setdefault(place_of(row), []).append(row)
    return {place: tuple(own) for place, own in found.items()}
