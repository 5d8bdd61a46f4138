"""Derived endpoints of a charter in words, with their formulae."""

from typing import Final, assert_never

from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_derivation import (
    Change,
    CountOf,
    Derivation,
    Evaluable,
    Flag,
    FlowVolume,
    HighestLevel,
    Largest,
    LookupScore,
    NewFinding,
    Percent,
    Rate,
    Reflux,
    Sum,
    Threshold,
    Worst,
)
from corelab.export.charter.condition_words import (
    condition_words,
    either,
    listed,
    number,
    quoted,
    selection_words,
    sentence,
    value_words,
    values_words,
)

_MISSING: Final = {
    "certain": "A result is given whenever the missing cells cannot change it.",
    "strict": "Any missing cell makes the result missing.",
    "available": "Missing cells are left out.",
    "worst_case": "Missing cells count as the worst value.",
}
_SIGNS: Final = {"ge": "\u2265", "gt": ">", "le": "\u2264", "lt": "<"}
_SINCE: Final = {"baseline": "the baseline visit", "previous": "the previous visit"}
Words = tuple[str, str]
"""What it is in a sentence, and its formula."""


def derivation_words(charter: Charter, derivation: Derivation) -> Words:
    said, formula = _words(charter, derivation)
    policy = _MISSING.get(getattr(derivation, "missing", ""), "")
    return f"{sentence(said)} {policy}".strip(), formula


def _words(charter: Charter, one: Derivation) -> Words:
    match one:
        case Worst() | CountOf() | Sum() | Largest() | Evaluable():
            return _over_cells(charter, one)
        case LookupScore() | HighestLevel():
            return _by_table(charter, one)
        case Flag() | Reflux() | NewFinding():
            return _yes_or_no(charter, one)
        case Threshold() | Percent() | Change() | Rate() | FlowVolume():
            return _of_operands(charter, one)
        case _:
            assert_never(one)


def _by_table(charter: Charter, one: LookupScore | HighestLevel) -> Words:
    return _score(charter, one) if isinstance(one, LookupScore) else _level(charter, one)


def _yes_or_no(charter: Charter, one: Flag | Reflux | NewFinding) -> Words:
    match one:
        case Flag():
            condition = condition_words(charter, one.true_when)
            return f"yes when {condition}; else no", f"{one.id} = Y if the condition is true, N if it is false"
        case Reflux():
            return _reflux(charter, one)
        case NewFinding():
            return _new_finding(charter, one)


def _over_cells(charter: Charter, one: Worst | CountOf | Sum | Largest | Evaluable) -> Words:
    item, over = charter.item(one.item), selection_words(charter, one.over)
    of = f"{item.label} over {over}"
    match one:
        case Worst():
            return f"the highest rank of {of}", f"{one.id} = max rank({item.id}[s]), s in {over}"
        case CountOf():
            held = values_words(item, one.values)
            return f"the number of cells of {of} that hold {held}", f"{one.id} = number of s in {over} with {item.id}[s] = {held}"
        case Sum():
            return f"the sum of the ranks of {of}", f"{one.id} = \u03a3 rank({item.id}[s]), s in {over}"
        case Largest():
            na = f"; a cell that is not applicable counts as {number(one.na_as)}" if one.na_as is not None else ""
            return f"the largest {of}{na}", f"{one.id} = max {item.id}[s], s in {over}"
        case Evaluable():
            return f"yes when no cell of {of} is NE or NI", f"{one.id} = Y if {item.id}[s] is neither NE nor NI for every s in {over}"


def _score(charter: Charter, one: LookupScore) -> Words:
    items = [charter.item(name) for name in one.items]
    rows = "; ".join(
        f"{' with '.join('any' if value == '*' else value_words(item, value) for item, value in zip(items, row.values, strict=True))}"
        f" = {row.score}"
        for row in one.rows
    )
    parts = "; ".join(f"{part.id.replace('_', ' ')}: {selection_words(charter, part.over)}" for part in one.parts)
    absent = "is left out" if one.absent_part == "skip" else "makes the score NE"
    said = (
        f"the sum over {len(one.parts)} parts of the highest score of {listed(item.label for item in items)} in the part. "
        f"Scores: {rows}; not applicable = {one.na_score}; any other combination = NE. Parts: {parts}. A part without a segment {absent}"
    )
    return said, f"{one.id} = \u03a3 over parts of max score({', '.join(item.id for item in items)})"


def _level(charter: Charter, one: HighestLevel) -> Words:
    involved = either(f"{charter.item(name).label} is {values_words(charter.item(name), values)}" for name, values in one.involved.items())
    levels = "; ".join(f"{level.level}: {selection_words(charter, level.over)}" for level in one.levels)
    return (
        f"the highest level with an involved segment, 0 if there is none. A segment is involved when {involved}. Levels: {levels}",
        f"{one.id} = max level(s), s involved",
    )


def _reflux(charter: Charter, one: Reflux) -> Words:
    item, present = charter.item(one.item), charter.item(one.present_item)
    cutoffs = "; ".join(f"{number(cut.seconds)} s in {selection_words(charter, cut.over)}" for cut in one.cutoffs)
    absent = f"No duration is needed where {present.label} is {values_words(present, one.absent_values)}"
    said = f"yes when {item.label} exceeds its cut-off in any segment: {cutoffs}. {absent}"
    return said, f"{one.id} = Y if {item.id}[s] > cut-off(s) for any s"


def _new_finding(charter: Charter, one: NewFinding) -> Words:
    item, over = charter.item(one.item), selection_words(charter, one.over)
    grows = (
        f", or {charter.item(one.grows.item).label} of a segment grew by at least {number(one.grows.by)}" if one.grows is not None else ""
    )
    before, now = values_words(item, one.from_values), values_words(item, one.values)
    formula = f"{one.id} = Y if {item.id}[s] was {before} and is {now}"
    if one.grows is not None:
        formula += f", or {one.grows.item}[s] now \u2212 before \u2265 {number(one.grows.by)}"
    return f"yes when {item.label} of a segment of {over} moved from {before} to {now} since {_SINCE[one.since]}{grows}", formula


def _of_operands(charter: Charter, one: Threshold | Percent | Change | Rate | FlowVolume) -> Words:
    match one:
        case Threshold():
            name = charter.derivation(one.of).label if one.of else charter.item(one.of_item or "").label
            compared = f"{_SIGNS[one.op]} {number(one.cutoff)}"
            return f"yes when {quoted(name)} is {compared}", f"{one.id} = Y if {one.of or one.of_item} {compared}"
        case Percent():
            whole = " \u2212 ".join((one.whole, *one.less))
            less = f" less {listed(charter.item(name).label for name in one.less)}" if one.less else ""
            said = f"{charter.item(one.part).label} in percent of {charter.item(one.whole).label}{less}"
            return said, f"{one.id} = {one.part} / ({whole}) \u00d7 100"
        case Change():
            return _change(charter, one)
        case Rate():
            return f"{quoted(charter.derivation(one.of).label)} per {one.per} of elapsed time", f"{one.id} = {one.of} / elapsed {one.per}s"
        case FlowVolume():
            said = f"the flow volume in mL/min from {charter.item(one.diameter).label} (mm) and {charter.item(one.velocity).label} (cm/s)"
            return (
                f"{said} of {selection_words(charter, one.over)}",
                f"{one.id} = {one.velocity} \u00d7 \u03c0/4 \u00d7 {one.diameter}\u00b2 \u00d7 60 / 100",
            )


def _change(charter: Charter, one: Change) -> Words:
    over = f" over {selection_words(charter, one.over)}" if one.over is not None else ""
    then = f"{one.of}[{one.since}]"
    difference = f"{one.of} \u2212 {then}"
    kind, formula = (
        ("in percent ", f"{one.id} = ({difference}) / {then} \u00d7 100") if one.kind == "percent" else ("", f"{one.id} = {difference}")
    )
    return f"the change {kind}of {quoted(charter.derivation(one.of).label)} since {_SINCE[one.since]}{over}", formula
