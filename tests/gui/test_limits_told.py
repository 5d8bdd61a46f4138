"""What a lab in one folder cannot hide is said where coordinators look, and in the manual."""

from corelab.resources import resource
from corelab.ui.overview_page import OverviewPage
from tests.gui.desktop import Desktop


def test_p11_60_the_overview_says_what_who_opens_the_file_sees(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-2")
    desktop.window.open_page("overview")
    page = desktop.window.current
    assert isinstance(page, OverviewPage)
    assert page.limit.isVisibleTo(page)
    said = page.limit.text()
    for words in ("exams, visits, who reads what", "never a grade before release"):
        assert words in said


def test_p11_60_the_manual_says_so_too() -> None:
    manual = resource("help", "manual.md").read_text(encoding="utf-8")
    limits = manual.partition("## Limits to know")[2]
    assert "single-file mode" in limits.casefold()
    assert "sees exams, visits, assignments and activity, never grades before release" in limits
