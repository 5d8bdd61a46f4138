"""Each way by which blinding could be lost, with the tests that probe it, or the reason why none does."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent.parent

Probed = tuple[str, tuple[str, ...] | str]

CHANNELS: dict[str, Probed] = {
    "U1": (
        "order, length and timing of the worklist",
        (
            "test_p11_57_the_orders_of_two_readers_have_nothing_in_common",
            "test_p11_57_no_order_follows_the_intake",
            "test_p11_57_nothing_counts_what_is_to_come",
            "test_p11_57_what_the_other_has_signed_moves_nothing_in_the_list",
        ),
    ),
    "U2": ("file and folder names", ("test_no_clip_tells_when_it_came", "test_p11_61_no_file_holds_a_sealed_note_or_what_a_site_sent")),
    "U3": (
        "UIDs, dates, private tags, burned-in text",
        ("test_p11_55_what_anybody_can_read_of_a_released_clip_tells_nothing", "test_a_seeded_word_is_gone_from_the_clip"),
    ),
    "U4": ("times", ("test_no_clip_tells_when_it_came", "test_p11_56_no_object_given_to_the_screen_has_a_field_for_what_is_hidden")),
    "U5": ("thumbnails and caches on the disk", ("test_work_of_a_reader_leaves_no_file_behind",)),
    "U6": ("titles, tool tips, accessible names", ("test_p11_56_a_reader_at_the_window_sees_no_identity_and_nothing_of_the_other",)),
    "U7": (
        "logs, crash files, tracebacks",
        (
            "test_p11_75_work_that_fails_on_any_page_leaves_no_value_anywhere",
            "test_p11_75_a_fault_of_any_page_itself_leaves_no_value_anywhere",
            "test_p11_75_a_fault_in_any_command_ends_in_words_and_a_report",
        ),
    ),
    "U8": (
        "core dumps and temporary files",
        (
            "test_u8_the_program_leaves_no_core_dump_and_keeps_temporary_files_to_itself",
            "test_u8_what_a_killed_program_left_goes_with_the_next_start",
        ),
    ),
    "U9": ("recent files and settings", ("test_u9_settings_hold_the_folder_of_the_lab_and_nothing_of_the_trial",)),
    "U10": ("exports, backups", ("test_p11_55_no_command_tells_a_reader_or_adjudicator_anything",)),
    "U11": ("undo, drafts, defaults of the person before", ("test_u11_the_next_person_takes_back_and_sees_nothing_of_the_one_before",)),
    "U12": ("clipboard", ("test_p11_20_the_picture_is_gone_and_the_clipboard_empty_when_nobody_was_there",)),
    "U13": ("cached frames of the other", ("test_u13_no_frame_of_one_person_is_there_for_the_next",)),
    "U14": (
        "database, journal",
        (
            "test_p11_61_signed_readings_and_drafts_add_no_grade_to_any_file",
            "test_p11_61_the_journal_of_a_transaction_holds_nothing_either",
        ),
    ),
    "U15": ("digests", ("test_p11_61_digests_of_equal_grades_differ_and_4096_guesses_miss",)),
    "U16": ("lengths", ("test_p11_61_whatever_is_graded_the_sealed_records_are_as_long",)),
    "U17": (
        "metadata of a database server",
        "A lab is a folder in this version: no server has plans, sequences or roles that could tell.",
    ),
    "U18": (
        "unique and foreign keys as an oracle",
        ("test_p11_55_every_service_refuses_what_is_anothers_as_what_does_not_exist",),
    ),
    "U19": (
        "the outcome",
        (
            "test_u19_after_signing_the_window_says_the_same_whether_the_other_agreed",
            "test_p11_55_whether_the_other_agreed_changes_nothing_for_who_signed",
        ),
    ),
    "U20": ("a second look after the outcome is known", ("test_u20_after_release_no_reader_changes_a_reading",)),
    "U21": (
        "what the picture itself shows",
        "Readers cannot report yet that a picture unblinded them: a coordinator withdraws the work.",
    ),
    "U22": ("hidden repeats", "This version refuses a charter with hidden repeats: there is none to recognise."),
    "U23": (
        "style in a case",
        ("test_u23_a_case_holds_no_id_time_name_or_free_text", "test_p11_59_a_and_b_are_drawn_evenly_over_400_cases"),
    ),
    "U24": (
        "error texts",
        (
            "test_p11_55_no_command_tells_a_reader_or_adjudicator_anything",
            "test_p11_55_missing_and_forbidden_labs_and_passwords_sound_alike",
        ),
    ),
}


@cache
def names_of_tests() -> set[str]:
    return {
        node.name
        for file in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("number", list(CHANNELS))
def test_every_channel_has_a_probe_or_a_reason(number: str) -> None:
    probed = CHANNELS[number][1]
    if isinstance(probed, str):
        assert probed.endswith(".")
    else:
        assert probed
        assert names_of_tests().issuperset(probed)


def test_no_channel_is_left_out() -> None:
    assert set(CHANNELS) == {f"U{n}" for n in range(1, 25)}
