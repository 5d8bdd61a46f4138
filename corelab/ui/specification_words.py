"""Words for columns and codes that packages had and will not have any more."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from corelab.domain.specification import Change, Difference
from corelab.domain.specification_words import change_words
from corelab.ui.said import Words

_TOGETHER = {
    Change.COLUMN_REMOVED: "Columns that data/{}.csv will not have: {}.",
    Change.CODE_REMOVED: "Codes that list {} will not have: {}.",
}


def difference_lines(found: Iterable[Difference]) -> str:
    """All of them, for somebody who signs: names that are gone from one file or list together in a line, each other one in its own."""
    lines = []
    for (change, place), group in groupby(found, key=_together):
        if change in _TOGETHER:
            names = ", ".join(one.where.removeprefix(f"{place} ") for one in group)
            lines.append(_TOGETHER[change].format(place, names))
        else:
            lines += [change_words(one) for one in group]
    return "\n".join(lines)


def _together(one: Difference) -> tuple[Change, str]:
    return one.change, one.where.partition(" ")[0] if one.change in _TOGETHER else ""


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
