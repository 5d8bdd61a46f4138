"""What coordinators do to records after the first signature, by command."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.reading_states import ReadingState
from corelab.domain.vocabulary import ExamState
from corelab.services import packages
from tests.builders import PASSWORD, Lab
from tests.lab_commands import answered, run
from tests.life_builders import assignment_of, compares, dealt, exam_state, reading_of, reading_state
from tests.reading_builders import a_staffed_lab, rows_of, signs

WHY = "The reader asked to look once more"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    made = a_staffed_lab(tmp_path)
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    dealt(made)
    signs(made, made.reader_1, COMP_CFV=2)
    return made


def test_states_list_every_assignment_with_its_ids_and_no_grade(lab: Lab) -> None:
    rows = answered(lab, "reading", "states")["readings"]
    assert {(row["reader"], row["state"], row["revision"]) for row in rows} == {("reader-1", "signed", 1), ("reader-2", "assigned", 0)}
    assert {row["reading"] for row in rows} == {reading_of(lab, lab.reader_1), None}
    assert not any(word in json.dumps(rows) for word in ("partial", "full", '"none"'))


def test_a_reading_is_given_back_by_the_first_characters_of_its_id(lab: Lab) -> None:
    which = reading_of(lab, lab.reader_1)
    done = answered(lab, "reading", "reopen", which[:8], "--cause", "ASKED", "--reason", WHY)
    assert done == {"reopened": which, "reader": "reader-1"}
    assert reading_state(lab, assignment_of(lab, lab.reader_1)) is ReadingState.ASSIGNED


def test_an_assignment_is_withdrawn_and_a_reading_invalidated(lab: Lab) -> None:
    answered(lab, "reading", "withdraw", assignment_of(lab, lab.reader_2), "--cause", "AWAY", "--reason", "On leave for three weeks")
    answered(lab, "reading", "invalidate", reading_of(lab, lab.reader_1), "--cause", "CLIPS", "--reason", "Clips of the other limb")
    states = {row["reader"]: row["state"] for row in answered(lab, "reading", "states")["readings"]}
    assert states == {"reader-1": "invalidated", "reader-2": "withdrawn"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("reopen", "ID", "--reason", "ok"), "The reason says too little."),
        (("withdraw", "ID", "--reason", WHY), "What is signed is given back or invalidated"),
    ],
)
def test_p11_35_what_is_refused_says_why_and_changes_nothing(lab: Lab, arguments: tuple[str, ...], words: str) -> None:
    which = reading_of(lab, lab.reader_1)
    done = run(lab, "reading", *(which if one == "ID" else one for one in arguments))
    assert (done.exit_code, done.stdout) == (1, "")
    assert words in done.stderr
    assert "Nothing was changed." in done.stderr
    assert reading_state(lab, assignment_of(lab, lab.reader_1)) is ReadingState.SIGNED


def test_an_unknown_id_is_wrong_usage_and_a_reader_may_do_none_of_it(lab: Lab) -> None:
    assert run(lab, "reading", "reopen", "no-such-id", "--reason", WHY).exit_code == 2
    for arguments in (("states",), ("reopen", "x", "--reason", WHY)):
        done = run(lab, "reading", *arguments, user="reader-1")
        assert done.exit_code == 1
        assert "Your role does not allow this." in done.stderr


def test_a_lab_is_unlocked_by_two_coordinators(lab: Lab) -> None:
    assert lab.coordinator_2.account
    signs(lab, lab.reader_2, COMP_CFV=2)
    compares(lab)
    packages.lock(lab.open, lab.coordinator, "All exams are in", PASSWORD)
    first = answered(lab, "unlock", "--reason", "A query of the sponsor came late")
    assert first["unlocked"] is False
    done = run(lab, "unlock", "--reason", "A query of the sponsor came late")
    assert (done.exit_code, "Another person has to agree" in done.stderr) == (1, True)
    second = answered(lab, "unlock", "--reason", "I have seen the query too", user="coordinator-2")
    assert (second["unlocked"], second["exams"]) == (True, 1)
    assert exam_state(lab, rows_of(lab, "exam")[0]["id"]) is ExamState.FINAL


def test_words_are_redacted_by_two_people_and_verify_tells_it(lab: Lab) -> None:
    assert lab.coordinator_2.account
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        seq = transaction.record("query.sent", "query", None, payload={"text": "a name"}).seq
    answered(lab, "redact", "request", str(seq), "--cause", "NAME", "--reason", "A name stands in it")
    assert [one["seq"] for one in answered(lab, "redact", "list")["requests"]] == [seq]
    done = answered(lab, "redact", "confirm", str(seq), "--reason", "Seen, it is a name", user="coordinator-2")
    found = json.loads(CliRunner().invoke(cli, ["verify", str(lab.open.folder), "--json"]).stdout)
    assert found["ok"] is True
    assert found["redacted"] == [f"event {seq} (query.sent, query), by event {done['seq']}"]
