"""Rows of the queries to sites: what was asked and when, without a word of any text."""

from collections.abc import Collection
from datetime import datetime

from corelab.domain.clock import stamp
from corelab.domain.queries import Query, QueryStep
from corelab.domain.vocabulary import Sha256
from corelab.export.lab_codes import kind_code, state_code
from corelab.export.lab_tables import QUERIES
from corelab.export.writers import Row

_SENT = frozenset({QueryStep.SENT, QueryStep.REMINDED, QueryStep.RETURNED})


def query_row(study: str, one: Query, event: int, visits: Collection[str], released: Sha256 | None) -> Row:
    """``event`` raised it; ``visits`` are those of the package's charters; ``released`` is the clip that it is about, if released."""
    first = next((said.at for said in one.messages if said.step is QueryStep.SENT), None)
    row = {
        "STUDYID": study,
        "QNUM": str(one.number),
        "SITEID": one.site or "",
        "SITENUM": "" if one.site_number is None else str(one.site_number),
        "USUBJID": one.subject or "",
        "VISIT": one.visit if one.visit and one.visit in visits else "",
        "CLIPID": released or "",
        "KIND": kind_code(one.kind),
        "STATE": state_code(one.state),
        "EXCLFL": "Y" if one.state.pending and one.excluded is not None else "N",
        "RAISDTC": stamp(one.raised_at),
        "SENTDTC": _stamp(first),
        "ANSWDTC": _stamp(one.last(QueryStep.ANSWERED)),
        "ENDDTC": "" if one.state.pending else _stamp(one.last(QueryStep.CLOSED, QueryStep.CANCELLED)),
        "DUEDTC": _stamp(one.due),
        "NSENT": str(sum(said.step in _SENT for said in one.messages)),
        "EVENTSEQ": str(event),
    }
    return {name: row[name] for name in QUERIES.names}


def _stamp(at: datetime | None) -> str:
    return stamp(at) if at is not None else ""
