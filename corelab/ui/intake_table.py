"""The clips that are not yet released, one row each: cells are made when they come on screen, several rows can be chosen and dragged."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from corelab.domain.vocabulary import ClipId
from corelab.services.intake import WaitingClip
from corelab.ui.rows import Column, Index, Rows, RowsModel, Shown

CLIPS = "application/x-corelab-clips"
"""What is dragged: the clips chosen in this window. The ids stay in it; a drop elsewhere gets nothing."""

Cells = Callable[[WaitingClip], tuple[Shown, ...]]


class _ClipModel(RowsModel):
    """Holds clips; what a row shows is worked out when it is asked for, and once."""

    def __init__(self, columns: Sequence[Column], cells: Cells, parent: QWidget) -> None:
        super().__init__(columns, parent)
        self._cells = cells
        self.clips: tuple[WaitingClip, ...] = ()
        self._made: dict[int, tuple[Shown, ...]] = {}

    def show_clips(self, clips: Sequence[WaitingClip]) -> None:
        """The same clips in the same order: only rows that changed are told, so that somebody who types in another is left alone."""
        before, now = self.clips, tuple(clips)
        if [each.clip for each in before] != [each.clip for each in now]:
            self.beginResetModel()
            self.clips, self._made = now, {}
            self.endResetModel()
            return
        self.clips = now
        for at in (at for at, clip in enumerate(now) if clip != before[at]):
            self._made.pop(at, None)
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(self.columns) - 1))

    def cell(self, index: Index) -> Shown:
        row = index.row()
        if row not in self._made:
            self._made[row] = self._cells(self.clips[row])
        return self._made[row][index.column()]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.clips)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return [CLIPS]

    def mimeData(self, _indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(CLIPS, b"chosen")
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction


class ClipTable(Rows):
    """The list; ``chosen_clips`` are those of the marked rows.

    Signals:
        marked: other rows are chosen, or the current one is another.
    """

    marked = Signal()

    def __init__(self, columns: Sequence[Column], cells: Cells, *, spare: frozenset[int], parent: QWidget | None = None) -> None:
        """``spare``: columns that give way in a narrow window; what they say stands beside the table too."""
        super().__init__(columns, "Clips not yet released", row_height=36, parent=parent)
        self._spare, self._first_spare = spare, min(spare, default=-1)
        self._clips = _ClipModel(columns, cells, self)
        self._clips.typed.connect(self.typed, Qt.ConnectionType.QueuedConnection)
        self._use_model(self._clips)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.keep_widths(least=0.62, rest=150)
        self._typed_in = next((at for at, each in enumerate(columns) if each.editable), 0)

    def _use_model(self, model: RowsModel) -> None:
        super()._use_model(model)
        self.selectionModel().selectionChanged.connect(self._on_marked)
        self.selectionModel().currentRowChanged.connect(self._on_marked)

    @property
    def clips(self) -> tuple[WaitingClip, ...]:
        return self._clips.clips

    def show_clips(self, clips: Sequence[WaitingClip]) -> None:
        """Who was current and chosen stays so where it is still there; else the row that took the place is current."""
        marked, row = {each.clip for each in self.chosen_clips}, max(0, self.current)
        current = self.clips[row].clip if row < len(self.clips) else None
        self._clips.show_clips(clips)
        if not clips:
            return
        at = next((at for at, each in enumerate(clips) if each.clip == current), min(row, len(clips) - 1))
        if at != self.current or not self.selectionModel().hasSelection():
            self.choose(at)
            self._mark([other for other, each in enumerate(clips) if each.clip in marked])

    def _mark(self, rows: Sequence[int]) -> None:
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in rows if len(rows) > 1 else ():
            self.selectionModel().select(self._clips.index(row, 0), flags)

    @property
    def current_clip(self) -> WaitingClip | None:
        return self.clips[self.current] if 0 <= self.current < len(self.clips) else None

    @property
    def chosen_clips(self) -> tuple[WaitingClip, ...]:
        """Those of the marked rows, in the order of the list; else the current one."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        found = tuple(self.clips[row] for row in rows if row < len(self.clips))
        return found or ((self.current_clip,) if self.current_clip else ())

    def choose_clip(self, clip: ClipId) -> None:
        at = next((at for at, each in enumerate(self.clips) if each.clip == clip), None)
        if at is not None:
            self.choose(at)

    def type_label(self) -> None:
        """Open the editor of the current row's label."""
        if self.current >= 0:
            self.edit(self._clips.index(self.current, self._typed_in))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter types the label, whichever column was clicked."""
        if event.text().strip() and self.current >= 0 and self.currentIndex().column() != self._typed_in:
            at = self._clips.index(self.current, self._typed_in)
            self.selectionModel().setCurrentIndex(at, QItemSelectionModel.SelectionFlag.NoUpdate)
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        width = self.viewport().width()
        for column in self._spare:
            hidden = width < (_NARROW if column != self._first_spare else _WIDE)
            if self.isColumnHidden(column) is not hidden:
                self.setColumnHidden(column, hidden)
        super().resizeEvent(event)

    def _on_marked(self) -> None:
        self.marked.emit()


_NARROW, _WIDE = 760, 1000
"""Of the viewport: under the second the first spare column gives way, so that subjects and words stay whole; under the first all do."""
