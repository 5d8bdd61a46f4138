"""What a plan starts from: people, trials and clips, and the machines that carry them."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Load:
    """Readers who all read at the same time, spread evenly over the trials; every trial is a lab of its own."""

    readers: int = 10
    trials: int = 1
    subjects: int = 300
    """Of each trial."""
    visits: int = 4
    clips: int = 17
    """Of an exam."""
    clip_mb: float = 3.8
    readings: int = 2
    """Of an exam."""
    case_share: float = 0.3
    """Of exams."""
    answers: int = 27
    """That a reader changes in a reading; each is kept at once."""
    minutes: float = 15.0
    """That a reading takes."""
    hours: float = 8.0
    """Of a working day."""
    envelope: int = 122_880
    """Bytes of a sealed record of the charter."""
    cells: int = 310
    """Of all forms of an exam: segments times what is asked of each."""

    @property
    def exams(self) -> int:
        return self.trials * self.subjects * self.visits

    @property
    def readers_of_lab(self) -> int:
        """In the lab that has most."""
        return -(-self.readers // self.trials)

    @property
    def exam_bytes(self) -> float:
        """Of clips."""
        return self.clips * self.clip_mb * MEGABYTE


@dataclass(frozen=True, slots=True)
class Machines:
    """One database server, one archive, one network."""

    trip_ms: float = 0.5
    """From a workstation to the server and back; 0.5 in one house, 10 to 40 between towns."""
    link_mbit: float = 1000.0
    """Of the server, and of the archive, each."""
    commit_ms: float = 3.0
    """Until the server's disk has a commit: `pg_test_fsync` tells it."""
    cores: int = 4
    log_mb_s: float = 100.0
    """What the disk under PostgreSQL's log takes, and what is copied from it, for backups or a replica."""
    archive_mb_s: float = 150.0
    """What the archive's disk reads when many read at once."""
    connections: int = 100
    """`max_connections` of PostgreSQL."""

    @property
    def link(self) -> float:
        """Bytes a second."""
        return self.link_mbit * 1e6 / 8
