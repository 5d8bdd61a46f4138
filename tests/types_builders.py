"""A lab whose charter has two reading types at one visit: two readers judge compressibility, one judges flow; with alerts and questions."""

from pathlib import Path

from corelab.domain.accounts import Role
from corelab.services import assignment, reading
from corelab.services.accounts import Session
from corelab.services.reading import Signed
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import changed
from tests.reading_builders import a_ready_exam, filled, first

PAIRED, ALONE = "DUPLEX", "PATENT"
_DESIGN = """order = "independent_timepoint"
pair_unit = "subject"
min_pool = 2
batch_exams = 10000
batch_gap_days = 0
session_exams = 10000
subject_spacing = 0
repeat_share = 0.0
repeat_min_days = 0
calibration_exams = 0
calibration_every_days = 0
"""
_TYPE = f"""[[reading_type]]
id = "{ALONE}"
label = "Flow, one reader"
blocks = ["PATENCY"]
readers = 1
blinding = "BLINDED"
apart_from = []
{_DESIGN}
"""
_ALERTS = """[[alert]]
id = "S01"
after = "signing"
each = "CORE"
fires_when = { item = "COMP", segment = "each", op = "eq", value = "none" }
to = "coordinator"
unblinding = "stent"
message = "A vein of the core does not compress."

[[alert]]
id = "S02"
after = "comparison"
derivation = "COMPWRST"
above = 1
to = "coordinator"
message = "The worst vein is not compressible."

[signing]
"""


def two_types(alerts: str = "") -> bytes:
    """The shipped charter with flow as a reading type of its own, for one reader, at day 10; with these alerts besides."""
    return changed(
        ('[[block]]\nid = "THROMBOSIS"', '[[block]]\nid = "PATENCY"\nlabel = "Flow"\n\n[[block]]\nid = "THROMBOSIS"'),
        ('window = [7, 14]\nblocks = ["THROMBOSIS"]', 'window = [7, 14]\nblocks = ["THROMBOSIS", "PATENCY"]'),
        ('groups = ["DEEP"]\nblocks = ["THROMBOSIS"]', 'groups = ["DEEP"]\nblocks = ["PATENCY"]'),
        ("[[blinding_profile]]", f"{_TYPE}[[blinding_profile]]"),
        ("[signing]\n", f"{alerts}{_ALERTS}"),
        ("after_lock_questions = false", "after_lock_questions = true"),
        ("suggestions = []", 'suggestions = ["nothing", "stent"]'),
    )


def a_lab_of_two_types(folder: Path, *subjects: str, charter: bytes | None = None) -> Lab:
    """Three readers and two adjudicators, trained; an exam at day 10 of each subject is dealt."""
    lab = a_lab(folder, charter=charter or two_types())
    for session in (lab.reader_1, lab.reader_2, reader_3(lab), lab.adjudicator, lab.person("adjudicator-2", Role.ADJUDICATOR)):
        assert session.account
    for subject in subjects or ("S01",):
        a_ready_exam(lab, subject)
    assignment.assign(lab.open, lab.coordinator)
    return lab


def reader_3(lab: Lab) -> Session:
    return lab.person("reader-3", Role.READER)


def readers_of(lab: Lab, kind: str) -> tuple[Session, ...]:
    """Who holds the slots of a reading type, by slot."""
    with lab.open.store.read() as snapshot:
        rows = sorted(snapshot.all("assignment", reading_type=kind, kind="primary"), key=lambda row: (row["slot"], row["attempt"]))
        ended = {row["assignment_id"] for row in snapshot.all("assignment_end")}
    people = {one.account: one for one in (lab.reader_1, lab.reader_2, reader_3(lab))}
    return tuple(people[row["account_id"]] for row in rows if row["id"] not in ended)


def reads(lab: Lab, session: Session, **said: int | str) -> Signed:
    """Opens what is next, answers all of it by the clean limb but for what is said, saves and signs."""

    opened = reading.open_reading(lab.open, session, first(lab, session))
    asked = {f"{one.item}_{one.segment}" for one in opened.reading.form.cells}
    made = filled(opened, "", **{name: value for name, value in said.items() if name in asked})
    version = reading.save(lab.open, session, made, version=opened.version).version
    return reading.sign(lab.open, session, made, PASSWORD, version=version)
