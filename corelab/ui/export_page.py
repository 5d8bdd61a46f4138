"""Export: what is in, what is left out and why; sign, write; the package has been verified when the page says so."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.vocabulary import ExamState, LabKind
from corelab.services import packages
from corelab.services.packages import Exported, Preview
from corelab.ui import dialogs
from corelab.ui.buttons import Button, Look, command_button
from corelab.ui.cards import Card, EmptyState, LinkNumber, Working, scrolled
from corelab.ui.checkpoint_card import CheckpointCard
from corelab.ui.desk import Desk
from corelab.ui.fields import field
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Rows, Shown, shown
from corelab.ui.specification_card import SpecificationCard
from corelab.ui.theme import GRID, NARROW_BELOW, Colour, Size, Weight
from corelab.ui.work_words import EXAM_STATE_WORDS

_COLUMNS = (Column("Subject", 150), Column("Visit", 90), Column("State", 140), Column("Why it is not in"))
_SIDE, _SIDE_NARROW = 436, 360
_KINDS = {LabKind.DEMO: "marked DEMO, for ever", LabKind.TRAINING: "marked TEST", LabKind.TRIAL: "a production package"}


class ExportPage(Page):
    name = "export"
    title = "Export"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._preview: Preview | None = None
        self._changed = ""
        self._dialog: dialogs.SignDialog | None = None
        self.package: Path | None = None
        self.included = LinkNumber("In the package")
        self.excluded = LinkNumber("Left out")
        self.excluded.clicked.connect(self._to_rows)
        self.queries = LinkNumber("Open queries")
        self.queries.clicked.connect(partial(self.go.emit, "queries", None))
        self.included.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows = Rows(_COLUMNS, "Exams that are left out")
        self.rows.keep_widths(least=0.8, rest=340)
        self.empty = EmptyState()
        self.out = QLineEdit(str(desk.lab.exports))
        self.out.setReadOnly(True)
        choose = Button("Choose a folder")
        choose.clicked.connect(self._on_choose)
        self.write = command_button("export", look=Look.PRIMARY)
        self.write.clicked.connect(self.ask)
        self.working = Working()
        self.done = DoneCard()
        self.done.open_requested.connect(self._open_folder)
        self.columns = SpecificationCard(desk)
        self.columns.told.connect(self._on_columns)
        self.checkpoint = CheckpointCard(desk)
        self.bind("checkpoint", self.checkpoint.ask)
        self.bind("approve_columns", self.columns.ask)
        self.bind("export", self.ask)
        self.bind("refresh", self.opened)
        self._lay_out(choose)

    def _lay_out(self, choose: Button) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(32, 32, 24, 24)
        outer.setSpacing(24)
        left = QVBoxLayout()
        left.setSpacing(16)
        left.addWidget(text_label("Export", Size.PAGE, Weight.HEADING, Colour.STRONG))
        numbers = QHBoxLayout()
        numbers.setSpacing(16)
        numbers.addWidget(self.included)
        numbers.addWidget(self.excluded)
        numbers.addWidget(self.queries)
        numbers.addStretch(1)
        left.addLayout(numbers)
        left.addWidget(self.rows, 1)
        left.addWidget(self.empty, 1)
        outer.addLayout(left, 1)
        self._right = scrolled(self._side(choose))
        outer.addWidget(self._right)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._right.setFixedWidth(_SIDE_NARROW if self.width() < NARROW_BELOW else _SIDE)
        super().resizeEvent(event)

    def _side(self, choose: Button) -> QWidget:
        card = Card().titled("Package")
        self._number = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        for widget in (self._number, field("Written into", self.out), choose, self.write, self.working):
            card.lines.addWidget(widget)
        column = QWidget()
        side = QVBoxLayout(column)
        side.setContentsMargins(0, 0, GRID, 0)
        side.setSpacing(16)
        side.addWidget(self.columns)
        side.addWidget(card)
        side.addWidget(self.done)
        side.addWidget(self.checkpoint)
        side.addStretch(1)
        return column

    # ------------------------------------------------------------ what is in

    def opened(self, _argument: object = None) -> None:
        self.desk.jobs.query(self, partial(packages.preview, self.desk.lab, self.desk.session), self._on_preview, self.show_error)
        self.columns.look()

    def _on_preview(self, preview: Preview) -> None:
        self._preview = preview
        self.included.show_number(preview.included, "every cell has a result")
        left_out = len(preview.excluded)
        blocking = len(preview.queries)
        note = "close, cancel or exclude them" if blocking else "none keeps a package back"
        self.queries.show_number(blocking, note, attention=bool(blocking))
        self.excluded.show_number(left_out, "listed below" if left_out else "every exam is in", attention=bool(left_out))
        self.rows.show_rows(
            [
                (
                    Shown(each.subject, Colour.STRONG, Weight.HEADING),
                    shown(each.visit),
                    shown(EXAM_STATE_WORDS[ExamState(each.state)]),
                    shown(each.why),
                )
                for each in preview.excluded
            ]
        )
        self.rows.setVisible(bool(left_out))
        self.empty.setVisible(not left_out)
        if preview.included:
            self.empty.show_words("Nothing is left out.", "Every exam of the lab is final and goes into the package.")
        else:
            self.empty.show_words(
                "No exam is final yet.", "Assign readings and compare signed ones on the Overview; final exams appear here."
            )
        again = ", the same as the last one: nothing changed since" if preview.again else ""
        self._number.setText(f"Package {preview.number}{again}. It is {_KINDS[self.desk.lab.kind]}.")
        self._allow(preview)
        self.write.setFocus()

    def _on_columns(self, changed: str) -> None:
        self._changed = changed
        if self._preview is not None:
            self._allow(self._preview)
        if changed:
            self.columns.approve.setFocus()

    def _allow(self, preview: Preview) -> None:
        why = "A query to a site is open: close, cancel or exclude it first." if preview.queries else ""
        self.write.allow(why or self._changed or ("" if preview.included else "No exam is final yet."))

    def _to_rows(self) -> None:
        self.rows.setFocus()

    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Where the package is written", self.out.text())
        if folder:
            self.out.setText(folder)

    # ------------------------------------------------------------ signing and writing

    def ask(self) -> None:
        """The signature: package approval."""
        if self._preview is None or not self.write.isEnabled() or self.working.isVisible():
            return
        what = f"package {self._preview.number}, {self._preview.included} {'exam' if self._preview.included == 1 else 'exams'}"
        self._dialog = dialogs.ask_signature(self, self.desk, Meaning.PACKAGE_APPROVAL, what, given=self._on_password)

    def _on_password(self, password: str) -> None:
        self.done.hide()
        self.working.begin("Writing the package...", can_stop=False)
        told = self.desk.jobs.relay(self, self.working.tell)
        work = partial(packages.export, self.desk.lab, self.desk.session, Path(self.out.text()), password, progress=told)
        self.desk.jobs.query(self, work, self._on_written, self._on_failed)

    def _on_written(self, exported: Exported) -> None:
        self._close_dialog()
        self.working.end()
        self.package = exported.package
        self.done.show_package(exported)
        self.opened()
        self.done.open.setFocus()

    def _on_failed(self, error: Exception) -> None:
        self.working.end()
        if self._dialog is not None:
            self._dialog.refuse(error)

    def _close_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self._dialog = None

    def _open_folder(self) -> None:
        if self.package is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.package)))


class DoneCard(Card):
    """The written package: where it lies, what it holds, verified."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, current=True)
        self.open = Button("Open the folder")
        self.open_requested = self.open.clicked
        self.path = QLineEdit()
        self.path.setReadOnly(True)
        self._rows = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(text_label("Written and verified", Size.PANEL, Weight.HEADING, Colour.STRONG))
        for widget in (self._rows, field("Package", self.path), self.open):
            self.lines.addWidget(widget)
        self.hide()

    def show_package(self, exported: Exported) -> None:
        rows = ", ".join(f"{count} in {name}" for name, count in exported.rows.items())
        self._rows.setText(f"{exported.files} files; rows: {rows}. Cut-off {exported.head[:16]}.")
        self.path.setText(str(exported.package))
        self.path.setToolTip(str(exported.package))
        self.show()
