"""Errors of signing in and of signing in words: what happened, what was kept, what to do now."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from corelab.domain import record_errors as records
from corelab.domain.access import Duty
from corelab.domain.accounts import SHORTEST_PASSWORD, PasswordFault
from corelab.ui.said import Words, said

PASSWORD_FAULTS = {
    PasswordFault.SHORT: f"The password is shorter than {SHORTEST_PASSWORD} characters.",
    PasswordFault.LONG: "The password is longer than 128 characters.",
    PasswordFault.COMMON: "The password is one of the common ones.",
    PasswordFault.SAME: "The new password is the old one.",
}

_DUTIES = {
    Duty.NEW_PASSWORD: "Your password is older than this lab allows.",
    Duty.SECOND_FACTOR: "This lab asks for a second factor in your role.",
}
_DUTIES_DO = {
    Duty.NEW_PASSWORD: "Change it: in the window after signing in, or with corelab password LAB.",
    Duty.SECOND_FACTOR: "Sign in once in the window and set it up there.",
}


def _duty(error: records.DutyOpenError) -> Words:
    first = next(duty for duty in Duty if duty in error.duties)
    return Words(_DUTIES[first], "Nothing was changed.", _DUTIES_DO[first])


def _elsewhere(error: records.SignedInElsewhereError) -> Words:
    where = "in another window on this machine" if error.here else f"on {error.host}"
    return Words(
        f"You are signed in already {where}, since {error.since:%Y-%m-%d %H:%M} UTC.",
        "What is saved there is kept.",
        "Sign out there, or end that sign-in from here with your password. If it was not you, tell an administrator.",
    )


def _locked(error: records.AccountLockedError) -> Words:
    do = "Wait 15 minutes, or ask an administrator to unlock it." if error.until else "Ask an administrator to unlock it."
    return Words("This account is locked after too many wrong passwords.", "Your work is kept.", do)


def _code(error: records.CodeRefusedError) -> Words:
    happened = "This code is too old." if error.expired else "This code is not known, or was used."
    return Words(happened, "Nothing was changed.", "Check each character, or ask for a new code.")


ACCESS_WORDS: Mapping[type[BaseException], Callable[[Any], Words]] = MappingProxyType(
    {
        records.SignInRefusedError: said(
            "User name or password is not right.", "Nothing was changed.", "Try again. Five wrong tries within 15 minutes lock the account."
        ),
        records.PasswordWrongError: said(
            "The password is not right.", "Nothing was changed.", "Try again. Five wrong tries within 15 minutes lock the account."
        ),
        records.SecondFactorNeededError: said(
            "This account has a second factor.",
            "Nothing was changed.",
            "Type the 6 digits that your authenticator shows; for a command, put them into CORELAB_CODE.",
        ),
        records.SecondFactorRefusedError: said(
            "The code of the second factor is not right, or was used.",
            "Nothing was changed.",
            "Wait for the next code and try again. Five wrong tries within 15 minutes lock the account.",
        ),
        records.SecondFactorClosedError: said(
            "The second factor of this account cannot be changed or used like this.",
            "It was not changed.",
            "Two people remove it: an administrator asks, another administrator or a coordinator confirms. Then set it up anew.",
        ),
        records.SignedInElsewhereError: _elsewhere,
        records.WorkstationRefusedError: lambda error: Words(
            f"This lab lets people in only at enrolled workstations, and this one ({error.host}, {error.workstation[:8]}) is none of them.",
            "Nothing was changed.",
            "Ask an administrator to enrol it on the People screen, or go to one that is enrolled.",
        ),
        records.DutyOpenError: _duty,
        records.StatementNotAcceptedError: said(
            "You have not accepted yet that your electronic signature binds like a handwritten one.",
            "Nothing was signed; your work is kept.",
            "Sign out and in again to read and accept it, or use corelab acknowledge LAB. Then sign.",
        ),
        records.AccessRefusedError: lambda error: Words(
            f"{error.name} cannot be {error.value or 'this'}.", "Nothing was changed.", "See corelab access --help for the values."
        ),
        records.AccountLockedError: _locked,
        records.SignedOutError: said(
            "This sign-in is over: signed out, ended from another workstation, or the account was changed.",
            "What was saved is kept.",
            "Sign in again.",
        ),
        records.CodeRefusedError: _code,
        records.PasswordRefusedError: lambda error: Words(
            PASSWORD_FAULTS[error.fault], "Nothing was changed.", "Choose another: several words that only you would put together."
        ),
    }
)
