"""What a query is about: the clip or exam, the site that is asked, and the facts that its text may hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from corelab.domain.form import run_time_ids
from corelab.domain.intake import Outcome
from corelab.domain.queries import QueryFault, QueryRefusedError
from corelab.domain.query_facts import Codes, kept
from corelab.domain.vocabulary import ClipId, ExamId
from corelab.services.labs import effective_charter
from corelab.storage import intake_rows, registry
from corelab.storage.registry import ObjectRecord
from corelab.storage.snapshot import Snapshot

_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class About:
    """``site`` is None where nothing says from which site it came; ``delivery`` where it is about no delivered object.

    ``copies``: every object with the same bytes, where this one was in the lab already when it came.
    """

    clip: ClipId | None = None
    exam: ExamId | None = None
    delivery: str | None = None
    object: int | None = None
    subject: str | None = None
    visit: str | None = None
    site: str | None = None
    copies: frozenset[ClipId] = frozenset()

    @property
    def facts(self) -> dict[str, str]:
        told = {"subject": self.subject, "visit": self.visit, "site": self.site, "object": str(self.object) if self.object else None}
        return {name: value for name, value in told.items() if value}


def about(snapshot: Snapshot, clip: str | None = None, exam: str | None = None, delivery: str | None = None) -> About:
    """``exam``: its id, code, or SUBJECT:VISIT. Raises QueryRefusedError for a clip or exam that is not there."""
    received = _object(snapshot, clip) if clip else None
    wanted = exam or (received.exam if received else None)
    found = registry.exam_named(snapshot, wanted) if wanted else None
    if exam and found is None:
        raise QueryRefusedError(QueryFault.ABOUT, exam)
    if received and found and received.exam not in {None, found.id}:
        raise QueryRefusedError(QueryFault.ABOUT, received.id)
    came = delivery or (received.delivery if received else None)
    site = (intake_rows.site_of_delivery(snapshot, came) if came else None) or (_site_of(snapshot, found.subject_id) if found else None)
    return About(
        clip=received.id if received else None,
        exam=found.id if found else None,
        delivery=came,
        object=received.n if received else None,
        subject=found.subject if found else None,
        visit=found.visit if found else None,
        site=site,
        copies=_copies(snapshot, received) if received else frozenset(),
    )


def _copies(snapshot: Snapshot, of: ObjectRecord) -> frozenset[ClipId]:
    if of.outcome is not Outcome.DUPLICATE:
        return frozenset()
    return frozenset(each.id for each in registry.objects(snapshot, sha256=of.sha256))


def _object(snapshot: Snapshot, clip: str) -> ObjectRecord:
    found = next(iter(registry.objects(snapshot, id=clip)), None)
    if found is None:
        raise QueryRefusedError(QueryFault.ABOUT, clip)
    return found


def _site_of(snapshot: Snapshot, subject_id: str) -> str | None:
    """The subject's site; where its row says none, that of the latest delivery for the subject that names one."""
    subject = snapshot.one("subject", id=subject_id)
    if subject and subject["site_code"]:
        return str(subject["site_code"])
    deliveries = registry.deliveries_for(snapshot, subject_id)
    return next((site for one in deliveries if (site := intake_rows.site_of_delivery(snapshot, one))), None)


def require_site(known: str | None, named: str | None) -> str | None:
    """The site that is asked. Raises QueryRefusedError for one that is no code, or another than the one that is known."""
    if named is None or named == known:
        return known
    if not _SITE.fullmatch(named):
        raise QueryRefusedError(QueryFault.SITE, named)
    if known is not None:
        raise QueryRefusedError(QueryFault.SITE_KNOWN, known)
    return named


def codes_only(snapshot: Snapshot, facts: Mapping[str, str]) -> dict[str, str]:
    """The facts that are codes of this lab and its charter, or small numbers; the others are left out."""
    charter = effective_charter(snapshot)
    visits = {visit.id for visit in charter.visits}
    segments = {segment.id for segment in charter.segments} | {*run_time_ids(charter, [segment.id for segment in charter.segments])}
    codes = Codes(
        subject=lambda code: registry.subject_id(snapshot, code) is not None,
        visit=lambda code: code in visits,
        segment=lambda code: code in segments,
        site=lambda code: snapshot.one("site", code=code) is not None,
    )
    return kept(facts, codes)
