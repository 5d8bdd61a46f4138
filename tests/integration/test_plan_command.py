"""``corelab plan``: what it prints is what the model says, for the charter that was named, and it refuses what is no lab."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.cli.plan_words import NAMES, TURN, figures, share, size, waiting
from corelab.domain.scaling.load import Load, Machines
from corelab.domain.scaling.plan import Part, plan


def told(*typed: str) -> str:
    result = CliRunner().invoke(cli, ["plan", *typed])
    assert result.exit_code == 0, result.output
    return result.stdout


def document(*typed: str) -> dict[str, Any]:
    return dict(json.loads(told(*typed, "--json")))


def test_the_document_holds_what_the_model_says() -> None:
    found, model = document("--readers", "30", "--trials", "3"), plan(Load(readers=30, trials=3), Machines())
    assert found["records_bytes"] == round(model.sizes.records)
    assert found["clip_bytes"] == round(model.sizes.clips)
    assert found["full_first"] == model.first.value
    assert [each["part"] for each in found["parts"]] == [part.value for part in Part]
    assert found["waits"]["save"]["count"] > 0
    assert found["keeps_up"]


def test_what_cannot_keep_up_has_no_waits() -> None:
    found = document("--readers", "100", "--trip-ms", "20")
    assert (found["keeps_up"], found["waits"]) == (False, None)
    assert "later and later" in told("--readers", "100", "--trip-ms", "20")


def test_the_charter_sets_the_size_of_a_record_and_the_visits() -> None:
    lower, portal = document("--visits", "3"), document("--visits", "3", "--charter", "portal-hepatic")
    assert portal["records_bytes"] < lower["records_bytes"]
    assert portal["exams"] == lower["exams"] == 900
    assert document("--charter", "portal-hepatic")["exams"] == 300 * 5


def test_the_words_name_every_part_and_what_to_turn() -> None:
    words = told("--readers", "500")
    assert all(name in words for name in NAMES.values())
    assert f"full: connections. {TURN[Part.CONNECTIONS]}" in words
    assert "500 readers, 1 x 300 subjects, 4 visits: 1,200 exams" in words


@pytest.mark.parametrize("typed", [("--readers", "0"), ("--cases", "1.5"), ("--hours", "25"), ("--trips", "3")])
def test_what_is_no_lab_is_refused_as_wrong_usage(typed: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, ["plan", *typed])
    assert (result.exit_code, result.stdout) == (2, "")


def test_an_unknown_charter_is_named_with_those_there_are() -> None:
    result = CliRunner().invoke(cli, ["plan", "--charter", "none-such"])
    assert result.exit_code == 1
    assert "dvt-lower-extremity" in result.stderr


def test_numbers_are_said_in_two_figures() -> None:
    assert [figures(each) for each in (0.04, 1.26, 13.6, 136, 1361, 98765)] == ["0.0", "1.3", "14", "140", "1,400", "99,000"]
    assert [size(each) for each in (999, 1_198_570_400, 77.5e9, 120e12)] == ["1,000 B", "1.2 GB", "78 GB", "120 TB"]
    assert [share(each) for each in (0.004, 0.016, 1.361)] == ["under 1 %", "1.6 %", "140 %"]
    assert [waiting(each) for each in (0.002, 0.436, 12.3)] == ["under 10 ms", "440 ms", "12 s"]
