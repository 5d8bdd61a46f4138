"""The window: header bar, pages and navigation, nothing else."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from corelab import log
from corelab.domain.accounts import Command, Role, role_for
from corelab.domain.vocabulary import LabKind
from corelab.ui import commands
from corelab.ui.command_palette import CommandPalette
from corelab.ui.desk import Desk
from corelab.ui.header import Header
from corelab.ui.notice_bar import NoticeBar
from corelab.ui.page import Page
from corelab.ui.pages import PAGES, Entry
from corelab.ui.writing import bar, why_not, writes


class MainWindow(QMainWindow):
    """Shows one page at a time of those the person may see.

    Signals:
        lock_requested: the person wants to hide the work.
        sign_out_requested: the person wants to leave.
        password_requested, factor_requested: change the own password, set up a second factor.
        keys_requested: change the own keys.
        display_check_requested: look at the grey steps of this display.
        turned: another page has come on screen.
        closed: the window is gone for good; what was open had its chance to save.
    """

    lock_requested = Signal()
    sign_out_requested = Signal()
    password_requested = Signal()
    display_check_requested = Signal()
    factor_requested = Signal()
    keys_requested = Signal()
    turned = Signal()
    closed = Signal()

    def __init__(self, entries: Sequence[Entry] = PAGES) -> None:
        super().__init__()
        self._all = tuple(entries)
        self._entries: tuple[Entry, ...] = ()
        self._pages: dict[str, Page] = {}
        self._desk: Desk | None = None
        self._last = ""
        self._covered = False
        self.header = Header()
        self.notices = NoticeBar()
        self._stack = QStackedWidget()
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.header)
        lines.addWidget(self.notices)
        lines.addWidget(self._stack, 1)
        self.setCentralWidget(body)
        self.header.page_chosen.connect(self.open_page)
        self.header.help_requested.connect(self._open_help)
        self.header.menu_requested.connect(self._open_menu)
        self._actions = self._bind()
        self.setWindowTitle("Corelab")
        self.uncover()

    def sizeHint(self) -> QSize:
        return QSize(1600, 1000)

    def _bind(self) -> tuple[QAction, ...]:
        commands.bind_each(self, "screen", self._on_screen)
        return (
            commands.bind(self, "help", self._open_help),
            commands.bind(self, "palette", self._open_palette),
            commands.bind(self, "full_screen", self._toggle_full_screen),
            commands.bind(self, "own_keys", self.keys_requested.emit),
            commands.bind(self, "change_password", self.password_requested.emit),
            commands.bind(self, "second_factor", self.factor_requested.emit),
            commands.bind(self, "display_check", self.display_check_requested.emit),
            commands.bind(self, "lock", self.lock_requested.emit),
            commands.bind(self, "sign_out", self.sign_out_requested.emit),
        )

    # ------------------------------------------------------------ who is here

    def begin(self, desk: Desk) -> None:
        """Somebody signed in: offer their pages and open the first."""
        self._desk = desk
        roles = desk.session.roles
        self._entries = tuple(entry for entry in self._all if any(role_for(roles, each) for each in entry.commands))
        keys = commands.action("screen").keys
        listed = [(each.name, each.title, key) for key, each in zip(keys, self._listed(), strict=False)]
        words = ", ".join(role.value for role in Role if role in roles).capitalize()
        self.header.show_person(words, desk.lab.kind, listed)
        badge = "" if desk.lab.kind is LabKind.TRIAL else f" - {desk.lab.kind.value.upper()}"
        self.setWindowTitle(f"{desk.lab.trial_id} - {words}{badge} - Corelab")
        self.notices.seen.bar(why_not(desk.lab))
        self.uncover()
        log.tell("sign_in.accepted")
        self.open_page(self._entries[0].name)

    def end(self) -> bool:
        """Sign-out: every page may save; false when one refuses. Afterwards nothing of the work is left in the window."""
        if not all(page.closing() for page in self._pages.values()):
            return False
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        self._entries = ()
        self._desk = None
        self._last = ""
        self.header.forget_person()
        self.notices.show_away("")
        log.tell("sign_out")
        self.setWindowTitle("Corelab")
        return True

    def cover(self, front: QWidget) -> None:
        """Show ``front`` (first window, sign-in, lock) instead of the pages and the header."""
        self._covered = True
        for dialog in self.findChildren(QWidget):
            if dialog.isWindow() and dialog.isVisible():
                dialog.close()
        self._stack.addWidget(front)
        self._stack.setCurrentWidget(front)
        self.header.hide()
        self.notices.cover()
        for action in self._actions:
            action.setEnabled(False)

    def uncover(self) -> None:
        """Back to the pages; what covered them is gone."""
        self._covered = False
        for at in reversed(range(self._stack.count())):
            widget = self._stack.widget(at)
            if widget is not None and not isinstance(widget, Page):
                self._stack.removeWidget(widget)
                widget.deleteLater()
        self.header.show()
        self.notices.uncover()
        for action in self._actions:
            action.setEnabled(
                self._desk is not None and not (isinstance(action, commands.BoundAction) and writes(action) and why_not(self._desk.lab))
            )

    def lacks(self, name: str) -> Command | None:
        """The right that the person here would need for a page; None where they have it."""
        offered = any(entry.name == name for entry in self._entries)
        wanted = next((entry for entry in self._all if entry.name == name), None)
        return None if offered or wanted is None else min(wanted.commands, key=lambda one: one.value)

    def resume(self) -> None:
        """Show the page again that was on screen before the window was covered."""
        if self._last in self._pages:
            self._stack.setCurrentWidget(self._pages[self._last])
            self._pages[self._last].setFocus()

    def answered(self) -> None:
        """The lab was just read: where a server had been away, it is back."""
        for page in self._pages.values():
            page.answered()

    # ------------------------------------------------------------ navigation

    @property
    def current(self) -> Page | None:
        widget = self._stack.currentWidget()
        return widget if isinstance(widget, Page) else None

    def open_page(self, name: str, argument: object = None) -> None:
        """Go to a page, if this person may and the page on screen lets go. Not over a lock: an answer may come while it is there."""
        entry = next((each for each in self._entries if each.name == name), None)
        if entry is None or self._desk is None or self._covered or not self._let_go(name) or self._covered:
            return  # asked twice: the lock may come while the page that is left still saves
        page = self._pages.get(name) or self._made(entry, self._desk)
        self.header.show_headline("", "")
        self.header.show_saved("")
        self.header.show_page(name, navigation=not entry.needs_head)
        if self._last and self._last != name:
            self.notices.forget_told()
        self._last = name
        self._stack.setCurrentWidget(page)
        page.opened(argument)
        self.turned.emit()
        focus = QApplication.focusWidget()
        if focus is None or not page.isAncestorOf(focus):
            page.setFocus()

    def _let_go(self, name: str) -> bool:
        current = self.current
        return current is None or current.name == name or current.closing()

    def _made(self, entry: Entry, desk: Desk) -> Page:
        page = entry.make(desk)
        bar(page, desk.lab)
        page.go.connect(self.open_page)
        page.headline.connect(self.header.show_headline)
        page.saved.connect(self.header.show_saved)
        page.away.connect(self.notices.show_away)
        self._pages[entry.name] = page
        self._stack.addWidget(page)
        return page

    def _listed(self) -> tuple[Entry, ...]:
        return tuple(each for each in self._entries if each.listed)

    def _on_screen(self, key: str) -> None:
        listed, number = self._listed(), int(key[-1])
        if number <= len(listed):
            name = listed[number - 1].name
            self.open_page(name, self.current.name if name == "help" and self.current else None)

    def _open_help(self) -> None:
        self.open_page("help", self.current.name if self.current else None)

    def _open_palette(self) -> None:
        page = self.current
        if page is not None:
            bound = [each for each in page.findChildren(commands.BoundAction) if each.at_work()]
            CommandPalette(self, [*bound, *self._actions]).open()

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.addActions(list(self._actions))
        menu.popup(self.header.mapToGlobal(QPoint(self.header.width() - menu.sizeHint().width() - 8, self.header.height())))
        menu.aboutToHide.connect(menu.deleteLater)

    def _toggle_full_screen(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def closeEvent(self, event: QCloseEvent) -> None:
        if all(page.closing() for page in self._pages.values()):
            self.closed.emit()
            super().closeEvent(event)
        else:
            event.ignore()
