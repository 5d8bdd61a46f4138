"""Queries to the sites: raised by rules or by hand, sent, answered and closed; their texts hold codes only."""

from corelab.domain.queries import Query, QueryFault, QueryId, QueryKind, QueryMessage, QueryRefusedError, QueryState, QueryStep
from corelab.services.queries.blocking import ExcludedQuery, OpenQueriesError
from corelab.services.queries.printing import print_queries
from corelab.services.queries.raising import closed, met, raised
from corelab.services.queries.reading import queries, query
from corelab.services.queries.requesting import raise_query
from corelab.services.queries.steps import answer, cancel, close, exclude, give, include, send
from corelab.services.queries.texts import title_of

__all__ = [
    "ExcludedQuery",
    "OpenQueriesError",
    "Query",
    "QueryFault",
    "QueryId",
    "QueryKind",
    "QueryMessage",
    "QueryRefusedError",
    "QueryState",
    "QueryStep",
    "answer",
    "cancel",
    "close",
    "closed",
    "exclude",
    "give",
    "include",
    "met",
    "print_queries",
    "queries",
    "query",
    "raise_query",
    "raised",
    "send",
    "title_of",
]
