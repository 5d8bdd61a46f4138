"""Whatever a site sends, intake ends it with an outcome and a code: damaged copies of sound files, by the thousand."""

import hashlib
import os
import random
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit

from corelab.domain.intake import IntakeCode, ObjectRefusedError, Outcome
from corelab.imaging import child
from corelab.imaging.child import lives, reader
from corelab.imaging.child.bounds import USUAL, Bounds
from corelab.imaging.child.ends import End
from corelab.imaging.deid.candidate import Decision, Prepared
from corelab.imaging.frames import FrameFile
from corelab.imaging.raw_walk import walk
from corelab.services import intake
from corelab.services.verification import verify_lab
from tests.builders import a_lab
from tests.child_builders import MARK
from tests.dicom_builders import a_dataset, a_jpeg_dataset, a_region, file_bytes, speckle
from tests.faults.figures import Figures

PARTS = 4
"""So that more than one processor can work on them."""

ENDED = {Outcome.CHECKED, Outcome.HELD, Outcome.DUPLICATE, Outcome.REJECTED}


def sound_files() -> list[bytes]:
    return [
        file_bytes(a_dataset()),
        file_bytes(a_dataset(), ImplicitVRLittleEndian),
        file_bytes(a_dataset(), ExplicitVRBigEndian),
        file_bytes(a_jpeg_dataset(speckle(4)), JPEGBaseline8Bit),
        file_bytes(a_dataset(speckle(2, samples=3), regions=[a_region(), a_region((2, 2, 40, 18), 3)])),
        file_bytes(_nested(a_dataset(speckle(1)), 6)),
        file_bytes(_nested(a_dataset(speckle(1)), 3), ImplicitVRLittleEndian),
    ]


def _nested(made: Dataset, levels: int) -> Dataset:
    inner = made
    for _ in range(levels):
        item = Dataset()
        inner.ViewCodeSequence = [item, Dataset()]
        inner["ViewCodeSequence"].is_undefined_length = True
        inner = item
    return made


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """Copies with bytes changed, pieces cut out, doubled or moved, or the end missing; mostly in the header, where the structure is."""
    chance = random.Random(seed)  # noqa: S311 - repeatable damage, not a secret
    sound = sound_files()
    for n in range(count):
        yield _mutant(sound[n % len(sound)], chance)


_LENGTHS = tuple(struct.pack("<I", length) for length in (0, 1, 2, 8, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF))
"""What a length, a count or a tag may be at its worst."""


def _mutant(sound: bytes, chance: random.Random) -> bytes:
    content = bytearray(sound)
    reach = len(content) if chance.random() < 0.3 else min(len(content), 1600)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, length = chance.randrange(reach), chance.choice((1, 2, 4, 16, 200))
        piece = bytes(content[at : at + length])
        match chance.randrange(7):
            case 0:
                content[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                content[at : at + len(piece)] = chance.choice((b"\xff", b"\x00", b"\x80")) * len(piece)
            case 2:
                del content[at : at + length]
            case 3:
                content[at:at] = piece
            case 4:
                del content[max(at, 132) :]
            case 5:
                content[at : at + 2] = chance.choice(_LENGTHS)[:2]
            case _:
                content[at : at + 4] = chance.choice(_LENGTHS)
    return bytes(content)


@pytest.mark.parametrize("part", range(PARTS))
def test_p11_70_the_walk_over_the_bytes_answers_every_damaged_file(part: int, many: Callable[[int, int], int], figures: Figures) -> None:
    count = many(5_000, 1_000_000) // PARTS
    ends = Counter(end_of_walk(content) for content in mutants(70 + 1000 * part, count))
    figures.tell(injected=count, acknowledged=sum(ends.values()), lost=count - sum(ends.values()))
    figures.tell_outcomes({code.value if code else "walked": number for code, number in ends.items()})
    assert sum(ends.values()) == count
    assert len(ends) >= 4  # the damage is of many kinds
    assert ends[None] > count // 10  # and not so heavy that nothing gets past the first look


def end_of_walk(content: bytes) -> IntakeCode | None:
    try:
        seen = walk(content)
    except ObjectRefusedError as error:
        return error.code
    assert seen.end <= len(content)
    return None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
@pytest.mark.parametrize("part", range(PARTS))
def test_p11_70_a_child_ends_every_damaged_file_within_its_limits_and_in_its_folder(
    part: int, many: Callable[[int, int], int], figures: Figures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, lives = many(200, 20_000) // PARTS, _Watched(tmp_path, monkeypatch)
    ends = Counter(lives.of(content) for content in mutants(72 + 1000 * part, count))
    bad = lives.bad
    figures.tell(
        injected=count, acknowledged=sum(ends.values()), lost=bad["crashes"] + bad["hangs"], undetected=bad["escapes"] + bad["breaches"]
    )
    figures.tell_outcomes({**ends, **bad})
    assert not any(bad.values())
    assert sum(ends.values()) == count
    assert ends["checked"] > count // 20


BOUNDS = replace(USUAL, memory=1 << 30, cpu=30, wall=60)
"""Far more than a clip of a few kilobytes needs, and far less than would harm anybody."""


class _Watched:
    """Children with a folder of their own among others, and everything that changes there."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = place
        self.bad = {"crashes": 0, "hangs": 0, "escapes": 0, "breaches": 0}
        (place / "site").mkdir()
        (place / "site" / "kept").write_bytes(b"of somebody else")
        self.source, self.candidate = place / "site" / "1.bin", place / "site" / "1.2.3.new"
        monkeypatch.setattr(reader, "ended", self._ended)

    def _ended(self, request: bytes, folder: Path, bounds: Bounds, cancelled: Callable[[], bool]) -> End:
        end = lives.ended(request, folder, bounds, cancelled)
        self.bad["crashes"] += bool(end.signal) and not end.late
        self.bad["hangs"] += end.late
        self.bad["breaches"] += end.peak > bounds.memory or end.cpu > bounds.cpu or len(end.said) > bounds.answer
        self.bad["escapes"] += any(path.name != "made" for path in folder.iterdir())
        return end

    def of(self, content: bytes) -> str:
        self.source.write_bytes(content)
        before = self._seen()
        told = child.prepared(self.source, self.candidate, MARK, Decision(), bounds=BOUNDS)
        assert told.outcome in ENDED
        made = {self.candidate} if told.outcome is Outcome.CHECKED else set()
        assert made <= self._seen().keys()
        for path in made:
            self._require_sound(path, told)
            path.unlink()
        self.bad["escapes"] += self._seen() != before
        return told.code.value if told.code else told.outcome.value

    @staticmethod
    def _require_sound(made: Path, told: Prepared) -> None:
        """What is accepted is walked without a fault, decodes, and is what was told of it."""
        content = made.read_bytes()
        assert hashlib.sha256(content).hexdigest() == told.sha256
        assert not walk(content).faults
        with FrameFile.open(made) as file:
            assert told.facts is not None
            assert file.frames == told.facts.frames
            for index in range(file.frames):
                file.decode(index)

    def _seen(self) -> dict[Path, tuple[int, int]]:
        """Every file and folder here, its size and when it was changed; the source is written by this test itself."""
        return {path: (path.lstat().st_size, path.lstat().st_mtime_ns) for path in self.place.rglob("*") if path.is_file()}


def test_p11_70_every_object_of_a_damaged_delivery_ends_with_an_outcome(
    many: Callable[[int, int], int], figures: Figures, tmp_path: Path
) -> None:
    # Each object is a row of the lab, too: what a child does with damaged bytes is met more often above.
    count = many(60, 2_000)
    site = tmp_path / "site"
    site.mkdir()
    for n, content in enumerate(mutants(71, count)):
        (site / f"{n:05}.dcm").write_bytes(content)
    before = {path.name for path in tmp_path.iterdir()}
    lab = a_lab(tmp_path)
    report = intake.take_in(lab.open, lab.coordinator, [site], subject="S-1", visit="D10")
    ended = [one for one in report.objects if one.outcome in ENDED and (one.code or one.outcome is Outcome.CHECKED)]
    figures.tell(injected=count, acknowledged=len(ended), lost=count - len(report.objects), undetected=len(report.objects) - len(ended))
    assert len(ended) == len(report.objects) == count
    assert {path.name for path in tmp_path.iterdir()} == before | {"lab", "configuration"}
    assert list(lab.open.clips.rglob("*.dcm")) == []
    assert verify_lab(lab.open.folder).ok
