"""The trail inside a package against itself: chain, payloads, signatures, checkpoint. The script in the package does the same anew.

Events and what they say are read once, side by side: what is kept of them is what the tables are held against.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from corelab.domain import audit
from corelab.domain.checkpoint import Checkpoint, CheckpointRefusedError, parse_checkpoint
from corelab.domain.redaction import may_be_emptied
from corelab.export.check import Loaded, PackageFault, limited
from corelab.services.packages.trail_files import CHECKPOINT, DAMAGED, EVENTS, OPENINGS, Json, Openings, records, unreadable
from corelab.services.packages.trail_recorded import Recorded
from corelab.services.packages.trail_signatures import Signatures, keys_of

_OF_REDACTIONS = frozenset({"payload.redacted", "redaction.requested"})


@dataclass
class _Emptied:
    """What is needed to tell whether a payload was emptied by two people: known once the trail was read."""

    events: list[tuple[Json, int]] = field(default_factory=list)
    causes: dict[int, Json] = field(default_factory=dict)
    said: dict[int, Json] = field(default_factory=dict)

    def faults(self) -> Iterator[PackageFault]:
        for event, by in self.events:
            what = self._fault(event, self.causes.get(by, {}))
            if what is not None:
                yield PackageFault(_told(event), what)

    def _fault(self, event: Json, cause: Json) -> str | None:
        """Another person had asked for what the redaction did, and nothing stands on what is gone."""
        same = ("event", str(event["seq"]))
        if (cause.get("kind"), cause.get("entity"), cause.get("id")) != ("payload.redacted", *same):
            return "was emptied without a redaction on record"
        if not may_be_emptied(event["kind"]):
            return "was emptied, and has to stay"
        said = self.said.get(cause["seq"], {})
        asked = self.causes.get(said.get("requested", 0), {})
        before = asked.get("seq", cause["seq"]) < cause["seq"]
        two = asked.get("actor") == said.get("second") not in {None, cause["actor"]}
        named = (asked.get("kind"), asked.get("entity"), asked.get("id")) == ("redaction.requested", *same)
        return None if before and two and named else "was emptied without a second person"


def _told(event: Json) -> str:
    return f"{OPENINGS} event {event['seq']} ({event['kind']})"


class Trail:
    """One package's audit folder, read once. ``found`` is everything that is wrong with it; ``recorded`` what its events say of records.

    A file that cannot be read is a fault, and what follows in it is not known.
    """

    def __init__(self, loaded: Loaded, brought: Sequence[Checkpoint] = ()) -> None:
        self._loaded = loaded
        found: list[PackageFault] = []
        self._keys = keys_of(loaded, found)
        self._signatures = Signatures(loaded, self._keys, found)
        self._heads: dict[int, str | None] = {one.seq: None for one in brought}
        self._emptied = _Emptied()
        self.recorded = Recorded(loaded)
        self.lab: str | None = None
        self._count, self._prev = 0, ""
        self._openings = Openings(loaded)
        found += limited(self._walked(), EVENTS)
        found += self._openings.faults
        found += limited(self._emptied.faults(), OPENINGS)
        found += self._checkpointed()
        self.found = tuple(found)

    @property
    def counted(self) -> Mapping[str, int]:
        return {"events": self._count, "payloads": self._openings.count, "signatures": 1 + self._signatures.count}

    def against(self, brought: Sequence[Checkpoint]) -> Iterator[PackageFault]:
        """What checkpoints that were kept outside say about it: those that it was read with."""
        for one in brought:
            head, where = self._heads.get(one.seq), f"checkpoint {one.short}"
            if head is None:
                yield PackageFault(where, f"is of a later event than this package holds ({self._count}): bring it to the lab")
            elif head != one.head:
                yield PackageFault(where, f"event {one.seq} of the package is another one: the chain was made anew, or is another copy's")
            elif one.signed is not None and not self._keys.signed(one):
                yield PackageFault(where, "its signature is by no key of the package, or does not verify")

    # ---------------------------------------------------------------- events, one after the other

    def _walked(self) -> Iterator[PackageFault]:
        if EVENTS not in self._loaded.present:
            yield PackageFault(EVENTS, "is missing")
            return
        try:
            for _, event in records(self._loaded, EVENTS):
                yield from self._event(event)
            yield from self._ended()
        except DAMAGED as error:
            yield unreadable(EVENTS, error)

    def _event(self, event: Json) -> Iterator[PackageFault]:
        seq = int(event["seq"])
        self._count += 1
        if self.lab is None:
            self.lab, self._prev = str(event["lab"]), audit.genesis(str(event["lab"]))
        place = f"{EVENTS} event {seq} ({event['kind']})"
        if seq != self._count:
            yield PackageFault(place, f"stands where event {self._count} should")
        if event["prev"] != self._prev:
            yield PackageFault(place, "does not continue the event before it")
        if audit.Header(**{name: value for name, value in event.items() if name != "hash"}).hash != event["hash"]:
            yield PackageFault(place, "differs from its hash")
        self._prev = event["hash"]
        if seq in self._heads:
            self._heads[seq] = event["hash"]
        if event["kind"] in _OF_REDACTIONS:
            self._emptied.causes[seq] = event
        yield from self._signatures.faults(event)
        yield from self._payload(event)

    def _payload(self, event: Json) -> Iterator[PackageFault]:
        seq, told = event["seq"], None
        for stray in self._openings.before(seq):
            yield PackageFault(f"{OPENINGS} event {stray}", "is told but has no payload")
        if event["payload"]:
            told = self._openings.of(seq)
            if told is None and self._openings.whole:
                yield PackageFault(f"{OPENINGS} event {seq}", "is not told")
        fault = self._told_fault(event, told[1]) if told is not None else None
        if fault is not None:
            yield PackageFault(_told(event), fault)
        elif told is not None:
            self.recorded.take(event, told, self._signatures.of(seq))
        else:
            self.recorded.note(event)

    def _told_fault(self, event: Json, told: Json) -> str | None:
        try:
            return self._form_fault(event, told)
        except DAMAGED as error:
            return f"cannot be read ({type(error).__name__})"

    def _form_fault(self, event: Json, told: Json) -> str | None:
        match told["form"]:
            case "clear" | "opened":
                if event["kind"] in _OF_REDACTIONS:
                    self._emptied.said[event["seq"]] = told["payload"]
                opening = bytes.fromhex(told["salt"]) + audit.canonical(told["payload"])
                return None if audit.payload_digest(opening) == event["payload"] else "what it says is not what was recorded"
            case "sealed":
                return None if event["sealed"] else "was never sealed"
            case "redacted":
                self._emptied.events.append((event, told["by"]))
                return None
            case "held back":
                return None
            case _:
                return "is told in an unknown form"

    def _ended(self) -> Iterator[PackageFault]:
        for stray in self._openings.rest():
            yield PackageFault(f"{OPENINGS} event {stray}", "is told but has no payload")
        yield from self._signatures.strays()
        cutoff = self._loaded.manifest["cutoff"]
        if (self._count, self._prev) != (cutoff["seq"], cutoff["head"]):
            yield PackageFault(EVENTS, "does not end at the cut-off of the manifest")

    # ---------------------------------------------------------------- checkpoint

    def _checkpointed(self) -> Iterator[PackageFault]:
        try:
            found = parse_checkpoint(self._loaded.content(CHECKPOINT).decode())
        except CheckpointRefusedError as error:
            yield PackageFault(CHECKPOINT, f"is no checkpoint ({error})")
            return
        except KeyError:
            yield PackageFault(CHECKPOINT, "is missing")
            return
        except DAMAGED as error:
            yield unreadable(CHECKPOINT, error)
            return
        if (found.lab, found.seq, found.head) != (self.lab, self._count, self._prev):
            yield PackageFault(CHECKPOINT, "is not of the last event of the trail")
        try:
            sound = self._keys.signed(found)
        except DAMAGED:
            sound = False
        if not sound:
            yield PackageFault(CHECKPOINT, "its signature does not verify")
