"""A simulated trial goes through the services of real work, stops where it is told, and is the same for the same seed."""

from pathlib import Path
from typing import Any

import pytest

from corelab.domain.record_errors import LabExistsError
from corelab.services import accounts, labs, reading, simulation, status
from corelab.services.simulation import Plan, Simulated, Until
from corelab.services.verification import verify_lab
from corelab.storage.store import Snapshot
from tests.builders import TickingClock
from tests.charter_builders import REDUCED
from tests.exam_builders import changed

ASKING = changed(
    ("after_lock_questions = false", "after_lock_questions = true"), ("suggestions = []", 'suggestions = ["nothing", "stent"]')
)
"""The same charter, but readers are asked after each signature what treatment it was."""
NOTE = "a small word that nobody else may see"


def run(tmp: Path, until: Until = Until.LOCKED, *, note: str = "", charter: bytes | None = None) -> Simulated:
    toml = charter or REDUCED.read_bytes()
    plan = Plan(subjects=1, seed=7, agreement=0.8, until=until, note=note)
    return simulation.simulate(tmp / "lab", toml, plan, clock=TickingClock(), configuration=tmp / "configuration")


def opened(made: Simulated) -> labs.OpenLab:
    return labs.open_lab(made.lab, TickingClock(), made.lab.parent / "configuration")


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return run(tmp_path_factory.mktemp("locked"), note=NOTE)


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return run(tmp_path_factory.mktemp("again"), Until.COMPARED, note=NOTE, charter=ASKING)


def of_exams(snapshot: Snapshot, table: str, *columns: str) -> set[tuple[Any, ...]]:
    visits = {row["id"]: row["visit"] for row in snapshot.all("exam")}
    return {(visits[row["exam_id"]], *(row[column] for column in columns)) for row in snapshot.all(table)}


def test_the_whole_trial_runs_and_verifies(locked: Simulated) -> None:
    assert (locked.subjects, locked.exams, locked.readings) == (1, 4, 8)
    assert set(locked.seconds) == {"lab", "intake", "signed", "compared", "adjudicated", "locked"}
    assert verify_lab(locked.lab).faults == ()


def test_every_exam_is_locked_and_every_account_signs_in(locked: Simulated) -> None:
    lab = opened(locked)
    sessions = {one.role: accounts.sign_in(lab, one.user, one.password) for one in locked.accounts}
    found = status.status(lab, sessions["coordinator"])
    assert {state.value: count for state, count in found.states.items() if count} == {"locked": 4}
    assert found.locked
    assert "password" not in repr(locked)
    lab.close()


def test_the_same_seed_gives_the_same_clips_and_the_same_results(locked: Simulated, again: Simulated) -> None:
    labs_of = opened(locked), opened(again)
    with labs_of[0].store.read() as one, labs_of[1].store.read() as two:
        assert of_exams(one, "clip", "sha256") == of_exams(two, "clip", "sha256")
        compared = of_exams(two, "result", "segment", "item", "value", "source", "rule_id")
        assert compared <= of_exams(one, "result", "segment", "item", "value", "source", "rule_id")
        assert compared
    for lab in labs_of:
        lab.close()


def test_a_trial_stops_where_it_is_told(again: Simulated) -> None:
    lab = opened(again)
    with lab.store.read() as snapshot:
        assert snapshot.all("release_batch")
        assert snapshot.all("adjudication") == snapshot.all("lock") == ()
    lab.close()


def test_simulated_readers_answer_what_is_asked_after_a_signature(locked: Simulated, again: Simulated) -> None:
    for made, guesses in ((locked, 0), (again, 8)):
        lab = opened(made)
        with lab.store.read() as snapshot:
            assert len(snapshot.all("guess")) == guesses
        lab.close()


def test_a_folder_that_is_not_empty_is_refused(locked: Simulated) -> None:
    with pytest.raises(LabExistsError):
        run(locked.lab.parent)


def test_the_note_of_every_reading_is_nowhere_in_the_folder_before_release(tmp_path: Path) -> None:
    made = run(tmp_path, Until.SIGNED, note=NOTE)
    found = [path for path in made.lab.rglob("*") if path.is_file() and NOTE.encode() in path.read_bytes()]
    assert found == []
    lab, user = opened(made), next(one for one in made.accounts if one.user == "reader-1")
    session = accounts.sign_in(lab, user.user, user.password)
    row = reading.worklist(lab, session).rows[0]
    assert reading.open_reading(lab, session, row.assignment).reading.note == NOTE
    lab.close()
