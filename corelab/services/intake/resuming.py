"""Objects whose bytes are known already: clips of this exam or of another, and what an interrupted delivery had finished."""

from dataclasses import dataclass, field

from corelab.domain.intake import Outcome
from corelab.storage import registry
from corelab.storage.registry import ObjectRecord
from corelab.storage.snapshot import Snapshot


def known(snapshot: Snapshot, sha256: str) -> tuple[ObjectRecord, ...]:
    """Objects with the same bytes that are clips already, or on the way to become one."""
    found = (one for one in registry.objects(snapshot, sha256=sha256) if one.outcome not in {Outcome.REJECTED, Outcome.DUPLICATE})
    return tuple(one for one in found if not registry.is_rejected(snapshot, one.id))


@dataclass(slots=True)
class Interrupted:
    """Which deliveries ended before their end; each is looked up once. ``now`` is the one under way."""

    now: str
    looked_up: dict[str, bool] = field(default_factory=dict)

    def had(self, snapshot: Snapshot, sha256: str) -> bool:
        """Every delivery that brought these bytes was interrupted: this one is no repetition, it goes on where that one ended."""
        deliveries = {one.delivery for one in registry.objects(snapshot, sha256=sha256)}
        return bool(deliveries) and all(one != self.now and self._was(snapshot, one) for one in deliveries)

    def _was(self, snapshot: Snapshot, delivery: str) -> bool:
        if delivery not in self.looked_up:
            self.looked_up[delivery] = _ended_early(snapshot, delivery)
        return self.looked_up[delivery]


def _ended_early(snapshot: Snapshot, delivery: str) -> bool:
    """Fewer objects are recorded than it announced. Deliveries of older versions announced nothing: they count as whole."""
    opened = snapshot.events(kind="delivery.opened", id=delivery)
    announced = snapshot.opening_of(opened[0]["seq"]).get("objects") if opened else None
    return isinstance(announced, int) and announced > len(registry.objects(snapshot, delivery_id=delivery))
