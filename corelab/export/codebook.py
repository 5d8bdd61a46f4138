"""The codebook of a package: every code with its decode, and every column of its tables."""

from collections.abc import Iterable

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import ChoiceItem, MultiItem
from corelab.domain.measurement import Quantity
from corelab.domain.vocabulary import Binding, Missing, Source
from corelab.export.columns import Code, Table

_BOUND = {Binding.AUTO: "On screen when the grade was given", Binding.MARKED: "Marked by the reader", Binding.CALIPER: "A caliper on it"}


def codelists_for(*charters: Charter) -> tuple[Code, ...]:
    """Every code list of the package with its decodes, in the order of the charter; what a further version adds comes behind."""
    found: dict[tuple[str, str], Code] = {}
    for code in (code for charter in charters for code in _codes(charter)):
        found.setdefault((code.codelist, code.code), code)
    return tuple(found.values())


def _codes(charter: Charter) -> tuple[Code, ...]:
    lists: list[Code] = [
        *(Code("VISIT", visit.id, visit.label) for visit in charter.visits),
        Code("SIDE", "LEFT", "Left"),
        Code("SIDE", "RIGHT", "Right"),
        *(Code("SEGCD", segment.id, segment.name) for segment in charter.segments),
        *(Code("TESTCD", item.export.testcd, item.export.test) for item in charter.items),
        Code("EVALSTAT", Missing.NOT_APPLICABLE.value, "Not applicable"),
        Code("EVALSTAT", Missing.NOT_EVALUABLE.value, "Not evaluable"),
        Code("EVALSTAT", Missing.NOT_IMAGED.value, "Not imaged"),
        Code("EVALROLE", "READER 1", "Reader of slot 1"),
        Code("EVALROLE", "READER 2", "Reader of slot 2"),
        Code("EVALROLE", "ADJUDICATOR 1", "Adjudicator"),
        Code("YN", "Y", "Yes"),
        Code("YN", "N", "No"),
        Code("PURPOSE", "PRIMARY", "Primary reading"),
        Code("PURPOSE", "REPEAT", "Second reading by the same reader, never compared"),
        Code("PURPOSE", "ADJUDICATION", "Adjudication"),
        *(Code("RDTYPE", kind.id, kind.label) for kind in charter.reading_types),
        *(Code("ATTRCD", attribute.id, attribute.label) for attribute in charter.attributes),
        Code("GUESS", "1", "First arm"),
        Code("GUESS", "2", "Second arm"),
        Code("GUESS", "DK", "Do not know"),
        *(Code("BOUND", how.value, _BOUND[how]) for how in Binding),
        *(Code("QUANTITY", quantity.value, quantity.value.capitalize()) for quantity in Quantity),
        *(Code("SOURCE", source.value, source.value.capitalize()) for source in Source),
        *(Code("NERSN", reason.id, reason.label) for reason in charter.missing.ne),
        *(Code("NERSN", reason.id, reason.label) for reason in charter.missing.ni),
    ]
    for item in charter.items:
        if isinstance(item, ChoiceItem | MultiItem):
            lists += [Code(item.export.testcd, option.value, option.label) for option in item.options]
    return tuple(lists)


def dictionary_rows(tables: Iterable[Table]) -> tuple[tuple[str, ...], ...]:
    """The rows of ``codebook/dictionary.csv`` below DICTIONARY_HEADER."""
    return tuple(
        (
            table.path,
            column.name,
            column.label,
            column.kind,
            str(column.length),
            column.codelist or "",
            "Y" if column.key else "",
            column.origin,
            column.since,
        )
        for table in tables
        for column in table.columns
    )


DICTIONARY_HEADER = ("FILE", "NAME", "LABEL", "TYPE", "LENGTH", "CODELIST", "KEY", "ORIGIN", "SINCE")
CODELIST_HEADER = ("CODELIST", "CODE", "DECODE")
