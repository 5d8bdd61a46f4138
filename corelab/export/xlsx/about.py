"""The first sheet of the results: what this copy is, and where everything stands."""

from typing import Any, Final

from corelab.export.transfer_words import MARKS
from corelab.export.written import Written
from corelab.export.xlsx.look import Look, left_out
from corelab.export.xlsx.styles import COUNT, HEAD, LABEL, LINK, NOTICE, STRONG, SUBTITLE, TITLE, WORDS

_SAID: Final = (
    "This workbook is a convenience copy. What is exact, hashed and signed for analysis are the files in data/.",
    "Empty cells are missing values. NA (not applicable), NE (not evaluable) and NI (not imaged) are codes and never blank or 0.",
    "Numbers show the digits that were entered. Dates are ISO 8601 text. Key columns have a blue head.",
    "What columns and codes mean: codebook/codebook.html.",
)


def write_about(book: Any, package: Written, looks: tuple[Look, ...]) -> None:
    facts, sheet = package.facts, book.add_worksheet("About")
    title, subtitle, label, strong, words, notice = map(book.add_format, (TITLE, SUBTITLE, LABEL, STRONG, WORDS, NOTICE))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 96)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, f"{facts['trial']}, transfer {facts['transfer']}", title)
    sheet.write_string(1, 0, package.versions.main.header.title, subtitle)
    line = 3
    if facts["kind"] in MARKS:
        sheet.merge_range(line, 0, line, 2, MARKS[facts["kind"]], notice)
        line += 2
    for name, value in _facts(package):
        sheet.write_string(line, 0, name, label)
        sheet.write_string(line, 1, value, strong)
        line += 1
    for said in _SAID:
        sheet.merge_range(line + 1, 0, line + 1, 2, said, words)
        line += 1
    _tables(book, sheet, line + 2, looks)


def _facts(package: Written) -> tuple[tuple[str, str], ...]:
    facts, charter = package.facts, package.versions.main
    return (
        ("As of", f"{facts['cutoff']['at']} (event {facts['cutoff']['seq']} of the audit trail)"),
        ("Charter", f"{charter.id} {charter.version}"),
        ("Specification", str(facts["specification"])),
        ("Made by", str(facts["product"])),
    )


def _tables(book: Any, sheet: Any, line: int, looks: tuple[Look, ...]) -> None:
    head, link, count, words = map(book.add_format, (HEAD, LINK, COUNT, WORDS))
    for at, name in enumerate(("Sheet", "Rows", "Content")):
        sheet.write_string(line, at, name, head)
    for number, look in enumerate(looks, line + 1):
        name, more = look.table.name, f". {left_out(look.table.name, look.rows)}" if look.shown < look.rows else ""
        sheet.write_url(number, 0, f"internal:'{name}'!A1", link, name)
        sheet.write_number(number, 1, look.rows, count)
        sheet.write_string(number, 2, f"{look.table.title}{more}", words)
