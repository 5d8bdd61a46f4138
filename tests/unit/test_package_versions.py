"""Exams of several versions of one charter in one package: the widest version names the columns, each exam is compared under its own."""

from dataclasses import replace

import pytest

from corelab.domain.charter import Charter, load_charter
from corelab.export.codebook import codelists_for
from corelab.export.reread import exams_of
from corelab.export.rows import tables_of
from corelab.export.tables import subject_visit
from corelab.export.versions import Versions, VersionsDifferError
from tests.exam_builders import changed, reduced
from tests.unit.test_package_tables import an_exam

LATER = ('version = "0.9.0"', 'version = "0.9.1"')
ENDPOINT = """[[derivation]]
id = "LATEONE"
label = "Only in the later version"
function = "worst"
item = "FLOW"
over = { group = "DEEP" }
missing = "certain"
blocks = ["THROMBOSIS"]

[monitoring]"""


def later(*more: tuple[str, str]) -> Charter:
    return load_charter(changed(LATER, *more))


def test_the_version_with_all_columns_is_the_main_one_whatever_the_order() -> None:
    wide = later(("[monitoring]", ENDPOINT))
    for charters in ((reduced(), wide), (wide, reduced())):
        versions = Versions.of(charters)
        assert versions.main.version == "0.9.1"
        assert [one.version for one in versions.all] == ["0.9.1", "0.9.0"]


def test_of_versions_with_the_same_columns_the_newest_is_the_main_one() -> None:
    assert Versions.of([reduced(), later()]).main.version == "0.9.1"


def test_versions_of_which_none_has_all_columns_do_not_go_together() -> None:
    one, two = later(("[monitoring]", ENDPOINT)), load_charter(changed(('id = "COMPNSEG"', 'id = "COMPN"')))
    with pytest.raises(VersionsDifferError) as refused:
        Versions.of([one, two])
    assert refused.value.versions == ("0.9.0", "0.9.1")


def test_each_exam_is_in_its_own_version_and_in_the_columns_of_the_main_one() -> None:
    wide = later(("[monitoring]", ENDPOINT))
    versions = Versions.of([reduced(), wide])
    early = an_exam({"FLOW_CFV": 1}, {"FLOW_CFV": 1})
    late = replace(early, visit="D30", charter_hash=wide.hash, charter_version=wide.version)
    tables = tables_of(versions, [early, late])
    assert [(row["CHARTVER"], row["LATEONE"]) for row in tables.subject_visit] == [("0.9.0", ""), ("0.9.1", "1")]
    assert {tuple(row) for row in tables.subject_visit} == {subject_visit(wide).names}
    assert {(row["CHARTVER"], row["FORMHASH"]) for row in tables.readings} == {("0.9.0", reduced().hash), ("0.9.1", wide.hash)}
    assert tables_of(versions, exams_of(versions, tables.named())).subject_visit == tables.subject_visit


def test_code_lists_hold_each_code_once_with_the_words_of_the_main_version() -> None:
    renamed = later(('label = "Full: walls meet under light pressure"', 'label = "Full"'))
    codes = codelists_for(*Versions.of([reduced(), renamed]).all)
    assert len({(code.codelist, code.code) for code in codes}) == len(codes)
    assert next(code.decode for code in codes if (code.codelist, code.code) == ("VNCOMPR", "full")) == "Full"
