"""The way from ten readers to a thousand: the steps that the written plan shows, each with what was turned before it."""

from dataclasses import dataclass

from corelab.domain.scaling.load import Load, Machines


@dataclass(frozen=True, slots=True)
class Step:
    load: Load
    machines: Machines


STEPS = (
    Step(Load(readers=10, trials=1, subjects=300), Machines()),
    Step(Load(readers=30, trials=3, subjects=300), Machines()),
    Step(Load(readers=100, trials=10, subjects=600), Machines(connections=300)),
    Step(Load(readers=300, trials=30, subjects=1000), Machines(connections=800)),
    Step(Load(readers=1000, trials=100, subjects=3000), Machines(connections=2500, cores=8, link_mbit=10_000, archive_mb_s=500)),
)
ASIDE = (
    Step(Load(readers=100, trials=1, subjects=3000), Machines(connections=300)),
    Step(Load(readers=1000, trials=1, subjects=3000), Machines(connections=2500, cores=8, link_mbit=10_000, archive_mb_s=500)),
    Step(Load(readers=10, trials=1, subjects=300), Machines(trip_ms=20)),
    Step(Load(readers=100, trials=1, subjects=3000), Machines(connections=300, trip_ms=20)),
)
"""All readers in one trial; and workstations in another town than the server."""
