"""How figures, signals and their absence are said on the monitoring page."""

from collections.abc import Iterator

from corelab.domain.agreement.estimate import Estimate, Interval, Undefined
from corelab.domain.agreement.graded_pairs import Figure
from corelab.domain.agreement.two_readers import Weights
from corelab.domain.monitoring.pairing import Kind
from corelab.domain.monitoring.readers import Alike
from corelab.domain.monitoring.report import Report

KIND_WORDS = {
    Kind.READERS: ("Agreement between readers", "Reader 1", "Reader 2"),
    Kind.REPEATS: ("Agreement of a reader with the hidden repeat", "First", "Repeat"),
    Kind.CALIBRATION: ("Agreement with the calibration set", "Reader", "Known"),
}
WEIGHT_WORDS = {Weights.LINEAR: "linear weights", Weights.QUADRATIC: "quadratic weights", Weights.UNWEIGHTED: "no weights"}
_NO_PAIRS = {
    Kind.READERS: "No exam has two signed readings yet. Figures stand here when two readers have signed.",
    Kind.REPEATS: "No hidden repeat is signed yet. The charter's share of repeats decides how many come.",
    Kind.CALIBRATION: "Nobody has read the calibration set yet.",
}


def not_estimable(why: Undefined | None) -> str:
    return f"not estimable: {why.value}" if why is not None else "not estimable"


def number(figure: Figure | None) -> str:
    """Two decimals; a dash where there is none."""
    return "" if figure is None else "\u2013" if figure.estimate.value is None else f"{figure.estimate.value:.2f}"


def percent(figure: Figure | None) -> str:
    return "" if figure is None else "\u2013" if figure.estimate.value is None else f"{100 * figure.estimate.value:.0f} %"


def figure_words(figure: Figure) -> str:
    """``0.83, 95 % 0.78 to 0.87``, or why there is none."""
    if figure.estimate.value is None:
        return not_estimable(figure.estimate.undefined)
    around = figure.by_subject
    return f"{figure.estimate.value:.2f}, " + (between(around.interval) if around.interval else f"no interval: {reason(around.reason)}")


def between(interval: Interval, scale: float = 1.0, decimals: int = 2) -> str:
    return f"95 % {scale * interval.low:.{decimals}f} to {scale * interval.high:.{decimals}f}"


def share_words(share: Estimate) -> str:
    """``15.3 %``."""
    return "\u2013" if share.value is None else f"{100 * share.value:.1f} %"


def reason(why: Undefined | None) -> str:
    return why.value if why is not None else "unknown"


def no_pairs(kind: Kind, report: Report) -> str:
    if not report.observed.charter.monitoring.agreement_items and not report.observed.charter.monitoring.numeric_items:
        return "The charter names no item whose agreement is watched (monitoring.agreement_items)."
    return _NO_PAIRS[kind]


def signals(report: Report) -> Iterator[str]:
    """Everything that is above a limit, or suspiciously alike, in words."""
    for one in report.batches:
        charted = one.charted
        if charted.signal and charted.limits is not None:
            where = "above" if (charted.share or 0) > charted.limits.high else "below"
            yield f"Adjudication rate of {charted.batch.name} is {where} its limits: {charted.batch.cases} of {charted.batch.exams} exams."
    for reader in report.readers:
        if reader.alarm and report.rdi is not None and reader.rdi is not None:
            yield f"{reader.reader} has a discordance index of {reader.rdi:.2f}, above the limit of {report.rdi.limit:.2f}."
    yield from map(alike_words, report.alike)


def signal_counts(report: Report) -> str:
    """``1 batch, 2 readers``: where the signals are."""
    counts = (
        (sum(one.charted.signal for one in report.batches), "batch", "batches"),
        (sum(one.alarm for one in report.readers), "reader", "readers"),
        (len(report.alike), "pair alike", "pairs alike"),
    )
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count) or "nothing outside its limits"


def alike_words(one: Alike) -> str:
    what = "the same note" if one.what == "note" else "answers with pauses in the same order"
    (first, second), (exam, other) = one.readers, one.exams
    return f"{first} ({exam}) and {second} ({other}) have {what}."
