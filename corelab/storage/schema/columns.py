"""The kinds of column that records are made of, and the shape of a regulated table."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BLOB, CheckConstraint, Column, DefaultClause, Dialect, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy import text as sql
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

from corelab.domain.clock import stamp

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC text with milliseconds. SQLite would silently drop the zone."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's interface
        return None if value is None else stamp(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the same
        return None if value is None else parsed(value)


@lru_cache(maxsize=4096)
def parsed(text: str) -> datetime:
    """The aware time of a stored text; refuses anything but the one form in which times are written."""
    at = datetime.fromisoformat(text)
    if stamp(at) != text:
        raise ValueError(text)
    return at


def text(name: str, *parts: SchemaItem, null: bool = False, key: bool = False) -> Column[str]:
    return Column(name, Text, *parts, nullable=null, primary_key=key)


def number(name: str, *parts: SchemaItem, null: bool = False, key: bool = False) -> Column[int]:
    return Column(name, Integer, *parts, nullable=null, primary_key=key)


def blob(name: str, *, null: bool = False) -> Column[bytes]:
    return Column(name, BLOB, nullable=null)


def time(name: str, *, null: bool = False, key: bool = False) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=null, primary_key=key)


def choice(name: str, *values: str, null: bool = False, key: bool = False) -> Column[str]:
    listed = ", ".join(f"'{value}'" for value in values)
    return text(name, CheckConstraint(f"{name} IN ({listed})", name=name), null=null, key=key)


def truth(name: str) -> Column[int]:
    return number(name, CheckConstraint(f"{name} IN (0, 1)", name=name))


def sha256(name: str, *parts: SchemaItem, null: bool = False, key: bool = False) -> Column[str]:
    return text(name, CheckConstraint(f"length({name}) = 64", name=name), *parts, null=null, key=key)


def ref(name: str, target: str, *, null: bool = False, key: bool = False) -> Column[str]:
    return text(name, ForeignKey(target), null=null, key=key)


def later(column: Column[Any], since: int, default: str | int | None = None) -> Column[Any]:
    """A column that schema version ``since`` adds to an older table: what was recorded before holds ``default`` and never anything else."""
    column.info["since"], column.info["default"] = since, default
    if default is not None:
        column.server_default = DefaultClause(sql(str(default)) if isinstance(default, int) else default)
    return column


def later_index(*columns: str, since: int) -> Index:
    """An index that schema version ``since`` brings, also to an older table: no question about one exam reads those of all."""
    return Index(None, *columns, info={"since": since})


def table(name: str, *parts: SchemaItem, since: int = 1) -> Table:
    """``since`` is the schema version that brought the table."""
    return Table(name, METADATA, *parts, sqlite_strict=True, info={"since": since})


def regulated(name: str, *parts: SchemaItem, since: int = 1) -> Table:
    """A table whose rows are only ever added, each by one event."""
    return table(name, number("event_seq", ForeignKey("event.seq")), *parts, since=since)
