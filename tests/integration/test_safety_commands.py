"""What a coordinator must see to, by command: safety notices, unblindings, and what the status counts."""

from pathlib import Path

import pytest

from tests.builders import Lab
from tests.lab_commands import answered, run
from tests.types_builders import PAIRED, a_lab_of_two_types, readers_of, reads


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The first reader of a pair signed what fires an alert that opens an unblinding."""
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    made = a_lab_of_two_types(tmp_path)
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    reads(made, readers_of(made, PAIRED)[0], COMP_CFV=2)
    return made


def test_a_notice_is_listed_counted_and_acknowledged(lab: Lab) -> None:
    (notice,) = answered(lab, "safety", "list")["notices"]
    assert (notice["subject"], notice["visit"], notice["alert"], notice["acknowledged"]) == ("S01", "D10", "S01", None)
    assert answered(lab, "status")["notices"] == 1
    answered(lab, "safety", "acknowledge", notice["id"], "--done", "Site informed by phone")
    (seen,) = answered(lab, "safety", "list")["notices"]
    assert (seen["acknowledged"]["by"], seen["acknowledged"]["done"]) == ("Coordinator", "Site informed by phone")
    assert answered(lab, "status")["notices"] == 0


def test_a_notice_that_does_not_wait_is_told_so(lab: Lab) -> None:
    done = run(lab, "safety", "acknowledge", "nothing", "--done", "Site informed by phone")
    assert done.exit_code == 1
    assert "No safety notice nothing waits." in done.stderr


def test_an_unblinding_is_added_and_listed_beside_the_one_an_alert_opened(lab: Lab) -> None:
    told = ("--kind", "site contact", "--seen", "Told on the phone", "--done", "Site reminded", "--planned")
    answered(lab, "unblinding", "add", "S01:D10", "reader-1", *told)
    by_alert, added = answered(lab, "unblinding", "list")["unblindings"]
    assert (by_alert["alert"], by_alert["kind"], by_alert["by"]) == ("S01", "stent", None)
    assert (added["person"], added["kind"], added["planned"], added["by"]) == ("Reader 1", "site contact", True, "Coordinator")


def test_a_person_is_excepted_by_command_with_a_reason(lab: Lab) -> None:
    told = ("--kind", "site contact", "--seen", "Told on the phone", "--done", "Site reminded")
    answered(lab, "unblinding", "add", "S01:D10", "reader-2", *told)
    answered(lab, "unblinding", "except", "S01:D10", "reader-2", "--reason", "The monitor agreed")
    why = [one["excepted"]["why"] for one in answered(lab, "unblinding", "list")["unblindings"] if one["excepted"]]
    assert set(why) == {"The monitor agreed"}
    done = run(lab, "unblinding", "except", "S01:D10", "reader-2", "--reason", "The monitor agreed")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Nothing keeps reader-2 from exams of S01." in done.stderr


def test_what_is_no_kind_is_refused_in_words(lab: Lab) -> None:
    done = run(lab, "unblinding", "add", "S01:D10", "reader-1", "--kind", "guess", "--seen", "Told on the phone", "--done", "Site reminded")
    assert done.exit_code == 1
    assert "guess is no kind, person or exam that is known here." in done.stderr


@pytest.mark.parametrize("group", ["safety", "unblinding"])
def test_readers_are_told_nothing(lab: Lab, group: str) -> None:
    done = run(lab, group, "list", user="reader-1")
    assert done.exit_code == 1
    assert "S01" not in done.stdout + done.stderr
