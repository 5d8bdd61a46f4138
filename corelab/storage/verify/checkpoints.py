"""Step 10: checkpoints, those on record and those that a person brings from outside the lab, against the chain as it is."""

from collections.abc import Iterable, Iterator

from corelab.domain.audit import Fault
from corelab.domain.checkpoint import Checkpoint, CheckpointRefusedError, key_hint, parse_checkpoint
from corelab.storage.keys import is_signed_by
from corelab.storage.verify.person_keys import PersonKeys
from corelab.storage.verify.source import RawRow, Source

CHECKPOINT = "checkpoint"


def checkpoints(source: Source) -> Iterator[Fault]:
    """Each checkpoint on record is of this chain, says what its row says, and is signed."""
    for row in source.rows("checkpoint"):
        for what in _recorded(source, row):
            yield Fault(source.where(row["event_seq"]), f"{CHECKPOINT}: checkpoint {row['id']} {what}", CHECKPOINT)


def _recorded(source: Source, row: RawRow) -> Iterator[str]:
    event = source.by_seq.get(row["seq"])
    if event is None or event.hash != row["head"]:
        yield "stands on another chain"
    try:
        found = parse_checkpoint(row["text"])
    except CheckpointRefusedError as error:
        yield f"is no checkpoint ({error})"
        return
    lab = source.lab or {}
    if (found.lab, found.trial, found.seq, found.head) != (lab.get("lab_id"), lab.get("trial_id"), row["seq"], row["head"]):
        yield "says something else than its row"
    if found.signed is None:
        yield "is not signed"
    elif not is_signed(source, found):
        yield "has a signature that does not verify"


def presented(source: Source, brought: Iterable[Checkpoint]) -> Iterator[Fault]:
    """What the chain says against checkpoints that were kept outside: cut off, rewritten, or another copy."""
    last = source.events[-1].header.seq if source.events else 0
    for one in brought:
        event = source.by_seq.get(one.seq)
        where = f"checkpoint {one.short}"
        if event is None:
            what = f"the lab ends at event {last}: later events were cut off, or this is an older backup"
            yield Fault(where, f"{CHECKPOINT}: {what}", CHECKPOINT)
        elif event.hash != one.head:
            what = f"event {one.seq} of the lab is another one: the chain was made anew, or this is a copy that went on by itself"
            yield Fault(where, f"{CHECKPOINT}: {what}", CHECKPOINT)
        elif one.signed is not None and not is_signed(source, one):
            yield Fault(where, f"{CHECKPOINT}: its signature is by no key that the lab knew then, or does not verify", CHECKPOINT)


def is_signed(source: Source, one: Checkpoint) -> bool:
    """Whether the one who is named signed it, with a key that was theirs right after that event."""
    signed = one.signed
    if signed is None:
        return False
    public = PersonKeys(source).at(signed.account, one.seq + 1)
    return public is not None and key_hint(signed.account, public) == signed.hint and is_signed_by(public, one.body, signed.signature)
