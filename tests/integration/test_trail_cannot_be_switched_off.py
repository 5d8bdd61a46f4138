"""No role, setting, environment variable or flag keeps an event from being written."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

import corelab
from corelab.cli import cli
from corelab.domain import access
from corelab.domain.accounts import Role
from corelab.services import accounts
from corelab.services.verification import verify_lab
from corelab.storage import people
from corelab.storage.store import Actor, NewRow
from tests.builders import PASSWORD, Lab, a_lab
from tests.integration.test_nothing_before_sign_in import commands

ENVIRONMENT = {
    "CORELAB_CODE",
    "CORELAB_CONFIG",
    "CORELAB_NEW_PASSWORD",
    "CORELAB_PASSWORD",
    "CORELAB_RECOVERY_CODE",
    "CORELAB_USER",
    "DISPLAY",
    "NETRC",
    "OPENCV_IO_MAX_IMAGE_PIXELS",
    "QT_QPA_PLATFORM",
    "TEMP",
    "TESSDATA_PREFIX",
    "TMP",
    "TMPDIR",
    "WAYLAND_DISPLAY",
}
"""Every variable that the program reads or sets."""
SETTINGS = {people.PIXEL_CHECK, people.KDF, access.PASSWORD_AGE, access.SECOND_FACTOR, access.ENROLLED_ONLY}
OFF = ("0", "off", "no", "false", "none", "")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


def sources() -> Iterator[Path]:
    yield from sorted(Path(corelab.__file__).parent.rglob("*.py"))


def kinds(lab: Lab) -> list[str]:
    with lab.open.store.read() as snapshot:
        return [event["kind"] for event in snapshot.events()]


def adds(lab: Lab, *flags: str, user: str = "reader-9", **environment: str) -> None:
    told = {"CORELAB_CONFIG": str(lab.open.configuration), "CORELAB_USER": "administrator", "CORELAB_PASSWORD": PASSWORD, **environment}
    typed = ["account", str(lab.open.folder), "add", user, "--name", "Reader nine", "--role", "reader", "--identity", "known", *flags]
    done = CliRunner().invoke(cli, typed, env=told, input=f"{PASSWORD}\n")
    assert done.exit_code == 0, done.output


def all_was_written(lab: Lab, before: int) -> None:
    assert kinds(lab)[before:] == ["session.opened", "account.invited", "session.closed"]
    assert verify_lab(lab.open.folder).faults == ()


def test_p11_37_every_environment_variable_is_known_and_none_switches_the_trail_off(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
    assert set(_named_in_the_code()) == ENVIRONMENT
    for number, name in enumerate(sorted(ENVIRONMENT - {"CORELAB_USER", "CORELAB_PASSWORD", "CORELAB_CONFIG"})):
        for at, value in enumerate(OFF):
            before = len(kinds(lab))
            adds(lab, user=f"reader-{number}-{at}", **{name: value or str(tmp_path)} if name.startswith("T") else {name: value})
            assert kinds(lab)[before:] == ["session.opened", "account.invited", "session.closed"]
    assert verify_lab(lab.open.folder).faults == ()


def _named_in_the_code() -> Iterator[str]:
    """Names in every line that reads or sets the environment."""
    for path in sources():
        text = path.read_text("utf-8")
        for line in (line for line in text.splitlines() if re.search("environ|getenv", line) and not line.lstrip().startswith("#")):
            yield from re.findall(r'"([A-Z][A-Z_]+)"', line)


def test_p11_37_no_setting_of_a_lab_switches_the_trail_off(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
    with lab.open.store.read() as snapshot:
        assert {row["name"] for row in snapshot.all("setting")} <= SETTINGS
    tried = {people.PIXEL_CHECK: "one", access.PASSWORD_AGE: "3650", access.SECOND_FACTOR: "", access.ENROLLED_ONLY: "", "audit": "off"}
    for name, value in tried.items():
        with lab.open.store.begin(Actor()) as transaction:
            last = transaction.latest("setting", name=name)
            row = NewRow("setting", {"name": name, "n": last["n"] + 1 if last else 1, "value": value})
            transaction.record("setting.changed", "setting", name, rows=[row])
        before = len(kinds(lab))
        adds(lab, user=f"reader-{name.replace('_', '-')}")
        all_was_written(lab, before)


FLAGS = {
    "--accept",
    "--agreement",
    "--all",
    "--back",
    "--before-release",
    "--changes",
    "--dry-run",
    "--figures",
    "--frames",
    "--help",
    "--json",
    "--no-witness",
    "--out",
    "--password-stdin",
    "--planned",
    "--quick",
    "--rest-start",
    "--test",
    "--with-quarantine",
}
"""Every switch of the command line: none is about the trail, and a new one is looked at before it stands here."""


def test_p11_37_every_flag_is_known_and_no_command_writes_less_with_one(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
    found = {option for _, one in commands(typer.main.get_group(cli)) for param in one.params if _is_flag(param) for option in param.opts}
    assert found <= FLAGS, found - FLAGS
    for flag in ("--json", "--password-stdin"):
        before = len(kinds(lab))
        adds(lab, flag, user=f"reader{flag}".strip("-"))
        all_was_written(lab, before)


def _is_flag(param: object) -> bool:
    return bool(getattr(param, "is_flag", False))


@pytest.mark.parametrize("role", Role)
def test_p11_37_no_role_works_without_leaving_events(lab: Lab, role: Role) -> None:
    user = {Role.ADMINISTRATOR: "administrator", Role.COORDINATOR: "coordinator"}.get(role, f"{role.value}-1")
    session = lab.person(user, role)
    accounts.sign_out(lab.open, session)
    before = len(kinds(lab))
    again = lab.sign_in(user)
    accounts.change_password(lab.open, again, PASSWORD, "another horse, another battery")
    accounts.sign_out(lab.open, again)
    assert kinds(lab)[before:] == ["session.opened", "credential.changed", "session.closed"]


def test_p11_37_the_trail_has_no_switch_in_the_code() -> None:
    """Only one function writes an event, by one of each kind of database, and nothing asks before it does."""
    for path, name, writes in (
        ("transaction.py", "_write", "self._pen.event(header, payload, rows)"),
        ("file_pen.py", "event", "self._insert('event'"),
        ("postgres/server_pen.py", "event", "self._call('SELECT core.append_event("),
    ):
        text = (Path(corelab.__file__).parent / "storage" / path).read_text("utf-8")
        found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name == name]
        lines = ast.unparse(found[-1]).splitlines()
        written = next(at for at, line in enumerate(lines) if writes in line)
        assert not any(line.strip().startswith(("if ", "return")) for line in lines[:written])
