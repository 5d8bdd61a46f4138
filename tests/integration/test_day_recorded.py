"""A day of work, told by its trail: not only data but what was opened, played, signed, printed, locked and refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from corelab.domain.reading_errors import NotNextError
from corelab.domain.record_errors import PasswordWrongError, SignInRefusedError
from corelab.domain.trail import TrailFilter
from corelab.services import accounts, assignment, audit, comparison, reading, screen, trail_export
from corelab.services.accounts import Session
from corelab.services.screen import LockCause
from corelab.ui.event_words import WORDING
from tests.builders import PASSWORD, Lab
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, first, opened_next, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Two exams for two readers."""
    made = a_staffed_lab(tmp_path)
    assert made.auditor.account
    for visit in ("BL", "D10"):
        a_ready_exam(made, visit=visit)
    assignment.assign(made.open, made.coordinator)
    return made


def _kinds_since(lab: Lab, seq: int) -> list[str]:
    with lab.open.store.read() as snapshot:
        return [row["kind"] for row in snapshot.events(after=seq)]


def _now(lab: Lab) -> int:
    with lab.open.store.read() as snapshot:
        last = snapshot.latest("event", by="seq")
    assert last is not None
    return int(last["seq"])


def _second(lab: Lab, session: Session) -> str:
    with lab.open.store.read() as snapshot:
        own = list(snapshot.all("assignment", account_id=session.account))
    return str(next(row["id"] for row in own if row["id"] != first(lab, session)))


def test_p11_40_a_readers_day_is_recorded_as_work_as_well_as_data(lab: Lab) -> None:
    begin = _now(lab)
    with pytest.raises(SignInRefusedError):
        accounts.sign_in(lab.open, "reader-1", "not the password at all")
    session = accounts.sign_in(lab.open, "reader-1", PASSWORD)
    with pytest.raises(NotNextError):
        reading.open_reading(lab.open, session, _second(lab, session))  # type: ignore[arg-type]  # an assignment of the reader
    opened = reading.open_reading(lab.open, session, first(lab, session))
    screen.locked(lab.open, session, LockCause.IDLE)
    with pytest.raises(PasswordWrongError):
        screen.unlock(lab.open, session, "not the password at all")
    screen.unlock(lab.open, session, PASSWORD)
    played = opened.reading.with_played(opened.clips[0].sha256, [0, 1, 2])
    version = reading.save(lab.open, session, played, version=opened.version).version
    complete = filled(replace(opened, reading=played), "a word about it")
    version = reading.save(lab.open, session, complete, version=version).version
    with pytest.raises(PasswordWrongError):
        reading.sign(lab.open, session, complete, "not the password at all", version=version)
    reading.sign(lab.open, session, complete, PASSWORD, version=version)
    screen.locked(lab.open, session, LockCause.PERSON)
    accounts.sign_out(lab.open, session)
    kinds = _kinds_since(lab, begin)
    answers = [kind for kind in kinds if kind == "answer.changed"]
    assert len(answers) == 4
    told = list(dict.fromkeys(kinds))
    assert told == [
        "signin.failed",
        "session.opened",
        "reading.open.refused",
        "reading.opened",
        "screen.locked",
        "unlock.refused",
        "screen.unlocked",
        "clips.shown",
        "answer.changed",
        "note.changed",
        "signature.refused",
        "reading.signed",
        "alerts.checked",
        "session.closed",
    ]
    assert [kinds.count(kind) for kind in ("screen.locked", "signature.refused", "reading.signed")] == [2, 1, 1]


def test_p11_40_a_coordinators_and_an_auditors_day_is_recorded(lab: Lab, tmp_path: Path) -> None:
    for reader in (lab.reader_1, lab.reader_1, lab.reader_2, lab.reader_2):
        signs(lab, reader)
    begin = _now(lab)
    comparison.release_and_compare(lab.open, lab.coordinator)
    (known, *_more), *_rest = audit.released(lab.open, lab.auditor)
    audit.print_reading(lab.open, lab.auditor, known, tmp_path / "reading.pdf", WORDING)
    audit.export_reading(lab.open, lab.auditor, known, tmp_path / "reading.json", WORDING)
    audit.print_trail(lab.open, lab.auditor, TrailFilter(person="reader-1"), tmp_path / "trail.pdf", WORDING, "by reader-1")
    trail_export.export_trail(lab.open, lab.auditor, tmp_path / "trail")
    audit.review(lab.open, lab.auditor, "the whole trail", (), PASSWORD)
    kinds = list(dict.fromkeys(_kinds_since(lab, begin)))
    assert kinds == [
        "batch.released",
        "sealed.opened",
        "exam.compared",
        "alerts.checked",
        "reading.printed",
        "reading.exported",
        "audit.printed",
        "trail.exported",
        "audit.reviewed",
    ]


def test_what_locked_a_screen_is_in_its_event(lab: Lab) -> None:
    screen.locked(lab.open, lab.reader_1, LockCause.IDLE)
    screen.locked(lab.open, lab.reader_1, LockCause.PERSON)
    lines = audit.trail(lab.open, lab.auditor, TrailFilter(kinds=("screen",)))
    assert [(line.reason_code, WORDING.happened(line)) for line in lines] == [
        ("idle", "Screen locked: nobody was there"),
        ("person", "Screen locked"),
    ]


def test_reading_without_frames_opened_leaves_no_trace_of_frames(lab: Lab) -> None:
    begin = _now(lab)
    opened_next(lab, lab.reader_2)
    assert _kinds_since(lab, begin) == ["reading.opened"]
