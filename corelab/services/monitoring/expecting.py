"""How many cases to expect: before the trial from a file of rates, during it from what the readers do."""

from collections.abc import Callable
from pathlib import Path

from corelab.domain.accounts import Command
from corelab.domain.forecast.load import Forecast, foretold
from corelab.domain.forecast.rates import MAX_BYTES, read_rates
from corelab.services.labs import OpenLab
from corelab.services.session import Session, permit

Told = Callable[[int, int], None]


def from_file(lab: OpenLab, session: Session, rates: Path, told: Told | None = None) -> Forecast:
    """By the charter in force. Raises NotPermittedError, RatesError with every fault of the file, OSError."""
    permit(session, Command.AGREEMENT)
    charter = lab.charter
    with rates.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    return foretold(charter, read_rates(charter, data), None, told or (lambda _done, _of: None))
