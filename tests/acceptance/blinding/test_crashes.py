"""A fault of the program on any page and in any command: told in words, nothing lost, and no value in report, log or temporary file."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from corelab import app, log
from corelab.cli import cli
from corelab.ui.crash import CrashDialog, FaultsShown
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.pages import PAGES
from tests.acceptance.blinding.probes import Mark, Probes
from tests.acceptance.blinding.test_commands import called, commands, existing
from tests.acceptance.blinding.walk import texts_of
from tests.acceptance.blinding.world import ME, OTHERS_NOTE, SUBJECTS, THIRD, World, a_world
from tests.acceptance.leaks import files_under
from tests.builders import PASSWORD
from tests.gui.desktop import Desktop

SECRETS = (Mark("subject", SUBJECTS[0]), Mark("note", OTHERS_NOTE), Mark("password", PASSWORD), Mark("grade", "qualmish-partial"))
pytestmark = [pytest.mark.usefixtures("dressed")]


def breaks(*_given: object, **_more: object) -> NoReturn:
    """A fault that carries all it can: in its message, in the values around it, and in the fault it came from."""
    subject, note, password, grade = (each.words for each in SECRETS)
    raise RuntimeError(f"{subject} {note} {password} {grade}") from KeyError(subject, note)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log and the temporary files of this person lie here."""
    temporary = tmp_path / "state" / "temporary"
    temporary.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(temporary))
    log.start(tmp_path / "state")
    yield tmp_path / "state"
    log.stop()


def look_through(state: Path, probes: Probes, where: str) -> None:
    files = files_under([state])
    assert any(each.name == "corelab.jsonl" for each in files)
    assert any(each.parent.name == "reports" for each in files)
    for file in files:
        probes.look_in_bytes("log, reports and temporary files", f"{where}: {file.name}", file.read_bytes(), SECRETS)


# ---------------------------------------------------------------- in the window


def pages_of(desktop: Desktop) -> list[str]:
    return [entry.name for entry in desktop.window._listed()]


USERS = ("administrator", "coordinator", "auditor-1", ME, THIRD)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A lab in which every role has something on its pages."""
    made = a_world(tmp_path_factory.mktemp("whole"))
    assert made.lab.auditor.account
    made.reads(made.other, OTHERS_NOTE, COMP_CFV=2)
    made.reads(made.me)
    made.compares()
    return made


@dataclass
class Scene:
    """A window, and everything that a fault in it may leave behind."""

    whole: World
    qtbot: QtBot
    state: Path
    probes: Probes

    def seated(self, user: str) -> Desktop:
        return seated(self.whole, self.qtbot, user)

    def look_through(self, user: str, said: tuple[str, str]) -> None:
        look_through(self.state, self.probes, user)
        self.probes.look("standard error", user, "".join(said), SECRETS)


@pytest.fixture
def scene(whole: World, qtbot: QtBot, state: Path, probes: Probes) -> Scene:
    return Scene(whole, qtbot, state, probes)


@pytest.mark.parametrize("user", USERS)
def test_p11_75_work_that_fails_on_any_page_leaves_no_value_anywhere(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], user: str
) -> None:
    """The database work of the page breaks down."""
    desktop = scene.seated(user)
    for name in pages_of(desktop):
        with monkeypatch.context() as broken:
            broken.setattr(ImmediateJobs, "query", _broken_query(ImmediateJobs.query))
            desktop.window.open_page(name)
            QApplication.processEvents()
        close(desktop, scene.probes, f"{user}, {name}")
    scene.look_through(user, capfd.readouterr())


def _broken_query(real: Callable[..., Any]) -> Callable[..., Any]:
    def query(self: ImmediateJobs, owner: object, _work: object, done: object, failed: object) -> object:
        return real(self, owner, breaks, done, failed)

    return query


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("user", USERS)
def test_p11_75_a_fault_of_any_page_itself_leaves_no_value_anywhere(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], user: str
) -> None:
    """The page breaks down while it opens, in a slot of Qt, after a key was pressed."""
    desktop = scene.seated(user)
    monkeypatch.setattr(sys, "excepthook", FaultsShown(desktop.window))
    names = pages_of(desktop)
    for number, name in enumerate(names, 1):
        desktop.window.open_page(names[number % len(names)])
        desk = desktop.front._desk
        assert desk is not None
        with monkeypatch.context() as broken:
            broken.setattr(type(desktop.window._made(_entry(name), desk)), "opened", breaks)
            desktop.press(Qt.Key(Qt.Key.Key_0 + number), modifier=Qt.KeyboardModifier.ControlModifier)
        close(desktop, scene.probes, f"{user}, {name}")
    scene.look_through(user, capfd.readouterr())


def _entry(name: str) -> Any:
    return next(each for each in PAGES if each.name == name)


def seated(world: World, qtbot: QtBot, user: str) -> Desktop:
    world.leave()
    desktop = Desktop(qtbot, world.lab.open)
    desktop.sign_in(user, PASSWORD)
    assert desktop.window.current is not None
    return desktop


def close(desktop: Desktop, probes: Probes, where: str) -> None:
    """Look at the message, have it show its report, and close it."""
    for dialog in desktop.window.findChildren(CrashDialog):
        if hasattr(dialog, "show_report"):
            dialog.show_report.click()
        probes.look("message of a fault", where, "\n".join(texts_of(dialog)), SECRETS)
        assert "RuntimeError" in dialog.heading.text()
        dialog.accept()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


# ---------------------------------------------------------------- over an exam, with answers and a note


TYPED = (Mark("note that was typed", "murrelet-cadenza-88"), Mark("words of the grade", "walls meet"))


@dataclass
class AtWork:
    """A page that no list of screens names: opened from the worklist, with grades answered and a note typed."""

    world: World
    desktop: Desktop
    page: Any

    def notes(self, note: Any) -> None:
        self.desktop.press("n")
        assert note.hasFocus()
        QTest.keyClicks(note, TYPED[0].words)
        assert note.toPlainText() == TYPED[0].words


@pytest.fixture
def reading_open(tmp_path: Path, qtbot: QtBot, state: Path) -> AtWork:
    assert state.is_dir()
    world = a_world(tmp_path / "world", SUBJECTS[:1])
    desktop = seated(world, qtbot, ME)
    desktop.press(Qt.Key.Key_Return)
    at_work = AtWork(world, desktop, desktop.window.current)
    assert at_work.page.name == "reading"
    desktop.press("1", "2")
    at_work.notes(at_work.page.form.note)
    return at_work


@pytest.fixture
def case_open(tmp_path: Path, qtbot: QtBot, state: Path) -> AtWork:
    assert state.is_dir()
    world = a_world(tmp_path / "world", SUBJECTS[:1])
    world.reads(world.other, OTHERS_NOTE, COMP_CFV=2)
    world.reads(world.me)
    world.compares()
    desktop = seated(world, qtbot, THIRD)
    desktop.press(Qt.Key.Key_Return)
    at_work = AtWork(world, desktop, desktop.window.current)
    assert at_work.page.name == "adjudication"
    desktop.press("a", "1")
    at_work.notes(at_work.page.rail.note)
    return at_work


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("opened", ["reading_open", "case_open"])
def test_p11_75_a_fault_over_an_open_exam_leaves_no_grade_and_no_note_anywhere(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    state: Path,
    probes: Probes,
    opened: str,
) -> None:
    """Saving breaks down, then the page itself: in a slot of Qt, after a key was pressed."""
    at_work: AtWork = request.getfixturevalue(opened)
    desktop, page = at_work.desktop, at_work.page
    monkeypatch.setattr(sys, "excepthook", FaultsShown(desktop.window))
    with monkeypatch.context() as broken:
        broken.setattr(ImmediateJobs, "query", _broken_query(ImmediateJobs.query))
        desktop.press(Qt.Key.Key_Escape)
        page.setFocus()
        desktop.press("2")
    assert "work.refused" in (state / "log" / "corelab.jsonl").read_text(encoding="utf-8")
    probes.look("window", f"{page.name}, saving", desktop.words(), SECRETS[1:])
    desktop.press("1")
    with monkeypatch.context() as broken:
        broken.setattr(type(page), "_show", breaks)
        page.setFocus()
        desktop.press("0", "1", "b")
    assert desktop.window.findChildren(CrashDialog)
    close(desktop, probes, f"{page.name}, the page itself")
    assert list((state / "reports").iterdir())
    marks = (*SECRETS, *TYPED)
    for file in files_under([state]):
        probes.look_in_bytes("log, reports and temporary files", f"{page.name}: {file.name}", file.read_bytes(), marks)
    for file in files_under([at_work.world.lab.open.folder]):
        probes.look_in_bytes("files of the lab", f"{page.name}: {file.name}", file.read_bytes(), (TYPED[0], *SECRETS[1:]))
    probes.look("standard error", page.name, "".join(capfd.readouterr()), marks)


# ---------------------------------------------------------------- the message


@pytest.fixture
def message(whole: World, qtbot: QtBot, state: Path) -> CrashDialog:
    from corelab.ui.crash import show_fault  # noqa: PLC0415

    desktop = seated(whole, qtbot, ME)
    try:
        breaks()
    except RuntimeError as error:
        return show_fault(desktop.window, error)


def test_a_fault_is_told_with_what_was_kept_what_to_do_and_where_its_report_lies(message: CrashDialog, state: Path) -> None:
    said = "\n".join(texts_of(message))
    for words in ("fault of its own (RuntimeError)", "on disk, drafts too", "Go on with your work", "no grade, subject, name or password"):
        assert words in said
    (report,) = (state / "reports").iterdir()
    message.show_report.click()
    assert message.text.toPlainText() == report.read_text(encoding="utf-8")


def test_the_path_of_a_report_can_be_copied(message: CrashDialog, state: Path) -> None:
    message.copy_path.click()
    assert Path(QGuiApplication.clipboard().text()) in (state / "reports").iterdir()


def test_a_fault_that_comes_again_with_every_frame_is_told_once(whole: World, qtbot: QtBot, state: Path) -> None:
    desktop = seated(whole, qtbot, ME)
    told = FaultsShown(desktop.window)
    for _ in range(3):
        try:
            breaks()
        except RuntimeError as error:
            told(type(error), error, error.__traceback__)
        for dialog in desktop.window.findChildren(CrashDialog):
            dialog.accept()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert len(list((state / "reports").iterdir())) == 1
    assert (state / "log" / "corelab.jsonl").read_text().count('"event": "fault"') == 3


def test_work_goes_on_after_a_fault(message: CrashDialog) -> None:
    """What was open stays open, and the next answer is saved."""
    window = message.parentWidget()
    assert window is not None
    focus = message.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Return)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert window.findChildren(CrashDialog) == []
    assert window.isEnabled()


# ---------------------------------------------------------------- by command


def test_p11_75_a_fault_in_any_command_ends_in_words_and_a_report(
    sealed: World, state: Path, probes: Probes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(app, "open_lab", breaks)
    known = existing(sealed, tmp_path)
    tried = 0
    for words, command in commands():
        arguments = called(words, command, sealed.lab.open.folder, {**known, "SUBJECT": "S-1", "CODE": "AAAA"})
        ran = CliRunner().invoke(cli, arguments, env={"CORELAB_USER": ME, "CORELAB_PASSWORD": PASSWORD, "COLUMNS": "400"})
        said = ran.stdout + ran.stderr
        probes.look("answers of commands that broke down", " ".join(words), said, SECRETS)
        if "fault of its own" in said:
            tried += 1
            assert ran.exit_code == 1
            assert "RuntimeError" in said
            assert str(state / "reports") in said.replace("\n", "")
            assert "Traceback" not in said
    assert tried > 20
    look_through(state, probes, "commands")


PROGRAM = """
import resource, sys, tempfile
from pathlib import Path
from corelab import app
from corelab import cli

def breaks(*given):
    secret = "{secret}"
    Path(tempfile.gettempdir(), "half done").write_text("a temporary file")
    print("core", resource.getrlimit(resource.RLIMIT_CORE), file=sys.stderr)
    print("temporary", tempfile.gettempdir(), oct(Path(tempfile.gettempdir()).stat().st_mode & 0o777), file=sys.stderr)
    {end}
    raise RuntimeError(secret)

app.open_lab = breaks
cli.main()
"""


def run(folder: Path, end: str = "") -> subprocess.CompletedProcess[str]:
    """``corelab status LAB`` in a process of its own, which breaks down when it opens the lab."""
    told = {"CORELAB_CONFIG": str(folder), "CORELAB_USER": ME, "CORELAB_PASSWORD": PASSWORD, "COLUMNS": "400"}
    code = PROGRAM.format(secret=OTHERS_NOTE, end=end)
    return subprocess.run(
        [sys.executable, "-c", code, "status", str(folder)], env={**os.environ, **told}, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are read as Unix has them")
def test_u8_the_program_leaves_no_core_dump_and_keeps_temporary_files_to_itself(tmp_path: Path, probes: Probes) -> None:
    ended = run(tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    probes.hold("core dumps", "limit", fine="core (0, 0)" in ended.stderr)
    probes.hold("temporary files", "folder", fine=f"temporary {tmp_path / 'state' / 'temporary'}" in ended.stderr)
    probes.hold("temporary files", "rights", fine=" 0o700" in ended.stderr)
    probes.hold("temporary files", "gone at the end", fine=not list((tmp_path / "state" / "temporary").iterdir()))
    for file in files_under([tmp_path]):
        probes.look_in_bytes("log, reports and temporary files", file.name, file.read_bytes(), SECRETS)


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_u8_what_a_killed_program_left_goes_with_the_next_start(tmp_path: Path, probes: Probes) -> None:
    killed = run(tmp_path, "import os; os.kill(os.getpid(), 9)")
    assert killed.returncode == -9
    (left,) = (tmp_path / "state" / "temporary").iterdir()
    assert (left / "half done").is_file()
    run(tmp_path)
    probes.hold("temporary files", "of a killed program", fine=not left.exists())
    assert '"temporary.cleaned", "folders": 1' in (tmp_path / "state" / "log" / "corelab.jsonl").read_text()


def test_what_a_living_program_left_stays(tmp_path: Path) -> None:
    living = tmp_path / "state" / "temporary" / str(os.getpid())
    living.mkdir(parents=True)
    run(tmp_path)
    assert living.is_dir()
