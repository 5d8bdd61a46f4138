"""What one clip, one reading, one exam costs this program in bytes, transactions and time: measured, with how it was measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """Measured on trials that the program simulated itself, with the reader saving after each answer as the window does.

    Bytes are of SQLite pages, each table and its indexes by the kind of event that wrote its rows; `SERVER` is what a PostgreSQL
    database of the same rows takes. An envelope is padded (`corelab.domain.room`), so it is the charter that sets its size; all other
    bytes are per thing. Times are of one core of an ordinary workstation; a transaction on the server is held open for them.
    """

    per_clip: int = 9_200
    """Bytes of a clip that was received, labelled, passed by two people and released; and of the object that it came as."""
    per_answer: int = 1_540
    """An answer that was changed, with its sealed event."""
    per_showing: int = 3_070
    """That clips were shown, kept with an answer."""
    per_reading: int = 21_000
    """Opened, signed, checked for alerts, guessed the treatment: beside its envelope."""
    per_exam: int = 276_000
    """Dealt, compared, its results and grades, once everything is released."""
    per_case: int = 36_000
    """Opened, decided, finished: beside three envelopes."""
    envelopes_of_case: int = 3
    per_lab: int = 500_000
    """Charter, people, custody, the empty tables."""
    showings: float = 12.0
    """How often a reading keeps that more was shown."""
    save_log: float = 1.10
    """Bytes of PostgreSQL's log for each byte of a draft that is kept: the old version is marked, the new one is written whole."""
    save_log_event: int = 2_600
    """And for the event and its indexes."""
    clip_commits: float = 2.0
    """Transactions of the coordinators for each clip: received, released (labels and checks are said of a whole exam)."""
    exam_commits: float = 8.0
    """And for each exam: opened, labelled, passed, dealt, ready, compared, case made, finished."""
    reading_commits: float = 3.0
    """Opened, signed, guessed; each change of an answer is one more."""
    save_trips: int = 16
    """Questions and answers between workstation and server while a save holds the writers' line."""
    save_client: float = 0.010
    """Seconds that the workstation works meanwhile: sealing, digests."""
    save_server: float = 0.006
    """Seconds that the server works: checking, digests made anew, indexes."""
    intake_trips: int = 24
    intake_client: float = 0.008
    intake_server: float = 0.004


MEASURED = Costs()
