"""Words for what can go wrong at work: intake, reading, deciding, comparing, packages, clips.

By the names of the errors: many live in services, which the start of the program must not load, or below them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from corelab.domain.allocation import Shut, Wait
from corelab.domain.vocabulary import ExamState
from corelab.ui.commands import with_keys
from corelab.ui.life_words import LIFE_WORDS
from corelab.ui.said import Words, said
from corelab.ui.specification_words import specification_changed
from corelab.ui.stop_words import stopped

EXAM_STATE_WORDS: Mapping[ExamState, str] = MappingProxyType(
    {
        ExamState.RECEIVING: "Receiving",
        ExamState.READY: "Ready",
        ExamState.ASSIGNED: "Reading",
        ExamState.RELEASED: "Adjudication",
        ExamState.FINAL: "Final",
        ExamState.LOCKED: "Locked",
    }
)
"""By what happens to it next: one word on the counts, in every list."""


def _cells(cells: tuple[Any, ...]) -> str:
    named = [f"{str(cell.segment).removesuffix('.L').removesuffix('.R') or 'the exam'} {cell.item}" for cell in cells[:3]]
    return ", ".join(named) + (f" and {len(cells) - 3} more" if len(cells) > 3 else "")


def _incomplete(error: Any) -> Words:
    missing = tuple(error.missing)
    noun = "question has" if len(missing) == 1 else "questions have"
    happened = f"{len(missing)} {noun} no answer yet: {_cells(missing)}."
    return Words(happened, "Your answers are kept; nothing was signed.", with_keys("Press {first_unanswered} to go to the first one."))


_DECISIONS: Mapping[str, str] = MappingProxyType(
    {
        "open": "is not decided",
        "reason_missing": "has no reason",
        "note_missing": "has a reason that needs a note",
        "frame_missing": "has an own grade without a marked frame ({evidence})",
        "frame_unknown": "has an own grade with a frame that is not one of this exam",
        "check_broken": "breaks a check of the charter",
    }
)


def _undecided(error: Any) -> Words:
    listed = "; ".join(_decision_words(fault) for fault in error.faults[:4])
    more = f"; and {len(error.faults) - 4} more" if len(error.faults) > 4 else ""
    return Words(f"Not signed yet. {listed}{more}.", "Your decisions are kept; nothing was signed.", "Complete each one, then sign.")


def _decision_words(fault: Any) -> str:
    if fault.cell is None:
        return f"The note seems to name a person ({fault.found})"
    said = f" ({fault.found.rstrip('.')})" if fault.found else ""
    return f"{_cells((fault.cell,))} {with_keys(_DECISIONS[fault.kind.value])}{said}"


_CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "unanswered": "has no answer",
        "grade_refused": "has an answer that the charter does not allow",
        "note_missing": "needs a note for its reason",
        "evidence_missing": "needs a frame as evidence ({evidence})",
        "evidence_unknown": "has evidence from a clip of another exam",
        "clip_unplayed": "has a clip that was never played to its end",
        "segment_unplayed": "was answered before its clip was played",
        "identity_in_note": "The note seems to name a person",
    }
)


def check_words(fault: Any) -> str:
    """One hard check in words: ``CFV COMP needs a frame as evidence ({evidence})``."""
    words = with_keys(_CHECKS[fault.code.value])
    if fault.code.value == "identity_in_note":
        return f"{words} ({fault.found})" if fault.found else words
    where = _cells((fault.cell,)) if fault.cell else str(fault.segment or "A segment").removesuffix(".L").removesuffix(".R")
    return f"{where} {words}"


def _checks(error: Any) -> Words:
    faults = tuple(error.faults)
    listed = "; ".join(check_words(fault) for fault in faults[:4])
    more = f"; and {len(faults) - 4} more" if len(faults) > 4 else ""
    return Words(f"Not signed yet. {listed}{more}.", "Everything you answered is kept.", "Correct these, then sign again.")


def _intake(error: Any) -> Words:
    given = f" ({error.value})" if error.value else ""
    happened, _, rest = error.refusal.message.partition(". ")
    kept, do = _kept(rest)
    return Words(f"{happened.rstrip('.')}{given}.", kept, do or "Correct it and try again.")


def _kept(rest: str) -> tuple[str, str]:
    """What a refusal itself says was kept is not said twice."""
    for kept in ("Nothing was changed", "Nothing was taken in"):
        if rest.startswith(kept):
            do = rest.removeprefix(kept).lstrip(".: ")
            return f"{kept}.", do[:1].upper() + do[1:]
    return "Nothing was changed.", rest


def _left_out(listed: tuple[Any, ...]) -> str:
    names = ", ".join(f"{each.subject} {each.visit}" for each in listed[:4])
    return names + (f" and {len(listed) - 4} more" if len(listed) > 4 else "")


def _faulty(error: Any) -> Words:
    listed = "; ".join(str(fault) if isinstance(fault, str) else " ".join(map(str, _pair(fault))) for fault in error.faults[:3])
    return Words(
        f"A check failed: {listed}.",
        "Nothing was released, locked or written.",
        "Do not work on. Keep the folder and compare it with a backup.",
    )


def _pair(fault: Any) -> tuple[Any, ...]:
    return tuple(fault) if isinstance(fault, tuple) else (fault.where, fault.what)


_REJECTED: Mapping[str, str] = MappingProxyType(
    {
        "digest": "its content is not what was signed",
        "signature": "its signature is not valid",
        "sealed": "it cannot be opened with the custody key",
        "charter": "the two readings were made under different versions of the charter",
        "taken": "a decision does not say what the reading it took says",
        "content": "it is not a complete record",
    }
)


def rejected_words(rejected: Any) -> str:
    """An exam that was not compared: ``S01 D10: a signed record was refused, its signature is not valid``."""
    return f"{rejected.subject} {rejected.visit}: a signed record was refused, {_REJECTED[rejected.fault.value]}"


def rejected_do(count: int) -> str:
    left = "This exam was left as it was" if count == 1 else f"These {count} exams were left as they were"
    return f"{left}; the others are done. Keep a backup, and ask who signed the record."


def _clip(error: Any) -> Words:
    happened = "A clip is not the file that was released." if error.changed else "The file of a clip is missing."
    return Words(
        happened, "Your answers are kept. The clip is not shown.", "Tell the coordinator: the lab needs to be checked (corelab verify)."
    )


_CHARTER_REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "other": "This is the charter of another trial; version {what} is in force.",
        "version_used": "The lab knows a charter of version {what} already.",
        "not_later": "This version is not later than {what}, which is in force, or does not name it in supersedes.",
        "step": "What this charter changes asks for a larger step of the version after {what}.",
        "in_use": "The lab's exams name what this charter does not have any more: {what}.",
    }
)


def _unread(error: Any) -> Words:
    if not error.needed:
        return Words(
            "There is no calibration set for the charter in force.",
            "Nothing was opened.",
            "Make it on the People page (corelab training LAB make), have its clips checked by two people, then deal it.",
        )
    return Words(
        f"{error.read} of {error.needed} calibration readings are signed.",
        "Nothing was opened.",
        "Deal what is ready (Overview, Assign); certify when all of them are signed.",
    )


def shut_words(shut: Shut) -> str:
    """When the reader's next exam opens: never how many there are, or whose."""
    if shut.wait is Wait.BATCH:
        return f"Your next batch opens on {shut.opens:%Y-%m-%d} (UTC)."
    return f"You have read what one day takes. Your next reading opens on {shut.opens:%Y-%m-%d} (UTC)."


_MOST_FAULTS = 8


def _case_refused(error: Any) -> Words:
    told = [f"{fault.path}: {fault.message}" for fault in error.faults]
    more = f"; and {len(told) - _MOST_FAULTS} more" if len(told) > _MOST_FAULTS else ""
    correct = f"Correct the file, then add it again. {'; '.join(told[:_MOST_FAULTS])}{more}."
    return Words("The file does not describe an exam of this charter.", "Nothing was made.", correct)


def _charter_refused(error: Any) -> Words:
    happened = _CHARTER_REFUSALS[error.why.value].format(what=error.what)
    return Words(happened, "The charter in force stays.", "Correct the file and approve it again.")


WORK_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        **LIFE_WORDS,
        "ReadingIncompleteError": _incomplete,
        "CaseIncompleteError": _undecided,
        "ChecksFailedError": _checks,
        "ChecksUnconfirmedError": said(
            "Some checks want a reason before it is signed.", "Your answers are kept.", "Confirm each, or correct the answer."
        ),
        "GradeRefusedError": said("This answer is not one of the charter's.", "Nothing was changed.", "Choose one of the answers shown."),
        "DecisionRefusedError": said(
            "This decision is not possible for this dispute.", "Nothing was changed.", "Take A, B or an own grade."
        ),
        "SideUnknownError": said(
            "The side of a segment is not known.", "Nothing was changed.", "Set the limb under study on the Intake page."
        ),
        "NotYoursError": said(
            "This is not in your worklist.", "Nothing was changed.", "Go back to the worklist; it shows what you can open."
        ),
        "NotNextError": said(
            "Only the next reading of your own order can be opened.", "Nothing was changed.", "Open the one that the worklist shows."
        ),
        "NotYetError": lambda error: Words(
            shut_words(error.shut), "Nothing was changed.", "It opens from the worklist on that day. What you signed can be looked at."
        ),
        "AlreadySignedError": said("This is signed already.", "The signed record is kept as it is.", "Go back to the worklist."),
        "ClipsChangedError": said(
            "The clips of this exam changed.", "Your answers are kept.", "Open the reading again and look at the clips."
        ),
        "FormChangedError": said(
            "The questions of this exam changed.", "Your answers are kept; nothing was signed.", "Open it again and look at them."
        ),
        "DraftChangedError": lambda error: Words(
            f"This {'case' if error.kind.value == 'adjudication' else 'reading'} was changed in another window.",
            "What you see was not saved; what was saved in the other window is kept.",
            "Open it again from the worklist.",
        ),
        "CharterRefusedError": _charter_refused,
        "CaseRefusedError": _case_refused,
        "NotTrainedError": said(
            "Your training for this charter, or the certificate it asks for, is not on record.",
            "Nothing was changed.",
            "Ask a coordinator to record it on the People page.",
        ),
        "CalibrationUnreadError": _unread,
        "CharterUnknownError": said("The lab has no such charter.", "Nothing was written.", "Choose one of the list of its charters."),
        "CertificateUnknownError": said(
            "This certificate is not on record.", "Nothing was changed.", "Choose one of the list of the People page."
        ),
        "UnattendedError": said(
            "In this lab signatures are given in the window only.", "Nothing was signed.", "Open the reading and sign there."
        ),
        "RecordRejectedError": said(
            "A signed record is not what was signed.",
            "Its exam was not compared; the others are kept.",
            "Run corelab verify on the lab and keep a backup.",
        ),
        "NoAdjudicatorError": said(
            "Nobody is left to adjudicate: all adjudicators read or handled the subject.",
            "Its exam waits.",
            "Add an adjudicator, then compare again.",
        ),
        "IntakeRefusedError": _intake,
        "TransmittalRefusedError": lambda error: Words(
            f"The transmittal has faults.\n{error.message}\n",
            "Nothing was taken in.",
            "Correct the list with the site, then take the delivery in again.",
        ),
        "ObjectRefusedError": lambda error: Words(
            error.code.message, "The delivered file is kept in quarantine.", "See the row of the object."
        ),
        "NoDisplayError": said(
            "There is no display to open a window on.",
            "Nothing was changed.",
            "Run it on a desktop, or work by command: `corelab --help`; `corelab demo DIR --tour OUT` makes pictures without a display.",
        ),
        "NothingToExportError": lambda error: Words(
            f"No exam is final yet: {_left_out(error.excluded)}.", "No package was written.", "Compare, and let the cases be decided."
        ),
        "NotFinalError": lambda error: Words(
            f"These exams are not final: {_left_out(error.waiting)}.", "Nothing was locked.", "Finish them first."
        ),
        "LockedError": said("The database is locked.", "Nothing was changed.", "A coordinator can unlock it, with a reason."),
        "ManyChartersError": said(
            "Exams were read under versions of the charter that do not fit into the same tables: none of them has all columns.",
            "No package was written. All records and results are kept.",
            "Approve a version that has every item and endpoint of the others, or read again what stands under one of them.",
        ),
        "SpecificationChangedError": specification_changed,
        "NothingToApproveError": said(
            "There is nothing to approve: the next package has every file, column and code of the last one, or that is approved already.",
            "Nothing was signed.",
            "Write the package.",
        ),
        "StopTheLineError": stopped,
        "LabFaultyError": lambda error: replace(_faulty(error), kept="Nothing was done. The lab takes no more records."),
        "ExportedMeanwhileError": lambda error: Words(
            f"Another package was approved while this one was made: {error.transfer}.",
            "This one was not written.",
            "Write the package again.",
        ),
        "PackageExistsError": said(
            "A folder of this name is there already.", "It was not touched.", "Choose another folder, or keep that one."
        ),
        "ClipMissingError": _clip,
        "FrameUnreadableError": said(
            "One frame of the clip cannot be shown.", "The other frames are shown.", "Judge from the other frames."
        ),
        "FileRefusedError": said("This file cannot be shown.", "Nothing was changed.", "Ask the coordinator to look at its intake report."),
        "Cancelled": said("It was stopped.", "Nothing of it is left.", "Begin again when you like."),
        "CharterNotFoundError": lambda error: Words(
            f"There is no charter called {error.name}.",
            "Nothing was changed.",
            f"Shipped are {', '.join(error.shipped)}; or name a file.",
        ),
    }
)
