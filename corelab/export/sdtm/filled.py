"""Which variables hold a value somewhere: Define-XML says of the others that they have no data."""

from collections.abc import Sequence

from corelab.export.sdtm.variables import Dataset
from corelab.export.writers import Row


class Filled:
    def __init__(self) -> None:
        self._records: dict[str, int] = {}
        self._empty: dict[str, set[str]] = {}

    def see(self, dataset: Dataset, rows: Sequence[Row]) -> None:
        self._records[dataset.name] = self.records(dataset) + len(rows)
        empty = self._empty.setdefault(dataset.name, set(dataset.names))
        if empty:
            empty -= {name for name in empty if any(row[name] for row in rows)}

    def records(self, dataset: Dataset) -> int:
        return self._records.get(dataset.name, 0)

    def is_empty(self, dataset: Dataset, name: str) -> bool:
        return name in self._empty.get(dataset.name, dataset.names)
