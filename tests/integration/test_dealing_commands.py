"""Who reads what, by command: assign, replace a reader, declare somebody absent."""

from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from tests.builders import Lab
from tests.dealing_builders import a_design, a_trial, dealt, ready
from tests.lab_commands import answered, run
from tests.reading_builders import rows_of

AWAY = "On leave until May"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    made = a_trial(tmp_path, a_design(order="time_sequential", subject_spacing=0))
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    return made


def test_assign_says_what_waits_and_deals_a_visit_early_when_told(lab: Lab) -> None:
    ready(lab, visits=("D10",))
    first = answered(lab, "assign")
    assert (first["assigned"], [one["what"] for one in first["waiting"]]) == (0, ["S01 D10"])
    assert "are not in" in first["waiting"][0]["why"]
    assert answered(lab, "assign", "--early", "S01") == {"assigned": 2, "waiting": []}


def test_a_reader_is_replaced_by_command(lab: Lab) -> None:
    ready(lab, visits=("BL",))
    answered(lab, "assign")
    third = lab.person("reader-3", Role.READER)
    done = answered(lab, "assign", "--replace", "reader-1", "--cause", "AWAY", "--reason", AWAY)
    assert done == {"assigned": 1, "waiting": []}
    assert dealt(lab, third) == ["S01:BL"]
    assert [row["cause"] for row in rows_of(lab, "assignment_end")] == ["AWAY"]


@pytest.mark.parametrize(
    "options", [("--replace", "reader-1"), ("--reason", AWAY), ("--subject", "S01"), ("--replace", "reader-1", "--reason", "  ")]
)
def test_a_replacement_needs_its_reason_and_a_reason_its_reader(lab: Lab, options: tuple[str, ...]) -> None:
    done = run(lab, "assign", *options)
    assert done.exit_code == 2
    assert rows_of(lab, "assignment_end") == []


def test_nobody_is_replaced_who_is_not_there(lab: Lab) -> None:
    done = run(lab, "assign", "--replace", "nobody", "--reason", AWAY)
    assert done.exit_code == 1
    assert "There is no account nobody" in done.stderr


def test_a_reader_is_declared_absent_and_back_by_command(lab: Lab) -> None:
    assert answered(lab, "account", "absent", "reader-1", "--reason", AWAY) == {"user": "reader-1", "absent": True}
    again = run(lab, "account", "absent", "reader-1", "--reason", AWAY)
    assert again.exit_code == 1
    assert "declared absent already" in again.stderr
    ready(lab, visits=("BL",))
    assert answered(lab, "assign")["assigned"] == 0
    assert answered(lab, "account", "absent", "reader-1", "--back", "--reason", "Here again today") == {"user": "reader-1", "absent": False}
    assert answered(lab, "assign")["assigned"] == 2


def test_only_a_coordinator_declares_somebody_absent(lab: Lab) -> None:
    done = run(lab, "account", "absent", "reader-1", "--reason", AWAY, user="administrator")
    assert done.exit_code == 1
    assert rows_of(lab, "absence") == []
