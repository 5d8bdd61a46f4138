"""``codebook/specification.xlsx``: the data transfer specification, made from the charter alone, with lines to sign on."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from corelab.domain.charter import Charter
from corelab.export import transfer_words
from corelab.export.charter.derivation_words import derivation_words
from corelab.export.codebook import codelist_rows, codelists_for, dictionary_rows
from corelab.export.columns import Table
from corelab.export.tables import GUESS, SPECIFICATION, tables_for
from corelab.export.written import Written
from corelab.export.xlsx.archive import Members, members_of, write_members
from corelab.export.xlsx.cover import write_approval, write_cover
from corelab.export.xlsx.sheet import Grid, put_table

PATH: Final = "codebook/specification.xlsx"
_CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook names no zone; no day on which somebody exported
_Rows = Iterable[Sequence[str]]


def write(package: Written, into: Path) -> None:
    write_members(into / PATH, specification(package.versions.all))


def specification(charters: Sequence[Charter]) -> Members:
    """The first charter names the columns; what further versions add to code lists stands behind."""
    main = charters[0]
    title = f"Data transfer specification, trial {main.trial.id}"
    return members_of(partial(_fill, tuple(charters)), _CREATED, title=title, subject=f"{main.id} {main.version}")


def _fill(charters: tuple[Charter, ...], book: Any) -> None:
    main, tables = charters[0], (*tables_for(charters[0]), GUESS)
    grid = Grid.of(book, f"{main.trial.id}, charter {main.version} ({main.hash[:12]}), specification {SPECIFICATION}")
    sections = _sections(charters, tables)
    write_cover(grid, charters, [(name, said) for name, said, _ in sections])
    for name, said, fill in sections:
        fill(grid, name, said)
    write_approval(grid, main)


def _sections(charters: tuple[Charter, ...], tables: tuple[Table, ...]) -> tuple[tuple[str, str, Callable[[Grid, str, str], None]], ...]:
    return (
        ("Transfer", "What is transferred, how it is named, formatted, checked, and how it may change", _transfer),
        ("Tables", "Every file of data/: what a row is, and its key", partial(_tables, tables)),
        ("Columns", "Every column: label, type, length, code list, key", partial(_columns, tables)),
        ("Code lists", "Every code with its decode and the code of a standard terminology", partial(_codes, charters)),
        ("Missing", "The three kinds of missing grade, and their reasons", partial(_missing, charters)),
        ("Derivations", "Every derived endpoint in words and as a formula", partial(_derivations, charters[0])),
    )


def _transfer(grid: Grid, name: str, said: str) -> None:
    parts = (
        ("Naming", transfer_words.NAMING),
        ("Files", transfer_words.FILES),
        ("Format", transfer_words.FORMAT),
        ("Control", transfer_words.CONTROL),
        ("Rules of change", transfer_words.CHANGE),
    )
    rows = [(part, *one) for part, of in parts for one in of]
    put_table(grid, name, said, (("Subject", 18), ("What", 38), ("Agreed", 96)), rows)


def _tables(tables: tuple[Table, ...], grid: Grid, name: str, said: str) -> None:
    rows = [(table.path, table.title, ", ".join(table.key), str(len(table.columns)), table.since) for table in tables]
    put_table(grid, name, said, (("File", 26), ("Content", 62), ("Key, and order of rows", 46), ("Columns", 10), ("Since", 8)), rows)


def _columns(tables: tuple[Table, ...], grid: Grid, name: str, said: str) -> None:
    rows = [(*row[:6], "key" if row[6] else "", *row[7:10]) for row in dictionary_rows(tables, "")]
    heads = (
        ("File", 25),
        ("Column", 20),
        ("Label", 58),
        ("Type", 10),
        ("Length", 9),
        ("Code list", 12),
        ("Key", 7),
        ("Origin", 9),
        ("Since", 8),
        ("Name in XPT", 14),
    )
    put_table(grid, name, said, heads, rows, parted=True)


def _codes(charters: tuple[Charter, ...], grid: Grid, name: str, said: str) -> None:
    heads = zip(("Code list", "Code", "Decode", "Order", "Scheme", "Standard code", "Extended"), (14, 22, 66, 8, 14, 18, 11), strict=True)
    rows = codelist_rows(codelists_for(*charters))
    put_table(grid, name, said, tuple(heads), rows, parted=True)


def _missing(charters: tuple[Charter, ...], grid: Grid, name: str, said: str) -> None:
    kinds = [("Kind", *one) for one in transfer_words.MISSING]
    reasons = [
        (f"Reason of {kind}", one.id, one.label, "a note is needed" if one.note else "")
        for kind, found in (("NE", charters[0].missing.ne), ("NI", charters[0].missing.ni))
        for one in found
    ]
    heads = (("Of", 16), ("Code", 18), ("Decode", 44), ("What it says", 84))
    put_table(grid, name, said, heads, (("All", "", "", transfer_words.THREE_KINDS), *kinds, *reasons))


def _derivations(charter: Charter, grid: Grid, name: str, said: str) -> None:
    rows = [
        (one.id, one.label, one.scope, one.unit or "", ", ".join(one.visits or ()) or "every visit", *derivation_words(charter, one))
        for one in charter.derivations
    ]
    heads = (("Parameter", 12), ("Name", 34), ("Per", 10), ("Unit", 9), ("Visits", 14), ("In words", 66), ("Formula", 50))
    put_table(grid, name, said, heads, rows)
