"""The line between this machine and a server, which a test can cut: the lab behind it is a real one in a folder."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from corelab.domain.addresses import ServerAddress
from corelab.domain.record_errors import CommitUnknownError, ServerAwayError
from corelab.domain.vocabulary import AccountId, AssignmentId
from corelab.storage.store import Actor, Snapshot, Transaction
from tests.builders import Lab

ADDRESS = ServerAddress("records.example.org", 5432, "trial")


@dataclass
class Line:
    """``cut``: nothing comes through. ``breaks_after``: it breaks when an event of this kind was kept, before anybody hears of it."""

    folder: Path
    cut: bool = False
    breaks_after: str = ""

    def carry(self) -> None:
        if self.cut:
            raise ServerAwayError(ADDRESS, "connection refused")

    def carry_back(self, kept: Collection[str]) -> None:
        if self.breaks_after in kept:
            self.breaks_after, self.cut = "", True
            raise CommitUnknownError(ADDRESS, "connection reset")

    def kept(self, of: AssignmentId) -> Path:
        """Where the draft of this piece of work is kept while the server is away."""
        return self.folder / "drafts" / f"{of}.cle"


def on_a_server(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Line:
    """From now on this lab lies on a server, for everybody who is signed in as well."""
    line, store = Line(lab.open.folder), lab.open.store
    begin, read = store.begin, store.read

    @contextmanager
    def begin_there(actor: Actor) -> Iterator[Transaction]:
        line.carry()
        with begin(actor) as transaction:
            first = transaction.next_head().seq
            yield transaction
        with read() as snapshot:
            line.carry_back({event["kind"] for event in snapshot.all("event") if event["seq"] >= first})

    @contextmanager
    def read_there(account: AccountId | None = None) -> Iterator[Snapshot]:
        line.carry()
        with read(account) as snapshot:
            yield snapshot

    monkeypatch.setattr(store, "begin", begin_there)
    monkeypatch.setattr(store, "read", read_there)
    object.__setattr__(lab.open, "address", ADDRESS)
    return line
