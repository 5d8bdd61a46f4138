"""The tables of a lab as PostgreSQL has them: the same names, columns, constraints and indexes as in a file, made from the same list."""

from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDDLCompiler, PGDialect, PGTypeCompiler
from sqlalchemy.schema import CreateIndex, CreateTable

from corelab.storage.schema import REVISION, TABLES


class _Types(PGTypeCompiler):
    """Text is compared by its bytes, as SQLite does; numbers are as wide as SQLite's."""

    def visit_TEXT(self, type_: Any, **_: Any) -> str:  # noqa: ARG002, N802 - SQLAlchemy's interface
        return 'TEXT COLLATE "C"'

    def visit_INTEGER(self, type_: Any, **_: Any) -> str:  # noqa: ARG002, N802 - the same
        return "BIGINT"

    def visit_BLOB(self, type_: Any, **_: Any) -> str:  # noqa: ARG002, N802 - the same
        return "BYTEA"


class _Statements(PGDDLCompiler):
    def get_column_specification(self, column: Column[Any], **_: Any) -> str:
        """No column counts by itself: every number comes from the record."""
        written = f"{self.preparer.format_column(column)} {self.dialect.type_compiler_instance.process(column.type)}"
        default = self.get_column_default_string(column)
        written += f" DEFAULT {default}" if default is not None else ""
        return written if column.nullable else f"{written} NOT NULL"


class _Dialect(PGDialect):
    statement_compiler = PGCompiler
    type_compiler_cls = _Types
    ddl_compiler = _Statements


_VERSION = 'CREATE TABLE alembic_version (version_num TEXT COLLATE "C" NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))'


def tables() -> tuple[str, ...]:
    """Every table with its constraints, in an order in which each finds those that it names; and which version of them it is."""
    made = tuple(str(CreateTable(table).compile(dialect=_DIALECT)).strip() for table in TABLES.values())
    return (*made, _VERSION, f"INSERT INTO alembic_version VALUES ('{REVISION}')")  # noqa: S608 - the name of a migration of ours


def indexes() -> tuple[str, ...]:
    """What makes looking up quick; nothing but a unique one refuses anything."""
    listed = sorted((index for table in TABLES.values() for index in table.indexes), key=lambda index: str(index.name))
    return tuple(str(CreateIndex(index).compile(dialect=_DIALECT)) for index in listed)


_DIALECT = _Dialect()  # type: ignore[no-untyped-call]
