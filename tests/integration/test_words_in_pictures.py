"""Words are read where text was found, in the child that reads the object: what comes out is a class of each place, and codes."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from corelab.domain.clip_label import ProposalSource, View
from corelab.domain.intake import Box, HitClass, Outcome
from corelab.domain.vocabulary import Side
from corelab.imaging import child
from corelab.imaging.deid.as_json import facts_from, facts_json, prepared_json
from corelab.imaging.deid.candidate import Decision, Facts, Prepared, prepare
from corelab.imaging.words_read import Tesseract, library
from tests.child_builders import MARK
from tests.dicom_builders import TOKEN, Frames, a_file, a_region

ROWS, COLUMNS = 360, 640
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
HERSHEY = "hershey"
CFV = ("SCT", "397363009")

reads = pytest.mark.skipif(Tesseract.installed() is None, reason="tesseract is not installed")


def tissue(frames: int = 3) -> Frames:
    rng = np.random.default_rng(5)
    noise = [cv2.GaussianBlur(rng.gamma(1.0, 30.0, (ROWS, COLUMNS)).astype(np.float32), (0, 0), 2.6, sigmaY=1.3) for _ in range(frames)]
    return np.clip(np.stack(noise), 0, 255).astype(np.uint8)


def written(frame: Frames, text: str, at: tuple[int, int], font: str) -> Frames:
    if font == HERSHEY:
        return np.asarray(cv2.putText(frame.copy(), text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 255, 1, cv2.LINE_AA), np.uint8)
    if not DEJAVU.exists():
        pytest.skip("the DejaVu fonts are not installed")
    picture = Image.fromarray(frame)
    ImageDraw.Draw(picture).text((at[0], at[1] - 14), text, font=ImageFont.truetype(str(DEJAVU), 16), fill=255)
    return np.asarray(picture)


def a_clip(folder: Path, words: Mapping[str, tuple[int, int]], font: str = HERSHEY, frames: tuple[int, ...] = (0, 1, 2)) -> Path:
    """A file with ``words`` in these frames, at these places, all of them inside the area that stays."""
    folder.mkdir(exist_ok=True)
    pixels = tissue()
    for text, at in words.items():
        for frame in frames:
            pixels[frame] = written(pixels[frame], text, at, font)
    return a_file(folder / "source.bin", pixels=pixels, regions=[a_region((4, 4, COLUMNS - 5, ROWS - 5))])


def read(folder: Path, words: Mapping[str, tuple[int, int]], font: str = HERSHEY, frames: tuple[int, ...] = (0, 1, 2)) -> Prepared:
    return child.prepared(a_clip(folder, words, font, frames), folder / "candidate", MARK, Decision())


def facts_of(prepared: Prepared) -> Facts:
    assert prepared.outcome is Outcome.CHECKED
    assert prepared.facts is not None
    return prepared.facts


def class_at(facts: Facts, at: tuple[int, int]) -> HitClass:
    """Of the hit that covers the place."""

    def over(box: Box) -> bool:
        return box[0] <= at[0] + 40 and box[2] >= at[0] and box[1] <= at[1] and box[3] >= at[1] - 12

    return next(each for box, each in zip(facts.hits, facts.classes, strict=True) if over(box))


@reads
@pytest.mark.parametrize("font", ["dejavu", HERSHEY])
def test_names_usual_words_and_others_are_told_apart(font: str, tmp_path: Path) -> None:
    name, label, other = (60, 80), (60, 180), (60, 280)
    words = {f"{TOKEN} ANNA": name, "R CFV COMP": label, "ZEBRA PLANKTON": other}
    prepared = read(tmp_path, words, font)
    facts = facts_of(prepared)
    assert class_at(facts, name) is HitClass.SUBJECT
    assert class_at(facts, label) is HitClass.ALLOWED
    assert class_at(facts, other) is HitClass.UNKNOWN
    burned = next(hint for hint in prepared.hints if hint.source is ProposalSource.PICTURE)
    assert [vein for vein, _ in burned.places] == [CFV]
    assert (burned.side, burned.view) == (Side.RIGHT, View.COMPRESSION)


@reads
@pytest.mark.parametrize("text", ["QUORLIMOX", "71300456", "17.03.1958", "1958-03-17", "A71300456", "Clinic Quorlimax"])
def test_whatever_identifies_is_named_also_with_a_letter_read_wrongly(text: str, tmp_path: Path) -> None:
    assert HitClass.SUBJECT in facts_of(read(tmp_path, {text: (60, 80)})).classes


@reads
def test_a_name_on_one_frame_is_read_on_that_frame(tmp_path: Path) -> None:
    facts = facts_of(read(tmp_path, {f"{TOKEN} ANNA": (60, 80)}, frames=(2,)))
    assert class_at(facts, (60, 80)) is HitClass.SUBJECT
    assert 2 in facts.flagged


@reads
def test_usual_words_beside_others_are_not_usual(tmp_path: Path) -> None:
    facts = facts_of(read(tmp_path, {"R CFV ZEBRA PLANKTON": (60, 80)}))
    assert HitClass.ALLOWED not in facts.classes


@reads
def test_classes_change_nothing_of_what_a_person_has_to_see(tmp_path: Path) -> None:
    source = a_clip(tmp_path, {"R CFV COMP": (60, 80), f"{TOKEN} ANNA": (60, 180)})
    with_words = facts_of(child.prepared(source, tmp_path / "candidate", MARK, Decision()))
    without = facts_of(prepare(source, tmp_path / "other", MARK, Decision()))
    assert (with_words.flagged, with_words.hits) == (without.flagged, without.hits)
    assert without.classes == ()
    assert (tmp_path / "candidate").read_bytes() == (tmp_path / "other").read_bytes()


@reads
def test_nothing_that_was_read_leaves_the_child(tmp_path: Path) -> None:
    """In no answer but the sealed identity, and in no file: what was written for the program that reads is gone with its folder."""
    prepared = read(tmp_path, {f"{TOKEN} ANNA": (60, 80), "ZEBRA PLANKTON": (60, 280)})
    document = prepared_json(prepared)
    del document["identity"], document["study"]
    said = json.dumps(document).casefold()
    assert not any(word in said for word in (TOKEN.casefold(), "anna", "zebra", "plankton"))
    assert {path.name for path in tmp_path.iterdir()} == {"source.bin", "candidate"}


@pytest.mark.parametrize("way", ["no program", "not a program", "no package", "no data"])
def test_without_a_reader_everything_goes_on_and_nothing_is_said_of_words(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {
        "no program": None,
        "not a program": Tesseract(os.fspath(tmp_path / "gone")),
        "no package": None,
        "no data": Tesseract(shutil.which("tesseract") or "/gone", os.fspath(tmp_path)),
    }[way]
    if way == "no package":
        monkeypatch.setitem(__import__("sys").modules, "pytesseract", None)
        library.cache_clear()
        assert Tesseract.installed() is None
    monkeypatch.setattr(Tesseract, "installed", lambda: found)
    prepared = read(tmp_path, {f"{TOKEN} ANNA": (60, 80)})
    library.cache_clear()
    facts = facts_of(prepared)
    assert facts.hits
    assert facts.classes == ()
    assert ProposalSource.PICTURE not in {hint.source for hint in prepared.hints}


def test_facts_of_older_labs_have_no_classes(tmp_path: Path) -> None:
    facts = facts_of(prepare(a_clip(tmp_path, {}), tmp_path / "candidate", MARK, Decision()))
    stored = facts_json(facts)
    del stored["classes"]
    assert facts_from(stored) == facts
