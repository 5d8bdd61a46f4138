"""What the command for taking in answers when a person has something to do: ask the site, or make room."""

import errno
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.services.intake import copying
from tests.builders import PASSWORD, Lab, a_lab
from tests.dicom_builders import a_file, speckle


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    made = a_lab(tmp_path)
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    assert made.coordinator.account
    return made


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    for n in (1, 2):
        a_file(folder / str(n), pixels=speckle(seed=n))
    return folder


def take_in(lab: Lab, source: Path, subject: str, *options: str) -> Result:
    told = {"CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD}
    return CliRunner().invoke(
        cli, ["intake", str(lab.open.folder), str(source), "--subject", subject, "--visit", "D10", *options], env=told
    )


def test_a_file_of_another_exam_is_a_fault_and_a_repetition_is_none(lab: Lab, site: Path) -> None:
    first = take_in(lab, site / "1", "S-1", "--json")
    assert first.exit_code == 0, first.stderr
    assert take_in(lab, site / "1", "S-1").exit_code == 0
    doubt = take_in(lab, site / "1", "S-2")
    assert doubt.exit_code == 1
    assert json.loads(first.stdout)["objects"][0]["clip"] in doubt.stdout
    assert "ask the site" in doubt.stderr


def test_a_full_disk_is_a_fault_and_the_answer_says_what_was_kept(
    lab: Lab, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = copying._created

    def created(target: Path) -> object:
        if target.name == "2.bin":
            raise OSError(errno.ENOSPC, "No space left on device")
        return made(target)

    monkeypatch.setattr(copying, "_created", created)
    done = take_in(lab, site, "S-1", "--report", str(tmp_path / "report.json"))
    assert done.exit_code == 1
    assert "1 object: 1 checked. The disk is full: make room. Stopped at object 2; 1 kept." in done.stdout
    assert "The disk is full" in done.stderr
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["counts"]["checked"] == 1
