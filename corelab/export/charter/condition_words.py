"""Conditions, selections and lists of a charter in plain English."""

from collections.abc import Iterable, Sequence
from typing import Final

from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_condition import AllOf, AnyOf, AttributeLeaf, Condition, FactLeaf, ItemLeaf, Not
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem
from corelab.domain.charter.table import Selection, Where

_ORDER: Final = {"lt": "less than", "le": "at most", "gt": "greater than", "ge": "at least"}
_TURNED: Final = {"eq": "ne", "ne": "eq", "in": "not_in", "not_in": "in", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}
_KINDS: Final = {"NA": "not applicable", "NE": "not evaluable", "NI": "not imaged"}
_NEIGHBOURS: Final = {"each": "the segment", "before": "the segment before it", "after": "the segment after it"}
_FACTS: Final = {
    "unplayed_clips": "the number of clips never played to the end",
    "reading_seconds": "the active reading time in seconds",
}


def condition_words(charter: Charter, condition: Condition, *, inner: bool = False) -> str:
    """The condition as a clause; ``inner``: in brackets where it is a list within another."""
    match condition:
        case AllOf():
            return _joined(charter, condition.all_of, "and", inner=inner)
        case AnyOf():
            return _joined(charter, condition.any_of, "or", inner=inner)
        case Not():
            return _negated(charter, condition.negated, inner=inner)
        case ItemLeaf():
            return _item_leaf(charter, condition)
        case AttributeLeaf():
            return _attribute_leaf(charter, condition)
        case FactLeaf():
            return _fact_leaf(charter, condition)


def _negated(charter: Charter, condition: Condition, *, inner: bool) -> str:
    opposite = _opposite(condition)
    if opposite is not None:
        return condition_words(charter, opposite, inner=inner)
    if isinstance(condition, ItemLeaf) and condition.op == "answered" and condition.group is None:
        return f"{charter.item(condition.item).label}{_of_segment(charter, condition)} has no answer"
    return f"it is not the case that {condition_words(charter, condition, inner=True)}"


def _opposite(condition: Condition) -> Condition | None:
    """A comparison of one thing turned round, where it has such a form; of a group "any" and "all" would not do."""
    if isinstance(condition, Not):
        return condition.negated
    if isinstance(condition, AllOf | AnyOf) or condition.op not in _TURNED or (isinstance(condition, ItemLeaf) and condition.group):
        return None
    if isinstance(condition, FactLeaf) and condition.fact == "evidence_label_differs":
        return None
    return condition.model_copy(update={"op": _TURNED[condition.op]})


def _joined(charter: Charter, parts: Sequence[Condition], word: str, *, inner: bool) -> str:
    if len(parts) == 1:
        return condition_words(charter, parts[0], inner=inner)
    clause = f", {word} ".join(condition_words(charter, part, inner=True) for part in parts)
    return f"({clause})" if inner else clause


def _item_leaf(charter: Charter, leaf: ItemLeaf) -> str:
    item = charter.item(leaf.item)
    subject = f"{item.label}{_of_segment(charter, leaf)}"
    if leaf.op == "answered":
        return f"{subject} has an answer"
    if leaf.op == "missing":
        kinds = leaf.value if isinstance(leaf.value, tuple) else tuple(_KINDS)
        return f"{subject} is {either(_KINDS.get(str(kind), str(kind)) for kind in kinds)}"
    if leaf.other is not None:
        factor = f"{number(leaf.factor)} times " if leaf.factor not in {None, 1} else ""
        return f"{subject} {_compares(leaf.op)} {factor}{charter.item(leaf.other).label}"
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    return f"{subject} {_compares(leaf.op)} {_choice(leaf.op, [value_words(item, value) for value in values])}"


def _of_segment(charter: Charter, leaf: ItemLeaf) -> str:
    if leaf.group is not None:
        word = "every" if leaf.match == "all" else "any"
        return f" of {word} segment of {quoted(charter.group(leaf.group).label)}{where_words(charter, leaf.where)}"
    if leaf.segment is None:
        return ""
    return f" of {_NEIGHBOURS.get(leaf.segment) or charter.segment(leaf.segment).name}"


def _compares(op: str) -> str:
    if op in _ORDER:
        return f"is {_ORDER[op]}"
    return "is neither" if op == "not_in" else "is not" if op == "ne" else "is"


def _choice(op: str, values: list[str]) -> str:
    return either(values, "nor" if op == "not_in" else "or")


def _attribute_leaf(charter: Charter, leaf: AttributeLeaf) -> str:
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    place = "" if leaf.segment is None else f" of {_NEIGHBOURS.get(leaf.segment) or charter.segment(leaf.segment).name}"
    said = _choice(leaf.op, [quoted(plain(str(value))) for value in values])
    return f"{charter.attribute(leaf.attribute).label}{place} {_compares(leaf.op)} {said}"


def _fact_leaf(charter: Charter, leaf: FactLeaf) -> str:
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    match leaf.fact:
        case "segment":
            return f"the segment {_compares(leaf.op)} {_choice(leaf.op, [charter.segment(str(value)).name for value in values])}"
        case "visit":
            return f"the visit {_compares(leaf.op)} {_choice(leaf.op, [quoted(charter.visit(str(value)).label) for value in values])}"
        case "block":
            labels = {block.id: block.label for block in charter.blocks}
            return f"the block {_compares(leaf.op)} {_choice(leaf.op, [quoted(labels[str(value)]) for value in values])}"
        case "evidence_label_differs":
            holds = (leaf.value is True) == (leaf.op == "eq")
            return f"the evidence comes from {'' if holds else 'no '}{'a ' if holds else ''}clip labelled for another segment or side"
        case _:
            of = " of the segment" if leaf.segment else ""
            return f"{_FACTS[leaf.fact]}{of} {_compares(leaf.op)} {_choice(leaf.op, [number(value) for value in values])}"


# ---------------------------------------------------------------- parts


def value_words(item: Item, value: object) -> str:
    """An option by its label, a number with its unit."""
    if isinstance(item, ChoiceItem | MultiItem):
        return quoted(next((option.label for option in item.options if option.value == value), str(value)))
    return f"{number(value)} {item.unit}" if isinstance(item, NumberItem) else quoted(str(value))


def values_words(item: Item, values: Iterable[object]) -> str:
    return either(value_words(item, value) for value in values)


def where_words(charter: Charter, where: Where | None) -> str:
    """With a leading blank; nothing where there is none."""
    if where is None:
        return ""
    return f" whose {charter.attribute(where.attribute).label} is {either(quoted(plain(value)) for value in where.values)}"


def selection_words(charter: Charter, selection: Selection) -> str:
    if selection.group is not None:
        named = f"the segments of {quoted(charter.group(selection.group).label)}"
    else:
        named = listed(charter.segment(segment).name for segment in selection.segments or ())
    return f"{named}{where_words(charter, selection.where)}"


def target_words(charter: Charter, groups: Iterable[str], segments: Iterable[str], where: Where | None) -> str:
    """Groups and segments of a rule; the whole exam where it names none."""
    labels = [quoted(charter.group(group).label) for group in groups]
    names = [charter.segment(segment).name for segment in segments]
    if not labels and not names:
        return "the whole exam"
    return f"{listed((*labels, *names))}{where_words(charter, where)}"


def quoted(text: str) -> str:
    return f"\u201c{text}\u201d"


def plain(value: str) -> str:
    """A value of a list as words."""
    return value.replace("_", " ")


def number(value: object) -> str:
    """As it is written, without a needless ".0"."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def listed(parts: Iterable[str], word: str = "and") -> str:
    """a, b and c."""
    all_parts = list(parts)
    return all_parts[0] if len(all_parts) == 1 else f"{', '.join(all_parts[:-1])} {word} {all_parts[-1]}" if all_parts else "none"


def either(parts: Iterable[str], word: str = "or") -> str:
    return listed(parts, word)


def sentence(clause: str) -> str:
    """With a capital at the beginning and a full stop at the end."""
    return f"{clause[:1].upper()}{clause[1:]}" + ("" if clause.endswith((".", "?", "!")) else ".")
