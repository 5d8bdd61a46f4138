"""A fault of the program on screen: in plain words, with a report that may be sent, and once only however often it comes again."""

import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from corelab import log
from corelab.log import fields
from corelab.ui.dialog import Dialog
from corelab.ui.fault_words import SAFE, words_for_fault
from corelab.ui.theme import GRID, Size, font


class CrashDialog(Dialog):
    """What happened, what was kept, what to do; the report can be looked at before it is sent."""

    def __init__(self, parent: QWidget | None, error: BaseException, report: Path | None) -> None:
        words = words_for_fault(error, None)
        super().__init__(parent, words.happened, width=640)
        self._report = report
        self.text = QPlainTextEdit(readOnly=True)
        self.add_words(words.kept)
        if report is None:
            self.add_words(words.do, strong=True)
        else:
            self.add_words("Go on with your work. If the screen looks wrong, sign out and sign in again.", strong=True)
            self.add_words(f"A report was written. {SAFE} Send it to your administrator with a word about what you were doing.")
            self._add_report(report)
        self.add_button("Close", self.accept, primary=True, cap="Enter").setFocus()

    def _add_report(self, report: Path) -> None:
        self.text.setAccessibleName("Report")
        self.text.setFont(font(Size.HINT))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(40 * GRID)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.hide()
        self.lines.addWidget(self.text)
        self.show_report = self.add_button("Show report", self._on_show)
        self.copy_path = self.add_button("Copy its path", self._on_copy)
        self.add_button("Open its folder", self._on_open).setAccessibleDescription(str(report.parent))

    def _on_show(self) -> None:
        if self._report is not None:
            self.text.setPlainText(_text_of(self._report))
            self.text.show()
            self.show_report.setEnabled(False)
            self.text.setFocus()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(str(self._report))

    def _on_open(self) -> None:
        if self._report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report.parent)))


def _text_of(report: Path) -> str:
    try:
        return report.read_text(encoding="utf-8")
    except OSError:
        return f"The report is no longer there: {report}"


def show_fault(parent: QWidget | None, error: BaseException) -> CrashDialog:
    """Log it, write its report and say so."""
    report = log.report(error)
    sys.stderr.write(f"Fault of the program: {fields.class_name(error)}. Report: {report}\n")
    dialog = CrashDialog(parent, error, report)
    dialog.open()
    return dialog


class FaultsShown:
    """For ``sys.excepthook``: every fault goes into the log, one message at a time on screen, and each place in the program once.

    A fault while painting comes again with every frame: a message for each would bury the work.
    """

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self._known: set[tuple[str, ...]] = set()

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        place = (kind.__name__, *fields.places(trace))
        if not isinstance(error, Exception) or place in self._known or self._shown():
            log.tell("fault", fault=error, at=trace)
            return
        self._known.add(place)
        show_fault(self._parent, error)

    def _shown(self) -> bool:
        return any(each.isVisible() for each in self._parent.findChildren(CrashDialog))
