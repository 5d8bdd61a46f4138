"""Runs the objects of all cases through one real lab: delivery, de-identification, pixel check by two people, release; then judges them."""

import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corelab import log
from corelab.services import intake
from corelab.services.intake import ClipState, IntakeRefusedError, WaitingClip
from corelab.services.labs import LabSecrets
from tests.acceptance.intake import areas, file_level, oracle, streams, structure, values
from tests.acceptance.intake.case import COLUMNS, ROWS, Box, Case, End, Person, Result
from tests.acceptance.intake.everywhere import known_words, places, words_in
from tests.acceptance.intake.objects import as_sites_write
from tests.builders import Lab, a_lab

CASES: tuple[Case, ...] = (*structure.CASES, *file_level.CASES, *streams.CASES, *areas.CASES, *values.CASES)
SECRETS = LabSecrets(b"\x88" * 32, b"cases of intake")
_MARGIN = 3
"""What a person draws around a flagged place."""
_JPEG = "1.2.840.10008.1.2.4.5"


@dataclass
class World:
    """A lab with its surroundings, all in one folder: what a site sent, temporary files, the person's state, what was printed."""

    folder: Path
    lab: Lab
    said: io.StringIO = field(default_factory=io.StringIO)

    @property
    def site(self) -> Path:
        return self.folder / "site"

    @property
    def quarantine(self) -> Path:
        return Path(self.lab.open.quarantine)

    def clip_file(self, clip: str) -> Path:
        with self.lab.open.store.read() as snapshot:
            row = snapshot.one("clip", id=clip)
        assert row is not None
        return Path(self.lab.open.clips / row["sha256"][:2] / f"{row['sha256']}.dcm")

    def delivered(self) -> list[Path]:
        """What lies in quarantine as delivered or sealed: for the owner of the lab alone, and never passed on."""
        return [file for ending in ("*.bin", "*.tokens") for file in self.quarantine.rglob(ending)]


@contextlib.contextmanager
def a_world(folder: Path) -> Iterator[World]:
    """Everything that the program may write goes below ``folder``; everything that it says is kept."""
    for name in ("site", "temporary", "state"):
        (folder / name).mkdir(parents=True)
    world = World(folder, a_lab(folder, secrets=SECRETS))
    listener = logging.StreamHandler(world.said)
    before, root = tempfile.tempdir, logging.getLogger()
    tempfile.tempdir = str(folder / "temporary")
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    log.start(folder / "state")
    try:
        with contextlib.redirect_stdout(world.said), contextlib.redirect_stderr(world.said), warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield world
            world.said.writelines(f"{each.message}\n" for each in heard)
    finally:
        log.stop()
        root.removeHandler(listener)
        root.setLevel(level)
        tempfile.tempdir = before


def objects(world: World, cases: Sequence[Case] = CASES) -> dict[str, Result]:
    """Case -> result. One delivery holds them all, in order."""
    for number, case in enumerate(cases):
        with as_sites_write():
            case.make(case.seed, world.site / f"{number:03d} {case.seed.word} {case.seed.number}.dcm")
    world.said.seek(0)
    world.said.truncate()  # the libraries that made the objects talk too
    report = intake.take_in(world.lab.open, world.lab.coordinator, [world.site], subject="S-1", visit="D10")
    assert len(report.objects) == len(cases), "an object without an end"
    world.said.write(report.json_text() + report.in_words())
    waiting = {one.clip: one for one in intake.waiting(world.lab.open, world.lab.coordinator)}
    ends = {
        case.id: _Object(world, case, one, waiting.get(one.clip) if one.clip else None)
        for case, one in zip(cases, report.objects, strict=True)
    }
    for one in ends.values():
        one.work()
    world.said.write(repr(intake.waiting(world.lab.open, world.lab.coordinator)))
    results = {case: one.result() for case, one in ends.items()}
    return {case: _also(results[case], found) for case, found in _elsewhere(world, cases, results).items()}


def _also(result: Result, more: Sequence[str]) -> Result:
    return Result(result.end, result.code, (*result.found, *more), result.wrong)


def _elsewhere(world: World, cases: Sequence[Case], results: Mapping[str, Result]) -> dict[str, list[str]]:
    """Words in the database, logs, temporary files, candidates and clips of others, and in everything that was said."""
    known = known_words({case.id: case.seed for case in cases})
    found = places(world.folder, [world.site, *world.delivered()], known)
    for case in words_in(world.said.getvalue().encode(), known):
        found.setdefault(case, []).append("messages")
    return {case: found.get(case, []) for case in results}


@dataclass
class _Object:
    """One delivered object on its way, with the people who look at it."""

    world: World
    case: Case
    report: intake.ObjectReport
    waiting: WaitingClip | None
    wrong: list[str] = field(default_factory=list)
    code: str | None = None
    released: Path | None = None
    drawn: tuple[Box, ...] = ()

    def work(self) -> None:
        self.code = self.report.code
        if not self.report.message and self.code:
            self.wrong.append("the message is empty")
        if self.waiting is None:
            return
        try:
            waiting = self._masked(self._accepted(self.waiting))
        except IntakeRefusedError as refused:
            self.wrong.append(f"the mask was refused: {refused.args}")
            return
        if waiting.state is ClipState.CHECKED:
            self._release(waiting)

    def _accepted(self, waiting: WaitingClip) -> WaitingClip:
        if self.case.person is not Person.ACCEPTS or waiting.state is not ClipState.HELD:
            return waiting
        lab = self.world.lab
        return intake.accept_damage(lab.open, lab.coordinator, waiting.clip, "the site has nothing better")

    def _masked(self, waiting: WaitingClip) -> WaitingClip:
        boxes: list[Box] = []
        if self.case.person is Person.MASKS_HITS and waiting.state is ClipState.CHECKED:
            boxes = [(x0 - _MARGIN, y0 - _MARGIN, x1 + _MARGIN, y1 + _MARGIN) for x0, y0, x1, y1 in waiting.hits]
            if not boxes:
                self.wrong.append("nothing was flagged")
        if self.case.person is Person.DRAWS and self.case.text:
            boxes = [self.case.text]
        if not boxes:
            return waiting
        masked = intake.set_mask(self.world.lab.open, self.world.lab.coordinator, waiting.clip, boxes)
        self.drawn = masked.boxes
        return masked

    def _release(self, waiting: WaitingClip) -> None:
        lab, seen = self.world.lab, {waiting.clip: range(waiting.frames)}
        intake.pass_pixels(lab.open, lab.coordinator, [waiting.clip], seen)
        (outcome,) = intake.verify_pixels(lab.open, lab.coordinator_2, [waiting.clip], seen)
        self.code = outcome.code
        if outcome.state is ClipState.RELEASED:
            self.released = self.world.clip_file(waiting.clip)

    def result(self) -> Result:
        if self.released is None:
            return Result(End.REFUSED, self.code, wrong=tuple(self.wrong))
        seed = self.case.seed
        # a number in binary form is looked for in the header alone: among pixels four bytes may be anything by chance
        found = set(oracle.hidden_in(self.released, [*oracle.needles(seed, numbers=False), *self.case.more(seed)]))
        if oracle.seen(_header(self.released), oracle.needles(seed)):
            found.add("a number of the header")
        return Result(End.CLEANED, None, tuple(sorted(found)), (*self.wrong, *self._pixels(self.released)))

    def _pixels(self, released: Path) -> Iterator[str]:
        final, kept = oracle.decoded(released), self._kept()
        rim = oracle.syntax(released).startswith(_JPEG)
        if not oracle.outside_is_black(final, self._may_show(kept, oracle.block(released)), rim=rim):
            yield "the picture is not black outside the kept area"
        if self.case.text and not oracle.text_is_gone(final, self.case.text):
            yield "words can be read in the picture"
        if self.case.pixels:
            source = list(self.case.source(self.case.seed)) if self.case.source else oracle.decoded(self._delivered)
            changed = oracle.changed_inside(source, final, kept, rim=rim)
            yield from [changed] if changed else []

    def _may_show(self, kept: NDArray[np.bool_], block: tuple[int, int]) -> NDArray[np.bool_]:
        """Where a JPEG is masked by whole blocks, those that the region touches stay, two pixels around it included (boxes excepted)."""
        wide, high = block
        if (wide, high) == (1, 1):
            return kept
        x0, y0, x1, y1 = self.case.region
        shown = kept.copy()
        shown[max(y0 - 2, 0) // high * high : -(-(y1 + 3) // high) * high, max(x0 - 2, 0) // wide * wide : -(-(x1 + 3) // wide) * wide] = (
            True
        )
        for left, top, right, bottom in self.drawn:
            shown[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = False
        return shown

    @property
    def _delivered(self) -> Path:
        return next(self.world.site.glob(f"* {self.case.seed.word} *"))

    def _kept(self) -> NDArray[np.bool_]:
        kept = np.zeros((ROWS, COLUMNS), np.bool_)
        for boxes, value in (((self.case.region,), True), (self.drawn, False)):
            for x0, y0, x1, y1 in boxes:
                kept[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1] = value
        return kept


def _header(path: Path) -> bytes:
    """Everything in front of the pixels."""
    data = path.read_bytes()
    return data[: data.index(b"\xe0\x7f\x10\x00")]
