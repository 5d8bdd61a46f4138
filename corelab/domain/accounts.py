"""People: their roles, what each role may do, what a signature means, and the rules of user names, passwords and lockout."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

from corelab.domain.vocabulary import AccountId


class Role(Enum):
    READER = "reader"
    ADJUDICATOR = "adjudicator"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Command(Enum):
    """Everything a person does that a role decides about."""

    READ = "read"
    ADJUDICATE = "adjudicate"
    WORKLIST = "worklist"
    INTAKE = "intake"
    PIXELS = "pixels"
    LABEL = "label"
    SUBJECT = "subject"
    EXAM = "exam"
    QUERY = "query"
    QUERIES = "queries"
    TRAINING = "training"
    CHARTER = "charter"
    CUSTODY = "custody"
    SETTINGS = "settings"
    ASSIGN = "assign"
    COMPARE = "compare"
    REOPEN = "reopen"
    INVALIDATE = "invalidate"
    STATUS = "status"
    SAFETY = "safety"
    LOCK = "lock"
    EXPORT = "export"
    AGREEMENT = "agreement"
    ACCOUNT = "account"
    PEOPLE = "people"
    FACTOR = "factor"
    REDACT = "redact"
    CONFIRM_REDACTION = "confirm redaction"
    AUDIT = "audit"
    REVIEW = "review"
    BACKUP = "backup"
    RESTORE = "restore"
    HELP = "help"


_COORDINATION = frozenset(
    {
        Command.INTAKE,
        Command.PIXELS,
        Command.LABEL,
        Command.SUBJECT,
        Command.EXAM,
        Command.QUERY,
        Command.QUERIES,
        Command.TRAINING,
        Command.CHARTER,
        Command.CUSTODY,
        Command.SETTINGS,
        Command.ASSIGN,
        Command.COMPARE,
        Command.REOPEN,
        Command.INVALIDATE,
        Command.REDACT,
        Command.CONFIRM_REDACTION,
        Command.STATUS,
        Command.SAFETY,
        Command.LOCK,
        Command.EXPORT,
        Command.AGREEMENT,
    }
)

ROLE_COMMANDS: Mapping[Role, frozenset[Command]] = MappingProxyType(
    {
        Role.READER: frozenset({Command.READ, Command.WORKLIST, Command.HELP}),
        Role.ADJUDICATOR: frozenset({Command.ADJUDICATE, Command.WORKLIST, Command.HELP}),
        Role.COORDINATOR: _COORDINATION | {Command.PEOPLE, Command.FACTOR, Command.AUDIT, Command.BACKUP, Command.RESTORE, Command.HELP},
        Role.ADMINISTRATOR: frozenset({Command.ACCOUNT, Command.PEOPLE, Command.FACTOR, Command.BACKUP, Command.RESTORE, Command.HELP}),
        Role.AUDITOR: frozenset({Command.AUDIT, Command.REVIEW, Command.CONFIRM_REDACTION, Command.QUERIES, Command.PEOPLE, Command.HELP}),
    }
)
"""The one table of who may do what; every service asks it."""


def role_for(roles: Collection[Role], command: Command) -> Role | None:
    """The role in which a person with ``roles`` may do this, or None."""
    return next((role for role in Role if role in roles and command in ROLE_COMMANDS[role]), None)


_APART: tuple[tuple[frozenset[Role], frozenset[Role]], ...] = (
    (frozenset({Role.COORDINATOR}), frozenset({Role.READER, Role.ADJUDICATOR, Role.ADMINISTRATOR})),
    (frozenset({Role.ADMINISTRATOR}), frozenset(Role) - {Role.ADMINISTRATOR}),
    (frozenset({Role.AUDITOR}), frozenset({Role.READER, Role.ADJUDICATOR})),
)


def may_combine(roles: Collection[Role]) -> bool:
    """Whether one person may have all of these roles, and at least one."""
    held = frozenset(roles)
    return bool(held) and not any(held & one and held & other for one, other in _APART)


class Meaning(Enum):
    """What a signature says; a closed list."""

    READING = "reading authorship"
    ADJUDICATION = "adjudication"
    QC_REVIEW = "QC review"
    RELEASE = "release"
    CHARTER_APPROVAL = "charter approval"
    CUSTODY_CHANGE = "custody change"
    LOCK_APPROVAL = "lock approval"
    UNLOCK_APPROVAL = "unlock approval"
    PACKAGE_APPROVAL = "package approval"
    SPECIFICATION_APPROVAL = "specification approval"
    INVALIDATION = "invalidation"
    AUDIT_REVIEW = "audit review"


_MEANING_ROLES = {Meaning.READING: Role.READER, Meaning.ADJUDICATION: Role.ADJUDICATOR, Meaning.AUDIT_REVIEW: Role.AUDITOR}


def role_of_meaning(meaning: Meaning) -> Role:
    """The only role that may sign with this meaning."""
    return _MEANING_ROLES.get(meaning, Role.COORDINATOR)


class Status(Enum):
    INVITED = "invited"
    ACTIVE = "active"
    LOCKED = "locked"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class Person:
    """One account as others may see it."""

    account: AccountId
    user_name: str
    printed_name: str
    roles: frozenset[Role]
    status: Status

    @property
    def active(self) -> bool:
        return self.status is Status.ACTIVE


LONGEST_USER_NAME = 64
LONGEST_PRINTED_NAME = 120


def user_key(name: str) -> str:
    """The one form of a user name that is stored and compared: NFKC, case-folded, without outer spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    return unicodedata.normalize("NFKC", folded)


def is_user_name(name: str) -> bool:
    """Letters, digits, and ``. _ - @`` inside; at most 64 characters."""
    key = user_key(name)
    return 0 < len(key) <= LONGEST_USER_NAME and all(each.isalnum() or each in "._-@" for each in key)


def is_printed_name(name: str) -> bool:
    """Something to print: not blank, no control characters, at most 120 characters."""
    return bool(name.strip()) and len(name) <= LONGEST_PRINTED_NAME and name.isprintable()


class PasswordFault(Enum):
    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    SAME = "same"


SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128

# fmt: off
_COMMON_STEMS = (
    "password", "passw0rd", "p@ssword", "p@ssw0rd", "passwort", "letmein", "welcome", "iloveyou", "sunshine", "princess", "football",
    "baseball", "superman", "dragon", "monkey", "master", "shadow", "qwerty", "qwertyuiop", "qwertz", "asdfghjkl", "zxcvbnm",
    "1q2w3e4r5t6y", "1qaz2wsx3edc", "abcdefghijkl", "abcd", "abc", "admin", "administrator", "changeme", "secret", "trustno",
    "whatever", "starwars", "corelab", "ultrasound", "hospital", "doctor",
)
# fmt: on


def password_fault(password: str) -> PasswordFault | None:
    """Why this password may not be used. Length in characters after NFC; no rule of composition, but not one of the common ones."""
    length = len(unicodedata.normalize("NFC", password))
    if length < SHORTEST_PASSWORD:
        return PasswordFault.SHORT
    if length > LONGEST_PASSWORD:
        return PasswordFault.LONG
    return PasswordFault.COMMON if _is_common(password.casefold()) else None


def _is_common(password: str) -> bool:
    """A short pattern over and over, a run of digits, or common words with digits and signs around them."""
    if any(password == (password[:period] * len(password))[: len(password)] for period in range(1, 5)):
        return True
    if password in _DIGITS or password in _DIGITS[::-1]:
        return True
    bare = password.strip("0123456789!?.,-_#*$%&+ ")
    return any(bare in (stem, stem * 2, stem * 3) for stem in _COMMON_STEMS)


_DIGITS = "0123456789" * 13


MOST_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)


def locks(failures: Sequence[datetime], now: datetime) -> bool:
    """Whether these failures since the last success lock the account. A clock that was set back frees nobody: later times count too."""
    return sum(at > now - FAILURE_WINDOW for at in failures) >= MOST_FAILURES


INVITATION_LIFE = timedelta(days=7)
