"""What a source hints at, from the file to the codes that come out: words and codes are read, and none of them leaves."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from corelab.domain.clip_label import Hint, Mode, ProposalSource, View
from corelab.domain.vocabulary import Side
from corelab.imaging.deid.as_json import prepared_from, prepared_json
from corelab.imaging.deid.candidate import Decision, Prepared, prepare
from corelab.imaging.deid.fingerprint import coloured
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.hints import hint_of_words, hints_from, hints_json
from corelab.imaging.deid.keyed import Keyed
from tests.dicom_builders import TOKEN, Frames, a_file, a_region, speckle

CFV, FEMORAL, GSV, IVC = ("SCT", "397363009"), ("SCT", "397364003"), ("SCT", "60734001"), ("SCT", "64131007")
PROXIMAL = ("SCT", "40415009")


def prepared(folder: Path, *changes: Callable[[Dataset], object], pixels: Frames | None = None, data_type: int = 1) -> Prepared:
    source = a_file(folder / "source", *changes, pixels=pixels, regions=[a_region(data_type=data_type)])
    (folder / "candidate").touch(mode=0o600)
    mark = Mark("PSEUDO01", "TRIAL", Keyed(b"k" * 32, "S-1"), 1)
    return prepare(source, folder / "candidate", mark, Decision())


def hint(found: Prepared, source: ProposalSource) -> Hint:
    return next((each for each in found.hints if each.source is source), Hint(source))


def code(value: str, scheme: str = "SCT", meaning: str = TOKEN) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def anatomy(vein: Dataset, *modifiers: Dataset) -> Callable[[Dataset], object]:
    vein.AnatomicRegionModifierSequence = list(modifiers)
    return lambda made: setattr(made, "AnatomicRegionSequence", [vein])


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("text", "places", "side", "view", "mode"),
    [
        (f"{TOKEN} ANNA R CFV 10d post thrombectomy", [CFV], Side.RIGHT, None, None),
        ("LT FV prox w compression", [FEMORAL], Side.LEFT, View.COMPRESSION, None),
        ("RCFV w/o comp", [CFV], Side.RIGHT, View.REST, None),
        ("with and without compression", [], None, View.COMPRESSION, None),
        ("Great saphenous vein colour, links", [GSV], Side.LEFT, None, Mode.COLOUR),
        ("IVC dist aug PW", [IVC], None, View.AUGMENTATION, Mode.SPECTRAL),
        ("right and left CFV", [CFV], None, None, None),
        ("R common femoral artery", [], None, None, None),
        ("L. Quorlimax, knee", [], None, None, None),
        ("B-mode ruhe", [], None, View.REST, Mode.B),
        ("", [], None, None, None),
    ],
)
def test_words_of_sonographers_are_understood(
    text: str, places: list[tuple[str, str]], side: Side | None, view: View | None, mode: Mode | None
) -> None:
    found = hint_of_words([text], ProposalSource.WORDS)
    assert ([vein for vein, _ in found.places], found.side, found.view, found.mode) == (places, side, view, mode)


def test_the_clips_own_words_count_before_those_of_the_study(tmp_path: Path) -> None:
    def words(made: Dataset) -> None:
        made.SeriesDescription, made.StudyDescription, made.ProtocolName = "CFV", "Left popliteal veins", "GSV compression"

    found = hint(prepared(tmp_path, words), ProposalSource.WORDS)
    assert (found.places, found.side, found.view) == (((CFV, None),), Side.LEFT, View.COMPRESSION)


@given(st.text(max_size=60))
def test_whatever_is_written_only_codes_of_our_lists_come_out(text: str) -> None:
    hints = [hint_of_words([text], ProposalSource.WORDS)]
    assert hints_from(json.loads(json.dumps(hints_json(hints)))) == tuple(hints)


def test_no_word_of_the_source_is_in_what_comes_out(tmp_path: Path) -> None:
    def words(made: Dataset) -> None:
        made.SeriesDescription = made.ImageComments = f"{TOKEN} ANNA R CFV"
        made.ProtocolName = made.StudyDescription = f"{TOKEN} post thrombectomy"

    found = prepared(tmp_path, words, anatomy(code("397363009"), code("24028007")))
    assert hint(found, ProposalSource.WORDS).places
    told = json.dumps(hints_json(found.hints)).upper()
    assert not [word for word in (TOKEN, "ANNA", "THROMBECTOMY", "POST", "CFV") if word in told]
    assert prepared_from(json.loads(json.dumps(prepared_json(found)))) == found


# ---------------------------------------------------------------- codes


def test_coded_anatomy_with_side_and_part(tmp_path: Path) -> None:
    found = hint(prepared(tmp_path, anatomy(code("397364003"), code("7771000"), code("40415009"))), ProposalSource.CODES)
    assert found == Hint(ProposalSource.CODES, ((FEMORAL, PROXIMAL),), Side.LEFT)


def test_a_code_of_the_former_scheme_is_that_of_today_and_an_unknown_one_is_none(tmp_path: Path) -> None:
    assert hint(prepared(tmp_path, anatomy(code("T-48710", "SRT"))), ProposalSource.CODES).places == ((IVC, None),)
    assert hint(prepared(tmp_path, anatomy(code(TOKEN, "SRT"))), ProposalSource.CODES).places == ()
    assert hint(prepared(tmp_path, anatomy(code("397363009", "99MINE"))), ProposalSource.CODES).places == ()


def test_a_wider_code_leaves_open_what_it_covers(tmp_path: Path) -> None:
    found = hint(prepared(tmp_path, anatomy(code("83419000"))), ProposalSource.CODES)
    assert {vein for vein, _ in found.places} == {("SCT", "83419000"), FEMORAL, CFV}


def test_a_laterality_element_that_says_otherwise_is_a_word_of_its_own(tmp_path: Path) -> None:
    found = prepared(tmp_path, anatomy(code("397363009"), code("24028007")), lambda made: setattr(made, "Laterality", "L"))
    assert [each.side for each in found.hints if each.source is ProposalSource.CODES] == [Side.RIGHT, Side.LEFT]
    same = prepared(tmp_path, anatomy(code("397363009"), code("7771000")), lambda made: setattr(made, "Laterality", "L"))
    assert [each.side for each in same.hints if each.source is ProposalSource.CODES] == [Side.LEFT]


# ---------------------------------------------------------------- pixels


@pytest.mark.parametrize(("data_type", "mode"), [(1, Mode.B), (2, Mode.COLOUR), (3, Mode.SPECTRAL)])
def test_regions_tell_the_mode(tmp_path: Path, data_type: int, mode: Mode) -> None:
    assert hint(prepared(tmp_path, data_type=data_type), ProposalSource.REGIONS).mode is mode


def test_colour_that_no_region_tells_of_is_found_in_the_frames(tmp_path: Path) -> None:
    found = prepared(tmp_path, pixels=speckle(samples=3))
    assert found.facts is not None
    assert found.facts.coloured
    assert hint(found, ProposalSource.REGIONS).mode is Mode.COLOUR
    grey = np.repeat(speckle()[..., None], 3, axis=3)
    assert not coloured(grey)
    assert coloured([grey[0], speckle(1, samples=3)[0]])


def pictures(folder: Path, *changes: Callable[[Dataset], object], seed: int = 1, key: bytes = b"k" * 32) -> str | None:
    source = a_file(folder / "source", *changes, pixels=speckle(seed=seed))
    (folder / "candidate").touch(mode=0o600)
    facts = prepare(source, folder / "candidate", Mark("P", "T", Keyed(key, "S-1"), 1), Decision()).facts
    return facts.picture if facts else None


def test_the_same_pictures_under_another_header_are_known_and_without_the_key_nothing_is(tmp_path: Path) -> None:
    first = pictures(tmp_path)
    assert first is not None
    assert len(first) == 64

    def other(made: Dataset) -> None:
        made.SOPInstanceUID, made.PatientName, made.SeriesDescription = "1.2.3.4", "OTHER^ONE", "R CFV"

    assert pictures(tmp_path, other) == first
    assert pictures(tmp_path, seed=2) != first
    assert pictures(tmp_path, key=b"x" * 32) != first


@pytest.mark.parametrize(
    "forged",
    [
        {"source": "codes", "places": [[["SCT", TOKEN], None]], "side": None, "view": None, "mode": None},
        {"source": "codes", "places": [], "side": TOKEN, "view": None, "mode": None},
        {"source": TOKEN, "places": [], "side": None, "view": None, "mode": None},
        {"source": "codes", "places": [[["SCT", "397363009"], None]] * 200, "side": None, "view": None, "mode": None},
    ],
)
def test_an_answer_that_holds_anything_else_is_refused(forged: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        hints_from([forged])
    with pytest.raises(ValueError, match="too many"):
        hints_from([{"source": "codes", "places": [], "side": None, "view": None, "mode": None}] * 20)
