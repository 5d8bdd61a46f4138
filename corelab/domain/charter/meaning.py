"""What the parts of a charter mean together: references, scopes, ranks, circles, classes, derivations."""

from collections.abc import Mapping
from typing import Any

from corelab.domain.charter.faults import Findings
from corelab.domain.charter.meaning_asks import check_asks
from corelab.domain.charter.meaning_classes import check_classes
from corelab.domain.charter.meaning_conditions import check_conditions
from corelab.domain.charter.meaning_derivations import check_derivations
from corelab.domain.charter.meaning_design import check_design
from corelab.domain.charter.meaning_export import check_export
from corelab.domain.charter.meaning_ids import check_ids
from corelab.domain.charter.meaning_items import check_items
from corelab.domain.charter.meaning_reach import check_reach
from corelab.domain.charter.meaning_subjects import check_subjects
from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node
from corelab.domain.charter.warnings import check_warnings

_CHECKS = (
    check_ids,
    check_subjects,
    check_items,
    check_asks,
    check_conditions,
    check_design,
    check_classes,
    check_derivations,
    check_reach,
    check_export,
    check_warnings,
)


def check_meaning(tree: Mapping[str, Any], findings: Findings) -> None:
    """Adds the faults C03 to C16 and the warnings that the tree itself shows; forgiving about faults of shape."""
    names = Names(Node((), dict(tree)), findings)
    for check in _CHECKS:
        check(names)
