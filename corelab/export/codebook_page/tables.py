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
_LONG: Final = 12
"""Codes of a list that may go on in the next column, or on the next page."""
_NAMED: Final = 4
"""Tables that are named one by one."""
_HEADS: Final = {"result": "Final grades: code of the option, NA, NE or NI", "derived": "Endpoints: value, or NA, NE, NI"}


def tables_section(package: Written, lists: Lists) -> Html:
    origins = ("Origin: ", *(piece for name, said in transfer_words.ORIGINS.items() for piece in (tag("b", name), f" {said}; ")))
    since = "since: the version of the specification that brought the column. Rows are sorted by the key columns, from left to right."
    return joined((tag("p", *origins, since, class_="second small"), *(_table(one, lists) for one in package.tables)), "\n")


def _table(one: Table, lists: Lists) -> Html:
    wide = len(one.columns) > _FEW
    made = [column for column in one.columns if wide and column.origin in _MADE and column.kind == "text"]
    listed = [column for column in one.columns if column not in made]
    heads = ("Column", "Meaning", "Type", "Length", "Code list", "Origin", "Since")
    parts = [
        tag("h3", tag("span", one.path, class_="file"), id_=anchor("table", one.name)),
        tag("p", one.title, "."),
        table(heads, [_column(one, column, lists) for column in listed], "columns"),
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
        column.origin,
        one.since_of(column),
        of=("name", "", "", "number", "codes", "second small", "second small"),
        id_=anchor("column", one.name, column.name),
    )


def codes_section(package: Written, lists: Lists) -> Html:
    said = "Codes stand in the data exactly as here. Beside some stands the code of the same thing in a published terminology, or in the "
    plus = ("trial\u2019s own. ", tag("span", "+", class_="plus"), " extends the published list of terms.")
    every = (_list(package, name, codes) for name, codes in lists.items())
    return joined((tag("p", said, *plus), tag("div", *every, class_="lists")), "\n")


def _list(package: Written, name: str, codes: tuple[Code, ...]) -> Html:
    used = joined(_used(package, name), "; ")
    coded = any(one.value for one in codes)
    heads = ("Code", "Meaning", "Standard code") if coded else ("Code", "Meaning")
    return tag(
        "div",
        tag("h3", tag("span", name, class_="file"), id_=anchor("list", name)),
        tag("p", used, class_="second small") if used else Html(),
        table(heads, [_code(one, coded=coded) for one in codes]),
        class_="list long" if len(codes) > _LONG else "list",
    )


def _code(one: Code, *, coded: bool) -> Html:
    plus = tag("span", " +", class_="plus") if one.extended else Html()
    standard = (f"{one.scheme} {one.value}".strip(),) if coded else ()
    return row(one.code, joined((one.decode, plus)), *standard, of=("name", "", "standard")[: 2 + coded])


def _used(package: Written, name: str) -> Iterator[Html]:
    """The columns that hold codes of a list, with their tables; the grades of a question stand in RESCD."""
    holders: dict[str, list[str]] = {}
    for one in package.tables:
        for column in one.columns:
            if column.codelist == name:
                holders.setdefault(column.name, []).append(one.name)
    for column_name, tables in holders.items():
        links = joined((link(anchor("column", one, column_name), one) for one in tables[:_NAMED]), ", ")
        more = f" and {len(tables) - _NAMED} more" if len(tables) > _NAMED else ""
        yield joined((f"{column_name} of ", links, more))
    asked = next((item for item in package.versions.main.items if item.export.testcd == name), None)
    if asked is not None and not holders:
        yield joined((link(anchor("item", asked.id), asked.label), f": RESCD where TESTCD is {name}"))
