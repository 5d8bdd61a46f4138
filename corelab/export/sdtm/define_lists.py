"""The code lists of define.xml: NCI codes for published terms, ExtendedValue for what a sponsor added to a published list."""

from collections.abc import Iterator

from lxml import etree

from corelab.export.sdtm.elements import DEF, Element, child, named, translated
from corelab.export.sdtm.ids import list_oid
from corelab.export.sdtm.lists import CodeList, Term
from corelab.export.sdtm.schema import Schema

_NCI = "nci:ExtCodeID"


def code_lists(schema: Schema, standard: str) -> Iterator[Element]:
    """Those that a variable uses, in the order of the schema."""
    used = frozenset[str]().union(*(dataset.lists for dataset in schema.datasets))
    yield from (_list(one, standard) for one in schema.lists.values() if one.id in used)


def _list(one: CodeList, standard: str) -> Element:
    made = etree.Element(named("CodeList"), {"OID": list_oid(one.id), "Name": one.name, "DataType": "text"})
    if one.nci:
        made.set(f"{{{DEF}}}StandardOID", standard)
    else:
        made.set(f"{{{DEF}}}IsNonStandard", "Yes")
    decoded = all(term.decode for term in one.terms)
    for number, term in enumerate(one.terms, 1):
        _term(made, one, term, number, decoded=decoded)
    if one.nci:
        child(made, "Alias", Context=_NCI, Name=one.nci)
    return made


def _term(made: Element, one: CodeList, term: Term, number: int, *, decoded: bool) -> None:
    """With decode where every term of the list has one: a list is of one kind."""
    item = child(made, "CodeListItem" if decoded else "EnumeratedItem", CodedValue=term.value, OrderNumber=str(number))
    if one.nci and not term.nci:
        item.set(f"{{{DEF}}}ExtendedValue", "Yes")
    if decoded:
        translated(child(item, "Decode"), term.decode)
    if term.nci:
        child(item, "Alias", Context=_NCI, Name=term.nci)
