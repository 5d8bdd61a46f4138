"""What a measurement of speed answers: goals with their limits, figures beside peers, what was not measured, and how far turns differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from statistics import median

Told = Callable[[str], None]


class Theme(Enum):
    """What goals are about, in the order they are measured and printed."""

    PICTURES = "pictures"
    ARCHIVE = "archive"
    MEMORY = "memory"
    PLAYING = "playing"
    WINDOW = "window"
    INTAKE = "intake"
    FOLLOWING = "following a vein"
    RECORDS = "records"
    PACKAGES = "packages"
    STATISTICS = "statistics"


@dataclass(frozen=True, slots=True)
class Spread:
    """The median over turns, the lowest and the highest of them."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, turns: Sequence[float]) -> "Spread":
        """Raises ValueError where nothing was measured."""
        return cls(median(turns), min(turns), max(turns))

    @classmethod
    def ratio(cls, ours: Sequence[float], theirs: Sequence[float]) -> "Spread":
        """Of the ratios of each turn: within one turn, what else the machine does slows both alike."""
        return cls.of([mine / other for mine, other in zip(ours, theirs, strict=True)])

    def times(self, factor: float) -> "Spread":
        return Spread(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal: met when ``value`` is at most ``limit``.

    ``spread`` is None where there was one turn only. ``others``: the share of the processor's time that other programs took meanwhile.
    """

    id: str
    what: str
    value: float
    limit: float
    spread: Spread | None = None
    others: float | None = None
    theme: Theme | None = None

    @classmethod
    def over(cls, name: str, what: str, spread: Spread, limit: float) -> "Goal":
        return cls(name, what, spread.value, limit, spread)

    @property
    def ok(self) -> bool:
        return self.value <= self.limit

    @property
    def some_turn_met_it(self) -> bool:
        return self.spread is not None and self.spread.low <= self.limit


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure beside a peer, which no goal is set for."""

    id: str
    what: str
    spread: Spread
    theme: Theme | None = None

    @property
    def value(self) -> float:
        return self.spread.value


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """What could not be measured on this machine, and why."""

    id: str
    what: str
    reason: str
    theme: Theme | None = None


Result = Goal | Beside | NotMeasured


@dataclass(frozen=True, slots=True)
class Report:
    """Everything of one run. ``where``: which window was measured, and what else is to be known of the machine."""

    results: tuple[Result, ...]
    where: tuple[str, ...] = ()

    @property
    def goals(self) -> tuple[Goal, ...]:
        return tuple(one for one in self.results if isinstance(one, Goal))

    @property
    def beside(self) -> tuple[Beside, ...]:
        return tuple(one for one in self.results if isinstance(one, Beside))

    @property
    def not_measured(self) -> tuple[NotMeasured, ...]:
        return tuple(one for one in self.results if isinstance(one, NotMeasured))


def under(theme: Theme | None, results: Sequence[Result], others: float | None) -> tuple[Result, ...]:
    """These results, measured while other programs took so much of the machine, as those of ``theme``, if they have none yet."""
    return tuple(_under(theme, one, others) for one in results)


def _under(theme: Theme | None, one: Result, others: float | None) -> Result:
    if isinstance(one, Goal):
        return replace(one, theme=one.theme or theme, others=others)
    return replace(one, theme=one.theme or theme)
