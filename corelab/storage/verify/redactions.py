"""What was emptied by two people: no fault, and told all the same."""

from corelab.storage.verify.source import Source


def redactions(source: Source) -> tuple[str, ...]:
    """Each redaction: which event's words are gone, and by which event."""
    emptied = {by: seq for by, seq in source.cells("event_payload", ("redaction_seq", "seq")) if by is not None}
    return tuple(f"{source.where(seq)}, by event {by}" for by, seq in sorted(emptied.items()))
