"""A look at the readings of a lab. A look at sealed ones is on record before the first is opened; nothing of them is written down."""

from collections.abc import Callable, Iterable

from corelab.domain.accounts import Command
from corelab.domain.monitoring.report import Progress, Report, StoppedError, report
from corelab.services.labs import OpenLab
from corelab.services.monitoring.observing import Observing
from corelab.services.monitoring.signed import Signed, signed_records
from corelab.services.session import Session, held_custody, permit
from corelab.storage.keys import BoxSecret

Stopped = Callable[[], bool]


def look(lab: OpenLab, session: Session, progress: Progress | None = None, stopped: Stopped | None = None) -> Report:
    """Every figure as of now, for coordinators.

    Sealed readings are in it where the person holds custody and the lab takes the record of the look; else ``Observed.unopened`` counts
    them. Raises NotPermittedError, and StoppedError once ``stopped`` says so.
    """
    role = permit(session, Command.AGREEMENT)
    custody = held_custody(session) if session.custody is not None and lab.store.writable else None
    with lab.store.read(session.account) as snapshot:
        signed = signed_records(snapshot)
    if signed.sealed and custody is not None:
        with lab.store.begin(session.actor(role)) as transaction:
            payload = {"scope": "monitoring", "count": len(signed.sealed), "exams": _exams(signed)}
            transaction.record("sealed.opened", "lab", lab.lab_id, payload=payload)
    return _report(lab, signed, custody, progress or _quiet, stopped or _never)


def _report(lab: OpenLab, signed: Signed, custody: BoxSecret | None, progress: Progress, stopped: Stopped) -> Report:
    with lab.store.read() as snapshot:
        observing = Observing(snapshot, signed, custody, lab.clock.now())
        for n, record in enumerate(signed.records, 1):
            if stopped():
                raise StoppedError
            observing.open(record)
            progress(n, len(signed.records), "Opening readings")
        observed = observing.observed()
    return report(observed, progress, stopped)


def _exams(signed: Signed) -> list[str]:
    return _unlike(record.exam for record in signed.records if record.seqs & signed.sealed)


def _unlike(exams: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(exams))


def _quiet(_done: int, _of: int, _words: str) -> None:
    return


def _never() -> bool:
    return False
