"""Pages of a printed charter: questions with their answers, what is missing, what is asked when, checks and notices."""

from collections.abc import Iterator
from typing import Final

from corelab.domain.charter.form_load import load_of
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem, Option
from corelab.domain.charter.model_rules import Alert, Ask, Check, Signing
from corelab.export.charter.condition_words import (
    condition_words,
    either,
    listed,
    number,
    quoted,
    sentence,
    target_words,
    values_words,
    where_words,
)
from corelab.export.charter.pages_subjects import code_words
from corelab.export.print_page import Column, Pages

_OPTIONS: Final[tuple[Column, ...]] = (("Key", 0.07), ("Answer", 0.37), ("Value", 0.2), ("Rank", 0.07), ("Code", 0.29))
_REASONS: Final[tuple[Column, ...]] = (("Key", 0.08), ("Reason", 0.6), ("Id", 0.2), ("Note", 0.12))
_ASKS: Final[tuple[Column, ...]] = (("Questions", 0.26), ("Where", 0.27), ("How", 0.1), ("When", 0.37))
_CHECKS: Final[tuple[Column, ...]] = (("Check", 0.09), ("Fires when", 0.45), ("Message", 0.34), ("Level", 0.12))
_USES: Final = {"core": "always", "detail": "detail", "optional": "optional"}
_EVIDENCE: Final = {
    "frame": "a frame",
    "frame_pair": "two frames, without and under pressure",
    "measurement": "the frame of the measurement",
}
_REGIONS: Final = {
    "b_mode": "of a B-mode region",
    "colour": "of a colour region",
    "spectral": "of a spectral region",
    "any": "of any region",
}
_MEASURES: Final = {
    "length": "measured with the caliper as a length",
    "time": "measured with the caliper as a time",
    "velocity": "measured with the caliper as a velocity",
    "typed": "typed",
}
_SIGNING: Final = {"off": "is not looked at", "soft": "must be confirmed with a reason", "hard": "blocks the signature"}
_BUILT_IN: Final = (
    "Always checked before a signature: every question that applies is answered; \u201cnot evaluable\u201d has its reason; values lie in "
    "their list or range; evidence stands where it is demanded; measurements lie in a calibrated region of the right kind."
)


def write_items(pages: Pages, charter: Charter) -> None:
    reasons = {one.id: one.label for one in charter.missing.ne}
    for item in charter.items:
        options = item.options if isinstance(item, ChoiceItem | MultiItem) else ()
        pages.keep(6 + min(len(options), 8))
        pages.heading(f"{item.label} ({item.id})")
        pages.words(quoted(item.question))
        for said in _facts(item, reasons):
            pages.words(said, second=True)
        if options:
            pages.table(_OPTIONS, [_option(item, option, n) for n, option in enumerate(options, 1)])


def _facts(item: Item, reasons: dict[str, str]) -> Iterator[str]:
    scope = "Asked of the whole exam" if item.scope == "exam" else "Asked of a segment"
    yield f"{scope}; {_kind(item)}. Exported as {item.export.testcd}, {item.export.test}."
    yield _not_evaluable(item, reasons)
    if isinstance(item, ChoiceItem) and item.default is not None:
        yield f"Prefilled with {values_words(item, [item.default])} until the reader touches it; the grade says so."
    if item.evidence is not None:
        bound = "the one on screen is bound by itself" if item.evidence.auto else "the reader marks it"
        yield f"Evidence: {_EVIDENCE[item.evidence.kind]} {_REGIONS[item.evidence.region]}; {bound}.{_marked(item)}"
    if item.concept is not None:
        yield f"Code of the question: {code_words(item.concept)}."


def _kind(item: Item) -> str:
    match item:
        case ChoiceItem():
            return "one answer of an ordered scale" if item.scale == "ordinal" else "one answer, without order"
        case MultiItem():
            return "any number of answers"
        case NumberItem():
            digits = "no decimals" if item.decimals == 0 else "1 decimal" if item.decimals == 1 else f"{item.decimals} decimals"
            return f"a number in {item.unit} from {number(item.min)} to {number(item.max)} with {digits}, {_MEASURES[item.measure]}"
        case _:
            return f"words, at most {item.max_length} characters"


def _not_evaluable(item: Item, reasons: dict[str, str]) -> str:
    if not item.allow_ne:
        return "It cannot be called not evaluable."
    offered = "every reason" if item.ne_reasons is None else either(quoted(reasons[one]) for one in item.ne_reasons)
    return f"It may be called not evaluable, with {offered}."


def _marked(item: Item) -> str:
    explicit = item.evidence.explicit_for if item.evidence is not None else ()
    return (
        f" The answers {listed(values_words(item, [value]) for value in explicit)} need evidence that the reader marked."
        if explicit
        else ""
    )


def _option(item: Item, option: Option, position: int) -> tuple[str, ...]:
    code = code_words(option.code) if option.code is not None else f"local code {item.id}-{position}"
    return option.key, option.label, option.value, "" if option.rank is None else str(option.rank), code


def write_missing(pages: Pages, charter: Charter) -> None:
    pages.words(
        "Not applicable (NA), not evaluable (NE) and not imaged (NI) are three different things; none of them is ever blank or 0. "
        "Only the reader sets NE, only the coordinator NI, and nobody NA: it follows from this charter."
    )
    pages.heading("Reasons for not evaluable")
    pages.table(_REASONS, [(str(n), one.label, one.id, "needed" if one.note else "") for n, one in enumerate(charter.missing.ne, 1)])
    pages.heading("Reasons for not imaged")
    pages.table(_REASONS, [("", one.label, one.id, "needed" if one.note else "") for one in charter.missing.ni])


def write_asks(pages: Pages, charter: Charter) -> None:
    loads = {load.block: load for load in load_of(charter)}
    for block in charter.blocks:
        pages.keep(6)
        pages.heading(f"{block.label} ({block.id})")
        pages.table(_ASKS, [_ask(charter, ask) for ask in charter.asks if block.id in ask.blocks])
        keys = loads[block.id].keys
        pages.words(f"A clean exam takes {keys} {'key' if keys == 1 else 'keys'} in this block.", second=True)


def _ask(charter: Charter, ask: Ask) -> tuple[str, ...]:
    when = sentence(condition_words(charter, ask.when)) if ask.when is not None else ""
    labels = ", ".join(charter.item(item).label for item in ask.items)
    return labels, target_words(charter, ask.groups, ask.segments, ask.where), _USES[ask.use], when


def write_checks(pages: Pages, charter: Charter) -> None:
    pages.words(_BUILT_IN)
    pages.gap()
    if charter.checks:
        pages.table(_CHECKS, [_check(charter, check) for check in charter.checks])
    for said in _signing(charter.signing):
        pages.entry(said)
    pages.heading("Notices to the coordinator")
    for alert in charter.alerts:
        pages.entry(_alert(charter, alert))
    if not charter.alerts:
        pages.words("None.")


def _check(charter: Charter, check: Check) -> tuple[str, ...]:
    level = "blocks the signature" if check.level == "hard" else "confirmed with a reason"
    when = "at once" if check.on == "answer" else "on signing"
    return check.id, f"{_each(charter, check)}{sentence(condition_words(charter, check.fires_when))}", check.message, f"{when}; {level}"


def _each(charter: Charter, rule: Check | Alert) -> str:
    return f"For each segment of {quoted(charter.group(rule.each).label)}{where_words(charter, rule.where)}: " if rule.each else ""


def _signing(signing: Signing) -> Iterator[str]:
    yield f"A clip that was never played to its end {_SIGNING[signing.unplayed_clips]}."
    bounds = f"shorter than {signing.min_seconds} s or longer than {signing.max_seconds} s"
    yield f"An active reading time {bounds} {_SIGNING[signing.time_outside]}."
    yield f"A text that looks like a date, name or site {_SIGNING[signing.identity_in_text]}."
    if signing.first_play_before_grading:
        yield "No answer is taken for a segment before one of its clips was played once."


def _alert(charter: Charter, alert: Alert) -> str:
    if alert.fires_when is not None:
        when = f"{_each(charter, alert)}{condition_words(charter, alert.fires_when)}"
    else:
        bounds = [
            *([f"is {either(alert.values)}"] if alert.values else []),
            *([f"is above {number(alert.above)}"] if alert.above is not None else []),
            *([f"is below {number(alert.below)}"] if alert.below is not None else []),
        ]
        when = f"{charter.derivation(alert.derivation or '').label} {either(bounds)}"
    opens = f" It opens an unblinding event ({alert.unblinding})." if alert.unblinding else ""
    return f"{alert.id}, after {alert.after}: {quoted(alert.message)} {sentence(when)}{opens} Readers never see it."
