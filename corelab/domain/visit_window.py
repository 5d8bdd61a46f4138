"""Whether a clip was recorded within the window of its visit, by its interval to the baseline exam."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from corelab.domain.charter import Charter
from corelab.domain.vocabulary import VisitId


def day_of_exam(dates: Iterable[date]) -> date | None:
    """The day on which most clips of an exam were recorded, the earlier of two; None where no clip says one.

    One clip of another day, of another patient perhaps, does not move the day of the whole exam.
    """
    counted = Counter(dates)
    return min(counted, key=lambda day: (-counted[day], day)) if counted else None


def is_outside(charter: Charter, visit: VisitId, recorded: date, baseline: date) -> bool:
    """The baseline exam counts as taken on its nominal day; dates may be shifted, as long as both are by as much."""
    nominal = next(each.day for each in charter.visits if each.baseline)
    low, high = charter.visit(visit).window
    return not low <= nominal + (recorded - baseline).days <= high
