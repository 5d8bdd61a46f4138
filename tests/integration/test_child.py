"""Delivered bytes are read in children with limits: what they may use, how they end, and that nothing they say is believed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corelab.domain.intake import IntakeCode, ObjectRefusedError, Outcome
from corelab.imaging import child
from corelab.imaging.child import nursery, reader, spawned, wire
from corelab.imaging.child.bounds import USUAL, Bounds
from corelab.imaging.child.ends import End
from corelab.imaging.child.program import environment
from corelab.imaging.deid.candidate import Decision, Prepared, prepare
from corelab.imaging.deid.identity import Identity
from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.frames.file import FrameFile
from corelab.imaging.words_read import Tesseract
from tests.child_builders import MARK, a_long_clip, is_a_starter, lives, parent_of, processes_at, soon
from tests.dicom_builders import NUMBER, REGION, TOKEN, a_file, a_jpeg_file
from tests.disc_builders import a_directory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by /proc")

WAYS = {"forked": nursery.ended, "spawned": spawned.ended}
QUICK = replace(USUAL, wall=1)
FOLDER = "from the site, with spaces"


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of making a child are held to the same."""
    monkeypatch.setattr(reader, "ended", WAYS[request.param])
    return str(request.param)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / FOLDER
    folder.mkdir()
    return folder


def read(source: Path, bounds: Bounds = USUAL, cancelled: Callable[[], bool] = lambda: False) -> Prepared:
    return child.prepared(source, source.with_name("1.2.3.new"), MARK, Decision(), bounds=bounds, cancelled=cancelled)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# ---------------------------------------------------------------- what it answers


def test_a_child_answers_what_the_same_work_answers_here(way: str, place: Path) -> None:
    for number, source in enumerate((a_file(place / "1.bin"), a_jpeg_file(place / "2.bin"))):
        here, candidate = place / f"here {number}", place / f"there {number}.new"
        told = prepare(source, here, MARK, Decision(), reader=Tesseract.installed())
        assert child.prepared(source, candidate, MARK, Decision()) == told
        assert told.outcome is Outcome.CHECKED
        assert candidate.read_bytes() == here.read_bytes()
        assert candidate.stat().st_mode & 0o777 == 0o600
    assert names(place) == {"1.bin", "2.bin", "here 0", "here 1", "there 0.new", "there 1.new"}


def test_a_person_s_boxes_reach_the_child(place: Path) -> None:
    source = a_file(place / "1.bin")
    decision = Decision(drawn=((12, 22, 20, 30),))
    told = child.prepared(source, place / "a.new", MARK, decision)
    assert told == prepare(source, place / "b.new", MARK, decision)
    assert told.facts is not None
    assert told.facts.drawn == decision.drawn


def test_the_release_gate_runs_in_a_child_too(way: str, place: Path) -> None:
    source, candidate, final = a_file(place / "1.bin"), place / "1.new", place / "final.new"
    told = child.prepared(source, candidate, MARK, Decision())
    final.touch()
    child.finish(candidate, final, checked=True)
    child.require_clean(final, told.identity, (REGION,), ())
    assert TOKEN.encode() not in final.read_bytes()
    assert final.read_bytes() != candidate.read_bytes()
    with pytest.raises(ObjectRefusedError) as refused:
        child.require_clean(source, Identity({"id": (NUMBER,)}), (REGION,), ())
    assert refused.value.code is IntakeCode.STRUCTURE
    assert names(place) == {"1.bin", "1.new", "final.new"}


def test_pictures_come_from_a_child(way: str, place: Path) -> None:
    source = a_jpeg_file(place / "1.bin")
    with FrameFile.open(source) as file:
        assert (child.picture(source, 1) == file.decode(1)).all()
        low, high = child.extreme_pictures(source)
    assert (low <= high).all()
    assert (low < high).any()
    with pytest.raises(FrameUnreadableError):
        child.picture(source, 99)
    (place / "2.bin").write_bytes(b"no picture")
    with pytest.raises(FileRefusedError) as refused:
        child.picture(place / "2.bin", 0)
    assert refused.value.code == "not_dicom"


def test_the_study_of_a_file_comes_from_a_child(way: str, place: Path) -> None:
    assert child.study_uid(a_file(place / "1.bin")) == "1.2.3.71300456.2"
    (place / "2.bin").write_bytes(b"no picture")
    with pytest.raises(ObjectRefusedError) as refused:
        child.study_uid(place / "2.bin")
    assert refused.value.code is IntakeCode.NOT_DICOM


@pytest.mark.usefixtures("way")
def test_the_list_of_a_disc_comes_from_a_child() -> None:
    assert child.listed_files(a_directory(["A\\IM1", "..\\IM2"])) == (("A", "IM1"), ("..", "IM2"))
    with pytest.raises(ObjectRefusedError) as refused:
        child.listed_files(b"no list")
    assert refused.value.code is IntakeCode.DICOMDIR


@pytest.mark.parametrize("files", [None, "A", ["A"], [["A", 1]], [["A"]] * 50_001])
def test_a_list_that_no_sound_child_gives_is_not_believed(files: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ended", lambda *_: End(wire.message({"files": files})))
    with pytest.raises(ObjectRefusedError):
        child.listed_files(a_directory(["A"]))


def test_a_full_disk_is_no_fault_of_the_object(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = a_file(place / "1.bin")
    with pytest.raises(FileNotFoundError):
        read(source.with_name("absent.bin"))
    told = {"storage": 28}
    monkeypatch.setattr(reader, "ended", lambda *_: End(wire.message(told)))
    with pytest.raises(OSError, match="No space left"):
        read(source)


# ---------------------------------------------------------------- what it may use


def test_a_child_has_limits_no_environment_and_nothing_open(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUORLIMAX_SECRET", "a variable of this person")
    nursery.close()
    seen: list[dict[str, str]] = []

    def looked() -> bool:
        for process in processes_at(place):
            told = {
                name: Path(f"/proc/{process}/{name}").read_text(encoding="utf-8") for name in ("limits", "environ", "status", "cmdline")
            }
            files = {str(each.readlink()) for each in Path(f"/proc/{process}/fd").iterdir()}
            seen.append({**told, "files": "\n".join(sorted(files)), "cwd": str(Path(f"/proc/{process}/cwd").readlink())})
        return bool(seen)

    source = a_long_clip(place / "1.bin")
    with (place / "database").open("w"), pytest.raises(child.ChildStoppedError):
        read(source, cancelled=looked)
    (told,) = seen
    limits = {line[:26].strip(): line[26:].split()[:2] for line in told["limits"].splitlines()}
    assert limits["Max address space"] == [str((3 << 30) + 2 * source.stat().st_size)] * 2
    assert limits["Max data size"] == [str(3 << 30)] * 2
    assert limits["Max cpu time"] == ["120", "121"]
    assert limits["Max file size"] == [str(4 << 30)] * 2
    assert limits["Max open files"] == ["64", "64"]
    assert limits["Max core file size"] == ["0", "0"]
    assert "Umask:\t0077" in told["status"]
    assert {part.partition("=")[0] for part in told["environ"].split("\0") if part} <= set(environment())
    assert told["cmdline"].split("\0")[1] == "-I"
    assert told["cwd"] == str(place / "1.2.3.child.new")
    assert {line.partition(":")[0] for line in told["files"].splitlines()} <= {"/dev/null", "socket", str(source), told["cwd"] + "/made"}


TOO_LITTLE = {
    "memory": (replace(USUAL, memory=440 << 20), IntakeCode.LIMIT_MEMORY),
    "cpu": (replace(USUAL, cpu=1), IntakeCode.LIMIT_TIME),
    "file": (replace(USUAL, file=1 << 10), IntakeCode.LIMIT_SIZE),
    "answer": (replace(USUAL, answer=100), IntakeCode.LIMIT_SIZE),
}


@pytest.mark.parametrize("which", TOO_LITTLE)
def test_an_object_that_needs_more_than_it_may_is_rejected_with_the_code_of_the_limit(which: str, way: str, place: Path) -> None:
    bounds, code = TOO_LITTLE[which]
    source = a_long_clip(place / "1.bin") if which in {"memory", "cpu"} else a_file(place / "1.bin")
    told = read(source, bounds)
    assert (told.outcome, told.code, told.message) == (Outcome.REJECTED, code, code.message)
    assert names(place) == {"1.bin"}


def test_an_object_that_takes_too_long_is_rejected(way: str, place: Path) -> None:
    told = read(a_long_clip(place / "1.bin"), QUICK)
    assert (told.outcome, told.code) == (Outcome.REJECTED, IntakeCode.LIMIT_TIME)
    assert names(place) == {"1.bin"}
    assert not processes_at(place)


def test_the_next_object_is_read_after_one_died(place: Path) -> None:
    assert read(a_long_clip(place / "1.bin"), QUICK).code is IntakeCode.LIMIT_TIME
    assert read(a_file(place / "2.bin")).outcome is Outcome.CHECKED


# ---------------------------------------------------------------- how it ends


def test_cancelling_ends_the_child_and_leaves_nothing(way: str, place: Path) -> None:
    source, seen = a_long_clip(place / "1.bin"), list[int]()

    def asked() -> bool:
        seen.extend(processes_at(place))
        return bool(seen)

    with pytest.raises(child.ChildStoppedError):
        read(source, cancelled=asked)
    assert soon(lambda: not any(lives(process) for process in seen))
    assert names(place) == {"1.bin"}


def test_a_child_that_is_killed_is_a_rejected_object(way: str, place: Path) -> None:
    def kills(number: int) -> Callable[[], bool]:
        def look() -> bool:
            for process in processes_at(place):
                os.kill(process, number)
            return False

        return look

    source = a_long_clip(place / "1.bin")
    assert read(source, cancelled=kills(signal.SIGKILL)).code is IntakeCode.LIMIT_MEMORY
    assert read(source, cancelled=kills(signal.SIGSEGV)).code is IntakeCode.STRUCTURE


def test_a_starter_that_is_killed_takes_its_child_along_and_another_is_started(place: Path) -> None:
    starters = set[int]()

    def look() -> bool:
        for process in processes_at(place):
            starter = parent_of(process)  # or whoever inherited a child that is just dying
            if starter not in starters and is_a_starter(starter):
                starters.add(starter)
                os.kill(starter, signal.SIGKILL)
        return False

    told = read(a_long_clip(place / "1.bin"), cancelled=look)
    assert told.code is IntakeCode.LIMIT_MEMORY  # what kills starter after starter is a machine without memory
    assert len(starters) == 3
    assert soon(lambda: not processes_at(place))
    assert read(a_file(place / "2.bin")).outcome is Outcome.CHECKED


PROGRAM = """
import sys
from pathlib import Path
from corelab.imaging import child
from corelab.imaging.deid.candidate import Decision
from tests.child_builders import MARK
child.prepared(Path(sys.argv[1]), Path(sys.argv[2]), MARK, Decision())
"""


def test_children_end_when_the_program_is_killed(place: Path) -> None:
    source = a_long_clip(place / "1.bin")
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, source, place / "1.2.3.new"], cwd=Path(__file__).parents[2])
    assert soon(lambda: processes_at(place))
    (process,) = processes_at(place)
    starter = parent_of(process)
    assert starter != program.pid
    program.kill()
    program.wait()
    assert soon(lambda: not lives(process) and not lives(starter))
    assert names(place) == {"1.bin", "1.2.3.child.new"}  # a leftover by its name; see test_leftovers


def test_a_machine_that_cannot_start_a_child_says_so_and_rejects_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nursery.close()
    monkeypatch.setattr(sys, "executable", str(place / "no such program"))
    with pytest.raises(child.ReaderUnavailableError):
        read(a_file(place / "1.bin"))
    with pytest.raises(child.ReaderUnavailableError):
        spawned.ended(b"", place, USUAL, lambda: False)


def test_a_fork_of_this_process_has_a_starter_of_its_own(place: Path) -> None:
    source = a_file(place / "1.bin")
    assert read(source).outcome is Outcome.CHECKED
    ours = nursery._nursery.starter
    other = os.fork()
    if other == 0:
        try:
            told = child.prepared(source, place / "2.new", MARK, Decision())
            os._exit(0 if told.outcome is Outcome.CHECKED and nursery._nursery.starter is not ours else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 0
    assert ours is not None
    assert ours.lives
    assert read(source).outcome is Outcome.CHECKED
