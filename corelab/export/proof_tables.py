"""The tables of what grades rest on and of what was measured."""

from corelab.export.columns import Column, Table

_SINCE = "1.3.0"

OF_RECORD = (
    Column("STUDYID", "Trial", length=16, key=True, since="1.4.0"),
    Column("USUBJID", "Subject", length=40, key=True, since="1.4.0"),
    Column("VISITNUM", "Visit number", "integer", 8, key=True, origin="charter", since="1.4.0"),
    Column("VISIT", "Visit", length=16, codelist="VISIT", origin="charter", since="1.4.0"),
    Column("RECID", "Record id of the reading", length=36, key=True),
)
"""What a row about a signed record begins with: sorted by subject, a package is made and checked one subject after the other."""

EVIDENCE = Table(
    "evidence",
    "One row per frame, or pair of frames, that a signed grade rests on",
    (
        *OF_RECORD,
        Column("SIDE", "Side of the segment, where it has two", length=8, codelist="SIDE", key=True),
        Column("SEGCD", "Segment; empty for the whole exam", length=16, codelist="SEGCD", key=True, origin="charter"),
        Column("TESTCD", "Item", length=8, codelist="TESTCD", key=True, origin="charter"),
        Column("EVSEQ", "Number of the piece of evidence of this grade", "integer", 8, key=True, short="Number of the piece of evidence"),
        Column("CLIPID", "Clip", length=64),
        Column(
            "FRAMEA", "Frame, of a pair the one without pressure, counted from 1", "integer", 8, short="Frame, without pressure, from 1"
        ),
        Column("FRAMEB", "Frame under pressure, counted from 1", "integer", 8),
        Column("BOUND", "How the frame came to the grade", length=8, codelist="BOUND"),
        Column(
            "METHOD",
            "Method and version whose proposal the reader confirmed; empty where there was none",
            length=32,
            short="Method of the confirmed proposal",
        ),
    ),
    since=_SINCE,
)

MEASUREMENTS = Table(
    "measurements",
    "One row per caliper that answers a question, and per measurement that no question asked for",
    (
        *OF_RECORD,
        Column("MSEQ", "Number of the measurement in its record", "integer", 8, key=True),
        Column("SIDE", "Side of the segment, where it has two", length=8, codelist="SIDE"),
        Column("SEGCD", "Segment of the answer", length=16, codelist="SEGCD", origin="charter"),
        Column(
            "TESTCD",
            "Item that it answers; empty where no question asked for it",
            length=8,
            codelist="TESTCD",
            origin="charter",
            short="Item that it answers",
        ),
        Column("QUANTITY", "What was measured", length=8, codelist="QUANTITY"),
        Column("MVAL", "Measured value", "number", 16),
        Column("UNIT", "Unit; of a ratio percent, where the image is not calibrated", length=16, short="Unit"),
        Column("CLIPID", "Clip", length=64),
        Column("FRAME", "Frame, counted from 1", "integer", 8),
        Column(
            "REGION",
            "Calibrated region of the frame, counted from 1; empty for a ratio",
            "integer",
            8,
            short="Calibrated region of the frame, from 1",
        ),
        Column("SPACEX", "Size of a pixel across, in cm or s", "number", 24),
        Column("SPACEY", "Size of a pixel down, in cm or cm/s", "number", 24),
        Column("POINTS", "Points (x y) in pixels from the centre of the upper left one", length=400, short="Points (x y) in pixels"),
    ),
    since=_SINCE,
)
