"""What the charter asks, and what follows from the answers, in the codebook."""

from typing import Final

from corelab.domain.charter import Charter
from corelab.domain.charter.model_derivation import Derivation
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem
from corelab.export.charter.condition_words import listed, number
from corelab.export.charter.derivation_words import derivation_words
from corelab.export.codebook_page.markup import Html, anchor, joined, link, row, table, tag
from corelab.export.datapackage import Lists
from corelab.export.written import Written

_PER: Final = {"exam": "per exam", "segment": "per segment"}
_DERIVED: Final = (
    "Endpoints are computed from final grades by the charter alone, never typed; corelab verify computes every one anew. What happens when "
    "a grade is missing is part of each rule."
)


def question_section(package: Written, lists: Lists) -> Html:
    heads = ("TESTCD", "Question", "Answer", "Of")
    return table(heads, [_question(item, lists) for item in package.versions.main.items])


def _question(item: Item, lists: Lists) -> Html:
    asked = joined((tag("b", item.label), Html("<br>"), tag("span", item.question, class_="second")))
    of = "a segment" if item.scope == "segment" else "the whole exam"
    return row(item.export.testcd, asked, _answer(item, lists), of, of=("name",), id_=anchor("item", item.id))


def _answer(item: Item, lists: Lists) -> str:
    codes = link(anchor("list", item.export.testcd), item.export.testcd) if item.export.testcd in lists else item.export.testcd
    match item:
        case ChoiceItem():
            ranked = ", RESN is the rank" if item.scale == "ordinal" else ""
            return joined(("one of ", codes, ranked))
        case MultiItem():
            return joined(("any of ", codes, ", joined by +"))
        case NumberItem():
            return f"{number(item.min)} to {number(item.max)} {item.unit}, {item.decimals} decimals, in RESN"
        case _:
            return "words, in data/notes.csv"


def derivation_section(package: Written) -> Html:
    charter = package.versions.main
    return joined((tag("p", _DERIVED), *(_derivation(charter, one) for one in charter.derivations)), "\n")


def _derivation(charter: Charter, one: Derivation) -> Html:
    said, formula = derivation_words(charter, one)
    visits = f", at {listed(one.visits)}" if one.visits else ""
    unit = f", in {one.unit}" if one.unit else ""
    per = tag("span", f"{_PER[one.scope]}{unit}{visits}", class_="per")
    head = tag("p", tag("b", one.id), one.label, per, class_="head")
    return tag("div", head, tag("p", said), tag("p", formula, class_="formula"), class_="rule", id_=anchor("rule", one.id))
