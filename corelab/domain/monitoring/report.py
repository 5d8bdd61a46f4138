"""Everything that monitoring shows, made once from what was observed."""

from collections.abc import Callable
from dataclasses import dataclass

from corelab.domain.agreement.bootstrap import Chance
from corelab.domain.charter.model_item import NumberItem
from corelab.domain.monitoring.cases import BatchShare, CaseRate, by_batch, by_signing, case_rate
from corelab.domain.monitoring.items import GradedItem, MeasuredItem, chance_of, graded, measured
from corelab.domain.monitoring.observed import Observed, Waiting
from corelab.domain.monitoring.pairing import CellPair, Kind, pairs_of
from corelab.domain.monitoring.readers import Alike, RdiLimit, ReaderFigures, alike, rdi_limit, readers

Progress = Callable[[int, int, str], None]


class StoppedError(Exception):
    """Whoever asked does not want the answer any more."""


@dataclass(frozen=True, slots=True)
class AgreementOf:
    """One kind of pairs, item by item."""

    kind: Kind
    pairs: tuple[CellPair, ...]
    graded: tuple[GradedItem, ...]
    measured: tuple[MeasuredItem, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Every figure with what it counted. ``observed`` holds the readings themselves, in memory only.

    ``signing``: groups of exams in the order of their signatures, charted as batches are.
    """

    observed: Observed
    chance: Chance
    agreement: tuple[AgreementOf, ...]
    rate: CaseRate
    batches: tuple[BatchShare, ...]
    signing: tuple[BatchShare, ...]
    readers: tuple[ReaderFigures, ...]
    rdi: RdiLimit | None
    alike: tuple[Alike, ...]
    overdue: tuple[Waiting, ...]

    def of(self, kind: Kind) -> AgreementOf:
        return next(one for one in self.agreement if one.kind is kind)


def report(observed: Observed, progress: Progress | None = None, stopped: Callable[[], bool] | None = None) -> Report:
    """Raises StoppedError between two items once ``stopped`` says so."""
    people = readers(observed)
    steps = _Steps(observed, progress or (lambda _done, _of, _what: None), stopped or (lambda: False))
    return Report(
        observed=observed,
        chance=chance_of(observed.charter),
        agreement=tuple(steps.agreement(kind) for kind in Kind),
        rate=case_rate(observed),
        batches=by_batch(observed),
        signing=by_signing(observed),
        readers=people,
        rdi=rdi_limit(observed.charter.monitoring.rdi_alarm_sd, (one.rdi for one in people)),
        alike=alike(observed),
        overdue=tuple(one for one in observed.waiting if one.due is not None and one.due < observed.at),
    )


class _Steps:
    """One step for each item of each kind of pairs."""

    def __init__(self, observed: Observed, progress: Progress, stopped: Callable[[], bool]) -> None:
        self._observed, self._progress, self._stopped = observed, progress, stopped
        monitoring = observed.charter.monitoring
        self._done, self._total = 0, len(Kind) * (len(monitoring.agreement_items) + len(monitoring.numeric_items))

    def agreement(self, kind: Kind) -> AgreementOf:
        charter, pairs = self._observed.charter, pairs_of(self._observed, kind)
        return AgreementOf(
            kind,
            pairs,
            tuple(graded(charter, charter.item(name), self._own(pairs, name)) for name in charter.monitoring.agreement_items),
            tuple(
                measured(charter, item, self._own(pairs, name))
                for name in charter.monitoring.numeric_items
                if isinstance(item := charter.item(name), NumberItem)
            ),
        )

    def _own(self, pairs: tuple[CellPair, ...], item: str) -> tuple[CellPair, ...]:
        if self._stopped():
            raise StoppedError
        self._progress(self._done, self._total, self._observed.charter.item(item).label)
        self._done += 1
        return tuple(pair for pair in pairs if pair.cell.item == item)
