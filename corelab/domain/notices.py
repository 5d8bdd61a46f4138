"""What people are told at once: tries at use that nobody is entitled to, keys that were reset, custody that was passed on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from corelab.domain.accounts import FAILURE_WINDOW, Role


class NoticeKind(Enum):
    LOCKED_OUT = "locked_out"
    UNKNOWN_NAMES = "unknown_names"
    SIGNATURES_REFUSED = "signatures_refused"
    CODES_REFUSED = "codes_refused"
    RECOVERY_REFUSED = "recovery_refused"
    SECOND_SIGN_IN = "second_sign_in"
    WORKSTATION_REFUSED = "workstation_refused"
    FACTOR_REMOVAL = "factor_removal"
    OWN_RESET = "own_reset"
    RESET = "reset"
    CUSTODY_GRANTED = "custody_granted"


@dataclass(frozen=True, slots=True)
class Happened:
    """One event that may matter. ``about`` and ``by`` are accounts, ``host`` is the machine."""

    seq: int
    at: datetime
    kind: str
    about: str | None
    by: str | None
    host: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell; ``seq`` and ``at`` of its newest event, ``times`` how often it happened."""

    kind: NoticeKind
    seq: int
    at: datetime
    about: str | None
    by: str | None
    host: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class _Rule:
    """An event becomes a notice for these roles once it happened ``least`` times within ``FAILURE_WINDOW`` at one machine."""

    kind: NoticeKind
    roles: frozenset[Role]
    least: int = 1


_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
_COORDINATORS = frozenset({Role.COORDINATOR})
_REPEATED = 3

_RULES = {
    "account.locked": _Rule(NoticeKind.LOCKED_OUT, _ADMINISTRATORS),
    "signature.refused": _Rule(NoticeKind.SIGNATURES_REFUSED, _ADMINISTRATORS, _REPEATED),
    "code.refused": _Rule(NoticeKind.CODES_REFUSED, _ADMINISTRATORS, _REPEATED),
    "custody.recovery.refused": _Rule(NoticeKind.RECOVERY_REFUSED, _ADMINISTRATORS | _COORDINATORS),
    "signin.elsewhere": _Rule(NoticeKind.SECOND_SIGN_IN, _ADMINISTRATORS),
    "workstation.refused": _Rule(NoticeKind.WORKSTATION_REFUSED, _ADMINISTRATORS),
    "factor.removal.requested": _Rule(NoticeKind.FACTOR_REMOVAL, _ADMINISTRATORS | _COORDINATORS),
    "account.reset": _Rule(NoticeKind.RESET, _COORDINATORS),
    "custody.granted": _Rule(NoticeKind.CUSTODY_GRANTED, _COORDINATORS),
}
_UNKNOWN = _Rule(NoticeKind.UNKNOWN_NAMES, _ADMINISTRATORS, _REPEATED)

KINDS = frozenset((*_RULES, "signin.failed"))
"""The kinds of event that can become a notice for somebody."""


def notices_for(happened: Sequence[Happened], account: str, roles: frozenset[Role]) -> tuple[Notice, ...]:
    """What this person is told of these events, oldest first. Nobody is told of what they did themselves, but of their own failures."""
    groups: dict[tuple[NoticeKind, str | None, str], list[Happened]] = {}
    for event in happened:
        rule = _rule(event, account)
        if rule is not None and (rule.kind is NoticeKind.OWN_RESET or rule.roles & roles) and not _own(event, account):
            groups.setdefault((rule.kind, event.about, event.host), []).append(event)
    told = (_notice(kind, events) for (kind, _, _), events in groups.items() if _often(events, _least(kind)))
    return tuple(sorted(told, key=lambda notice: notice.seq))


def _rule(event: Happened, account: str) -> _Rule | None:
    if event.kind == "signin.failed":
        return _UNKNOWN if event.about is None else None  # a name that somebody has is told when it locks
    if event.kind == "account.reset" and event.about == account:
        return _Rule(NoticeKind.OWN_RESET, frozenset())
    return _RULES.get(event.kind)


_DELIBERATE = frozenset({"account.reset", "custody.granted", "factor.removal.requested"})


def _own(event: Happened, account: str) -> bool:
    return event.kind in _DELIBERATE and event.by == account


def _least(kind: NoticeKind) -> int:
    return next((rule.least for rule in (*_RULES.values(), _UNKNOWN) if rule.kind is kind), 1)


def _often(events: Sequence[Happened], least: int) -> bool:
    """Whether so many of them lie within one window of time."""
    times = sorted(event.at for event in events)
    return any(last - first <= FAILURE_WINDOW for first, last in zip(times, times[least - 1 :], strict=False))


def _notice(kind: NoticeKind, events: Iterable[Happened]) -> Notice:
    found = sorted(events, key=lambda event: event.seq)
    last = found[-1]
    return Notice(kind, last.seq, last.at, last.about, last.by, last.host, len(found))
