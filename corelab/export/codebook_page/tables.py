"""The tables and code lists of a package in the codebook, each linked with the other."""

from collections.abc import Iterator
from typing import Final

from corelab.export import transfer_words
from corelab.export.codebook_page.markup import Html, anchor, joined, link, row, table, tag
from corelab.export.columns import Code, Column, Table
from corelab.export.datapackage import Lists
from corelab.export.written import Written

_MADE: Final = ("result", "derived")
_FEW: Final = 60
"""From so many columns on, those that follow from the charter stand in a list that takes less room."""
_HEADS: Final = {"result": "Final grades: code of the option, NA, NE or NI", "derived": "Endpoints: value, or NA, NE, NI"}


def tables_section(package: Written, lists: Lists) -> Html:
    return joined((_table(one, lists) for one in package.tables), "\n")


def _table(one: Table, lists: Lists) -> Html:
    wide = len(one.columns) > _FEW
    made = [column for column in one.columns if wide and column.origin in _MADE and column.kind == "text"]
    listed = [column for column in one.columns if column not in made]
    heads = ("Column", "Meaning", "Type", "Length", "Code list", "Origin", "Since")
    parts = [
        tag("h3", tag("span", one.path, class_="file"), id_=anchor("table", one.name)),
        tag("p", one.title, "."),
        table(heads, [_column(one, column, lists) for column in listed]),
    ]
    for origin in _MADE if wide else ():
        of = [column for column in made if column.origin == origin]
        if of:
            items = (tag("li", tag("b", column.name), column.label, id_=anchor("column", one.name, column.name)) for column in of)
            parts += [tag("h4", _HEADS[origin]), tag("ul", *items, class_="many")]
    return joined(parts)


def _column(one: Table, column: Column, lists: Lists) -> Html:
    name = joined((column.name, tag("span", "key", class_="key"))) if column.key else column.name
    codes = link(anchor("list", column.codelist), column.codelist) if column.codelist and column.codelist in lists else ""
    return row(
        name,
        column.label,
        column.kind,
        str(column.length),
        codes,
        transfer_words.ORIGINS.get(column.origin, column.origin),
        max(one.since, column.since),
        of=("name", "", "", "number", "codes", "second small", "second small"),
        id_=anchor("column", one.name, column.name),
    )


def codes_section(package: Written, lists: Lists) -> Html:
    said = "Codes stand in the data exactly as here. A standard code is the same thing in a published terminology, or in that of the trial."
    plus = tag("p", tag("span", "+", class_="plus"), " extends the published list of terms.", class_="second small")
    return joined((tag("p", said), plus, *(_list(package, name, codes) for name, codes in lists.items())), "\n")


def _list(package: Written, name: str, codes: tuple[Code, ...]) -> Html:
    used = joined(_used(package, name), ", ")
    return joined(
        (
            tag("h3", tag("span", name, class_="file"), id_=anchor("list", name)),
            tag("p", "In ", used, ".", class_="second small") if used else Html(),
            table(("Code", "Meaning", "Standard code"), [_code(one) for one in codes]),
        )
    )


def _code(one: Code) -> Html:
    plus = tag("span", " +", class_="plus") if one.extended else Html()
    return row(one.code, joined((one.decode, plus)), f"{one.scheme} {one.value}".strip(), of=("name", "", "codes second"))


def _used(package: Written, name: str) -> Iterator[Html]:
    """The columns that hold codes of a list; the grades of a question stand in RESCD."""
    found = False
    for one in package.tables:
        for column in one.columns:
            if column.codelist == name:
                found = True
                yield link(anchor("column", one.name, column.name), f"{one.name}.{column.name}")
    asked = next((item for item in package.versions.main.items if item.export.testcd == name), None)
    if asked is not None and not found:
        yield joined((f"RESCD where TESTCD is {name} (", link(anchor("item", asked.id), asked.label), ")"))
