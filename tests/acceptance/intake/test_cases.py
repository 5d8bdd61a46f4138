"""Every hostile object that a site could send ends as it must, and none of its words is anywhere outside quarantine."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.acceptance.intake import oracle, run
from tests.acceptance.intake.case import Case, Result, Seed
from tests.acceptance.intake.everywhere import known_words, words_in
from tests.acceptance.intake.objects import as_sites_write
from tests.acceptance.intake.open_cases import OPEN


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    with run.a_world(tmp_path_factory.mktemp("cases") / "world") as world:
        return run.objects(world)


@pytest.mark.parametrize("case", [case for case in run.CASES if case.id not in OPEN], ids=lambda case: case.id)
def test_a_hostile_object_ends_as_it_must_and_its_words_are_nowhere(case: Case, results: Mapping[str, Result]) -> None:
    assert results[case.id].faults(case.end, case.codes) == ()


def test_every_case_seeds_words_of_its_own() -> None:
    words = [word for case in run.CASES for word in (case.seed.word, case.seed.number, str(case.seed.short))]
    assert len(words) == len(set(words))
    assert len({case.id for case in run.CASES}) == len(run.CASES)


@pytest.mark.parametrize("case", [case for case in run.CASES if case.number not in {24, 25, 28}], ids=lambda case: case.id)
def test_the_control_the_words_are_in_what_was_delivered(case: Case, tmp_path: Path) -> None:
    with as_sites_write():
        case.make(case.seed, tmp_path / "x")
    assert oracle.seen((tmp_path / "x").read_bytes(), oracle.needles(case.seed))


@pytest.mark.parametrize(
    "written",
    [
        lambda word: word.encode(),
        lambda word: word.lower().encode(),
        lambda word: word.encode("utf-16-le"),
        lambda word: word.encode("utf-16-be"),
        lambda word: "^".join((word[:4], word[4:])).encode(),
        lambda word: " ".join(word).encode(),
        lambda word: word.encode().hex().encode(),
        lambda word: __import__("base64").b64encode(b"x" + word.encode() + b"yz"),
    ],
)
def test_the_judge_finds_a_word_however_it_is_written(written: object) -> None:
    seed = Seed.of("control")
    data = b"\0\x01 before " + written(seed.word) + b" after"  # type: ignore[operator]
    assert words_in(data, known_words({"control": seed})) == {"control"}
    assert oracle.seen(data, oracle.needles(seed))
