"""Errors in words for people: what happened, what was kept, what to do now."""

from collections import ChainMap
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from corelab.domain import record_errors as records
from corelab.domain.charter import CharterError, Level
from corelab.domain.forecast.rates import RatesError
from corelab.domain.values import counted
from corelab.ui.access_words import ACCESS_WORDS
from corelab.ui.address_words import ADDRESS_WORDS
from corelab.ui.archive_words import ARCHIVE_WORDS
from corelab.ui.audit_words import AUDIT_WORDS
from corelab.ui.drop_words import DROP_WORDS
from corelab.ui.keeping_words import KEEPING_WORDS
from corelab.ui.query_words import QUERY_WORDS
from corelab.ui.safety_words import SAFETY_WORDS
from corelab.ui.said import Words, said
from corelab.ui.trail_words import TRAIL_WORDS
from corelab.ui.work_words import WORK_WORDS

_BY_NAME = (
    *(ADDRESS_WORDS, ARCHIVE_WORDS, WORK_WORDS, KEEPING_WORDS, TRAIL_WORDS, AUDIT_WORDS, SAFETY_WORDS, QUERY_WORDS),
    DROP_WORDS,
)
"""Words by the names of errors."""


def words_for(error: BaseException) -> Words:
    """The words for an error, by the nearest class that has some; an unknown one is named, so that it can be reported."""
    made = _made_for(error)
    return made(error) if made is not None else _unknown(error)


def is_expected(error: BaseException) -> bool:
    """Whether there are words of its own for it; else it is a fault of the program, and belongs into the log."""
    return _made_for(error) is not None


def _made_for(error: BaseException) -> Callable[[Any], Words] | None:
    named = ChainMap(*(dict(each) for each in _BY_NAME))
    found = (_WORDS.get(kind) or named.get(kind.__name__) for kind in type(error).__mro__)
    return next((each for each in found if each is not None), None)


def _unknown(error: BaseException) -> Words:
    return Words(
        f"Something went wrong that the program did not expect ({type(error).__name__}).",
        "What was saved before is kept.",
        "Try once more. If it happens again, tell your administrator the word in brackets and what you were doing.",
    )


_PERSON_FAULTS = {
    "user_name": "This is no user name: letters, digits and . _ - @ only.",
    "printed_name": "The printed name is blank or too long.",
    "roles": "One person may not have these roles together.",
    "absent": "This person is declared absent already.",
    "here": "This person is not declared absent.",
    "taken": "This user name is taken; names are never used again.",
    "self": "Nobody changes the own account like this.",
    "status": "The account is not in a state for this.",
    "reason": "A reason is needed.",
    "unknown": "There is no such account.",
    "not_reader": "Only active readers are certified.",
    "not_trained": "No training of this person for the charter in force is on record; record it first.",
    "not_coordinator": "Custody is for active coordinators only.",
    "no_factor": "This account has no second factor.",
    "not_requested": "Nobody has asked for this within the last 7 days.",
    "second_person": "Another person has to confirm what you asked for.",
    "identity": "How the identity was checked must be said.",
    "last": "Nobody else holds the custody key; grant it to another coordinator first.",
}


def _disk(error: OSError) -> Words:
    reason = error.strerror or "the disk refused"
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    do = "Check the name, and make the folder first; then try again." if missing else "Make room or access, then try again."
    return Words(f"A file could not be read or written: {reason}.", "What was saved before is kept.", do)


def _charter(error: Any) -> Words:
    """Every fault on a line of its own: the author of a charter hears of all of them at once."""
    faults = tuple(fault for fault in error.faults if fault.level is Level.ERROR) or tuple(error.faults)
    listed = "".join(f"\n  {fault.path}  {fault.message}" for fault in faults)
    happened = f"The charter has {counted(len(faults), 'fault')}:{listed}."
    return Words(happened, "Nothing was changed.", "Correct the file and choose it again.")


def _rates(error: RatesError) -> Words:
    listed = "".join(f"\n  {fault.path or '(file)'}  {fault.message}" for fault in error.faults)
    happened = f"The rates do not fit the charter: {counted(len(error.faults), 'fault')}:{listed}."
    return Words(happened, "Nothing was computed.", "Correct the file of rates and run the command again.")


def _backward(error: records.ClockBackwardError) -> Words:
    return Words(
        f"The clock of this machine stands before the last record ({error.last:%Y-%m-%d %H:%M} UTC).",
        "Your draft is kept; nothing is signed.",
        "Set the clock right, then try again.",
    )


_WORDS: Mapping[type[BaseException], Callable[[Any], Words]] = MappingProxyType(
    {
        **ACCESS_WORDS,
        records.ResealNeededError: said(
            "Your keys are new since a reset.", "Your work is kept.", "A coordinator must hand over your open work: People, Re-seal."
        ),
        records.ResealIncompleteError: lambda error: Words(
            f"Sealed records that the custody key does not open either: {error.damaged}.",
            "The others were handed over.",
            "Run corelab verify on the lab's folder and keep a backup.",
        ),
        records.KeyRefusedError: said(
            "A sealed record cannot be opened with your keys.",
            "It was not changed.",
            "Sign in again. If it happens again, run corelab verify on the lab's folder.",
        ),
        records.NotPermittedError: said("Your role does not allow this.", "Nothing was changed.", "Ask a person with that role."),
        records.PersonRefusedError: lambda error: Words(
            _PERSON_FAULTS.get(error.what, "This account cannot be changed like this."), "Nothing was changed.", "Correct it and try again."
        ),
        records.CustodyMissingError: said(
            "You hold no custody key of this lab.", "Nothing was changed.", "Ask another coordinator to grant custody on the People screen."
        ),
        records.CustodySwappedError: said(
            "The custody key of this lab was changed, and no coordinator signed for it.",
            "Nothing was sealed to it; what was saved before is kept.",
            "Stop work on this lab. Tell a coordinator, and run corelab verify on its folder.",
        ),
        records.ClockBackwardError: _backward,
        records.LabExistsError: said("There is a lab or other files in this folder.", "They were not touched.", "Choose an empty folder."),
        records.NotALabError: said("This folder holds no lab.", "Nothing was changed.", "Choose the folder that holds corelab.db."),
        records.LabCorruptError: said(
            "The database of this lab is damaged.", "It was not changed.", "Do not work on. Restore the last backup, and keep this folder."
        ),
        records.LabReadOnlyError: said(
            "The lab cannot be written.", "What was saved before is kept.", "Ask for write access to the folder."
        ),
        records.LabLockedError: said(
            "The lab is busy: another program is writing into it.",
            "Nothing was lost; the last change is still on screen.",
            "Try again in a moment. If it stays busy, close other windows and commands on this lab.",
        ),
        records.DiskFullError: said("The disk is full.", "What was saved before is kept.", "Make room, then try again."),
        records.LabStorageError: said(
            "The disk or share failed.", "What was saved before is kept.", "Check the disk or network, then try again."
        ),
        records.NewerSchemaError: said(
            "This lab was written by a later version of the program.",
            "It was not changed.",
            "Install that version; it can also open the lab for reading only.",
        ),
        records.MigrationRefusedError: said(
            "This lab of an earlier version does not verify, so it was not brought up to date.",
            "It was not changed.",
            "Run corelab verify on its folder to see what is wrong; work on with a backup that verifies.",
        ),
        records.RecordDamagedError: said(
            "A stored record is not what was signed.", "It was not changed.", "Stop work on this lab and run corelab verify on its folder."
        ),
        records.SubmitConflictError: said("This step was already done by somebody else.", "Their record is kept.", "Open the page again."),
        CharterError: _charter,
        RatesError: _rates,
        OSError: _disk,
    }
)
