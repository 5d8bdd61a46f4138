"""Words that a person adds to a query: checked before they are kept, and refused in words that do not repeat what was found."""

from collections.abc import Iterator

from corelab.domain.queries import QueryFault, QueryRefusedError
from corelab.domain.query_words import LONGEST_WORDS, may_not_stand
from corelab.services.accounts import Session, held_custody
from corelab.services.labs import OpenLab, charter_of, effective_charter
from corelab.services.queries.about import About
from corelab.storage import registry
from corelab.storage.registry import ObjectRecord
from corelab.storage.snapshot import Snapshot

_KNOWN = "something that identifies the patient"


def require_speakable(lab: OpenLab, session: Session, of: About, words: str, *codes: str | None) -> None:
    """Raises QueryRefusedError for words that hold a date, an address, a long number, a treatment, or what identifies the subject.

    What identifies the subject is read from the sealed records beside what was delivered: raises CustodyMissingError. ``codes`` may stand.
    """
    if not words:
        return
    held_custody(session)
    if len(words) > LONGEST_WORDS:
        raise QueryRefusedError(QueryFault.LARGE, str(LONGEST_WORDS))
    with lab.store.read(session.account) as snapshot:
        own = (*of.facts.values(), *(code for code in codes if code), *_codes(snapshot))
        found = may_not_stand(words, codes=own, arms=_arms(snapshot))
        objects = _objects(snapshot, of)
    from corelab.services.queries.known import names_somebody  # noqa: PLC0415 - knows sources: the start of the program stays short

    if names_somebody(lab, session, objects, words, own):
        found = (*found, _KNOWN)
    if found:
        raise QueryRefusedError(QueryFault.FOUND, found=found)


def _codes(snapshot: Snapshot) -> Iterator[str]:
    """Codes of the charter that a query may name: a site may have written one where a number of the patient belongs."""
    charter = effective_charter(snapshot)
    yield from (visit.id for visit in charter.visits)
    yield from (segment.id for segment in charter.segments)


def _arms(snapshot: Snapshot) -> tuple[str, ...]:
    """Of every charter of the lab."""
    charters = (charter_of(snapshot, row["hash"]) for row in snapshot.all("charter"))
    return tuple(dict.fromkeys(arm for charter in charters for arm in charter.blinding.guess_arms))


def _objects(snapshot: Snapshot, of: About) -> tuple[ObjectRecord, ...]:
    """Everything that arrived for the subject, and with the object: what is known of whom the query is about."""
    exam = registry.exam(snapshot, of.exam) if of.exam else None
    exams = snapshot.all("exam", subject_id=exam.subject_id) if exam else ()
    found = [one for row in exams for one in registry.objects(snapshot, exam_id=row["id"])]
    found += registry.objects(snapshot, delivery_id=of.delivery) if of.delivery else ()
    return tuple({one.id: one for one in found}.values())
