"""What open queries mean for a package and for the lock: none goes past them unless a coordinator excluded it, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.domain.queries import Query
from corelab.services.queries.reading import all_queries
from corelab.storage.snapshot import Snapshot


class OpenQueriesError(Exception):
    """Queries are open that nobody excluded. Nothing was written or locked."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names[:5]))
        self.names = tuple(names)


@dataclass(frozen=True, slots=True)
class ExcludedQuery:
    """An open query that a coordinator excluded, with the reason: listed in the package."""

    number: int
    name: str
    kind: str
    state: str
    why: str


def require_no_open(snapshot: Snapshot) -> tuple[ExcludedQuery, ...]:
    """The open queries that were excluded. Raises OpenQueriesError for those that were not."""
    pending = [one for one in all_queries(snapshot) if one.state.pending]
    names = [one.name for one in pending if one.blocks]
    if names:
        raise OpenQueriesError(names)
    return tuple(_excluded(one) for one in pending)


def blocking(snapshot: Snapshot) -> tuple[str, ...]:
    """The names of the open queries that nobody excluded."""
    return tuple(one.name for one in all_queries(snapshot) if one.blocks)


def _excluded(one: Query) -> ExcludedQuery:
    return ExcludedQuery(one.number, one.name, one.kind.value, one.state.value, one.excluded or "")
