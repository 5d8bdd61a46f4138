"""Every text that a window holds: of all its widgets, actions, models and documents, and what is painted by hand."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QMetaType, QModelIndex, QObject, Qt
from PySide6.QtGui import QAction, QPainter, QPainterPath, QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from tests.acceptance.blinding.graph import text_of

ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.EditRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.StatusTipRole,
    Qt.ItemDataRole.WhatsThisRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
    *(Qt.ItemDataRole.UserRole + n for n in range(8)),
)

TEXTS = {each.value for each in (QMetaType.Type.QString, QMetaType.Type.QStringList, QMetaType.Type.QVariant)}


def texts_on_screen() -> tuple[str, ...]:
    """All texts of all windows of the program, shown or not, in no order and each once."""
    QApplication.processEvents()
    found: set[str] = set()
    for window in QApplication.topLevelWidgets():
        found.update(texts_of(window))
    return tuple(sorted(found))


def texts_of(root: QWidget) -> Iterator[str]:
    for each in (root, *root.findChildren(QObject)):
        yield from _properties(each)
        if isinstance(each, QAction):
            yield from (each.text(), each.toolTip(), each.statusTip(), each.whatsThis(), text_of(each.data()))
        if isinstance(each, QTextDocument):
            yield each.toPlainText()
        if isinstance(each, QAbstractItemView) and each.model() is not None:
            yield from _of_model(each.model())


def _properties(of: QObject) -> Iterator[str]:
    """Whatever Qt knows of it that is a text: title, text, tool tip, status tip, accessible name and description, placeholder, path..."""
    meta = of.metaObject()
    for n in range(meta.propertyCount()):
        if meta.property(n).metaType().id() not in TEXTS:
            continue
        value = meta.property(n).read(of)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, str))
    names = (bytes(name.data()).decode() for name in of.dynamicPropertyNames())
    for name in names:
        with suppress(RuntimeError):  # insides of Qt, of types that Python does not know
            value = of.property(name)
            yield value if isinstance(value, str) else ""


def _columns(model: QAbstractItemModel, parent: QModelIndex) -> int:
    """Qt hides the question from lists: they have one."""
    return 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)


def _of_model(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    parent = parent or QModelIndex()
    for row in range(model.rowCount(parent)):
        for column in range(_columns(model, parent)):
            index = model.index(row, column, parent)
            yield from (text_of(model.data(index, role)) for role in ROLES)
            if model.rowCount(index):
                yield from _of_model(model, index)
    for column in range(_columns(model, parent)):
        yield str(model.headerData(column, Qt.Orientation.Horizontal))


@contextmanager
def painted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collects the words that widgets paint by hand while this lasts."""
    said: list[str] = []
    with monkeypatch.context() as patched:
        for kind, name in ((QPainter, "drawText"), (QPainterPath, "addText")):
            patched.setattr(kind, name, _recording(getattr(kind, name), said))
        yield said


def _recording(original: object, said: list[str]) -> object:
    def record(*given: object) -> object:
        said.extend(each for each in given if isinstance(each, str))
        return original(*given)  # type: ignore[operator]  # a method of Qt

    return record
