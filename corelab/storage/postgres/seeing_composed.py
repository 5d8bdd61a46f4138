"""The composed questions that blind persons ask again and again, as functions of the server: over views of functions they would be slow.

Each is the very statement that is asked of a file, over the rows of whoever asks. Which account that is never comes from outside.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import BLOB, Integer, Select
from sqlalchemy.dialects.postgresql.base import PGDialect

from corelab.storage import final_grades, hands_on, notices, own_assignments, registry
from corelab.storage.rows import OWN, asked_of_own

WHOSE = "account"
"""The parameter that is always the account of whoever asks."""


def statements() -> Iterator[Select[Any]]:
    """All of them; each brings the name of its function."""
    yield from own_assignments.own_statements()
    yield from registry.own_statements()
    yield from final_grades.own_statements()
    yield from notices.own_statements()


def names() -> tuple[str, ...]:
    return tuple(str(each.get_execution_options()[OWN]) for each in (*statements(), hands_on.own_statement()))


def composed_functions(definer: Callable[[str], str]) -> Iterator[str]:
    """``definer``: how a function runs that looks up its tables in a schema."""
    for each in statements():
        yield _function(each, definer("own"))
    # Who had a hand in a clip of the subject's other visits, which are not theirs to see, is told that, and nothing else.
    yield _function(hands_on.own_statement(), definer("core"))


def _function(statement: Select[Any], how: str) -> str:
    made: Any = statement.compile(dialect=_DIALECT)
    given = asked_of_own(statement)
    numbers = {f"${place}": _value(made, name, given) for place, name in enumerate(made.positiontup, 1)}
    body = re.sub(r"\$\d+", lambda found: numbers[found.group()], str(made))
    takes = ", ".join(_kind(made.binds[name]) for name in given)
    answers = ", ".join(f'"{column.key}" {_kind(column)}' for column in statement.selected_columns)
    name = statement.get_execution_options()[OWN]
    return f"CREATE FUNCTION seen.{name}({takes}) RETURNS TABLE ({answers}) LANGUAGE sql STABLE {how} AS $$\n{body}\n$$"


def _value(made: Any, name: str, given: tuple[str, ...]) -> str:
    if name == WHOSE:
        return "(SELECT own.me())"
    if name in given:
        return f"${given.index(name) + 1}"
    value = made.params[name]
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _kind(of: Any) -> str:
    if isinstance(of.type, BLOB):
        return "bytea"
    return "bigint" if isinstance(of.type, Integer) else "text"


_DIALECT: Any = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
