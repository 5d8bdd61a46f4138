"""How a grade came to be, as transactions: first entry, changes, clearing, defaults, revisions, and what a signature makes of it."""

from hypothesis import given
from hypothesis import strategies as st

from corelab.export.odm.grades import Act, Entry, Frame, Told, steps, told_of

OPENED, SIGNED = Act(10, "t10", "R01"), Act(99, "t99", "R01")
FRAME = Frame(OPENED, SIGNED)
FULL, NONE, NA = Told("full"), Told("none"), Told("NA", "NA", "CONDITION")


def at(seq: int) -> Act:
    return Act(seq, f"t{seq}", "R01")


def kinds(signed: Told, *entries: Entry, before: Told | None = None) -> list[tuple[str, str | None, int]]:
    return [(one.kind, one.told.code if one.told else None, one.act.seq) for one in steps(signed, entries, FRAME, before)]


def test_a_first_entry_and_a_change_are_an_insert_and_an_update_at_their_events() -> None:
    assert kinds(FULL, Entry(None, NONE, at(11)), Entry(NONE, FULL, at(12))) == [("Insert", "none", 11), ("Update", "full", 12)]


def test_what_nobody_entered_is_told_by_the_signature() -> None:
    assert kinds(NA) == [("Insert", "NA", 99)]


def test_a_default_stands_from_the_opening() -> None:
    default = Told("diagnostic", prefilled=True)
    assert kinds(default) == [("Insert", "diagnostic", 10)]
    assert kinds(FULL, Entry(default, FULL, at(12))) == [("Insert", "diagnostic", 10), ("Update", "full", 12)]


def test_a_cleared_answer_is_removed_and_inserted_again() -> None:
    entries = (Entry(None, NONE, at(11)), Entry(NONE, None, at(12)), Entry(None, FULL, at(13)))
    assert kinds(FULL, *entries) == [("Insert", "none", 11), ("Remove", None, 12), ("Insert", "full", 13)]


def test_an_answer_whose_question_is_not_asked_any_more_ends_with_the_signature() -> None:
    assert kinds(NA, Entry(None, FULL, at(11))) == [("Insert", "full", 11), ("Update", "NA", 99)]


def test_other_evidence_for_the_same_grade_is_no_transaction() -> None:
    assert kinds(FULL, Entry(None, FULL, at(11)), Entry(FULL, FULL, at(12))) == [("Insert", "full", 11)]


def test_a_revision_begins_with_the_grades_of_the_one_before() -> None:
    assert kinds(FULL, before=FULL) == [("Insert", "full", 10)]
    assert kinds(FULL, Entry(NONE, FULL, at(12)), before=NONE) == [("Insert", "none", 10), ("Update", "full", 12)]
    assert kinds(NA, before=FULL) == [("Insert", "full", 10), ("Update", "NA", 99)]


def test_words_are_told_apart_and_never_told() -> None:
    one, other = (told_of({"value": words}, "TEXT") for words in ("seen", "seen twice"))
    assert one is not None
    assert one.code == "TEXT"
    assert kinds(Told("TEXT"), Entry(None, one, at(11)), Entry(one, other, at(12))) == [("Insert", "TEXT", 11), ("Update", "TEXT", 12)]


def test_an_answer_is_told_as_its_event_holds_it() -> None:
    assert told_of(None) is None
    assert told_of({"missing": "NE", "reason": "GAS"}) == Told("NE", "NE", "GAS")
    assert told_of({"value": "full", "prefilled": True}) == Told("full", prefilled=True)


told = st.sampled_from([None, FULL, NONE, NA])


@given(st.lists(told, max_size=6), st.sampled_from([FULL, NONE, NA]), told)
def test_whatever_was_entered_the_last_transaction_leaves_what_was_signed_and_none_repeats(
    said: list[Told | None], signed: Told, before: Told | None
) -> None:
    entries = [Entry(None, one, at(11 + number)) for number, one in enumerate(said)]
    made, now = steps(signed, entries, FRAME, before), None
    assert made[-1].told is not None
    assert made[-1].told.grade == signed.grade
    assert [one.act.seq for one in made] == sorted(one.act.seq for one in made)
    for one in made:
        assert one.kind == ("Remove" if one.told is None else "Insert" if now is None else "Update")
        assert one.told != now
        now = one.told
