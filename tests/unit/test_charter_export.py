"""What a charter says for the export is held against the published terms, and against what a transport file can hold."""

import pytest

from corelab.domain.charter import check_charter
from corelab.domain.controlled_terms import term_list
from tests.charter_builders import DVT, PORTAL, faults, full


@pytest.mark.parametrize("name", [DVT, PORTAL])
def test_the_shipped_charters_use_published_terms_as_published(name: str) -> None:
    assert not [fault for fault in check_charter(full(name).encode()).faults if fault.code in {"C16", "W11"}]


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        ('loc = "FIBULAR VEIN"', 'loc = "PERONEAL VEIN"', "W11", "segment[11](PERV).export.loc"),
        ('loc = "POPLITEAL VEIN"', 'loc = "POPLITEAL VEIN", loc_extended = true', "W11", "segment[9](POPV).export.loc_extended"),
        ('dir = "INTERMEDIATE"', 'dir = "MID"', "W11", "segment[7](FV_MID).export.dir"),
        ('testcd = "VNCOMPR"', 'testcd = "MEANVDIA"', "W11", "item[1](COMP).export.test"),
        ('test = "Vein Compressibility"', 'test = "Mean Vessel Diameter"', "W11", "item[1](COMP).export.testcd"),
        ('testcd = "VNCOMPR"', 'testcd = "MULTIPLE"', "C16", "item[1](COMP).export.testcd"),
        ('testcd = "VNCOMPR"', 'testcd = "1COMPR"', "C16", "item[1](COMP).export.testcd"),
        ('test = "Vein Compressibility"', 'test = "Komprimierbarkeit schräg"', "C16", "item[1](COMP).export.test"),
    ],
)  # fmt: skip
def test_a_wrong_term_is_told_at_its_place(old: str, new: str, code: str, path: str) -> None:
    assert faults(DVT, (old, new)) == [(code, path)]


def test_a_place_that_is_hardly_wrong_is_told_with_the_term_that_was_meant() -> None:
    found = check_charter(full(DVT).replace('loc = "POPLITEAL VEIN"', 'loc = "POPLITEAL VEIM"').encode()).faults
    assert [(fault.code, fault.suggestion) for fault in found] == [("W11", "POPLITEAL VEIN")]


def test_a_published_pair_of_code_and_name_is_right() -> None:
    pair = ('testcd = "VNCOMPR", test = "Vein Compressibility"', 'testcd = "MEANVDIA", test = "Mean Vessel Diameter"')
    assert faults(DVT, pair) == []


def test_every_test_code_of_the_edition_has_its_name() -> None:
    codes, names = term_list("CVTESTCD").terms, term_list("CVTEST").terms
    assert sorted(codes.values()) == sorted(names.values())
    assert all(len(one) <= 8 for one in codes)
    assert all(len(one) <= 40 for one in names)
