"""Labs whose charter deals otherwise than the shipped one, and what was dealt in them, so that a test says only what matters."""

from collections.abc import Iterable
from pathlib import Path

from corelab.domain.accounts import Role
from corelab.domain.vocabulary import ExamId, LabKind
from corelab.services import assignment, reading
from corelab.services.accounts import Session
from corelab.services.dealing import Assigned
from tests.builders import Lab, a_lab
from tests.exam_builders import changed
from tests.reading_builders import a_ready_exam, first, rows_of, signs

VISITS = ("BL", "D10", "D30", "M6")
_BLOCK = '[[block]]\nid = "THROMBOSIS"'
_SECOND = """[[reading_type]]
id = "SECOND"
label = "Another reading"
blocks = ["SECOND"]
readers = {readers}
blinding = "BLINDED"
apart_from = {apart}
order = "independent_timepoint"
pair_unit = "subject"
min_pool = 3
batch_exams = 10000
batch_gap_days = 0
session_exams = 10000
subject_spacing = 5
repeat_share = 0.0
repeat_min_days = 0
calibration_exams = 0
calibration_every_days = 0

[[blinding_profile]]"""
_QUALITY = 'items = ["QUAL"]\ngroups = ["ALL"]\nblocks = ["'
_DAY_10 = 'label = "Day 10"\nnumber = 2\nday = 10\nwindow = [7, 14]\nblocks = ["THROMBOSIS"'


def a_design(**design: object) -> bytes:
    """The shipped charter with other values in its reading type, e.g. ``order="simultaneous"``."""
    standing = {"order": '"independent_timepoint"', "pair_unit": '"subject"', "readers": "2", "repeat_share": "0.0", "min_pool": "3"}
    standing |= {"batch_exams": "10000", "session_exams": "10000", "subject_spacing": "5"}
    standing |= dict.fromkeys(("batch_gap_days", "repeat_min_days", "calibration_exams", "calibration_every_days"), "0")
    said = {name: f'"{value}"' if isinstance(value, str) else str(value) for name, value in design.items()}
    return changed(*((f"\n{name} = {standing[name]}\n", f"\n{name} = {value}\n") for name, value in said.items()))


def two_types(*, apart: bool = False, readers: int = 2, more: tuple[tuple[str, str], ...] = ()) -> bytes:
    """The shipped charter with a second reading type, asked at day 10 only: for the quality of the clips."""
    second = _SECOND.format(readers=readers, apart='["DUPLEX"]' if apart else "[]")
    return changed(
        (_BLOCK, f'[[block]]\nid = "SECOND"\nlabel = "A second look"\n\n{_BLOCK}'),
        (_DAY_10, f'{_DAY_10}, "SECOND"'),
        (f"{_QUALITY}THROMBOSIS", f"{_QUALITY}SECOND"),
        ("apart_from = []", 'apart_from = ["SECOND"]' if apart else "apart_from = []"),
        ("[[blinding_profile]]", second),
        *more,
    )


def a_trial(
    folder: Path, charter: bytes, *, readers: int = 2, adjudicators: int = 1, kind: LabKind = LabKind.DEMO, certified: bool = True
) -> Lab:
    """A lab under this charter with people who may read."""
    made = a_lab(folder, charter=charter, kind=kind)
    made.certifies = certified
    for n in range(1, readers + 1):
        assert made.person(f"reader-{n}", Role.READER).account
    for n in range(1, adjudicators + 1):
        assert made.person(f"adjudicator-{n}", Role.ADJUDICATOR).account
    return made


def ready(lab: Lab, subjects: Iterable[str] = ("S01",), visits: Iterable[str] = ("D10",)) -> list[ExamId]:
    return [a_ready_exam(lab, subject, visit, received=("CFV",)) for subject in subjects for visit in visits]


def assigns(lab: Lab) -> Assigned:
    return assignment.assign(lab.open, lab.coordinator)


def dealt(lab: Lab, session: Session, kind: str | None = None) -> list[str]:
    """What this person was dealt, as subject:visit, in the stored order."""
    subjects = {row["id"]: row["code"] for row in rows_of(lab, "subject")}
    exams = {row["id"]: f"{subjects[row['subject_id']]}:{row['visit']}" for row in rows_of(lab, "exam")}
    own = [row for row in rows_of(lab, "assignment") if row["account_id"] == session.account and kind in {None, row["kind"]}]
    return [exams[row["exam_id"]] for row in sorted(own, key=lambda row: row["order_key"])]


def batches(lab: Lab, session: Session) -> list[int]:
    """The batch of everything this person was dealt, in order."""
    keys = sorted(row["order_key"] for row in rows_of(lab, "assignment") if row["account_id"] == session.account)
    return [int(key.partition("-")[0]) for key in keys]


def reads(lab: Lab, session: Session, most: int = 1000) -> int:
    """Signs what can be opened, one after another; answers how many."""
    done = 0
    while done < most and reading.worklist(lab.open, session).next is not None:
        signs(lab, session)
        done += 1
    return done


__all__ = ["VISITS", "a_design", "a_trial", "assigns", "batches", "dealt", "first", "reads", "ready", "two_types"]
