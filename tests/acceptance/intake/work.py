"""Cases 34 and 37 to 41 as work: several deliveries, people who decide, other keys, faults in the middle; each in a lab of its own."""

import contextlib
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from corelab import log
from corelab.domain.vocabulary import ClipId, Side
from corelab.services import custody, intake, queries
from corelab.services.intake import ClipState, IntakeRefusedError, IntakeReport, WaitingClip
from corelab.services.labs import LabSecrets
from tests.acceptance.intake import oracle
from tests.acceptance.intake.case import End, Result, Seed
from tests.acceptance.intake.everywhere import known_words, places, words_in
from tests.acceptance.intake.objects import an_object, as_sites_write, frames
from tests.acceptance.intake.run import World, a_world
from tests.builders import PASSWORD, a_lab
from tests.dicom_builders import a_region, file_bytes, speckle

C, R, EITHER = End.CLEANED, End.REFUSED, End.EITHER
MACHINE = ("Philips Medical Systems", "EPIQ 5G", "EPIQ 5G_1.5.6.850")
BOX = (20, 25, 60, 35)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """While a hostile file is made: what the library of the tests says about it is not the program's."""
    logging.disable(logging.CRITICAL)
    try:
        with as_sites_write(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


@dataclass
class Bench:
    """A lab, a made-up patient, and short words for what people do."""

    world: World
    seed: Seed
    sent: int = 0
    released: list[Path] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def file(self, change: Callable[[Dataset], object] = lambda _made: None, *, noise: int = 0, name: str = "", **how: object) -> Path:
        """Another clip of the patient; ``noise``: other pixels."""
        self.sent += 1
        with quiet():
            return self._file(change, noise, name, how)

    def _file(self, change: Callable[[Dataset], object], noise: int, name: str, how: dict[str, object]) -> Path:
        pixels = how.pop("pixels", None)
        made = an_object(self.seed, frames(Seed.of(f"noise {noise}")) if pixels is None else pixels, **how)  # type: ignore[arg-type]
        change(made)
        path = self.world.site / f"{self.sent:02d} {name or self.seed.word}.dcm"
        path.write_bytes(file_bytes(made))
        return path

    def takes(self, *sources: Path, subject: str = "S-1", visit: str = "D10", **more: object) -> IntakeReport:
        lab = self.world.lab
        report = intake.take_in(lab.open, lab.coordinator, sources, subject=subject, visit=visit, **more)  # type: ignore[arg-type]
        self.world.said.write(report.json_text() + report.in_words())
        return report

    def waiting(self, clip: ClipId | None) -> WaitingClip:
        return next(one for one in intake.waiting(self.world.lab.open, self.world.lab.coordinator) if one.clip == clip)

    def releases(self, clip: ClipId | None) -> Path:
        lab, one = self.world.lab, self.waiting(clip)
        seen = {one.clip: range(one.frames)}
        intake.pass_pixels(lab.open, lab.coordinator, [one.clip], seen)
        (outcome,) = intake.verify_pixels(lab.open, lab.coordinator_2, [one.clip], seen)
        self.hold(outcome.state is ClipState.RELEASED, f"not released: {outcome.code}")
        path = self.world.clip_file(one.clip)
        self.released.append(path)
        return path

    def comes_through(self, source: Path, **how: object) -> pydicom.FileDataset:
        (one,) = self.takes(source, **how).objects  # type: ignore[arg-type]
        return pydicom.dcmread(self.releases(one.clip))

    def hold(self, fine: object, otherwise: str) -> None:
        if not fine:
            self.wrong.append(otherwise)

    def asks(self, *kinds: queries.QueryKind) -> None:
        """A query of each of these kinds was raised."""
        lab = self.world.lab
        found = queries.queries(lab.open, lab.coordinator)
        self.world.said.write("".join(f"{one.text} {one.facts}" for one in found))
        for kind in kinds:
            self.hold(kind in {one.kind for one in found}, f"no query: {kind.value}")

    def result(self, end: End, code: str | None = None) -> Result:
        wanted = oracle.needles(self.seed, numbers=False)
        found = {place for path in self.released if path.exists() for place in oracle.hidden_in(path, wanted)}
        known = known_words({"case": self.seed, "other": Seed.of(f"{self.seed.word} other")})
        delivered = [file for ending in ("*.bin", "*.tokens") for file in self.world.folder.rglob(ending)]
        elsewhere = places(self.world.folder, [self.world.site, *delivered], known)
        found.update(place for listed in elsewhere.values() for place in listed)
        found.update({"messages"} if words_in(self.world.said.getvalue().encode(), known) else ())
        return Result(end, code, tuple(sorted(found)), tuple(self.wrong))


@dataclass(frozen=True, slots=True)
class WorkCase:
    """A piece of work with words in it."""

    id: str
    what: str
    end: End
    work: Callable[[Bench], Result]
    codes: frozenset[str] = frozenset()

    def result(self, folder: Path) -> Result:
        with a_world(folder) as world:
            bench = Bench(world, Seed.of(self.id))
            try:
                return self.work(bench)
            except (IntakeRefusedError, StopIteration) as refused:
                return Result(End.REFUSED, None, wrong=(f"refused: {refused!r}",))


def _dated(day: str) -> Callable[[Dataset], None]:
    def change(made: Dataset) -> None:
        made.StudyDate = made.ContentDate = day

    return change


def _days(*clips: pydicom.FileDataset) -> list[int]:
    found = [datetime.strptime(clip.StudyDate, "%Y%m%d") for clip in clips]  # noqa: DTZ007 - days, no times
    return [(day - found[0]).days for day in found]


# ---------------------------------------------------------------- 34: dates of a subject


def intervals(bench: Bench) -> Result:
    """Baseline, ten days, six months (over a leap day)."""
    days = ("20231215", "20231225", "20240615")
    clips = [
        bench.comes_through(bench.file(_dated(day), noise=n), visit=visit)
        for n, (day, visit) in enumerate(zip(days, ("BL", "D10", "M6"), strict=True))
    ]
    bench.hold(_days(*clips) == [0, 10, 183], f"intervals {_days(*clips)}")
    bench.hold(all(clip.StudyDate not in days for clip in clips), "a date did not move")
    bench.hold({clip.LongitudinalTemporalInformationModified for clip in clips} == {"MODIFIED"}, "the claim about dates")
    return bench.result(C)


def order(bench: Bench) -> Result:
    """Three clips of one visit keep their order; numbers are given anew."""
    report = bench.takes(*(bench.file(noise=n) for n in range(3)))
    numbers = [int(pydicom.dcmread(bench.releases(one.clip)).InstanceNumber) for one in report.objects]
    bench.hold(numbers == sorted(set(numbers)), f"numbers {numbers}")
    return bench.result(C)


def sent_again(bench: Bench) -> Result:
    """A later delivery of the same study is moved as the first one was, and its identifiers fit."""
    first = bench.comes_through(bench.file(_dated("20240105"), noise=1))
    later = bench.comes_through(bench.file(_dated("20240105"), noise=2), visit="D30")
    bench.hold(first.StudyDate == later.StudyDate, "another shift")
    bench.hold(first.StudyInstanceUID == later.StudyInstanceUID, "another study")
    return bench.result(C)


def rotated(bench: Bench) -> Result:
    """The custody key is changed between two deliveries."""
    lab = bench.world.lab
    assert lab.coordinator_2.account
    first = bench.comes_through(bench.file(_dated("20240105"), noise=1))
    custody.rotate(lab.open, lab.coordinator, "somebody left", PASSWORD)
    lab._sessions.clear()
    later = bench.comes_through(bench.file(_dated("20240115"), noise=2), visit="D30")
    bench.hold(_days(first, later) == [0, 10], f"intervals {_days(first, later)}")
    bench.hold(first.StudyInstanceUID == later.StudyInstanceUID, "another study")
    return bench.result(C)


def other_key(bench: Bench) -> Result:
    """The same file in a lab with another key: nothing agrees that could be computed from the patient alone."""
    source = bench.file()
    here = bench.comes_through(source)
    with a_world(bench.world.folder / "elsewhere") as world:
        world.lab = a_lab(bench.world.folder / "elsewhere", name="another", secrets=LabSecrets(b"\x77" * 32, b"another"))
        there = Bench(world, bench.seed).comes_through(source)
    for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "PatientID", "StudyDate"):
        bench.hold(here[name].value != there[name].value, f"{name} is the same under another key")
    return bench.result(C)


# ---------------------------------------------------------------- 37: deliveries that contradict each other


def twice(bench: Bench) -> Result:
    source = bench.file()
    bench.releases(bench.takes(source).objects[0].clip)
    (again,) = bench.takes(source).objects
    bench.hold(again.outcome is intake.Outcome.DUPLICATE, f"ended {again.outcome.value}")
    return bench.result(R, again.code)


def corrected(bench: Bench) -> Result:
    """The same object number, another picture: the second one waits until a person says what it is."""
    first = bench.takes(bench.file(noise=1)).objects[0].clip
    (second,) = bench.takes(bench.file(noise=2)).objects
    bench.asks(queries.QueryKind.DUPLICATE)
    bench.hold(second.clip != first, "one clip for two pictures")
    return bench.result(R, second.code)


def new_numbers(bench: Bench) -> Result:
    """The same picture with other UIDs, sent for another visit."""
    bench.takes(bench.file(noise=1))

    def renumbered(made: Dataset) -> None:
        made.SOPInstanceUID, made.StudyInstanceUID, made.SeriesInstanceUID = (f"1.2.3.{bench.seed.number}.{n}" for n in (7, 8, 9))

    (second,) = bench.takes(bench.file(renumbered, noise=1), visit="D30").objects
    bench.asks(queries.QueryKind.DUPLICATE)
    return bench.result(R, second.code)


def another_patient(bench: Bench) -> Result:
    other = Seed.of(f"{bench.seed.word} other")

    def mixed_up(made: Dataset) -> None:
        made.PatientName, made.PatientID, made.PatientSex, made.SOPInstanceUID = other.name, other.number, "M", f"1.2.3.{other.number}.1"

    bench.takes(bench.file(noise=1))
    (second,) = bench.takes(bench.file(mixed_up, noise=2)).objects
    bench.asks(queries.QueryKind.IDENTITY_MISMATCH)
    bench.hold(second.outcome is intake.Outcome.HELD, f"ended {second.outcome.value}")
    return bench.result(R, second.code)


# ---------------------------------------------------------------- 38 to 40: masks, machines, sides


def revised(bench: Bench) -> Result:
    """A released clip gets a wider mask as a new version: the old one is withdrawn, both are kept, and the trail says so."""
    lab = bench.world.lab
    (first,) = bench.takes(bench.file(noise=1)).objects
    old = bench.releases(first.clip)
    (second,) = bench.takes(bench.file(lambda made: setattr(made, "ContentTime", "090000"), noise=1), replaces=first.clip).objects
    masked = intake.set_mask(lab.open, lab.coordinator, bench.waiting(second.clip).clip, [BOX])
    new = bench.releases(masked.clip)
    with lab.open.store.read() as snapshot:
        bench.hold(snapshot.one("clip_withdrawal", clip_id=first.clip) is not None, "the old clip was not withdrawn")
        bench.hold(snapshot.one("clip_withdrawal", clip_id=second.clip) is None, "the new clip was withdrawn")
        bench.hold(snapshot.events(kind="clip.withdrawn"), "the trail does not say so")
        (counted,) = intake.exams(lab.open, lab.coordinator)
        bench.hold(counted.completeness.waiting == 0, "a clip waits")
    bench.hold(old.is_file() and old != new, "the old clip is not kept")
    bench.hold(oracle.text_is_gone(oracle.decoded(new), BOX), "the wider mask is not there")
    return bench.result(C)


def _machine(software: str = MACHINE[2]) -> Callable[[Dataset], None]:
    def change(made: Dataset) -> None:
        made.Manufacturer, made.ManufacturerModelName, made.SoftwareVersions = MACHINE[0], MACHINE[1], software

    return change


def _with_template(bench: Bench) -> None:
    lab = bench.world.lab
    (first,) = bench.takes(bench.file(_machine(), noise=1)).objects
    masked = intake.set_mask(lab.open, lab.coordinator, bench.waiting(first.clip).clip, [BOX])
    intake.keep_template(lab.open, lab.coordinator, masked.clip)


def template_fits(bench: Bench) -> Result:
    _with_template(bench)
    (later,) = bench.takes(bench.file(_machine(), noise=2), visit="D30").objects
    final = oracle.decoded(bench.releases(later.clip))
    bench.hold(oracle.text_is_gone(final, BOX), "the mask of the machine is not there")
    return bench.result(C)


def other_software(bench: Bench) -> Result:
    _with_template(bench)
    (later,) = bench.takes(bench.file(_machine(f"EPIQ 5G {bench.seed.word}"), noise=2), visit="D30").objects
    return bench.result(R if later.outcome is intake.Outcome.HELD else C, later.code)


def other_size(bench: Bench) -> Result:
    _with_template(bench)
    pixels = speckle(3, rows=120, columns=160, seed=3)
    source = bench.file(_machine(), pixels=pixels, regions=[a_region((16, 16, 111, 79))])
    (later,) = bench.takes(source, visit="D30").objects
    return bench.result(R if later.outcome is intake.Outcome.HELD else C, later.code)


def sides_differ(bench: Bench) -> Result:
    """Laterality says right, a description says left, the delivery says left."""

    def change(made: Dataset) -> None:
        made.Laterality, made.SeriesDescription = "R", f"LT CFV {bench.seed.word}"

    (one,) = bench.takes(bench.file(change, name=f"L {bench.seed.word}"), side=Side.LEFT).objects
    bench.asks(queries.QueryKind.SIDE_CONFLICT)
    return bench.result(R if one.outcome is intake.Outcome.HELD else C, one.code)


# ---------------------------------------------------------------- 41: what a program says


def strange_set(bench: Bench) -> Result:
    """A character set, a date and a number that libraries complain about, with the words in the complaint."""

    def change(made: Dataset) -> None:
        made.SpecificCharacterSet, made.InstanceNumber, made.HeartRate, made.FrameDelay = bench.seed.word, *["1" * 12] * 3
        made.ContentDate = "1" * 12

    source = bench.file(change)
    source.write_bytes(source.read_bytes().replace(b"1" * 12, bench.seed.word.encode()))
    bench.hold(source.read_bytes().count(bench.seed.word.encode()) > 9, "the words are not there")
    bench.comes_through(source)
    return bench.result(C)


def fault(bench: Bench) -> Result:
    """The program breaks in the middle of an object, with the words in its message and in the values around it."""

    def breaks(*_given: object, **_more: object) -> None:
        name = bench.seed.name
        raise RuntimeError(f"{name} {bench.seed.number}") from KeyError(bench.seed.word)

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("corelab.services.intake.receiving.prepare", breaks)
        try:
            bench.takes(bench.file())
        except RuntimeError as error:
            bench.hold(log.report(error), "no report was written")
        else:
            bench.hold(fine=False, otherwise="the fault was not told")
    bench.hold(list((bench.world.folder / "state" / "reports").glob("*")), "no report is there")
    return bench.result(R)


def interrupted(bench: Bench) -> Result:
    """Ended between two objects; what lies around is only in quarantine."""

    def stop(done: int, _total: int, _words: str) -> None:
        if done == 1:
            raise KeyboardInterrupt

    try:
        bench.takes(*(bench.file(noise=n) for n in range(3)), progress=stop)
    except KeyboardInterrupt:
        pass
    else:
        bench.hold(fine=False, otherwise="it was not interrupted")
    return bench.result(R)


def as_command(bench: Bench) -> Result:
    """The command in a process of its own, whose home, temporary and state folders are looked through, and all that it prints."""
    home = bench.world.folder / "home"
    home.mkdir()
    lab = bench.world.lab
    clips = [bench.file(noise=n) for n in range(2)]
    (bench.world.site / f"{bench.seed.word}.jpg").write_bytes(b"\xff\xd8" + bench.seed.word.encode())
    told = {"CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD, "QT_QPA_PLATFORM": "offscreen", "PYTHONWARNINGS": "always"}
    folders = {
        name: str(home / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "TMPDIR")
    }
    for each in folders.values():
        Path(each).mkdir()
    assert len(clips) == 2
    assert lab.coordinator.account
    ran = subprocess.run(
        [sys.executable, "-m", "corelab", "intake", lab.open.folder, bench.world.site, "--subject", "S-1", "--visit", "D10"],
        env={**os.environ, **told, **folders, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
    )
    bench.world.said.write(ran.stdout + ran.stderr)
    bench.hold("checked" in ran.stdout and "rejected" in ran.stdout, f"the command said: {ran.stderr[-200:]}")
    return bench.result(R, "NOT_DICOM")


def _all() -> Iterator[WorkCase]:
    yield WorkCase("34a", "ten days and six months between visits stay what they were", C, intervals)
    yield WorkCase("34b", "clips of one visit keep their order", C, order)
    yield WorkCase("34c", "a later delivery of the study is moved by the same weeks", C, sent_again)
    yield WorkCase("34d", "dates and identifiers stay after the custody key was changed", C, rotated)
    yield WorkCase("35b", "another lab's key gives other identifiers and dates", C, other_key)
    yield WorkCase("37a", "the same file twice", R, twice, frozenset({"DUPLICATE"}))
    yield WorkCase("37b", "same object number, other picture: a question to the site", R, corrected)
    yield WorkCase("37c", "same picture under new numbers for another visit: a question to the site", R, new_numbers)
    yield WorkCase(
        "37d", "clip of another patient mixed in: held, a question to the site", R, another_patient, frozenset({"IDENTITY_MISMATCH"})
    )
    yield WorkCase("38", "mask revised after release: old version withdrawn and kept", C, revised)
    yield WorkCase("39a", "mask of a machine is applied to its next clip", C, template_fits)
    yield WorkCase("39b", "mask of a machine whose software changed", R, other_software, frozenset({"TEMPLATE_MISMATCH"}))
    yield WorkCase("39c", "mask of a machine whose picture size changed", R, other_size, frozenset({"TEMPLATE_MISMATCH"}))
    yield WorkCase("40", "tag says right, description and delivery left: held, a question", R, sides_differ, frozenset({"LABEL_CONFLICT"}))
    yield WorkCase("41a", "words where libraries complain about a value", C, strange_set)
    yield WorkCase("41b", "program breaks with the words in hand: report and log", R, fault)
    yield WorkCase("41c", "delivery interrupted: temporary files, journal of the database", R, interrupted)
    yield WorkCase("41d", "the command in a process of its own: its output and all its folders", R, as_command)


CASES = tuple(_all())
