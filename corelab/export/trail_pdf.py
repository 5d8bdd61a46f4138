"""The audit trail on paper: one row per event, with the checkpoint's short form at the foot of every page."""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.export.print_page import Column, Foot, Pages

TRAIL_COLUMNS: tuple[Column, ...] = (
    ("No.", 0.06),
    ("Time", 0.17),
    ("Person, role", 0.15),
    ("Workstation", 0.1),
    ("What happened", 0.17),
    ("Record", 0.19),
    ("Reason", 0.16),
)


@dataclass(frozen=True, slots=True)
class TrailPrint:
    """What is printed: ``scope`` says the filter in words, ``rows`` have one text per column of TRAIL_COLUMNS."""

    trial: str
    kind: str
    scope: str
    printed: str
    checkpoint: str
    rows: Sequence[Sequence[str]]


def trail_pdf(what: TrailPrint) -> bytes:
    """The PDF; the same content gives the same bytes."""
    foot = Foot(f"Audit trail of trial {what.trial}. Printed {what.printed}.", f"Checkpoint {what.checkpoint}")
    pages = Pages(foot, title=f"Audit trail {what.trial}", badge="" if what.kind == "trial" else what.kind.upper(), wide=True)
    pages.heading(f"Audit trail of trial {what.trial}", 16)
    pages.words(f"{len(what.rows)} events. {what.scope}")
    pages.words("Times are those of the workstation, with its zone. Numbers are those of the chain.", second=True)
    pages.gap()
    pages.table(TRAIL_COLUMNS, what.rows)
    return pages.finished()
