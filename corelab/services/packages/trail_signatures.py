"""The signatures of a package's trail: each by a key that its person had then, over what its event says."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corelab.domain import audit
from corelab.domain.accounts import Meaning, role_of_meaning
from corelab.domain.audit import SignedDocument
from corelab.domain.checkpoint import Checkpoint, key_hint
from corelab.export.check import Loaded, PackageFault
from corelab.services.packages.trail_files import DAMAGED, KEYS, SIGNATURES, Json, records, unreadable
from corelab.storage.keys import is_signed_by

_MUST_BE_SIGNED = frozenset(
    {"reading.signed", "adjudication.signed", "charter.approved", "lock.approved", "package.approved", "specification.approved"}
)


@dataclass(frozen=True, slots=True)
class Keys:
    """Whose each public key was, and between which events."""

    rows: Sequence[Json]

    def had(self, account: str, seq: int) -> Mapping[str, bytes]:
        """The public keys that were the person's when event ``seq`` was written, by their id."""
        own = [each for each in self.rows if each["account"] == account and each["from"] < seq <= (each["until"] or seq)]
        return {audit.key_id(bytes.fromhex(each["public"])): bytes.fromhex(each["public"]) for each in own}

    def signed(self, one: Checkpoint) -> bool:
        """Whether a person whose key is here signed this checkpoint."""
        signed = one.signed
        if signed is None:
            return False
        own = [public for public in self.had(signed.account, one.seq + 1).values() if key_hint(signed.account, public) == signed.hint]
        return any(is_signed_by(public, one.body, signed.signature) for public in own)


def keys_of(loaded: Loaded, faults: list[PackageFault]) -> Keys:
    """None, and a fault, where they cannot be read."""
    try:
        return Keys(tuple(json.loads(loaded.content(KEYS))["keys"]))
    except DAMAGED as error:
        faults.append(_gone(loaded, KEYS, error))
        return Keys(())


class Signatures:
    """Every signature by its event: some thousands, held while the events are read."""

    def __init__(self, loaded: Loaded, keys: Keys, faults: list[PackageFault]) -> None:
        self._keys = keys
        self._by_event: dict[int, list[tuple[SignedDocument, bytes]]] = {}
        self.count = 0
        try:
            for _, each in records(loaded, SIGNATURES):
                document = SignedDocument(**each["document"])
                self._by_event.setdefault(document.seq, []).append((document, base64.b64decode(each["signature"], validate=True)))
                self.count += 1
        except DAMAGED as error:
            faults.append(_gone(loaded, SIGNATURES, error))
        self._waiting = set(self._by_event)

    def of(self, seq: int) -> SignedDocument | None:
        """What the first signature of this event is over."""
        return next((document for document, _ in self._by_event.get(seq, ())), None)

    def faults(self, event: Json) -> Iterator[PackageFault]:
        """Of the signatures of this event, and that it has none where it needs one."""
        self._waiting.discard(event["seq"])
        for document, signature in self._by_event.get(event["seq"], ()):
            for what in self._disagreements(document, signature, event):
                yield PackageFault(f"{SIGNATURES} event {document.seq}, {document.meaning}", what)
        if event["kind"] in _MUST_BE_SIGNED and event["seq"] not in self._by_event:
            yield PackageFault(f"{SIGNATURES} event {event['seq']} ({event['kind']})", "is not signed")

    def strays(self) -> Iterator[PackageFault]:
        """Those of events that are not there, after all were read."""
        for seq in sorted(self._waiting):
            yield PackageFault(f"{SIGNATURES} event {seq}", "is of no event of the trail")

    def _disagreements(self, said: SignedDocument, signature: bytes, event: Json) -> Iterator[str]:
        recorded = (said.account, said.at, said.tz, said.prev, said.content, said.record_type, said.record, said.lab)
        if recorded != tuple(event.get(name) for name in ("actor", "at", "tz", "prev", "payload", "entity", "id", "lab")):
            yield "is not what its event says"
        if role_of_meaning(Meaning(said.meaning)).value != event.get("role"):
            yield "its meaning does not belong to the role"
        public = self._keys.had(said.account, said.seq).get(said.key)
        if public is None:
            yield "was made with a key that was not its person's then"
        elif not is_signed_by(public, said.signed_bytes, signature):
            yield "does not verify"


def _gone(loaded: Loaded, path: str, error: BaseException) -> PackageFault:
    return unreadable(path, error) if path in loaded.present else PackageFault(path, "is missing")
