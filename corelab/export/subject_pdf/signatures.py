"""Who signed what of a package, in words: printed name, time with its zone, meaning."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from corelab.export.subject_pdf.content import Signed
from corelab.export.writers import Row

FILE = "audit/signatures.jsonl"


class Signatures:
    """The signatures of the package by the record they are over. In memory is only where each line begins.

    Raises OSError, ValueError.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._begins: dict[str, list[int]] = {}
        with self._file.open("rb") as file:
            at = 0
            for line in file:
                self._begins.setdefault(json.loads(line)["document"]["record"], []).append(at)
                at += len(line)

    def of(self, rows: Iterable[Row]) -> tuple[Signed, ...]:
        """The signatures over the records of these rows of readings.csv, in the order in which they were made."""
        records = {row["RECID"]: row for row in rows}
        found = [(document, records[record]) for record in records for document in self._documents(record)]
        found.sort(key=lambda held: (held[0]["seq"], held[0]["record"]))
        return tuple(_signed(document, row) for document, row in found)

    def _documents(self, record: str) -> Iterator[dict[str, Any]]:
        begins = self._begins.get(record, ())
        with self._file.open("rb") as file:
            for at in begins:
                file.seek(at)
                yield json.loads(file.readline())["document"]


def _signed(document: dict[str, Any], row: Row) -> Signed:
    purpose = "" if row["PURPOSE"] in {"PRIMARY", "ADJUDICATION"} else f", {row['PURPOSE'].lower()}"
    state = "" if row["CURRFL"] == "Y" else ", not current"
    return Signed(
        role=f"{row['EVALROLE'].capitalize()}{purpose}, {row['RDTYPE']} revision {row['REVISION']}{state}",
        reader=row["READERID"],
        name=document["name"],
        at=local_words(document["at"], document["tz"]),
        meaning=document["meaning"],
        record=f"{row['RECID']}, event {document['seq']}",
    )


def local_words(at: str, east: int) -> str:
    """A time in UTC as the clock of the person showed it, ``east`` in minutes: ``2026-01-12 11:00:00 (UTC+01:00)``."""
    local = datetime.fromisoformat(at).astimezone(timezone(timedelta(minutes=east)))
    return f"{local:%Y-%m-%d %H:%M:%S} ({local.tzname()})"
