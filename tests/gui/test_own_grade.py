"""An own grade of the adjudicator: proved by a marked frame where a reader would have to mark one."""

from corelab.domain.adjudication import Take
from corelab.domain.vocabulary import Binding
from corelab.ui.sign_flow import MissingDialog
from tests.gui.adjudicator import Adjudicator
from tests.gui.exams import a_cell
from tests.gui.reader import CONTROL, Key

COMP_CFV, COMP_POPV = a_cell("CFV", "COMP"), a_cell("POPV", "COMP")


def test_the_page_says_that_the_frame_is_missing_and_stays_until_it_is_marked(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_2)
    assert adjudicator.page.rail.foot.words.text().endswith("now a reason, and mark its frame: K")
    adjudicator.press(Key.Key_1)
    assert adjudicator.page.rail.foot.words.text().endswith("mark its frame: K")
    assert adjudicator.deciding.cell == COMP_CFV
    adjudicator.press(Key.Key_K)
    assert adjudicator.deciding.cell == COMP_POPV
    decision = adjudicator.stored.decisions[COMP_CFV]
    assert (decision.take, decision.evidence[0].bound) == (Take.OWN, Binding.MARKED)
    assert [fault.cell for fault in adjudicator.stored.faults] == [COMP_POPV]


def test_a_frame_marked_before_the_reason_is_enough(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_2, Key.Key_K, Key.Key_1)
    assert adjudicator.deciding.cell == COMP_POPV
    assert [fault.cell for fault in adjudicator.stored.faults] == [COMP_POPV]


def test_an_own_normal_grade_needs_no_mark(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_1, Key.Key_1)
    assert adjudicator.deciding.cell == COMP_POPV


def test_a_missing_frame_and_a_name_in_the_note_are_named_before_signing(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_2, Key.Key_1, Key.Key_Down, Key.Key_A, Key.Key_1)
    adjudicator.page.rail.note.setFocus()
    adjudicator.page.rail.note.setPlainText("as Dr Miller told me")
    adjudicator.page.setFocus()
    adjudicator.press(Key.Key_Return, modifiers=CONTROL)
    (missing,) = adjudicator.page.findChildren(MissingDialog)
    assert [missing.list.item(row).text() for row in range(missing.list.count())] == [
        "R CFV compressibility: mark the frame that shows the own grade (K)",
        "The note seems to name a person (Dr Miller)",
    ]
    missing.list.setCurrentRow(1)
    missing.list.itemActivated.emit(missing.list.item(1))
    assert adjudicator.page.rail.note.hasFocus()
