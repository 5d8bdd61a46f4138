"""Words for columns and codes that packages had and will not have any more."""

from collections.abc import Iterable
from typing import Any

from corelab.domain.specification import Difference
from corelab.domain.specification_words import change_words
from corelab.ui.said import Words

_SHOWN = 12


def difference_lines(found: Iterable[Difference]) -> str:
    """One line for each; of many, the first ones and a count."""
    every = [change_words(one) for one in found]
    more = [f"And {len(every) - _SHOWN} more: corelab specification LAB show."] if len(every) > _SHOWN else []
    return "\n".join([*every[:_SHOWN], *more])


def specification_changed(error: Any) -> Words:
    """Nothing was written; what differs, and whether an approval helps."""
    kept = "No package was written. All records and results are kept."
    if error.refused:
        return Words(
            f"A name would come back with another meaning:\n{difference_lines(error.refused)}\n",
            kept,
            "Give it a name in the charter that no package had: what analysts have would be read wrongly.",
        )
    return Words(
        f"The package would not have what analysts know from the last one:\n{difference_lines(error.differences)}\n",
        kept,
        "Tell the analysts; then approve it on the Export page, or with: corelab specification LAB approve.",
    )
