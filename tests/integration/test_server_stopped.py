"""A real server that stops, comes back, or cannot be used: what is answered meanwhile is kept, and each refusal has its own words."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from corelab.domain.addresses import ServerAddress
from corelab.domain.record_errors import ServerAwayError, ServerRefusal, ServerRefusedError
from corelab.services import labs, offline, reading
from corelab.services.offline import KeptHereError, NotSignedHereError, Save
from tests.builders import PASSWORD, Lab, TickingClock
from tests.reading_builders import a_dealt_lab, filled, opened_next
from tests.server_labs import ServerClock, left, on_server
from tests.servers import Server, cluster

NOTE = "typed while the server was away"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One of this module's own: it is stopped in the middle of the work."""
    with cluster() as made:
        yield made


@pytest.fixture
def lab(tmp_path: Path, server: Server) -> Iterator[Lab]:
    made = on_server(server, a_dealt_lab(tmp_path, "S01"), tmp_path)
    assert made.reader_1.account
    yield made
    left(made)


def back(lab: Lab, server: Server) -> None:
    """The server runs again; the clock of the test looks at it by a connection of its own, which ended with it."""
    server.start()
    assert isinstance(lab.clock, ServerClock)
    assert lab.open.address is not None
    lab.clock.connection.close()
    lab.clock.connection = server.connect(lab.open.address.database, autocommit=True)


def test_answers_are_kept_while_the_server_is_stopped_and_saved_when_it_runs_again(lab: Lab, server: Server) -> None:
    opened = opened_next(lab, lab.reader_1)
    assert opened.drawer is not None
    made = filled(opened, NOTE)
    save = partial(reading.save, lab.open, lab.reader_1, made)
    draft = partial(reading.draft_of, made, opened.clips)
    server.stop()
    with pytest.raises(KeptHereError):
        Save(opened.drawer, save, draft)(version=opened.version)
    with pytest.raises(NotSignedHereError):
        offline.sign(opened.drawer, partial(reading.sign, lab.open, lab.reader_1, made), draft, PASSWORD, version=opened.version)
    assert opened.drawer.is_used
    back(lab, server)
    saved = Save(opened.drawer, save, draft)(version=opened.version)
    assert not opened.drawer.is_used
    again = opened_next(lab, lab.reader_1)
    assert (again.reading.note, again.version, again.aside) == (NOTE, saved.version, None)
    signed = offline.sign(again.drawer, partial(reading.sign, lab.open, lab.reader_1, made), draft, PASSWORD, version=saved.version)
    assert signed.seq > 0


def test_after_a_crash_of_server_and_window_the_next_opening_has_the_answers(lab: Lab, server: Server) -> None:
    opened = opened_next(lab, lab.reader_1)
    made = filled(opened, NOTE)
    server.crash()
    with pytest.raises(KeptHereError):
        Save(opened.drawer, partial(reading.save, lab.open, lab.reader_1, made), partial(reading.draft_of, made, opened.clips))(version=0)
    back(lab, server)
    lab.open.close()
    assert lab.open.address is not None
    far = replace(lab, open=labs.open_lab(lab.open.address, lab.clock, lab.open.configuration, lab.open.folder.parent.parent), _sessions={})
    assert offline.waiting(far.open, far.reader_1) == 1
    resumed = reading.resumed(opened_next(far, far.reader_1))
    assert resumed.reading.note == NOTE


def refused(address: ServerAddress, tmp_path: Path) -> ServerRefusal:
    with pytest.raises(ServerRefusedError) as found:
        labs.open_lab(address, TickingClock(), tmp_path / "configuration")
    assert found.value.address == address
    return found.value.why


def test_a_server_that_is_not_there_is_away(tmp_path: Path) -> None:
    with pytest.raises(ServerAwayError):
        labs.open_lab(ServerAddress("127.0.0.1", 1, "trial"), TickingClock(), tmp_path / "configuration")


def test_a_database_that_is_not_there_and_one_without_a_lab_are_told_apart(server: Server, tmp_path: Path) -> None:
    empty = ServerAddress(server.host, server.port, server.new_database())
    assert refused(empty, tmp_path) is ServerRefusal.NO_LAB
    assert refused(replace(empty, database="nowhere"), tmp_path) in {ServerRefusal.NO_LAB, ServerRefusal.NO_DATABASE}


def test_a_server_that_lets_nobody_in_from_here_says_who_can_change_that(server: Server, tmp_path: Path) -> None:
    rules, address = server.data / "pg_hba.conf", ServerAddress(server.host, server.port, server.new_database())
    before = rules.read_text()
    server.stop()
    rules.write_text(f"host postgres all {server.host}/32 scram-sha-256\n")
    server.start()
    try:
        assert refused(address, tmp_path) is ServerRefusal.NOT_ADMITTED
    finally:
        server.stop()
        rules.write_text(before)
        server.start()


def test_what_is_wrong_with_certificates_is_told_apart(postgres_tls_server: Server, server: Server, tmp_path: Path) -> None:
    assert postgres_tls_server.root is not None
    with cluster(tls=True) as other:
        assert other.root is not None
        wrong = ServerAddress("localhost", postgres_tls_server.port, "trial", other.root)
        assert refused(wrong, tmp_path) is ServerRefusal.CERTIFICATE
        assert refused(replace(wrong, root=tmp_path / "nowhere.pem"), tmp_path) is ServerRefusal.ROOT
    plain = ServerAddress(server.host, server.port, "trial", postgres_tls_server.root)
    assert refused(plain, tmp_path) is ServerRefusal.NO_TLS
