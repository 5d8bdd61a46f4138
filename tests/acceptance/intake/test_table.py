"""The table tells what does not hold, in words and as JSON, and never counts it as done."""

import json

import pytest

from tests.acceptance.intake import standard, table
from tests.acceptance.intake.case import End, Result
from tests.acceptance.intake.table import Compared, Report, in_words

pytestmark = pytest.mark.skipif(not standard.TABLE.is_file(), reason="the attribute table of the standard is not on this machine")
NOTHING = frozenset[str]()


def a_report(result: Result) -> Report:
    sound = table._row("2", "former identity", End.CLEANED, Result(End.CLEANED, None), NOTHING)
    other = table._row("9", "patient twice", End.REFUSED, result, frozenset({"STRUCTURE"}))
    return Report((sound, other), (622, 2000), (618, 621), (Compared("corelab", 0, 1, 2, 0, 0, 0, 3),), 40)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Result(End.CLEANED, None), "ended C (None), must end R"),
        (Result(End.REFUSED, "DECODE"), "code DECODE, must be one of STRUCTURE"),
        (Result(End.REFUSED, "STRUCTURE", ("the database",)), "token in the database"),
        (Result(End.REFUSED, "STRUCTURE", (), ("the message is empty",)), "the message is empty"),
    ],
)
def test_what_does_not_hold_is_told(result: Result, said: str) -> None:
    made = a_report(result)
    words = "\n".join(in_words(made))
    assert f"WRONG: {said}" in words
    assert "1 of 2 are as they must be" in words
    assert (made.to_json()["as_they_must_be"], made.to_json()["not_yet"]) == (1, 1)


def test_what_holds_is_counted() -> None:
    made = a_report(Result(End.REFUSED, "STRUCTURE"))
    assert "2 of 2 are as they must be; words found: 0." in "\n".join(in_words(made))
    document = json.loads(json.dumps(made.to_json()))
    assert document["cases"][1] == {
        "case": "9",
        "what": "patient twice",
        "required_end": "refused",
        "end": "refused",
        "code": "STRUCTURE",
        "tokens_found": 0,
        "faults": [],
        "open": None,
    }
    assert document["table_e1_1"]["rows_filled"] == 618
