"""What the charter makes of two readings that are not released: the classes of the cells that differ."""

from collections.abc import Mapping

from corelab.domain.charter import Charter
from corelab.domain.discordance import compare
from corelab.domain.monitoring.observed import Read
from corelab.domain.vocabulary import Cell
from corelab.storage import registry
from corelab.storage.registry import ExamRecord
from corelab.storage.store import Snapshot


def classes_between(snapshot: Snapshot, charter: Charter, exam: ExamRecord, one: Read, two: Read) -> Mapping[Cell, tuple[str, ...]]:
    """By the same comparison that a release makes. Which reading is the reference changes no class."""
    attributes = registry.attributes(snapshot, exam.subject_id)
    found = compare(charter, exam.visit, one.grades, two.grades, 1, attributes=attributes)
    disputed = {dispute.cell: dispute.classes for dispute in found.to_decide}
    settled = {result.cell: result.classes for result in found.results}
    return {cell: classes for cell, classes in {**settled, **disputed}.items() if classes}
