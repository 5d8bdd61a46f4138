"""Every payload of a lab against the table that says what its kind of event holds."""

from collections.abc import Iterator

from corelab.domain.event_payloads import NONE, PAYLOADS, Seal
from corelab.storage.keys import BoxSecret
from corelab.storage.snapshot import Row, Snapshot


def differing(snapshot: Snapshot, custody: BoxSecret | None) -> list[tuple[str, str]]:
    """(kind of event, what is not as the table says); redacted payloads, and kinds that only tests write, are left out."""
    written = (event for event in snapshot.events() if event["kind"] in PAYLOADS)
    return [(str(event["kind"]), what) for event in written for what in _differing(snapshot, event, custody)]


def _differing(snapshot: Snapshot, event: Row, custody: BoxSecret | None) -> Iterator[str]:
    wanted, stored = PAYLOADS[event["kind"]], snapshot.one("event_payload", seq=event["seq"])
    if stored is None or wanted == NONE:
        if (stored is None) != (wanted == NONE):
            yield "has no payload" if stored is None else "has a payload"
        return
    if stored["redaction_seq"] is not None:
        return
    if wanted.seal is not Seal.EITHER and stored["form"] != wanted.seal.value:
        yield str(stored["form"])
    content = snapshot.opening_of(event["seq"], custody)
    if not wanted.holds(frozenset(content)):
        yield ", ".join(sorted(content))
