"""The first and the last sheet of the specification: what it is about, and the lines to sign on."""

from collections.abc import Sequence
from typing import Final

from corelab.domain.charter import Charter
from corelab.export.tables import SPECIFICATION
from corelab.export.transfer_words import charter_facts
from corelab.export.xlsx.sheet import Grid
from corelab.export.xlsx.styles import BLANK, HEAD, LABEL, LINK, PLAIN, SECTION, STRONG, WORDS

_SIGNERS: Final = ("For the sponsor", "For data management", "For the statistical analysis", "For the core laboratory")
_FIELDS: Final = ("", "Name and function", "Signature", "Date")
_SCOPE: Final = (
    "It says which files the core laboratory hands over, what stands in each column, which codes occur and what they mean, how a transfer "
    "is named, checked and signed, and what may change. It is made from the imaging charter alone and is signed before the first transfer."
)
_APPROVAL: Final = (
    "By signing, the undersigned agree to transfers by this specification. The content hash names the imaging charter that it was made "
    "from: a charter with another hash gives another specification, which is signed anew."
)


def write_cover(grid: Grid, charters: Sequence[Charter], sections: Sequence[tuple[str, str]]) -> None:
    sheet = grid.sheet("Specification", "Data transfer specification", f"Trial {charters[0].trial.id}: {charters[0].title}")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    line = 3
    further = [("Further version", f"{one.version} ({one.hash})") for one in charters[1:]]
    for name, value in (*charter_facts(charters[0]), *further, ("Specification", f"version {SPECIFICATION}")):
        grid.put(sheet, (line, 0), name, LABEL)
        grid.put(sheet, (line, 1), value, STRONG)
        line += 1
    grid.put(sheet, (line + 1, 0), "What it is for", SECTION)
    grid.put(sheet, (line + 2, 1), _SCOPE, WORDS)
    grid.put(sheet, (line + 4, 0), "Sheets", SECTION)
    for number, (name, said) in enumerate((*sections, ("Approval", "Who agrees, with lines to sign on")), line + 5):
        sheet.write_url(number, 0, f"internal:'{name}'!A1", grid.style(LINK), name)
        grid.put(sheet, (number, 1), said, PLAIN)


def write_approval(grid: Grid, charter: Charter) -> None:
    sheet = grid.sheet("Approval", "Approval", f"Imaging charter {charter.id} {charter.version}, specification {SPECIFICATION}")
    for at, width in enumerate((28, 50, 44, 20)):
        sheet.set_column(at, at, width)
    sheet.set_row(3, 36)
    sheet.merge_range(3, 0, 3, 3, _APPROVAL, grid.style(WORDS))
    grid.put(sheet, (4, 0), "Content hash", LABEL)
    grid.put(sheet, (4, 1), charter.hash, PLAIN)
    for at, name in enumerate(_FIELDS):
        grid.put(sheet, (6, at), name, HEAD)
    for line, signer in enumerate(_SIGNERS, 7):
        sheet.set_row(line, 48)
        grid.put(sheet, (line, 0), signer, BLANK)
        for at in range(1, len(_FIELDS)):
            sheet.write_blank(line, at, None, grid.style(BLANK))
