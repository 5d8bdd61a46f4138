"""What the sources of a clip say that it shows: recorded with its receipt, kept beside the label that a person gives."""

from collections.abc import Iterable, Sequence

from corelab.domain.charter import Charter
from corelab.domain.clip_evidence import exam_side, proposals_of
from corelab.domain.clip_label import Hint, Mode, Proposal, ProposalSource, View
from corelab.domain.vocabulary import SegmentId, Side
from corelab.storage import intake_rows
from corelab.storage.intake_rows import ProposalRow
from corelab.storage.transaction import NewRow

Evidence = tuple[Proposal, ...]


def evidence_of(charter: Charter, hints: Sequence[Hint], claimed: Iterable[Proposal], side: Side | None, *, delivered: bool) -> Evidence:
    """Everything that is said of a clip when it comes: by its file, by the site's list (``claimed``), by the delivery or the subject.

    ``side``: the one that the delivery names (``delivered``), or the subject's limb under study.
    """
    whole = exam_side(charter, side, delivered=delivered)
    return (*proposals_of(charter, hints, side), *claimed, *([whole] if whole else []))


def evidence_from(rows: Sequence[ProposalRow]) -> tuple[Proposal, ...]:
    """As it was recorded."""
    return tuple(_proposal(row) for row in rows)


def _proposal(row: ProposalRow) -> Proposal:
    return Proposal(
        SegmentId(row.segment) if row.segment else None,
        Side(row.side) if row.side else None,
        View(row.view) if row.view else None,
        Mode(row.mode) if row.mode else None,
        ProposalSource(row.source),
    )


def evidence_rows(clip: str, evidence: Sequence[Proposal], after: int = 0) -> list[NewRow]:
    """The rows of what was not recorded yet, numbered from ``after``."""
    return [intake_rows.proposal_row(clip, _row(n, one)) for n, one in enumerate(evidence, after + 1)]


def _row(n: int, one: Proposal) -> ProposalRow:
    side, view, mode = one.side.value if one.side else None, one.view.value if one.view else None, one.mode.value if one.mode else None
    return ProposalRow(n, one.segment, side, view, mode, one.source.value)
