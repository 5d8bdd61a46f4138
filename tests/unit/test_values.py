"""Values of items as text: what fits, what was typed, how it is read."""

import pytest

from corelab.domain.charter.model_item import ItemExport, MultiItem, NumberItem, Option, TextItem
from corelab.domain.values import NumberRefusedError, first_value, fits, joined, label_of, parts, typed_number

EXPORT = ItemExport(testcd="X", test="x")
ABOUT = {"id": "X", "label": "X", "question": "x", "scope": "segment", "export": EXPORT}


def number(decimals: int = 1, low: float = 0.5, high: float = 60.0) -> NumberItem:
    return NumberItem.model_validate(
        {**ABOUT, "kind": "number", "unit": "mm", "min": low, "max": high, "decimals": decimals, "measure": "typed"}
    )


def several() -> MultiItem:
    options = tuple(Option(value=value, label=value.upper(), key=str(place)) for place, value in enumerate(("web", "wall", "valve"), 1))  # type: ignore[arg-type]
    return MultiItem.model_validate({**ABOUT, "kind": "multi", "option": options})


TEXT = TextItem.model_validate({**ABOUT, "kind": "text", "max_length": 5})


@pytest.mark.parametrize(
    ("typed", "stored"), [("9", "9.0"), ("9.0", "9.0"), ("9,5", "9.5"), (" 12.3 ", "12.3"), ("0.5", "0.5"), ("60", "60.0")]
)
def test_a_typed_number_is_kept_with_the_digits_of_its_item(typed: str, stored: str) -> None:
    assert typed_number(number(), typed) == stored
    assert fits(number(), stored)


@pytest.mark.parametrize("typed", ["", "x", "9.55", "0.4", "60.1", "1e1", "nan", "inf", "-1", "09", "9.", ".5", "٣", "1 2"])
def test_what_is_no_number_of_the_item_is_refused_with_its_range(typed: str) -> None:
    with pytest.raises(NumberRefusedError) as caught:
        typed_number(number(), typed)
    assert (caught.value.low, caught.value.high, caught.value.unit) == ("0.5", "60.0", "mm")


@pytest.mark.parametrize("stored", ["9", "9.00", "+9.0", "09.0", "0.4", "60.1", "-0.0", ""])
def test_a_number_is_stored_in_one_form_only(stored: str) -> None:
    assert not fits(number(), stored)


def test_a_whole_number_has_no_point() -> None:
    assert typed_number(number(0, 0, 2000), "1600") == "1600"
    assert not fits(number(0, 0, 2000), "1600.0")
    assert not fits(number(0, -5, 5), "-0")


def test_several_options_stand_in_the_order_of_the_charter() -> None:
    item = several()
    assert joined(item, ["valve", "web"]) == "web+valve"
    assert parts("web+valve") == ("web", "valve")
    assert [fits(item, value) for value in ("web+valve", "valve+web", "web+web", "", "other", "web+")] == [True] + [False] * 5
    assert label_of(item, "web+valve") == "WEB, VALVE"


def test_words_are_short_enough_not_blank_and_in_one_form() -> None:
    assert [fits(TEXT, value) for value in ("short", "é", "  ", "longer", "e\u0301")] == [True, True, False, False, False]
    assert label_of(number(), "9.0") == "9.0 mm"
    assert (first_value(several()), first_value(number()), first_value(TEXT)) == ("web", None, None)


def test_a_kind_of_missing_is_no_text_for_stored_beside_each_other_nobody_could_tell_them_apart() -> None:
    assert [fits(TEXT, value) for value in ("NA", "NE", "NI", " NE ", "ne")] == [False, False, False, False, True]
