"""Every kind of event that the program writes stands in the table that says whose work it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import corelab
from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.domain.trial_data import DATA, PASSING


def written_kinds() -> Iterator[tuple[str, str]]:
    """Each literal kind in a call of ``record``, with its file."""
    for path in sorted(Path(corelab.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"record", "_record"}
                and node.args
            ):
                kind = node.args[0]
                if isinstance(kind, ast.Constant) and isinstance(kind.value, str) and "." in kind.value:
                    yield kind.value, path.name


def test_every_kind_that_is_written_is_known() -> None:
    written = list(written_kinds())
    assert "lab.created" in {kind for kind, _ in written}
    assert [pair for pair in written if pair[0] not in KIND_COMMANDS] == []


def test_of_every_kind_it_is_decided_whether_it_is_a_record_of_the_trials_data() -> None:
    assert not DATA & PASSING
    assert sorted((DATA | PASSING) ^ KIND_COMMANDS.keys()) == []


def test_what_people_look_at_print_or_hand_out_makes_no_new_package_and_what_they_grade_or_decide_does() -> None:
    looking = {
        "session.opened",
        "reading.opened",
        "screen.locked",
        "unlock.refused",
        "audit.printed",
        "package.approved",
        "checkpoint.signed",
    }
    assert looking <= PASSING
    grading = {
        "answer.changed",
        "reading.signed",
        "reading.invalidated",
        "exam.compared",
        "case.finished",
        "lock.approved",
        "payload.redacted",
    }
    assert grading <= DATA
