"""How columns and codes of one package may differ from those of the one before: announced, stopped, or refused for ever."""

from dataclasses import replace

import pytest

from corelab.domain.specification import Change, Difference, NamedColumn, Specification, differences, digest, stops
from corelab.domain.specification_words import change_words

SUBJECT = NamedColumn("USUBJID", "Subject", "text", 40, key=True)
GRADE = NamedColumn("RESCD", "Grade", "text", 32)
SIDE = NamedColumn("SIDE", "Side", "text", 8, "SIDE")


def a_specification(*columns: NamedColumn, codes: dict[str, str] | None = None, **files: tuple[NamedColumn, ...]) -> Specification:
    return Specification("1.4.0", {"results": columns or (SUBJECT, GRADE, SIDE), **files}, {"SIDE": codes or {"LEFT": "Left"}})


BEFORE = a_specification()


def found(now: Specification, *earlier: Specification) -> list[tuple[Change, str]]:
    return [(one.change, one.where) for one in differences(earlier or (BEFORE,), now)]


def test_the_same_specification_and_a_first_one_differ_in_nothing() -> None:
    assert differences((), BEFORE) == ()
    assert differences((BEFORE,), a_specification(SIDE, SUBJECT, GRADE)) == (), "analysts find columns by name"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (a_specification(SUBJECT, GRADE, SIDE, NamedColumn("CONF", "Confidence", "text", 16)), (Change.COLUMN_ADDED, "results CONF")),
        (a_specification(more=(SUBJECT,)), (Change.FILE_ADDED, "more")),
        (a_specification(codes={"LEFT": "Left", "RIGHT": "Right"}), (Change.CODE_ADDED, "SIDE RIGHT")),
        (a_specification(SUBJECT, replace(GRADE, label="Final grade"), SIDE), (Change.WORDS, "results RESCD")),
        (a_specification(codes={"LEFT": "Left side"}), (Change.WORDS, "SIDE LEFT")),
        (a_specification(SUBJECT, replace(GRADE, length=40), SIDE), (Change.LENGTH, "results RESCD")),
    ],
)
def test_what_is_added_or_said_in_other_words_is_announced_and_stops_nothing(now: Specification, expected: tuple[Change, str]) -> None:
    assert found(now) == [expected]
    assert stops(differences((BEFORE,), now)) == ()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (a_specification(SUBJECT, SIDE), [(Change.COLUMN_REMOVED, "results RESCD")]),
        (a_specification(SUBJECT, replace(GRADE, kind="integer"), SIDE), [(Change.KIND, "results RESCD")]),
        (a_specification(SUBJECT, GRADE, replace(SIDE, codelist="LAT")), [(Change.CODE_LIST, "results SIDE")]),
        (a_specification(SUBJECT, replace(GRADE, key=True), SIDE), [(Change.KEY, "results RESCD")]),
        (a_specification(codes={"RIGHT": "Right"}), [(Change.CODE_REMOVED, "SIDE LEFT")]),
        (Specification("2.0.0", {"grades": (SUBJECT, GRADE, SIDE)}, BEFORE.lists), [(Change.FILE_REMOVED, "results")]),
    ],
)
def test_what_is_removed_or_means_another_type_or_list_stops(now: Specification, expected: list[tuple[Change, str]]) -> None:
    stopping = stops(differences((BEFORE,), now))
    assert [(one.change, one.where) for one in stopping] == expected
    assert not any(one.is_refused for one in stopping)


def test_a_renamed_column_is_one_that_was_removed_and_one_that_was_added() -> None:
    now = a_specification(SUBJECT, replace(GRADE, name="GRADE"), SIDE)
    assert found(now) == [(Change.COLUMN_ADDED, "results GRADE"), (Change.COLUMN_REMOVED, "results RESCD")]


def test_a_removed_name_may_come_back_only_as_what_it_was() -> None:
    without = a_specification(SUBJECT, SIDE, codes={"RIGHT": "Right"})
    assert stops(differences((BEFORE, without), BEFORE)) == (Difference(Change.CODE_REMOVED, "SIDE RIGHT", old="Right"),)
    other = a_specification(SUBJECT, replace(GRADE, label="Rank"), SIDE, codes={"RIGHT": "Right", "LEFT": "Gauche"})
    refused = [one for one in differences((BEFORE, without), other) if one.is_refused]
    assert [one.where for one in refused] == ["SIDE LEFT", "results RESCD"]
    listed = a_specification(SUBJECT, replace(GRADE, codelist="SIDE"), SIDE, codes={"RIGHT": "Right"})
    assert [one.where for one in differences((BEFORE, without, without), listed) if one.is_refused] == ["results RESCD"]


def test_a_name_is_held_against_what_it_meant_last() -> None:
    """Its words were changed while it stood: then those count."""
    worded, without = a_specification(SUBJECT, replace(GRADE, label="Rank"), SIDE), a_specification(SUBJECT, SIDE)
    assert [one for one in differences((BEFORE, worded, without), worded) if one.is_refused] == []
    assert [one.where for one in differences((BEFORE, worded, without), BEFORE) if one.is_refused] == ["results RESCD"]


def test_an_approval_is_for_exactly_the_differences_that_it_names() -> None:
    one = differences((BEFORE,), a_specification(SUBJECT, SIDE))
    other = differences((BEFORE,), a_specification(SUBJECT, SIDE, codes={"RIGHT": "Right"}))
    assert digest(one) == digest(tuple(one)) != digest(stops(other))


def test_a_specification_that_was_kept_reads_as_it_was() -> None:
    assert Specification.from_json(BEFORE.as_json) == BEFORE


def test_every_kind_of_difference_has_a_sentence_with_its_facts() -> None:
    for change in Change:
        words = change_words(Difference(change, "results RESCD", "text", "integer"))
        assert "results RESCD" in words or "results RESCD.csv" in words
        assert "{" not in words
