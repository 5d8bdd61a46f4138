"""Charters in words: faults, changes between two versions, and what approving one does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from corelab.domain.charter import Fault, Level
from corelab.domain.charter.step import Change, Step
from corelab.domain.values import counted
from corelab.services.charter_approval import Approved
from corelab.services.charter_check import Compared, Report
from corelab.services.charter_versions import Later, Version
from corelab.ui.words import words_for

SHORT: Final = 12
"""So many hex digits of a hash are shown."""
APPROVAL: Final = (
    "It is in force for exams that come in from now on. Exams that are in the lab keep theirs: "
    "no signed reading, result or package changes."
)


def change_words(change: Change) -> str:
    if change.old is not None and change.new is not None:
        return f"{change.how.value}: {_line(change.old)} \u2192 {_line(change.new)}"
    said = change.new if change.new is not None else change.old
    return f"{change.how.value}: {_line(said)}" if said else change.how.value


def _line(text: str) -> str:
    return " ".join(text.split())


def step_words(compared: Compared) -> str:
    """What the changes need, beside what the version says."""
    if not compared.changes:
        return f"Nothing differs from version {compared.version}."
    given = f"a {compared.given.word} step" if compared.given is not Step.NONE else "no step"
    enough = "that is enough" if compared.given >= compared.needed else "that is too small"
    counts = f"{counted(len(compared.changes), 'change')} since version {compared.version}."
    need = "It needs" if len(compared.changes) == 1 else "They need"
    return f"{counts} {need} a {compared.needed.word} step; the version makes {given}: {enough}."


def fault_words(fault: Fault) -> str:
    """The message, with what is allowed there and what was probably meant."""
    shown = ", ".join(fault.allowed[:6]) + (", ..." if len(fault.allowed) > 6 else "")
    allowed = f" Allowed: {shown}." if shown else ""
    meant = f" Did you mean {fault.suggestion}?" if fault.suggestion else ""
    return f"{fault.message}.{allowed}{meant}"


def report_words(report: Report) -> str:
    errors = sum(fault.level is Level.ERROR for fault in report.faults)
    return f"{counted(errors, 'error')}, {counted(len(report.faults) - errors, 'warning')}"


def later_words(later: Later) -> str:
    """Whether a file can be approved, and if not, why."""
    if later.refused is not None:
        return words_for(later.refused).all
    if not later.report.ok:
        return "It has errors and cannot be approved. Nothing was changed. Correct the file and check it again."
    return APPROVAL


def locked_words(version: Version, signed_at: datetime | None) -> str:
    """``signed_at``: when the first reading under it was signed, in local time."""
    if signed_at is None:
        return "No reading is signed under it yet."
    readings = counted(version.readings, "signed reading")
    return f"Locked since the first signed reading, {signed_at:%Y-%m-%d %H:%M}: {readings}. Only a later version can follow."


def approved_words(done: Approved) -> str:
    words = f"Charter {done.version} ({done.charter[:SHORT]}) is in force after {done.former}."
    if done.untrained:
        words += f" {counted(done.untrained, 'active reader or adjudicator')} open nothing until their training for it is recorded."
    return words


def chosen_words(versions: Sequence[Version], row: int) -> str:
    """What a version changed, in its author's words."""
    return f"What version {versions[row].version} changes: {_line(versions[row].changes)}" if 0 <= row < len(versions) else ""
