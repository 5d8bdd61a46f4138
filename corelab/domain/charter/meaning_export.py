"""What a charter says for the export: terms that a transport file can hold (C16), and published terms used as they are published (W11)."""

from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node
from corelab.domain.controlled_terms import EDITION, term_list

_NO_NAMES = ("MULTIPLE", "OTHER")


def check_export(names: Names) -> None:
    for segment in names.root.children("segment"):
        export = segment.child("export")
        if export is not None:
            _place(names, export)
    for item in names.root.children("item"):
        export = item.child("export")
        if export is not None:
            _test(names, export)


def _place(names: Names, export: Node) -> None:
    for key in ("loc", "dir"):
        _plain(names, export, key)
    loc, extended = export.text("loc"), export.flag("loc_extended", default=False)
    if loc is not None and (loc in term_list("LOC").terms) == extended:
        told = "is a published term: loc_extended is wrong" if extended else "is not among the known terms: mark it with loc_extended"
        _warn(names, export, "loc_extended" if extended else "loc", f'"{loc}" {told}', found=loc, short_name="LOC")
    direction = export.text("dir")
    if direction is not None and direction not in term_list("DIR").terms:
        _warn(names, export, "dir", f'"{direction}" is not a published direction', found=direction, short_name="DIR")


def _test(names: Names, export: Node) -> None:
    """A published test code goes with its published name, and the other way round: the pair shares one NCI code."""
    testcd, test = export.text("testcd"), export.text("test")
    _plain(names, export, "test")
    if testcd is not None and (testcd in _NO_NAMES or testcd[:1].isdigit()):
        names.findings.add("C16", export.at("testcd"), "a test code begins with a letter and names one test", found=testcd)
    codes, words = term_list("CVTESTCD"), term_list("CVTEST")
    if testcd is None or test is None:
        return
    if testcd in codes.terms and words.terms.get(test) != codes.terms[testcd]:
        published = words.value_of(codes.terms[testcd])
        names.findings.add("W11", export.at("test"), f'{testcd} is published as "{published}" ({EDITION})', found=test)
    elif test in words.terms and testcd not in codes.terms:
        published = codes.value_of(words.terms[test])
        names.findings.add("W11", export.at("testcd"), f'"{test}" is published with the code {published} ({EDITION})', found=testcd)


def _plain(names: Names, export: Node, key: str) -> None:
    text = export.text(key)
    if text is not None and not (text.isascii() and text.isprintable()):
        names.findings.add("C16", export.at(key), "a transport file holds plain English letters only", found=text)


def _warn(names: Names, export: Node, key: str, told: str, *, found: str, short_name: str) -> None:
    terms = term_list(short_name)
    allowed = terms.terms if key != "loc_extended" else ()
    names.findings.add("W11", export.at(key), f"{told} ({short_name} {EDITION})", found=found, allowed=allowed)
