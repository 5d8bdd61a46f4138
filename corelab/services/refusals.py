"""A command that a record's state refuses leaves an event: who tried what on which record."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType

from corelab.domain.reading_errors import AlreadySignedError, KeptApartError, NotNextError, NotYetError, NotYoursError, ReasonMissingError
from corelab.domain.reading_states import StateRefusedError
from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.record_errors import LabError, LockedError, NotLockedError, SecondPersonError, SignedOutError
from corelab.domain.redaction import RedactionRefusedError
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab

_CODES: Mapping[type[Exception], str] = MappingProxyType(
    {
        AlreadySignedError: "already_signed",
        KeptApartError: "kept_apart",
        LockedError: "locked",
        NotLockedError: "not_locked",
        NotNextError: "not_next",
        NotYetError: "not_yet",
        NotYoursError: "not_yours",
        ReasonMissingError: "reason",
        ReasonRefusedError: "reason",
        RedactionRefusedError: "state",
        SecondPersonError: "second_person",
        StateRefusedError: "state",
    }
)


@contextmanager
def recorded(lab: OpenLab, session: Session, command: str, entity: str, id_: str) -> Iterator[None]:
    """Around a whole command, outside of its transactions. Where the event cannot be written, the refusal stands all the same."""
    try:
        yield
    except tuple(_CODES) as error:
        with suppress(LabError, SignedOutError), lab.store.begin(session.actor(None)) as transaction:
            reason = _CODES[type(error)]
            transaction.record("command.refused", entity, id_, reason=reason, payload={"command": command})
        raise
