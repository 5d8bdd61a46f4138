"""The Study element: a charter as metadata - visits, reading types, questions, code lists, units."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from lxml import etree

from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_design import ReadingType
from corelab.domain.charter.model_item import Item, NumberItem, Option, TextItem
from corelab.domain.vocabulary import NotApplicableCause
from corelab.export.codebook import codelists_for
from corelab.export.columns import Column
from corelab.export.odm import names
from corelab.export.odm.elements import root, translated, under
from corelab.export.tables import READINGS
from corelab.export.transfer_words import study_words

OF_RECORD = (
    *("EXAMDTC", "EXAMDY", "RDTYPE", "EVALROLE", "READERID", "READNO", "REVISION"),
    *("CURRFL", "PURPOSE", "SIGNDTC", "CHARTVER", "FORMHASH", "RECID", "EVENTSEQ"),
)
"""The columns of readings.csv that are the same for a whole record."""
_FLAGS: Mapping[str, str] = {
    names.ACCEPTED: "Grade that is the result",
    names.PREFILLED: "Entered by the program as the default of the question, not by a person",
}
_TYPES = {"integer": "integer", "number": "float", "date": "date", "datetime": "datetime"}
_NUMBER_LENGTH = 16


def study_of(trial: str, charters: Iterable[Charter]) -> etree._Element:
    """One version of the metadata for each charter version."""
    known = tuple(charters)
    study = root("Study", OID=names.study(trial))
    named = under(study, "GlobalVariables")
    for name, words in (("StudyName", trial), ("StudyDescription", study_words(trial)), ("ProtocolName", known[0].trial.id)):
        under(named, name).text = words
    basic = under(study, "BasicDefinitions")
    for unit in dict.fromkeys(item.unit for charter in known for item in charter.items if isinstance(item, NumberItem)):
        translated(under(under(basic, "MeasurementUnit", OID=names.unit(unit), Name=unit), "Symbol"), unit)
    for charter in known:
        _version(study, charter)
    return study


def _version(study: etree._Element, charter: Charter) -> None:
    named = {"OID": names.version(charter), "Name": f"{charter.id} {charter.version}", "Description": f"Charter {charter.hash}"}
    version = under(study, "MetaDataVersion", **named)
    _visits(version, charter)
    for kind in charter.reading_types:
        _form(version, charter, kind)
    _groups(version, charter)
    _record_items(version)
    for item in charter.items:
        _item(version, item)
    _codelists(version, charter)


def _visits(version: etree._Element, charter: Charter) -> None:
    protocol = under(version, "Protocol")
    visits = sorted(charter.visits, key=lambda one: one.number)
    for order, visit in enumerate(visits, 1):
        required = "Yes" if visit.required else "No"
        under(protocol, "StudyEventRef", StudyEventOID=names.visit(visit.id), OrderNumber=str(order), Mandatory=required)
    for visit in visits:
        event = under(version, "StudyEventDef", OID=names.visit(visit.id), Name=visit.label, Repeating="No", Type="Scheduled")
        for order, kind in enumerate(charter.types_at(visit.id), 1):
            under(event, "FormRef", FormOID=names.form(kind.id), OrderNumber=str(order), Mandatory="Yes")


def _form(version: etree._Element, charter: Charter, kind: ReadingType) -> None:
    form = under(version, "FormDef", OID=names.form(kind.id), Name=kind.label, Repeating="Yes")
    translated(under(form, "Description"), "One signed record: a reading, a revision of it, or the decisions of an adjudicator.")
    under(form, "ItemGroupRef", ItemGroupOID=names.RECORD_GROUP, OrderNumber="1", Mandatory="Yes")
    scopes = sorted({item.scope == "exam" for item in _asked(charter, kind)})
    for order, whole in enumerate(scopes, 2):
        under(form, "ItemGroupRef", ItemGroupOID=names.group(kind.id, whole_exam=whole), OrderNumber=str(order), Mandatory="No")


def _asked(charter: Charter, kind: ReadingType) -> list[Item]:
    asked = charter.items_of(kind)
    return [item for item in charter.items if item.id in asked]


def _groups(version: etree._Element, charter: Charter) -> None:
    record = under(version, "ItemGroupDef", OID=names.RECORD_GROUP, Name="What the record is", Repeating="No")
    _references(record, (names.record_item(name) for name in OF_RECORD), mandatory=False)
    for kind in charter.reading_types:
        ordered = sorted(_asked(charter, kind), key=lambda item: item.scope == "exam")
        for whole, items in groupby(ordered, key=lambda item: item.scope == "exam"):
            title = f"{kind.label}: {'the whole exam' if whole else 'one segment, by the repeat key'}"
            oid = names.group(kind.id, whole_exam=whole)
            group = under(version, "ItemGroupDef", OID=oid, Name=title, Repeating="No" if whole else "Yes")
            _references(group, (names.item(item.export.testcd) for item in items), mandatory=False)


def _references(group: etree._Element, items: Iterable[str], *, mandatory: bool) -> None:
    for order, item in enumerate(items, 1):
        under(group, "ItemRef", ItemOID=item, OrderNumber=str(order), Mandatory="Yes" if mandatory else "No")


def _record_items(version: etree._Element) -> None:
    columns = {column.name: column for column in READINGS.columns}
    for name in OF_RECORD:
        column = columns[name]
        item = under(version, "ItemDef", OID=names.record_item(name), Name=name, **_type_of(column))
        translated(under(item, "Description"), column.label)
        if column.codelist:
            under(item, "CodeListRef", CodeListOID=names.codelist(column.codelist))


def _type_of(column: Column) -> dict[str, str]:
    kind = _TYPES.get(column.kind, "text")
    return {"DataType": kind} | ({"Length": str(column.length)} if kind in {"text", "integer"} else {})


def _item(version: etree._Element, item: Item) -> None:
    oid = names.item(item.export.testcd)
    made = under(version, "ItemDef", OID=oid, Name=item.export.test, SDSVarName=_sas(item.export.testcd), **_item_type(item))
    translated(under(made, "Description"), item.label)
    translated(under(made, "Question"), item.question)
    if isinstance(item, NumberItem):
        under(made, "MeasurementUnitRef", MeasurementUnitOID=names.unit(item.unit))
        for comparator, bound in (("GE", item.min), ("LE", item.max)):
            check = under(made, "RangeCheck", Comparator=comparator, SoftHard="Hard")
            under(check, "CheckValue").text = f"{bound:.{item.decimals}f}"
    if isinstance(item, ChoiceItem):
        under(made, "CodeListRef", CodeListOID=names.codelist(item.export.testcd))
    if item.concept is not None:
        under(made, "Alias", Context=item.concept.scheme, Name=item.concept.value)
    under(made, "Alias", Context="charter", Name=item.id)


def _sas(testcd: str) -> str:
    return testcd if not testcd[0].isdigit() else f"_{testcd[:7]}"


def _item_type(item: Item) -> dict[str, str]:
    match item:
        case NumberItem(decimals=0):
            return {"DataType": "integer", "Length": str(_NUMBER_LENGTH)}
        case NumberItem():
            return {"DataType": "float", "Length": str(_NUMBER_LENGTH), "SignificantDigits": str(item.decimals)}
        case TextItem():
            return {"DataType": "text", "Length": "4", "Comment": "TEXT stands for words; they are in data/notes.csv"}
        case ChoiceItem():
            return {"DataType": "text", "Length": str(max(len(option.value) for option in item.options))}
        case _:
            every = "+".join(option.value for option in item.options)
            return {"DataType": "text", "Length": str(len(every)), "Comment": "Options that were chosen, joined by a plus sign"}


def _codelists(version: etree._Element, charter: Charter) -> None:
    ranks = {item.export.testcd: item.options for item in charter.items if isinstance(item, ChoiceItem)}
    wanted = {*ranks, *(column.codelist for column in READINGS.columns if column.name in OF_RECORD), "EVALSTAT", "NERSN"}
    lists: dict[str, dict[str, str]] = {}
    for one in codelists_for(charter):
        if one.codelist in wanted:
            lists.setdefault(one.codelist, {})[one.code] = one.decode
    lists["NERSN"] |= {cause.value: f"Not applicable: {cause.value.lower()}" for cause in NotApplicableCause}
    for oid, words in _FLAGS.items():
        lists[oid.removeprefix(names.codelist(""))] = {"Y": words}
    for name, codes in lists.items():
        made = under(version, "CodeList", OID=names.codelist(name), Name=name, DataType="text")
        for order, (code, decode) in enumerate(codes.items(), 1):
            entry = under(made, "CodeListItem", CodedValue=code, OrderNumber=str(order), **_ranked(ranks.get(name, ()), code))
            translated(under(entry, "Decode"), decode)
            for context, value in _concepts(ranks.get(name, ()), code):
                under(entry, "Alias", Context=context, Name=value)


def _ranked(options: Iterable[Option], code: str) -> dict[str, str]:
    rank = next((option.rank for option in options if option.value == code), None)
    return {} if rank is None else {"Rank": str(rank)}


def _concepts(options: Iterable[Option], code: str) -> Iterator[tuple[str, str]]:
    return ((option.code.scheme, option.code.value) for option in options if option.value == code and option.code is not None)
