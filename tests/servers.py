"""Servers that tests start on loopback and stop by their own number: a PostgreSQL cluster, and Orthanc as a DICOMweb archive.

None outlives the tests: the end of the session stops it, and where the session is killed the kernel does (`setpriv --pdeathsig`).
Neither runs as root, which PostgreSQL refuses.
"""

import contextlib
import http.client
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Self

import psycopg
import pytest
from psycopg import sql

HOST = "127.0.0.1"
LONGEST = 60.0
"""Seconds until a server that does not start or stop fails the test."""
FOLDERS = Path("/tmp")  # noqa: S108 - $TMPDIR may be closed to the user of the servers; folders in it are made by mkdtemp
_OURS, _A_DAY = "corelab-server-", 24 * 3600
ORTHANC_PLUGINS = (Path("/usr/share/orthanc/plugins"), Path("/usr/lib/orthanc"), Path("/usr/local/share/orthanc/plugins"))


def absent(what: str) -> NoReturn:
    """Skips the test where a program is not installed, but fails it in CI, which installs them all."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed here, and CI must have it")
    pytest.skip(f"{what} is not on this machine")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def private_folder() -> Path:
    """A folder that only the user of the servers can enter. Those that a killed session left are taken away after a day."""
    for left in FOLDERS.glob(f"{_OURS}*"):
        with contextlib.suppress(OSError):  # another session takes it away, or it is another user's
            if time.time() - left.stat().st_mtime > _A_DAY:
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()
    folder = Path(tempfile.mkdtemp(prefix=_OURS, dir=FOLDERS))
    if os.getuid() == 0:
        shutil.chown(folder, *_unprivileged())
    return folder


def _unprivileged() -> tuple[int, int]:
    found = {each.pw_name: each for each in pwd.getpwall()}
    user = found.get("postgres") or found["nobody"]
    return user.pw_uid, user.pw_gid


def _user() -> dict[str, Any]:
    """What `subprocess` needs so that root's children are not root."""
    if os.getuid() != 0:
        return {}
    user, group = _unprivileged()
    return {"user": user, "group": group, "extra_groups": ()}


@dataclass
class Program:
    """One process of ours, known by its number."""

    command: Sequence[str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """With its words in a file beside its folder; it ends when this process ends."""
        setpriv = shutil.which("setpriv")
        dies_with_us = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*dies_with_us, *self.command], cwd=self.folder, stdout=log, stderr=log, **_user())

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def end(self, by: signal.Signals) -> None:
        """Sends the signal to this process alone and waits until it is gone."""
        if self.process is None:
            return
        if self.running:
            self.process.send_signal(by)
        try:
            self.process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            pytest.fail(f"a server did not stop when asked:\n{self.words()}")
        finally:
            self.process = None

    def words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def until(self, answers: Callable[[], bool]) -> bool:
        """Whether it answers before it ends or the time is over."""
        limit = time.monotonic() + LONGEST
        while self.running and time.monotonic() < limit:
            if answers():
                return True
            time.sleep(0.02)
        return False

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.log.unlink(missing_ok=True)


# ---------------------------------------------------------------- PostgreSQL


@dataclass
class Server:
    """A private PostgreSQL cluster.

    `root` is the certificate that signed the server's own, or None where the server speaks without TLS.
    """

    host: str
    port: int
    superuser: str
    password: str = field(repr=False)
    bin: Path
    data: Path
    root: Path | None
    program: Program
    databases: int = 0

    def connect(
        self, database: str = "postgres", user: str | None = None, password: str | None = None, **options: Any
    ) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection; of the superuser, where nobody is named."""
        tls = {"sslmode": "verify-full", "sslrootcert": str(self.root)} if self.root else {"sslmode": "disable"}
        password = self.password if user is None and password is None else password
        given: dict[str, Any] = {"host": self.host, "port": self.port, "dbname": database, "user": user or self.superuser}
        return psycopg.connect(**(given | tls | {"password": password, "connect_timeout": 10} | options))

    def new_database(self) -> str:
        """The name of an empty database that nobody else uses."""
        self.databases += 1
        name = f"lab_{self.databases}"
        with self.connect(autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name

    def address(self, database: str) -> str:
        root = f"?root={self.root}" if self.root else ""
        return f"postgresql://{self.host}:{self.port}/{database}{root}"

    @property
    def environment(self) -> dict[str, str]:
        """What libpq needs to be the installing role."""
        return {"PGUSER": self.superuser, "PGPASSWORD": self.password}

    def start(self) -> None:
        """Starts it where it does not run, again if needed: after a crash its memory may still be held by backends that are just ending."""
        limit = time.monotonic() + LONGEST
        while not self.program.running and time.monotonic() < limit:
            self.program.start()
            if self.program.until(self._answers):
                return
            if "pre-existing shared memory block" not in self.program.words():
                break
        if not self.program.running:
            pytest.fail(f"PostgreSQL did not start:\n{self.program.words()}")

    def stop(self) -> None:
        """In order: open transactions are rolled back, everything is written."""
        self.program.end(signal.SIGINT)

    def crash(self) -> None:
        """As when the machine's kernel kills it: first the postmaster, then whatever it had started, without any chance to write."""
        children = self.backends()
        self.program.end(signal.SIGKILL)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def backends(self) -> tuple[int, ...]:
        """The numbers of the server's own child processes."""
        return tuple(
            int(found[1])
            for each in Path("/proc").glob("[0-9]*/stat")
            if (found := re.match(r"(\d+) \(.*\) \S (\d+) ", _text(each))) and int(found[2]) == self.program.pid
        )

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), self.connect(connect_timeout=2):
            return True
        return False


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):  # the process has ended meanwhile
        return path.read_text(errors="replace")
    return ""


def postgres_programs() -> Path:
    """The folder of `initdb` and `postgres`: the newest of this machine."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    on_path = shutil.which("initdb")
    for folder in [*reversed(folders), *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    absent("PostgreSQL")


@contextlib.contextmanager
def cluster(*, tls: bool = False, fsync: bool = False, settings: Sequence[str] = ()) -> Iterator[Server]:
    """A new cluster that runs until the block ends.

    `settings` are `name=value` of postgresql.conf. Without `fsync` it loses nothing when killed, only when the power goes.
    Texts sort by the rules of a language, as on servers of sites: what must sort by bytes has to say so.
    """
    programs, password, folder = postgres_programs(), secrets.token_hex(16), private_folder()
    data, secret = folder / "data", folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)  # its folder is private
    made = [str(programs / "initdb"), "-D", str(data), "-U", "installer", "--pwfile", str(secret), "--auth=scram-sha-256", "--no-sync"]
    made += ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True, **_user())
    secret.unlink()
    root = _certificates(folder, data) if tls else None
    _only_by_loopback(data, tls=tls)
    port = free_port()
    given = [
        f"port={port}",
        f"listen_addresses={HOST}",
        "unix_socket_directories=",
        f"fsync={'on' if fsync else 'off'}",
        "shared_buffers=32MB",
    ]
    given += [f"ssl={'on' if tls else 'off'}", "logging_collector=off", *settings]
    command = [str(programs / "postgres"), "-D", str(data), *(part for each in given for part in ("-c", each))]
    server = Server(HOST, port, "installer", password, programs, data, root, Program(command, folder))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.program.forget()


def _only_by_loopback(data: Path, *, tls: bool) -> None:
    kind = "hostssl" if tls else "host"
    (data / "pg_hba.conf").write_text(f"{kind} all all {HOST}/32 scram-sha-256\n{kind} replication all {HOST}/32 scram-sha-256\n")


def _certificates(folder: Path, data: Path) -> Path:
    """A root of our own and the server's certificate for `localhost` and 127.0.0.1 by it; answers the root."""
    openssl = shutil.which("openssl") or absent("openssl")
    root, root_key, asked = folder / "root.crt", folder / "root.key", folder / "server.csr"
    names = folder / "names"
    names.write_text(f"subjectAltName=DNS:localhost,IP:{HOST}\n")
    new = [f"{openssl}", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    sign = [f"{openssl}", "x509", "-req", "-CAcreateserial", "-days", "2", "-extfile", str(names)]
    for command in (
        [*new, "-x509", "-days", "2", "-subj", "/CN=tests", "-keyout", str(root_key), "-out", str(root)],
        [*new, "-subj", "/CN=server", "-keyout", str(data / "server.key"), "-out", str(asked)],
        [*sign, "-in", str(asked), "-CA", str(root), "-CAkey", str(root_key), "-out", str(data / "server.crt")],
    ):
        subprocess.run(command, check=True, capture_output=True, **_user())
    (data / "server.key").chmod(0o600)
    folder.chmod(0o711)  # whoever runs the tests reads the root; the rest stays the server's
    return root


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One cluster for all tests of this worker; each test takes a new database of it."""
    with cluster() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_tls_server() -> Iterator[Server]:
    """The same with TLS, and nothing without it."""
    with cluster(tls=True) as server:
        yield server


# ---------------------------------------------------------------- Orthanc


@dataclass
class DicomWebServer:
    """Orthanc with its DICOMweb plug-in, and nothing in it at first. `url` is the DICOMweb root."""

    port: int
    user: str
    password: str = field(repr=False)
    program: Program

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/dicom-web"

    def start(self) -> Self:
        self.program.start()
        if not self.program.until(self._answers):
            pytest.fail(f"Orthanc did not start:\n{self.program.words()}")
        return self

    def stop(self) -> None:
        self.program.end(signal.SIGTERM)

    def get(self, path: str, *, user: str | None = None, password: str | None = None) -> tuple[int, bytes]:
        """Status and body of what Orthanc's own interface answers."""
        secret = b64encode(f"{user or self.user}:{password or self.password}".encode()).decode()
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Basic {secret}"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def instances(self) -> tuple[str, ...]:
        """Orthanc's own numbers of what it holds."""
        return tuple(json.loads(self.get("/instances")[1]))

    def _answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/dicom-web/studies")[0] == http.HTTPStatus.OK
        return False


def orthanc_program() -> tuple[str, Path]:
    """Orthanc and its DICOMweb plug-in."""
    program = shutil.which("Orthanc", path=os.pathsep.join([*os.get_exec_path(), "/usr/sbin"]))
    plugin = next((found for folder in ORTHANC_PLUGINS for found in sorted(folder.glob("libOrthancDicomWeb.so*"))), None)
    if program is None or plugin is None:
        absent("Orthanc with its DICOMweb plug-in")
    return program, plugin


@contextlib.contextmanager
def archive(**settings: Any) -> Iterator[DicomWebServer]:
    """A new Orthanc that runs until the block ends; `settings` go into its configuration."""
    program, plugin = orthanc_program()
    folder, port, password = private_folder(), free_port(), secrets.token_hex(16)
    given = {
        "Name": "tests",
        "StorageDirectory": str(folder / "store"),
        "IndexDirectory": str(folder / "store"),
        "StorageCompression": False,
        "OverwriteInstances": False,
        "HttpPort": port,
        "HttpBindAddresses": [HOST],
        "RemoteAccessAllowed": False,  # older ones know no address to bind to, and refuse whoever is not local
        "DicomServerEnabled": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {"corelab": password},
        "Plugins": [str(plugin)],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        **settings,
    }
    (folder / "orthanc.json").write_text(json.dumps(given))
    server = DicomWebServer(port, "corelab", password, Program([program, "orthanc.json"], folder))
    try:
        yield server.start()
    finally:
        server.stop()
        server.program.forget()


@pytest.fixture(scope="session")
def orthanc() -> Iterator[DicomWebServer]:
    """One archive for all tests of this worker."""
    with archive() as server:
        yield server
