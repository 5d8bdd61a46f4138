"""The one schema object of a package: every table's columns, types, code lists and keys. No header is typed anywhere else."""

from collections.abc import Iterable
from dataclasses import dataclass

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import ChoiceItem, Item
from corelab.domain.charter.model_subject import Segment
from corelab.domain.vocabulary import Missing, Source

SPECIFICATION = "1.1.0"
WITHOUT_TRAIL = "1.0.0"  # its packages had no audit folder and no signature of the manifest beside the approval
"""Version of this specification: adding a column is minor; renaming, removing or retyping one is major."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``kind`` is text, integer, number, date or datetime; ``codelist`` names the list its codes stand in."""

    name: str
    label: str
    kind: str = "text"
    length: int = 64
    codelist: str | None = None
    key: bool = False
    origin: str = "record"
    since: str = "1.0.0"


@dataclass(frozen=True, slots=True)
class Table:
    """One file of ``data/``: sorted by its key columns, in this column order."""

    name: str
    title: str
    columns: tuple[Column, ...]

    @property
    def path(self) -> str:
        return f"data/{self.name}.csv"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list."""

    codelist: str
    code: str
    decode: str


_VISIT = (
    Column("STUDYID", "Trial", length=16, key=True),
    Column("SITEID", "Site", length=16),
    Column("USUBJID", "Subject", length=40, key=True),
    Column("VISITNUM", "Visit number", "integer", 8, key=True, origin="charter"),
    Column("VISIT", "Visit", length=16, codelist="VISIT", origin="charter"),
)
_DATES = (
    Column("EXAMDTC", "Date of the exam, moved by whole weeks", "date", 10),
    Column("EXAMDY", "Day of the exam, counted from the baseline exam at its nominal day", "integer", 8, origin="derived"),
)
_CELL = (
    Column("SIDE", "Side of the segment", length=8, codelist="SIDE", key=True),
    Column("SEGCD", "Segment", length=16, codelist="SEGCD", key=True, origin="charter"),
    Column("SEG", "Name of the segment", length=60, origin="charter"),
    Column("TESTCD", "Item", length=8, codelist="TESTCD", key=True, origin="charter"),
    Column("TEST", "Name of the item", length=40, origin="charter"),
)
_ANSWER = (
    Column("RESCD", "Grade: the option's code, or NA, NE, NI", length=32),
    Column("RES", "Grade in words", length=64),
    Column("RESN", "Rank of an ordinal grade, or the number", "number", 16),
    Column("UNIT", "Unit of a number", length=16),
    Column("EVALSTAT", "Kind of missing; empty for an answered cell", length=2, codelist="EVALSTAT"),
    Column("NERSN", "Reason of NE and NI, cause of NA", length=16),
)

READINGS = Table(
    "readings",
    "One row per signed grade: every reading, every revision, and the adjudicator's decisions",
    (
        *_VISIT,
        *_DATES,
        *_CELL,
        *_ANSWER,
        Column("EVALROLE", "READER 1, READER 2 or ADJUDICATOR 1", length=16, codelist="EVALROLE", key=True),
        Column("READERID", "Pseudonym of the reader; a slot is read anew by another one", length=8, key=True),
        Column("READNO", "Number of the reading", "integer", 8, key=True),
        Column("REVISION", "Revision of the reading", "integer", 8, key=True),
        Column("CURRFL", "Y on the revision that results rest on; N where superseded or invalidated", length=1, codelist="YN"),
        Column("PURPOSE", "Purpose of the reading", length=16, codelist="PURPOSE"),
        Column("CONF", "Confidence", length=16),
        Column("CLIPID", "Clip that the grade rests on", length=64),
        Column("FRAMEA", "First frame of the evidence, counted from 1", "integer", 8),
        Column("FRAMEB", "Second frame of the evidence, counted from 1", "integer", 8),
        Column("ACPTFL", "Y on the row whose grade is the result", length=1, codelist="YN"),
        Column("SIGNDTC", "Time of the signature, UTC", "datetime", 24),
        Column("CHARTVER", "Version of the imaging charter", length=16),
        Column("FORMHASH", "Content hash of the imaging charter", length=64),
        Column("RECID", "Record id of the reading", length=36),
        Column("EVENTSEQ", "Number of the signing event in the audit trail", "integer", 12),
    ),
)

RESULTS = Table(
    "results",
    "One row per final grade",
    (
        *_VISIT,
        *_DATES,
        *_CELL,
        *_ANSWER,
        Column("SOURCE", "Where the final grade comes from", length=16, codelist="SOURCE"),
        Column("R1CD", "Grade of reading 1", length=32),
        Column("R2CD", "Grade of reading 2", length=32),
        Column("ADJCD", "Grade of the adjudicator", length=32),
        Column("DISCFL", "Y where the two readings differ", length=1, codelist="YN"),
        Column("CLASSID", "Classes of the difference, most severe first", length=16),
        Column("RULEID", "Derivation or rule", length=16),
        Column("RECID", "Record id of the reading or decision whose grade this is", length=36),
    ),
)


def subject_visit(charter: Charter) -> Table:
    """One row per subject and visit; the columns after the fixed ones follow from the charter: final grades, then endpoints."""
    fixed = (
        *_VISIT,
        *_DATES,
        Column("SIDE", "Side under study", length=8, codelist="SIDE"),
        Column("NREADS", "Number of current signed readings", "integer", 8),
        Column("REFREAD", "Slot of the reference reading, drawn before anyone read", "integer", 8),
        Column("NEXPECT", "Cells that the charter asks", "integer", 8),
        Column("NANSWER", "Cells with a grade", "integer", 8),
        Column("NNE", "Cells not evaluable", "integer", 8),
        Column("NNI", "Cells not imaged", "integer", 8),
        Column("NADJ", "Cells adjudicated", "integer", 8),
        Column("CHARTVER", "Version of the imaging charter", length=16),
    )
    grades = tuple(
        Column(f"{segment}_{item.export.testcd}", f"{item.label}, {segment}"[:60], length=32, origin="result")
        for segment, item in _asked_somewhere(charter)
    )
    endpoints = tuple(Column(derivation.id, derivation.label[:60], length=16, origin="derived") for derivation in charter.derivations)
    return Table("subject_visit", "One row per subject and visit: final grades and endpoints", fixed + grades + endpoints)


def tables_for(charter: Charter) -> tuple[Table, ...]:
    return (READINGS, RESULTS, subject_visit(charter))


def codelists_for(charter: Charter) -> tuple[Code, ...]:
    """Every code list of the package with its decodes, in the order of the charter."""
    lists: list[Code] = [
        *(Code("VISIT", visit.id, visit.label) for visit in charter.visits),
        Code("SIDE", "LEFT", "Left"),
        Code("SIDE", "RIGHT", "Right"),
        *(Code("SEGCD", segment.id, segment.name) for segment in charter.segments),
        *(Code("TESTCD", item.export.testcd, item.export.test) for item in charter.items),
        Code("EVALSTAT", Missing.NOT_APPLICABLE.value, "Not applicable"),
        Code("EVALSTAT", Missing.NOT_EVALUABLE.value, "Not evaluable"),
        Code("EVALSTAT", Missing.NOT_IMAGED.value, "Not imaged"),
        Code("EVALROLE", "READER 1", "Reader of slot 1"),
        Code("EVALROLE", "READER 2", "Reader of slot 2"),
        Code("EVALROLE", "ADJUDICATOR 1", "Adjudicator"),
        Code("YN", "Y", "Yes"),
        Code("YN", "N", "No"),
        Code("PURPOSE", "PRIMARY", "Primary reading"),
        Code("PURPOSE", "ADJUDICATION", "Adjudication"),
        *(Code("SOURCE", source.value, source.value.capitalize()) for source in Source),
        *(Code("NERSN", reason.id, reason.label) for reason in charter.missing.ne),
        *(Code("NERSN", reason.id, reason.label) for reason in charter.missing.ni),
    ]
    for item in charter.items:
        if isinstance(item, ChoiceItem):
            lists += [Code(item.export.testcd, option.value, option.label) for option in item.options]
    return tuple(lists)


def dictionary_rows(tables: Iterable[Table]) -> tuple[tuple[str, ...], ...]:
    """The rows of ``codebook/dictionary.csv`` below DICTIONARY_HEADER."""
    return tuple(
        (
            table.path,
            column.name,
            column.label,
            column.kind,
            str(column.length),
            column.codelist or "",
            "Y" if column.key else "",
            column.origin,
            column.since,
        )
        for table in tables
        for column in table.columns
    )


DICTIONARY_HEADER = ("FILE", "NAME", "LABEL", "TYPE", "LENGTH", "CODELIST", "KEY", "ORIGIN", "SINCE")
CODELIST_HEADER = ("CODELIST", "CODE", "DECODE")


def _asked_somewhere(charter: Charter) -> Iterable[tuple[str, Item]]:
    """Every segment (once per side where it has two) with every item that a rule asks on it, in the order of the charter."""
    asked = {
        (segment, item)
        for ask in charter.asks
        for segment in (*(ask.segments or ()), *(one for group in ask.groups or () for one in charter.group(group).segments))
        for item in ask.items
    }
    for segment in charter.segments:
        for item in charter.items:
            if (segment.id, item.id) in asked:
                yield from ((name, item) for name in run_time_ids(segment))


def run_time_ids(segment: Segment) -> tuple[str, ...]:
    """The ids of a segment in an exam: one per side where the charter asks both."""
    return (f"{segment.id}_L", f"{segment.id}_R") if segment.side == "both" else (segment.id,)
