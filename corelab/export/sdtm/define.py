"""define.xml: Define-XML 2.1 of the SDTM datasets, made from their one schema object and held against the published XSD."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from corelab.domain.controlled_terms import EDITION
from corelab.export.sdtm.define_lists import code_lists
from corelab.export.sdtm.elements import DEF, NAMESPACES, XLINK, Element, child, described, named
from corelab.export.sdtm.filled import Filled
from corelab.export.sdtm.ids import dataset_oid, list_oid, metadata_oid, study_oid, value_oid, variable_oid
from corelab.export.sdtm.schema import Schema
from corelab.export.sdtm.variables import ByValue, Dataset, Kind, Variable
from corelab.export.sdtm.words import COMMENTS, METHODS
from corelab.export.transfer_words import study_words
from corelab.export.written import PartRefusedError, Written
from corelab.resources import resource

GUIDE, TERMS = "STD.SDTMIG", "STD.CT"


def write_define(path: Path, schema: Schema, package: Written, filled: Filled) -> None:
    """Raises PartRefusedError where the XSD does not allow it, and OSError."""
    root = define_of(schema, package, filled)
    hold(root)
    style = b'<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>\n'
    etree.indent(root, " ")
    path.write_bytes(b"<?xml version='1.0' encoding='UTF-8'?>\n" + style + etree.tostring(root, encoding="UTF-8") + b"\n")


def write_page(path: Path, define: Path, stylesheet: Path) -> None:
    """define.xml as the stylesheet shows it, for browsers that apply none to a file on disk. Raises OSError."""
    shown = etree.XSLT(_parsed(stylesheet), access_control=etree.XSLTAccessControl.DENY_ALL)  # type: ignore[attr-defined]  # the stubs lack it
    path.write_bytes(bytes(shown(_parsed(define))))


def _parsed(path: Path) -> etree._ElementTree:
    """One of our own files, read like a stranger's: nothing from the network, no entity."""
    return etree.parse(str(path), etree.XMLParser(no_network=True, resolve_entities=False))


def hold(root: Element) -> None:
    """Whether the published XSD allows it, looked up off-line. Raises PartRefusedError with the first fault."""
    try:
        _xsd().assertValid(root.getroottree())
    except etree.DocumentInvalid as fault:
        raise PartRefusedError("sdtm/define.xml", f"Define-XML 2.1 does not allow it: {fault}") from fault


@cache
def _xsd() -> etree.XMLSchema:
    return etree.XMLSchema(_parsed(resource("schemas", "define", "2.1", "define2-1-0.xsd")))


def define_of(schema: Schema, package: Written, filled: Filled) -> Element:
    facts, charter = package.facts, package.versions.main
    root = etree.Element(named("ODM"), _head(facts), NAMESPACES)  # type: ignore[arg-type]  # the stubs know no default
    study = child(root, "Study", OID=study_oid(facts))
    told = child(study, "GlobalVariables")
    child(told, "StudyName").text = facts["trial"]
    child(told, "StudyDescription").text = study_words(facts["trial"])
    child(told, "ProtocolName").text = charter.trial.registration or facts["trial"]
    title = f"Blinded readings of {facts['trial']}, transfer {facts['transfer']} ({facts['kind']})"
    version = child(study, "MetaDataVersion", OID=metadata_oid(facts), Name=title, Description=charter.title)
    version.set(f"{{{DEF}}}DefineVersion", "2.1.0")
    _standards(version)
    _value_lists(version, schema)
    for dataset in schema.datasets:
        _dataset(version, dataset, facts, filled)
    for dataset in schema.datasets:
        for variable in dataset.variables:
            _variable(version, dataset, variable)
        for name, values in dataset.values.items():
            _values(version, dataset, _named(dataset, name), values)
    version.extend(code_lists(schema, TERMS))
    _texts(version)
    return root


def _head(facts: Mapping[str, Any]) -> dict[str, str]:
    product, _, number = str(facts["product"]).partition(" ")
    return {
        "ODMVersion": "1.3.2",
        "FileType": "Snapshot",
        "FileOID": f"{study_oid(facts)}.{facts['transfer']}.DEFINE",
        "CreationDateTime": facts["cutoff"]["at"],
        "AsOfDateTime": facts["cutoff"]["at"],
        "SourceSystem": product,
        "SourceSystemVersion": number or "0",
        f"{{{DEF}}}Context": "Other",
    }


def _standards(version: Element) -> None:
    standards = child(version, "def:Standards")
    child(standards, "def:Standard", OID=GUIDE, Name="SDTMIG", Type="IG", Version="3.4", Status="Final")
    child(standards, "def:Standard", OID=TERMS, Name="CDISC/NCI", Type="CT", PublishingSet="SDTM", Version=EDITION, Status="Final")


def _value_lists(version: Element, schema: Schema) -> None:
    lists = [(dataset, _named(dataset, name), values) for dataset in schema.datasets for name, values in dataset.values.items()]
    for dataset, variable, values in lists:
        held = child(version, "def:ValueListDef", OID=_value_list_oid(dataset, variable))
        for number, value in enumerate(values.variables, 1):
            where = child(held, "ItemRef", ItemOID=value_oid(dataset, variable, value), OrderNumber=str(number), Mandatory="No")
            if value.method:
                where.set("MethodOID", f"MT.{value.method}")
            child(where, "def:WhereClauseRef", WhereClauseOID=_where_oid(dataset, values.by, value))
    wheres = {
        _where_oid(dataset, values.by, value): (dataset, values.by, value) for dataset, _, values in lists for value in values.variables
    }
    for oid, (dataset, by, value) in wheres.items():
        clause = child(version, "def:WhereClauseDef", OID=oid)
        check = child(clause, "RangeCheck", Comparator="EQ", SoftHard="Soft")
        check.set(f"{{{DEF}}}ItemOID", variable_oid(dataset, _named(dataset, by)))
        child(check, "CheckValue").text = value.name


def _named(dataset: Dataset, name: str) -> Variable:
    return next(one for one in dataset.variables if one.name == name)


def _value_list_oid(dataset: Dataset, variable: Variable) -> str:
    return f"VL.{dataset.name}.{variable.name}"


def _where_oid(dataset: Dataset, by: str, value: Variable) -> str:
    return f"WC.{dataset.name}.{by}.{value.name}"


def _dataset(version: Element, dataset: Dataset, facts: Mapping[str, Any], filled: Filled) -> None:
    group = child(
        version,
        "ItemGroupDef",
        OID=dataset_oid(dataset),
        Name=dataset.name,
        Domain="CV",
        SASDatasetName=dataset.name,
        Repeating="Yes",
        IsReferenceData="No",
        Purpose="Tabulation",
    )
    told = {"Structure": dataset.structure, "ArchiveLocationID": f"LF.{dataset.name}", "StandardOID": GUIDE}
    for name, value in told.items():
        group.set(f"{{{DEF}}}{name}", value)
    if dataset.name in COMMENTS:
        group.set(f"{{{DEF}}}CommentOID", f"COM.{dataset.name}")
    if not filled.records(dataset):
        group.set(f"{{{DEF}}}HasNoData", "Yes")
    described(group, dataset.label)
    for number, variable in enumerate(dataset.variables, 1):
        _reference(group, dataset, variable, number, no_data=filled.is_empty(dataset, variable.name))
    child(group, "def:Class", Name=dataset.kind)
    file = _file_of(dataset, facts)
    leaf = child(group, "def:leaf", ID=f"LF.{dataset.name}")
    leaf.set(f"{{{XLINK}}}href", file)
    child(leaf, "def:title").text = file


def _file_of(dataset: Dataset, facts: Mapping[str, Any]) -> str:
    """The transport file where the package has one, else the Dataset-JSON, which it always has."""
    return f"{dataset.name.lower()}.{'xpt' if 'xpt' in facts.get('parts', ()) else 'json'}"


def _reference(group: Element, dataset: Dataset, variable: Variable, number: int, *, no_data: bool) -> None:
    mandatory = "Yes" if variable.required else "No"
    item = child(group, "ItemRef", ItemOID=variable_oid(dataset, variable), OrderNumber=str(number), Mandatory=mandatory)
    if variable.key:
        item.set("KeySequence", str(variable.key))
    if variable.method:
        item.set("MethodOID", f"MT.{variable.method}")
    if no_data:
        item.set(f"{{{DEF}}}HasNoData", "Yes")


def _variable(version: Element, dataset: Dataset, variable: Variable) -> None:
    """What has another origin for each value has it there."""
    item = _item(version, variable_oid(dataset, variable), variable)
    values = dataset.values.get(variable.name)
    if values is None or len({one.origin for one in values.variables}) == 1:
        _origin(item, variable)
    if values is not None:
        child(item, "def:ValueListRef", ValueListOID=_value_list_oid(dataset, variable))


def _values(version: Element, dataset: Dataset, variable: Variable, values: ByValue) -> None:
    for value in values.variables:
        _origin(_item(version, value_oid(dataset, variable, value), value), value)


def _item(version: Element, oid: str, variable: Variable) -> Element:
    item = child(version, "ItemDef", OID=oid, Name=variable.name, DataType=variable.kind.value)
    if variable.kind is not Kind.DATE:
        item.set("Length", str(variable.length))
    if variable.kind is Kind.FLOAT:
        item.set("SignificantDigits", str(variable.decimals))
    if variable.name.isidentifier() and len(variable.name) <= 8:
        item.set("SASFieldName", variable.name)
    if variable.comment:
        item.set(f"{{{DEF}}}CommentOID", f"COM.{variable.comment}")
    described(item, variable.label)
    if variable.codelist:
        child(item, "CodeListRef", CodeListOID=list_oid(variable.codelist))
    return item


def _origin(item: Element, variable: Variable) -> None:
    child(item, "def:Origin", Type=variable.origin.type, Source=variable.origin.source)


def _texts(version: Element) -> None:
    for name, method in METHODS.items():
        described(child(version, "MethodDef", OID=f"MT.{name}", Name=method.name, Type="Computation"), method.text)
    for name, text in COMMENTS.items():
        described(child(version, "def:CommentDef", OID=f"COM.{name}"), text)
