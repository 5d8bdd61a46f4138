"""What tables cost by themselves: the same rows in a bare SQLite file, selected and written as CSV by the library."""

import csv
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BareRows:
    """Tables of text in one file, their rows in the order in which they are wanted. ``columns`` by table."""

    path: Path
    columns: Mapping[str, Sequence[str]]

    @classmethod
    def made(cls, path: Path, columns: Mapping[str, Sequence[str]]) -> "BareRows":
        with closing(sqlite3.connect(path)) as connection:
            for table, names in columns.items():
                connection.execute(f"CREATE TABLE {_name(table)} ({', '.join(f'{_name(one)} TEXT' for one in names)}) STRICT")
            connection.commit()
        return cls(path, columns)

    def add(self, table: str, rows: Iterable[Sequence[str]]) -> None:
        marks = ", ".join("?" * len(self.columns[table]))
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executemany(f"INSERT INTO {_name(table)} VALUES ({marks})", rows)  # noqa: S608 - names of our own
            connection.commit()

    def write(self, folder: Path) -> None:
        """One file for each table: its header, then every row."""
        folder.mkdir(parents=True)
        with closing(sqlite3.connect(self.path)) as connection:
            for table, names in self.columns.items():
                with (folder / f"{table}.csv").open("x", encoding="utf-8", newline="") as file:
                    writer = csv.writer(file)
                    writer.writerow(names)
                    writer.writerows(connection.execute(f"SELECT * FROM {_name(table)}"))  # noqa: S608 - names of our own


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
