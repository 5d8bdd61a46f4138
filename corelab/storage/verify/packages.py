"""Step 10, the part that the database holds: packages on record stand on the chain as it is."""

from collections.abc import Iterator

from corelab.domain.audit import Fault
from corelab.storage.verify.source import Source

PACKAGE = "package"


def packages(source: Source) -> Iterator[Fault]:
    for row in source.rows("package"):
        event = source.by_seq.get(row["cutoff_seq"])
        if event is None or event.hash != row["head"]:
            yield Fault(source.where(row["event_seq"]), f"{PACKAGE}: package {row['id']} stands on another chain", PACKAGE)
