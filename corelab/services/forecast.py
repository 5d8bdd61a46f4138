"""The load forecast of a charter, for people who design one and for coordinators whose trial runs."""

from collections.abc import Callable

from corelab.domain.charter import load_charter
from corelab.domain.forecast.load import Forecast, foretold
from corelab.domain.forecast.rates import Rates, read_rates


def forecast(charter: bytes, rates: bytes | Rates, *, exams: int | None = None, told: Callable[[int, int], None] | None = None) -> Forecast:
    """How many exams would become cases under this charter. ``rates``: a TOML file's bytes, or what is known of the readers already.

    Raises CharterError, RatesError. ``told`` hears (done, of) while it runs.
    """
    loaded = load_charter(charter)
    known = rates if isinstance(rates, Rates) else read_rates(loaded, rates)
    return foretold(loaded, known, exams, told or (lambda _done, _of: None))
