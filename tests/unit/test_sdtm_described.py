"""Define-XML and Dataset-JSON: valid by the judgement of others, complete, and refused where a schema does not allow them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from jsonschema import Draft201909Validator
from lxml import etree

from corelab.export import sdtm
from corelab.export.sdtm import define
from corelab.export.sdtm.dataset_json import DatasetFile, head_of
from corelab.export.sdtm.schema import schema_of
from corelab.export.sdtm.variables import Kind
from corelab.export.written import PartRefusedError, Written
from corelab.resources import resource
from tests.charter_builders import DVT, PORTAL
from tests.sdtm_builders import a_package

SPACES = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1", "xlink": "http://www.w3.org/1999/xlink"}
XSD = resource("schemas", "define", "2.1", "define2-1-0.xsd")
EXTENDED = "{http://www.cdisc.org/ns/def/v2.1}ExtendedValue"


@pytest.fixture(scope="module", params=[DVT, PORTAL, "odd"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    made = a_package(tmp_path_factory.mktemp("define") / "package", request.param)
    sdtm.write(made, made.folder)
    return made


@pytest.fixture(scope="module")
def judge() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(XSD), allow="local")


def tree_of(package: Written) -> Any:
    return etree.parse(str(package.folder / "sdtm" / "define.xml"))


def found(package: Written, path: str) -> list[Any]:
    return list(tree_of(package).xpath(path, namespaces=SPACES))


def test_two_judges_find_define_xml_valid(package: Written, judge: xmlschema.XMLSchema) -> None:
    assert list(judge.iter_errors(str(package.folder / "sdtm" / "define.xml"))) == []
    define.hold(tree_of(package).getroot())


def test_what_the_schema_does_not_allow_is_refused(package: Written) -> None:
    root = tree_of(package).getroot()
    root.find(".//def:Origin", SPACES).set("Type", "Guessed")
    with pytest.raises(PartRefusedError):
        define.hold(root)


def test_the_title_of_the_trial_which_may_name_its_arms_stands_nowhere(package: Written) -> None:
    written = b"".join(path.read_bytes() for path in sorted(package.folder.joinpath("sdtm").iterdir())).decode().casefold()
    for charter in package.versions.all:
        assert charter.trial.title.casefold() not in written
        assert not any(arm.casefold() in written for arm in charter.blinding.guess_arms)


def test_every_reference_leads_somewhere(package: Written) -> None:
    pairs = [
        ("//odm:ItemRef/@ItemOID", "//odm:ItemDef/@OID"),
        ("//odm:CodeListRef/@CodeListOID", "//odm:CodeList/@OID"),
        ("//odm:ItemRef/@MethodOID", "//odm:MethodDef/@OID"),
        ("//@def:CommentOID", "//def:CommentDef/@OID"),
        ("//def:ValueListRef/@ValueListOID", "//def:ValueListDef/@OID"),
        ("//def:WhereClauseRef/@WhereClauseOID", "//def:WhereClauseDef/@OID"),
        ("//odm:RangeCheck/@def:ItemOID", "//odm:ItemDef/@OID"),
        ("//@def:StandardOID", "//def:Standard/@OID"),
    ]
    for uses, definitions in pairs:
        used, known = set(found(package, uses)), found(package, definitions)
        assert used <= set(known), uses
        assert len(known) == len(set(known)), definitions
    for definitions, uses in ((pairs[1][1], pairs[1][0]), (pairs[2][1], pairs[2][0]), (pairs[3][1], pairs[3][0])):
        assert set(found(package, definitions)) == set(found(package, uses)), f"unused: {definitions}"


def test_published_terms_have_their_code_and_others_are_marked_as_added(package: Written) -> None:
    for listed in found(package, "//odm:CodeList[odm:Alias]"):
        for term in listed.xpath("odm:CodeListItem | odm:EnumeratedItem", namespaces=SPACES):
            assert (term.get(EXTENDED) == "Yes") != bool(term.xpath("odm:Alias/@Name", namespaces=SPACES)), term.get("CodedValue")
    for listed in found(package, "//odm:CodeList[not(odm:Alias)]"):
        assert listed.get("{http://www.cdisc.org/ns/def/v2.1}IsNonStandard") == "Yes"
        assert not listed.xpath(".//@def:ExtendedValue", namespaces=SPACES)


def test_places_of_the_legs_are_coded_as_they_are_published(tmp_path: Path) -> None:
    package = a_package(tmp_path / "package", DVT)
    sdtm.write(package, package.folder)
    codes = {one.get("CodedValue"): one for one in found(package, "//odm:CodeList[@OID='CL.LOC']/odm:EnumeratedItem")}
    assert codes["FIBULAR VEIN"].xpath("odm:Alias/@Name", namespaces=SPACES) == ["C154772"]
    assert codes["SAPHENOFEMORAL JUNCTION"].get(EXTENDED) == "Yes"
    assert found(package, "//odm:CodeList[@OID='CL.LOC']/odm:Alias/@Name") == ["C74456"]
    assert set(found(package, "//odm:CodeList[@OID='CL.CVTESTCD']/odm:CodeListItem/@def:ExtendedValue")) == {"Yes"}


def test_each_test_tells_its_own_results(package: Written) -> None:
    schema = schema_of(package.versions.all)
    tests = [one.name for one in schema.cv.values["CVORRES"].variables]
    assert tests == [term.value for term in schema.lists["CVTESTCD"].terms]
    values = found(package, "//def:ValueListDef[@OID='VL.CV.CVORRES']/odm:ItemRef")
    assert len(values) == len(tests)
    for one in schema.cv.values["CVORRES"].variables:
        item = found(package, f"//odm:ItemDef[@OID='IT.CV.CVORRES.{one.name}']")[0]
        assert item.get("DataType") == one.kind.value
        lists = item.xpath("odm:CodeListRef/@CodeListOID", namespaces=SPACES)
        assert lists == ([f"CL.RES.{one.name}"] if one.codelist else [])


def test_every_variable_has_an_origin(package: Written) -> None:
    bare = found(package, "//odm:ItemDef[not(def:Origin)]")
    assert [one.get("Name") for one in bare] == ["QVAL"]
    assert all(one.xpath("def:ValueListRef", namespaces=SPACES) for one in bare)
    derived = found(package, "//odm:ItemRef[not(@MethodOID)]/@ItemOID")
    own = {one.get("OID") for one in found(package, "//odm:ItemGroupDef/odm:ItemRef/../../odm:ItemDef[def:Origin/@Type='Derived']")}
    assert {one for one in own & set(derived) if one.startswith("IT.CV.")} == set()


def test_variables_without_data_are_told(package: Written) -> None:
    empty = set(found(package, "//odm:ItemGroupDef[@Name='CV']/odm:ItemRef[@def:HasNoData]/@ItemOID"))
    assert "IT.CV.CVLOBXFL" in empty
    assert "IT.CV.CVORRES" not in empty


@pytest.mark.parametrize(("parts", "files"), [(("sdtm", "xpt"), ["cv.xpt", "suppcv.xpt"]), (("sdtm",), ["cv.json", "suppcv.json"])])
def test_define_xml_names_files_that_are_there(package: Written, tmp_path: Path, parts: tuple[str, ...], files: list[str]) -> None:
    told = replace(package, facts={**package.facts, "parts": list(parts)})
    sdtm.write(told, tmp_path)
    assert found(replace(told, folder=tmp_path), "//def:leaf/@xlink:href") == files


def test_a_package_without_a_reading_says_so(tmp_path: Path, judge: xmlschema.XMLSchema) -> None:
    package = a_package(tmp_path / "package", DVT, seeds=())
    sdtm.write(package, package.folder)
    assert list(judge.iter_errors(str(package.folder / "sdtm" / "define.xml"))) == []
    assert found(package, "//odm:ItemGroupDef/@def:HasNoData") == ["Yes", "Yes"]
    assert json.loads((package.folder / "sdtm" / "cv.json").read_text("utf-8"))["rows"] == []


def test_the_page_shows_every_variable_and_every_code(package: Written) -> None:
    page: Any = etree.parse(str(package.folder / "sdtm" / "define.html"), etree.HTMLParser())
    text = set(page.xpath("//code/text()"))
    schema = schema_of(package.versions.all)
    assert set(schema.cv.names) | set(schema.suppcv.names) <= text
    used = schema.cv.lists | schema.suppcv.lists
    assert {term.value for one in used for term in schema.lists[one].terms} <= text
    ids, links = page.xpath("//@id"), [link[1:] for link in page.xpath("//a/@href") if link.startswith("#")]
    assert len(ids) == len(set(ids))
    assert set(links) <= set(ids)
    assert not page.xpath("//script | //link | //img | //@src")


# ---------------------------------------------------------------- Dataset-JSON


@pytest.fixture(scope="module")
def json_judge() -> Draft201909Validator:
    return Draft201909Validator(json.loads(resource("schemas", "dataset-json", "dataset.schema.json").read_text("utf-8")))


@pytest.mark.parametrize("name", ["cv", "suppcv"])
def test_dataset_json_is_valid_and_names_what_define_xml_defines(package: Written, json_judge: Draft201909Validator, name: str) -> None:
    told = json.loads((package.folder / "sdtm" / f"{name}.json").read_text("utf-8"))
    assert list(json_judge.iter_errors(told)) == []
    assert told["records"] == len(told["rows"]) > 0
    assert {len(row) for row in told["rows"]} == {len(told["columns"])}
    defined = found(package, f"//odm:ItemGroupDef[@OID='{told['itemGroupOID']}']/odm:ItemRef/@ItemOID")
    assert [column["itemOID"] for column in told["columns"]] == defined
    assert [told["metaDataVersionOID"]] == found(package, "//odm:MetaDataVersion/@OID")
    assert [told["studyOID"]] == found(package, "//odm:Study/@OID")
    keys = sorted((column["keySequence"], column["name"]) for column in told["columns"] if "keySequence" in column)
    assert [number for number, _ in keys] == list(range(1, len(keys) + 1))


def test_a_wrong_data_type_is_refused(package: Written, json_judge: Draft201909Validator) -> None:
    told = json.loads((package.folder / "sdtm" / "cv.json").read_text("utf-8"))
    told["columns"][0]["dataType"] = "characters"
    assert list(json_judge.iter_errors(told))


def test_a_wrong_data_type_stops_the_file(package: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.export.sdtm.dataset_json._TYPES", dict.fromkeys(Kind, "characters"))
    schema = schema_of(package.versions.all)
    with DatasetFile(tmp_path / "cv.json", schema.cv, package.facts) as file, pytest.raises(PartRefusedError) as refused:
        file.finish()
    assert "dataType" in refused.value.what
    assert not (tmp_path / "cv.json").exists()


def test_a_row_that_is_no_row_stops_the_file(package: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = schema_of(package.versions.all)
    with DatasetFile(tmp_path / "cv.json", schema.cv, package.facts) as file:
        monkeypatch.setattr("corelab.export.sdtm.dataset_json.head_of", lambda *_: head_of(schema.cv, package.facts, 1) | {"records": -1})
        with pytest.raises(PartRefusedError):
            file.add([dict.fromkeys(schema.cv.names, "")])


def test_no_file_knows_a_time_but_that_of_the_cut_off(package: Written) -> None:
    told = json.loads((package.folder / "sdtm" / "cv.json").read_text("utf-8"))
    at = package.facts["cutoff"]["at"]
    assert {told["datasetJSONCreationDateTime"], told["dbLastModifiedDateTime"]} == {at}
    assert set(found(package, "//@CreationDateTime | //@AsOfDateTime")) == {at}
