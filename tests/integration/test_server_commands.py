"""The command line and the window on a lab that lies on a real server: named by its address, wherever a folder could stand."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner, Result

from corelab import app
from corelab.cli import cli
from corelab.domain.addresses import ServerAddress
from corelab.services import accounts, labs, reading
from corelab.settings import last_lab, load_settings
from corelab.ui.application import Doors, Front
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.reading_page import ReadingPage
from tests.builders import PASSWORD, Lab
from tests.gui.reader import COMP_CFV, a_reading_lab
from tests.reading_builders import a_dealt_lab
from tests.server_labs import left, on_server
from tests.servers import Server


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))


@pytest.fixture
def lab(tmp_path: Path, postgres_server: Server) -> Iterator[Lab]:
    with moved(a_dealt_lab(tmp_path, "S01"), postgres_server, tmp_path) as far:
        yield far


@contextmanager
def moved(made: Lab, server: Server, tmp_path: Path) -> Iterator[Lab]:
    """Onto the server, with its clips in the folder of whoever works at this machine."""
    clips = made.open.clips
    far = on_server(server, made, tmp_path)
    shutil.copytree(clips, labs.folder_of(address_of(far), load_settings().state) / "clips")
    yield far
    left(far)


def address_of(lab: Lab) -> ServerAddress:
    assert lab.open.address is not None
    return lab.open.address


def run(lab: Lab, group: str, *rest: str, user: str = "coordinator", password: str = PASSWORD) -> Result:
    told = {"CORELAB_USER": user, "CORELAB_PASSWORD": password, "COLUMNS": "300"}
    return CliRunner().invoke(cli, [group, address_of(lab).text, *rest], env=told)


def answered(lab: Lab, *arguments: str, user: str = "coordinator") -> Any:
    done = run(lab, *arguments, "--json", user=user)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_commands_take_the_address_where_a_folder_could_stand(lab: Lab) -> None:
    assert sum(answered(lab, "status")["states"].values()) == 1
    people = answered(lab, "account", "list", user="administrator")["accounts"]
    assert {"administrator", "coordinator", "reader-1"} <= {each["user"] for each in people}
    assert answered(lab, "audit", user="coordinator")["events"]
    assert answered(lab, "checkpoint")["seq"] > 0


def test_verify_signs_in_and_finds_only_what_the_test_put_in_place_of_the_servers_functions(lab: Lab) -> None:
    found = json.loads(run(lab, "verify", "--json").stdout)
    assert any("server_time" in each["where"] for each in found["faults"])
    assert {each["what"].partition(":")[0] for each in found["faults"]} == {"server"}
    assert found["checked"]["events"] > 0
    assert run(lab, "verify", user="reader-1").exit_code == 1


def test_a_reader_is_refused_what_is_not_theirs_and_a_wrong_password_says_no_more(lab: Lab) -> None:
    assert "Your role does not allow this." in run(lab, "compare", user="reader-1").stderr
    wrong = [run(lab, "status", user=user, password="not the password") for user in ("coordinator", "nobody")]
    assert [each.exit_code for each in wrong] == [1, 1]
    assert wrong[0].stderr == wrong[1].stderr


def test_a_clock_that_is_apart_from_the_servers_is_told_once_signed_in(lab: Lab) -> None:
    assert "the server's. Records carry the time of the server" in run(lab, "status").stderr


def test_a_name_too_long_for_a_role_of_the_server_is_refused_with_the_longest(lab: Lab) -> None:
    refused = run(lab, "account", "add", "r" * 60, "--name", "Reader", "--role", "reader", "--identity", "known", user="administrator")
    assert refused.exit_code == 1, refused.output
    assert f"at most {62 - len(address_of(lab).database)} letters" in refused.stderr


def test_the_window_opens_the_address_and_reads_there(tmp_path: Path, postgres_server: Server, qtbot: QtBot) -> None:
    with moved(a_reading_lab(tmp_path), postgres_server, tmp_path) as made:
        accounts.sign_out(made.open, made.reader_1)
        settings = load_settings()
        window = MainWindow()
        qtbot.addWidget(window)
        doors = Doors(app.open_for_window, None, lambda place: app._remember(settings, place))
        front = Front(window, ImmediateJobs(), doors)
        window.show()
        front.welcome().lab_chosen.emit(address_of(made))
        assert last_lab(settings) == address_of(made).text
        form = front._sign_in
        assert form is not None
        form.user.setText("reader-1")
        form.password.setText(PASSWORD)
        form.do.click()
        desk = front._desk
        assert desk is not None
        next_one = reading.worklist(desk.lab, desk.session).next
        assert next_one is not None
        window.open_page("reading", next_one.assignment)
        page = window.current
        assert isinstance(page, ReadingPage)
        page.answer(1)
        assert COMP_CFV in reading.open_reading(desk.lab, desk.session, next_one.assignment).reading.answers
        assert page.closing()
        front.sign_out()
        desk.lab.close()
