"""What the parts of a charter mean together: references, scopes, ranks, circles, classes, derivations."""

from collections.abc import Mapping
from typing import Any

from corelab.domain.charter.faults import Findings


def check_meaning(tree: Mapping[str, Any], findings: Findings) -> None:
    """Adds the faults C03 to C15 and the warnings that the tree itself shows; forgiving about faults of shape."""
