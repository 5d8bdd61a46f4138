"""One thing that is wrong with a package."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

MOST = 1000
"""Of one check: a package that was made to be faulty must not fill the memory with what is said of it."""


@dataclass(frozen=True, slots=True)
class PackageFault:
    """``where`` is a file, or a file and a row; ``what`` says what is wrong with it."""

    where: str
    what: str


def limited(faults: Iterable[PackageFault], where: str) -> Iterator[PackageFault]:
    """The first ones, and that there are more."""
    all_of_them = iter(faults)
    yield from islice(all_of_them, MOST)
    if next(all_of_them, None) is not None:
        yield PackageFault(where, f"has more faults than the {MOST} that are named")
