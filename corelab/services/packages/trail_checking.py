"""The trail inside a package against itself: chain, payloads, signatures, checkpoint. The script in the package does the same anew."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from corelab.domain import audit
from corelab.domain.accounts import Meaning, role_of_meaning
from corelab.domain.audit import SignedDocument
from corelab.domain.checkpoint import Checkpoint, CheckpointRefusedError, key_hint, parse_checkpoint
from corelab.domain.redaction import may_be_emptied
from corelab.export.check import Loaded, PackageFault
from corelab.storage.keys import is_signed_by

EVENTS, OPENINGS, SIGNATURES, KEYS, CHECKPOINT = (
    f"audit/{name}" for name in ("events.jsonl", "openings.jsonl", "signatures.jsonl", "keys.json", "checkpoint.txt")
)
_MUST_BE_SIGNED = frozenset(
    {"reading.signed", "adjudication.signed", "charter.approved", "lock.approved", "package.approved", "specification.approved"}
)
_Json = Mapping[str, Any]


class Trail:
    """The files of one package's audit folder. A file that cannot be read is a fault, and empty."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._unreadable: list[PackageFault] = []
        self._events = {int(each["seq"]): each for each in self._lines(EVENTS)}
        self._openings = self._lines(OPENINGS)
        self._signatures = self._lines(SIGNATURES)
        self._keys = self._key_rows()

    @property
    def lab(self) -> str | None:
        return next((str(each["lab"]) for each in self._events.values()), None)

    @property
    def counted(self) -> Mapping[str, int]:
        return {"events": len(self._events), "payloads": len(self._openings), "signatures": 1 + len(self._signatures)}

    def faults(self) -> Iterator[PackageFault]:
        """Everything that is wrong with the trail, each with its file and event."""
        yield from self._unreadable
        for path, check in (
            (EVENTS, self._chain),
            (OPENINGS, self._payloads),
            (SIGNATURES, self._signed),
            (CHECKPOINT, self._checkpointed),
        ):
            try:
                yield from check()
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                yield PackageFault(path, f"cannot be read ({type(error).__name__})")

    def against(self, brought: Sequence[Checkpoint]) -> Iterator[PackageFault]:
        """What checkpoints that were kept outside say about it."""
        last = max(self._events, default=0)
        for one in brought:
            event, where = self._events.get(one.seq), f"checkpoint {one.short}"
            if event is None:
                yield PackageFault(where, f"is of a later event than this package holds ({last}): bring it to the lab")
            elif event["hash"] != one.head:
                yield PackageFault(where, f"event {one.seq} of the package is another one: the chain was made anew, or is another copy's")
            elif one.signed is not None and not self._is_signed(one):
                yield PackageFault(where, "its signature is by no key of the package, or does not verify")

    # ---------------------------------------------------------------- reading

    def _lines(self, path: str) -> tuple[_Json, ...]:
        try:
            return tuple(json.loads(line) for line in self._loaded.files[path].split(b"\n") if line)
        except KeyError:
            self._unreadable.append(PackageFault(path, "is missing"))
        except ValueError as error:
            self._unreadable.append(PackageFault(path, f"cannot be read ({type(error).__name__})"))
        return ()

    def _key_rows(self) -> tuple[_Json, ...]:
        try:
            return tuple(json.loads(self._loaded.files[KEYS])["keys"])
        except (KeyError, TypeError, ValueError) as error:
            self._unreadable.append(PackageFault(KEYS, f"cannot be read ({type(error).__name__})"))
            return ()

    # ---------------------------------------------------------------- checks

    def _chain(self) -> Iterator[PackageFault]:
        prev = audit.genesis(self.lab or "")
        for number, event in enumerate(self._lines_in_order(), 1):
            place = f"{EVENTS} event {event['seq']} ({event['kind']})"
            if event["seq"] != number:
                yield PackageFault(place, f"stands where event {number} should")
            if event["prev"] != prev:
                yield PackageFault(place, "does not continue the event before it")
            if audit.Header(**{name: value for name, value in event.items() if name != "hash"}).hash != event["hash"]:
                yield PackageFault(place, "differs from its hash")
            prev = event["hash"]
        cutoff = self._loaded.manifest["cutoff"]
        if (len(self._events), prev) != (cutoff["seq"], cutoff["head"]):
            yield PackageFault(EVENTS, "does not end at the cut-off of the manifest")

    def _lines_in_order(self) -> tuple[_Json, ...]:
        return tuple(json.loads(line) for line in self._loaded.files[EVENTS].split(b"\n") if line)

    def _payloads(self) -> Iterator[PackageFault]:
        told = {int(each["seq"]): each for each in self._openings}
        for seq in sorted(told.keys() ^ {seq for seq, event in self._events.items() if event["payload"]}):
            yield PackageFault(f"{OPENINGS} event {seq}", "is told but has no payload" if seq in told else "is not told")
        for seq, each in told.items():
            event = self._events.get(seq)
            fault = self._told_fault(event, each) if event else None
            if event and fault:
                yield PackageFault(f"{OPENINGS} event {seq} ({event['kind']})", fault)

    def _told_fault(self, event: _Json, told: _Json) -> str | None:
        match told["form"]:
            case "clear" | "opened":
                opening = bytes.fromhex(told["salt"]) + audit.canonical(told["payload"])
                return None if audit.payload_digest(opening) == event["payload"] else "what it says is not what was recorded"
            case "sealed":
                return None if event["sealed"] else "was never sealed"
            case "redacted":
                return self._emptied_fault(event, self._events.get(told["by"], {}))
            case "held back":
                return None
            case _:
                return "is told in an unknown form"

    def _emptied_fault(self, event: _Json, cause: _Json) -> str | None:
        """Another person had asked for what the redaction did, and nothing stands on what is gone."""
        same = ("event", str(event["seq"]))
        if (cause.get("kind"), cause.get("entity"), cause.get("id")) != ("payload.redacted", *same):
            return "was emptied without a redaction on record"
        if not may_be_emptied(event["kind"]):
            return "was emptied, and has to stay"
        said: _Json = next((each.get("payload", {}) for each in self._openings if each["seq"] == cause["seq"]), {})
        asked = self._events.get(said.get("requested", 0), {})
        before = asked.get("seq", cause["seq"]) < cause["seq"]
        two = asked.get("actor") == said.get("second") not in {None, cause["actor"]}
        named = (asked.get("kind"), asked.get("entity"), asked.get("id")) == ("redaction.requested", *same)
        return None if before and two and named else "was emptied without a second person"

    def _signed(self) -> Iterator[PackageFault]:
        for each in self._signatures:
            document = SignedDocument(**each["document"])
            place = f"{SIGNATURES} event {document.seq}, {document.meaning}"
            for what in self._disagreements(document, base64.b64decode(each["signature"], validate=True)):
                yield PackageFault(place, what)
        signed = {each["document"]["seq"] for each in self._signatures}
        for seq, event in self._events.items():
            if event["kind"] in _MUST_BE_SIGNED and seq not in signed:
                yield PackageFault(f"{SIGNATURES} event {seq} ({event['kind']})", "is not signed")

    def _disagreements(self, said: SignedDocument, signature: bytes) -> Iterator[str]:
        event = self._events.get(said.seq, {})
        recorded = (said.account, said.at, said.tz, said.prev, said.content, said.record_type, said.record, said.lab)
        if recorded != tuple(event.get(name) for name in ("actor", "at", "tz", "prev", "payload", "entity", "id", "lab")):
            yield "is not what its event says"
        if role_of_meaning(Meaning(said.meaning)).value != event.get("role"):
            yield "its meaning does not belong to the role"
        public = self._had(said.account, said.seq).get(said.key)
        if public is None:
            yield "was made with a key that was not its person's then"
        elif not is_signed_by(public, said.signed_bytes, signature):
            yield "does not verify"

    def _had(self, account: str, seq: int) -> Mapping[str, bytes]:
        """The public keys that were the person's when event ``seq`` was written, by their id."""
        own = [each for each in self._keys if each["account"] == account and each["from"] < seq <= (each["until"] or seq)]
        return {audit.key_id(bytes.fromhex(each["public"])): bytes.fromhex(each["public"]) for each in own}

    def _checkpointed(self) -> Iterator[PackageFault]:
        try:
            found = self._checkpoint
        except CheckpointRefusedError as error:
            yield PackageFault(CHECKPOINT, f"is no checkpoint ({error})")
            return
        last = self._events.get(len(self._events), {})
        if (found.lab, found.seq, found.head) != (self.lab, len(self._events), last.get("hash")):
            yield PackageFault(CHECKPOINT, "is not of the last event of the trail")
        if found.signed is None or not self._is_signed(found):
            yield PackageFault(CHECKPOINT, "its signature does not verify")

    @cached_property
    def _checkpoint(self) -> Checkpoint:
        return parse_checkpoint(self._loaded.files[CHECKPOINT].decode())

    def _is_signed(self, one: Checkpoint) -> bool:
        signed = one.signed
        if signed is None:
            return False
        own = [public for public in self._had(signed.account, one.seq + 1).values() if key_hint(signed.account, public) == signed.hint]
        return any(is_signed_by(public, one.body, signed.signature) for public in own)
