"""The performance goals: measured on real work in turns, judged by their limits. How fast it is here is not tested."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from corelab.domain.clock import SystemClock
from corelab.imaging import benchmark
from corelab.imaging.frames import FrameFile
from corelab.services import bench, bench_lab, bench_records, bench_trial
from corelab.services.bench import Goal, WindowFigures, measure
from corelab.services.verification import verify_lab
from corelab.storage.bare_commit import PAGE, changed_pages
from tests.builders import TickingClock

SMALL = (320, 240)


def test_a_goal_is_met_up_to_its_limit() -> None:
    assert [Goal("id", "what", value, 0.2).ok for value in (0.1, 0.2, 0.21)] == [True, True, False]


@pytest.mark.parametrize("name", benchmark.SYNTAXES)
def test_the_measured_clips_are_sound_for_both_sides(tmp_path: Path, name: str) -> None:
    path, syntax = tmp_path / "clip.dcm", benchmark.SYNTAXES[name]
    benchmark.clip(path, 8, SMALL, syntax)
    with FrameFile.open(path) as file:
        assert (file.header.syntax, file.frames, file.shape, file.header.frames_declared) == (syntax, 8, (240, 320, 4), 8)
        assert {fault.code for fault in file.faults} == {"calibration_missing"}
        assert not np.array_equal(file.decode(0), file.decode(1))
        np.testing.assert_allclose(file.decode(1), file.decode(7), atol=48 if name == "mpeg2" else 0)
    if benchmark.pydicom_reads(syntax):
        assert dcmread(path).pixel_array.shape == (8, 240, 320, 3)


def test_every_goal_has_its_figures_and_the_window_is_asked_for_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("jpeg_clip", "lossless_clip"):
        make: bench.Maker = getattr(benchmark, name)
        monkeypatch.setattr(benchmark, name, lambda path, _frames, _size, make=make: make(path, 2, SMALL))
    monkeypatch.setattr(bench, "SystemClock", TickingClock)
    small = bench._verify_goals
    monkeypatch.setattr(bench, "_verify_goals", lambda _grades, _turns, say: small(200, 1, say))
    whole = bench._trial_goals
    monkeypatch.setattr(bench, "_trial_goals", lambda _exams, say: whole(1, say))
    told: list[str] = []
    goals = measure(quick=True, window=lambda turns: WindowFigures(paint_ms=turns / 10, first_paint_s=0.7), told=told.append)
    assert [(goal.id, goal.limit) for goal in goals] == [
        ("first-frame", 0.20),
        ("first-frame-of-all", 0.01),
        ("frames-jpeg", 0.10),
        ("frames-jpeg-lossless", 0.70),
        ("sign", 1.0),
        ("save-answer", 1.0),
        ("verify", 3.0),
        ("trial", 25.0),
        ("agreement", 1.0),
        ("paint", 2.0),
        ("worklist-to-picture", 0.5),
    ]
    assert all(goal.value > 0 for goal in goals)
    assert [goal.ok for goal in goals[-2:]] == [True, False]
    assert told[-1] == "The window"


def test_a_signature_is_measured_beside_a_commit_of_as_many_pages(tmp_path: Path) -> None:
    figures = bench_records.measure(tmp_path, TickingClock(), 2)
    assert min(figures.sign, figures.save, figures.commit_ms) > 0
    with closing(sqlite3.connect(tmp_path / "lab" / "corelab.db")) as connection:
        signed = connection.execute("SELECT count(*) FROM signature WHERE meaning = 'reading authorship'").fetchone()[0]
    assert signed == 3  # one to warm up
    assert verify_lab(tmp_path / "lab").checked["signatures"] == 3 + 1  # and the charter's


def test_the_trial_that_is_measured_runs_to_its_lock_in_a_sound_lab(tmp_path: Path) -> None:
    figures = bench_trial.measure(tmp_path, SystemClock(), 2)
    assert list(figures.steps) == ["signed", "compared", "adjudicated", "locked"]
    assert min(figures.bare, *figures.steps.values()) > 0
    found = verify_lab(tmp_path / "lab")
    assert found.ok, found.faults
    with closing(sqlite3.connect(tmp_path / "lab" / "corelab.db")) as connection:
        readings, locks = (connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("reading", "lock"))
    assert (readings, locks) == (2 * 2 + 2, 1)  # two to warm up


def test_pages_are_counted_as_written_over_and_added() -> None:
    before = bytes(3 * PAGE)
    assert changed_pages(before, b"\1" + bytes(5 * PAGE - 1)) == (1, 2)


def test_what_pydicom_cannot_decode_here_is_said_and_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    make = benchmark.jpeg_clip
    monkeypatch.setattr(benchmark, "jpeg_clip", lambda path, _frames, _size: make(path, 2, SMALL))
    monkeypatch.setattr(benchmark, "pydicom_reads_lossless", lambda: False)
    monkeypatch.setattr(bench, "_verify_goals", lambda *_: [])
    monkeypatch.setattr(bench, "_trial_goals", lambda *_: [])
    told: list[str] = []
    assert "frames-jpeg-lossless" not in {goal.id for goal in measure(quick=True, told=told.append)}
    assert any("no decoder" in line for line in told)


def test_what_verifying_is_measured_on_is_a_sound_lab_with_as_many_grades_as_is_said(tmp_path: Path) -> None:
    lab = bench_lab.make(tmp_path, SystemClock(), 200)
    bench.require_grades(lab, 200)
    with pytest.raises(ValueError, match="Verified"):
        bench.require_grades(lab, 100_000)
