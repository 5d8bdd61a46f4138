"""The plan: how large the records and the archive become, how busy each part is in a full hour, and which part is full first."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from corelab.domain.scaling.costs import MEASURED, Costs
from corelab.domain.scaling.load import MEGABYTE, Load, Machines

FULL = 0.7
"""Beyond this share of a part's strength waits grow faster than work: the plan calls it full."""
_STAFF = 0.2
"""People beside the readers who are signed in, for each reader: coordinators, adjudicators, administrators, auditors."""
_CONNECTIONS = 1.1
"""Connections of one person: one that stays, and now and then a second."""
_KEPT_FREE = 3
"""Connections that PostgreSQL keeps for its own administrators."""


class Part(Enum):
    WRITER_LINE = "writer_line"
    SERVER_CORES = "server_cores"
    SERVER_LOG = "server_log"
    SERVER_LINK = "server_link"
    CONNECTIONS = "connections"
    ARCHIVE_DISK = "archive_disk"
    ARCHIVE_LINK = "archive_link"


@dataclass(frozen=True, slots=True)
class Sizes:
    """When every exam is read, compared and released. Bytes, but for the days."""

    records: float
    """The databases of all trials."""
    largest: float
    """The database of one trial."""
    clips: float
    log_per_day: float
    """What PostgreSQL's log grows by in a working day: what a replica or a log archive has to take."""
    traffic_per_reading: float
    """From the archive to a workstation that has none of the clips yet."""
    reading_days: float
    """Working days until everybody has read everything."""


@dataclass(frozen=True, slots=True)
class Rates:
    """In an hour in which everybody reads."""

    readings_per_hour: float
    saves_per_second: float
    """In the lab that has most readers."""
    commits_per_second: float
    """On the server, of all labs, intake at the pace of the reading."""
    clips_per_second: float
    bytes_per_second: float
    """From the archive."""
    connections: int


@dataclass(frozen=True, slots=True)
class Plan:
    load: Load
    machines: Machines
    sizes: Sizes
    rates: Rates
    busy: Mapping[Part, float]
    """Share of each part's strength that is taken; above 1 it cannot keep up."""
    hold: float
    """Seconds that a save holds the line of its lab's writers."""

    @property
    def first(self) -> Part:
        """What is full first when the same grows."""
        return max(self.busy, key=lambda part: self.busy[part])

    def readers_at(self, part: Part) -> int:
        """With how many readers, all else alike, this part is full."""
        return int(self.load.readers * FULL / self.busy[part])


def plan(load: Load, machines: Machines, costs: Costs = MEASURED) -> Plan:
    rates = _rates(load, costs)
    busy = {
        Part.WRITER_LINE: writer_load(load, machines, costs),
        Part.SERVER_CORES: _work_per_second(load, costs) / machines.cores,
        Part.SERVER_LOG: _log_per_reading(load, costs) * _readings_per_second(load) / (machines.log_mb_s * MEGABYTE),
        Part.SERVER_LINK: 2 * _sealed_per_second(load) / machines.link,
        Part.CONNECTIONS: rates.connections / max(1, machines.connections - _KEPT_FREE),
        Part.ARCHIVE_DISK: rates.bytes_per_second / (machines.archive_mb_s * MEGABYTE),
        Part.ARCHIVE_LINK: rates.bytes_per_second / machines.link,
    }
    return Plan(load, machines, _sizes(load, costs), rates, MappingProxyType(busy), hold_of_save(load, machines, costs))


# ---------------------------------------------------------------- the line of writers


def hold_of_save(load: Load, machines: Machines, costs: Costs) -> float:
    """Seconds: the draft is fetched, what changed is sealed, checked by the server, and on its disk before the next may write."""
    travelling = costs.save_trips * machines.trip_ms / 1000 + 2 * load.envelope / machines.link
    return travelling + costs.save_client + costs.save_server + machines.commit_ms / 1000


def hold_of_intake(machines: Machines, costs: Costs) -> float:
    return costs.intake_trips * machines.trip_ms / 1000 + costs.intake_client + costs.intake_server + machines.commit_ms / 1000


def saves(load: Load, costs: Costs) -> float:
    """Transactions of one reading."""
    return load.answers + costs.reading_commits


def intake_commits(load: Load, costs: Costs) -> float:
    """Transactions that each reading brings with it in the coordinators' work on its exam."""
    return (load.clips * costs.clip_commits + costs.exam_commits) / load.readings


def writer_load(load: Load, machines: Machines, costs: Costs) -> float:
    """Share of the time in which somebody writes in the lab that has most readers."""
    own = load.readers_of_lab / (load.minutes * 60)
    return own * (saves(load, costs) * hold_of_save(load, machines, costs) + intake_commits(load, costs) * hold_of_intake(machines, costs))


# ---------------------------------------------------------------- sizes and rates


def _sizes(load: Load, costs: Costs) -> Sizes:
    exams = load.subjects * load.visits
    of_lab = costs.per_lab + exams * records_of_exam(load, costs)
    per_day = load.readers * load.hours * 60 / load.minutes
    return Sizes(
        records=load.trials * of_lab,
        largest=of_lab,
        clips=load.exams * load.exam_bytes,
        log_per_day=_log_per_reading(load, costs) * per_day,
        traffic_per_reading=load.exam_bytes,
        reading_days=load.exams * load.readings / per_day,
    )


def records_of_exam(load: Load, costs: Costs) -> float:
    """Bytes in the database when the exam is released."""
    reading = load.envelope + costs.per_reading + load.answers * costs.per_answer + costs.showings * costs.per_showing
    case = costs.envelopes_of_case * load.envelope + costs.per_case
    exam = costs.per_exam + load.cells * costs.per_cell + load.clips * costs.per_clip
    return costs.on_server * (exam + load.readings * reading + load.case_share * case)


def _rates(load: Load, costs: Costs) -> Rates:
    per_second = _readings_per_second(load)
    return Rates(
        readings_per_hour=per_second * 3600,
        saves_per_second=load.readers_of_lab / (load.minutes * 60) * saves(load, costs),
        commits_per_second=per_second * (saves(load, costs) + intake_commits(load, costs)),
        clips_per_second=per_second * load.clips,
        bytes_per_second=per_second * load.exam_bytes,
        connections=round(load.readers * (1 + _STAFF) * _CONNECTIONS),
    )


def _readings_per_second(load: Load) -> float:
    return load.readers / (load.minutes * 60)


def _log_per_reading(load: Load, costs: Costs) -> float:
    """Bytes: every save writes the whole draft anew, and everything that stays is written once more than it is kept."""
    kept = saves(load, costs) * (load.envelope * costs.save_log + costs.save_log_event)
    return kept + records_of_exam(load, costs) / load.readings


def _work_per_second(load: Load, costs: Costs) -> float:
    """Seconds of the server's cores."""
    each = saves(load, costs) * costs.save_server + intake_commits(load, costs) * costs.intake_server
    return _readings_per_second(load) * each


def _sealed_per_second(load: Load) -> float:
    """Bytes of drafts to the server; as many come back before each save."""
    return _readings_per_second(load) * load.answers * load.envelope
