"""Step 10, the part that the database holds: packages and checkpoints on record stand on the chain as it is."""

from collections.abc import Iterator

from corelab.domain.audit import Fault
from corelab.storage.verify.source import Source

PACKAGE = "package"


def packages(source: Source) -> Iterator[Fault]:
    for table, place in (("package", "cutoff_seq"), ("checkpoint", "seq")):
        for row in source.rows(table):
            event = source.by_seq.get(row[place])
            if event is None or event.hash != row["head"]:
                yield Fault(source.where(row["event_seq"]), f"{PACKAGE}: {table} {row['id']} stands on another chain", PACKAGE)
