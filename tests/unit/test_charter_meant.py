"""A wrong word for what a table is hides no other fault of it, and what only follows from it is not told."""

import pytest

from tests.charter_builders import DVT, faults

ITEM = 'kind = "choice"\nscale = "ordinal"\nallow_ne = true\nconcept = { value = "CL-100"'
KIND = ("C02", "item[1](COMP).kind")
QUESTION = ('question = "Does the vein compress?"', 'question = 7\ncolour = "red"')
VALUE = ('item = "COMP", segment = "each", op = "eq", value = "full"', 'item = "COMP", segment = "each", op = "eq", value = "fulll"')
FUNCTION = 'function = "worst"'
HIDDEN = [
    ("C02", "item[1](COMP).question"),
    ("C01", "item[1](COMP).colour"),
    ("C04", "check[2](E05).fires_when.all_of[0].value"),
]


@pytest.mark.parametrize("word", ["chioce", "menu"])
def test_a_wrong_kind_of_item_is_one_fault(word: str) -> None:
    assert faults(DVT, (ITEM, ITEM.replace("choice", word))) == [KIND]


@pytest.mark.parametrize(("told", "code"), [('kind = "chioce"\n', "C02"), ('kind = "menu"\n', "C02"), ("kind = 3\n", "C02"), ("", "C01")])
def test_it_hides_neither_the_faults_of_its_table_nor_those_of_what_names_it(told: str, code: str) -> None:
    found = faults(DVT, (ITEM, ITEM.replace('kind = "choice"\n', told)), QUESTION, VALUE)
    assert (code, KIND[1]) in found
    assert sorted(one for one in found if one[1] != KIND[1]) == sorted(HIDDEN)


@pytest.mark.parametrize("word", ["wurst", "zzzz"])
def test_nor_does_a_function_that_does_not_exist(word: str) -> None:
    assert faults(DVT, (FUNCTION, f'function = "{word}"\nodd = 3')) == [
        ("C02", "derivation[0](COMPWRST).function"),
        ("C12", "derivation[0](COMPWRST).odd"),
    ]


def test_two_wrong_words_are_two_faults() -> None:
    found = faults(DVT, (ITEM, ITEM.replace("choice", "chioce")), (FUNCTION, 'function = "wurst"'))
    assert found == [KIND, ("C02", "derivation[0](COMPWRST).function")]
