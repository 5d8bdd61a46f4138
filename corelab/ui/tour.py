"""A walk through the demo lab, off screen: a picture of every page at work, a dispute decided, a package written."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt

from corelab.services.labs import OpenLab
from corelab.ui.adjudication_page import AdjudicationPage
from corelab.ui.application import dress
from corelab.ui.audit_event import ChangeBlock, HistoryDialog
from corelab.ui.audit_page import AuditPage
from corelab.ui.charter_dialog import CharterDialog
from corelab.ui.deciding import Asked, Deciding
from corelab.ui.dialogs import ConfirmDialog, ReasonDialog
from corelab.ui.event_words import KIND_WORDS
from corelab.ui.export_page import ExportPage
from corelab.ui.help_page import HelpPage
from corelab.ui.intake_page import IntakePage
from corelab.ui.monitoring_page import MonitoringPage
from corelab.ui.overview_page import OverviewPage
from corelab.ui.people_page import PeoplePage
from corelab.ui.pixel_check import PixelCheckPage
from corelab.ui.queries_page import QueriesPage
from corelab.ui.reading_page import ReadingPage
from corelab.ui.records_dialog import RecordsDialog
from corelab.ui.tour_hands import Hands, TourStoppedError
from corelab.ui.trace_page import TracePage
from corelab.ui.worklist_page import WorklistPage

_MOST_DECISIONS = 20
_MEASURE = "adjudication_measure"
_IN_THE_VEIN = (0.44, 0.37)
"""Where the vein of the reading in progress lies, as shares of the picture's width and height."""
_DISPUTED = 1
"""The row of the exam on whose records the coordinator looks."""
_ANSWER = KIND_WORDS["answer.changed"]

__all__ = ["TourStoppedError", "Toured", "tour"]


@dataclass(frozen=True, slots=True)
class Toured:
    """What the walk left behind."""

    pictures: tuple[Path, ...]
    package: Path


def tour(lab: OpenLab, passwords: Mapping[str, str], out: Path, say: Callable[[str], None]) -> Toured:
    """Walk through ``lab`` (a fresh demo lab) as each of its people; pictures and the package go to ``out``."""
    dress()
    out.mkdir(parents=True, exist_ok=True)
    hands = Hands(lab, passwords, out, say)
    try:
        hands.shoot("sign_in")
        _people(hands)
        _intake(hands)
        _second_check(hands)
        _read(hands)
        _adjudicate(hands)
        package = _package(hands, out)
        _audit(hands)
        _trace(hands, package)
        return Toured(tuple(hands.pictures), package)
    finally:
        hands.window.close()


def _people(hands: Hands) -> None:
    hands.sign_in("administrator")
    hands.page(PeoplePage).rows.choose(3)
    hands.shoot("people")


def _intake(hands: Hands) -> None:
    """The first coordinator looks around, masks a clip, and passes all."""
    hands.sign_in("coordinator-1")
    overview = hands.page(OverviewPage)
    hands.shoot("overview")
    overview.safety.ask()
    hands.shoot_dialog("safety", ReasonDialog)
    hands.do("charter")
    hands.shoot_dialog("charter", CharterDialog)
    overview.rows.opened.emit(_DISPUTED)
    hands.shoot_dialog("records", RecordsDialog)
    hands.go("help", HelpPage)
    hands.shoot("help")
    intake = hands.go("intake", IntakePage)
    intake.matrix.setFocus()
    hands.shoot("intake")
    for row in range(len(intake.rows.texts())):
        intake.rows.choose(row)
        intake.labels.confirm()
        hands.wait(0)
    hands.go("queries", QueriesPage)
    hands.shoot("queries")
    _mask(hands, hands.go("pixels", PixelCheckPage))
    hands.shoot("pixels")
    _check_all(hands)


def _mask(hands: Hands, page: PixelCheckPage) -> None:
    """A box over the line of text above the picture, moved there from the middle."""
    hands.do("mask_box")
    hands.press(page.large, Qt.Key.Key_Left, 47)
    hands.press(page.large, Qt.Key.Key_Up, 47)
    hands.wait(0)
    hands.do("mask_box")
    if page.clip is None or not page.clip.boxes:
        raise TourStoppedError("mask")


def _check_all(hands: Hands) -> None:
    """Every clip that waits for this person: its flagged frames are looked at, then it is passed."""
    page = hands.page(PixelCheckPage)
    for _ in page.rail.texts():
        clip = page.clip.clip if page.clip else None
        for _flagged in page.clip.flagged if page.clip else ():
            hands.do("flagged_next")
        hands.do("pass")
        if page.clip is not None and page.clip.clip == clip:
            hands.do("check_next")


def _second_check(hands: Hands) -> None:
    hands.sign_in("coordinator-2")
    hands.go("pixels", PixelCheckPage)
    _check_all(hands)
    hands.go("overview", OverviewPage)
    hands.do("assign")


def _read(hands: Hands) -> None:
    """The reading in progress goes on: a vein that compresses in part, with both frames, its thrombus described and measured."""
    hands.sign_in("reader-1")
    hands.page(WorklistPage).show_all()
    hands.shoot("worklist")
    hands.do("open")
    hands.do("first_unanswered")
    hands.do("play")
    hands.do("answer", "2")
    _follow(hands)
    hands.do("answer", "2", "1", "1", "1")
    hands.do("take_diameter")
    hands.do("take_diameter")
    hands.do("undo")
    hands.do("redo")  # back to the answer last given, with its caliper
    hands.shoot("pair")
    hands.do("pair")
    hands.do("proposed_compressed")
    hands.shoot("reading")


def _follow(hands: Hands) -> None:
    """One click inside the vein; the frames that the curve proposes are looked at side by side and taken as evidence."""
    hands.do("first_frame")
    hands.do("curve")
    hands.click(hands.page(ReadingPage).viewports.active.view, _IN_THE_VEIN)
    hands.shoot("curve")
    hands.do("take_proposal")
    hands.do("take_proposal")


def _adjudicate(hands: Hands) -> None:
    """The open disputes are decided for the one read and the other in turn, with the first reason, and signed."""
    hands.sign_in("adjudicator-1")
    hands.do("open")
    page = hands.page(AdjudicationPage)
    hands.shoot("adjudication")
    for number in range(_MOST_DECISIONS):
        if not _at_work(page).draft.faults:
            break
        hands.do("first_unanswered")
        if _at_work(page).measures and _MEASURE not in {path.stem for path in hands.pictures}:
            hands.shoot(_MEASURE)
        _decide(hands, page, ("take_b", "take_a") if number % 2 == 0 else ("take_a", "take_b"))
    hands.do("sign")
    hands.sign()


def _at_work(page: AdjudicationPage) -> Deciding:
    if page.deciding is None:
        raise TourStoppedError("adjudication")
    return page.deciding


def _decide(hands: Hands, page: AdjudicationPage, takes: tuple[str, str]) -> None:
    """The second after a second look: the trail keeps both. A detail is taken once, and needs no reason."""
    for take in takes if _at_work(page).detail is None else takes[1:]:
        hands.do(take)
    if _at_work(page).asked is Asked.REASON:
        hands.do("own_grade", "1")


def _package(hands: Hands, out: Path) -> Path:
    """The next batch makes the decision a result; the package is signed and written."""
    hands.sign_in("coordinator-1")
    hands.do("compare")
    hands.answer(ConfirmDialog)
    hands.go("monitoring", MonitoringPage)
    hands.shoot("monitoring")
    page = hands.go("export", ExportPage)
    page.out.setText(str(out))
    hands.do("export")
    hands.sign()
    hands.shoot("export")
    if page.package is None:
        raise TourStoppedError("package")
    return page.package


def _audit(hands: Hands) -> None:
    """The auditor looks at what was changed: old value, new value, reason; then at every version of it."""
    hands.sign_in("auditor-1")
    page = hands.page(AuditPage)
    page.filter.changes.setChecked(True)
    page.list.rows.choose(_first_with_values(hands, page))
    hands.shoot("audit")
    hands.do("history")
    hands.shoot_dialog("history", HistoryDialog)


def _trace(hands: Hands, package: Path) -> None:
    """From a row of the package to the pair of frames that its grade rests on."""
    with (package / "data" / "readings.csv").open(encoding="utf-8", newline="") as file:
        paired = next((row for row in csv.DictReader(file) if row["ACPTFL"] == "Y" and row["FRAMEB"]), None)
    if paired is None:
        raise TourStoppedError("trace")
    page = hands.go("trace", TracePage)
    page.row.setText("/".join(paired[name] for name in ("USUBJID", "VISIT", "SEGCD", "TESTCD")))
    hands.do("trace_row")
    hands.shoot("trace")


def _first_with_values(hands: Hands, page: AuditPage) -> int:
    """The newest answer of which an old and another new value may be read: its release has come."""
    for row, words in enumerate(page.list.rows.texts()):
        page.list.rows.choose(row)
        if _ANSWER in words and any(_differs(each) for each in page.event_card.findChildren(ChangeBlock)):
            hands.wait(0)
            return row
    raise TourStoppedError("audit")


def _differs(shown: ChangeBlock) -> bool:
    return None not in (shown.change.old, shown.change.new) and shown.change.old != shown.change.new
