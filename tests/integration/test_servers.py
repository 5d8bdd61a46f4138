"""The servers of the tests: private, signed in to, gone when asked, and back with what they had acknowledged."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.servers import DicomWebServer, Server, cluster

HERE = Path(__file__).parent.parent.parent

FORGOTTEN = """
import os, sys
from tests import servers
with servers.cluster() as server:
    print(server.program.pid, server.port, server.data.parent, flush=True)
    sys.stdin.read()
"""


def test_each_database_is_empty_and_another(postgres_server: Server) -> None:
    first, second = postgres_server.new_database(), postgres_server.new_database()
    with postgres_server.connect(first) as connection:
        connection.execute("CREATE TABLE here (n integer)")
    with postgres_server.connect(second) as connection:
        assert connection.execute("SELECT current_database(), to_regclass('here')").fetchall() == [(second, None)]


def test_it_listens_on_loopback_alone_and_runs_as_nobody_special(postgres_server: Server) -> None:
    with postgres_server.connect() as connection:
        told = connection.execute("SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')").fetchall()
    assert told == [("127.0.0.1", "")]
    assert Path(f"/proc/{postgres_server.program.pid}").stat().st_uid != 0


def test_a_wrong_password_is_refused(postgres_server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        postgres_server.connect(password="wrong")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        postgres_server.connect(user=postgres_server.superuser)


def test_what_was_committed_outlives_a_crash_and_a_stop() -> None:
    with cluster() as server:
        database = server.new_database()
        with server.connect(database, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (n integer)")
            connection.execute("INSERT INTO kept VALUES (1)")
            server.crash()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        server.start()
        with server.connect(database) as connection:
            connection.execute("INSERT INTO kept VALUES (2)")
        server.stop()
        server.start()
        with server.connect(database) as connection:
            assert connection.execute("SELECT n FROM kept ORDER BY n").fetchall() == [(1,), (2,)]


def test_with_tls_only_its_own_name_and_root_are_believed(postgres_tls_server: Server, tmp_path: Path) -> None:
    server = postgres_tls_server
    with server.connect() as connection:
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)
    with server.connect(host="localhost") as connection:
        assert connection.pgconn.ssl_in_use
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        server.connect(sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        server.connect(host="elsewhere", hostaddr=server.host)
    with cluster(tls=True) as other, pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        server.connect(sslrootcert=str(other.root))


def test_nothing_is_left_when_the_tests_are_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FORGOTTEN],
        cwd=HERE,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as run:
        assert run.stdout is not None
        pid, _, folder = run.stdout.readline().decode().split()
        ours = Path(f"/proc/{pid}/cmdline")
        assert folder in ours.read_text()
        run.kill()
        run.wait()
    _until_gone(ours)
    subprocess.run(["rm", "-rf", folder, f"{folder}.log"], check=True)


def test_folders_that_a_killed_session_left_go_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "FOLDERS", tmp_path)
    old, young, other = servers.private_folder(), servers.private_folder(), tmp_path / "other"
    other.mkdir()
    (old / "data").write_text("left")
    old.with_suffix(".log").write_text("left")
    for each in (old, old.with_suffix(".log"), other):
        os.utime(each, (0, 0))
    new = servers.private_folder()
    assert set(tmp_path.iterdir()) == {young, other, new}


def _until_gone(process: Path) -> None:
    watch = ["timeout", "60", "sh", "-c", 'while [ -s "$1" ] && tr -d "\\0" < "$1" | grep -q data; do sleep 0.05; done', "sh", str(process)]
    assert subprocess.run(watch, check=False).returncode == 0


def test_the_archive_answers_those_who_sign_in_and_only_here(orthanc: DicomWebServer) -> None:
    assert orthanc.get("/dicom-web/studies")[0] == 200
    assert orthanc.get("/dicom-web/studies", password="wrong")[0] == 401
    assert b"dicom-web" in orthanc.get("/plugins")[1]
    assert Path(f"/proc/{orthanc.program.pid}").stat().st_uid != 0


def test_the_archive_stops_and_starts(orthanc: DicomWebServer) -> None:
    orthanc.stop()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", orthanc.port), 5):
        pass
    orthanc.start()
    assert orthanc.get("/dicom-web/studies")[0] == 200
