"""The codebook of a package: every code with its decode and standard code, and every column of its tables."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from corelab.domain.adjudication import DecisionReason, Mode
from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, Option
from corelab.domain.charter.table import Code as Coded
from corelab.domain.controlled_terms import term_list
from corelab.domain.measurement import Quantity
from corelab.domain.vocabulary import Binding, Missing, Source
from corelab.export.change_table import CODES as OF_CHANGES
from corelab.export.columns import Code, Table
from corelab.export.lab_codes import OF_THE_LAB, OPEN
from corelab.export.writers import csv_bytes
from corelab.export.written import Written

_BOUND = {Binding.AUTO: "On screen when the grade was given", Binding.MARKED: "Marked by the reader", Binding.CALIPER: "A caliper on it"}
_MODES = {Mode.REVIEW: "A and B are shown", Mode.INDEPENDENT: "Graded without seeing A and B", Mode.FORCED_CHOICE: "A or B is taken"}
_MISSING = (
    (Missing.NOT_APPLICABLE.value, "Not applicable"),
    (Missing.NOT_EVALUABLE.value, "Not evaluable"),
    (Missing.NOT_IMAGED.value, "Not imaged"),
)


def codelists_for(*charters: Charter) -> tuple[Code, ...]:
    """Every code list of the package with its decodes, in the order of the charter; what a further version adds comes behind."""
    found: dict[tuple[str, str], Code] = {}
    places: Counter[str] = Counter()
    for code in (code for charter in charters for code in _codes(charter)):
        if (code.codelist, code.code) not in found:
            places[code.codelist] += 1
            found[code.codelist, code.code] = replace(code, order=places[code.codelist])
    return tuple(found.values())


def _codes(charter: Charter) -> Iterator[Code]:
    yield from _of_charter(charter)
    yield from _OF_READINGS
    yield from OF_CHANGES
    yield from (Code("NERSN", reason.id, reason.label) for reason in (*charter.missing.ne, *charter.missing.ni))
    yield from (Code("EXPRSN", reason.id, reason.label) for reason in charter.missing.ni)
    yield from OF_THE_LAB
    for item in charter.items:
        if isinstance(item, ChoiceItem | MultiItem):
            yield from (_option(charter, item, place, option) for place, option in enumerate(item.options, 1))


def _of_charter(charter: Charter) -> Iterator[Code]:
    yield from (Code("VISIT", visit.id, visit.label) for visit in charter.visits)
    sides = charter.codings.laterality
    yield _side("LEFT", "Left", sides.left if sides else None)
    yield _side("RIGHT", "Right", sides.right if sides else None)
    for segment in charter.segments:
        yield Code("SEGCD", segment.id, segment.name, segment.code.scheme, segment.code.value, segment.export.loc_extended)
    yield from map(_test, charter.items)
    yield from (Code("RDTYPE", kind.id, kind.label) for kind in charter.reading_types)
    yield from (Code("ATTRCD", attribute.id, attribute.label) for attribute in charter.attributes)
    yield from (Code("PARAMCD", derivation.id, derivation.label) for derivation in charter.derivations)


def _side(code: str, decode: str, coded: Coded | None) -> Code:
    return Code("SIDE", code, decode, coded.scheme if coded else "", coded.value if coded else "", extended=False)


def _test(item: Item) -> Code:
    """An item that the charter gives no concept has none of its own."""
    known = item.concept
    extended = item.export.testcd not in term_list("CVTESTCD").terms
    return Code("TESTCD", item.export.testcd, item.export.test, known.scheme if known else "", known.value if known else "", extended)


def _option(charter: Charter, item: Item, place: int, option: Option) -> Code:
    """One without a code stands under the trial's own scheme, by item and place (charter format, section 5)."""
    scheme, value = (
        (option.code.scheme, option.code.value) if option.code is not None else (charter.codings.local_scheme, f"{item.id}-{place}")
    )
    return Code(item.export.testcd, option.value, option.label, scheme, value)


_OF_READINGS = (
    *(Code("EVALSTAT", code, words) for code, words in _MISSING),
    *(Code("MISSRSN", code, words) for code, words in _MISSING),
    Code("MISSRSN", OPEN, "It looks back to an exam that is not final"),
    Code("EVALROLE", "READER 1", "Reader of slot 1"),
    Code("EVALROLE", "READER 2", "Reader of slot 2"),
    Code("EVALROLE", "ADJUDICATOR 1", "Adjudicator"),
    Code("YN", "Y", "Yes"),
    Code("YN", "N", "No"),
    Code("PURPOSE", "PRIMARY", "Primary reading"),
    Code("PURPOSE", "REPEAT", "Second reading by the same reader, never compared"),
    Code("PURPOSE", "ADJUDICATION", "Adjudication"),
    Code("GUESS", "1", "First arm"),
    Code("GUESS", "2", "Second arm"),
    Code("GUESS", "DK", "Do not know"),
    *(Code("BOUND", how.value, _BOUND[how]) for how in Binding),
    *(Code("QUANTITY", quantity.value, quantity.value.capitalize()) for quantity in Quantity),
    *(Code("SOURCE", source.value, source.value.capitalize()) for source in Source),
    Code("CHOSEN", "A", "The grade shown as A was taken"),
    Code("CHOSEN", "B", "The grade shown as B was taken"),
    Code("CHOSEN", "OWN", "Own grade of the adjudicator"),
    Code("CHOSEN", "FOLLOWS", "A detail that goes with what was decided in its segment"),
    *(Code("ADJRSN", reason.value, reason.label) for reason in DecisionReason),
    *(Code("ADJMODE", mode.name, _MODES[mode]) for mode in Mode),
)

CODELIST_HEADER = ("CODELIST", "CODE", "DECODE", "ORDER", "SCHEME", "VALUE", "EXTENDED")
_EXTENDED = {True: "Y", False: "N", None: ""}


def codelist_rows(codes: Iterable[Code]) -> tuple[tuple[str, ...], ...]:
    """The rows of ``codebook/codelists.csv`` below CODELIST_HEADER."""
    return tuple((one.codelist, one.code, one.decode, str(one.order), one.scheme, one.value, _EXTENDED[one.extended]) for one in codes)


DICTIONARY_HEADER = (
    "FILE",
    "NAME",
    "LABEL",
    "TYPE",
    "LENGTH",
    "CODELIST",
    "KEY",
    "ORIGIN",
    "SINCE",
    "XPTNAME",
    "XPTLABEL",
    "PKGKIND",
)


def dictionary_rows(tables: Iterable[Table], kind: str) -> tuple[tuple[str, ...], ...]:
    """The rows of ``codebook/dictionary.csv`` below DICTIONARY_HEADER. ``kind``: whether the package is PROD, TEST or DEMO."""
    return tuple(row for table in tables for row in _of_table(table, kind))


def _of_table(table: Table, kind: str) -> Iterator[tuple[str, ...]]:
    xpt_names = table.xpt_names
    for column in table.columns:
        yield (
            table.path,
            column.name,
            column.label,
            column.kind,
            str(column.length),
            column.codelist or "",
            "Y" if column.key else "",
            column.origin,
            table.since_of(column),
            xpt_names[column.name],
            column.xpt_label,
            kind,
        )


def write(package: Written, into: Path) -> None:
    """``codebook/dictionary.csv`` and ``codebook/codelists.csv``. Raises OSError."""
    folder = into / "codebook"
    folder.mkdir(parents=True, exist_ok=True)
    rows = dictionary_rows(package.tables, package.facts["kind"])
    (folder / "dictionary.csv").write_bytes(csv_bytes(DICTIONARY_HEADER, rows))
    codes = codelist_rows(codelists_for(*package.versions.all))
    (folder / "codelists.csv").write_bytes(csv_bytes(CODELIST_HEADER, codes))
