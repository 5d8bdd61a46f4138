"""What a delivery is, and where it lies: subject, visit, side; files, a folder or a ZIP, chosen or dropped."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from corelab.domain.vocabulary import Side
from corelab.ui.buttons import command_button
from corelab.ui.cards import Card
from corelab.ui.fields import ElidedBox, field
from corelab.ui.parts import text_label
from corelab.ui.theme import RADIUS_ROW, Colour, Size, Weight

_SIDES = (("As the subject's study limb", None), ("Right", Side.RIGHT), ("Left", Side.LEFT))


def is_transmittal(path: Path) -> bool:
    """A site's list of what it sends: it names subject and visit of each file itself."""
    return path.suffix.casefold() == ".csv"


class DropArea(QWidget):
    """Where files are dropped.

    Signals:
        dropped: carries the paths.
    """

    dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setFixedHeight(96)
        self._over = False
        label = text_label("Drop files, a folder, a ZIP or a transmittal", Size.BODY, Weight.TEXT, Colour.SECOND)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self).addWidget(label)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._over = False
        self.update()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()
        paths = tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(Colour.ACCENT if self._over else Colour.LINE_STRONG, 1.2)
            pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Colour.CHOSEN if self._over else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_ROW, RADIUS_ROW)


class TakeInForm(Card):
    """Names the exam, then takes its files.

    Signals:
        chosen: carries the paths; subject, visit and side stand in the form.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept: tuple[Path, ...] = ()
        """Given before subject and visit were named."""
        self.titled("Take in", "All files of one call belong to one exam, unless a transmittal (CSV) beside them says which belongs where.")
        self.subject = QLineEdit()
        self.subject.setPlaceholderText("e.g. S001")
        self.visit = ElidedBox()
        self.side = QComboBox()
        for words, side in _SIDES:
            self.side.addItem(words, side)
        self.subject.returnPressed.connect(self._go_on)
        self.fault = text_label("", Size.HINT, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self.files = command_button("add_files", "Files or ZIP")
        self.folder = command_button("add_folder", "Folder")
        self.files.clicked.connect(self.choose_files)
        self.folder.clicked.connect(self.choose_folder)
        drop = DropArea()
        drop.dropped.connect(self._on_chosen)
        parts = (
            field("Subject", self.subject),
            field("Visit", self.visit),
            field("Side", self.side),
            drop,
            self.files,
            self.folder,
            self.fault,
        )
        for widget in parts:
            self.lines.addWidget(widget)

    def show_visits(self, visits: Sequence[tuple[str, str]]) -> None:
        """(id, label) of each visit of the charter."""
        if self.visit.count() == 0:
            for visit, label in visits:
                self.visit.addItem(f"{visit}  {label}", visit)

    @property
    def named(self) -> tuple[str, str, Side | None]:
        """Subject, visit, side as they stand."""
        return self.subject.text().strip(), str(self.visit.currentData() or ""), self.side.currentData()

    def choose_files(self) -> None:
        """A transmittal says itself whose the files are: with one among them, or alone beside them, nothing has to be named."""
        files, _filter = QFileDialog.getOpenFileNames(self, "Files, a ZIP, or a transmittal (CSV) beside its files")
        self._on_chosen(tuple(Path(each) for each in files))

    def choose_folder(self) -> None:
        if self._is_named():
            folder = QFileDialog.getExistingDirectory(self, "A folder to take in")
            self._on_chosen((Path(folder),) if folder else ())

    def take(self, paths: tuple[Path, ...]) -> None:
        """As if they were dropped here."""
        self._on_chosen(paths)

    def _on_chosen(self, paths: tuple[Path, ...]) -> None:
        """What is given before the subject is named is kept: it is asked for, and Enter goes on."""
        if not paths:
            return
        taken = any(is_transmittal(each) for each in paths) or self._is_named()
        # What waits from before is not joined to a later, named delivery: it may be another subject's.
        waits = tuple(each for each in self._kept if each not in paths)
        self._kept = waits if taken else (*waits, *paths)
        self.fault.setText(_kept_words(self._kept, named=bool(self.named[0])))
        if taken:
            self.chosen.emit(paths)

    def _go_on(self) -> None:
        """Takes in what was given before the subject was named."""
        if self._kept:
            self._on_chosen(self._kept)

    def _is_named(self) -> bool:
        subject, visit, _side = self.named
        missing = "Type the subject first." if not subject else "Choose the visit first." if not visit else ""
        self.fault.setText(missing)
        if missing:
            self.subject.setFocus()
        return not missing


def _kept_words(paths: Sequence[Path], *, named: bool) -> str:
    """What is kept, and what is asked for; nothing where nothing waits."""
    if not paths:
        return ""
    what = paths[0].name if len(paths) == 1 else f"{len(paths)} files and folders"
    ask = "Choose the visit, then press Enter in the subject" if named else "Type the subject, check visit and side, then press Enter"
    return f"{what}: not yet taken in. {ask}."
