"""The one schema object of a package: every table's columns, types, code lists and keys. No header is typed anywhere else."""

from dataclasses import replace

from corelab.domain.attributes import UNKNOWN
from corelab.domain.charter import Charter
from corelab.domain.charter.model_derivation import Derivation
from corelab.domain.derived import segments_of
from corelab.domain.places import members_of, run_time_ids
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, ItemId, SegmentId
from corelab.export.change_table import CHANGES
from corelab.export.columns import XPT_LABEL, Column, Table, in_order
from corelab.export.lab_tables import ADJUDICATIONS, CLIPS, ENDPOINTS, EXPECTED, QUERIES
from corelab.export.proof_tables import EVIDENCE, MEASUREMENTS, OF_RECORD

SPECIFICATION = "1.4.0"
"""Version of this specification: adding a column or a table is minor; renaming, removing or retyping one is major."""
WITHOUT_TRAIL = "1.0.0"
"""Its packages had no audit folder and no signature of the manifest beside the approval."""

_VISIT = (
    Column("STUDYID", "Trial", length=16, key=True),
    Column("SITEID", "Site", length=16),
    Column("USUBJID", "Subject", length=40, key=True),
    Column("VISITNUM", "Visit number", "integer", 8, key=True, origin="charter"),
    Column("VISIT", "Visit", length=16, codelist="VISIT", origin="charter"),
)
_DATES = (
    Column("EXAMDTC", "Date of the exam, moved by whole weeks", "date", 10),
    Column(
        "EXAMDY",
        "Day of the exam, counted from the baseline exam at its nominal day",
        "integer",
        8,
        origin="derived",
        short="Day of the exam from the baseline exam",
    ),
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
    Column(
        "EVALSTAT",
        "Kind of missing; empty for an answered cell",
        length=2,
        codelist="EVALSTAT",
        short="Kind of missing; empty where answered",
    ),
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
        Column(
            "READERID", "Pseudonym of the reader; a slot is read anew by another one", length=8, key=True, short="Pseudonym of the reader"
        ),
        Column("READNO", "Number of the reading", "integer", 8, key=True),
        Column("REVISION", "Revision of the reading", "integer", 8, key=True),
        Column(
            "CURRFL",
            "Y on the revision that results rest on; N where superseded or invalidated",
            length=1,
            codelist="YN",
            short="Y on the revision that results rest on",
        ),
        Column("PURPOSE", "Purpose of the reading", length=16, codelist="PURPOSE"),
        Column("CONF", "Confidence", length=16),
        Column("CLIPID", "Clip that the grade rests on", length=64),
        Column("FRAMEA", "First frame of the evidence, counted from 1", "integer", 8, short="First frame of the evidence, from 1"),
        Column("FRAMEB", "Second frame of the evidence, counted from 1", "integer", 8, short="Second frame of the evidence, from 1"),
        Column("ACPTFL", "Y on the row whose grade is the result", length=1, codelist="YN"),
        Column("SIGNDTC", "Time of the signature, UTC", "datetime", 24),
        Column("CHARTVER", "Version of the imaging charter", length=16),
        Column("FORMHASH", "Content hash of the imaging charter", length=64),
        Column("RECID", "Record id of the reading", length=36),
        Column("EVENTSEQ", "Number of the signing event in the audit trail", "integer", 12, short="Number of the signing event"),
        Column("RDTYPE", "Reading type", length=16, codelist="RDTYPE", origin="charter", since="1.2.0"),
        Column(
            "ACTSEC",
            "Seconds of active reading, of the whole reading",
            "integer",
            8,
            since="1.2.0",
            short="Seconds of active reading, whole reading",
        ),
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
        Column("CLASSID", "Classes of the difference, most severe first", length=16, short="Classes of the difference, worst first"),
        Column("RULEID", "Derivation or rule", length=16),
        Column("RECID", "Record id of the reading or decision whose grade this is", length=36, short="Record id of the accepted record"),
    ),
)


ATTRIBUTES = Table(
    "attributes",
    "One row per fact that the coordinator entered about a subject, or about a segment of it; never an allocation",
    (
        Column("STUDYID", "Trial", length=16, key=True),
        Column("USUBJID", "Subject", length=40, key=True),
        Column("ATTRCD", "Attribute of the charter", length=16, codelist="ATTRCD", key=True, origin="charter"),
        Column("SIDE", "Side of the segment, where it has two", length=8, codelist="SIDE", key=True),
        Column(
            "SEGCD",
            "Segment; empty for a fact of the whole subject",
            length=16,
            codelist="SEGCD",
            key=True,
            origin="charter",
            short="Segment; empty for the whole subject",
        ),
        Column("VALUE", "Value", length=32),
    ),
    since="1.2.0",
)


CHECKS = Table(
    "checks",
    "One row per edit check that fired and was confirmed with a reason; the reason stands in the audit trail",
    (
        *OF_RECORD,
        Column("CHECKID", "Check of the charter, or of the program", length=32, key=True),
        Column("SIDE", "Side of the segment, where it has two", length=8, codelist="SIDE", key=True),
        Column(
            "SEGCD",
            "Segment; empty for a check of the whole exam",
            length=16,
            codelist="SEGCD",
            key=True,
            origin="charter",
            short="Segment; empty for the whole exam",
        ),
        Column("LEVEL", "Level of the check", length=8),
    ),
    since="1.2.0",
)

VIEWING = Table(
    "viewing",
    "One row per reading and clip: what was shown on screen before the signature",
    (
        *OF_RECORD,
        Column("CLIPID", "Clip", length=64, key=True),
        Column("FRSHOWN", "Frames shown", "integer", 8),
        Column("FRTOTAL", "Frames of the clip", "integer", 8),
        Column(
            "SECONDS",
            "Seconds of active reading with the clip on screen; empty where not counted",
            "integer",
            8,
            since="1.3.0",
            short="Seconds of reading with the clip shown",
        ),
        Column(
            "PASSES",
            "Times that all its frames were shown; empty where not counted",
            "integer",
            8,
            since="1.3.0",
            short="Times that all its frames were shown",
        ),
        Column(
            "SPEEDS",
            "Speeds at which it played, in percent of the file's own",
            length=40,
            since="1.3.0",
            short="Speeds at which it played, in percent",
        ),
    ),
    since="1.2.0",
)

NOTES = Table(
    "notes",
    "One row per free text: the note of a reading, and the answers to questions for text. The only free text outside audit/",
    (
        *OF_RECORD,
        Column("SIDE", "Side of the segment, where it has two", length=8, codelist="SIDE", key=True),
        Column("SEGCD", "Segment; empty for the whole exam", length=16, codelist="SEGCD", key=True, origin="charter"),
        Column("TESTCD", "Item; empty for the note of the reading", length=8, codelist="TESTCD", key=True, origin="charter"),
        Column("NOTE", "Text as it was signed", "free text", 4000),
    ),
    since="1.2.0",
)

GUESS = Table(
    "guess",
    "One row per reading whose reader answered what treatment it was; only after the database is locked",
    (
        Column("RECID", "Record id of the reading", length=36, key=True),
        Column("USUBJID", "Subject", length=40),
        Column("READERID", "Pseudonym of the reader", length=8),
        Column(
            "GUESS", "Arm that was named: 1, 2, or DK for do not know", length=2, codelist="GUESS", short="Arm that was named: 1, 2 or DK"
        ),
        Column("SUGGEST", "What suggested the treatment", length=40),
        Column(
            "LASTFL",
            "Y on the last answer of this reader about this subject",
            length=1,
            codelist="YN",
            short="Y on the last answer about this subject",
        ),
    ),
    since="1.2.0",
)
TEXT = "TEXT"
"""Stands for an answer in free text, which is in notes.csv."""


def subject_visit(charter: Charter) -> Table:
    """One row per subject and visit; the columns after the fixed ones follow from the charter: final grades, then endpoints."""
    fixed = (
        *_VISIT,
        *_DATES,
        Column("SIDE", "Side under study", length=8, codelist="SIDE"),
        Column("NREADS", "Number of current signed readings", "integer", 8),
        Column("REFREAD", "Slot of the reference reading, drawn before anyone read", "integer", 8, short="Slot of the reference reading"),
        Column("NEXPECT", "Cells that the charter asks", "integer", 8),
        Column("NANSWER", "Cells with a grade", "integer", 8),
        Column("NNE", "Cells not evaluable", "integer", 8),
        Column("NNI", "Cells not imaged", "integer", 8),
        Column("NADJ", "Cells adjudicated", "integer", 8),
        Column("CHARTVER", "Version of the imaging charter", length=16),
    )
    grades = tuple(_grade_column(charter, cell) for cell in _asked_somewhere(charter))
    endpoints = tuple(
        _endpoint_column(derivation, segment) for derivation in charter.derivations for segment in segments_of(charter, derivation)
    )
    return Table("subject_visit", "One row per subject and visit: final grades and endpoints", fixed + grades + endpoints)


def _grade_column(charter: Charter, cell: Cell) -> Column:
    item = charter.item(cell.item)
    short = _short_of(item.export.test, item.export.testcd, cell.segment)
    return Column(column_of(charter, cell), _label_of(item.label, cell.segment), length=32, origin="result", short=short)


def _endpoint_column(derivation: Derivation, segment: SegmentId) -> Column:
    short = _short_of(derivation.label, derivation.id, segment)
    return Column(endpoint_column(derivation.id, segment), _label_of(derivation.label, segment), length=32, origin="derived", short=short)


def _label_of(label: str, segment: SegmentId) -> str:
    return f"{label}, {segment}"[:60] if segment else label[:60]


def _short_of(words: str, code: str, segment: SegmentId) -> str:
    """In words where these are plain English letters and few enough; else in codes, which always are."""
    found = _label_of(words, segment)
    return found if found.isascii() and len(words) + len(segment) + 2 <= XPT_LABEL else _label_of(code, segment)


def column_of(charter: Charter, cell: Cell) -> str:
    """The column of a cell in subject_visit.csv: ``CFV_VNCOMPR``; ``EXAM_`` for an item of the whole exam."""
    return f"{cell.segment.replace('.', '_') or 'EXAM'}_{charter.item(cell.item).export.testcd}"


def endpoint_column(derivation: str, segment: SegmentId) -> str:
    """The column of a derived endpoint: its id, with the segment before it where it stands per segment."""
    return f"{segment.replace('.', '_')}_{derivation}" if segment else derivation


def tables_for(charter: Charter, specification: str = SPECIFICATION) -> tuple[Table, ...]:
    """The tables of a package of this specification, each with the columns that it had then. ``GUESS`` comes with the lock."""
    proof = (CHECKS, VIEWING, NOTES, EVIDENCE, MEASUREMENTS)
    of_lab = (CLIPS, EXPECTED, QUERIES)
    tables = (READINGS, RESULTS, ADJUDICATIONS, subject_visit(charter), ENDPOINTS, ATTRIBUTES, *proof, *of_lab, CHANGES)
    return tuple(_as_of(table, specification) for table in tables if in_order(table.since) <= in_order(specification))


def _as_of(table: Table, specification: str) -> Table:
    return replace(table, columns=tuple(one for one in table.columns if in_order(one.since) <= in_order(specification)))


def _asked_somewhere(charter: Charter) -> tuple[Cell, ...]:
    """Every cell that a rule asks of some subject, in the order of the charter; items of the whole exam last."""
    asked: set[Cell] = set()
    for ask in charter.asks:
        segments = members_of(charter, UNKNOWN, groups=ask.groups, segments=ask.segments)
        asked |= {Cell(segment, ItemId(item)) for item in ask.items for segment in _places_of(charter, item, segments)}
    everywhere = (*run_time_ids(charter, [one.id for one in charter.segments]), WHOLE_EXAM)
    cells = (Cell(segment, ItemId(item.id)) for segment in everywhere for item in charter.items)
    return tuple(cell for cell in cells if cell in asked)


def _places_of(charter: Charter, item: str, segments: tuple[SegmentId, ...]) -> tuple[SegmentId, ...]:
    return (WHOLE_EXAM,) if charter.item(item).scope == "exam" else segments
