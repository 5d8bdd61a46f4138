"""A soft check that only the decisions set off: asked for a reason on the way to the signature, signed, and exported."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.reading import Confirmed
from corelab.domain.reading_errors import ChecksUnconfirmedError
from corelab.domain.vocabulary import WHOLE_EXAM
from corelab.services import adjudication, comparison
from corelab.services.packages import gather
from corelab.services.verification import verify_lab
from corelab.ui.confirm_checks import ConfirmChecksDialog
from corelab.ui.dialogs import SignDialog
from tests.builders import PASSWORD, Lab
from tests.exam_builders import changed
from tests.gui.adjudicator import Adjudicator, a_case_lab, at_the_case
from tests.gui.exams import a_cell

Key = Qt.Key
COMP_CFV, COMP_POPV = a_cell("CFV", "COMP"), a_cell("POPV", "COMP")
NONE = '{ item = "COMP", segment = "%s", op = "eq", value = "none" }'
CHECK = f"""[[check]]
id = "X1"
level = "soft"
on = "sign"
fires_when = {{ all_of = [{NONE % "CFV"}, {NONE % "POPV"}] }}
message = "Neither vein compresses."

[signing]
"""
WHY = "both planes show it"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Neither reading sets the check off; one decision from each does."""
    return a_case_lab(tmp_path, changed(("[signing]\n", CHECK)))


@pytest.fixture
def adjudicator(lab: Lab, qtbot: QtBot) -> Iterator[Adjudicator]:
    with at_the_case(lab, qtbot) as somebody:
        yield somebody


def sides(somebody: Adjudicator) -> list[Qt.Key]:
    """The side that says "none" of each dispute, with the first reason."""
    takes = [next(take for take in (Take.A, Take.B) if somebody.rank_of(take, cell) == "none") for cell in (COMP_CFV, COMP_POPV)]
    return [key for take in takes for key in (Key.Key_A if take is Take.A else Key.Key_B, Key.Key_1)]


def test_the_reason_is_asked_signed_and_exported(adjudicator: Adjudicator, lab: Lab) -> None:
    adjudicator.press(*sides(adjudicator))
    assert any(told.endswith("Neither vein compresses. Is it meant so?") for told in adjudicator.page.checks.texts)
    adjudicator.press(Key.Key_Return, modifiers=Qt.KeyboardModifier.ControlModifier)
    (asked,) = adjudicator.page.findChildren(ConfirmChecksDialog)
    QTest.keyClicks(asked.reasons[0], WHY)
    QTest.keyClick(asked.reasons[0], Key.Key_Return)
    (dialog,) = adjudicator.page.findChildren(SignDialog)
    assert adjudicator.page.checks.texts == ()
    assert adjudicator.stored.confirmed == (Confirmed("X1", WHOLE_EXAM, WHY),)
    QTest.keyClicks(dialog.user, "adjudicator-1")
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    comparison.release_and_compare(lab.open, lab.coordinator)
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="adjudication.signed")
        signed = snapshot.opening_of(event["seq"])["checks"]
        (subject,) = gather.scope(snapshot).subjects
        (exam,) = gather.Gatherer(snapshot, "seed").exams(subject)
    assert signed == [{"check": "X1", "level": "soft", "reason": WHY, "segment": ""}]
    assert [record.checks for record in exam.records if record.purpose == "ADJUDICATION"] == [(Confirmed("X1", WHOLE_EXAM, WHY),)]
    assert verify_lab(lab.open.folder).faults == ()


def test_nothing_is_signed_before_it_is_confirmed(adjudicator: Adjudicator, lab: Lab) -> None:
    draft = adjudicator.deciding.draft
    for cell in (COMP_CFV, COMP_POPV):
        take = next(take for take in (Take.A, Take.B) if adjudicator.rank_of(take, cell) == "none")
        draft = draft.decided(cell, take, reason=DecisionReason.ARTERY)
    with pytest.raises(ChecksUnconfirmedError) as error:
        adjudication.sign(lab.open, lab.adjudicator, adjudicator.assignment, draft, PASSWORD)
    assert [(one.check, one.segment) for one in error.value.firings] == [("X1", "")]
    given = draft.confirming("X1", error.value.firings[0].segment, WHY)
    assert adjudication.sign(lab.open, lab.adjudicator, adjudicator.assignment, given, PASSWORD).record
