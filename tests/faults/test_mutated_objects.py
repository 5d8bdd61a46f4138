"""Whatever a site sends, intake ends it with an outcome and a code: damaged copies of sound files, by the thousand."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit

from corelab.domain.intake import IntakeCode, ObjectRefusedError, Outcome
from corelab.imaging.raw_walk import walk
from corelab.services import intake
from corelab.services.verification import verify_lab
from tests.builders import a_lab
from tests.dicom_builders import a_dataset, a_jpeg_dataset, file_bytes, speckle
from tests.faults.figures import Figures

ENDED = {Outcome.CHECKED, Outcome.HELD, Outcome.DUPLICATE, Outcome.REJECTED}


def sound_files() -> list[bytes]:
    return [
        file_bytes(a_dataset()),
        file_bytes(a_dataset(), ImplicitVRLittleEndian),
        file_bytes(a_dataset(), ExplicitVRBigEndian),
        file_bytes(a_jpeg_dataset(speckle(4)), JPEGBaseline8Bit),
    ]


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """Copies with bytes changed, pieces cut out, doubled or moved, or the end missing; mostly in the header, where the structure is."""
    chance = random.Random(seed)  # noqa: S311 - repeatable damage, not a secret
    sound = sound_files()
    for n in range(count):
        yield _mutant(sound[n % len(sound)], chance)


def _mutant(sound: bytes, chance: random.Random) -> bytes:
    content = bytearray(sound)
    reach = len(content) if chance.random() < 0.3 else min(len(content), 1600)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, length = chance.randrange(reach), chance.choice((1, 2, 4, 16, 200))
        piece = bytes(content[at : at + length])
        match chance.randrange(5):
            case 0:
                content[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                content[at : at + len(piece)] = chance.choice((b"\xff", b"\x00", b"\x80")) * len(piece)
            case 2:
                del content[at : at + length]
            case 3:
                content[at:at] = piece
            case _:
                del content[max(at, 132) :]
    return bytes(content)


def test_p11_70_the_walk_over_the_bytes_answers_every_damaged_file(many: Callable[[int, int], int], figures: Figures) -> None:
    count = many(5_000, 100_000)
    ends = Counter(end_of_walk(content) for content in mutants(70, count))
    walked = ends.pop(None)
    figures.tell(injected=count)
    assert len(ends) >= 3  # codes: the damage is of many kinds
    assert walked > count // 10  # and not so heavy that nothing gets past the first look


def end_of_walk(content: bytes) -> IntakeCode | None:
    try:
        seen = walk(content)
    except ObjectRefusedError as error:
        return error.code
    assert seen.end <= len(content)
    return None


def test_p11_70_every_object_of_a_damaged_delivery_ends_with_an_outcome(
    many: Callable[[int, int], int], figures: Figures, tmp_path: Path
) -> None:
    # Each object of a delivery is a process of its own and a row of the lab: 20,000 in one go would take the night for themselves.
    # The form of the bytes is met 100,000 times by the walk above; here it is the way from the folder to the outcome.
    count = many(200, 2_000)
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
