"""The tables of endpoints and decisions, and of what came in: clips, expected cells, queries to sites."""

from corelab.export.columns import Column, Table
from corelab.export.proof_tables import OF_RECORD

_SINCE = "1.4.0"

_STUDY = Column("STUDYID", "Trial", length=16, key=True)
_SITE = Column("SITEID", "Site", length=16)
_SUBJECT = Column("USUBJID", "Subject", length=40, key=True)
_VISIT = (
    Column("VISITNUM", "Visit number", "integer", 8, key=True, origin="charter"),
    Column("VISIT", "Visit", length=16, codelist="VISIT", origin="charter"),
)
_EXAM = (_STUDY, _SITE, _SUBJECT, *_VISIT)
_SIDE = Column("SIDE", "Side of the segment, where it has two", length=8, codelist="SIDE", key=True)
_SEGMENT = Column("SEGCD", "Segment", length=16, codelist="SEGCD", key=True, origin="charter")

ENDPOINTS = Table(
    "endpoints",
    "One row per derived endpoint of an exam, or of one of its segments: made from the results by the charter, never typed",
    (
        *_EXAM,
        Column("PARAMCD", "Derivation of the charter", length=8, codelist="PARAMCD", key=True, origin="charter"),
        Column("PARAM", "Name of the derivation", length=200, origin="charter"),
        _SIDE,
        Column("SEGCD", "Segment; empty for the whole exam", length=16, codelist="SEGCD", key=True, origin="charter"),
        Column("AVAL", "Value, where it is a number", "number", 24, origin="derived"),
        Column("AVALC", "Value as text; empty where missing", length=32, origin="derived"),
        Column("AVALU", "Unit of the value", length=32, origin="charter"),
        Column("MISSRSN", "Why there is no value", length=4, codelist="MISSRSN", origin="derived"),
        Column(
            "INPUTS",
            "Number of final grades that it was made from",
            "integer",
            8,
            origin="derived",
            short="Number of final grades it rests on",
        ),
        Column("SOURCE", "The weakest source among these grades", length=16, codelist="SOURCE", origin="derived"),
        Column(
            "RULE",
            "Function of the derivation and its rule for missing grades",
            length=40,
            origin="charter",
            short="Function and rule for missing grades",
        ),
        Column("CHARTVER", "Version of the imaging charter", length=16),
    ),
    since=_SINCE,
)

ADJUDICATIONS = Table(
    "adjudications",
    "One row per decided grade: what stood as A and B, whose grade was taken and why, and which reading was A",
    (
        *OF_RECORD,
        Column("SITEID", "Site", length=16),
        Column("RDTYPE", "Reading type", length=16, codelist="RDTYPE", origin="charter"),
        _SIDE,
        Column("SEGCD", "Segment; empty for the whole exam", length=16, codelist="SEGCD", key=True, origin="charter"),
        Column("TESTCD", "Item", length=8, codelist="TESTCD", key=True, origin="charter"),
        Column("ADJMODE", "How the charter has differences decided", length=16, codelist="ADJMODE", origin="charter"),
        Column("ACD", "Grade shown as A; empty where it was not shown", length=32, short="Grade shown as A; empty if not shown"),
        Column("BCD", "Grade shown as B; empty where it was not shown", length=32, short="Grade shown as B; empty if not shown"),
        Column("CHOSEN", "Whose grade was taken", length=8, codelist="CHOSEN"),
        Column("RESCD", "Grade of the decision", length=32),
        Column("NERSN", "Reason of NE and NI, cause of NA, of the decision", length=16, short="Reason of NE, NI; cause of NA"),
        Column("ADJRSN", "Reason of the decision", length=16, codelist="ADJRSN"),
        Column("AROLE", "Reading that stood as A", length=16, codelist="EVALROLE"),
        Column("ARECID", "Record id of the reading that stood as A", length=36),
        Column("BRECID", "Record id of the reading that stood as B", length=36),
        Column(
            "CURRFL",
            "Y where results rest on this decision; N where a reading of it was invalidated",
            length=1,
            codelist="YN",
            short="Y where results rest on this decision",
        ),
    ),
    since=_SINCE,
)

CLIPS = Table(
    "clips",
    "One row per released clip, also of those that were replaced or withdrawn since",
    (
        *_EXAM,
        Column("CLIPID", "Clip: SHA-256 of the released file", length=64, key=True),
        Column("SIDE", "Side of the segment, where it has two", length=8, codelist="SIDE"),
        Column("SEGCD", "Segment that it shows", length=16, codelist="SEGCD", origin="charter"),
        Column("VIEW", "Manoeuvre; empty where nobody said it", length=16, codelist="VIEW"),
        Column(
            "MODE",
            "How the machine showed the vein; empty where nobody said it",
            length=8,
            codelist="MODE",
            short="How the machine showed the vein",
        ),
        Column("FRAMES", "Frames", "integer", 8),
        Column("SECONDS", "Duration in seconds; empty for a still", "number", 16),
        Column("ROWS", "Rows of a frame", "integer", 8),
        Column("COLS", "Columns of a frame", "integer", 8),
        Column("QCGRADE", "Quality at intake; empty where nobody graded it", length=16, codelist="QCGRADE", short="Quality at intake"),
        Column(
            "QCREASN",
            "Why it is less than diagnostic: codes of the list QCREASN, joined by +",
            length=200,
            short="Why it is less than diagnostic",
        ),
        Column("STATE", "Whether it still counts", length=9, codelist="CLIPSTAT"),
        Column("REPLCLIP", "Clip that took its place", length=64),
        Column("STDYUID", "Study UID of the released file", length=64),
        Column("SERUID", "Series UID of the released file", length=64),
        Column("SOPUID", "SOP instance UID of the released file", length=64),
        Column("SOPCLASS", "SOP class UID of the released file", length=64),
    ),
    since=_SINCE,
)

EXPECTED = Table(
    "expected",
    "One row per segment that the charter wants at a visit, or that was received beyond that",
    (
        *_EXAM,
        _SIDE,
        _SEGMENT,
        Column("SEG", "Name of the segment", length=60, origin="charter"),
        Column(
            "REQFL",
            "Y where the charter wants it; N where it came beyond that",
            length=1,
            codelist="YN",
            origin="charter",
            short="Y where the charter wants it",
        ),
        Column("STATE", "Whether it was received", length=16, codelist="EXPSTAT"),
        Column("REASON", "Why nothing was received", length=16, codelist="EXPRSN"),
        Column("NCLIPS", "Released clips that count", "integer", 8),
        Column("NWAIT", "Clips that were received and not released yet", "integer", 8, short="Clips received and not released yet"),
    ),
    since=_SINCE,
)

QUERIES = Table(
    "queries",
    "One row per query to a site: what kind it is and when it was asked and answered; its texts stand in audit/",
    (
        _STUDY,
        Column("QNUM", "Number of the query in the lab", "integer", 8, key=True),
        Column("SITEID", "Site that is asked; empty while it is not known", length=16, short="Site that is asked"),
        Column("SITENUM", "Number of the query at the site", "integer", 8),
        Column("USUBJID", "Subject; empty where it is about none", length=40),
        Column("VISIT", "Visit", length=16, codelist="VISIT", origin="charter"),
        Column("CLIPID", "Released clip that it is about", length=64),
        Column("KIND", "What it asks about", length=20, codelist="QRYKIND"),
        Column("STATE", "State at the cut-off", length=16, codelist="QRYSTAT"),
        Column(
            "EXCLFL",
            "Y where a coordinator let the package be written although it is open",
            length=1,
            codelist="YN",
            short="Y where a coordinator excluded it",
        ),
        Column("RAISDTC", "Time it was raised, UTC", "datetime", 24),
        Column("SENTDTC", "Time it was first sent, UTC", "datetime", 24),
        Column("ANSWDTC", "Time of the last answer, UTC", "datetime", 24),
        Column("ENDDTC", "Time it was closed or cancelled, UTC", "datetime", 24),
        Column(
            "DUEDTC",
            "End of the day by which the site is to answer, UTC; empty unless it waits for the site",
            "datetime",
            24,
            short="End of the day of the answer, UTC",
        ),
        Column("NSENT", "Times it was sent, with reminders and answers that went back", "integer", 8, short="Times it was sent"),
        Column(
            "EVENTSEQ", "Number of the event that raised it in the audit trail", "integer", 12, short="Number of the event that raised it"
        ),
    ),
    since=_SINCE,
)
