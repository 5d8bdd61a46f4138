"""In a lab that may only be looked at, what would make a record is off and says why; the next lab is as usual."""

import pytest

from corelab.domain.clock import SystemClock
from corelab.services import labs
from corelab.ui.buttons import Button
from corelab.ui.commands import BoundAction
from corelab.ui.export_page import ExportPage
from corelab.ui.overview_page import OverviewPage
from corelab.ui.people_page import PeoplePage
from corelab.ui.worklist_page import WorklistPage
from corelab.ui.writing import why_not
from tests.gui.desktop import Desktop


@pytest.fixture
def looking(desktop: Desktop) -> Desktop:
    folder, configuration = desktop.lab.folder, desktop.lab.configuration
    desktop.lab.close()
    desktop.lab = labs.open_lab(folder, SystemClock(), configuration, read_only=True)
    return desktop


def off(button: Button) -> bool:
    return not button.isEnabled() and "reading only" in button.toolTip()


def test_a_coordinator_finds_every_step_off_with_the_reason(looking: Desktop) -> None:
    looking.sign_in("coordinator-1")
    overview = looking.window.current
    assert isinstance(overview, OverviewPage)
    assert all(off(each) for each in (overview.assign, overview.compare, overview.lock, overview.backup.button))
    looking.window.open_page("export")
    export = looking.window.current
    assert isinstance(export, ExportPage)
    assert off(export.write)
    assert off(export.checkpoint.save)
    looking.window.open_page("people")
    people = looking.window.current
    assert isinstance(people, PeoplePage)
    assert off(people.chosen.training)
    assert off(people.key.rotate)


def test_a_reader_is_told_why_nothing_opens(looking: Desktop) -> None:
    looking.sign_in("reader-1")
    page = looking.window.current
    assert isinstance(page, WorklistPage)
    assert off(page.card.button)
    assert why_not(looking.lab) in looking.words(page)


def test_keys_and_menu_offer_nothing_that_makes_a_record(looking: Desktop) -> None:
    looking.sign_in("coordinator-1")
    actions = {each.command: each.isEnabled() for each in looking.window.findChildren(BoundAction)}
    assert not any(actions[each] for each in ("assign", "compare", "lock_lab", "change_password", "display_check"))
    assert all(actions[each] for each in ("lock", "sign_out", "help", "refresh"))


def test_the_next_lab_of_the_same_window_takes_records_again(looking: Desktop) -> None:
    looking.sign_in("administrator")
    assert off(looking.window.notices.seen)
    folder, configuration = looking.lab.folder, looking.lab.configuration
    looking.front.sign_out()
    looking.lab.close()
    looking.lab = labs.open_lab(folder, SystemClock(), configuration)
    looking.sign_in("administrator")
    people = looking.window.current
    assert isinstance(people, PeoplePage)
    assert looking.window.notices.seen.isEnabled()
    assert people.invite.make.isEnabled()
    actions = {each.command: each.isEnabled() for each in looking.window.findChildren(BoundAction)}
    assert actions["change_password"]
