"""`corelab agreement FILE.json`: published examples, every kind of entry, and files that are not as they must be."""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "agreement.json"


@pytest.fixture(scope="module")
def published() -> Path:
    """Published examples of reader agreement with their figures; the test skips where they are absent."""
    if not PUBLISHED.is_file():
        pytest.skip("the published examples are not on this machine")
    return PUBLISHED


def run(file: Path | str, *options: str) -> Result:
    return CliRunner().invoke(
        cli, ["agreement", str(file), *options], env={"CORELAB_USER": None, "CORELAB_PASSWORD": None, "COLUMNS": "120"}
    )


def written(folder: Path, *entries: Any) -> Path:
    file = folder / "entries.json"
    file.write_text(json.dumps({"entries": list(entries)}), encoding="utf-8")
    return file


def answered(folder: Path, **entry: Any) -> dict[str, Any]:
    ran = run(written(folder, {"name": "one", **entry}), "--json")
    assert ran.exit_code == 0, ran.output
    (found,) = json.loads(ran.stdout)["entries"]
    return dict(found)


def numbers(expected: Any, found: Any) -> Iterator[tuple[float, float]]:
    if isinstance(expected, list):
        for one, other in zip(expected, found, strict=True):
            yield from numbers(one, other)
    else:
        yield expected, found


def test_published_examples_are_answered_to_the_last_decimal_given(published: Path) -> None:
    known = json.loads(published.read_text(encoding="utf-8"))["entries"]
    ran = run(published, "--json")
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)["entries"]
    assert [entry["name"] for entry in found] == [entry["name"] for entry in known]
    compared = 0
    for entry, one in zip(known, found, strict=True):
        for key, expected in entry["computed_6dp"].items():
            for figure, answer in numbers(expected, one[key]):
                # the limits of agreement stand there with 4 decimals
                places = 4 if key.startswith("loa") else 6
                assert answer == figure or abs(round(answer, places) - figure) < 10**-places / 2, (entry["name"], key)
                compared += 1
    assert compared > 100


def test_the_table_on_a_terminal_names_every_example(published: Path) -> None:
    ran = run(published)
    assert ran.exit_code == 0
    for entry in json.loads(published.read_text(encoding="utf-8"))["entries"]:
        assert entry["name"] in ran.stdout
    assert "0.3182" in ran.stdout
    assert "0.0566 to 0.5798" in ran.stdout


# ---------------------------------------------------------------- kinds


def test_a_table_with_one_category_says_why_there_is_no_kappa(tmp_path: Path) -> None:
    found = answered(tmp_path, kind="two_rater_table", categories=["full", "none"], table=[[50, 0], [0, 0]])
    assert found["percent_agreement"] == 1.0
    assert found["kappa_unweighted"] is None
    assert found["not_estimable"]["kappa_unweighted"] == "not estimable: one category"
    assert found["specific_agreement"]["none"] is None
    assert "not estimable: one category" in run(tmp_path / "entries.json").stdout


def some_pairs(subjects: int) -> list[dict[str, str]]:
    dice = random.Random(6)  # noqa: S311 - readers of a test
    made = []
    for subject in range(subjects):
        for segment in range(6):
            first = dice.choice(["0", "0", "1", "2", "NE"])
            second = first if dice.random() < 0.8 else dice.choice(["0", "1", "2", "NE", "NI"])
            made.append({"subject": f"S{subject:02}", "reader_1": first, "reader_2": second, "batch": f"B{segment % 2}"})
    return made


def test_pairs_say_what_was_counted_and_keep_their_seed(tmp_path: Path) -> None:
    pairs = some_pairs(20)
    entry = {"kind": "graded_pairs", "categories": ["0", "1", "2"], "pairs": pairs, "seed": 11, "repetitions": 500}
    found = answered(tmp_path, **entry)
    missing = [{pair["reader_1"], pair["reader_2"]} & {"NE", "NI"} for pair in pairs]
    assert found["coverage"]["pairs"] == 120
    assert found["coverage"]["both_graded"] == found["without_ne"]["n"] == sum(not one for one in missing)
    assert found["coverage"]["ni"] == sum("NI" in one for one in missing)
    assert found["with_ne"]["n"] == 120 - found["coverage"]["ni"]
    assert found["with_ne"]["categories"] == ["0", "1", "2", "NE"]
    assert "NE is left out of without_ne" in found["counted"]
    assert found["bootstrap"] == {"seed": 11, "repetitions": 500, "draws": "SHAKE-256 of seed|bootstrap|repetition"}
    low, high = found["without_ne"]["kappa_linear_ci95_by_subject"]
    assert low < found["without_ne"]["kappa_linear"] < high
    assert [each["batch"] for each in found["batches"]] == ["B0", "B1"]
    assert sum(found["batches"][0]["shares"].values()) == pytest.approx(1, abs=2e-6)
    assert answered(tmp_path, **{**entry, "pairs": pairs[::-1]})["without_ne"] == found["without_ne"]
    assert answered(tmp_path, **{**entry, "seed": 12})["without_ne"] != found["without_ne"]


def test_measured_pairs_leave_out_what_was_not_measured(tmp_path: Path) -> None:
    pairs: list[dict[str, Any]] = [{"subject": f"S{n:02}", "reader_1": 4 + n / 2, "reader_2": 4 + n / 2 + (n % 3) / 10} for n in range(12)]
    missing = [{"subject": "S00", "reader_1": "NE", "reader_2": 3.0}, {"subject": "S00", "reader_1": 3.0, "reader_2": "NI"}]
    found = answered(tmp_path, kind="measured_pairs", pairs=pairs + missing, seed=1, repetitions=500)
    assert (found["n"], found["coverage"]["ne_of_one"], found["coverage"]["ni"]) == (12, 1, 1)
    assert found["mean_diff"] == -0.1
    low, high = found["ICC(2,1)_ci95_by_subject"]
    assert 0.98 < low < found["ICC(2,1)"] < high < 1
    one = answered(tmp_path, kind="measured_pairs", pairs=pairs[:1], seed=1)
    assert one["not_estimable"]["ICC(2,1)"] == one["not_estimable"]["loa_1.96"] == "not estimable: fewer than two pairs"


def test_blinding_and_p_chart_are_answered(tmp_path: Path) -> None:
    guesses = answered(tmp_path, kind="blinding", guesses=[[48, 12, 90], [30, 20, 100]])
    assert (guesses["bang_1"], guesses["bang_2"], guesses["james"]) == (0.24, -0.066667, 0.778866)
    assert guesses["bang_1_ci95"] == [0.146358, 0.333642]
    batches = [{"name": "B1", "cases": 12, "exams": 100}, {"name": "B2", "cases": 11, "exams": 40}]
    chart = answered(tmp_path, kind="p_chart", batch_min=20, batches=batches)["batches"]
    assert [(each["signal"], each["limits"]) for each in chart] == [(False, None), (True, [0.0, 0.274143])]
    assert chart[0]["not_estimable"]["limits"] == "not estimable: no exams before this batch"


def test_no_answer_holds_nan_and_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"name": "a", "kind": "icc", "ratings": [[1, 1], [1, 1]]},
        {"name": "b", "kind": "raters_by_units", "ratings_units_by_raters": [[1, None]]},
        {"name": "c", "kind": "proportion", "x": 0, "n": 0},
        {"name": "d", "kind": "bland_altman", "x": [], "y": []},
        {"name": "e", "kind": "graded_pairs", "categories": ["0", "1"], "pairs": [_NI], "seed": 1},
        {"name": "f", "kind": "count_matrix", "counts": [[2, 0], [2, 0]]},
        {"name": "g", "kind": "blinding", "guesses": [[0, 0, 0], [0, 0, 0]]},
    )
    ran = run(file, "--json")
    assert ran.exit_code == 0, ran.output
    for entry in json.loads(ran.stdout, parse_constant=pytest.fail)["entries"]:
        assert "not estimable: " in json.dumps(entry)
    assert run(file, "--json").stdout == ran.stdout
    assert "nan" not in run(file).stdout.lower().split()


_NI = {"subject": "S1", "reader_1": "NI", "reader_2": "NI"}


def test_one_entry_alone_and_a_bare_list_are_read_too(tmp_path: Path) -> None:
    entry = {"name": "share", "kind": "proportion", "x": 81, "n": 263}
    for held in (entry, [entry], {"entries": [entry]}):
        file = tmp_path / "held.json"
        file.write_text(json.dumps(held), encoding="utf-8")
        assert json.loads(run(file, "--json").stdout)["entries"][0]["ci95"] == [0.255289, 0.36621]


# ---------------------------------------------------------------- files that are not as they must be


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"name": "a", "kind": "icc", "ratings": [[1, 2], [3], ["x", math.nan]]},
        {"kind": "cohen"},
        7,
        {"name": "t", "kind": "two_rater_table", "table": [[1, -2, 3], [1, 2.5, True]], "categories": ["a"]},
        {
            "name": "g",
            "kind": "graded_pairs",
            "categories": ["0", "0", "NE"],
            "pairs": [{"subject": 1, "reader_1": "0", "reader_2": "9"}, 3],
        },
        {"name": "p", "kind": "proportion", "x": 5, "n": 3},
        {"name": "b", "kind": "bland_altman", "x": [1, 2], "y": [1]},
        {"name": "c", "kind": "count_matrix", "counts": [[1, 2], [3, 1]]},
        {"name": "i", "kind": "icc", "ratings": [[1, 2], [3]]},
        {"name": "q", "kind": "blinding", "guesses": [[1, 2], [3, 4]]},
        {"name": "h", "kind": "p_chart", "batch_min": 20, "batches": [{"name": "B1", "cases": 3, "exams": 2}]},
    )
    ran = run(file, "--json")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "Nothing was computed." in ran.stderr
    for words in (
        "entries[0].ratings[2][0]: a number is needed, not 'x'",
        "entries[0].ratings[2][1]: a number is needed, not nan",
        "entries[1].name: a text",
        "entries[1].kind: 'cohen' is not known; one of two_rater_table",
        "entries[2]: an object is needed, not 7",
        "entries[3].table[0][1]: a whole number from 0 to 1000000 is needed, not -2",
        "entries[3].table[1][1]: a whole number from 0 to 1000000 is needed, not 2.5",
        "entries[3].table[1][2]: a whole number from 0 to 1000000 is needed, not True",
        "entries[3].table: as many rows as columns are needed, not 2 x 3",
        "entries[3].categories: one for each of the 2 rows is needed, not 1",
        "entries[4].categories: each stands once",
        "entries[4].categories: NE cannot be a category",
        "entries[4].pairs[0].subject: a text is needed, not 1",
        "entries[4].pairs[0].reader_2: one of 0, NE, NA, NI is needed, not '9'",
        "entries[4].pairs[1]: an object is needed, not 3",
        "entries[4].seed: a whole number",
        "entries[5].x: a whole number from 0 to 3 is needed, not 5",
        "entries[6].y: as many values as in x are needed (2), not 1",
        "entries[7].counts[1]: 3 ratings are needed, as in the first row, not 4",
        "entries[8].ratings[1]: 2 values are needed, as in the first row, not 1",
        "entries[9].guesses: 2 rows",
        "entries[10].batches[0].cases: at most the 2 exams",
    ):
        assert words in ran.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "this is no JSON: line 1, column 1"),
        (b'{"entries": [1,]}', "this is no JSON"),
        (b"\xff\xfe", "this is no UTF-8 text"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"entries": [' + b"9" * 5000 + b"]}", "too many digits"),
        (b'{"entries": []}', '"entries": [...] is needed'),
        (b"3", '"entries": [...] is needed'),
        (b" " * (16 * 1024 * 1024 + 1), "larger than 16 MiB"),
        (b'{"entries": [{"name": "a", "kind": ["icc"]}]}', "entries[0].kind: ['icc'] is not known"),
        (b'{"entries": [{"name": "a", "kind": "icc", "ratings": [[1e400, 1], [2, 3]]}]}', "ratings[0][0]: a number is needed, not inf"),
        (b'{"entries": [{"name": "a", "kind": "icc", "ratings": [[], []]}]}', "ratings[0]: it is empty"),
        (b'{"entries": [{"name": "a", "kind": "icc", "ratings": [null, {}]}]}', "ratings[1]: a list is needed"),
        (b'{"entries": [{"name": "a", "kind": "graded_pairs"}]}', "entries[0].pairs: a list of objects is needed, not nothing"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    ran = run(file, "--json")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert words in ran.stderr
    assert "expect" not in ran.stderr


def test_what_is_no_lab_no_package_and_no_file_of_entries_is_said(tmp_path: Path) -> None:
    for given in (tmp_path, tmp_path / "package.zip"):
        ran = run(given)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert "Nothing was changed." in ran.stderr
        assert "package" in ran.stderr


def test_an_address_with_a_password_in_it_is_refused_and_not_repeated() -> None:
    ran = run("postgresql://person:secret@host/lab")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "never kept in an address" in ran.stderr
    assert "secret" not in ran.stderr


def test_a_file_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    ran = run(tmp_path / "nowhere.json")
    assert ran.exit_code == 1
    assert "cannot be read" in ran.stderr
