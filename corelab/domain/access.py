"""How people get in: how an identity was checked, what a lab asks of passwords and second factors, where somebody is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

from corelab.domain.accounts import Role


class IdentityCheck(Enum):
    """How it was made sure who a person is, before the person got a one-time code."""

    IN_PERSON = "in-person"
    KNOWN = "known"
    DOCUMENT = "document"
    VIDEO = "video"


IDENTITY_WORDS: Mapping[IdentityCheck, str] = MappingProxyType(
    {
        IdentityCheck.IN_PERSON: "Official document, seen in person",
        IdentityCheck.KNOWN: "Known to the lab in person",
        IdentityCheck.DOCUMENT: "Copy of a document, confirmed by phone",
        IdentityCheck.VIDEO: "Official document, shown by video",
    }
)


class Way(Enum):
    """A window stays open and can be left; a command is over as soon as its work is done."""

    WINDOW = "window"
    COMMAND = "command"


class Duty(Enum):
    """What a person has to do after signing in, before anything else."""

    NEW_PASSWORD = "new_password"  # noqa: S105 - no password
    SECOND_FACTOR = "second_factor"


PASSWORD_AGE, SECOND_FACTOR, ENROLLED_ONLY = "password_age_days", "second_factor_roles", "enrolled_workstations_only"


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What this lab asks beyond a password. ``password_age_days`` None: passwords do not age."""

    password_age_days: int | None = None
    second_factor: frozenset[Role] = frozenset()
    enrolled_only: bool = False

    def duties(self, roles: frozenset[Role], *, has_factor: bool, chosen: datetime, now: datetime) -> frozenset[Duty]:
        """``chosen``: when the person last chose a password."""
        aged = self.password_age_days is not None and now - chosen >= timedelta(days=self.password_age_days)
        lacks = bool(self.second_factor & roles) and not has_factor
        asked = ((Duty.NEW_PASSWORD, aged), (Duty.SECOND_FACTOR, lacks))
        return frozenset(duty for duty, open_ in asked if open_)


NO_RULES = AccessRules()
_LONGEST_AGE = 3650


def rules_of(settings: Mapping[str, str]) -> AccessRules:
    """The rules in the stored settings; a setting that is absent or empty is off. Raises ValueError for a value that is none."""
    return AccessRules(
        password_age_days=_days(settings.get(PASSWORD_AGE, "")),
        second_factor=frozenset(Role(each) for each in settings.get(SECOND_FACTOR, "").split(",") if each),
        enrolled_only=_switch(settings.get(ENROLLED_ONLY, "")),
    )


def _days(text: str) -> int | None:
    if not text:
        return None
    days = int(text)
    if not 1 <= days <= _LONGEST_AGE:
        raise ValueError(text)
    return days


def _switch(text: str) -> bool:
    if text not in {"", "on"}:
        raise ValueError(text)
    return text == "on"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in: when, with the local offset in minutes, and at which machine."""

    at: datetime
    tz: int
    host: str


@dataclass(frozen=True, slots=True)
class LastSignIns:
    """The last time this person came in before now, and the last time somebody failed under this name."""

    good: Attempt | None = None
    failed: Attempt | None = None
