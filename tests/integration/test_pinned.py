"""What a workstation remembers of a lab: a custody key or a lab that was exchanged is told, and nothing is sealed to it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from corelab.domain.record_errors import CustodySwappedError
from corelab.domain.vocabulary import Grade
from corelab.services import accounts, assignment, custody, invalidation, labs, pinned, reading, reopening, withdrawal
from corelab.services.pinned import Warned
from corelab.storage import keys, people
from corelab.storage.keys import BoxSecret
from corelab.storage.store import Actor
from corelab.ui.words import words_for
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import cell
from tests.life_builders import WHY, assignment_of, reading_of
from tests.reading_builders import a_ready_exam, a_staffed_lab, first, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_staffed_lab(tmp_path)
    a_ready_exam(made)
    assignment.assign(made.open, made.coordinator)
    assert pinned.look(made.open) == ()
    return made


@contextmanager
def the_file(lab: Lab) -> Iterator[sqlite3.Connection]:
    """The database in another program, without the triggers of the custody keys."""
    with closing(sqlite3.connect(lab.open.store.path)) as connection:
        for name in ("no_update", "no_delete", "event_seq"):
            connection.execute(f"DROP TRIGGER IF EXISTS custody_key_{name}")
        yield connection
        connection.commit()


def a_foreign_key() -> BoxSecret:
    return BoxSecret.of(keys.new_secret())


def saves_something(lab: Lab) -> None:
    session = lab.sign_in("reader-1")
    opened = reading.open_reading(lab.open, session, first(lab, session))
    reading.save(lab.open, session, opened.reading.answered(cell("COMP.CFV"), Grade("full")), version=opened.version)


def is_refused(lab: Lab) -> None:
    """Neither an answer nor a signature is sealed to that key, and the coordinator takes nothing in."""
    drafts = _drafts(lab)
    for work in (lambda: saves_something(lab), lambda: signs(lab, lab.sign_in("reader-1"))):
        with pytest.raises(CustodySwappedError) as refused:
            work()
        assert "Stop work on this lab" in words_for(refused.value).all
    assert _drafts(lab) == drafts
    with lab.open.store.read() as snapshot:
        assert snapshot.all("reading") == ()


def _drafts(lab: Lab) -> list[bytes]:
    with lab.open.store.read() as snapshot:
        return [bytes(row["body"]) for row in snapshot.all("draft")]


def test_a_swapped_custody_key_gets_nothing_sealed_to_it(lab: Lab) -> None:
    saves_something(lab)
    with the_file(lab) as file:
        file.execute("UPDATE custody_key SET box_pub = ?", (a_foreign_key().public.raw,))
    is_refused(lab)
    assert pinned.look(lab.open) == (Warned.CUSTODY,)
    assert pinned.look(lab.open) == (Warned.CUSTODY,)
    is_refused(lab)


def test_no_reason_is_sealed_to_a_swapped_custody_key(lab: Lab) -> None:
    """Why a reading was given back, withdrawn or declared invalid may tell of grades."""
    signs(lab, lab.reader_1)
    coordinator = lab.coordinator
    signed, begun = reading_of(lab, lab.reader_1), assignment_of(lab, lab.reader_2)
    with the_file(lab) as file:
        file.execute("UPDATE custody_key SET box_pub = ?", (a_foreign_key().public.raw,))
    with pytest.raises(CustodySwappedError):
        reopening.reopen(lab.open, coordinator, signed, "ASKED", WHY)
    with pytest.raises(CustodySwappedError):
        invalidation.invalidate(lab.open, coordinator, signed, "CLIPS", WHY, PASSWORD)
    with pytest.raises(CustodySwappedError):
        withdrawal.withdraw(lab.open, coordinator, begun, "AWAY", WHY)


def test_a_further_custody_key_that_nobody_signed_for_is_refused(lab: Lab) -> None:
    with lab.open.store.begin(Actor()) as transaction:
        row = people.custody_row("another", lab.open.lab_id, b"x" * 20, keys.Kdf(1, 8192), a_foreign_key(), n=2)
        transaction.record("custody.made", "custody_key", "another", rows=[row], payload={"granted": []})
    is_refused(lab)


@pytest.mark.parametrize("who", ["administrator", "another payload"])
def test_a_signature_that_does_not_announce_this_key_does_not_help(lab: Lab, who: str) -> None:
    """Signed by somebody who was no coordinator, or over another key than the one in the row."""
    secret, session = a_foreign_key(), lab.coordinator
    custody.rotate(lab.open, session, "announced", PASSWORD)
    with the_file(lab) as file:
        if who == "administrator":
            file.execute("DROP TRIGGER account_revision_no_update")
            file.execute("UPDATE account_revision SET roles = 'administrator' WHERE account_id = ?", (session.account,))
        else:
            file.execute("UPDATE custody_key SET box_pub = ? WHERE n = 2", (secret.public.raw,))
    assert pinned.look(lab.open) == (Warned.CUSTODY,)
    with pytest.raises(CustodySwappedError):
        accounts.custody_public(lab.open)


def test_an_announced_change_is_followed(lab: Lab) -> None:
    custody.rotate(lab.open, lab.coordinator, "a coordinator has left", PASSWORD)
    saves_something(lab)
    assert pinned.look(lab.open) == ()
    session = lab.sign_in("coordinator")
    custody.rotate(lab.open, session, "another one has left", PASSWORD)
    custody.rotate(lab.open, lab.sign_in("coordinator"), "and another", PASSWORD)
    saves_something(lab)
    assert pinned.look(lab.open) == ()


def test_a_former_key_under_a_new_number_is_not_trusted_again(lab: Lab) -> None:
    """Who left might still hold it."""
    with lab.open.store.read() as snapshot:
        former = bytes(snapshot.all("custody_key")[0]["box_pub"])
    custody.rotate(lab.open, lab.coordinator, "a coordinator has left", PASSWORD)
    assert pinned.look(lab.open) == ()
    with the_file(lab) as file:
        file.execute("UPDATE custody_key SET box_pub = ? WHERE n = 2", (former,))
    with pytest.raises(CustodySwappedError):
        accounts.custody_public(lab.open)


def test_another_lab_at_the_same_place_is_told_once(lab: Lab, tmp_path: Path) -> None:
    lab.open.close()
    shutil.rmtree(lab.open.folder)
    other = a_lab(tmp_path)
    assert other.open.folder == lab.open.folder
    assert pinned.look(other.open) == (Warned.OTHER_LAB,)
    assert pinned.look(other.open) == ()


def test_an_earlier_copy_of_the_lab_is_told_and_can_be_worked_in(lab: Lab, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.db"
    lab.open.close()
    shutil.copy(lab.open.store.path, earlier)
    reopened = labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration)
    custody.rotate(reopened, accounts.sign_in(reopened, "coordinator", PASSWORD), "a coordinator has left", PASSWORD)
    assert pinned.look(reopened) == ()
    reopened.close()
    shutil.copy(earlier, lab.open.store.path)
    again = Lab(labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration), lab.clock, lab.recovery_code, lab.charter_sha256)
    assert pinned.look(again.open) == (Warned.EARLIER,)
    saves_something(again)
    custody.rotate(again.open, again.sign_in("coordinator"), "once more", PASSWORD)
    saves_something(again)
    assert pinned.look(again.open) == ()


def test_no_path_name_or_person_stands_in_what_is_remembered(lab: Lab) -> None:
    kept = "".join(path.name + path.read_text("utf-8") for path in (lab.open.configuration / "labs").iterdir())
    assert lab.open.lab_id in kept
    for word in (str(lab.open.folder), lab.open.trial_id, "coordinator", "reader"):
        assert word not in kept


def test_a_memory_that_cannot_be_read_or_written_stops_nobody(lab: Lab) -> None:
    folder = lab.open.configuration / "labs"
    for path in folder.iterdir():
        path.write_text("[not what it was", "utf-8")
    saves_something(lab)
    shutil.rmtree(folder)
    folder.write_text("no folder", "utf-8")
    assert pinned.look(lab.open) == ()
    saves_something(lab)
