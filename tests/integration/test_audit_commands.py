"""The trail and signed readings on the command line."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.services import assignment, comparison
from tests.builders import PASSWORD, Lab
from tests.reading_builders import a_ready_exam, a_staffed_lab, signs


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = a_staffed_lab(tmp_path_factory.mktemp("lab"))
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    assert lab.auditor.account
    return lab


@pytest.fixture
def lab(made: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("CORELAB_CONFIG", str(made.open.configuration))
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    return made


def run(lab: Lab, *arguments: str, user: str = "auditor-1") -> Result:
    group, *rest = arguments
    told = {"CORELAB_USER": user, "CORELAB_PASSWORD": PASSWORD}
    return CliRunner().invoke(cli, [group, str(lab.open.folder), *rest], env=told)


def document(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_p11_41_the_trail_is_shown_by_case_person_and_time(lab: Lab) -> None:
    events = document(run(lab, "audit", "--case", "S01:D10", "--json"))["events"]
    assert {"answer.changed", "reading.signed", "exam.compared"} <= {one["kind"] for one in events}
    assert all(one["what"] and one["record"]["words"] and one["local"].endswith("+01:00") for one in events)
    mine = document(run(lab, "audit", "--person", "reader-1", "--kind", "reading", "--json"))["events"]
    assert [one["kind"] for one in mine] == ["reading.opened", "reading.signed"]
    assert document(run(lab, "audit", "--until", "2026-01-11", "--json"))["events"] == []
    day = document(run(lab, "audit", "--since", "2026-01-12", "--until", "2026-01-12", "--json"))["events"]
    assert len(day) > len(events)


def test_changes_come_with_old_and_new_values(lab: Lab) -> None:
    events = document(run(lab, "audit", "--changes", "--person", "reader-1", "--json"))["events"]
    told = [one for event in events for one in event["changes"]]
    assert {
        "value": "Compressibility, Common femoral vein",
        "field": "answer",
        "old": None,
        "new": "Full: walls meet under light pressure",
    } in told


def test_words_are_one_line_for_each_event_and_say_how_many(lab: Lab) -> None:
    done = run(lab, "audit", "--kind", "exam.compared")
    line, last = done.stdout.splitlines()
    assert "Coordinator (coordinator)" in line
    assert line.endswith("Readings compared, result stands; Comparison, S01 D10")
    assert last == "1 events. Events of the kinds exam.compared."


@pytest.mark.parametrize("user", ["reader-1", "administrator"])
def test_others_are_refused(lab: Lab, user: str) -> None:
    for arguments in (("audit",), ("reading", "list")):
        done = run(lab, *arguments, user=user)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "Your role does not allow this." in done.stderr


def test_a_time_that_is_none_is_wrong_usage(lab: Lab) -> None:
    done = run(lab, "audit", "--since", "last week")
    assert done.exit_code == 2
    assert "2026-01-12" in done.stderr


def test_a_kind_that_no_event_has_is_wrong_usage(lab: Lab) -> None:
    refused = run(lab, "audit", "--kind", "redaing")
    assert (refused.exit_code, "reading" in refused.stderr) == (2, True)
    assert run(lab, "audit", "--since", "2026-02-01", "--until", "2026-01-01").exit_code == 2


def test_a_name_that_nothing_has_is_doubted_in_words(lab: Lab) -> None:
    told = run(lab, "audit", "--person", "nobody")
    assert (told.exit_code, "as the lab has them" in told.stderr) == (0, True)


def test_the_whole_trail_is_exported_and_a_part_is_refused(lab: Lab, tmp_path: Path) -> None:
    made = document(run(lab, "audit", "--export", str(tmp_path / "trail"), "--json"))
    assert {"events.jsonl", "verify_standalone.py"} <= {path.name for path in (tmp_path / "trail").rglob("*")}
    assert made["events"] > 30
    assert run(lab, "audit", "--export", str(tmp_path / "part"), "--case", "S01").exit_code == 2
    assert not (tmp_path / "part").exists()


def test_the_line_that_checks_an_exported_trail_can_be_copied_with_its_spaces(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "trail of today"
    told = run(lab, "audit", "--export", str(folder)).stdout
    line = told.partition("Check it with: ")[2].strip()
    assert shlex.split(line) == ["python", str(folder / "verify_standalone.py"), str(folder)]


def test_a_trail_is_not_written_over_a_folder_and_is_not_called_a_package(lab: Lab, tmp_path: Path) -> None:
    refused = run(lab, "audit", "--export", str(tmp_path))
    assert refused.exit_code == 1
    assert refused.stderr.startswith("A folder of this name is there already. It was not touched.")


def test_readings_are_listed_printed_and_exported(lab: Lab, tmp_path: Path) -> None:
    listed = document(run(lab, "reading", "list", "S01", "--json"))["readings"]
    assert sorted(one["reader"] for one in listed) == ["Reader 1", "Reader 2"]
    known = listed[0]["id"][:8]
    printed = document(run(lab, "reading", "print", known, str(tmp_path / "one.pdf"), "--json"))
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "one.pdf").stat().st_mode & 0o077 == 0  # for nobody else
    assert printed["reading"] == listed[0]["id"]
    document(run(lab, "reading", "export", known, str(tmp_path / "one.json"), "--json"))
    assert json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))["revisions"][0]["id"] == listed[0]["id"]
    again = run(lab, "reading", "print", known, str(tmp_path / "one.pdf"))
    assert again.exit_code == 1
    assert "There is a file or folder of this name already." in again.stderr
    unknown = run(lab, "reading", "print", "ffffffff", str(tmp_path / "two.pdf"))
    assert "No reading has this id" in unknown.stderr
    assert not (tmp_path / "two.pdf").exists()


def test_the_lines_are_printed(lab: Lab, tmp_path: Path) -> None:
    done = document(run(lab, "audit", "--kind", "reading", "--print", str(tmp_path / "trail.pdf"), "--json"))
    assert done["events"] >= 4
    assert (tmp_path / "trail.pdf").read_bytes().startswith(b"%PDF")
