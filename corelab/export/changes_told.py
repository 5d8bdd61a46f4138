"""CHANGES.md: what differs from the last package, for people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from corelab.domain.specification import Difference
from corelab.domain.specification_words import change_words
from corelab.export.causes import REASON_WORDS, Reason
from corelab.export.change_table import ADDED, CHANGED, DELETED

EXAMS = "data/subject_visit.csv"
"""The file with one row per exam that is in the package."""
_LISTED = 200
"""Exams that are named one by one; the others are counted."""
Line = tuple[str, str, str, str, str, str, str, str]
"""The cells of one row of changes.csv."""


@dataclass
class Found:
    """What was counted while changes.csv was written."""

    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    exams: dict[str, list[str]] = field(default_factory=lambda: {ADDED: [], DELETED: []})

    def counted(self, lines: Iterable[Line]) -> Iterator[Line]:
        for line in lines:
            path, key, *_, kind, reason, _seq = line
            self.kinds[path, kind] += 1
            self.reasons[reason] += 1
            if path == EXAMS and kind in self.exams and len(self.exams[kind]) < _LISTED:
                self.exams[kind].append(key)
            yield line


@dataclass(frozen=True, slots=True)
class Told:
    """``facts`` are those of the manifest. ``last``: the package before, None for the first; ``kept``: whether its rows are known."""

    facts: Mapping[str, Any]
    last: str | None
    kept: bool
    differs: tuple[Difference, ...]
    found: Found


def told(of: Told) -> str:
    """The text of the file."""
    parts = [f"# Changes: trial {of.facts['trial']}, transfer {of.facts['transfer']}", "\n".join(_opening(of))]
    if of.kept:
        parts += [*counted(of.found), _columns(of.differs), _FOOT]
    return "\n\n".join(parts) + "\n"


def counted(found: Found) -> tuple[str, ...]:
    """The paragraphs that follow from changes.csv alone."""
    return (_rows(found), _why(found), *_exams(found))


_FOOT = """How to read data/changes.csv: a row that is new or gone has one line, with COLUMN empty; its values stand in this package, or in
the last one. A cell that changed has a line with its value before and now. KEY holds the values of the key columns of FILE in the order
of codebook/dictionary.csv, parted by |. Free text is never shown: it says that the text changed. EVENTSEQ is the event in
audit/events.jsonl that caused it. What readers answered after signing (guess.csv, where there is one) is not compared."""


def _opening(of: Told) -> Iterator[str]:
    cutoff = of.facts["cutoff"]
    yield f"As of {cutoff['at']} (event {cutoff['seq']}). This transfer replaces every earlier one in full."
    if of.last is None:
        yield "It is the first transfer of this lab: everything in it is new, and changes.csv has no rows."
    elif not of.kept:
        yield f"The last transfer, {of.last}, was made by a version of the program that kept no rows of it: changes.csv has no rows."
    else:
        yield f"Compared with {of.last}, the transfer before."


def _rows(found: Found) -> str:
    if not found.kinds:
        return "## Rows\n\nNo row differs."
    paths = sorted({path for path, _ in found.kinds})
    table = [f"| {path} | {' | '.join(str(found.kinds[path, kind]) for kind in (ADDED, CHANGED, DELETED))} |" for path in paths]
    head = ["| File | New rows | Changed cells | Rows gone |", "|---|---|---|---|"]
    return "\n".join(["## Rows", "", *head, *table])


def _why(found: Found) -> str:
    counted = [f"| {one.value} | {found.reasons[one.value]} | {REASON_WORDS[one]} |" for one in Reason if found.reasons[one.value]]
    if not counted:
        return "## Why\n\nNothing changed."
    return "\n".join(["## Why", "", "| Reason | Lines | What happened |", "|---|---|---|", *counted])


def _exams(found: Found) -> Iterator[str]:
    for kind, title in ((ADDED, "Exams that are new"), (DELETED, "Exams that are not in any more")):
        count = found.kinds[EXAMS, kind]
        if count:
            named = [f"- {key.replace('|', ' ')}" for key in found.exams[kind]]
            more = [f"- and {count - len(named)} more"] if count > len(named) else []
            yield "\n".join([f"## {title}", "", "Trial, subject, visit number:", "", *named, *more])


def _columns(differs: tuple[Difference, ...]) -> str:
    allowed, approved = ([f"- {change_words(one)}" for one in differs if one.is_allowed is which] for which in (True, False))
    head = ["Gone or changed, approved by the signature of a coordinator:", ""] if approved else []
    between = [""] if allowed and approved else []
    named = [*head, *approved, *between, *allowed]
    return "\n".join(["## Files, columns and codes", "", *(named or ["The same as in the last transfer."])])
