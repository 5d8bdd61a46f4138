"""Deliveries that contradict each other, masks that change, other keys, faults in the middle: no word gets out."""

import ast
from pathlib import Path

import pytest

from tests.acceptance.intake.open_cases import OPEN
from tests.acceptance.intake.work import CASES, WorkCase

TESTS = Path(__file__).parents[2]
IN_THE_WINDOW = (
    "test_p11_56_a_reader_at_the_window_sees_no_identity_and_nothing_of_the_other",
    "test_p11_75_work_that_fails_on_any_page_leaves_no_value_anywhere",
    "test_u9_settings_hold_the_folder_of_the_lab_and_nothing_of_the_trial",
    "test_p11_20_the_picture_is_gone_and_the_clipboard_empty_when_nobody_was_there",
    "test_p11_61_the_journal_of_a_transaction_holds_nothing_either",
    "test_work_of_a_reader_leaves_no_file_behind",
)
"""The rest of case 41 is walked through elsewhere: texts, tool tips and titles of the window, its faults, settings, clipboard, journal."""


@pytest.mark.parametrize("case", [case for case in CASES if case.id not in OPEN], ids=lambda case: case.id)
def test_work_ends_as_it_must_and_no_word_gets_out(case: WorkCase, tmp_path: Path) -> None:
    assert case.result(tmp_path / "world").faults(case.end, case.codes) == ()


def test_titles_settings_clipboard_and_journal_are_walked_through_elsewhere() -> None:
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in TESTS.rglob("test_*.py"))
    names = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert names.issuperset(IN_THE_WINDOW)
