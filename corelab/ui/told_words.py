"""What a person is told on signing in and while signed in, in words."""

from collections.abc import Callable, Mapping
from datetime import timedelta, timezone
from types import MappingProxyType

from corelab.domain.access import Attempt, LastSignIns
from corelab.domain.clock import Clock
from corelab.domain.notices import Notice, NoticeKind
from corelab.ui.times import local

_WORDS: Mapping[NoticeKind, Callable[[Notice], str]] = MappingProxyType(
    {
        NoticeKind.LOCKED_OUT: lambda told: f"{told.about} was locked out after too many wrong passwords or codes",
        NoticeKind.UNKNOWN_NAMES: lambda told: f"{told.times} tries to sign in under names that nobody has",
        NoticeKind.SIGNATURES_REFUSED: lambda told: f"{told.times} wrong passwords where {told.about} was to sign",
        NoticeKind.CODES_REFUSED: lambda told: f"{told.times} wrong one-time codes",
        NoticeKind.RECOVERY_REFUSED: lambda told: f"A wrong recovery code was tried by {told.by}",
        NoticeKind.SECOND_SIGN_IN: lambda told: f"{told.about} tried to sign in while signed in elsewhere",
        NoticeKind.WORKSTATION_REFUSED: lambda told: f"{told.about} tried to sign in at a workstation that is not enrolled",
        NoticeKind.FACTOR_REMOVAL: lambda told: (
            f"{told.by} asks to remove the second factor of {told.about}: a second person confirms (People)"
        ),
        NoticeKind.OWN_RESET: lambda told: f"{told.by} reset your password and keys",
        NoticeKind.RESET: lambda told: f"{told.by} reset the password and keys of {told.about}",
        NoticeKind.CUSTODY_GRANTED: lambda told: f"{told.by} gave the custody key to {told.about}",
    }
)


def notice_words(notice: Notice, clock: Clock) -> str:
    """One sentence: who did what, at which machine, when (local time)."""
    where = f", on {notice.host}" if notice.host else ""
    return f"{_WORDS[notice.kind](notice)}{where}, {local(notice.at, clock):%Y-%m-%d %H:%M}."


def last_words(last: LastSignIns) -> str:
    """When this person came in last, and when somebody failed under the name last."""
    return f"Last sign-in: {_attempt(last.good)}. Last failed sign-in: {_attempt(last.failed)}."


def _attempt(attempt: Attempt | None) -> str:
    if attempt is None:
        return "none"
    at = attempt.at.astimezone(timezone(timedelta(minutes=attempt.tz)))
    return f"{at:%Y-%m-%d %H:%M} ({at.tzname()}) on {attempt.host}"
