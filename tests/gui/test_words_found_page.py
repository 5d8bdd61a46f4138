"""The pixel check tells what was read where text was found: names first and what to do; never the text, never that a clip is clean."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from corelab.domain.clip_label import ProposalSource, View
from corelab.domain.intake import ClipState, HitClass
from corelab.domain.vocabulary import Side
from corelab.imaging.words_read import Tesseract
from corelab.services import accounts, intake
from corelab.settings import load_settings
from corelab.ui.commands import key_of
from corelab.ui.pixel_check import PixelCheckPage
from corelab.ui.theme import Colour
from tests.dicom_builders import TOKEN, Frames, a_file, a_region
from tests.gui.desktop import PASSWORD, Desktop

ROWS, COLUMNS = 240, 400
reads = pytest.mark.skipif(Tesseract.installed() is None, reason="tesseract is not installed")


def lettered(words: Sequence[str]) -> Frames:
    pixels = np.full((3, ROWS, COLUMNS), 8, np.uint8)
    for line, text in enumerate(words):
        for frame in pixels:
            cv2.putText(frame, text, (30, 50 + 60 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 255, 1, cv2.LINE_AA)
    return pixels


def page_with(desktop: Desktop, folder: Path, *words: str) -> PixelCheckPage:
    """The pixel check of a clip that shows these words inside the area that stays."""
    (folder / "sent").mkdir()
    file = a_file(folder / "sent" / "1.dcm", pixels=lettered(words), regions=[a_region((2, 2, COLUMNS - 3, ROWS - 3))])
    session = accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)
    intake.take_in(desktop.lab, session, [file], subject="S001", visit="D10")
    desktop.sign_in("coordinator-1")
    desktop.window.open_page("pixels")
    page = desktop.window.current
    assert isinstance(page, PixelCheckPage)
    QApplication.processEvents()
    return page


def colours_of(page: PixelCheckPage) -> set[str]:
    picture = page.large.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


@reads
def test_a_name_is_told_before_anything_else_with_what_to_do(desktop: Desktop, tmp_path: Path) -> None:
    page = page_with(desktop, tmp_path, f"{TOKEN} ANNA", "R CFV COMP", "ZEBRA PLANKTON")
    assert page.clip is not None
    assert sorted(page.clip.classes, key=lambda each: each.value) == [HitClass.ALLOWED, HitClass.SUBJECT, HitClass.UNKNOWN]
    said = desktop.words(page)
    assert "3 places: 1 may name the patient, 1 not known, 1 with usual words" in said
    assert f"draw a box ({key_of('mask_box')}) or reject ({key_of('reject')})" in said
    assert not any(word in said.upper() for word in (TOKEN, "ANNA", "ZEBRA", "PLANKTON"))
    assert {Colour.NONE.name(), Colour.ATTENTION.name()} <= colours_of(page)


@reads
def test_usual_words_are_calmer_and_flagged_all_the_same(desktop: Desktop, tmp_path: Path) -> None:
    page = page_with(desktop, tmp_path, "R CFV COMP")
    assert page.clip is not None
    said = desktop.words(page)
    assert "1 place: 1 with usual words" in said
    assert "draw a box" not in said
    assert Colour.NONE.name() not in colours_of(page)
    assert page.clip.flagged == (0,)
    assert page.clip.proposal is not None
    assert (page.clip.proposal.side, page.clip.proposal.view) == (Side.RIGHT, View.COMPRESSION)
    assert ProposalSource.PICTURE in {each.source for each in page.clip.evidence}


def test_without_a_reader_nothing_is_said_of_words(desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tesseract, "installed", lambda: None)
    page = page_with(desktop, tmp_path, f"{TOKEN} ANNA")
    assert page.clip is not None
    assert page.clip.hits
    assert page.clip.classes == ()
    said = desktop.words(page)
    assert "1 place" in said
    assert not any(word in said for word in ("may name", "not known", "usual", "clean"))
    assert page.clip.state is ClipState.CHECKED


@reads
def test_what_was_read_stands_in_no_file_of_the_lab_and_in_no_log(
    desktop: Desktop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page_with(desktop, tmp_path, "ZEBRA PLANKTON", f"{TOKEN} ANNA")
    folders = (tmp_path, load_settings().configuration)
    files = [each for folder in folders for each in folder.rglob("*") if each.is_file()]
    assert any(Path(desktop.lab.quarantine) in file.parents for file in files)
    for file in files:
        assert b"plankton" not in file.read_bytes().lower(), file
    assert "plankton" not in caplog.text.lower()
