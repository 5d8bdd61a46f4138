"""The log takes only what stands on its list, and a report of a fault tells places in the program, never what it worked with."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from corelab import log
from corelab.domain.clock import SystemClock
from corelab.domain.vocabulary import Grade, Missing
from corelab.log import file as log_file
from corelab.log.report import report_of

SECRET = "zebrafinch-oboe-7431"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    log.start(tmp_path)
    yield tmp_path
    log.stop()


def lines(state: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (state / "log" / "corelab.jsonl").read_text().splitlines()]


def a_fault(told: str) -> ValueError:
    """As a grade that is both a value and missing raises it; with a value in its message and in the locals of its frames."""
    try:
        Grade(told, Missing.NOT_IMAGED)
    except ValueError as error:
        error.args = (told,)
        return error
    raise AssertionError


def test_an_event_stands_in_the_log_with_time_level_and_fields(state: Path) -> None:
    log.tell("work.slow", work=SystemClock.now, ms=1234)
    (line,) = lines(state)
    assert {key: line[key] for key in ("level", "event", "work", "ms")} == {
        "level": "info",
        "event": "work.slow",
        "work": "corelab.domain.clock.SystemClock.now",
        "ms": 1234,
    }
    assert line["at"].endswith("Z")


def test_a_field_that_is_not_on_the_list_is_refused(state: Path) -> None:
    with pytest.raises(log.LogRefusedError, match=r"^work\.slow has"):
        log.tell("work.slow", work=SystemClock.now, ms=1, subject=SECRET)
    assert not (state / "log" / "corelab.jsonl").exists()


def test_an_event_that_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(log.LogRefusedError):
        log.tell("reading.graded", ms=1)


def test_a_field_may_not_be_left_out() -> None:
    with pytest.raises(log.LogRefusedError):
        log.tell("work.slow", ms=1)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("work.slow", {"work": SystemClock.now, "ms": SECRET}),
        ("work.slow", {"work": SystemClock.now, "ms": True}),
        ("fault", {"fault": SECRET, "at": None}),
        ("fault", {"fault": ValueError(), "at": SECRET}),
        ("qt.said", {"level": SECRET, "function": "QFont"}),
        ("qt.said", {"level": "info", "function": 7}),
        ("program.started", {"version": SECRET, "python": "3.11", "system": "linux"}),
        ("program.started", {"version": 1, "python": "3.11", "system": "linux"}),
    ],
)
def test_a_value_of_another_kind_is_refused_and_not_repeated(event: str, fields: dict[str, object]) -> None:
    with pytest.raises(log.LogRefusedError) as refused:
        log.tell(event, **fields)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_no_field_takes_a_text_of_a_person() -> None:
    """Every kind of field is offered a word that is no version, no function of Qt and none of its few words."""
    for event in log.EVENTS.values():
        for name, kind in event.fields.items():
            try:
                written = kind(SECRET)
            except ValueError:
                continue
            assert written == "unnamed", name


def test_work_is_named_by_its_place_in_the_code_whatever_it_was_given(state: Path) -> None:
    log.tell("work.slow", work=partial(partial(json.loads, SECRET), SECRET), ms=1)
    log.tell("work.slow", work=SECRET, ms=1)
    assert [line["work"] for line in lines(state)] == ["json.loads", "unnamed"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"QLayout: cannot add {SECRET}", "QLayout"),
        ("QFont::setPointSize: Point size <= 0 (-1)", "QFont::setPointSize"),
        (SECRET, "unnamed"),
        (f"Q{SECRET}", "unnamed"),
    ],
)
def test_of_what_qt_says_only_its_function_is_kept(state: Path, said: str, kept: str) -> None:
    log.tell("qt.said", level="warning", function=said)
    assert lines(state)[0]["function"] == kept


def test_a_fault_is_told_by_class_and_places_without_message_or_values(state: Path) -> None:
    error = a_fault(SECRET)
    log.tell("fault", fault=error, at=error.__traceback__)
    (line,) = lines(state)
    assert line["fault"] == "ValueError"
    assert line["at"][0] == "(tests)"
    assert line["at"][-1].startswith("corelab/domain/vocabulary.py:")
    assert line["at"][-1].endswith("Grade.__post_init__")
    assert SECRET not in json.dumps(line)


def test_a_report_names_versions_places_and_the_last_lines_and_no_value(state: Path) -> None:
    log.tell("work.slow", work=SystemClock.now, ms=1234)
    outer = RuntimeError(SECRET)
    outer.__cause__ = a_fault(SECRET)
    text = report_of(outer, SystemClock().now())
    for expected in ("RuntimeError", "ValueError", "Grade.__post_init__", "sqlite", "pydicom", '"ms": 1234'):
        assert expected in text
    assert SECRET not in text
    assert str(Path.home()) not in text


def test_an_error_that_comes_from_itself_ends(state: Path) -> None:
    error = a_fault(SECRET)
    error.__cause__ = error
    assert report_of(error, SystemClock().now()).count("ValueError") == 1


def test_reports_are_kept_apart_and_the_oldest_go(state: Path) -> None:
    paths = [log.report(a_fault(SECRET)) for _ in range(25)]
    assert len(set(paths)) == 25
    assert len(list((state / "reports").iterdir())) == 20


def test_a_report_that_cannot_be_written_is_no_second_fault(state: Path) -> None:
    (state / "reports").write_text("a file where the folder should be")
    assert log.report(a_fault(SECRET)) is None


def test_before_start_nothing_is_written(tmp_path: Path) -> None:
    log.stop()
    log.tell("work.slow", work=SystemClock.now, ms=1)
    assert log.report(a_fault(SECRET)) is None


def test_the_log_is_moved_aside_when_it_is_large(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "LARGEST", 500)
    for number in range(60):
        log.tell("work.slow", work=SystemClock.now, ms=number)
    files = sorted((state / "log").iterdir())
    assert [each.name for each in files] == ["corelab.jsonl", *(f"corelab.jsonl.{n}" for n in range(1, 5))]
    assert all(each.stat().st_size < 800 for each in files)
    assert lines(state)[-1]["ms"] == 59
    assert json.loads(log.last_lines(1)[0])["ms"] == 59


def test_the_log_is_for_this_person_alone(state: Path) -> None:
    log.tell("work.slow", work=SystemClock.now, ms=1)
    assert (state / "log" / "corelab.jsonl").stat().st_mode & 0o077 == 0
