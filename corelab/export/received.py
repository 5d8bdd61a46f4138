"""Rows of what came in: every released clip, every segment that the charter wants, and whether the two agree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from corelab.domain.charter import Charter
from corelab.domain.clip_label import Mode, View
from corelab.domain.clip_quality import ClipQuality, Quality
from corelab.domain.completeness import Completeness, Receipt, SegmentReceipt
from corelab.domain.places import charter_id
from corelab.domain.vocabulary import SegmentId, Sha256, Side, VisitId
from corelab.export.beside import SIDE_WORDS
from corelab.export.columns import Table
from corelab.export.lab_codes import (
    MISSING,
    NO_CLIP,
    NO_EXAM,
    NON_DIAGNOSTIC,
    NOT_IMAGED,
    RECEIVED,
    RELEASED,
    REPLACED,
    WAITS,
    WITHDRAWN,
    mode_code,
    quality_code,
    quality_reason_code,
    view_code,
)
from corelab.export.lab_tables import CLIPS, EXPECTED
from corelab.export.proof_tables import EVIDENCE, MEASUREMENTS
from corelab.export.writers import Row

_STATES: Mapping[Receipt, str] = {
    Receipt.RECEIVED: RECEIVED,
    Receipt.NON_DIAGNOSTIC: NON_DIAGNOSTIC,
    Receipt.MISSING: MISSING,
    Receipt.NOT_IMAGED: NOT_IMAGED,
}
"""An optional segment that did not come, and one that the subject does not have, is not expected."""


@dataclass(frozen=True, slots=True)
class OfVisit:
    """Whose exam it is, and of which visit of the charter."""

    study: str
    site: str
    subject: str
    visit: VisitId

    def row(self, charter: Charter) -> dict[str, str]:
        of = {"STUDYID": self.study, "SITEID": self.site, "USUBJID": self.subject}
        return {**of, "VISITNUM": str(charter.visit(self.visit).number), "VISIT": self.visit}


@dataclass(frozen=True, slots=True)
class ReleasedClip:
    """One released clip. ``segment`` is None where nobody said what it shows; UIDs are those of the released, de-identified file.

    ``withdrawn``: it does not count any more; ``replaced_by`` is the clip that took its place.
    """

    sha256: Sha256
    segment: SegmentId | None
    side: Side | None
    view: View | None
    mode: Mode | None
    frames: int
    seconds: Decimal
    rows: int
    columns: int
    quality: ClipQuality | None
    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class: str
    withdrawn: bool = False
    replaced_by: Sha256 | None = None

    @property
    def state(self) -> str:
        if self.replaced_by is not None:
            return REPLACED
        return WITHDRAWN if self.withdrawn else RELEASED


def clip_row(charter: Charter, of: OfVisit, clip: ReleasedClip) -> Row:
    quality = clip.quality
    shows = {
        "SIDE": SIDE_WORDS[clip.side] if clip.side else "",
        "SEGCD": charter_id(clip.segment) if clip.segment else "",
        "VIEW": view_code(clip.view) if clip.view else "",
        "MODE": mode_code(clip.mode) if clip.mode else "",
        "QCGRADE": quality_code(quality.grade) if quality else "",
        "QCREASN": "+".join(map(quality_reason_code, quality.reasons)) if quality else "",
    }
    row = {
        **of.row(charter),
        **shows,
        "CLIPID": clip.sha256,
        "FRAMES": str(clip.frames),
        "SECONDS": f"{clip.seconds:.3f}" if clip.seconds else "",
        "ROWS": str(clip.rows),
        "COLS": str(clip.columns),
        "STATE": clip.state,
        "REPLCLIP": clip.replaced_by or "",
        "STDYUID": clip.study_uid,
        "SERUID": clip.series_uid,
        "SOPUID": clip.sop_uid,
        "SOPCLASS": clip.sop_class,
    }
    return {name: row[name] for name in CLIPS.names}


def expected_rows(charter: Charter, of: OfVisit, found: Completeness, *, came: bool) -> Iterator[Row]:
    """Every segment that is wanted at this visit, or came beyond that. ``came``: something of the visit did."""
    for one in found.segments:
        state = _STATES.get(one.receipt)
        if state is not None:
            row = {**of.row(charter), **_segment(one), "STATE": state, "REASON": _reason(one, came=came)}
            yield {name: row[name] for name in EXPECTED.names}


def _segment(one: SegmentReceipt) -> dict[str, str]:
    return {
        "SIDE": SIDE_WORDS[one.side] if one.side else "",
        "SEGCD": one.code,
        "SEG": one.name,
        "REQFL": "Y" if one.wanted else "N",
        "NCLIPS": str(one.clips),
        "NWAIT": str(one.waiting),
    }


def _reason(one: SegmentReceipt, *, came: bool) -> str:
    if one.receipt is Receipt.NOT_IMAGED:
        return one.reason or ""
    if one.receipt is not Receipt.MISSING:
        return ""
    if not came:
        return NO_EXAM
    return WAITS if one.waiting else NO_CLIP


@dataclass(frozen=True, slots=True)
class Unreconciled:
    """A row that the other table contradicts."""

    table: Table
    row: Row
    what: str


_Place = tuple[str, str, str, str]


def unreconciled(clips: Sequence[Row], expected: Sequence[Row]) -> Iterator[Unreconciled]:
    """What clips.csv and expected.csv say differently, of one subject or of many: every clip that counts stands in a cell, and is counted.

    A cell with clips was received; it is non-diagnostic where all of them are. One without is missing, or was not imaged, with a reason.
    A clip that took another one's place is of the same subject and visit.
    """
    counted: dict[_Place, list[Row]] = {}
    for row in clips:
        if row["STATE"] == RELEASED and row["SEGCD"]:
            counted.setdefault(_place(row), []).append(row)
    cells = {_place(row) for row in expected}
    for row in expected:
        yield from (Unreconciled(EXPECTED, row, what) for what in _cell_faults(row, counted.get(_place(row), ())))
    for place, rows in counted.items():
        if place not in cells:
            yield from (Unreconciled(CLIPS, row, "shows a segment that expected.csv does not have") for row in rows)
    yield from _replacements(clips)


def unknown_clips(rows: Mapping[str, Sequence[Row]]) -> Iterator[Unreconciled]:
    """Rows of one subject that rest on a clip which clips.csv does not have as one of this subject and visit.

    ``rows`` by table; a package of before clips.csv tells nothing of them.
    """
    if CLIPS.name in rows:
        known = {(row["CLIPID"], row["VISIT"]) for row in rows[CLIPS.name]}
        for table in (EVIDENCE, MEASUREMENTS):
            for row in rows.get(table.name, ()):
                if (row["CLIPID"], row["VISIT"]) not in known:
                    yield Unreconciled(table, row, f"rests on the clip {row['CLIPID']}, which clips.csv does not have at this visit")


def _place(row: Row) -> _Place:
    return row["USUBJID"], row["VISIT"], row["SIDE"], row["SEGCD"]


def _cell_faults(cell: Row, clips: Sequence[Row]) -> Iterator[str]:
    if cell["NCLIPS"] != str(len(clips)):
        yield f"NCLIPS is {cell['NCLIPS']!r}, clips.csv has {len(clips)}"
    allowed = _states_of(cell, clips)
    if cell["STATE"] not in allowed:
        yield f"STATE is {cell['STATE']!r}, its clips say {' or '.join(allowed)}"
    if bool(cell["REASON"]) != (cell["STATE"] in {MISSING, NOT_IMAGED}):
        yield f"REASON is {cell['REASON']!r} where STATE is {cell['STATE']!r}"


def _states_of(cell: Row, clips: Sequence[Row]) -> tuple[str, ...]:
    if not clips:
        return (MISSING, NOT_IMAGED)
    if any(row["QCGRADE"] != quality_code(Quality.NON_DIAGNOSTIC) for row in clips):
        return (RECEIVED,)
    return (NON_DIAGNOSTIC,) if cell["NWAIT"] == "0" else (NON_DIAGNOSTIC, RECEIVED)  # what waits may serve


def _replacements(clips: Iterable[Row]) -> Iterator[Unreconciled]:
    of = {row["CLIPID"]: (row["USUBJID"], row["VISIT"]) for row in clips}
    for row in clips:
        taken, named = row["REPLCLIP"], row["STATE"] == REPLACED
        if bool(taken) != named:
            yield Unreconciled(CLIPS, row, f"STATE is {row['STATE']!r} and REPLCLIP is {taken!r}")
        elif taken and of.get(taken) != of[row["CLIPID"]]:
            yield Unreconciled(CLIPS, row, "was replaced by a clip that is not of the same subject and visit")
