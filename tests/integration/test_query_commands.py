"""Queries on the command line: raised, listed, sent, answered, closed, printed; one document each, and words without what was refused."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from corelab.domain.clock import SystemClock
from corelab.domain.queries import QueryKind
from corelab.domain.vocabulary import Side
from corelab.services import intake, queries
from tests.builders import Lab, a_lab
from tests.dicom_builders import TOKEN, a_file, speckle
from tests.lab_commands import answered, run

REFUSED, WRONG_USAGE = 1, 2


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture
def clip(lab: Lab, tmp_path: Path) -> str:
    file = a_file(tmp_path / "from the site.dcm", pixels=speckle())
    taken = intake.take_in(lab.open, lab.coordinator, [file], subject="S-1", visit="D10", side=Side.LEFT)
    return str(taken.objects[0].clip)


def test_a_query_goes_its_way_by_commands(lab: Lab, clip: str) -> None:
    raised = answered(lab, "query", "raise", "--kind", "quality", "--clip", clip, "--site", "S01", "--fact", "segment=CFV")
    assert (raised["name"], raised["number"], raised["state"], raised["facts"]) == ("S01-1", 1, "open", {"segment": "CFV"})
    due = f"{SystemClock().now() + timedelta(days=9):%Y-%m-%d}"
    sent = answered(lab, "query", "send", "S01-1", "--due", due)
    assert (sent["state"], sent["due"], sent["overdue"]) == ("sent", f"{due}T23:59:59Z", False)
    assert answered(lab, "query", "list", "--state", "overdue") == {"queries": []}
    assert answered(lab, "query", "list", "--site", "S02") == {"queries": []}
    assert due in run(lab, "query", "list").stdout
    answered(lab, "query", "give", "1", lab.coordinator_2.user_name)
    answered(lab, "query", "answer", "Q1", "--words", "The clip shows POPV")
    closed = answered(lab, "query", "close", "S01-1")
    assert [one["step"] for one in closed["messages"]] == ["raised", "sent", "given", "answered", "closed"]
    assert closed["owner"] == "Coordinator 2"
    shown = run(lab, "query", "show", "1").stdout
    for part in ("A clip cannot be used for reading", "Segment CFV.", "The clip shows POPV", "Closed"):
        assert part in shown


def test_what_a_site_was_asked_long_ago_is_overdue(lab: Lab, clip: str) -> None:
    """Commands look at the clock of the machine."""
    lab.clock.at = SystemClock().now() - timedelta(days=40)
    query = queries.raise_query(lab.open, lab.coordinator, QueryKind.QUALITY, clip=clip, site="S01")
    queries.send(lab.open, lab.coordinator, query)
    late = answered(lab, "query", "list", "--state", "overdue")["queries"]
    assert [(one["name"], one["age"] >= 39, one["overdue"]) for one in late] == [("S01-1", True, True)]
    assert "overdue, " in run(lab, "query", "list").stdout


def test_excluding_and_cancelling_need_reasons_that_are_kept(lab: Lab, clip: str) -> None:
    answered(lab, "query", "raise", "--kind", "readable text", "--clip", clip)
    assert run(lab, "query", "exclude", "1").exit_code == WRONG_USAGE
    assert answered(lab, "query", "exclude", "1", "--reason", "No answer will come")["excluded"] == "No answer will come"
    assert answered(lab, "query", "exclude", "1", "--back")["excluded"] is None
    assert run(lab, "query", "cancel", "1", "--reason", "no").exit_code == REFUSED
    assert answered(lab, "query", "cancel", "1", "--reason", "Raised about the wrong clip")["state"] == "cancelled"


def test_a_letter_is_attached_to_an_answer(lab: Lab, clip: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"a letter")
    answered(lab, "query", "raise", "--kind", "quality", "--clip", clip, "--site", "S01")
    answered(lab, "query", "send", "1")
    assert run(lab, "query", "answer", "1").exit_code == REFUSED
    done = answered(lab, "query", "answer", "1", "--attach", str(letter))
    assert done["messages"][-1]["attached"] is not None
    assert "kept in quarantine" in run(lab, "query", "show", "1").stdout


def test_words_that_name_somebody_are_refused_without_being_repeated(lab: Lab, clip: str) -> None:
    done = run(lab, "query", "raise", "--kind", "other", "--clip", clip, "--words", f"Ask for {TOKEN}, born 1970-03-12")
    assert done.exit_code == REFUSED
    assert "a date and something that identifies the patient" in done.stderr
    assert TOKEN not in done.stderr + done.stdout
    assert "1970" not in done.stderr + done.stdout
    assert answered(lab, "query", "list") == {"queries": []}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("raise", "--kind", "gossip", "--site", "S01"), REFUSED),
        (("raise", "--kind", "quality", "--site", "S01", "--fact", "segment"), WRONG_USAGE),
        (("raise", "--kind", "quality", "--exam", "S-9:D10"), REFUSED),
        (("list", "--state", "lost"), WRONG_USAGE),
        (("send", "none"), REFUSED),
        (("send", "1", "--due", "soon"), WRONG_USAGE),
        (("print", "letters.txt"), WRONG_USAGE),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(lab: Lab, words: tuple[str, ...], code: int) -> None:
    assert run(lab, "query", *words).exit_code == code
    assert answered(lab, "query", "list") == {"queries": []}


def test_letters_and_a_table_are_printed(lab: Lab, clip: str, tmp_path: Path) -> None:
    answered(lab, "query", "raise", "--kind", "quality", "--clip", clip, "--site", "S01")
    answered(lab, "query", "raise", "--kind", "other", "--site", "S02", "--words", "Is the machine repaired?")
    answered(lab, "query", "send", "S02-1")
    letters = answered(lab, "query", "print", str(tmp_path / "letters.pdf"))
    assert letters == {"queries": 2, "file": str(tmp_path / "letters.pdf")}
    assert (tmp_path / "letters.pdf").read_bytes().startswith(b"%PDF")
    assert answered(lab, "query", "print", str(tmp_path / "open.csv"), "--state", "open")["queries"] == 1
    assert answered(lab, "query", "print", str(tmp_path / "unsent.csv"), "--state", "to be sent")["queries"] == 1
    assert answered(lab, "query", "print", str(tmp_path / "sent.csv"), "--state", "with the site")["queries"] == 1
    assert answered(lab, "query", "print", str(tmp_path / "S02.csv"), "--site", "S02")["queries"] == 1
    again = run(lab, "query", "print", str(tmp_path / "letters.pdf"))
    assert again.exit_code == REFUSED
    assert "already" in again.stderr


def test_auditors_list_and_print_and_readers_are_refused(lab: Lab, clip: str, tmp_path: Path) -> None:
    answered(lab, "query", "raise", "--kind", "quality", "--clip", clip, "--site", "S01")
    auditor = lab.auditor.user_name
    assert len(answered(lab, "query", "list", user=auditor)["queries"]) == 1
    assert json.loads(run(lab, "query", "print", str(tmp_path / "all.csv"), "--json", user=auditor).stdout)["queries"] == 1
    assert run(lab, "query", "close", "1", user=auditor).exit_code == REFUSED
    for user in (lab.reader_1.user_name, lab.adjudicator.user_name):
        assert run(lab, "query", "list", user=user).exit_code == REFUSED
        assert run(lab, "query", "show", "1", user=user).stderr == run(lab, "query", "show", "none", user=user).stderr
