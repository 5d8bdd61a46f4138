"""What is known of the patient whom a query is about: read from the sealed records beside what was delivered, and looked for in words."""

from collections.abc import Iterable, Iterator

from corelab.domain.query_words import without
from corelab.domain.record_errors import KeyRefusedError
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.search import found_in_values, needles_of
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.quarantine import Place
from corelab.storage.registry import ObjectRecord


def names_somebody(lab: OpenLab, session: Session, objects: Iterable[ObjectRecord], words: str, codes: Iterable[str]) -> bool:
    """Whether words hold what the source of one of these objects says of somebody; ``codes`` may stand."""
    looked = [without(words, tuple(codes)).encode()]
    return any(found_in_values(needles_of(identity), looked) for identity in _identities(lab, session, objects))


def _identities(lab: OpenLab, session: Session, objects: Iterable[ObjectRecord]) -> Iterator[Identity]:
    """Those that are still there: a lab that was restored without its quarantine has none."""
    for one in objects:
        try:
            yield Place(lab.quarantine / one.delivery, one.n).identity(lab, session)
        except (FileNotFoundError, KeyRefusedError):
            continue
