"""What a trial costs from the first reading to its lock: the processor's time beside that of the commits and seals it cannot do without."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from math import ceil
from operator import itemgetter
from pathlib import Path
from statistics import median
from time import process_time
from types import MappingProxyType

from corelab.domain.accounts import Role
from corelab.domain.charter import load_charter
from corelab.domain.clock import Clock
from corelab.domain.simulated import SimulatedTrial
from corelab.process import collecting_seldom
from corelab.resources import resource
from corelab.services import assignment, bench_records, comparison, packages
from corelab.services.demo_staff import Staffed, staffed_lab
from corelab.services.simulated_readers import adjudicate_all, read_all
from corelab.storage.bare_commit import PAGE, BareFile
from corelab.storage.keys import Kdf, encrypt, new_secret

_CHARTER, _SEED, _AGREEMENT = "dvt_lower_extremity.toml", 1, 0.9
_CHEAP = Kdf(1, 8192)
"""The deliberate cost of a password is not what is measured."""

_TURNS = 5


@dataclass(frozen=True, slots=True)
class TrialFigures:
    """Milliseconds of the processor for each reading: of the whole trial by step, and bare. Waiting for the disk is not among them."""

    steps: Mapping[str, float]
    bare: float

    @property
    def whole(self) -> float:
        return sum(self.steps.values())

    @property
    def ratio(self) -> float:
        return self.whole / self.bare


def measure(folder: Path, clock: Clock, exams: int) -> TrialFigures:
    """A trial of so many exams, each read twice; one is read to warm up."""
    charter = resource("charters", _CHARTER).read_bytes()
    trial = SimulatedTrial(load_charter(charter), _SEED, _AGREEMENT)
    with collecting_seldom(), staffed_lab(folder / "lab", charter, (clock, folder / "configuration"), _CHEAP) as here:
        _expect(here, range(1))
        _signed(here, trial)
        _expect(here, range(1, exams + 1))
        before, size = _head(here), here.lab.store.path.stat().st_size
        steps: dict[str, Callable[[], object]] = {
            "signed": partial(_signed, here, trial),
            "compared": partial(comparison.release_and_compare, here.lab, here.coordinator),
            "adjudicated": partial(_adjudicated, here, trial),
            "locked": partial(packages.lock, here.lab, here.coordinator, "measured", here.password(here.coordinator)),
        }
        spent = {step: _milliseconds(work) for step, work in steps.items()}
        envelopes, growth = _envelopes(here, before), here.lab.store.path.stat().st_size - size
        bare = median(_milliseconds(partial(_bare, folder / f"bare-{turn}.db", envelopes, growth)) for turn in range(_TURNS))
    readings = 2 * exams
    return TrialFigures(MappingProxyType({step: each / readings for step, each in spent.items()}), bare / readings)


def _milliseconds(work: Callable[[], object]) -> float:
    """Of this process on all cores."""
    start = process_time()
    work()
    return 1000 * (process_time() - start)


def _head(here: Staffed) -> int:
    with here.lab.store.read() as snapshot:
        last = snapshot.latest("event", by="seq")
        return int(last["seq"]) if last else 0


def _expect(here: Staffed, exams: range) -> None:
    for number in exams:
        bench_records.add_exam(here, number, files=True)


def _signed(here: Staffed, trial: SimulatedTrial) -> None:
    assignment.assign(here.lab, here.coordinator)
    for session in here.having(Role.READER):
        read_all(here, session, trial, "", _done)


def _adjudicated(here: Staffed, trial: SimulatedTrial) -> None:
    for session in here.having(Role.ADJUDICATOR):
        adjudicate_all(here, session, trial, _done)
    comparison.release_and_compare(here.lab, here.coordinator)


def _done() -> None:
    return


# ---------------------------------------------------------------- bare


def _envelopes(here: Staffed, after: int) -> tuple[tuple[int, ...], ...]:
    """Of every transaction after this event: the bytes of each envelope that it wrote."""
    with here.lab.store.read() as snapshot:
        events = snapshot.events(after=after)
        stored = ((row["at"], snapshot.one("event_payload", seq=row["seq"], form="sealed")) for row in events)
        sizes = [(at, len(row["body"]) if row is not None else 0) for at, row in stored]
    return tuple(tuple(size for _, size in together if size) for _, together in groupby(sizes, key=itemgetter(0)))


def _bare(path: Path, transactions: tuple[tuple[int, ...], ...], growth: int) -> None:
    """As many durable commits, which add as many pages in all, and as many envelopes of as many bytes under one key."""
    key, more = new_secret(), ceil(growth / PAGE / len(transactions))
    file = BareFile.made(path, 0)
    for envelopes in transactions:
        for size in envelopes:
            encrypt(key, bytes(size))
        file.commit(0, more)
    file.close()
