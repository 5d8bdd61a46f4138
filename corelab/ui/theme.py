"""Colours, type and spacing: the one place where the look of the program is decided.

Applied once, before the first window: Fusion, one dark palette, Inter with tabular figures, and one short style sheet
for the few standard controls that a palette cannot reach. Re-applying a style sheet with windows open takes seconds.
"""

from enum import Enum

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from corelab.resources import resource

GRID = 8
PADDING = 16
PADDING_NARROW = 12
HEADER_HEIGHT = 48
ROW_SEGMENT = 28
ROW_OPTION = 32
ROW_WORKLIST = 48
RADIUS_CAP = 4
RADIUS_ROW = 6
RADIUS_CARD = 8
NARROW_BELOW = 1300
"""Logical width under which a page uses its narrow measures."""


class Colour:
    """Every colour on screen, by what it is for."""

    WINDOW = QColor("#0e1317")
    PANEL = QColor("#151b20")
    RAISED = QColor("#1c242b")
    SELECTED = QColor("#20303c")
    CHOSEN = QColor("#1d3448")
    LINE = QColor("#252e36")
    LINE_STRONG = QColor("#36424c")
    TEXT = QColor("#d7dde2")
    STRONG = QColor("#f4f7f9")
    SECOND = QColor("#9aa7b1")
    THIRD = QColor("#76848f")
    IMAGE = QColor("#000000")
    ACCENT = QColor("#5fb0ee")
    ACCENT_DEEP = QColor("#3d8dcb")
    ON_ACCENT = QColor("#08131c")
    ATTENTION = QColor("#e5b13a")
    FULL = QColor("#35b39a")
    PARTIAL = QColor("#e5b13a")
    NONE = QColor("#e2603d")
    NOT_EVALUABLE = QColor("#7d8b96")
    UNGRADED = QColor("#71808c")
    NOT_ASKED = QColor("#3a4751")
    CAP = QColor("#222c34")
    CAP_EDGE = QColor("#3d4953")
    CALIPER = QColor("#ffe08a")
    CALIPER_EDGE = QColor(0, 0, 0, 190)


class Size(Enum):
    """The type scale, in logical pixels."""

    TICK = 11
    HINT = 12
    BODY = 13
    OPTION = 14
    PANEL = 15
    SEGMENT = 18
    VERDICT = 20
    PAGE = 24
    COUNT = 26


class Weight(Enum):
    TEXT = QFont.Weight.Normal
    VALUE = QFont.Weight.Medium
    HEADING = QFont.Weight.DemiBold


def font(size: Size | int = Size.BODY, weight: Weight = Weight.TEXT) -> QFont:
    """Inter at a size of the scale, with figures of equal width, so that running numbers stand still."""
    made = QFont(["Inter", "DejaVu Sans"])
    made.setPixelSize(size.value if isinstance(size, Size) else size)
    made.setWeight(weight.value)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def apply_theme(app: QApplication) -> None:
    """Dress the application; call once, before the first window."""
    for file in sorted(resource("fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(file))
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(palette())
    app.setFont(font())
    app.setStyleSheet(_CONTROLS.replace("{ARROW}", resource("icons", "down.svg").as_posix()))


def palette() -> QPalette:
    roles = {
        QPalette.ColorRole.Window: Colour.WINDOW,
        QPalette.ColorRole.WindowText: Colour.TEXT,
        QPalette.ColorRole.Base: Colour.PANEL,
        QPalette.ColorRole.AlternateBase: Colour.RAISED,
        QPalette.ColorRole.Text: Colour.TEXT,
        QPalette.ColorRole.PlaceholderText: Colour.THIRD,
        QPalette.ColorRole.Button: Colour.RAISED,
        QPalette.ColorRole.ButtonText: Colour.TEXT,
        QPalette.ColorRole.BrightText: Colour.STRONG,
        QPalette.ColorRole.Highlight: Colour.SELECTED,
        QPalette.ColorRole.HighlightedText: Colour.STRONG,
        QPalette.ColorRole.ToolTipBase: Colour.RAISED,
        QPalette.ColorRole.ToolTipText: Colour.TEXT,
        QPalette.ColorRole.Link: Colour.ACCENT,
        QPalette.ColorRole.LinkVisited: Colour.ACCENT,
        QPalette.ColorRole.Accent: Colour.ACCENT,
        QPalette.ColorRole.Light: Colour.LINE_STRONG,
        QPalette.ColorRole.Midlight: Colour.LINE,
        QPalette.ColorRole.Mid: Colour.LINE,
        QPalette.ColorRole.Dark: Colour.WINDOW,
        QPalette.ColorRole.Shadow: Colour.IMAGE,
    }
    made = QPalette()
    for role, colour in roles.items():
        made.setColor(role, colour)
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, Colour.THIRD)
    return made


_CONTROLS = f"""
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox {{
  background: {Colour.RAISED.name()}; color: {Colour.STRONG.name()}; border: 1px solid {Colour.LINE_STRONG.name()};
  border-radius: {RADIUS_ROW}px; padding: 6px 10px; selection-background-color: {Colour.ACCENT_DEEP.name()};
}}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus {{ border: 1px solid {Colour.ACCENT.name()}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {Colour.THIRD.name()}; border-color: {Colour.LINE.name()}; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: url({{ARROW}}); width: 10px; height: 10px; }}
QComboBox QAbstractItemView {{
  background: {Colour.RAISED.name()}; border: 1px solid {Colour.LINE_STRONG.name()}; outline: none; padding: 4px;
}}
QScrollArea {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {Colour.LINE_STRONG.name()}; border-radius: 4px; min-height: 32px; min-width: 32px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {Colour.THIRD.name()}; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{
  background: {Colour.RAISED.name()}; color: {Colour.TEXT.name()}; border: 1px solid {Colour.LINE_STRONG.name()}; padding: 4px 8px;
}}
QTableView, QListView {{ background: transparent; border: none; outline: none; gridline-color: {Colour.LINE.name()}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{
  background: transparent; color: {Colour.THIRD.name()}; border: none; border-bottom: 1px solid {Colour.LINE_STRONG.name()};
  padding: 0 14px 0 15px; font-size: 12px; font-weight: 500;
}}
QCheckBox {{ spacing: 10px; }}
QCheckBox::indicator {{
  width: 14px; height: 14px; border: 1px solid {Colour.THIRD.name()}; border-radius: 4px; background: {Colour.RAISED.name()};
}}
QCheckBox::indicator:checked {{ background: {Colour.ACCENT.name()}; border-color: {Colour.ACCENT.name()}; }}
QCheckBox::indicator:focus, QCheckBox:focus {{ color: {Colour.STRONG.name()}; border-color: {Colour.ACCENT.name()}; }}
QTextBrowser {{ background: transparent; border: none; }}
QMenu {{ background: {Colour.RAISED.name()}; border: 1px solid {Colour.LINE_STRONG.name()}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {Colour.SELECTED.name()}; color: {Colour.STRONG.name()}; }}
"""
