"""What one clip, one reading, one exam costs this program in bytes, transactions and time: measured, with how it was measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """Measured on trials of both shipped charters that the program simulated itself, each reader saving after every answer.

    Bytes are of SQLite pages: each table with its indexes, by the kind of event that wrote its rows. The same rows in PostgreSQL take
    ``on_server`` times as much. Envelopes are padded (`corelab.domain.room`), so the charter sets their size; the rest is per thing.
    Times are those of the processor, in a trial that was simulated on PostgreSQL 15 with envelopes of 123 kB, on two cores that had other
    work too: rather too long.
    """

    per_clip: int = 7_950
    """Received, labelled, passed by two people, released."""
    per_answer: int = 1_515
    """An answer that was changed, with its sealed event."""
    per_showing: int = 3_050
    """That more was shown, kept with an answer."""
    showings: float = 12.0
    """Of a reading."""
    per_reading: int = 13_500
    """Opened, signed, looked through for alerts, treatment guessed: beside its envelope."""
    per_exam: int = 35_000
    """Delivered, dealt, compared."""
    per_cell: int = 745
    """A cell of an exam: both readers' grades, evidence and the result, once everything is released."""
    per_case: int = 40_000
    """Opened, decided, finished: beside its envelopes."""
    envelopes_of_case: int = 3
    on_server: float = 1.10
    per_lab: int = 16_000_000
    """An empty database on a server, with the functions, people and keys of a lab."""
    save_log: float = 1.10
    """Bytes of PostgreSQL's log for each byte of a draft that is kept: the old version is marked, the new one is written whole."""
    save_log_event: int = 2_600
    """And for the event of a save and its indexes."""
    clip_commits: float = 2.0
    """Transactions of the coordinators for each clip: received, released (labels and checks are said of a whole exam)."""
    exam_commits: float = 8.0
    """And for each exam: delivery, labels, two checks, dealt, compared, case, finished."""
    reading_commits: float = 3.0
    """Opened, signed, guessed; each change of an answer is one more."""
    save_trips: int = 18
    """Questions and answers between workstation and server while a reader's transaction holds the writers' line; opening and signing,
    which ask more, are counted in."""
    save_client: float = 0.014
    """Seconds that the workstation works meanwhile: sealing, digests."""
    save_server: float = 0.021
    """Seconds that a core of the server works: who may, every digest made anew, the rows one by one."""
    intake_trips: int = 32
    """The same three of the coordinators' transactions, from receiving a clip to finishing a case."""
    intake_client: float = 0.020
    intake_server: float = 0.034


MEASURED = Costs()
