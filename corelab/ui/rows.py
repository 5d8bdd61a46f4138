"""A table of rows as every list page shows it: painted cells, one row chosen, Enter opens it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from corelab.ui.cards import paint_progress
from corelab.ui.parts import paint_diamond, paint_tick
from corelab.ui.theme import RADIUS_ROW, ROW_WORKLIST, Colour, Size, Weight, font

_LEAST_STRETCH, _LEAST_SHARE = 170, 0.4
Index = QModelIndex | QPersistentModelIndex


class Mark(Enum):
    """A small mark with a word beside it."""

    TICK = "tick"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in logical pixels; 0 takes what is left. A ``firm`` one never gives way: half a number or a time is none."""

    title: str
    width: int = 0
    right: bool = False
    editable: bool = False
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: words, how they look, and a bar or mark where there is one. ``share`` is 0 to 1; ``hint`` is the tool tip."""

    text: str = ""
    colour: QColor = field(default_factory=lambda: Colour.TEXT)
    weight: Weight = Weight.TEXT
    share: float | None = None
    done: bool = False
    mark: Mark | None = None
    hint: str = ""


def shown(text: object) -> Shown:
    return Shown(str(text))


class RowsModel(QAbstractTableModel):
    """Holds what is shown, nothing else. Signals: ``typed`` carries row, column and the words typed into an editable cell."""

    typed = Signal(int, int, str)

    def __init__(self, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: tuple[tuple[Shown, ...], ...] = ()

    def show_rows(self, rows: Sequence[Sequence[Shown]]) -> None:
        """As many rows as before: only those that differ are told, so that somebody who types in another row is left alone."""
        before, now = self._rows, tuple(tuple(row) for row in rows)
        if len(before) != len(now):
            self.beginResetModel()
            self._rows = now
            self.endResetModel()
            return
        self._rows = now
        for at in (at for at, row in enumerate(now) if row != before[at]):
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(self.columns) - 1))

    def add_rows(self, rows: Sequence[Sequence[Shown]]) -> None:
        """More rows below those that stand there; nobody who looks at one is disturbed."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows += tuple(tuple(row) for row in rows)
            self.endInsertRows()

    def cell(self, index: Index) -> Shown:
        return self._rows[index.row()][index.column()]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.columns[index.column()].title}: {cell.text}"
        return cell.hint or None if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft)
        return column.title if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.columns[index.column()].editable else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role == Qt.ItemDataRole.EditRole and str(value).strip() != self.cell(index).text:
            self.typed.emit(index.row(), index.column(), str(value).strip())
        return False


class _Painter(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, RowsModel):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        _paint_ground(painter, option.rect, index.column(), len(model.columns), chosen=chosen)
        cell, column = model.cell(index), model.columns[index.column()]
        if cell.share is None:
            _paint_words(painter, option.rect, cell, column, chosen=chosen)
        else:
            _paint_bar(painter, option.rect, cell, chosen=chosen)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, ROW_WORKLIST)


def _paint_ground(painter: QPainter, box: QRect, column: int, columns: int, *, chosen: bool) -> None:
    if not chosen:
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), Colour.LINE)
        return
    wide = QRectF(box).adjusted(0 if column == 0 else -RADIUS_ROW, 2, 0 if column == columns - 1 else RADIUS_ROW, -3)
    painter.setClipRect(box)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Colour.SELECTED)
    painter.drawRoundedRect(wide, RADIUS_ROW, RADIUS_ROW)
    if column == 0:
        painter.fillRect(QRectF(box.left(), box.top() + 2, 3, box.height() - 5), Colour.ACCENT)


def _paint_words(painter: QPainter, box: QRect, cell: Shown, column: Column, *, chosen: bool) -> None:
    inner = box.adjusted(16, 0, -12, -1)
    if cell.mark is not None:
        centre = QPointF(inner.left() + 5, inner.center().y() + 0.5)
        if cell.mark is Mark.ATTENTION:
            paint_diamond(painter, centre)
        else:
            paint_tick(painter, centre)
        inner.setLeft(inner.left() + 18)
    painter.setFont(font(Size.BODY, cell.weight))
    painter.setPen(Colour.STRONG if chosen and cell.colour == Colour.TEXT else cell.colour)
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    text = painter.fontMetrics().elidedText(cell.text, Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)


def _paint_bar(painter: QPainter, box: QRect, cell: Shown, *, chosen: bool) -> None:
    width = min(200, box.width() - 56)
    paint_progress(painter, QRectF(box.left() + 16, box.center().y() - 1.5, width, 4), cell.share or 0.0, dim=cell.done, raised=chosen)
    if cell.done:
        paint_tick(painter, QPointF(box.left() + 16 + width + 18, box.center().y() + 0.5))
    elif cell.text:
        painter.setFont(font(Size.HINT))
        painter.setPen(Colour.SECOND)
        painter.drawText(QPointF(box.left() + 16 + width + 8, box.center().y() + 5), cell.text)


class Rows(QTableView):
    """The list itself.

    Signals:
        opened: Enter or a double click on a row; carries its number.
        chosen: another row is current; carries its number.
        typed: words were typed into an editable cell; carries row, column, words.
    """

    opened = Signal(int)
    chosen = Signal(int)
    typed = Signal(int, int, str)

    def __init__(self, columns: Sequence[Column], name: str, *, row_height: int = ROW_WORKLIST, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RowsModel(columns, self)
        self._least, self._rest = _LEAST_SHARE, _LEAST_STRETCH
        # Queued: the answer may change the rows, and the editor of this cell must have closed before.
        self._model.typed.connect(self.typed, Qt.ConnectionType.QueuedConnection)
        self._use_model(self._model)
        self.setItemDelegate(_Painter(self))
        self.setAccessibleName(name)
        self._set_manners()
        self._set_measures(row_height)
        self.doubleClicked.connect(self._on_double_click)

    def _use_model(self, model: RowsModel) -> None:
        """Show what another model holds; it has the same columns."""
        self._model = model
        self.setModel(model)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    def keep_widths(self, *, least: float, rest: int = _LEAST_STRETCH) -> None:
        """Fixed columns that are not firm give way until a stretched one has ``rest``; they keep this share of their width."""
        self._least, self._rest = least, rest

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the fixed columns give way, so that the last one stays on screen."""
        columns = [column for at, column in enumerate(self._model.columns) if not self.isColumnHidden(at)]
        giving = sum(column.width for column in columns if not column.firm)
        kept = sum(column.width or self._rest for column in columns if column.firm or not column.width)
        share = min(1.0, max(self._least, (self.viewport().width() - kept) / max(1, giving)))
        for at, column in enumerate(self._model.columns):
            if column.width:
                self.horizontalHeader().resizeSection(at, column.width if column.firm else round(column.width * share))
        super().resizeEvent(event)

    def _set_manners(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        editable = any(column.editable for column in self._model.columns)
        triggers = QAbstractItemView.EditTrigger.AnyKeyPressed | QAbstractItemView.EditTrigger.EditKeyPressed
        self.setEditTriggers(triggers if editable else QAbstractItemView.EditTrigger.NoEditTriggers)

    def _set_measures(self, row_height: int) -> None:
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(row_height)
        header = self.horizontalHeader()
        header.setFixedHeight(36)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(24)
        for at, column in enumerate(self._model.columns):
            # Never ResizeToContents: it asks for every cell of every row.
            mode = QHeaderView.ResizeMode.Fixed if column.width else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(at, mode)

    def show_rows(self, rows: Sequence[Sequence[Shown]], *, current: int = 0) -> None:
        """Show these rows; row ``current`` is chosen if it is there."""
        self._model.show_rows(rows)
        if rows:
            self.choose(min(max(current, 0), len(rows) - 1))

    def add_rows(self, rows: Sequence[Sequence[Shown]]) -> None:
        """Show these below."""
        self._model.add_rows(rows)

    def choose(self, row: int) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        column = next((at for at, each in enumerate(self._model.columns) if each.editable), 0)
        self.selectionModel().setCurrentIndex(self._model.index(row, column), flags)

    @property
    def current(self) -> int:
        """The number of the chosen row, or -1."""
        return self.currentIndex().row()

    def texts(self) -> list[list[str]]:
        """What a person reads, row by row."""
        return [
            [self._model.cell(self._model.index(row, at)).text for at in range(self._model.columnCount())]
            for row in range(self._model.rowCount())
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() is QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0 and not editing:
            self.opened.emit(self.current)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: Any) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self.current < 0:
            with QPainter(self.viewport()) as painter:
                painter.setPen(QPen(Colour.ACCENT, 1))
                painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _on_current(self, index: QModelIndex) -> None:
        self.chosen.emit(index.row())

    def _on_double_click(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())
