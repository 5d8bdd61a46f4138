"""What is kept here while the server is away: sealed as on the server, of one length, for its author alone, until it is there."""

import shutil
import stat
from functools import partial
from pathlib import Path

import pytest

from corelab.domain.addresses import ServerAddress
from corelab.domain.record_errors import NotSealedToError, ServerAwayError
from corelab.services import labs, offline, reading
from corelab.services.offline import Drawer, KeptHereError, Save
from corelab.services.own_work import Envelope
from corelab.services.reading import OpenReading
from corelab.storage.keys import Opening, unseal
from corelab.ui.notice_words import notices
from tests.builders import Lab
from tests.reading_builders import a_dealt_lab, filled, first, opened_next, signs
from tests.server_away import ADDRESS, Line, on_a_server

NOTE = "thrombus at the confluence"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_dealt_lab(tmp_path, "S01", "S02")


@pytest.fixture
def line(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Line:
    return on_a_server(lab, monkeypatch)


def drawer_of(opened: OpenReading) -> Drawer:
    assert opened.drawer is not None
    return opened.drawer


def kept(lab: Lab, line: Line, note: str = NOTE, **said: int) -> OpenReading:
    """The first reader answered all of it while the server was away."""
    opened = opened_next(lab, lab.reader_1)
    made = filled(opened, note, **said)
    line.cut = True
    with pytest.raises(KeptHereError):
        Save(opened.drawer, partial(reading.save, lab.open, lab.reader_1, made), partial(reading.draft_of, made, opened.clips))(
            version=opened.version
        )
    line.cut = False
    return opened


def test_only_the_author_and_the_custody_can_open_it_and_it_shows_nothing(lab: Lab, line: Line) -> None:
    body = drawer_of(kept(lab, line)).path.read_bytes()
    assert NOTE.encode() not in body
    assert b"COMP" not in body
    custody = lab.coordinator.custody
    assert custody is not None
    for secret in (lab.reader_1.box, custody):
        assert Opening(unseal(body, secret)).json["note"] == NOTE
    for other in (lab.reader_2, lab.adjudicator, lab.administrator):
        with pytest.raises(NotSealedToError):
            unseal(body, other.box)


def test_whatever_was_answered_it_has_one_length(lab: Lab, line: Line) -> None:
    sizes = {drawer_of(kept(lab, line, note, **said)).path.stat().st_size for note, said in (("", {}), (NOTE, {"COMP_CFV": 2}))}
    assert len(sizes) == 1


def test_nobody_else_on_this_machine_reads_the_file(lab: Lab, line: Line) -> None:
    path = drawer_of(kept(lab, line)).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_was_kept_before_stands_when_the_disk_fails_in_the_middle(lab: Lab, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    drawer = drawer_of(kept(lab, line))
    before = drawer.path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("corelab.services.offline.os.fsync", _full)
        with pytest.raises(OSError, match="No space"):
            drawer.keep(reading.draft_of(opened_next(lab, lab.reader_1).reading, ()))
    assert drawer.path.read_bytes() == before


def _full(_file: int) -> None:
    raise OSError(28, "No space left on device")


def test_after_a_crash_it_is_there_at_the_next_opening_and_is_saved_on_what_it_stood_on(lab: Lab, line: Line) -> None:
    kept(lab, line)
    again = opened_next(lab, lab.reader_1)
    assert again.aside is not None
    assert again.aside.version == again.version
    resumed = reading.resumed(again)
    assert resumed.reading.note == NOTE
    saved = reading.save(lab.open, lab.reader_1, resumed.reading, version=resumed.version)
    last = opened_next(lab, lab.reader_1)
    assert (last.version, last.reading.note, last.aside) == (saved.version, NOTE, None)
    assert not drawer_of(last).is_used, "the server has the same"


def test_what_is_kept_of_another_assignment_is_not_taken_for_this_one(lab: Lab, line: Line) -> None:
    opened = kept(lab, line)
    other = drawer_of(opened).path.with_name("another.cle")
    shutil.copy(drawer_of(opened).path, other)
    server = reading.draft_of(opened_next(lab, lab.reader_1).reading, opened.clips)
    elsewhere = Drawer(other, Envelope((), lab.reader_1.box.public, 1), ADDRESS)
    assert offline.found(elsewhere, lab.reader_1, server) is not None
    assert offline.found(elsewhere, lab.reader_1, reading.draft_of(_another(lab).reading, ())) is None


def _another(lab: Lab) -> OpenReading:
    """The second reader's own work, as if the file lay in its place."""
    return opened_next(lab, lab.reader_2)


def test_a_damaged_file_is_left_as_it_is_and_hinders_nothing(lab: Lab, line: Line) -> None:
    drawer = drawer_of(kept(lab, line))
    drawer.path.write_bytes(b"\0" * 100)
    assert opened_next(lab, lab.reader_1).aside is None
    assert drawer.path.read_bytes() == b"\0" * 100


def test_after_signing_in_the_person_is_told_what_waits_and_others_are_not(lab: Lab, line: Line) -> None:
    kept(lab, line)
    assert offline.waiting(lab.open, lab.reader_1) == 1
    assert any("Answers of 1 piece of your work are kept" in words for words in notices(lab.open, lab.reader_1))
    assert offline.waiting(lab.open, lab.reader_2) == 0


def test_what_was_signed_from_elsewhere_waits_no_more_and_nothing_is_thrown_away(lab: Lab, line: Line) -> None:
    opened = kept(lab, line)
    assignment = first(lab, lab.reader_1)
    signs(lab, lab.reader_1)
    assert offline.waiting(lab.open, lab.reader_1) == 0
    looked_at = reading.open_reading(lab.open, lab.reader_1, assignment)
    assert looked_at.signed_at is not None
    assert looked_at.reading.note == ""
    assert [each.suffix for each in drawer_of(opened).path.parent.iterdir()] == [".aside"]


def test_a_lab_in_a_folder_keeps_nothing_beside_itself(lab: Lab) -> None:
    assert opened_next(lab, lab.reader_1).drawer is None
    away = ServerAwayError(ServerAddress("db", 5432, "lab"))

    def refused(*, version: int) -> reading.Saved:
        raise away

    with pytest.raises(ServerAwayError) as raised:
        Save(None, refused, lambda: pytest.fail("nothing is kept"))(version=0)
    assert raised.value is away
    assert not (lab.open.folder / "drafts").exists()


def test_each_lab_on_a_server_has_a_folder_of_this_person_alone(tmp_path: Path) -> None:
    folders = [
        labs.folder_of(ServerAddress(host, port, "lab", root), tmp_path)
        for host, port, root in (("db", 5432, None), ("db", 5432, Path("/ca.pem")), ("db", 5433, None))
    ]
    assert folders[0] == folders[1], "another certificate file is no other lab"
    assert folders[0] != folders[2]
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o700}
