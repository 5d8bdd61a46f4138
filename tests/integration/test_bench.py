"""The performance goals: measured on real work in turns, judged by their limits. How fast it is here is not tested."""

import sqlite3
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from pydicom import dcmread

from corelab.domain.clock import SystemClock
from corelab.imaging import benchmark
from corelab.imaging.frames import FrameFile
from corelab.imaging.header import read_header
from corelab.services import (
    bench,
    bench_archive,
    bench_compression,
    bench_decoding,
    bench_export,
    bench_lab,
    bench_masking,
    bench_memory,
    bench_playing,
    bench_records,
    bench_trial,
)
from corelab.services.bench_goals import Goal, NotMeasured, Spread, Theme
from corelab.services.bench_playing import NothingSeenError, Plan, Played, WindowFigures
from corelab.services.verification import verify_lab
from corelab.storage.bare_commit import PAGE, changed_pages
from tests.builders import TickingClock

SMALL = (320, 240)
LIMITS = {
    "jpeg-cpu": 1.10,
    "jpeg-two-threads": 1 / 1.75,
    "first-frame": 0.20,
    "first-frame-of-all": 0.01,
    "frames-jpeg": 0.10,
    "frames-jpeg-lossless": 0.70,
    "frames-jpeg-ls": 0.70,
    "frames-htj2k": 0.45,
    "frames-jpeg-2000": 1.10,
    "archive-first-frame": 2.0,
    "archive-next-clip": 1.0,
    "memory": 25.0,
    "memory-long": 25.0,
    "drift": 1.0,
    "dropped": 0.0,
    "drift-two": 1.0,
    "dropped-two": 0.0,
    "dropped-jpeg-2000": 0.05,
    "stalls": 8.0,
    "longest-stall": 33.0,
    "paint": 2.0,
    "worklist-to-picture": 0.5,
    "next-clip": 50.0,
    "mask": 2.0,
    "follow-error": 2.5,
    "follow-largest-error": 10.0,
    "follow-lost": 0.05,
    "follow-false-closure": 0.0,
    "sign": 1.0,
    "save-answer": 1.0,
    "verify": 3.0,
    "trial": 25.0,
    "agreement": 1.0,
    "csv": 1.3,
    "csv-memory": 25.0,
}


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


def tiny() -> bench.Sizes:
    decoding = bench_decoding.Sizes(SMALL, 6, SMALL, 2, SMALL, 1, 1, 0.05)
    memory = bench_memory.Sizes(SMALL, 1024 * 1024, 4, 12)
    playing = bench_playing.Sizes(SMALL, 2, 0.2, 3)
    following = bench_compression.Sizes(1, 36, (400, 300))
    masking = bench_masking.Sizes(SMALL, 1)
    turns = {"signings": 1, "grades": 200, "verifications": 1, "exams": 1, "resamplings": 1}
    packages = bench_export.Sizes(1, 1, 1)
    archive = bench_archive.Sizes(SMALL, 4, SMALL, 2, 1)
    return bench.Sizes(decoding, memory, playing, following=following, masking=masking, packages=packages, archive=archive, **turns)


class FakeWindow:
    """Shows nothing; knows what it was asked."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.played: list[tuple[int, ...]] = []

    def __call__(self, plan: Plan) -> WindowFigures:
        self.plans.append(plan)
        for files in plan.plays.values():
            self.played.append(tuple(read_header(file).frames_declared or 0 for file in files))
        one, two, hard = Played(300, 0, 0.4, 3.0, 40.0), Played(300, 6, 0.6, 3.0, 9.0), Played(300, 12, 1.0, 9.0, 50.0)
        plays = {"jpeg": one, "two": two, "jpeg-2000": hard}
        return WindowFigures(
            Spread(1.1, 0.9, 2.3), Spread(0.7, 0.4, 0.9), Spread(0.03, 0.02, 0.08), plays, Spread(1.0, 0.0, 4.0), "offscreen"
        )


def test_every_goal_has_its_figures_and_the_window_is_asked_for_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SystemClock", TickingClock)
    told: list[str] = []
    window = FakeWindow()
    report = bench.measure(tiny(), window=window, told=told.append)
    absent = set() if which("jpegtran") else {"mask"}
    absent |= set() if bench_archive._programs() else {"archive-first-frame", "archive-next-clip"}
    assert {goal.id: goal.limit for goal in report.goals} == {name: limit for name, limit in LIMITS.items() if name not in absent}
    assert len({one.id for one in report.results}) == len(report.results)
    assert all(one.theme is not None for one in report.results)
    measured = {goal.id: goal for goal in report.goals}
    assert all(goal.value > 0 for goal in report.goals if goal.theme is Theme.PICTURES)
    assert [measured[name].value for name in ("dropped", "dropped-two", "dropped-jpeg-2000", "next-clip")] == [0, 6, 0.04, 30.0]
    assert [measured[name].ok for name in ("dropped", "dropped-two", "dropped-jpeg-2000", "longest-stall", "paint")] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert {one.id for one in report.beside} >= {"frames-rle", "frames-native", "stalls-idle"}
    assert (window.plans[0].seconds, window.plans[0].turns, window.played) == (0.2, 3, [(2,), (2, 2), (2,)])
    assert report.where[-1] == "a window on offscreen"
    assert any("Memory" in line for line in told)


def test_a_signature_is_measured_beside_a_commit_of_as_many_pages(tmp_path: Path) -> None:
    figures = bench_records.measure(tmp_path, TickingClock(), 2)
    assert min(figures.sign.low, figures.save.low, figures.commit_ms) > 0
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


def test_what_pydicom_cannot_decode_here_is_said_and_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "pydicom_reads", lambda _syntax: False)
    found = {one.id: one for one in bench_decoding.measure(tmp_path, tiny().decoding, lambda _: None)}
    for name in ("jpeg-lossless", "jpeg-ls", "rle"):
        missing = found[f"frames-{name}"]
        assert isinstance(missing, NotMeasured)
        assert "pydicom has no decoder" in missing.reason
    for name in ("htj2k", "jpeg-2000"):
        goal = found[f"frames-{name}"]
        assert isinstance(goal, Goal)
        assert "OpenJPEG" in goal.what


@pytest.mark.skipif(which("jpegtran") is None, reason="jpegtran is not installed")
def test_masking_is_measured_with_its_proof(tmp_path: Path) -> None:
    goal, proof = bench_masking.measure(tmp_path, bench_masking.Sizes(SMALL, 1), lambda _: None)
    assert (goal.id, proof.id) == ("mask", "mask-proof")
    assert isinstance(goal, Goal)
    assert goal.value > 0


def test_without_jpegtran_masking_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (only,) = bench_masking.measure(tmp_path, bench_masking.Sizes(SMALL, 1), lambda _: None)
    assert isinstance(only, NotMeasured)
    assert "jpegtran is not on the PATH" in only.reason


def test_without_programs_of_others_their_lines_say_so_and_a_stand_in_takes_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = {one.id: one for one in bench_decoding.measure(tmp_path, tiny().decoding, lambda _: None)}
    goal = found["jpeg-cpu"]
    assert isinstance(goal, Goal)
    assert "tjbench was not on the PATH" in goal.what
    for name, program in (("dcmdjpeg-jpeg", "dcmdjpeg"), ("gdcmconv-rle", "gdcmconv"), ("frames-mpeg2", "ffmpeg")):
        missing = found[name]
        assert isinstance(missing, NotMeasured)
        assert missing.reason == f"{program} was not on the PATH"


def test_a_program_of_another_that_fails_fails_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "dcmdjpeg"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho cannot read it >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    found = {one.id: one for one in bench_decoding.measure(tmp_path, tiny().decoding, lambda _: None)}
    missing = found["dcmdjpeg-jpeg"]
    assert isinstance(missing, NotMeasured)
    assert missing.reason == "dcmdjpeg failed: cannot read it"
    assert isinstance(found["frames-jpeg"], Goal)


def test_a_window_in_which_nothing_is_seen_ends_no_measurement(tmp_path: Path) -> None:
    def dark(_plan: Plan) -> WindowFigures:
        raise NothingSeenError

    (missing,), where = bench_playing.measure(tmp_path, tiny().playing, dark, lambda _: None)
    assert isinstance(missing, NotMeasured)
    assert (missing.id, missing.reason, where) == ("window", "no picture came in time", "no window")


def test_memory_that_the_system_did_not_grant_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object) -> int:
        raise BrokenProcessPool

    monkeypatch.setattr(bench_memory, "_in_a_child", ended)
    found = list(bench_memory.measure(tmp_path, tiny().memory, lambda _: None))
    assert [(type(one), one.id) for one in found] == [(NotMeasured, "memory"), (NotMeasured, "memory-long")]


def test_without_proc_memory_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_memory, "_ROLLUP", tmp_path / "none")
    found = list(bench_memory.measure(tmp_path, tiny().memory, lambda _: None))
    assert [type(one) for one in found] == [NotMeasured, NotMeasured]


def test_what_verifying_is_measured_on_is_a_sound_lab_with_as_many_grades_as_is_said(tmp_path: Path) -> None:
    lab = bench_lab.make(tmp_path, SystemClock(), 200)
    bench.require_grades(lab, 200)
    with pytest.raises(ValueError, match="Verified"):
        bench.require_grades(lab, 100_000)
