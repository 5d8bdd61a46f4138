"""Evidence frames as small pictures with what rests on them; the two of a compression pair beside each other, calipers drawn."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Final

from reportlab.lib.utils import ImageReader

from corelab.domain.measurement import HUNDREDTHS
from corelab.domain.values import counted
from corelab.domain.vocabulary import Sha256
from corelab.export.print_page import TEXT, wrapped
from corelab.export.subject_pdf import look
from corelab.export.subject_pdf.content import Frame, KeyPicture, Stroke, VisitReport
from corelab.export.subject_pdf.sheet import MARGIN, WIDTH, Sheet, width_of

_COLUMNS: Final = 4
_GAP: Final = 9.0
_WIDE: Final = (WIDTH - (_COLUMNS - 1) * _GAP) / _COLUMNS
_HIGH: Final = _WIDE * 0.75
_SIZE: Final = 6.4
_LEADING: Final = 7.9
_UNDECODED: Final = "This frame could not be decoded."
_Picture = Callable[[Sha256, int], bytes | None]


def picture_grid(sheet: Sheet, visit: VisitReport, picture: _Picture) -> None:
    sheet.heading("Evidence", follows=_HIGH + 40)
    if visit.pictures_left:
        left = counted(visit.pictures_left, "more frame stands", "more frames stand")
        sheet.paragraph(f"The frames that results rest on, disputes and measurements first; {left} in data/evidence.csv.", size=look.SMALL)
    for row in _rows(visit.pictures):
        _row(sheet, row, picture)


def _rows(pictures: Sequence[KeyPicture]) -> list[list[KeyPicture]]:
    """As many in a row as fit; a pair takes two places and is never parted."""
    rows: list[list[KeyPicture]] = []
    room = 0
    for one in pictures:
        if len(one.frames) > room:
            rows.append([])
            room = _COLUMNS
        rows[-1].append(one)
        room -= len(one.frames)
    return rows


def _row(sheet: Sheet, row: Sequence[KeyPicture], picture: _Picture) -> None:
    made = [[picture(one.clip, frame.index) for frame in one.frames] for one in row]
    captions = [_caption(one, shown) for one, shown in zip(row, made, strict=True)]
    high = _HIGH + max(len(lines) for lines in captions) * _LEADING + 14
    sheet.need(high)
    x, top = MARGIN, sheet.y - 6
    for one, shown, lines in zip(row, made, captions, strict=True):
        for number, (frame, data) in enumerate(zip(one.frames, shown, strict=True)):
            _frame(sheet, one, frame, data, x + number * (_WIDE + _GAP), top - _HIGH)
        _words(sheet, x, top - _HIGH, one, lines)
        x += len(one.frames) * (_WIDE + _GAP)
    sheet.y -= high


def _caption(one: KeyPicture, shown: Sequence[bytes | None]) -> tuple[str, ...]:
    wide = len(one.frames) * (_WIDE + _GAP) - _GAP
    frames = " and ".join(f"{frame.index + 1}{f' ({frame.words})' if frame.words else ''}" for frame in one.frames)
    measured = [stroke.words for frame in one.frames for stroke in frame.strokes if stroke.words]
    told = [
        *one.grades,
        *([f"Measured {', '.join(dict.fromkeys(measured))}"] if measured else []),
        f"Clip {one.clip[:12]}, frame {frames}",
        *([_UNDECODED] if None in shown else []),
    ]
    return tuple(line for words in told for line in wrapped(words, TEXT, wide, _SIZE))


def _words(sheet: Sheet, x: float, y: float, one: KeyPicture, lines: Sequence[str]) -> None:
    sheet.text(x, y - 8.5, one.heading, look.SMALL, strong=True)
    for number, line in enumerate(lines, 1):
        sheet.text(x, y - 8.5 - number * _LEADING, line, _SIZE, look.SECOND)


def _frame(sheet: Sheet, one: KeyPicture, frame: Frame, data: bytes | None, x: float, y: float) -> None:
    """The picture within its box, its shape kept, on black."""
    sheet.band(x, y, _WIDE, _HIGH, look.BLACK if data is not None else look.WASH)
    if data is None:
        sheet.text(x + (_WIDE - width_of("not decoded", _SIZE)) / 2, y + _HIGH / 2, "not decoded", _SIZE, look.THIRD)
        return
    image = ImageReader(BytesIO(data))
    columns, rows = image.getSize()
    scale = min(_WIDE / columns, _HIGH / rows)
    wide, high = columns * scale, rows * scale
    left, low = x + (_WIDE - wide) / 2, y + (_HIGH - high) / 2
    sheet.canvas.drawImage(image, left, low, wide, high)
    if one.size is not None:
        for stroke in frame.strokes:
            _stroke(sheet, stroke, (left, low + high), wide / one.size[0])


def _stroke(sheet: Sheet, stroke: Stroke, corner: tuple[float, float], scale: float) -> None:
    """Bright on a dark edge, so that it shows on any tissue; a line has ticks at its ends. Points count from the centre of a pixel."""
    points = [(corner[0] + (x / HUNDREDTHS + 0.5) * scale, corner[1] - (y / HUNDREDTHS + 0.5) * scale) for x, y in stroke.points]
    path = sheet.canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    if stroke.closed:
        path.close()
    else:
        for end in (points[0], points[-1]):
            _tick(path, points[0], points[-1], end)
    for colour, width in ((look.BLACK, 1.9), (look.CALIPER, 0.9)):
        sheet.canvas.setStrokeColor(colour)
        sheet.canvas.setLineWidth(width)
        sheet.canvas.setLineCap(1)
        sheet.canvas.setDash()
        sheet.canvas.drawPath(path, stroke=1, fill=0)


def _tick(path: object, start: tuple[float, float], end: tuple[float, float], at: tuple[float, float]) -> None:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    across = (-dy / length * 2.6, dx / length * 2.6)
    path.moveTo(at[0] - across[0], at[1] - across[1])  # type: ignore[attr-defined]
    path.lineTo(at[0] + across[0], at[1] + across[1])  # type: ignore[attr-defined]
