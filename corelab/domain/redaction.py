"""Which payloads may be emptied for the sake of a person whose data they hold, and what keeps one from being emptied."""

from enum import Enum

_WORDS_ONLY = frozenset(
    {
        "account.deactivated",
        "account.reset",
        "account.roles",
        "account.unlocked",
        "assignment.withdrawn",
        "note.changed",
        "query.answered",
        "query.cancelled",
        "query.closed",
        "query.excluded",
        "query.raised",
        "query.reminded",
        "query.returned",
        "query.sent",
        "reader.absent",
        "reader.back",
        "reader.replaced",
        "reading.reopened",
    }
)
_WORDS_ONLY_ABOUT = ("deviation.", "unblinding.")


def may_be_emptied(kind: str) -> bool:
    """Only payloads that hold words which people typed and on which nothing else stands.

    Never grades, decisions, cases or keys of chance: a result must stay provable from what is published. Never what a signature is over:
    it must stay readable what somebody signed. Never facts of clips, which intake stands on, and never redactions themselves. Where a
    signed note names somebody, the reading is invalidated and its text stays behind the seal or in a lab that is not handed out.
    """
    return kind in _WORDS_ONLY or kind.startswith(_WORDS_ONLY_ABOUT)


class RedactionFault(Enum):
    NOT_THERE = "not_there"
    KEPT = "kept"
    GONE = "gone"
    NOT_REQUESTED = "not_requested"


class RedactionRefusedError(Exception):
    """The payload of event ``seq`` is not there, has to stay, is gone already, or nobody asked for its redaction."""

    def __init__(self, seq: int, fault: RedactionFault) -> None:
        super().__init__(f"event {seq}: {fault.value}")
        self.seq = seq
        self.fault = fault
