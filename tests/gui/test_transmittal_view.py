"""A transmittal in the window: all its faults before anything is taken in, then how each row fared."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from corelab.services import intake
from tests.dicom_builders import a_file, speckle
from tests.gui.desktop import Desktop
from tests.gui.test_intake_labels import at_the_page, named, session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    made.mkdir()
    for n in (1, 2):
        a_file(made / str(n), named(n), pixels=speckle(seed=n))
    return made


def a_list(folder: Path, *rows: str) -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join(("subject,visit,path_or_study_uid", *rows)), encoding="utf-8")
    return path


def test_every_fault_is_shown_before_anything_is_taken_in(desktop: Desktop, folder: Path) -> None:
    page = at_the_page(desktop)
    page.form.take((a_list(folder, "S-1,NEVER,1", "S 2,D10,../2"),))
    view = page.delivery.transmittal
    assert view.isVisible()
    assert not view.rows.isVisible()
    assert "3 faults. Nothing was taken in." in view.heading.text()
    assert [(cells[0], cells[1]) for cells in view.faults.texts()] == [("2", "visit"), ("3", "subject"), ("3", "path_or_study_uid")]
    assert intake.waiting(desktop.lab, session(desktop)) == ()


def test_every_row_stands_there_after_the_delivery(desktop: Desktop, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = at_the_page(desktop)
    chosen = a_list(folder, "S-1,D10,1", "S-1,D10,3")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(chosen)], ""))
    page.form.choose_files()
    view = page.delivery.transmittal
    counts = "1 did not arrive, 1 came without a row"
    assert view.heading.text() == f"Transmittal: 1 of 2 rows match what arrived. {counts}: the site is asked, see Queries."
    told = [("3", "", "Did not arrive"), ("", "2", "No row names it"), ("2", "1", "Matched")]
    assert [(cells[0], cells[1], cells[4]) for cells in view.rows.texts()] == told
    assert not view.faults.isVisible()
    page.form.take((a_list(folder, "S-1,D10,1", "S-1,D10,2"),))
    assert view.heading.text() == "Transmittal: 2 of 2 rows match what arrived."
    assert [cells[4] for cells in view.rows.texts()] == ["Matched", "Matched"]
    view.put_away.click()
    assert not view.isVisible()
