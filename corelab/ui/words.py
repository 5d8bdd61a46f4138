"""Errors in words for people: what happened, what was kept, what to do now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Words:
    """The three sentences of an error, and the first one short enough for a title."""

    happened: str
    kept: str
    do: str


def words_for(error: BaseException) -> Words:
    """The words for an error, by the nearest class that has some; an unknown one is named, so that it can be reported."""
    for kind in type(error).__mro__:
        made = _WORDS.get(kind.__name__)
        if made is not None:
            return made(error)
    return _unknown(error)


def _unknown(error: BaseException) -> Words:
    return Words(
        f"Something went wrong that the program did not expect ({type(error).__name__}).",
        "What was saved before is kept.",
        "Try once more. If it happens again, tell your administrator the word in brackets and what you were doing.",
    )


def _said(happened: str, kept: str, do: str) -> Callable[[BaseException], Words]:
    return lambda _error: Words(happened, kept, do)


def _missing(error: BaseException) -> Words:
    missing = getattr(error, "missing", ())
    count = len(missing)
    first = f" The first is {missing[0].segment or 'the whole exam'}, {missing[0].item}." if count else ""
    return Words(f"{count} questions have no answer yet.{first}", "Your answers are kept.", "Press G to go to the first one.")


def _disk(error: BaseException) -> Words:
    reason = getattr(error, "strerror", None) or "the disk refused"
    return Words(
        f"A file could not be read or written: {reason}.", "What was saved before is kept.", "Make room or access, then try again."
    )


def _charter(error: BaseException) -> Words:
    faults = getattr(error, "faults", ())
    listed = "; ".join(f"{getattr(fault, 'path', '')} {getattr(fault, 'message', fault)}".strip() for fault in faults[:5])
    return Words(f"The charter has {len(faults)} faults. {listed}", "Nothing was changed.", "Correct the file and choose it again.")


# By name: most of these classes live below services, where the window may not look.
_WORDS: Mapping[str, Callable[[BaseException], Words]] = MappingProxyType(
    {
        "SignInRefusedError": _said(
            "User name or password is not right.", "Nothing was changed.", "Try again. Five wrong tries in 15 minutes lock the account."
        ),
        "AccountLockedError": _said(
            "This account is locked after too many wrong passwords.", "Your work is kept.", "Ask an administrator to unlock it."
        ),
        "WrongPasswordError": _said("The password is not right.", "Nothing was signed; your work is kept.", "Type the password again."),
        "NotPermittedError": _said("Your role does not allow this.", "Nothing was changed.", "Ask a person with that role."),
        "CodeRefusedError": _said(
            "This one-time code is not known, was used, or is too old.",
            "Nothing was changed.",
            "Check the code, or ask an administrator for a new one.",
        ),
        "ReadingIncompleteError": _missing,
        "CharterError": _charter,
        "OSError": _disk,
    }
)
