"""Pages of a printed charter: who reads how, blinding, comparison, derived endpoints, monitoring and what else a trial fixes."""

from collections.abc import Iterator
from typing import Final

from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_design import BlindingProfile, ReadingType
from corelab.export.charter.condition_words import listed, number, quoted
from corelab.export.charter.derivation_words import derivation_words
from corelab.export.charter.pages_subjects import code_words
from corelab.export.charter.rule_words import adjudication_words, rule_words
from corelab.export.print_page import Pages

_ORDERS: Final = {
    "independent_timepoint": "one exam at a time, subjects and visits mixed",
    "time_sequential": "the visits of a subject in time order, each signed before the next is shown",
    "simultaneous": "all visits of a subject together, in time order",
    "simultaneous_randomised_temporal": "all visits of a subject together, their order hidden and drawn",
    "simultaneous_timepoint": "all views of one visit together",
    "hybrid_randomised": "first one exam at a time, signed; then in time order as a second reading; both are kept",
}
_SHOWN: Final = {
    "side": "the side",
    "segment_label": "the name of the segment",
    "role": "the role of the segment",
    "visit": "the visit",
    "visit_order": "the order of the visits",
    "interval_days": "the days between visits",
}
_UNLIMITED: Final = 10_000
_COVERED: Final = "What stands on the image around the scan is covered."
_NEVER: Final = "Never shown to a reader: subject, site, treatment, dates, other readings, what the site found."


def write_design(pages: Pages, charter: Charter) -> None:
    for kind in charter.reading_types:
        pages.keep(14)
        pages.heading(f"{kind.label} ({kind.id})")
        for name, value in _reading_type(charter, kind):
            pages.fact(name, value)
    for profile in charter.blinding_profiles:
        pages.keep(5)
        pages.heading(f"Blinding {quoted(profile.label)} ({profile.id})")
        for said in _profile(profile):
            pages.entry(said)
    pages.heading("Questions after the signature")
    blinding = charter.blinding
    if blinding.after_lock_questions:
        pages.entry(f"Did anything in the images suggest the treatment? {', '.join(blinding.suggestions)}.")
        pages.entry(f"Which arm was it? {', '.join(blinding.guess_arms)}, do not know.")
        pages.words("Both are asked when grades can no longer change, are sealed, and are exported for the statistician.", second=True)
    else:
        pages.words("None.")


def _reading_type(charter: Charter, kind: ReadingType) -> Iterator[tuple[str, str]]:
    labels = {block.id: block.label for block in charter.blocks}
    yield "Reads", listed(labels[block] for block in kind.blocks)
    yield "Readers", "two, independently" if kind.readers == 2 else "one; every result is a reference result"
    yield "Blinding", charter.blinding_profile(kind.blinding).label
    apart = listed(charter.reading_type(other).label for other in kind.apart_from) if kind.apart_from else ""
    yield "Kept apart from", f"{apart}: nobody reads or adjudicates both of one subject" if apart else "nothing"
    yield "Order", _ORDERS[kind.order]
    yield "Readers are dealt", f"by {kind.pair_unit}, from a pool of at least {kind.min_pool}"
    yield "Batches", _limits(kind)
    if kind.subject_spacing:
        yield "Spacing", f"at least {kind.subject_spacing} exams of others between two exams of one subject"
    yield "Hidden repeats", _repeats(kind)
    yield "Calibration", _calibration(kind.calibration_exams, kind.calibration_every_days)


def _limits(kind: ReadingType) -> str:
    size = f"at most {kind.batch_exams} exams" if kind.batch_exams < _UNLIMITED else "of any size"
    gap = f", {kind.batch_gap_days} days between two of a reader" if kind.batch_gap_days else ""
    session = f", at most {kind.session_exams} exams in a session" if kind.session_exams < _UNLIMITED else ""
    return f"{size}{gap}{session}"


def _repeats(kind: ReadingType) -> str:
    if not kind.repeat_share:
        return "none"
    return f"{kind.repeat_share * 100:g} % of a reader's exams, at least {kind.repeat_min_days} days after the first signature"


def _calibration(exams: int, every: int) -> str:
    return f"the same {exams} exams for every reader, every {every} days" if exams else "none"


def _profile(profile: BlindingProfile) -> Iterator[str]:
    yield f"Shown: {listed(_SHOWN[one] for one in profile.show)}." if profile.show else "Shown: the images only."
    yield _COVERED if profile.hide_overlay else f"{_COVERED} This profile would show it; nothing uncovers it for a reader."
    yield "An exam has another name for every reader." if profile.pseudonym == "per_reader" else "An exam has one name for all readers."
    if profile.treatment_visible:
        yield "The images show the treatment by their nature."
    yield _NEVER


def write_comparison(pages: Pages, charter: Charter) -> None:
    for one in sorted(charter.classes, key=lambda each: "ABCED".index(each.id)):
        pages.keep(5)
        pages.heading(f"Class {one.id}: {one.label}")
        action = "Differences are adjudicated" if one.action == "adjudicate" else "Differences stay; the reference reading counts"
        where = f", at {listed(charter.visit(visit).label for visit in one.visits)}" if one.visits else ""
        pages.words(f"{action}{where}. Discordant when:", second=True)
        for number_of_rule, rule in enumerate(one.rules, 1):
            pages.entry(rule_words(charter, rule), mark=str(number_of_rule))
    pages.words(
        "Two answers \u201cnot evaluable\u201d are never discordant. Cells that differ in no class that adjudicates take the answer of the "
        "reference reading, which is drawn for each exam before anybody reads. Nothing is ever averaged.",
        second=True,
    )
    pages.heading("Adjudication")
    for said in adjudication_words(charter.adjudication):
        pages.entry(said)


def write_derivations(pages: Pages, charter: Charter) -> None:
    pages.words(
        "Every derived endpoint is computed from the results and is never typed. A missing one is NE when a cell it rests on is NE, else "
        "NI; NA cells are left out first."
    )
    labels = {block.id: block.label for block in charter.blocks}
    for one in charter.derivations:
        said, formula = derivation_words(charter, one)
        pages.keep(5)
        pages.heading(f"{one.id}  {one.label}", 10)
        pages.words(said)
        pages.words(formula, second=True)
        at = listed(charter.visit(visit).label for visit in one.visits) if one.visits else f"every visit with {_blocks(one.blocks, labels)}"
        unit = f" Unit: {one.unit}." if one.unit else ""
        per = " One value per segment." if one.scope == "segment" else ""
        tier = f" Tier {one.win_ratio_tier} of the win ratio, which is computed elsewhere." if one.win_ratio_tier else ""
        pages.words(f"At {at}.{per}{unit}{tier}", second=True)


def _blocks(blocks: tuple[str, ...], labels: dict[str, str]) -> str:
    return listed(labels[block] for block in blocks)


def write_monitoring(pages: Pages, charter: Charter) -> None:
    for name, value in (*_monitoring(charter), *_certification(charter), *_codings(charter)):
        pages.fact(name, value)
    years = charter.retention.years_min
    pages.fact("Retention", f"{years} {'year' if years == 1 else 'years'} at least. {charter.retention.text}")


def _monitoring(charter: Charter) -> Iterator[tuple[str, str]]:
    monitoring, rate = charter.monitoring, charter.monitoring.adjudication_rate
    yield "Agreement of grades", _items(charter, monitoring.agreement_items) + f"; weights: {monitoring.weights}"
    yield "Agreement of numbers", _items(charter, monitoring.numeric_items)
    yield "Intervals", f"bootstrap by subject, {monitoring.bootstrap_reps} repetitions, seed {monitoring.bootstrap_seed}"
    yield "Rate of adjudication", f"per {rate.unit}, classes {', '.join(rate.classes)}" if rate.classes else "not determined"
    batch = monitoring.p_chart_batch_min
    yield "Control chart", f"batches of at least {batch} exams, limits of 3 standard deviations" if batch else "none"
    alarm = monitoring.rdi_alarm_sd
    yield "Alarm for a reader", f"{number(alarm)} standard deviations above the mean discordance of all readers" if alarm else "none"


def _items(charter: Charter, items: tuple[str, ...]) -> str:
    return listed(charter.item(item).label for item in items) if items else "none"


def _certification(charter: Charter) -> Iterator[tuple[str, str]]:
    one = charter.certification
    yield "Training", "recorded before the first reading, for each major version" if one.training_record else "no record needed"
    kappa = f", weighted kappa of at least {number(one.min_weighted_kappa)}" if one.min_weighted_kappa is not None else ""
    yield "Certification", f"{one.calibration_exams} exams with known truth{kappa}" if one.calibration_exams else "no exams"


def _codings(charter: Charter) -> Iterator[tuple[str, str]]:
    codings = charter.codings
    yield "Local codes", f"{codings.local_scheme_name} ({codings.local_scheme})"
    yield "Title of reports", code_words(codings.document_title)
    if codings.laterality is not None:
        yield "Laterality", f"{code_words(codings.laterality.left)}; {code_words(codings.laterality.right)}"
    yield "Modifier", code_words(codings.modifier_concept)
