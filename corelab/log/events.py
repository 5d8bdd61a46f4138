"""Every event that the log may hold, with its level and its fields. What is not here is refused."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from corelab.log import fields
from corelab.log.fields import Kind, NotOfThisKindError, Value

_SYSTEM = fields.one_of("linux", "win32", "darwin", "other")
_QT_LEVEL = fields.one_of("debug", "info", "warning", "critical", "fatal")


class LogRefusedError(ValueError):
    """An event or field that is not on the list, or a value that the field may not hold. It names the field, not the value."""


@dataclass(frozen=True, slots=True)
class Event:
    level: int
    fields: Mapping[str, Kind]


EVENTS: Mapping[str, Event] = MappingProxyType(
    {
        "program.started": Event(logging.INFO, {"version": fields.version, "python": fields.version, "system": _SYSTEM}),
        "sign_in.accepted": Event(logging.INFO, {}),
        "sign_out": Event(logging.INFO, {}),
        "temporary.cleaned": Event(logging.INFO, {"folders": fields.whole}),
        "work.slow": Event(logging.INFO, {"work": fields.work, "ms": fields.whole}),
        "work.refused": Event(logging.INFO, {"work": fields.work, "fault": fields.fault, "at": fields.places}),
        "command.ended": Event(logging.INFO, {"work": fields.work, "code": fields.whole, "ms": fields.whole}),
        "qt.said": Event(logging.WARNING, {"level": _QT_LEVEL, "function": fields.qt_function}),
        "fault": Event(logging.ERROR, {"fault": fields.fault, "at": fields.places}),
        "fault.unraisable": Event(logging.ERROR, {"fault": fields.fault, "at": fields.places}),
    }
)


def checked(event: str, given: Mapping[str, object]) -> dict[str, Value]:
    """The fields as they are written. Raises LogRefusedError."""
    known = EVENTS.get(event)
    if known is None:
        raise LogRefusedError(f"no event {event!r}")
    if given.keys() != known.fields.keys():
        raise LogRefusedError(f"{event} has the fields {sorted(known.fields)}, not {sorted(given)}")
    return {name: _checked(event, name, kind, given[name]) for name, kind in known.fields.items()}


def _checked(event: str, name: str, kind: Kind, value: object) -> Value:
    try:
        return kind(value)
    except NotOfThisKindError:
        raise LogRefusedError(f"{name} of {event} may not hold this") from None
