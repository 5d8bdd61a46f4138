"""What people typed, wherever it stands in a package: no date, no address, no long number, and nothing that is known of a patient."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corelab.domain.query_words import may_not_stand
from corelab.export.check import PackageFault, limited, row_name
from corelab.export.stops import Check, Stop
from corelab.export.written import Written

_FREE = "free text"
_EVENTS, _OPENINGS = "audit/events.jsonl", "audit/openings.jsonl"
_OF_TRIAL = ("charter.", "checkpoint.", "lab.", "lock.", "package.", "specification.", "unlock.")
"""Events about the trial as a whole."""
_TYPED = frozenset({"reason_text", "reason", "note", "text", "words"})
"""Members of what events say under which words of people stand."""
_MOST_KNOWN = 100_000
_KNOWN = "something that identifies a patient"


@dataclass(frozen=True, slots=True)
class Typed:
    """A text with the place where it stands; ``subject`` where that is known.

    ``of_trial``: a coordinator says it of the trial as a whole. The day of a lock is no patient's, and such words are never emptied.
    """

    where: str
    text: str
    subject: str | None = None
    of_trial: bool = False


def typed_texts(package: Written) -> Iterator[Typed]:
    """Every cell of free text, and the words in what the trail tells. Raises OSError, ValueError."""
    for table in package.tables:
        columns = [column.name for column in table.columns if column.kind == _FREE]
        for row in package.rows(table.name) if columns else ():
            where, subject = row_name(table, row), row.get("USUBJID")
            yield from (Typed(where, row[name], subject) for name in columns if row[name])
    yield from _of_events(package.folder)


def _of_events(folder: Path) -> Iterator[Typed]:
    if not (folder / _OPENINGS).is_file():
        return
    with (folder / _OPENINGS).open(encoding="utf-8") as openings, (folder / _EVENTS).open(encoding="utf-8") as events:
        heads = map(json.loads, events)
        for told in map(json.loads, openings):
            kind = next(head["kind"] for head in heads if head["seq"] == told["seq"])
            where, of_trial = f"{_OPENINGS} event {told['seq']}", kind.startswith(_OF_TRIAL)
            yield from (Typed(where, text, of_trial=of_trial) for text in _words(told.get("payload")))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name in _TYPED and isinstance(each, str):
                yield each
            else:
                yield from _words(each)
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)


def standing_in(text: str, codes: Iterable[str]) -> tuple[str, ...]:
    """The codes that stand somewhere in a text: a trial has thousands, and a text few."""
    folded = text.casefold()
    return tuple(code for code in codes if code and code.casefold() in folded)


def nothing_identifies(texts: Iterable[Typed], codes: Collection[str], is_known: Callable[[Typed], bool]) -> Stop:
    """``codes`` may stand anywhere; ``is_known``: whether a text holds what the lab keeps sealed about a patient.

    What was found is named by its kind and place, never repeated.
    """
    count, faults, seen = 0, list[PackageFault](), set[tuple[str | None, str, bool]]()
    for one in texts:
        count += 1
        key = one.subject, one.text, one.of_trial
        if key in seen or not one.text.strip():
            continue
        if len(seen) < _MOST_KNOWN:
            seen.add(key)
        told = () if one.of_trial else may_not_stand(one.text, codes=standing_in(one.text, codes))
        found = [*told, *([_KNOWN] if is_known(one) else [])]
        faults += (PackageFault(one.where, f"holds {what}") for what in found)
    return Stop(Check.IDENTIFIERS, "texts that people typed", count, tuple(limited(faults, "data")))
