"""Alerts of a charter: which fire on a signed reading, and which on the results of a comparison. For coordinators, without the grades."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from corelab.domain.audit import SALT_BYTES, canonical
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_condition import Condition
from corelab.domain.charter.model_rules import Alert
from corelab.domain.conditions import fired
from corelab.domain.places import members_of, run_time_ids
from corelab.domain.resolving import Ground, resolve
from corelab.domain.vocabulary import Cell, Grade, SegmentId

After = Literal["signing", "comparison"]
ValuesOf = Callable[[str], Sequence[str | None]]
"""Every value of a derivation, None for one that is missing."""
STEP: Final = 512
_LONGEST_ID = "-" * 36


@dataclass(frozen=True, slots=True)
class Fired:
    """One alert that fired; ``segments`` are those on which it did, none for a rule about the whole exam."""

    alert: str
    segments: tuple[SegmentId, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"alert": self.alert, "segments": list(self.segments)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Fired":
        return cls(value["alert"], tuple(map(SegmentId, value["segments"])))


def fired_alerts(ground: Ground, after: After, grades: Mapping[Cell, Grade], values: ValuesOf) -> tuple[Fired, ...]:
    """The alerts that these grades and derived values fire. What is unknown fires nothing."""
    found = (_fired(ground, alert, grades, values) for alert in ground.charter.alerts if alert.after == after)
    return tuple(one for one in found if one is not None)


def derivations_of(charter: Charter, after: After) -> frozenset[str]:
    """The derivations that an alert looks at."""
    return frozenset(alert.derivation for alert in charter.alerts if alert.after == after and alert.derivation is not None)


def _fired(ground: Ground, alert: Alert, grades: Mapping[Cell, Grade], values: ValuesOf) -> Fired | None:
    if alert.fires_when is not None:
        return _on_grades(ground, alert, alert.fires_when, grades)
    known = (value for value in values(alert.derivation or "") if value is not None)
    return Fired(alert.id) if any(_beyond(alert, value) for value in known) else None


def _on_grades(ground: Ground, alert: Alert, condition: Condition, grades: Mapping[Cell, Grade]) -> Fired | None:
    if alert.each is None:
        return Fired(alert.id) if fired(resolve(condition, ground), grades) else None
    group = members_of(ground.charter, ground.attributes, groups=(alert.each,))
    kept = members_of(ground.charter, ground.attributes, groups=(alert.each,), where=alert.where)
    present = (one for one in kept if not ground.attributes.absent(one))
    on = tuple(one for one in present if fired(resolve(condition, ground, one, group), grades))
    return Fired(alert.id, on) if on else None


def _beyond(alert: Alert, value: str) -> bool:
    """Whether a derived value is one of the alert's, or beyond a bound of it."""
    if alert.values is not None and value in alert.values:
        return True
    above = alert.above is not None and float(value) > alert.above
    return above or (alert.below is not None and float(value) < alert.below)


def room_of(charter: Charter) -> int:
    """Bytes that hold every alert of a charter on every segment: what fired does not show in the length."""
    groups = {alert.id: charter.group(alert.each).segments if alert.each else () for alert in charter.alerts}
    at_most = [Fired(alert, run_time_ids(charter, segments)).to_json() for alert, segments in groups.items()]
    payload = {"after": "comparison", "fired": at_most, "record": _LONGEST_ID}
    return -(-(len(canonical(payload)) + SALT_BYTES + 1) // STEP) * STEP
