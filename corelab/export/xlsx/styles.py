"""How the spreadsheets look: one typeface, quiet colours, keys told apart from the rest."""

from typing import Any, Final

_INK: Final = "#1B2A36"
_SECOND: Final = "#5B6B78"
_LINE: Final = "#C9D3DB"
_ATTENTION: Final = "#8A4B08"
_FONT: Final = {"font_name": "Calibri", "font_size": 10, "font_color": _INK}

Style = dict[str, Any]
_HEADED: Final[Style] = {**_FONT, "bold": True, "valign": "vcenter", "bottom": 1, "bottom_color": _LINE}
HEAD: Final[Style] = {**_HEADED, "bg_color": "#EEF2F5"}
KEY: Final[Style] = {**_HEADED, "bg_color": "#D5E5F1"}
NOTICE: Final[Style] = {**_FONT, "bold": True, "font_color": _ATTENTION, "bg_color": "#FDF1DF"}
TITLE: Final[Style] = {**_FONT, "bold": True, "font_size": 20}
SUBTITLE: Final[Style] = {**_FONT, "font_size": 12, "font_color": _SECOND}
SECTION: Final[Style] = {**_FONT, "bold": True, "font_size": 13}
LABEL: Final[Style] = {**_FONT, "font_color": _SECOND, "valign": "top"}
PLAIN: Final[Style] = {**_FONT, "valign": "top"}
WORDS: Final[Style] = {**_FONT, "valign": "top", "text_wrap": True}
STRONG: Final[Style] = {**_FONT, "bold": True, "valign": "top"}
COUNT: Final[Style] = {**_FONT, "valign": "top", "num_format": "#,##0"}
LINK: Final[Style] = {**_FONT, "valign": "top", "font_color": "#1F6FB2"}
CELL: Final[Style] = {**_FONT, "valign": "top", "text_wrap": True, "bottom": 4, "bottom_color": _LINE}
FIRST: Final[Style] = {**CELL, "top": 1, "top_color": "#9FB0BD"}
BLANK: Final[Style] = {**_FONT, "bottom": 1, "bottom_color": _INK}
