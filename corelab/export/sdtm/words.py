"""What Define-XML says in words about the variables: how a value is derived, and what a person must know to use it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """How a variable is derived."""

    name: str
    text: str


METHODS: Mapping[str, Method] = {
    "SEQ": Method(
        "Number of the record",
        "Records of a subject are numbered 1, 2, 3, ... in the order of VISITNUM, CVGRPID, CVTESTCD, CVEVALID and CVSPID.",
    ),
    "STRESC": Method("Result in standard format", "CVSTRESC is CVORRES: grades and units are already in standard form."),
    "STRESN": Method("Numeric result", "CVSTRESN is CVSTRESC as a number where the test is a measurement; grades have none."),
    "ACPTFL": Method(
        "Accepted record",
        "Y on the one record whose grade is the final result of the subject, visit, segment and test: where both readings agree, and where "
        "a difference is not adjudicated, of the reading that was drawn as reference before anyone read; else as the adjudication ended.",
    ),
    "DY": Method(
        "Study day",
        "Days from the baseline exam, which is taken as the nominal day of its visit; the first treatment day of the plan is day 1, and "
        "there is no day 0. The core laboratory holds no treatment date: compute days of analysis from DM.",
    ),
}
COMMENTS: Mapping[str, str] = {
    "CV": (
        "Every signed reading is here, with every revision, and every decision of the adjudicator; CVACPTFL marks the final result. "
        "Results for analysis: CVACPTFL = Y. Current readings: CURRFL = Y in SUPPCV. Questions that did not apply have no record, and free "
        "text is not in SDTM: both stand in data/readings.csv and data/notes.csv of the package."
    ),
    "GRPID": "Segment of the imaging charter, with its side (.L, .R) where both sides are read; keeps apart segments that share a CVLOC.",
    "REFID": "Pseudonymous id of the clip that the grade rests on: SHA-256 of the released file.",
    "SPID": "Record id of the signed reading (RECID in data/readings.csv).",
    "ORRES": "The option that was chosen, or the number as it was measured or typed. Options of a multiple choice are joined by +.",
    "STAT": "NOT DONE with NOT EVALUABLE in CVREASND: imaged, but no reader could grade it. With NOT IMAGED: there was no clip of it.",
    "METHOD": "What the imaging charter says the answer is seen on: DOPPLER ULTRASOUND for flow, ULTRASOUND for compression and B-mode.",
    "LOBXFL": "The core laboratory does not know the date of first exposure; the sponsor derives this flag.",
    "DTC": "Dates are moved by a whole number of weeks per subject in this package: intervals and days of the week are true.",
    "IDVAR": "CVSEQ for one record. CVSPID for what is the same in all records of a reading: it stands once, not once per record.",
    "CURRFL": "N on a revision that was superseded, and on a reading that was invalidated.",
    "FRAME": "Counted from 1, in the clip of CVREFID. Where two frames are compared, the first is without pressure.",
    "SOURCE": "On accepted records only, as in data/results.csv.",
}
