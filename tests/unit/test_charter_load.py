"""What the full charters ask: the keys of a clean exam, and which question stands where at which visit."""

import pytest

from corelab.domain.charter import Charter, load_charter
from corelab.domain.charter.form_load import asked_at, load_of
from tests.charter_builders import DVT, PORTAL, full


def charter_of(name: str) -> Charter:
    return load_charter(full(name).encode())


@pytest.mark.parametrize(
    ("name", "block", "keys", "items"),
    [
        (DVT, "THROMBOSIS", 19, {"COMP": 10, "FLOW": 9}),
        (DVT, "REFLUX", 9, {"REFP": 7, "REF_MAN": 1, "REF_POS": 1}),
        (PORTAL, "VESSELS", 8, {"PAT": 6, "EMBNT": 1, "COLL": 1}),
        (PORTAL, "REMNANT", 3, {"TLV": 1, "TUMV": 1, "FLRV": 1}),
    ],
)
def test_keys_of_a_clean_exam(name: str, block: str, keys: int, items: dict[str, int]) -> None:
    load = next(one for one in load_of(charter_of(name)) if one.block == block)
    assert (load.keys, dict(load.items)) == (keys, items)


def test_a_segment_of_both_sides_is_asked_on_each() -> None:
    before = full(DVT)
    once, twice = (load_of(load_charter(text.encode()))[0] for text in (before, before.replace('side = "study"', 'side = "both"', 1)))
    assert twice.keys == once.keys + 1
    assert dict(twice.items) == {**once.items, "FLOW": once.items["FLOW"] + 1}


def test_a_visit_asks_the_questions_of_its_blocks() -> None:
    charter = charter_of(DVT)
    without, with_ = ({(cell.item, cell.segment) for cell in asked_at(charter, visit)} for visit in ("D10", "M6"))
    assert ("REFP", "CFV") in with_ - without
    assert without <= with_


def test_the_strongest_use_stands() -> None:
    cells = {(cell.segment, cell.item): cell for cell in asked_at(charter_of(DVT), "BL")}
    assert (cells["CFV", "COMP"].use, cells["CFV", "COMP"].prefilled) == ("core", False)
    assert cells["CFV", "QUAL"].prefilled
    assert cells["CFV", "THR"].use == "detail"
    assert cells["CFV", "TXT"].use == "optional"
    assert ("CIV", "COMP") not in cells
    assert ("", "COMPLETE") in cells


def test_a_question_for_some_segments_only_is_marked() -> None:
    assert any(cell.some for cell in asked_at(charter_of(PORTAL), "BL"))
